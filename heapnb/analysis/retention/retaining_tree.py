"""One preferred retaining path for each node, as a tree over the heap.

The shortest path from the GC roots often leads through the engine's own structures (code, hidden
classes, templates), or through a function that happens to share a scope with the node. This tree
prefers what the program itself wrote: properties, elements, variables, entries of collections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray, OffsetArray
from heapnb.analysis.retention.pending_activities import edges_to_held_by_page
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.shortest_path import shortest_path
from heapnb.analysis.retention.snapshot_code import snapshot_functions
from heapnb.analysis.retention.view_lists import entries_of_view_lists
from heapnb.analysis.retention.weak_tables import are_from_table
from heapnb.decode.links import has_name, nodes_named
from heapnb.format.arrow import to_numpy, to_texts
from heapnb.graph import HeapGraph, derived
from heapnb.graph.edges import children_of, edges_where, is_string
from heapnb.graph.locations import is_internal_script, script_names
from heapnb.kernels import traverse
from heapnb.kernels import trees as kernels
from heapnb.kernels.chains import dominator_chain

USER_TYPES: Final = tuple(name for name in vocab.V8_NODE_TYPES if name not in vocab.SYSTEM_TYPES)
"""Node types of what a program makes or stores, and of roots; others are the engine's."""

STORAGE_NAMES: Final = ("system / PropertyArray", "system / ArrayList")
"""Engine objects that hold the values of another object, beside those of type array."""

CELL_NAMES: Final = (
    "system / PropertyCell",
    "system / ContextCell",
    "system / Cell",
)
"""Engine objects that hold a single value: a global variable, a variable, an export."""

THROUGH_NAMES: Final = (
    "system / AccessorPair",
    "system / AsyncGeneratorRequest",
    "system / CallSiteInfo",
    "system / ErrorStackData",
    "system / JSProxy",
    "system / PromiseCapability",
    "system / PromiseReaction",
    "system / PromiseFulfillReactionJobTask",
    "system / PromiseRejectReactionJobTask",
    "system / PromiseResolveThenableJobTask",
    "system / ScriptContextTable",
    "system / SourceTextModule",
    "system / StackFrameInfo",
    "system / SyntheticModule",
    "system / WeakCell",
)
"""Engine objects through which a program holds its own."""

SCRIPT_CONTEXT_LABELS: Final = ("script_context_table", "script_contexts")
"""Edges of a native context to the variables of classic scripts."""

_GETTER_OF_PROCESS: Final = "get process"
_STRING_ROOTS: Final = ("(Internalized strings)", "(String table)")
"""The engine's table of strings, which holds none of them."""

_TEMPORARY_ROOTS: Final = (*_STRING_ROOTS, "(Stack roots)", "(Handle scope)")
"""Roots that hold what was being worked with when the snapshot was taken."""

_CLEANUP_QUEUE: Final = "Node / CleanupQueue"
"""What Node has to tidy up at its end: all that it knows, held or not."""

_TO_WRAPPER: Final = ("native_to_javascript", "wrapped")
_MOST_ROUNDS: Final = 16
"""So deep may entries of WeakMaps be nested for the tree to prefer other edges."""

_CONCATENATED: Final = "concatenated string"
_SECOND_HALF: Final = "second"

_TO_REGISTERS: Final = "parameters_and_registers"
_TIMER_LIST: Final = "TimersList"
_TIMERS: Final = (_TIMER_LIST, "Timeout")
_TIMER_LINKS: Final = ("_idleNext", "_idlePrev")
_TO_OWNER: Final = "<symbol owner_symbol>"


@dataclass(frozen=True)
class RetainingTree:
    """A path from the root to every node that is retained.

    Parameters
    ----------
    parent : uint32[n_nodes]
        The node before it on the path; `vocab.NO_ORDINAL` where nothing retains a node, the root
        itself for the root.
    parent_edge : unsigned[n_nodes]
        The edge that leads from there.
    order : uint32[n_reached]
        The nodes that are retained, the root first, every node after its parent.
    n_user : int
        The first so many of ``order`` are reached without passing through the engine's own
        objects.
    is_storage, is_cell : bool[n_nodes]
        Backing stores, and among them those of a single value.
    """

    parent: NodeArray
    parent_edge: OffsetArray
    order: NodeArray
    n_user: int
    is_storage: BoolArray
    is_cell: BoolArray

    def path(self, node: int) -> IntArray:
        """Return the ordinals from the root to a node, both included, as ``int64[k]``."""
        if self.parent[node] == vocab.NO_ORDINAL:
            return np.array([node], np.int64)
        # Memory that is not touched costs nothing, and a path may have millions of nodes.
        above = np.empty(len(self.parent), np.uint32)
        length = dominator_chain(self.parent, node, above)
        return np.append(above[:length][::-1], node).astype(np.int64)


def path_in_tree(graph: HeapGraph, tree: RetainingTree, node: int) -> RetainingPath:
    """Return a tree's path to a node, with all its edges.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    tree : RetainingTree
        Its tree.
    node : int
        Ordinal of a node that is retained.

    Returns
    -------
    RetainingPath
    """
    return path_from_root(graph, tree.parent_edge[tree.path(node)[1:]].astype(np.int64))


def path_from_root(graph: HeapGraph, edges: IntArray) -> RetainingPath:
    """Make a path of the edges of one in the tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : int64[k]
        Edge ordinals, the first step's first.

    Returns
    -------
    RetainingPath
    """
    start = int(graph.edge_from(edges[:1])[0]) if len(edges) else graph.root
    if start != graph.root and (before := shortest_path(graph, start)) is not None:
        # The tree begins with the variables of classic scripts, whatever leads to them.
        edges = np.concatenate([before.edges, edges])
    return RetainingPath.from_edges(graph, edges)


@derived(keep=False)
def retaining_tree(graph: HeapGraph) -> RetainingTree:
    """Find a path to every node; prefer edges that the program itself made.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    RetainingTree
        Kept by the graph.

    Notes
    -----
    Breadth first in rounds: (1) from the program's globals, (2) from the engine's handles, both
    over the program's own objects only; (3) also through the functions and variables of the
    runtime's own scripts, which retain much by accident (a running timer retains all that its
    callback can see); (4) also through functions that write snapshots, such as signal handlers;
    (5) from the stack; (6) through everything else. Each time
    entries of WeakMaps come last, then those of Angular's list of views, and after them the
    registers of suspended calls. The links
    between running timers are walked after (3), from the runtime's list of them: a program that
    holds one timer does not hold all others. What is in a browser's lists of what is under way is
    reached from there only if nothing of the page holds it.
    """
    usable = _usable_edges(graph)
    tree = retaining_tree_over(graph, usable)
    left_out = edges_to_held_by_page(graph, tree.parent, usable)
    if not len(left_out):
        return tree
    usable[left_out] = False
    without = retaining_tree_over(graph, usable)
    return without if len(without.order) == len(tree.order) else tree


def retaining_tree_over(graph: HeapGraph, usable: BoolArray) -> RetainingTree:
    """Find a path to every node over some edges.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    usable : bool[n_edges]
        Edges that may be walked. The path from the root to the program's globals is not looked
        up in it.

    Returns
    -------
    RetainingTree
    """
    is_storage, is_cell, is_engine = _classify(graph)
    script_contexts = _edges_to_script_contexts(graph)
    tables = graph.edge_to[script_contexts]
    is_storage[tables] = True
    is_engine[tables] = False
    parent = np.full(graph.n_nodes, vocab.NO_ORDINAL, np.uint32)
    parent_edge = np.zeros(graph.n_nodes, graph.first_edge.dtype)
    queue = np.empty(graph.n_nodes, np.uint32)
    parent[graph.root] = graph.root
    queue[0] = graph.root
    tail = 1
    for edge in (*_edges_to_globals(graph), *script_contexts):
        target = int(graph.edge_to[edge])
        if parent[target] == vocab.NO_ORDINAL:
            parent[target] = graph.root
            parent_edge[target] = edge
            queue[tail] = target
            tail += 1
    last = (
        _entries_of_weak_maps(graph, usable),
        entries_of_view_lists(graph, usable),
        _registers(graph, usable),
    )
    links = _links_of_timers(graph, usable)
    growth = _Growth(graph, usable, last, links, (parent, parent_edge, queue))
    is_temporary = is_engine.copy()
    is_temporary[_roots_named(graph, _TEMPORARY_ROOTS)] = True
    writes_snapshots = is_temporary.copy()
    writes_snapshots[snapshot_functions(graph)] = True
    is_accidental = writes_snapshots.copy()
    is_accidental[_code_of_runtime(graph)] = True
    is_accidental[_path_to_process(graph)] = False
    tail = growth.over(is_accidental, tail, again=False)
    for blocked in (is_accidental, writes_snapshots):
        tail = growth.over(blocked, tail)
    of_lists = links[has_name(graph, graph.edge_from(links), _TIMER_LIST)]
    grown = growth.follow(of_lists, writes_snapshots, tail)
    growth.usable[links] = kernels.NOW
    tail = growth.over(writes_snapshots, grown, again=False)
    tail = growth.over(is_temporary, tail)
    is_engine[_roots_named(graph, _STRING_ROOTS)] = True
    n_user = growth.over(is_engine, tail)
    blocked = np.zeros(graph.n_nodes, np.bool_)
    blocked[_roots_named(graph, _STRING_ROOTS)] = True
    tail = growth.over(blocked, n_user)
    tail = growth.over(np.zeros_like(blocked), tail)
    return RetainingTree(parent, parent_edge, queue[:tail].copy(), n_user, is_storage, is_cell)


class _Growth:
    """A tree that grows, each time over some edges last.

    A value of a WeakMap that something else holds as well is that holder's. The registers of a
    suspended call hold its local variables, without their names, and values that it no longer
    needs. The tree begins with the root, whose edges wait until it grows again.
    """

    def __init__(
        self,
        graph: HeapGraph,
        usable: BoolArray,
        last: tuple[IntArray, ...],
        links: IntArray,
        tree: tuple[NodeArray, OffsetArray, NodeArray],
    ) -> None:
        self.graph = graph
        self.last = last
        self.parent, self.parent_edge, self.queue = tree
        self.usable = usable.astype(np.uint8)
        for edges in (*last, links):
            self.usable[edges] = kernels.NOT_NOW
        of_root = np.arange(*graph.edges_of(graph.root))
        of_root = of_root[self.usable[of_root] != kernels.NEVER]
        room = graph.n_nodes + len(links) + sum(map(len, last)) + len(of_root)
        # Memory that is not touched costs nothing.
        waiting, sources = np.empty(room, graph.first_edge.dtype), np.empty(room, np.uint32)
        waiting[: len(of_root)] = of_root
        sources[: len(of_root)] = graph.root
        self._waiting = waiting, sources, np.zeros(graph.n_nodes, np.bool_)
        self._n_waiting = len(of_root)
        self._n_searched = 1

    def over(self, blocked: BoolArray, tail: int, *, again: bool = True) -> int:
        """Grow without entering some nodes, from all of `queue[:tail]` or only what is new there.

        Returns the new tail.
        """
        tail = self._grow(blocked, tail, again=again)
        for _ in range(_MOST_ROUNDS):
            for edges in self.last:
                grown = self.follow(edges, blocked, tail)
                if grown > tail:
                    # What is below prefers everything else again.
                    tail = self._grow(blocked, grown, again=False)
                    break
            else:
                return tail
        return self._grow_over_all(blocked, tail)

    def follow(self, edges: IntArray, blocked: BoolArray, tail: int) -> int:
        """Reach the targets of some edges whose sources are reached; return the new tail."""
        source, target = self.graph.edge_from(edges), self.graph.edge_to[edges]
        is_new = (self.parent[source] != vocab.NO_ORDINAL) & ~blocked[target]
        is_new &= self.parent[target] == vocab.NO_ORDINAL
        found, first = np.unique(target[is_new], return_index=True)
        self.parent[found] = source[is_new][first]
        self.parent_edge[found] = edges[is_new][first]
        self.queue[tail : tail + len(found)] = found
        return tail + len(found)

    def _grow_over_all(self, blocked: BoolArray, tail: int) -> int:
        """Grow without a preference: a chain of entries may be of any length."""
        for edges in self.last:
            self.usable[edges] = kernels.NOW
        tail = self._grow(blocked, tail, again=True)
        for edges in self.last:
            self.usable[edges] = kernels.NOT_NOW
        return tail

    def _grow(self, blocked: BoolArray, tail: int, *, again: bool) -> int:
        ways = (self.graph.edge_to, self.usable, blocked)
        tree = (self.parent, self.parent_edge, self.queue)
        if again:
            waiting = (self._waiting, self._n_waiting)
            tail, self._n_waiting = kernels.enter_waiting(*ways, *tree, tail, *waiting)
        waiting = (self._waiting, self._n_waiting)
        position = (self._n_searched, tail)
        tail, self._n_waiting = kernels.grow_tree(
            self.graph.first_edge, *ways, *tree, *position, *waiting
        )
        self._n_searched = tail
        return tail


def _entries_of_weak_maps(graph: HeapGraph, usable: BoolArray) -> IntArray:
    """List the usable edges from keys of WeakMaps to their values."""
    if not graph.ephemerons.n_pairs:
        return np.empty(0, np.int64)
    edges = edges_where(graph, graph.ephemerons.table_of_string >= 0, "internal")
    return edges[usable[edges]]


def _registers(graph: HeapGraph, usable: BoolArray) -> IntArray:
    """List the usable edges from suspended calls to their local and temporary values."""
    arrays = np.unique(
        graph.edge_to[edges_where(graph, is_string(graph, [_TO_REGISTERS]), "internal")]
    )
    edges = _edges_from(graph, arrays.astype(np.int64))
    return edges[usable[edges]]


def _edges_from(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """List the edges that leave some nodes."""
    start = graph.first_edge[nodes].astype(np.int64)
    count = graph.first_edge[nodes + 1].astype(np.int64) - start
    before = np.cumsum(count) - count
    edges: IntArray = np.repeat(start - before, count) + np.arange(int(count.sum()))
    return edges


def _links_of_timers(graph: HeapGraph, usable: BoolArray) -> IntArray:
    """List the usable edges between running timers, and from the lists of them."""
    edges = _edges_from(graph, nodes_named(graph, _TIMERS).astype(np.int64))
    is_link = is_string(graph, _TIMER_LINKS)[graph.edge_name[edges]]
    is_link &= graph.edge_type[edges] == graph.edge_type_index("property")
    return edges[is_link & usable[edges]]


def _edges_to_globals(graph: HeapGraph) -> list[int]:
    """List the edges from the root to the program's globals; some of them are shortcuts."""
    edges = np.arange(*graph.edges_of(graph.root))
    edges = edges[np.isin(graph.edge_to[edges], graph.user_roots)]
    edges = edges[graph.edge_type[edges] != graph.edge_type_index("weak")]
    found: list[int] = edges[~are_from_table(graph, edges)].tolist()
    return found


def _usable_edges(graph: HeapGraph) -> BoolArray:
    """Return the edges that hold their target, as ``bool[n_edges]``."""
    usable: BoolArray = (graph.edge_type != graph.edge_type_index("weak")) & (
        graph.edge_type != graph.edge_type_index("shortcut")
    )
    if graph.ephemerons.n_pairs:
        traverse.drop_table_edges(
            graph.first_edge,
            graph.edge_type,
            graph.edge_name,
            graph.edge_type_index("internal"),
            graph.node_id,
            graph.ephemerons.table_of_string,
            usable,
        )
    return usable


def _classify(graph: HeapGraph) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Tell backing stores, cells and the engine's own objects, each as ``bool[n_nodes]``."""

    def named(names: Sequence[str]) -> BoolArray:
        is_name = pc.is_in(graph.strings, to_texts(names))
        matches: BoolArray = to_numpy(is_name)[graph.node_name]
        return matches

    kinds = graph.node_type
    is_user_type = np.isin(graph.node_type_names, USER_TYPES)
    is_user_type = np.concatenate([is_user_type, np.zeros(256 - len(is_user_type), np.bool_)])
    is_user = is_user_type[kinds]
    is_cell = named(CELL_NAMES) & ~is_user
    is_storage = is_cell | (named(STORAGE_NAMES) & ~is_user)
    is_engine = ~(is_user | is_storage | named(THROUGH_NAMES)) | named([_CLEANUP_QUEUE])
    is_storage |= kinds == graph.node_type_index("array")
    is_storage[_parts_of_handles(graph)] = True
    flat = _flat_strings(graph)
    is_storage[flat] = is_cell[flat] = True
    return is_storage, is_cell, is_engine


def _flat_strings(graph: HeapGraph) -> IntArray:
    """List the concatenated strings that the engine has copied into one string since.

    Their second half is empty. The engine puts the copy in their place when it next moves them.
    """
    if _CONCATENATED not in graph.node_type_names:
        return np.empty(0, np.int64)
    ropes = np.flatnonzero(graph.node_type == graph.node_type_index(_CONCATENATED))
    edges = _edges_from(graph, ropes)
    is_half = is_string(graph, [_SECOND_HALF])[graph.edge_name[edges]]
    is_half &= graph.edge_type[edges] == graph.edge_type_index("internal")
    is_half &= is_string(graph, [""])[graph.node_name[graph.edge_to[edges]]]
    return graph.edge_from(edges[is_half]).astype(np.int64)


def _parts_of_handles(graph: HeapGraph) -> NodeArray:
    """List what stands between the root and the objects that own a handle, such as sockets.

    For each open handle the runtime has a root of its own, whose id is new in every snapshot,
    and a wrapper, which refers to its owner.
    """
    is_root, is_wrapper = np.zeros((2, graph.n_nodes), np.bool_)
    wrapping = edges_where(graph, is_string(graph, _TO_WRAPPER), "internal")
    roots = graph.edge_from(wrapping)
    is_synthetic = graph.node_type[roots] == graph.node_type_index("synthetic")
    is_root[roots[is_synthetic]] = True
    is_wrapper[graph.edge_to[wrapping]] = True
    owned = graph.edge_from(edges_where(graph, is_string(graph, [_TO_OWNER]), "property"))
    parts: NodeArray = np.concatenate([np.flatnonzero(is_root), owned[is_wrapper[owned]]])
    return parts


def _code_of_runtime(graph: HeapGraph) -> IntArray:
    """List the functions of the runtime's own scripts, and the contexts with their variables."""
    locations = graph.raw.locations
    if locations is None:
        return np.empty(0, np.int64)
    internal = [i for i, name in script_names(graph).items() if is_internal_script(name)]
    nodes = locations.node[np.isin(locations.script_id, internal)]
    closures = nodes[graph.node_type[nodes] == graph.node_type_index("closure")].astype(np.int64)
    contexts = children_of(graph, closures, ["context"])
    return np.concatenate([closures, contexts[contexts >= 0]])


def _path_to_process(graph: HeapGraph) -> list[int]:
    """Find the runtime's function that gives programs their ``process``, and its context.

    Programs reach their modules through it.
    """
    edges = [
        edge
        for root in np.unique(graph.user_roots).tolist()
        for edge in np.arange(*graph.edges_of(root)).tolist()
        if graph.edge_label(edge) == _GETTER_OF_PROCESS
    ]
    getters = graph.edge_to[edges].astype(np.int64)
    contexts = children_of(graph, getters, ["context"])
    return [*getters.tolist(), *contexts[contexts >= 0].tolist()]


def _roots_named(graph: HeapGraph, names: Sequence[str]) -> IntArray:
    """Find some of the nodes that stand for kinds of roots."""
    nodes = np.flatnonzero(graph.node_type == graph.node_type_index("synthetic"))
    roots: IntArray = nodes[is_string(graph, names)[graph.node_name[nodes]]]
    return roots


def _edges_to_script_contexts(graph: HeapGraph) -> list[int]:
    """Find where the engine keeps the top-level ``let`` and ``const`` of classic scripts."""
    native_contexts = np.flatnonzero(
        (graph.node_type == graph.node_type_index("hidden"))
        & to_numpy(pc.starts_with(graph.strings, vocab.NATIVE_CONTEXT))[graph.node_name]
    )
    return [
        edge
        for node in native_contexts.tolist()
        for edge in range(*graph.edges_of(node))
        if graph.edge_label(edge) in SCRIPT_CONTEXT_LABELS
    ]
