"""SQL over snapshots: queries, the functions that they may call, and their answers."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import IntArray
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.series.series_data import SeriesData, SnapshotGoneError
from heapnb.analysis.sql_tables import SNAPSHOT_COLUMN, TEXT, Heap, Opener, tables
from heapnb.decode.preview import preview
from heapnb.errors import HeapnbError, MissingExtraError, SqlError
from heapnb.graph import HeapGraph
from heapnb.graph.locations import site_text

if TYPE_CHECKING:
    import pandas as pd


Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any] | None

Running: TypeAlias = Callable[[Callable[[], None]], contextlib.AbstractContextManager[None]]
"""Opens a context for a query; see `query`."""

_CONFIGURATION: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
}

_ANSWERING: Final = frozenset({"SELECT", "EXPLAIN"})

_Declared: TypeAlias = Mapping[str, Any]


def query(
    graph: HeapGraph,
    statement: str,
    parameters: Parameters = None,
    *,
    running: Running = lambda _: contextlib.nullcontext(),
    most_rows: int | None = None,
) -> pd.DataFrame:
    """Answer a query about one snapshot.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    statement : str
        One SELECT, in DuckDB's dialect. See `Snapshot.sql` for the tables.
    parameters : sequence or mapping, optional
        What stands for ``?`` or ``$name`` in it.
    running : callable, optional
        Opens a context in which the query runs; it gets the function that interrupts the query
        from another thread, which raises KeyboardInterrupt in this one.
    most_rows : int, optional
        How many rows to return; all by default.

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
    heap = Heap(graph)
    declared = tables([lambda: heap], graph.node_id.dtype, is_series=False)
    return _answer([lambda: heap], declared, statement, parameters, running, most_rows)


def query_series(
    series: SeriesData,
    statement: str,
    parameters: Parameters = None,
    *,
    cache: bool | None = None,
    running: Running = lambda _: contextlib.nullcontext(),
    most_rows: int | None = None,
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
    running, most_rows
        See `query`.

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

    def opener(number: int) -> Opener:
        def opened() -> Heap:
            try:
                graph = series.reopen(number, cache=cache)
            except SnapshotGoneError as error:
                failures.append(SqlError(error.message, statement))
                raise
            except HeapnbError as error:
                failures.append(error)
                raise
            return Heap(graph, series.last.interface_definitions)

        # Opened at its first use, for the length of one query.
        return functools.cache(opened)

    openers = [opener(number) for number in range(len(series))]
    id_types = [snapshot.node_id.dtype for snapshot in series.snapshots]
    declared = tables(openers, np.result_type(*id_types), is_series=True) | {
        "constructors": _constructors_of_series(series),
        "snapshots": _facts_of_series(series),
    }
    try:
        return _answer(openers, declared, statement, parameters, running, most_rows)
    except SqlError:
        if failures:
            raise failures[0] from None
        raise


def _answer(
    openers: Sequence[Opener],
    tables: _Declared,
    statement: str,
    parameters: Parameters,
    running: Running,
    most_rows: int | None,
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
            with running(connection.interrupt):
                answer = connection.sql(statement, params=parameters)
                if most_rows is not None:
                    answer = answer.limit(most_rows)
                return _frame(answer.to_arrow_table())
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
        .append_column("path", pa.array(paths, TEXT))
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
                    "location": pa.array(places, TEXT),
                    "count": classes.count,
                    "shallow_size": classes.shallow_size,
                    "retained_size": classes.retained_size,
                }
            )
        )
    return pa.concat_tables(parts)


# -- functions --------------------------------------------------------------------------------


def _retained(heap: Heap, nodes: IntArray) -> pa.Array:
    return pa.array(heap.graph.retained_size[nodes].view(np.int64))


def _class_of(heap: Heap, nodes: IntArray) -> pa.Array:
    return heap.classes.names.take(pa.array(heap.classes.class_index[nodes]))


def _path(heap: Heap, nodes: IntArray) -> pa.Array:
    paths = [preferred_path(heap.graph, node) for node in nodes.tolist()]
    chains = [None if path is None else path.chain for path in paths]
    return pa.array(chains, pa.list_(pa.string()))


def _preview(heap: Heap, nodes: IntArray) -> pa.Array:
    return pa.array([preview(heap.graph, node) for node in nodes.tolist()], pa.string())


_FUNCTIONS: Final[dict[str, tuple[str, pa.DataType, Callable[[Heap, IntArray], pa.Array]]]] = {
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


def _declare_functions(connection: Any, openers: Sequence[Opener]) -> None:
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
    openers: Sequence[Opener], of: Callable[[Heap, IntArray], pa.Array], kind: pa.DataType
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
        return texts(pc.cast(values, TEXT))
    if pa.types.is_unsigned_integer(kind):
        try:
            values = pc.cast(values, pa.int64())
        except pa.ArrowInvalid:
            # A hash may need all 64 bits.
            return pd.array(values, dtype=pd.ArrowDtype(kind))
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
