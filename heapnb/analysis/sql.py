"""SQL over snapshots: DuckDB reads the columns where they are.

Each table is a data set that computes a column when a query first asks for it, some rows at a
time, and of the rows that a condition lets through. Names, derived arrays and both ends of edges
are thus never copied as a whole.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.constructors import constructors
from heapnb.analysis.retention.dominators import dominating_edges
from heapnb.analysis.retention.paths import shortest_path
from heapnb.analysis.series.series_data import SeriesData, SnapshotGoneError
from heapnb.decode.preview import preview
from heapnb.errors import HeapnbError, MissingExtraError, SqlError
from heapnb.graph import HeapGraph
from heapnb.graph.classes import ClassTable, InterfaceDefinition
from heapnb.graph.locations import site_text

if TYPE_CHECKING:
    import pandas as pd


ROWS_PER_BATCH: Final = 1 << 18
"""How many rows DuckDB gets at a time; a batch is what one of its threads works on."""

SNAPSHOT_COLUMN: Final = "snapshot"
"""Where several snapshots are asked: the number of the row's snapshot, from 1."""

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any] | None

_Rows: TypeAlias = slice | IntArray

_CONFIGURATION: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
}
_ANSWERING: Final = frozenset({"SELECT", "EXPLAIN"})
_ASKS_FOR_NULL: Final = re.compile("is_valid|is_null")
_TEXT: Final = pa.large_string()
_CATEGORY: Final = pa.dictionary(pa.uint32(), _TEXT)
_TYPE_CATEGORY: Final = pa.dictionary(pa.uint8(), _TEXT)


@dataclass(frozen=True)
class _Heap:
    """An open snapshot as a query sees it.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    definitions : tuple of InterfaceDefinition, optional
        What its plain objects are named after; its own by default.
    """

    graph: HeapGraph
    definitions: tuple[InterfaceDefinition, ...] | None = None

    @cached_property
    def classes(self) -> ClassTable:
        """The class of every node."""
        if self.definitions in (None, self.graph.interface_definitions):
            return ClassTable(self.graph.class_names, self.graph.class_index)
        return self.graph.classes_under(self.definitions)

    @cached_property
    def constructors(self) -> pd.DataFrame:
        """DevTools' Summary."""
        return constructors(self.graph)

    @cached_property
    def node_count_of_strings(self) -> AnyArray:
        """How many nodes have each string as their name."""
        return np.bincount(self.graph.node_name, minlength=len(self.graph.strings))


_Column: TypeAlias = Callable[[_Heap, _Rows], pa.Array]
_Opener: TypeAlias = Callable[[], _Heap]
_Declared: TypeAlias = Mapping[str, Any]


def query(graph: HeapGraph, statement: str, parameters: Parameters = None) -> pd.DataFrame:
    """Answer a query about one snapshot.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    statement : str
        One SELECT, in DuckDB's dialect. See `Snapshot.sql` for the tables.
    parameters : sequence or mapping, optional
        What stands for ``?`` or ``$name`` in it.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SqlError
        If DuckDB does not understand it, or it is not a query.
    MissingExtraError
        If DuckDB is not installed.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root.cache>Map Map/table>table", size=8).graph()
    >>> query(graph, "select class_name, retained_size from nodes where node_id = 3")
      class_name  retained_size
    0        Map             16
    """
    heap = _Heap(graph)
    declared = _tables([lambda: heap], graph.node_id.dtype, is_series=False)
    return _answer([lambda: heap], declared, statement, parameters)


def query_series(
    series: SeriesData, statement: str, parameters: Parameters = None, *, cache: bool | None = None
) -> pd.DataFrame:
    """Answer a query about the snapshots of a series.

    Parameters
    ----------
    series : Series
        The snapshots; those before the last are opened again when a query needs their nodes.
    statement : str
        One SELECT, in DuckDB's dialect. See `Series.sql` for the tables.
    parameters : sequence or mapping, optional
        What stands for ``?`` or ``$name`` in it.
    cache : bool, optional
        Whether files are opened through the on-disk cache; by default as the series was.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SqlError
        If DuckDB does not understand it, it is not a query, or a file was removed or changed.
    MissingExtraError
        If DuckDB is not installed.
    """
    # DuckDB would tell of them in its own words.
    failures: list[HeapnbError] = []

    def opener(number: int) -> _Opener:
        def opened() -> _Heap:
            try:
                graph = series.reopen(number, cache=cache)
            except SnapshotGoneError as error:
                failures.append(SqlError(error.message, statement))
                raise
            except HeapnbError as error:
                failures.append(error)
                raise
            return _Heap(graph, series.last.interface_definitions)

        # Opened at its first use, for the length of one query.
        return functools.cache(opened)

    openers = [opener(number) for number in range(len(series))]
    id_types = [snapshot.node_id.dtype for snapshot in series.snapshots]
    declared = _tables(openers, np.result_type(*id_types), is_series=True) | {
        "constructors": _constructors_of_series(series),
        "snapshots": _facts_of_series(series),
    }
    try:
        return _answer(openers, declared, statement, parameters)
    except SqlError:
        if failures:
            raise failures[0] from None
        raise


def _answer(
    openers: Sequence[_Opener], tables: _Declared, statement: str, parameters: Parameters
) -> pd.DataFrame:
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("SQL", "sql") from None

    if any(map(_is_surrogate, statement)):
        raise SqlError("The statement contains half a surrogate pair.", statement)
    try:
        kinds = [found.type.name for found in duckdb.extract_statements(statement)]
        if len(kinds) != 1:
            raise SqlError("That is not one query.", statement)
        if kinds[0] not in _ANSWERING:
            raise SqlError("Only SELECT is allowed: snapshots are read-only.", statement)
        with duckdb.connect(":memory:", config=_CONFIGURATION) as connection:
            for name, table in tables.items():
                connection.register(name, table)
            _declare_functions(connection, openers)
            _declare_macros(connection, len(openers) if "snapshots" in tables else None)
            connection.execute("set lock_configuration = true")
            return _frame(connection.sql(statement, params=parameters).to_arrow_table())
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise SqlError(_one_line(str(error)), statement) from None


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def _one_line(message: str) -> str:
    """Return what DuckDB says, without the excerpt that it points into."""
    return " ".join(message.partition("LINE ")[0].split())


def _facts_of_series(series: SeriesData) -> pa.Table:
    paths: list[Any] = [snapshot.path for snapshot in series.snapshots]
    return (
        pa.Table.from_pandas(series.table, preserve_index=False)
        .add_column(0, SNAPSHOT_COLUMN, pa.array(range(1, len(series) + 1), pa.uint8()))
        .append_column("path", pa.array(paths, _TEXT))
    )


def _constructors_of_series(series: SeriesData) -> pa.Table:
    """List the classes of every snapshot; that needs no graph but the last."""
    parts = []
    for number, snapshot in enumerate(series.snapshots, start=1):
        classes = snapshot.classes
        places = [site_text(series.last, *site) for site in classes.site.tolist()]
        parts.append(
            pa.table(
                {
                    SNAPSHOT_COLUMN: pa.array(np.full(len(places), number, np.uint8)),
                    "class_name": classes.name,
                    "location": pa.array(places, _TEXT),
                    "count": classes.count,
                    "shallow_size": classes.shallow_size,
                    "retained_size": classes.retained_size,
                }
            )
        )
    return pa.concat_tables(parts)


# -- tables -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """What a table consists of.

    Parameters
    ----------
    columns : dict
        Types of the columns, and what computes them for some rows.
    n_rows : callable
        How many rows there are.
    """

    columns: Mapping[str, tuple[pa.DataType, _Column]]
    n_rows: Callable[[_Heap], int]


class _LazyTable(ds.Dataset):  # type: ignore[misc]  # pyarrow comes without types
    """A data set of which DuckDB takes the columns and rows that it needs.

    Parameters
    ----------
    table : _Table
        What it consists of.
    openers : sequence of callable
        What opens the snapshots.
    is_series : bool
        Whether rows tell their snapshot.
    """

    def __init__(self, table: _Table, openers: Sequence[_Opener], *, is_series: bool) -> None:
        self._table = table
        self._openers = openers
        fields = [(name, kind) for name, (kind, _) in table.columns.items()]
        self._schema = pa.schema([(SNAPSHOT_COLUMN, pa.uint8())] * is_series + fields)

    @property
    def schema(self) -> pa.Schema:
        """Names and types of all columns."""
        return self._schema

    def scanner(
        self,
        columns: Sequence[str] | None = None,
        filter: ds.Expression | None = None,  # noqa: A002  pyarrow's name
        **_: object,
    ) -> ds.Scanner:
        """Read some columns of the rows that pass a filter; DuckDB calls this for each scan."""
        schema = self._schema if columns is None else self._schema_of(columns)
        return ds.Scanner.from_batches(self._batches(schema, filter), schema=schema)

    def _schema_of(self, names: Iterable[str]) -> pa.Schema:
        return pa.schema([self._schema.field(name) for name in names])

    def _batches(
        self, schema: pa.Schema, condition: ds.Expression | None
    ) -> Iterator[pa.RecordBatch]:
        for number, opened in enumerate(self._openers, start=1):
            if condition is not None and self._excludes(number, condition):
                continue
            heap = opened()
            n_rows = self._table.n_rows(heap)
            for start in range(0, n_rows, ROWS_PER_BATCH):
                part = slice(start, min(start + ROWS_PER_BATCH, n_rows))
                if condition is None:
                    yield self._batch(heap, number, part, schema)
                    continue
                found = self._passing(heap, number, part, condition)
                if len(found):
                    yield self._batch(heap, number, found, schema)

    def _excludes(self, number: int, condition: ds.Expression) -> bool:
        """Tell whether no row of a snapshot can pass, whatever else it holds."""
        if SNAPSHOT_COLUMN not in self._schema.names or _ASKS_FOR_NULL.search(str(condition)):
            return False
        row = [
            pa.array([number], kind) if name == SNAPSHOT_COLUMN else pa.nulls(1, kind)
            for name, kind in zip(self._schema.names, self._schema.types, strict=True)
        ]
        of_unknown = ds.dataset(pa.Table.from_arrays(row, schema=self._schema))
        # Null, which is not False, where the rest would decide.
        answer = of_unknown.to_table(columns={"": condition}).column("")[0].as_py()
        return answer is False

    def _passing(self, heap: _Heap, number: int, rows: slice, condition: ds.Expression) -> IntArray:
        # The text of a condition holds the names of its columns, and perhaps of others.
        names = [name for name in self._schema.names if name in str(condition)]
        batch = self._batch(heap, number, rows, self._schema_of(names))
        places = pa.array(np.arange(rows.start, rows.stop))
        # No column is called "".
        numbered = pa.Table.from_arrays([*batch.columns, places], names=[*names, ""])
        found: IntArray = numbered.filter(condition).column("").to_numpy()
        return found

    def _batch(self, heap: _Heap, number: int, rows: _Rows, schema: pa.Schema) -> pa.RecordBatch:
        n_rows = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        arrays = [
            self._table.columns[name][1](heap, rows)
            if name in self._table.columns
            else pa.array(np.full(n_rows, number, np.uint8))
            for name in schema.names
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _tables(
    openers: Sequence[_Opener], id_type: np.dtype[Any], *, is_series: bool
) -> dict[str, Any]:
    """Describe the tables of nodes, edges, strings, classes and dominators."""
    ids = pa.from_numpy_dtype(id_type)

    def id_of(ordinals: Callable[[HeapGraph, _Rows], Any]) -> tuple[pa.DataType, _Column]:
        def read(heap: _Heap, rows: _Rows) -> pa.Array:
            found = heap.graph.node_id[ordinals(heap.graph, rows)]
            return pa.array(found.astype(id_type, copy=False))

        return ids, read

    names = {
        "node_id": id_of(lambda _, rows: rows),
        "class_name": (
            _CATEGORY,
            lambda heap, rows: pa.DictionaryArray.from_arrays(
                pa.array(heap.classes.class_index[rows]), heap.classes.names
            ),
        ),
    }
    dominator = {"dominator_id": id_of(lambda graph, rows: graph.dominator[rows])}
    sizes = {
        "shallow_size": _signed(lambda graph: graph.shallow_size),
        "retained_size": _signed(lambda graph: graph.retained_size),
    }
    nodes = {
        "node_id": names["node_id"],
        "node_type": _category(lambda graph: (graph.node_type, graph.node_type_names)),
        "name": (_TEXT, _node_name),
        "class_name": names["class_name"],
        "self_size": _signed(lambda graph: graph.self_size),
        **sizes,
        "distance": (pa.int32(), lambda heap, rows: pa.array(heap.graph.distance[rows])),
        **dominator,
        "detachedness": (pa.uint8(), _detachedness),
        "edge_count": _signed(lambda graph: graph.edge_count),
    }
    edges = {
        "from_id": id_of(_sources),
        "to_id": id_of(lambda graph, rows: graph.edge_to[rows]),
        "edge_type": _category(lambda graph: (graph.edge_type, graph.edge_type_names)),
        "name": (_TEXT, _edge_name),
        "index": (pa.int64(), _edge_index),
    }
    strings = {
        "string": (_TEXT, _strings),
        "length": (
            pa.int64(),
            lambda heap, rows: pc.cast(pc.utf8_length(_strings(heap, rows)), pa.int64()),
        ),
        "node_count": (pa.int64(), lambda heap, rows: pa.array(heap.node_count_of_strings[rows])),
    }
    classes = {
        name: _of_constructors(name, _TEXT if name in {"class_name", "location"} else pa.int64())
        for name in (
            "class_name",
            "location",
            "count",
            "shallow_size",
            "retained_size",
            "distance",
        )
    }
    dominators = {
        **names,
        **dominator,
        "is_edge": (pa.bool_(), _is_edge),
        **sizes,
        "share": (pa.float64(), _share_of_dominator),
    }
    tables = {
        "nodes": _Table(nodes, lambda heap: heap.graph.n_nodes),
        "edges": _Table(edges, lambda heap: heap.graph.n_edges),
        "strings": _Table(strings, lambda heap: len(heap.graph.strings)),
        "constructors": _Table(classes, lambda heap: len(heap.constructors)),
        "dominators": _Table(dominators, lambda heap: heap.graph.n_nodes),
    }
    return {name: _LazyTable(table, openers, is_series=is_series) for name, table in tables.items()}


def _signed(of: Callable[[HeapGraph], AnyArray]) -> tuple[pa.DataType, _Column]:
    """Describe sizes or counts: signed, so that differences may be negative."""

    def read(heap: _Heap, rows: _Rows) -> pa.Array:
        values = of(heap.graph)[rows]
        is_wide = values.dtype.itemsize == np.dtype(np.int64).itemsize
        return pa.array(values.view(np.int64) if is_wide else values.astype(np.int64))

    return pa.int64(), read


def _category(
    of: Callable[[HeapGraph], tuple[AnyArray, Sequence[str]]],
) -> tuple[pa.DataType, _Column]:
    def read(heap: _Heap, rows: _Rows) -> pa.Array:
        codes, texts = of(heap.graph)
        # V8 8 writes a type that its list of types lacks.
        known = np.minimum(codes[rows], len(texts)).astype(np.uint8, copy=False)
        return pa.DictionaryArray.from_arrays(
            pa.array(known), pa.array([*texts, vocab.CLASS_UNDEFINED], _TEXT)
        )

    return _TYPE_CATEGORY, read


def _node_name(heap: _Heap, rows: _Rows) -> pa.Array:
    from heapnb.frames import node_names

    return node_names(heap.graph, rows)


def _detachedness(heap: _Heap, rows: _Rows) -> pa.Array:
    states = heap.graph.detachedness
    if states is None:
        return pa.nulls(len(heap.graph.node_type[rows]), pa.uint8())
    return pa.array(states[rows])


def _sources(graph: HeapGraph, rows: _Rows) -> IntArray:
    """Find the nodes that edges leave; for edges in a row without searching for each."""
    if not isinstance(rows, slice):
        return graph.edge_from(rows)
    first, last = graph.edge_from([rows.start, rows.stop - 1]).tolist()
    bounds = np.clip(graph.first_edge[first : last + 2].astype(np.int64), rows.start, rows.stop)
    return np.repeat(np.arange(first, last + 1), np.diff(bounds))


def _is_indexed(graph: HeapGraph, rows: _Rows) -> BoolArray:
    indexed = np.flatnonzero(graph.is_indexed_edge_type)
    return np.isin(graph.edge_type[rows], indexed)


def _edge_name(heap: _Heap, rows: _Rows) -> pa.Array:
    is_indexed = _is_indexed(heap.graph, rows)
    return heap.graph.strings.take(pa.array(heap.graph.edge_name[rows], mask=is_indexed))


def _edge_index(heap: _Heap, rows: _Rows) -> pa.Array:
    values = heap.graph.edge_name[rows].astype(np.int64)
    return pa.array(values, mask=~_is_indexed(heap.graph, rows))


def _strings(heap: _Heap, rows: _Rows) -> pa.Array:
    if isinstance(rows, slice):
        return heap.graph.strings.slice(rows.start, rows.stop - rows.start)
    return heap.graph.strings.take(pa.array(rows))


def _is_edge(heap: _Heap, rows: _Rows) -> pa.Array:
    nodes = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    return pa.array(dominating_edges(heap.graph, nodes) >= 0)


def _share_of_dominator(heap: _Heap, rows: _Rows) -> pa.Array:
    retained = heap.graph.retained_size
    of = retained[heap.graph.dominator[rows]]
    return pa.array(retained[rows] / np.maximum(of, 1))


def _of_constructors(name: str, kind: pa.DataType) -> tuple[pa.DataType, _Column]:
    def read(heap: _Heap, rows: _Rows) -> pa.Array:
        values = pa.array(heap.constructors[name].iloc[rows], from_pandas=True)
        return pc.cast(values, kind)

    return kind, read


# -- functions --------------------------------------------------------------------------------


def _retained(heap: _Heap, nodes: IntArray) -> pa.Array:
    return pa.array(heap.graph.retained_size[nodes].view(np.int64))


def _class_of(heap: _Heap, nodes: IntArray) -> pa.Array:
    return heap.classes.names.take(pa.array(heap.classes.class_index[nodes]))


def _path(heap: _Heap, nodes: IntArray) -> pa.Array:
    paths = [shortest_path(heap.graph, node) for node in nodes.tolist()]
    chains = [None if path is None else path.chain for path in paths]
    return pa.array(chains, pa.list_(pa.string()))


def _preview(heap: _Heap, nodes: IntArray) -> pa.Array:
    return pa.array([preview(heap.graph, node) for node in nodes.tolist()], pa.string())


_FUNCTIONS: Final[dict[str, tuple[str, pa.DataType, Callable[[_Heap, IntArray], pa.Array]]]] = {
    "retained": ("BIGINT", pa.int64(), _retained),
    "class_of": ("VARCHAR", pa.string(), _class_of),
    "path": ("VARCHAR[]", pa.list_(pa.string()), _path),
    "preview": ("VARCHAR", pa.string(), _preview),
}
"""What SQL may ask about node ids: the type in DuckDB and in Arrow, and the answer."""

_TABLE_MACROS: Final = (
    (
        "create macro retainers({parameters}) as table"
        " select e.from_id as node_id, class_of({chosen}e.from_id) as class_name, e.edge_type,"
        " e.name, e.index, retained({chosen}e.from_id) as retained_size from edges e"
        " where e.to_id = id{of_edge}"
    ),
    (
        "create macro children({parameters}) as table"
        " select n.node_id, n.class_name, n.is_edge, n.shallow_size, n.retained_size, n.share"
        " from dominators n where n.dominator_id = id and n.node_id <> id{of_node}"
    ),
)


def _declare_functions(connection: Any, openers: Sequence[_Opener]) -> None:
    """Declare functions of a node id, and of a snapshot's number, by default the last one's."""
    for name, (sql_type, kind, of) in _FUNCTIONS.items():
        connection.create_function(
            f"_{name}",
            _computed(openers, of, kind),
            ["BIGINT", "BIGINT"],
            sql_type,
            type="arrow",
            null_handling="special",
        )
        connection.execute(
            f"create macro {name}(id) as _{name}({len(openers)}, id::bigint),"
            f" (of_snapshot, id) as _{name}(of_snapshot::bigint, id::bigint)"
        )


def _declare_macros(connection: Any, n_snapshots: int | None) -> None:
    fill = {"parameters": "id", "chosen": "", "of_edge": "", "of_node": ""}
    if n_snapshots is not None:
        fill = {
            "parameters": f"id, of_snapshot := {n_snapshots}",
            "chosen": "of_snapshot, ",
            "of_edge": f" and e.{SNAPSHOT_COLUMN} = of_snapshot",
            "of_node": f" and n.{SNAPSHOT_COLUMN} = of_snapshot",
        }
    for macro in _TABLE_MACROS:
        connection.execute(macro.format(**fill))


def _computed(
    openers: Sequence[_Opener], of: Callable[[_Heap, IntArray], pa.Array], kind: pa.DataType
) -> Callable[[pa.ChunkedArray, pa.ChunkedArray], pa.Array]:
    """Make a function of many snapshots' numbers and node ids; null for what is not there."""

    def compute(snapshots: pa.ChunkedArray, node_ids: pa.ChunkedArray) -> pa.Array:
        numbers, ids = (pc.fill_null(given, -1).to_numpy() for given in (snapshots, node_ids))
        # Places in `found`, which starts with a null.
        place = np.zeros(len(ids), np.int64)
        found = [pa.nulls(1, kind)]
        n_found = 1
        for number, opened in enumerate(openers, start=1):
            rows = np.flatnonzero(numbers == number)
            if len(rows) == 0:
                continue
            heap = opened()
            ordinals = heap.graph.ordinals_of(ids[rows])
            rows, ordinals = rows[ordinals >= 0], ordinals[ordinals >= 0]
            place[rows] = np.arange(n_found, n_found + len(rows))
            n_found += len(rows)
            found.append(pc.cast(of(heap, ordinals), kind))
        return pa.concat_arrays(found).take(pa.array(place))

    return compute


# -- answers ----------------------------------------------------------------------------------


def _frame(table: pa.Table) -> pd.DataFrame:
    """Make a DataFrame with heapnb's kinds of columns: integers stay integers."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        # Of columns of one name the later ones get numbers.
        names = itertools.chain([name], (f"{name}_{i}" for i in itertools.count(1)))
        columns[next(free for free in names if free not in columns)] = _pandas_column(column)
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)


def _pandas_column(column: pa.ChunkedArray) -> Any:
    import pandas as pd

    from heapnb.frames import masked, texts

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_decimal(kind):
        column = _without_decimals(column)
        kind = column.type
    values = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return texts(pc.cast(values, _TEXT))
    if pa.types.is_integer(kind):
        if values.null_count == 0:
            return values.to_numpy()
        is_missing = values.is_null().to_numpy(zero_copy_only=False)
        return masked(values.fill_null(0).to_numpy(), is_missing)
    if pa.types.is_nested(kind):
        return pd.array(values, dtype=pd.ArrowDtype(kind))
    return column.to_pandas()


def _without_decimals(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make integers of sums of integers, which DuckDB gives 128 bits, and floats of fractions."""
    if column.type.scale == 0:
        with contextlib.suppress(pa.ArrowInvalid):
            return pc.cast(column, pa.int64())
    return pc.cast(column, pa.float64())
