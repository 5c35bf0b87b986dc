"""The heap as a graph: columns of a snapshot and what follows from them.

Every derived array is computed when first asked for, once, and is read-only. Right means: the
same number as the Chrome DevTools engine gives (see ARCHITECTURE.md for the differences that
are meant).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import (
    AnyArray,
    BoolArray,
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
    ProgressCallback,
    SizeArray,
)
from heapnb.errors import NodeNotFoundError
from heapnb.format import RawSnapshot, read_snapshot
from heapnb.format.cache import read_cached
from heapnb.format.source import SnapshotSource
from heapnb.graph.classes import (
    ClassTable,
    InterfaceDefinition,
    PlainObjects,
    build_class_table,
    distinct_rows,
    find_plain_objects,
    format_property_name,
    index_of,
    infer_interfaces,
)
from heapnb.graph.source_files import SourceFiles
from heapnb.kernels import classes as class_kernels
from heapnb.kernels import csr, dominators, lookup, parse, ropes, traverse
from heapnb.kernels._jit import is_compiled

_UINT32_MAX = 0xFFFF_FFFF
_UINT64_MAX = 0xFFFF_FFFF_FFFF_FFFF

_EPHEMERON = (
    r"^[0-9]+(?P<pair> / part of key \(ANY*? @[0-9]+\) -> value \(ANY*? @[0-9]+\) "
    r"pair in WeakMap \(table @(?P<table>[0-9]{1,18})\))$"
).replace("ANY", "[^\n\r\u2028\u2029]")
_EPHEMERON_MARK = " pair in WeakMap (table @"

_PLAIN_OBJECT_NAME_LENGTH = 100
_CONS_STRING_NAME_LENGTH = 1024
# A code unit of UTF-16 takes three bytes of UTF-8 at the most.
_CONS_STRING_NAME_BYTES = 3 * _CONS_STRING_NAME_LENGTH


# What a person is told while an array is computed.
_STAGE_TITLES = {
    "page_owned": "Finding the program's own nodes",
    "essential_edge": "Choosing the edges that count",
    "dominator": "Computing dominators",
    "dominator_order": "Computing dominators",
    "shallow_size": "Attributing sizes",
    "distance": "Computing distances",
    "retained_size": "Adding up retained sizes",
    "class_table": "Naming classes",
    "class_key": "Grouping classes",
    "retaining_edge": "Indexing retainers",
    "constructor_sums": "Adding up classes",
    "statistics": "Adding up kinds",
}

# Just enough of a snapshot that reading it and deriving from it calls every kernel.
_TINY_SNAPSHOT = orjson.dumps(
    {
        "snapshot": {
            "meta": {
                "node_fields": ["type", "name", "id", "self_size", "edge_count", "detachedness"],
                "node_types": [[*vocab.V8_NODE_TYPES], "string", "number", "number", "number"],
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [[*vocab.V8_EDGE_TYPES], "string_or_number", "node"],
                "location_fields": ["object_index", "script_id", "line", "column"],
            },
            "node_count": 4,
            "edge_count": 4,
        },
        "nodes": [
            *(9, 0, 1, 0, 2, 0),
            *(3, 1, 3, 8, 1, 0),
            *(3, 1, 5, 8, 1, 0),
            *(8, 2, 7, 8, 0, 2),
        ],
        "edges": [*(5, 3, 6), *(1, 1, 12), *(2, 3, 18), *(3, 4, 18)],
        "locations": [6, 1, 1, 1],
        "strings": [
            "",
            vocab.CLASS_OBJECT,
            "<div>",
            "p",
            "1 / part of key (Object @3) -> value (Object @7) pair in WeakMap (table @5)",
        ],
    }
)

ProgressReporter: TypeAlias = Callable[[], AbstractContextManager[ProgressCallback | None]]


def _no_progress() -> AbstractContextManager[ProgressCallback | None]:
    return nullcontext()


class DerivedStore(Protocol):
    """Somewhere that derived arrays outlive the process, such as the on-disk cache."""

    def load(self, name: str) -> AnyArray | None:
        """Return a stored array, or None."""

    def save(self, name: str, array: AnyArray) -> None:
        """Keep an array."""


class HeapGraph:
    """Nodes, edges and everything that follows from them.

    Parameters
    ----------
    raw : RawSnapshot
        The columns of the file.
    store : DerivedStore, optional
        Where derived arrays are looked up and kept.
    progress : callable, optional
        Opens a context in which long computations report; see `heapnb.progress.progress_bar`.
    source_files : SourceFiles, optional
        The program's sources and source maps, by which places are named.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a root>b a>c b>c").graph()
    >>> graph.dominator.tolist()
    [0, 0, 0, 0]
    """

    def __init__(
        self,
        raw: RawSnapshot,
        store: DerivedStore | None = None,
        progress: ProgressReporter = _no_progress,
        source_files: SourceFiles | None = None,
    ) -> None:
        self.raw = raw
        self.source_files = source_files
        self._store = store
        self._open_progress = progress
        self._report: ProgressCallback | None = None
        self._arrays: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._locks: dict[str, threading.RLock] = {}

    def __repr__(self) -> str:
        return f"HeapGraph({self.raw.source.name!r}, {self.n_nodes} nodes, {self.n_edges} edges)"

    def derived(self, name: str, compute: Callable[[], Any], *, keep: bool = True) -> Any:
        """Compute something once; arrays are made read-only and outlive the process.

        Parameters
        ----------
        name : str
            What it is called in the on-disk cache.
        compute : callable
            Makes it.
        keep : bool, default True
            Whether an array goes to the on-disk cache.

        Returns
        -------
        object
            What ``compute`` returned, now or an earlier time.
        """
        with self._lock:
            if name in self._arrays:
                return self._arrays[name]
            lock = self._locks.setdefault(name, threading.RLock())
        with lock:
            if name in self._arrays:
                return self._arrays[name]
            value = self._store.load(name) if keep and self._store is not None else None
            if value is None:
                with self._reporting(name):
                    value = compute()
                if isinstance(value, np.ndarray):
                    value.flags.writeable = False
                    if keep and self._store is not None:
                        self._store.save(name, value)
            self._arrays[name] = value
            return value

    def _forget(self, *names: str) -> None:
        """Let go of what is large and seldom asked for again; it can be computed anew."""
        with self._lock:
            for name in names:
                self._arrays.pop(name, None)

    @contextmanager
    def _reporting(self, name: str) -> Iterator[None]:
        """Say what is being computed; nested computations share one bar."""
        title = _STAGE_TITLES.get(name)
        # Another thread may be about to close the bar.
        open_report = self._report
        if title is None:
            yield
        elif open_report is not None:
            open_report(title, 0, 0)
            yield
        else:
            with self._open_progress() as report:
                self._report = report
                if report is not None:
                    report(title, 0, 0)
                try:
                    yield
                finally:
                    self._report = None

    # -- columns of the file ----------------------------------------------------------------

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.raw.n_nodes

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return self.raw.n_edges

    @property
    def root(self) -> int:
        """Ordinal of the root."""
        return self.raw.meta.root_offset // len(self.raw.meta.node_fields)

    @property
    def node_type(self) -> ByteArray:
        """``uint8[n_nodes]``: index into `node_type_names`."""
        return self.raw.node_type

    @property
    def node_name(self) -> NodeArray:
        """``uint32[n_nodes]``: index into `strings`."""
        return self.raw.node_name

    @property
    def node_id(self) -> SizeArray:
        """``uint32 or uint64[n_nodes]``: V8's ids."""
        return self.raw.node_id

    @property
    def self_size(self) -> SizeArray:
        """``uint32 or uint64[n_nodes]``: bytes, as the file has them."""
        return self.raw.self_size

    @property
    def first_edge(self) -> OffsetArray:
        """``uint32 or uint64[n_nodes + 1]``: CSR offsets of each node's edges."""
        return self.raw.first_edge

    @property
    def edge_type(self) -> ByteArray:
        """``uint8[n_edges]``: index into `edge_type_names`."""
        return self.raw.edge_type

    @property
    def edge_name(self) -> NodeArray:
        """``uint32[n_edges]``: index into `strings`, or an element's index."""
        return self.raw.edge_name

    @property
    def edge_to(self) -> NodeArray:
        """``uint32[n_edges]``: ordinal of the target."""
        return self.raw.edge_to

    @property
    def edge_count(self) -> NodeArray:
        """``uint32[n_nodes]``: how many edges each node has."""
        counts: NodeArray = self.derived(
            "edge_count", lambda: np.diff(self.first_edge).astype(np.uint32, copy=False), keep=False
        )
        return counts

    @property
    def strings(self) -> pa.LargeStringArray:
        """The string table."""
        return self.raw.strings

    @property
    def node_type_names(self) -> tuple[str, ...]:
        """Names of the node types."""
        return self.raw.meta.node_types

    @property
    def edge_type_names(self) -> tuple[str, ...]:
        """Names of the edge types."""
        return self.raw.meta.edge_types

    def node_type_index(self, name: str) -> int:
        """Index of a node type, -1 where the file does not know it."""
        return index_of(self.node_type_names, name)

    def edge_type_index(self, name: str) -> int:
        """Index of an edge type, -1 where the file does not know it."""
        return index_of(self.edge_type_names, name)

    # -- looking things up ------------------------------------------------------------------

    def string(self, index: int) -> str:
        """Return one string of the table."""
        text: str = self.strings[int(index)].as_py()
        return text

    def edges_of(self, node: int) -> tuple[int, int]:
        """Return the range of a node's edge ordinals."""
        return int(self.first_edge[node]), int(self.first_edge[node + 1])

    def edge_from(self, edges: AnyArray | Sequence[int]) -> IntArray:
        """Find the nodes that edges leave.

        Parameters
        ----------
        edges : integer[k]
            Edge ordinals.

        Returns
        -------
        int64[k]
            Node ordinals.
        """
        wanted = np.asarray(edges).astype(self.first_edge.dtype)
        found: IntArray = np.searchsorted(self.first_edge, wanted, side="right") - 1
        return found

    def edge_label(self, edge: int) -> str:
        """Return an edge's name, or its index in decimal."""
        kind = self.edge_type[edge]
        if self.is_indexed_edge_type[kind]:
            return str(self.edge_name[edge])
        name = self.string(self.edge_name[edge])
        if kind == self.edge_type_index("shortcut"):
            # A global object's number; what follows it does not count.
            number = re.match(r"\s*([+-]?[0-9]+)", name)
            return str(int(number[1])) if number else name
        return name

    @property
    def is_indexed_edge_type(self) -> BoolArray:
        """``bool[n_edge_types]``: types whose edges carry an index in place of a name."""
        is_indexed: BoolArray = self.derived(
            "is_indexed_edge_type",
            lambda: np.isin(self.edge_type_names, vocab.INDEXED_EDGE_TYPES),
            keep=False,
        )
        return is_indexed

    def ordinal_of(self, node_id: int) -> int:
        """Find a node by its id.

        Parameters
        ----------
        node_id : int
            V8's id.

        Returns
        -------
        int
            The ordinal.

        Raises
        ------
        NodeNotFoundError
            If no node has it.
        """
        is_id = 0 <= node_id <= _UINT64_MAX
        ordinal = int(self.ordinals_of(np.array([node_id]))[0]) if is_id else vocab.NO_INDEX
        if ordinal < 0:
            raise NodeNotFoundError(node_id)
        return ordinal

    def ordinals_of(self, node_ids: AnyArray | Sequence[int]) -> IntArray:
        """Find nodes by their ids.

        Parameters
        ----------
        node_ids : integer[k]
            Ids.

        Returns
        -------
        int64[k]
            Ordinals, -1 where no node has the id.
        """
        wanted = np.asarray(node_ids)
        ordinals = np.full(len(wanted), vocab.NO_INDEX, np.int64)
        is_id = np.flatnonzero(wanted >= 0)
        found = np.empty(len(is_id), np.int64)
        lookup.find_ids(self.node_id, self.id_order, wanted[is_id].astype(np.uint64), found)
        ordinals[is_id] = found
        return ordinals

    @property
    def id_order(self) -> NodeArray:
        """``uint32[n_nodes]``: ordinals in ascending order of the node ids."""
        order: NodeArray = self.derived(
            "id_order", lambda: np.argsort(self.node_id, kind="stable").astype(np.uint32)
        )
        return order

    # -- retainers --------------------------------------------------------------------------

    @property
    def retainer_count(self) -> NodeArray:
        """``uint32[n_nodes]``: how many edges lead to each node."""

        def compute() -> NodeArray:
            counts = np.zeros(self.n_nodes, np.uint32)
            csr.count_targets(self.edge_to, counts)
            return counts

        counts: NodeArray = self.derived("retainer_count", compute, keep=False)
        return counts

    @property
    def first_retainer(self) -> OffsetArray:
        """``uint32 or uint64[n_nodes + 1]``: CSR offsets into `retaining_edge`."""
        first: OffsetArray = self.derived(
            "first_retainer", lambda: csr.unsigned_offsets(self.retainer_count, self.n_edges)
        )
        return first

    @property
    def retaining_edge(self) -> OffsetArray:
        """``uint32 or uint64[n_edges]``: edges that lead to each node, in ascending order."""

        def compute() -> OffsetArray:
            edges = np.empty(self.n_edges, self.first_edge.dtype)
            csr.invert_edges(self.first_edge, self.edge_to, self.first_retainer.copy(), edges)
            return edges

        edges: OffsetArray = self.derived("retaining_edge", compute)
        return edges

    def retaining_edges_of(self, node: int) -> OffsetArray:
        """Return the edges that lead to a node, in ascending order."""
        start, stop = int(self.first_retainer[node]), int(self.first_retainer[node + 1])
        return self.retaining_edge[start:stop]

    # -- which edges count ------------------------------------------------------------------

    @property
    def user_roots(self) -> NodeArray:
        """``uint32[k]``: where distances start, one entry for each of the root's edges."""
        start, stop = self.edges_of(self.root)
        targets = self.edge_to[start:stop]
        synthetic = self.node_type[targets] == self.node_type_index("synthetic")
        roots: NodeArray = targets[~synthetic | self.is_named(targets, vocab.DOCUMENT_DOM_TREES)]
        return roots

    @property
    def page_owned(self) -> BoolArray:
        """``bool[n_nodes]``: reachable from the program's globals or the document's nodes."""

        def compute() -> BoolArray:
            start, stop = self.edges_of(self.root)
            targets = self.edge_to[start:stop]
            kinds = self.edge_type[start:stop]
            dom_trees = (
                (kinds == self.edge_type_index("element"))
                & (self.node_type[targets] == self.node_type_index("synthetic"))
                & self.is_named(targets, vocab.DOCUMENT_DOM_TREES)
            )
            entries = targets[dom_trees | (kinds == self.edge_type_index("shortcut"))]
            marked = np.zeros(self.n_nodes, np.bool_)
            traverse.mark_reachable(
                self.first_edge,
                self.edge_to,
                self.edge_type,
                self.edge_type_index("weak"),
                entries,
                marked,
                np.empty(self.n_nodes, np.uint32),
            )
            return marked

        marked: BoolArray = self.derived("page_owned", compute, keep=False)
        return marked

    @property
    def essential_edge(self) -> BoolArray:
        """``bool[n_edges]``: the edges that count for dominators."""

        def compute() -> BoolArray:
            essential = np.empty(self.n_edges, np.bool_)
            traverse.essential_edges(
                self.first_edge,
                self.edge_to,
                self.edge_type,
                self.edge_type_index("weak"),
                self.edge_type_index("shortcut"),
                self.root,
                self.page_owned,
                essential,
            )
            if self.ephemerons.n_pairs:
                traverse.drop_table_edges(
                    self.first_edge,
                    self.edge_type,
                    self.edge_name,
                    self.edge_type_index("internal"),
                    self.node_id,
                    self.ephemerons.table_of_string,
                    essential,
                )
            return essential

        essential: BoolArray = self.derived("essential_edge", compute, keep=False)
        return essential

    @property
    def ephemerons(self) -> Ephemerons:
        """The names of edges that belong to entries of WeakMaps."""
        found: Ephemerons = self.derived(
            "ephemerons", lambda: Ephemerons.find(self.strings), keep=False
        )
        return found

    # -- sizes and distances ----------------------------------------------------------------

    @property
    def shallow_size(self) -> SizeArray:
        """``uint32 or uint64[n_nodes]``: bytes, with what a node alone owns added to it."""
        sizes: SizeArray = self.derived("shallow_size", self._shallow_sizes)
        return sizes

    def _shallow_sizes(self) -> SizeArray:
        if len(self.user_roots) == 0:
            # The snapshot shows V8's internals on purpose: nothing is re-attributed.
            return self.self_size.copy()
        kinds = self.node_type
        can_be_owned = np.isin(
            kinds, [self.node_type_index("array"), self.node_type_index("hidden")]
        )
        natives = np.flatnonzero(kinds == self.node_type_index("native"))
        can_be_owned[natives[self.is_named(natives, vocab.EXTERNAL_STRING_DATA)]] = True
        if self.renamed is not None:
            can_be_owned &= ~self.renamed
        owner = np.empty(self.n_nodes, np.uint32)
        traverse.owners(
            self.first_edge,
            self.edge_to,
            self.edge_type,
            self.edge_type_index("weak"),
            can_be_owned,
            owner,
            np.empty(2 * self.n_nodes, np.uint32),
        )
        takes_no_size = kinds == self.node_type_index("synthetic")
        takes_no_size[self.root] = True
        # One owner could hold more than 32 bits count, though no single node does.
        total = int(self.self_size.sum(dtype=np.uint64))
        dtype = self.self_size.dtype if total <= _UINT32_MAX else np.dtype(np.uint64)
        sizes = self.self_size.astype(dtype)
        traverse.transfer_sizes(owner, takes_no_size, self.self_size, sizes)
        return sizes

    @property
    def distance(self) -> DistanceArray:
        """``int32[n_nodes]``: edges from the user roots, as DevTools counts them.

        From `vocab.BASE_SYSTEM_DISTANCE` on the node is only reachable from the engine's own
        roots; `vocab.NO_DISTANCE` is a node that no search reaches.
        """
        distance: DistanceArray = self.derived("distance", self._distances)
        return distance

    def _distances(self) -> DistanceArray:
        distance = np.full(self.n_nodes, vocab.NO_DISTANCE, np.int32)
        self._search_from_roots(distance)
        return distance

    def distances_without(self, nodes: AnyArray | Sequence[int]) -> DistanceArray:
        """Measure distances as if some nodes led nowhere.

        Parameters
        ----------
        nodes : integer[k]
            Ordinals of what no way may lead through.

        Returns
        -------
        int32[n_nodes]
            As `distance`; `vocab.NO_DISTANCE` for these nodes, and for what only they lead to.
        """
        distance = np.full(self.n_nodes, vocab.NO_DISTANCE, np.int32)
        avoided = np.setdiff1d(nodes, self.user_roots)
        # What has a distance already is not entered.
        distance[avoided] = 0
        self._search_from_roots(distance)
        distance[avoided] = vocab.NO_DISTANCE
        return distance

    def reached_without(self, avoided: BoolArray) -> BoolArray:
        """Search from the root, through nothing that is to be avoided.

        Parameters
        ----------
        avoided : bool[n_nodes]
            What no way may lead through.

        Returns
        -------
        bool[n_nodes]
            What is reached all the same. Every edge counts that is not weak.
        """
        distance = np.where(avoided, np.int32(0), np.int32(vocab.NO_DISTANCE))
        distance[self.root] = 0
        queue = np.empty(self.n_nodes + 1, np.uint32)
        queue[0] = self.root
        rules = np.full(self.n_nodes, traverse.RULE_NONE, np.uint8)
        self._searcher(distance, queue, rules)(1)
        reached: BoolArray = (distance != vocab.NO_DISTANCE) & ~avoided
        return reached

    def _search_from_roots(self, distance: DistanceArray) -> None:
        """Search from the program's roots, then from the engine's; known distances stay."""
        roots = self.user_roots
        queue = np.empty(self.n_nodes + len(roots) + 1, np.uint32)
        queue[: len(roots)] = roots
        distance[roots] = 1
        search = self._searcher(distance, queue, self._search_rules())
        search(len(roots))
        distance[self.root] = vocab.BASE_SYSTEM_DISTANCE if len(roots) else 0
        queue[0] = self.root
        search(1)

    def _searcher(
        self, distance: DistanceArray, queue: NodeArray, rules: ByteArray
    ) -> Callable[[int], None]:
        """Return what searches from the first nodes of the queue."""
        pending = np.zeros(self.ephemerons.n_pairs, np.bool_)
        edge_rules = (
            self.edge_type_index("weak"),
            self.edge_type_index("internal"),
            self.edge_type_index("element"),
            self.edge_type_index("hidden"),
        )
        sloppy_name = pc.equal(self.strings, vocab.SLOPPY_FUNCTION_MAP).to_numpy(
            zero_copy_only=False
        )
        ephemeron_pair = self.ephemerons.pair_of_string
        string_offsets, string_bytes = string_buffers(self.strings)

        def search(n_queued: int) -> None:
            traverse.distances(
                self.first_edge,
                self.edge_to,
                self.edge_type,
                self.edge_name,
                edge_rules,
                rules,
                sloppy_name,
                ephemeron_pair,
                string_offsets,
                string_bytes,
                queue,
                n_queued,
                pending,
                distance,
            )

        return search

    def _search_rules(self) -> ByteArray:
        rules = np.full(self.n_nodes, traverse.RULE_NONE, np.uint8)
        for type_name, name, rule in (
            ("array", vocab.MAP_DESCRIPTORS, traverse.RULE_MAP_DESCRIPTORS),
            ("hidden", vocab.NATIVE_CONTEXT, traverse.RULE_NATIVE_CONTEXT),
        ):
            nodes = np.flatnonzero(self.node_type == self.node_type_index(type_name))
            rules[nodes[self.is_named(nodes, name)]] = rule
        return rules

    # -- dominators -------------------------------------------------------------------------

    def prepare_sizes(self) -> None:
        """Compute retained sizes, unless that is done.

        Nothing needs more memory while it is computed than dominators. Who will ask for most
        arrays anyway calls this first: later, the others are in memory as well.
        """
        _ = self.retained_size

    @property
    def dominator(self) -> NodeArray:
        """``uint32[n_nodes]``: immediate dominator; the root's is the root."""
        dominator: NodeArray = self.derived("dominator", lambda: self._dominators()[0])
        return dominator

    @property
    def dominator_order(self) -> NodeArray:
        """``uint32[n_nodes]``: the root first, then every node after its dominator."""
        order: NodeArray = self.derived("dominator_order", lambda: self._dominators()[1])
        return order

    def _dominators(self) -> tuple[NodeArray, NodeArray]:
        """Compute dominators and order together, and keep both."""
        both: tuple[NodeArray, NodeArray] = self.derived(
            "_dominators", self._compute_dominators, keep=False
        )
        return both

    def _compute_dominators(self) -> tuple[NodeArray, NodeArray]:
        both = dominators.compute_dominators(
            self.first_edge, self.edge_to, self.essential_edge, self.root
        )
        self._forget("page_owned", "essential_edge")
        return both

    @property
    def retained_size(self) -> SizeArray:
        """``uint64[n_nodes]``: bytes freed if the node went, itself included."""

        def compute() -> SizeArray:
            dominator, order = self.dominator, self.dominator_order
            sizes = self.shallow_size.astype(np.uint64)
            dominators.add_up_dominated(dominator, order, sizes)
            self._forget("dominator_order", "_dominators")
            return sizes

        sizes: SizeArray = self.derived("retained_size", compute)
        return sizes

    @property
    def first_dominated(self) -> NodeArray:
        """``uint32[n_nodes + 1]``: CSR offsets into `dominated`."""

        def compute() -> AnyArray:
            counts = np.zeros(self.n_nodes, np.uint32)
            csr.count_targets(self.dominator, counts)
            counts[self.root] -= 1
            return csr.unsigned_offsets(counts, self.n_nodes - 1)

        first: NodeArray = self.derived("first_dominated", compute)
        return first

    @property
    def dominated(self) -> NodeArray:
        """``uint32[n_nodes - 1]``: what each node immediately dominates, in ascending order."""

        def compute() -> NodeArray:
            nodes = np.empty(self.n_nodes - 1, np.uint32)
            csr.invert_tree(self.dominator, self.root, self.first_dominated.copy(), nodes)
            return nodes

        nodes: NodeArray = self.derived("dominated", compute)
        return nodes

    # -- names and classes ------------------------------------------------------------------

    @property
    def detachedness(self) -> ByteArray | None:
        """``uint8[n_nodes]`` or None: 0 unknown, 1 attached, 2 detached, passed on."""
        if self.raw.detachedness is None:
            return None
        states: ByteArray = self.derived("node_state", lambda: self._detachedness()[0])
        return states

    @property
    def renamed(self) -> BoolArray | None:
        """``bool[n_nodes]`` or None: nodes whose name DevTools puts ``Detached`` before."""
        if self.raw.detachedness is None:
            return None
        renamed: BoolArray = self.derived("renamed", lambda: self._detachedness()[1])
        return renamed

    def _detachedness(self) -> tuple[ByteArray, BoolArray]:
        """Compute state and renaming together, and keep both."""

        def compute() -> tuple[ByteArray, BoolArray]:
            assert self.raw.detachedness is not None  # noqa: S101  callers have looked
            state = self.raw.detachedness & np.uint8(3)
            renamed = np.zeros(self.n_nodes, np.bool_)
            if state.any():
                class_kernels.propagate_detachedness(
                    self.first_edge,
                    self.edge_to,
                    self.edge_type,
                    ~np.isin(self.edge_type_names, ("hidden", "invisible", "weak")),
                    self.node_type == self.node_type_index("native"),
                    state,
                    renamed,
                )
            return state, renamed

        both: tuple[ByteArray, BoolArray] = self.derived("_detachedness", compute, keep=False)
        return both

    @property
    def plain_objects(self) -> PlainObjects:
        """The plain objects, grouped by their properties."""
        found: PlainObjects = self.derived(
            "plain_objects", lambda: find_plain_objects(self.raw), keep=False
        )
        return found

    @property
    def interface_definitions(self) -> tuple[InterfaceDefinition, ...]:
        """The names that plain objects get here, such as ``{id, name}``."""
        definitions: tuple[InterfaceDefinition, ...] = self.derived(
            "interface_definitions",
            lambda: infer_interfaces(self.raw, self.plain_objects),
            keep=False,
        )
        return definitions

    def classes_under(self, definitions: Sequence[InterfaceDefinition]) -> ClassTable:
        """Give every node its class, naming plain objects by another snapshot's definitions.

        Parameters
        ----------
        definitions : sequence of InterfaceDefinition
            Usually those of the snapshot that this one is compared with.

        Returns
        -------
        ClassTable
        """
        return build_class_table(self.raw, self.renamed, self.plain_objects, definitions)

    def _class_table(self) -> ClassTable:
        def compute() -> ClassTable:
            table = self.classes_under(self.interface_definitions)
            table.class_index.flags.writeable = False
            if self._store is not None:
                offsets, text = string_buffers(table.names)
                self._store.save("class_name_offsets", offsets)
                self._store.save("class_name_text", text)
                self._store.save("class_index", table.class_index)
            return table

        def load_or_compute() -> ClassTable:
            if self._store is not None:
                parts = [
                    self._store.load(name)
                    for name in ("class_name_offsets", "class_name_text", "class_index")
                ]
                if parts[0] is not None and parts[1] is not None and parts[2] is not None:
                    names = pa.LargeStringArray.from_buffers(
                        len(parts[0]) - 1, pa.py_buffer(parts[0]), pa.py_buffer(parts[1])
                    )
                    return ClassTable(names, parts[2])
            return compute()

        table: ClassTable = self.derived("class_table", load_or_compute, keep=False)
        return table

    @property
    def class_names(self) -> pa.LargeStringArray:
        """Distinct class names."""
        return self._class_table().names

    @property
    def class_index(self) -> NodeArray:
        """``uint32[n_nodes]``: index into `class_names`."""
        return self._class_table().class_index

    def class_name(self, node: int) -> str:
        """Return a node's class name."""
        text: str = self.class_names[int(self.class_index[node])].as_py()
        return text

    @property
    def location_of(self) -> AnyArray:
        """``int32[n_nodes]``: row of ``raw.locations``, -1 where a node has none."""
        rows: AnyArray = self.derived("location_of", self._location_rows, keep=False)
        return rows

    def _location_rows(self) -> AnyArray:
        rows = np.full(self.n_nodes, vocab.NO_INDEX, np.int32)
        if self.raw.locations is not None:
            nodes, rows_of_nodes = self._located_nodes()
            rows[nodes] = rows_of_nodes
        return rows

    def _located_nodes(self) -> tuple[NodeArray, AnyArray]:
        """Return the nodes that have a location, in ascending order, and its row."""
        assert self.raw.locations is not None  # noqa: S101  callers have looked
        nodes = self.raw.locations.node
        rows = np.arange(len(nodes), dtype=np.int32)
        if np.all(nodes[1:] > nodes[:-1]):
            return nodes, rows
        # Of several locations of one node the last counts, as in DevTools.
        order = np.argsort(nodes, kind="stable")
        nodes = nodes[order]
        is_last = np.append(nodes[1:] != nodes[:-1], [True] * (len(nodes) > 0))
        return nodes[is_last], rows[order[is_last]]

    @property
    def class_key(self) -> NodeArray:
        """``uint32[n_nodes]``: row of `class_keys`, the group in DevTools' Summary."""
        keys: NodeArray = self.derived("class_key", lambda: self._class_keys()[0])
        return keys

    @property
    def class_keys(self) -> IntArray:
        """``int64[n_keys, 2]``: class index, and row of ``raw.locations`` or -1."""
        flat: IntArray = self.derived("class_keys", lambda: self._class_keys()[1].reshape(-1))
        return flat.reshape(-1, 2)

    def _class_keys(self) -> tuple[NodeArray, IntArray]:
        both: tuple[NodeArray, IntArray] = self.derived(
            "_class_keys", lambda: self.class_keys_under(self._class_table()), keep=False
        )
        return both

    def class_keys_under(self, table: ClassTable) -> tuple[NodeArray, IntArray]:
        """Split classes of objects by the site that defines them.

        Parameters
        ----------
        table : ClassTable
            The class of every node.

        Returns
        -------
        class_key : uint32[n_nodes]
            Row of ``class_keys``; the first rows are the classes themselves.
        class_keys : int64[n_keys, 2]
            Class index, and a row of ``raw.locations`` with the site, or -1.
        """
        n_classes = len(table.names)
        keys = np.full((n_classes, 2), vocab.NO_INDEX, np.int64)
        keys[:, 0] = np.arange(n_classes)
        locations = self.raw.locations
        if locations is None or len(locations.node) == 0:
            return table.class_index, keys
        # Not by `location_of`: that is four bytes a node at the peak of memory.
        nodes, rows = self._located_nodes()
        is_object = self.node_type[nodes] == self.node_type_index("object")
        nodes, rows = nodes[is_object], rows[is_object]
        first, number = distinct_rows(
            locations.script_id[rows],
            locations.line[rows],
            locations.column[rows],
            table.class_index[nodes],
        )
        class_key = table.class_index.copy()
        class_key[nodes] = (n_classes + number).astype(np.uint32)
        split = np.stack([table.class_index[nodes[first]].astype(np.int64), rows[first]], axis=1)
        return class_key, np.concatenate([keys, split])

    def name(self, node: int) -> str:
        """Return a node's name; DevTools' ``Detached`` is put before those that it renames."""
        name = self.string(self.node_name[node])
        if self.renamed is not None and self.renamed[node]:
            return vocab.DETACHED_PREFIX + name
        return name

    def display_name(self, node: int) -> str:
        """Return the name that DevTools shows: ropes joined, plain objects as ``{a, b}``."""
        kind = self.node_type_names[self.node_type[node]]
        if kind == "concatenated string":
            return self._rope_text(node)
        name = self.name(node)
        if kind == "object" and name == vocab.CLASS_OBJECT:
            return self._plain_object_name(node)
        return name

    def _rope_text(self, node: int) -> str:
        offsets, _ = string_buffers(self.strings)
        leaves = np.empty(_CONS_STRING_NAME_BYTES, np.uint32)
        n_leaves = ropes.list_leaves(
            self.first_edge,
            self.edge_type,
            self.edge_name,
            self.edge_to,
            self.node_type,
            self.node_name,
            self.node_type_index("concatenated string"),
            self.edge_type_index("internal"),
            self._half_of_string,
            offsets,
            node,
            leaves,
        )
        text = ""
        n_units = 0
        for leaf in leaves[:n_leaves].tolist():
            if n_units >= _CONS_STRING_NAME_LENGTH:
                break
            part = self.string(self.node_name[leaf])
            text += part
            n_units += len(part) + sum(character > "\uffff" for character in part)
        return text

    @property
    def _half_of_string(self) -> ByteArray:
        """Which half of a rope an edge of this name leads to; see `heapnb.kernels.ropes`."""

        def compute() -> ByteArray:
            halves = np.zeros(len(self.strings), np.uint8)
            for name, half in (("first", ropes.FIRST), ("second", ropes.SECOND)):
                halves[pc.equal(self.strings, name).to_numpy(zero_copy_only=False)] = half
            return halves

        halves: ByteArray = self.derived("half_of_string", compute, keep=False)
        return halves

    def _plain_object_name(self, node: int) -> str:
        """Show properties from both ends until the name is long enough."""
        property_type = self.edge_type_index("property")
        start, stop = self.edges_of(node)
        head, tail = "{", "}"
        from_end = False
        stop -= 1
        while start <= stop:
            edge = stop if from_end else start
            shown = self.edge_type[edge] == property_type and self.edge_label(edge) != "__proto__"
            if shown:
                formatted = format_property_name(self.edge_label(edge))
                length = len(head) + len(tail) + len(formatted)
                if len(head) > 1 and length > _PLAIN_OBJECT_NAME_LENGTH:
                    break
                if from_end:
                    tail = formatted + (", " if len(tail) > 1 else "") + tail
                else:
                    head += (", " if len(head) > 1 else "") + formatted
            if from_end:
                stop -= 1
            else:
                start += 1
            if shown:
                from_end = not from_end
        if start <= stop:
            head += ", …"
        return head + (", " if len(tail) > 1 else "") + tail

    def is_named(self, nodes: AnyArray, name: str) -> BoolArray:
        """Tell which of some nodes have a given name.

        Parameters
        ----------
        nodes : integer[k]
            Ordinals.
        name : str
            As the file has it.

        Returns
        -------
        bool[k]
        """
        matches = pc.equal(self.strings, name).to_numpy(zero_copy_only=False)
        named: BoolArray = matches[self.node_name[nodes]]
        return named


def open_graph(
    source: SnapshotSource,
    *,
    cache: bool = True,
    progress: ProgressReporter = _no_progress,
    salvage: bool = False,
    source_files: SourceFiles | None = None,
) -> HeapGraph:
    """Read a snapshot, or map it from the on-disk cache, and make its graph.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        See `heapnb.format.read_snapshot`.
    cache : bool, default True
        Whether to look in the on-disk cache and to fill it, derived arrays included.
    progress : callable, optional
        Opens a context in which reading, and later long computations, report; see
        `heapnb.progress.progress_bar`.
    salvage : bool, default False
        Read what a truncated file still holds.
    source_files : SourceFiles, optional
        The program's sources and source maps, by which places are named.

    Returns
    -------
    HeapGraph
    """
    with progress() as report:
        if not is_compiled(parse.parse_integers):
            if report is not None:
                report("Compiling kernels (only this once)", 0, 0)
            compile_kernels()
        raw, store = read_cached(source, cache=cache, progress=report, salvage=salvage)
    return HeapGraph(raw, store, progress, source_files)


def compile_kernels() -> None:
    """Call every kernel on a few bytes, so that numba compiles them and keeps the result."""
    graph = HeapGraph(read_snapshot(_TINY_SNAPSHOT))
    for name in ("retained_size", "distance", "class_key", "dominated", "retaining_edge"):
        getattr(graph, name)
    graph.ordinals_of([1])


class Ephemerons:
    """Names of edges to the values of WeakMaps: V8 writes one from the map, one from the key.

    Parameters
    ----------
    string_index : int64[k]
        Strings that name such an edge.
    pair : int64[k]
        The number of the entry; both its edges have the same.
    table_id : int64[k]
        Node id of the map's table.
    n_strings : int
        Length of the string table.
    """

    def __init__(
        self, string_index: IntArray, pair: IntArray, table_id: IntArray, n_strings: int
    ) -> None:
        self.string_index = string_index
        self.pair = pair
        self.table_id = table_id
        self._n_strings = n_strings

    @classmethod
    def find(cls, strings: pa.LargeStringArray) -> Ephemerons:
        """Look through a string table."""
        candidates = pc.match_substring(strings, _EPHEMERON_MARK)
        index = np.flatnonzero(candidates.to_numpy(zero_copy_only=False))
        parts = pc.extract_regex(strings.take(pa.array(index)), _EPHEMERON)
        valid = pc.is_valid(parts).to_numpy(zero_copy_only=False)
        parts = parts.filter(pa.array(valid))
        pair, table = parts.field("pair"), parts.field("table")
        found = cls(
            index[valid],
            pair.dictionary_encode().indices.to_numpy().astype(np.int64),
            pc.cast(table, pa.int64()).to_numpy(zero_copy_only=False).copy(),
            len(strings),
        )
        # Arrow keeps what it used for another time; dominators, next, need it now.
        del candidates, parts, pair, table
        pa.default_memory_pool().release_unused()
        return found

    @property
    def n_pairs(self) -> int:
        """Number of entries."""
        return int(self.pair.max()) + 1 if len(self.pair) else 0

    @property
    def pair_of_string(self) -> IntArray:
        """``int64[n_strings]``: the entry, or -1; of length 0 if there are no entries."""
        return self._by_string(self.pair)

    @property
    def table_of_string(self) -> IntArray:
        """``int64[n_strings]``: node id of the table, or -1; of length 0 without entries."""
        return self._by_string(self.table_id)

    def _by_string(self, values: IntArray) -> IntArray:
        if not len(values):
            return np.empty(0, np.int64)
        spread = np.full(self._n_strings, vocab.NO_INDEX, np.int64)
        spread[self.string_index] = values
        return spread


def string_buffers(strings: pa.LargeStringArray) -> tuple[IntArray, ByteArray]:
    """Give kernels access to an Arrow string array, without copying.

    Parameters
    ----------
    strings : pyarrow.LargeStringArray
        Without nulls.

    Returns
    -------
    offsets : int64[n + 1]
        String i is ``text[offsets[i]:offsets[i + 1]]``.
    text : uint8[m]
        UTF-8.
    """
    _, offset_buffer, text_buffer = strings.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)
    offsets = offsets[strings.offset : strings.offset + len(strings) + 1]
    if text_buffer is None or text_buffer.size == 0:
        return offsets, np.empty(0, np.uint8)
    return offsets, np.frombuffer(text_buffer, np.uint8)


__all__ = ["DerivedStore", "Ephemerons", "HeapGraph", "open_graph", "string_buffers"]
