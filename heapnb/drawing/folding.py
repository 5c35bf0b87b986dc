"""What of the paths to some nodes gets drawn: long, uniform and internal stretches are folded.

Plain data: which nodes appear, which edges connect them, and how much each gap stands for.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.decode.native_listeners import is_of_browser
from heapnb.graph import HeapGraph
from heapnb.kernels.chains import follow

_LONGEST_PERIOD: Final = 6
_MIN_ROUNDS: Final = 4
_MIN_HIDDEN: Final = 3
_MAX_STRETCH: Final = 24
_MAX_ALIKE: Final = 3
_MAX_NESTED: Final = 3


@dataclass(frozen=True)
class PathEdges:
    """Edges that lead from roots to targets.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : int64[k]
        Edge ordinals, each once.
    targets : int64[t]
        Ordinals of the nodes that the paths lead to.
    count : int64[n] or None
        How many targets lie at or below each of ``nodes``; None where that does not matter.
    nodes : int64[n] or None
        Ordinals of all nodes, in any order, where there is a count.
    """

    graph: HeapGraph
    edges: IntArray
    targets: IntArray
    count: IntArray | None = None
    nodes: IntArray | None = None


@dataclass(frozen=True)
class DrawnNode:
    """A node that appears.

    Parameters
    ----------
    ordinal : int
        Which.
    is_target : bool
        Whether the drawing explains what retains it.
    count : int or None
        How many targets lie at or below it.
    """

    ordinal: int
    is_target: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Gap:
    """Stands for nodes that do not appear: a stretch of a path, or further branches.

    Parameters
    ----------
    n : int
        How many nodes, or how many branches.
    n_rounds : int
        How often the nodes before it repeat; 0 where nothing repeats.
    is_end : bool
        Whether it stands for branches.
    is_start : bool
        Whether it stands for retainers.
    count : int or None
        How many targets lie on these branches.
    """

    n: int
    n_rounds: int = 0
    is_end: bool = False
    count: int | None = None
    is_start: bool = False


@dataclass(frozen=True)
class Link:
    """A line between two items.

    Parameters
    ----------
    source, target : int
        Places in the list of items.
    edges : tuple of int
        The edges that it stands for; several where engine-internal nodes were folded, none
        where it only leads to a gap.
    """

    source: int
    target: int
    edges: tuple[int, ...]


@dataclass(frozen=True)
class Drawing:
    """What appears.

    Parameters
    ----------
    items : list of DrawnNode or Gap
        Roots first.
    links : list of Link
        What connects them.
    """

    items: list[DrawnNode | Gap]
    links: list[Link]


def is_engine_node(graph: HeapGraph, nodes: AnyArray) -> BoolArray:
    """Tell which nodes are the engine's own, or the browser's: tables, scopes, code, records.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    bool[k]
    """
    types = [graph.node_type_index(name) for name in vocab.ENGINE_TYPES]
    names, which = np.unique(graph.node_name[nodes], return_inverse=True)
    texts = graph.strings.take(pa.array(names))
    is_system = pc.starts_with(texts, vocab.SYSTEM_PREFIX).to_numpy(zero_copy_only=False)
    is_browser = np.array([is_of_browser(name) for name in texts.to_pylist()], np.bool_)
    is_native = graph.node_type[nodes] == graph.node_type_index("native")
    is_named: BoolArray = is_system[which] | (is_native & is_browser[which])
    return is_named | np.isin(graph.node_type[nodes], types)


def fold_paths(paths: PathEdges, *, fold: bool, max_nodes: int, max_children: int) -> Drawing:
    """Choose what to draw.

    Parameters
    ----------
    paths : PathEdges
        All there is.
    fold : bool
        Whether engine-internal nodes on the way are left out, and repetitions shortened.
    max_nodes : int
        About how many items to draw; where most targets lie goes first.
    max_children : int
        How many branches of one node to draw.

    Returns
    -------
    Drawing

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root.cache>map map/table>table table[0]>user")
    >>> graph = builder.node("table", type="array").graph()
    >>> paths = PathEdges(graph, np.arange(3), np.array([3]))
    >>> drawing = fold_paths(paths, fold=True, max_nodes=60, max_children=8)
    >>> [item.ordinal for item in drawing.items], [link.edges for link in drawing.links]
    ([0, 1, 3], [(0,), (1, 2)])
    """
    return _Folder(paths, fold, max_nodes, max_children).run()


# Ordered by the number of targets, most first; then as discovered. The last of each entry are
# the classes of the forks above.
_Queue: TypeAlias = list[tuple[int, int, int, tuple[int, ...]]]


class _Folder:
    """Walks the paths from the roots, largest branches first, and only as far as is drawn."""

    def __init__(self, paths: PathEdges, fold: bool, max_nodes: int, max_children: int) -> None:
        graph = paths.graph
        self.paths = paths
        self.graph = graph
        self.fold = fold
        self.max_nodes = max_nodes
        self.max_children = max_children
        source = graph.edge_from(paths.edges)
        target = graph.edge_to[paths.edges].astype(np.int64)
        # From here on nodes are numbers into `nodes`.
        self.nodes = _distinct(np.concatenate([source, target, paths.targets]))
        source = np.searchsorted(self.nodes, source)
        target = np.searchsorted(self.nodes, target)
        self.fits = len(self.nodes) <= max_nodes
        self.is_target = np.isin(self.nodes, paths.targets)
        self.has_count = paths.count is not None
        self.count = np.zeros(len(self.nodes), np.int64)
        if paths.count is not None and paths.nodes is not None:
            self.count[np.searchsorted(self.nodes, paths.nodes)] = paths.count
        order = np.lexsort((paths.edges, -self.count[target], source))
        self.edge = paths.edges[order]
        self.end = target[order]
        n_out = np.bincount(source, minlength=len(self.nodes))
        n_in = np.bincount(target, minlength=len(self.nodes))
        self.first = np.concatenate([[0], np.cumsum(n_out)])
        is_inner = (n_in == 1) & (n_out == 1) & ~self.is_target
        # From each branch to the one after it, as long as there is no choice.
        self.following = np.where(is_inner[self.end], self.first[self.end], -1)
        self.scratch = np.empty(len(self.edge), np.int64)
        starts = np.flatnonzero(n_in == 0)
        if len(starts) == 0:
            starts = np.flatnonzero(self.nodes == graph.root)
        self.starts: list[int] = starts.tolist()
        self.items: list[DrawnNode | Gap] = []
        self.links: list[Link] = []
        self.place_of: dict[int, int] = {}

    def run(self) -> Drawing:
        pending: _Queue = []
        for node in self.starts:
            self._draw_and_queue(node, pending, ())
        while pending:
            _, _, node, above = heapq.heappop(pending)
            self._draw_branches(node, pending, above)
        return Drawing(self.items, self.links)

    def _draw_and_queue(
        self, node: int, pending: _Queue, above: tuple[int, ...], *, is_repeat: bool = False
    ) -> None:
        self.place_of[node] = self._add(self._item(node))
        name = int(self.graph.class_index[self.nodes[node]])
        # Forks in a linked structure follow each other without end.
        is_nested = not self.fits and above.count(name) >= _MAX_NESTED
        if is_repeat or is_nested:
            self._draw_gap(node, list(range(int(self.first[node]), int(self.first[node + 1]))))
        else:
            entry = (-int(self.count[node]), len(self.place_of), node, (*above, name))
            heapq.heappush(pending, entry)

    def _item(self, node: int) -> DrawnNode:
        count = int(self.count[node]) if self.has_count else None
        return DrawnNode(int(self.nodes[node]), bool(self.is_target[node]), count)

    def _add(self, item: DrawnNode | Gap) -> int:
        self.items.append(item)
        return len(self.items) - 1

    def _draw_branches(self, node: int, pending: _Queue, above: tuple[int, ...]) -> None:
        branches = np.arange(self.first[node], self.first[node + 1])
        is_typical, is_repeat = self._choose(branches)
        left_out = branches[~is_typical].tolist()
        for branch, repeats in zip(
            branches[is_typical].tolist(), is_repeat[is_typical].tolist(), strict=True
        ):
            edges, inner, end = self._stretch(branch)
            if end not in self.place_of and len(self.items) >= self.max_nodes:
                left_out.append(branch)
                continue
            at, remaining = self._draw_inner(self.place_of[node], edges, inner)
            if end not in self.place_of:
                self._draw_and_queue(end, pending, above, is_repeat=repeats)
            self.links.append(Link(at, self.place_of[end], remaining))
        self._draw_gap(node, left_out)

    def _draw_gap(self, node: int, branches: list[int]) -> None:
        """Draw that some branches of a node are left out, if any are."""
        if branches:
            count = int(self.count[self.end[branches]].sum()) if self.has_count else None
            gap = self._add(Gap(len(branches), is_end=True, count=count))
            self.links.append(Link(self.place_of[node], gap, ()))

    def _choose(self, branches: IntArray) -> tuple[BoolArray, BoolArray]:
        """Choose which branches of a node to draw: the largest, and few of those that are alike.

        Returns
        -------
        is_typical : bool[k]
            Those to draw.
        is_repeat : bool[k]
            Those that are like one before, which may stand for them.
        """
        if self.fits:
            return np.arange(len(branches)) < self.max_children, np.zeros(len(branches), np.bool_)
        rank, n_alike = _ranks(self._kinds_of_branches(branches))
        # A box that says "1 more" takes as much room as the one that it stands for.
        is_typical: BoolArray = (rank < _MAX_ALIKE) | (n_alike == _MAX_ALIKE + 1)
        is_typical[np.flatnonzero(is_typical)[self.max_children :]] = False
        return is_typical, rank > 0

    def _kinds_of_branches(self, branches: IntArray) -> IntArray:
        """Number branches so that alike ones, as the elements of an array, have one number."""
        edges = self.edge[branches]
        kinds = self.graph.edge_type[edges]
        classes = self.graph.class_index[self.nodes[self.end[branches]]].astype(np.int64)
        _, n_of_class = _ranks(classes)
        # The names of few members tell them apart; those of many are keys of a dictionary.
        is_unnamed = self.graph.is_indexed_edge_type[kinds] | (n_of_class > self.max_children)
        names = np.where(is_unnamed, -1, self.graph.edge_name[edges].astype(np.int64))
        rows = np.stack([kinds.astype(np.int64), names, classes])
        _, numbers = np.unique(rows, axis=1, return_inverse=True)
        return np.asarray(numbers, np.int64).reshape(-1)

    def _stretch(self, branch: int) -> tuple[IntArray, IntArray, int]:
        """Follow a branch to the next node that forks, joins or ends."""
        branches = self.scratch[: follow(self.following, branch, self.scratch)].copy()
        ends = self.end[branches]
        return self.edge[branches], ends[:-1], int(ends[-1])

    def _draw_inner(self, at: int, edges: IntArray, inner: IntArray) -> tuple[int, tuple[int, ...]]:
        """Draw what lies between two ends; return where to go on from, and by which edges."""
        taken = 0
        for first, stop, period in self._visible(edges, inner):
            n = stop - first
            item = Gap(n, n // period if period else 0) if n > 1 else self._item(int(inner[first]))
            place = self._add(item)
            self.links.append(Link(at, place, tuple(edges[taken : first + 1].tolist())))
            at, taken = place, stop
        return at, tuple(edges[taken:].tolist())

    def _visible(self, edges: IntArray, inner: IntArray) -> list[tuple[int, int, int]]:
        """Choose what of a stretch appears: ranges of one node, or more for a gap.

        Of a gap that repeats, the third number is the length of a round.
        """
        if not self.fold:
            return _cut_middle([(i, i + 1, 0) for i in range(len(inner))])
        nodes = self.nodes[inner]
        is_engine = is_engine_node(self.graph, nodes)
        parts: list[tuple[int, int, int]] = []
        for first, stop, period in _repetitions(_signatures(self.graph, edges[:-1], nodes)):
            if period:
                parts.append((first, stop, period))
            else:
                parts += [(i, i + 1, 0) for i in range(first, stop) if not is_engine[i]]
        return _cut_middle(parts)


def _distinct(values: IntArray) -> IntArray:
    """Sort values and drop repeated ones."""
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])] if len(values) else values


def _ranks(values: IntArray) -> tuple[IntArray, IntArray]:
    """For each value, how many equal ones come before it, and how many there are."""
    order = np.argsort(values, kind="stable")
    is_first = np.ones(len(values), np.bool_)
    is_first[1:] = values[order][1:] != values[order][:-1]
    starts = np.flatnonzero(is_first)
    sizes = np.diff(np.append(starts, len(values)))
    rank, n_equal = np.empty((2, len(values)), np.int64)
    rank[order] = np.arange(len(values)) - np.repeat(starts, sizes)
    n_equal[order] = np.repeat(sizes, sizes)
    return rank, n_equal


def _cut_middle(parts: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Replace the middle of what is too long to look at by one gap."""
    if len(parts) <= _MAX_STRETCH:
        return parts
    half = _MAX_STRETCH // 2
    head, tail = parts[:half], parts[-half:]
    return [*head, (head[-1][1], tail[0][0], 0), *tail]


def _signatures(graph: HeapGraph, edges: IntArray, nodes: IntArray) -> IntArray:
    """Number steps by the edge's type and the node's class.

    Names do not count: of a linked structure, any of several members may lead on.
    """
    kinds = graph.edge_type[edges].astype(np.int64)
    return kinds * len(graph.class_names) + graph.class_index[nodes]


def _repetitions(signatures: IntArray) -> list[tuple[int, int, int]]:
    """Split a sequence where a pattern repeats.

    Of a repetition, the first and the last round stay.

    Parameters
    ----------
    signatures : int64[n]
        The sequence.

    Returns
    -------
    list of (int, int, int)
        Ranges, in order; where they are left out, the length of a round, else 0.

    Examples
    --------
    >>> _repetitions(np.array([7, 1, 1, 1, 1, 1, 1, 8]))
    [(0, 2, 0), (2, 6, 1), (6, 8, 0)]
    """
    n = len(signatures)
    ends = {
        period: _run_ends(signatures[period:] == signatures[:-period])
        for period in range(1, min(_LONGEST_PERIOD, n - 1) + 1)
    }
    parts: list[tuple[int, int, int]] = []
    shown_from = at = 0
    while at < n:
        period, stop = _longest_repetition(ends, at)
        # Whole rounds are left out.
        n_rounds = (stop - at) // period if period else 0
        n_hidden = (n_rounds - 2) * period
        if n_rounds >= _MIN_ROUNDS and n_hidden >= _MIN_HIDDEN:
            hidden_from = at + period
            parts += [
                (shown_from, hidden_from, 0),
                (hidden_from, hidden_from + n_hidden, period),
            ]
            shown_from, at = hidden_from + n_hidden, stop
        else:
            at += 1
    parts.append((shown_from, n, 0))
    return parts


def _longest_repetition(ends: dict[int, IntArray], at: int) -> tuple[int, int]:
    """Find the pattern that goes on longest from a place: its length, and where it stops."""
    period, stop = 0, at
    for candidate, end in ends.items():
        if at < len(end) and end[at] > at and end[at] + candidate > stop:
            period, stop = candidate, int(end[at]) + candidate
    return period, stop


def _run_ends(same: BoolArray) -> IntArray:
    """For each place, where the run of True that it is in ends; itself where it is False."""
    ends = np.where(same, len(same), np.arange(len(same)))
    return np.minimum.accumulate(ends[::-1])[::-1]
