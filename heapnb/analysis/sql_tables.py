"""The tables that SQL reads: DuckDB takes columns and rows from a heap as it needs them.

Each table is a data set that computes a column when a query first asks for it, some rows at a
time, and only for the rows that a condition lets through. Names, derived arrays and both ends
of edges are thus never copied as a whole.
"""

from __future__ import annotations

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
from heapnb.analysis.allocation.allocations import allocations
from heapnb.analysis.constructors import constructors
from heapnb.analysis.retention.dominators import dominating_edges
from heapnb.analysis.tables import TABLES
from heapnb.graph import HeapGraph
from heapnb.graph.classes import ClassTable, InterfaceDefinition
from heapnb.graph.traces import trace_of, trace_tree, traced
from heapnb.schema import COLUMNS, Kind

if TYPE_CHECKING:
    import pandas as pd


ROWS_PER_BATCH: Final = 1 << 18
"""How many rows DuckDB gets at a time; a batch is what one of its threads works on."""

SNAPSHOT_COLUMN: Final = "snapshot"
"""Where several snapshots are asked: the number of the row's snapshot, from 1."""

_Rows: TypeAlias = slice | IntArray

_ASKS_FOR_NULL: Final = re.compile("is_valid|is_null")

TEXT: Final = pa.large_string()

_NO_NODES: Final = np.empty(0, np.int64)

_CATEGORY: Final = pa.dictionary(pa.uint32(), TEXT)

_TYPE_CATEGORY: Final = pa.dictionary(pa.uint8(), TEXT)


@dataclass(frozen=True)
class Heap:
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
    def allocations(self) -> dict[str, list[Any]]:
        """Call stacks that allocated, by column; empty without any."""
        return allocations(self.graph, "stack").columns if traced(self.graph) else {}

    @cached_property
    def allocated(self) -> IntArray:
        """The nodes with a call stack, as ordinals."""
        return np.flatnonzero(trace_of(self.graph) >= 0) if traced(self.graph) else _NO_NODES

    @cached_property
    def dead_variables(self) -> pd.DataFrame:
        """The captured variables that no living closure can read."""
        from heapnb.decode.dead_variables import dead_variables

        return dead_variables(self.graph)

    @cached_property
    def native_contexts(self) -> pd.DataFrame:
        """The native contexts, and what is shared and unattributed."""
        from heapnb.decode.native_contexts import native_context_table

        return native_context_table(self.graph)

    @cached_property
    def node_count_of_strings(self) -> AnyArray:
        """How many nodes have each string as their name."""
        return np.bincount(self.graph.node_name, minlength=len(self.graph.strings))


_Column: TypeAlias = Callable[[Heap, _Rows], pa.Array]

Opener: TypeAlias = Callable[[], Heap]


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
    n_rows: Callable[[Heap], int]


@dataclass(frozen=True)
class _Scan:
    """What DuckDB asks for batches, one when it needs one.

    A scanner of Arrow would read ahead in threads of its own. They outlive a query that needs few
    rows, and abort or block the process if they run Python while it ends.

    Parameters
    ----------
    schema : pyarrow.Schema
        That of the batches.
    batches : iterator of pyarrow.RecordBatch
        The rows.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]

    def to_reader(self) -> pa.RecordBatchReader:
        """Return what DuckDB reads."""
        return pa.RecordBatchReader.from_batches(self.schema, self.batches)


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

    def __init__(self, table: _Table, openers: Sequence[Opener], *, is_series: bool) -> None:
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
    ) -> _Scan:
        """Read some columns of the rows that pass a filter; DuckDB calls this for each scan."""
        schema = self._schema if columns is None else self._schema_of(columns)
        return _Scan(schema, self._batches(schema, filter))

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

    def _passing(self, heap: Heap, number: int, rows: slice, condition: ds.Expression) -> IntArray:
        # The text of a condition holds the names of its columns, and perhaps of others.
        names = [name for name in self._schema.names if name in str(condition)]
        batch = self._batch(heap, number, rows, self._schema_of(names))
        places = pa.array(np.arange(rows.start, rows.stop))
        # No column is called "".
        numbered = pa.Table.from_arrays([*batch.columns, places], names=[*names, ""])
        found: IntArray = numbered.filter(condition).column("").to_numpy()
        return found

    def _batch(self, heap: Heap, number: int, rows: _Rows, schema: pa.Schema) -> pa.RecordBatch:
        n_rows = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        arrays = [
            self._table.columns[name][1](heap, rows)
            if name in self._table.columns
            else pa.array(np.full(n_rows, number, np.uint8))
            for name in schema.names
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def tables(openers: Sequence[Opener], id_type: np.dtype[Any], *, is_series: bool) -> dict[str, Any]:
    """Describe the tables of nodes, edges, strings, classes, dominators and allocations."""
    ids = pa.from_numpy_dtype(id_type)

    def id_of(ordinals: Callable[[HeapGraph, _Rows], Any]) -> tuple[pa.DataType, _Column]:
        def read(heap: Heap, rows: _Rows) -> pa.Array:
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
        "name": (TEXT, _node_name),
        "class_name": names["class_name"],
        "self_size": _signed(lambda graph: graph.self_size),
        **sizes,
        "distance": (pa.int32(), _distance),
        **dominator,
        "detachedness": (pa.int16(), _detachedness),
        "edge_count": _signed(lambda graph: graph.edge_count),
    }
    edges = {
        "from_id": id_of(_sources),
        "to_id": id_of(lambda graph, rows: graph.edge_to[rows]),
        "edge_type": _category(lambda graph: (graph.edge_type, graph.edge_type_names)),
        "name": (TEXT, _edge_name),
        "index": (pa.int64(), _edge_index),
    }
    strings = {
        "string": (TEXT, _strings),
        "length": (
            pa.int64(),
            lambda heap, rows: pc.cast(pc.utf8_length(_strings(heap, rows)), pa.int64()),
        ),
        "node_count": (pa.int64(), lambda heap, rows: pa.array(heap.node_count_of_strings[rows])),
    }
    classes = {
        name: _of_frame(lambda heap: heap.constructors, name, kind)
        for name, kind in {
            "class_name": TEXT,
            "location": TEXT,
            "count": pa.int64(),
            "shallow_size": pa.int64(),
            "retained_size": pa.int64(),
            "distance": pa.int32(),
        }.items()
    }
    stacks = {
        name: _of_allocations(name, kind)
        for name, kind in {
            "trace_id": pa.uint32(),
            "function": TEXT,
            "location": TEXT,
            "callers": TEXT,
            "live_count": pa.int64(),
            "live_size": pa.int64(),
            "allocation_count": pa.int64(),
            "allocation_size": pa.int64(),
            "retained_size": pa.int64(),
        }.items()
    }
    allocated = {
        "node_id": (
            ids,
            lambda heap, rows: pa.array(
                heap.graph.node_id[heap.allocated[rows]].astype(id_type, copy=False)
            ),
        ),
        "trace_id": (pa.uint32(), _trace_id),
    }
    dead = {
        name: _of_frame(lambda heap: heap.dead_variables, name, _kind_of(name))
        for name in TABLES["dead_variables"].columns
    }
    contexts = {
        name: _of_frame(lambda heap: heap.native_contexts, name, _kind_of(name))
        for name in TABLES["native_contexts"].columns
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
        "allocations": _Table(stacks, lambda heap: len(heap.allocations.get("trace_id", ()))),
        "allocated_nodes": _Table(allocated, lambda heap: len(heap.allocated)),
        "dead_variables": _Table(dead, lambda heap: len(heap.dead_variables)),
        "native_contexts": _Table(contexts, lambda heap: len(heap.native_contexts)),
    }
    return {name: _LazyTable(table, openers, is_series=is_series) for name, table in tables.items()}


def _signed(of: Callable[[HeapGraph], AnyArray]) -> tuple[pa.DataType, _Column]:
    """Describe sizes or counts: signed, so that differences may be negative."""

    def read(heap: Heap, rows: _Rows) -> pa.Array:
        values = of(heap.graph)[rows]
        is_wide = values.dtype.itemsize == np.dtype(np.int64).itemsize
        return pa.array(values.view(np.int64) if is_wide else values.astype(np.int64))

    return pa.int64(), read


def _category(
    of: Callable[[HeapGraph], tuple[AnyArray, Sequence[str]]],
) -> tuple[pa.DataType, _Column]:
    def read(heap: Heap, rows: _Rows) -> pa.Array:
        codes, texts = of(heap.graph)
        # V8 8 writes a type that its list of types lacks.
        known = np.minimum(codes[rows], len(texts)).astype(np.uint8, copy=False)
        return pa.DictionaryArray.from_arrays(
            pa.array(known), pa.array([*texts, vocab.CLASS_UNDEFINED], TEXT)
        )

    return _TYPE_CATEGORY, read


def _node_name(heap: Heap, rows: _Rows) -> pa.Array:
    from heapnb.frames import node_names

    return node_names(heap.graph, rows)


def _detachedness(heap: Heap, rows: _Rows) -> pa.Array:
    states = heap.graph.detachedness
    if states is None:
        return pa.nulls(len(heap.graph.node_type[rows]), pa.int16())
    return pa.array(states[rows].astype(np.int16))


def _trace_id(heap: Heap, rows: _Rows) -> pa.Array:
    traces = trace_of(heap.graph)[heap.allocated[rows]]
    return pa.array(trace_tree(heap.graph).trace_id[traces].astype(np.uint32))


def _distance(heap: Heap, rows: _Rows) -> pa.Array:
    from heapnb.frames import distances

    return pa.array(distances(heap.graph.distance[rows]))


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


def _edge_name(heap: Heap, rows: _Rows) -> pa.Array:
    is_indexed = _is_indexed(heap.graph, rows)
    return heap.graph.strings.take(pa.array(heap.graph.edge_name[rows], mask=is_indexed))


def _edge_index(heap: Heap, rows: _Rows) -> pa.Array:
    values = heap.graph.edge_name[rows].astype(np.int64)
    return pa.array(values, mask=~_is_indexed(heap.graph, rows))


def _strings(heap: Heap, rows: _Rows) -> pa.Array:
    if isinstance(rows, slice):
        return heap.graph.strings.slice(rows.start, rows.stop - rows.start)
    return heap.graph.strings.take(pa.array(rows))


def _is_edge(heap: Heap, rows: _Rows) -> pa.Array:
    nodes = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    return pa.array(dominating_edges(heap.graph, nodes) >= 0)


def _share_of_dominator(heap: Heap, rows: _Rows) -> pa.Array:
    retained = heap.graph.retained_size
    of = retained[heap.graph.dominator[rows]]
    return pa.array(retained[rows] / np.maximum(of, 1))


def _kind_of(name: str) -> pa.DataType:
    """Return the type of a column of a decoded table."""
    kind = COLUMNS[name].kind
    if kind in {Kind.TEXT, Kind.LOCATION}:
        return TEXT
    return pa.bool_() if kind is Kind.YES_NO else pa.int64()


def _of_frame(
    frame: Callable[[Heap], pd.DataFrame], name: str, kind: pa.DataType
) -> tuple[pa.DataType, _Column]:
    def read(heap: Heap, rows: _Rows) -> pa.Array:
        values = pa.array(frame(heap)[name].iloc[rows], from_pandas=True)
        return pc.cast(values, kind)

    return kind, read


def _of_allocations(name: str, kind: pa.DataType) -> tuple[pa.DataType, _Column]:
    def read(heap: Heap, rows: _Rows) -> pa.Array:
        values = heap.allocations[name]
        chosen = values[rows] if isinstance(rows, slice) else [values[row] for row in rows]
        return pa.array(chosen, kind)

    return kind, read
