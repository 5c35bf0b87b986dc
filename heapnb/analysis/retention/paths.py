"""What keeps a node alive: retaining paths from the root, single, several and merged."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._showing import Drawn
from heapnb._typing import AnyArray, BoolArray, IntArray, NodeArray
from heapnb.graph import HeapGraph, derived
from heapnb.graph.classes import distinct_rows
from heapnb.graph.references import chain_step
from heapnb.kernels import paths as kernels

if TYPE_CHECKING:
    import pandas as pd


ROOT_LABEL: Final = "(GC roots)"
"""How a chain begins, whatever the root is called in the file."""

REPETITION: Final = "…"
"""Stands in a chain for links like the ones before it."""

# The edge types that say most about how a program holds something come first.
_PREFERRED_TYPES: Final = ("property", "context", "element", "internal", "hidden", "shortcut")
_OTHER_RANK: Final = 50
_N_EDGE_TYPES: Final = 256
_NOTHING: Final = np.empty(0, np.int64)
_ENTRY_OF_WEAK_MAP: Final = re.compile(r"\d+( / part of key .*)?", re.DOTALL)

_LONGEST_CYCLE: Final = 4
_LONGEST_STEP_CYCLE: Final = 12
_MIN_REPETITIONS: Final = 4

# Search for alternatives at so many nodes, and among so many retainers of each.
_MAX_EXPANDED: Final = 1_000
_MAX_RETAINERS: Final = 1_000


@dataclass(frozen=True)
class PathStep:
    """One node of a path, and the edge by which it is reached.

    Parameters
    ----------
    ordinal, node_id : int
        The node.
    class_name, name : str
        As DevTools shows them.
    edge : int or None
        Edge ordinal; None at the root, as are the others.
    edge_type, edge_name : str or None
        Its type, and its name or index.
    """

    ordinal: int
    node_id: int
    class_name: str
    name: str
    edge: int | None
    edge_type: str | None
    edge_name: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the step as ``heapnb retainers --json`` prints it.

        Returns
        -------
        dict
            ``node_id``, ``class_name``, ``name``, ``edge_type``, ``edge_name``.
        """
        return {
            "node_id": self.node_id,
            "class_name": self.class_name,
            "name": self.name,
            "edge_type": self.edge_type,
            "edge_name": self.edge_name,
        }


@dataclass(frozen=True, eq=False, repr=False)
class RetainingPath(Drawn):
    """A path from the root to a node, over edges that retain.

    Parameters
    ----------
    heap : HeapGraph
        The heap.
    edges : int64[k]
        Edge ordinals; the first leaves the root, each other the node that the one before leads
        to. `from_edges` makes sure of that.
    """

    heap: HeapGraph
    edges: IntArray

    @classmethod
    def from_edges(cls, heap: HeapGraph, edges: AnyArray | Sequence[int]) -> RetainingPath:
        """Make a path of its edges.

        Parameters
        ----------
        heap : HeapGraph
            The heap.
        edges : integer[k]
            Edge ordinals, from the root on.

        Returns
        -------
        RetainingPath

        Raises
        ------
        ValueError
            If one does not follow from the other.
        """
        path = cls(heap, np.array(edges, np.int64))
        if not np.array_equal(heap.edge_from(path.edges), path.nodes[:-1]):
            raise ValueError("The edges do not make a path from the root.")
        return path

    def __len__(self) -> int:
        return len(self.edges) + 1

    def __iter__(self) -> Iterator[PathStep]:
        return iter(self.steps)

    @property
    def nodes(self) -> IntArray:
        """``int64[k + 1]``: node ordinals, the root first."""
        return np.concatenate([[self.heap.root], self.heap.edge_to[self.edges]]).astype(np.int64)

    @property
    def target(self) -> int:
        """Ordinal of the node that the path leads to."""
        return int(self.heap.edge_to[self.edges[-1]]) if len(self.edges) else self.heap.root

    @cached_property
    def steps(self) -> tuple[PathStep, ...]:
        """The root first, the node last."""
        return self._steps_at(np.arange(len(self)))

    def _steps_at(self, places: IntArray) -> tuple[PathStep, ...]:
        """Describe some of the steps; the first is the root's."""
        from heapnb.frames import display_names, edge_labels

        heap = self.heap
        nodes = self.nodes[places]
        edges = self.edges[places[1:] - 1]
        types = heap.edge_type_names
        columns: tuple[Iterable[Any], ...] = (
            nodes.tolist(),
            heap.node_id[nodes].tolist(),
            heap.class_names.take(pa.array(heap.class_index[nodes])).to_pylist(),
            display_names(heap, nodes).to_pylist(),
            [None, *edges.tolist()],
            [None, *(types[kind] for kind in heap.edge_type[edges].tolist())],
            [None, *edge_labels(heap, edges).to_pylist()],
        )
        return tuple(PathStep(*row) for row in zip(*columns, strict=True))

    @property
    def chain(self) -> list[str]:
        """The path as a person would tell it, the engine's own objects left out.

        References are written as behind their owner: ``.cache``, ``["a b"]``, ``[12]``;
        functions end in ``()``; all others are class names. What repeats itself, as a linked
        list does, is written once and followed by ``…``.

        Examples
        --------
        >>> from heapnb.testing import SnapshotBuilder
        >>> builder = SnapshotBuilder.from_edges(
        ...     "root^1>global global.cache>map map/table>t t/5>session"
        ... )
        >>> _ = builder.node("map", name="Map").node("t", type="array", name="")
        >>> path = shortest_path(builder.graph(), builder.ordinal("session"))
        >>> path.chain
        ['(GC roots)', 'global', '.cache', 'Map', 'session']
        """
        links: list[tuple[str, ...]] = []
        link: tuple[str, ...] = ()
        # Of a long list a few members are as good as all.
        steps = self._steps_at(_few_of_many(self._looks()))
        for before, step in itertools.pairwise(steps):
            is_shown = step is steps[-1] or not self._is_folded(step)
            if self._names_its_target(before, step, is_shown=is_shown):
                link += (chain_step(step.edge_type or "", step.edge_name or ""),)
            if is_shown:
                links.append((*link, self._label(step)))
                link = ()
        return [ROOT_LABEL, *(text for link in _without_repetitions(links) for text in link)]

    def _looks(self) -> IntArray:
        """Number the steps that look alike, as ``int64[k + 1]``."""
        heap, nodes, edges = self.heap, self.nodes, self.edges
        looks = np.zeros((len(self), 4), np.int64)
        looks[:, 0] = heap.class_index[nodes]
        looks[:, 1] = heap.node_name[nodes]
        looks[1:, 2] = heap.edge_name[edges]
        looks[1:, 3] = heap.edge_type[edges] + 1
        return distinct_rows(*looks.T)[1]

    def _type_of(self, step: PathStep) -> str:
        kind = int(self.heap.node_type[step.ordinal])
        return self.heap.node_type_names[kind]

    def _is_folded(self, step: PathStep) -> bool:
        kind = self._type_of(step)
        return (
            kind in vocab.ENGINE_TYPES
            or step.name.startswith(vocab.SYSTEM_PREFIX)
            or (kind == "synthetic" and step.name == ROOT_LABEL)
        )

    def _names_its_target(self, before: PathStep, step: PathStep, *, is_shown: bool) -> bool:
        """Tell whether the edge of a step says something about the program."""
        if step.edge_type in ("property", "context"):
            return True
        if self._type_of(before) in vocab.OTHER_TYPES:
            return False
        if step.edge_type == "element":
            return True
        if step.edge_type in ("internal", "shortcut"):
            return is_shown and not _ENTRY_OF_WEAK_MAP.fullmatch(step.edge_name or "")
        return False

    def _label(self, step: PathStep) -> str:
        kind = self._type_of(step)
        if kind == "closure" and step.name:
            return f"{step.name}()"
        return step.name if kind == "synthetic" else step.class_name

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a step, the root first.

        ``edge_type`` and ``edge_name`` (missing at the root), ``node_id``, ``class_name``,
        ``name``, ``distance``, ``shallow_size``, ``retained_size``.
        """
        import pandas as pd

        from heapnb.frames import edges_at

        below = edges_at(self.heap, self.edges, self.nodes[1:])
        root = self._steps_at(np.zeros(1, np.int64))[0]
        node = self.heap.root
        first = {
            "edge_type": None,
            "edge_name": None,
            "node_id": root.node_id,
            "class_name": root.class_name,
            "name": root.name,
            "distance": int(self.heap.distance[node]),
            "shallow_size": int(self.heap.shallow_size[node]),
            "retained_size": int(self.heap.retained_size[node]),
        }
        plain = below.astype({"edge_type": "str", "class_name": "str"})
        top = pd.DataFrame([first]).astype(plain.dtypes)
        return pd.concat([top, plain], ignore_index=True)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the path as ``heapnb retainers --json`` prints it.

        Returns
        -------
        list of dict
            See `PathStep.to_dict`; the root first.
        """
        return [step.to_dict() for step in self.steps]


@dataclass(frozen=True, eq=False, repr=False)
class PathGraph(Drawn):
    """Paths to several nodes, drawn over each other.

    Parameters
    ----------
    heap : HeapGraph
        The heap.
    nodes : uint32[n]
        Ordinals, the root first.
    edges : int64[m]
        Edge ordinals between them.
    count : int64[n]
        How many targets lie at or below each node.
    targets : uint32[k]
        Ordinals of the nodes that paths lead to.
    """

    heap: HeapGraph
    nodes: NodeArray
    edges: IntArray
    count: IntArray
    targets: NodeArray

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an edge: from where, to where, and how many targets it leads to.

        ``from_id``, ``edge_type``, ``edge_name``, ``node_id``, ``class_name``, ``name``,
        ``distance``, ``shallow_size``, ``retained_size`` (of the node it leads to), ``count``.
        """
        from heapnb.frames import edges_at

        sources = self.heap.edge_from(self.edges)
        ends = self.heap.edge_to[self.edges]
        frame = edges_at(self.heap, self.edges, ends)
        frame.insert(0, "from_id", self.heap.node_id[sources])
        order = np.argsort(self.nodes)
        frame["count"] = self.count[order[np.searchsorted(self.nodes, ends, sorter=order)]]
        return frame

    def to_dict(self) -> dict[str, Any]:
        """Return the paths as plain data.

        Returns
        -------
        dict
            ``edges``, the rows of `table`; ``targets``, node ids.
        """
        return {
            "edges": self.table.astype({"edge_type": str, "class_name": str}).to_dict("records"),
            "targets": self.heap.node_id[self.targets].tolist(),
        }


def _without_repetitions(links: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Go through the links of a chain; leave out what repeats itself."""
    at = 0
    while at < len(links):
        period = _period_at(links, at)
        if not period:
            yield links[at]
            at += 1
            continue
        yield from links[at : at + period]
        yield (REPETITION,)
        at += period
        while links[at : at + period] == links[at - period : at]:
            at += period


def _few_of_many(looks: IntArray) -> IntArray:
    """Choose the steps of a path that say all there is to say about it.

    Parameters
    ----------
    looks : int64[n]
        Equal numbers stand for steps that look alike.

    Returns
    -------
    int64[k]
        Places, ascending. Of a sequence that is repeated many times some repetitions are left,
        more than a chain shows.
    """
    places = np.arange(len(looks))
    for period in range(1, _LONGEST_STEP_CYCLE + 1):
        left = looks[places]
        is_like_before = np.zeros(len(left) + 1, np.bool_)
        is_like_before[period:-1] = left[period:] == left[:-period]
        # Runs of steps that look like the ones a period before.
        ends = np.flatnonzero(np.diff(is_like_before, prepend=False))
        keep = np.ones(len(left), np.bool_)
        for start, stop in ends.reshape(-1, 2).tolist():
            n_surplus = (stop - start) // period - 2 * _MIN_REPETITIONS
            if n_surplus > 0:
                keep[start : start + n_surplus * period] = False
        places = places[keep]
    return places


def _period_at(links: list[tuple[str, ...]], at: int) -> int:
    """Return after how many links they repeat themselves often enough; 0 if they do not."""
    for period in range(1, _LONGEST_CYCLE + 1):
        once = links[at : at + period]
        if links[at : at + _MIN_REPETITIONS * period] == once * _MIN_REPETITIONS:
            return period
    return 0


def shortest_path(graph: HeapGraph, node: int) -> RetainingPath | None:
    """Find the shortest path from the root to a node.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    RetainingPath or None
        None if nothing retains the node.

    Notes
    -----
    It starts at the program's globals where it can: the length is DevTools' distance. A value
    in a WeakMap is shown as held by its key. Nodes without a distance are searched over all
    edges that are not weak.
    """
    edges = _Search(graph).edges_to(int(node))
    return None if edges is None else RetainingPath.from_edges(graph, edges)


def distinct_paths(graph: HeapGraph, node: int, k: int = 5) -> list[RetainingPath]:
    """Find several paths from the root to a node, through different retainers.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.
    k : int, default 5
        How many at most.

    Returns
    -------
    list of RetainingPath
        The shortest first, then those that differ nearest to the node. None passes a node
        twice, and each has a retainer that none before it has. Another path through the backing
        store of the same retainer does not count.
    """
    search = _Search(graph)
    first = search.edges_to(int(node))
    if first is None or k < 1:
        return []
    found = [first]
    used = np.zeros(graph.n_nodes, np.bool_)
    used[graph.root] = True
    used[graph.edge_to[first]] = True
    expanded: set[int] = set()
    # Positions count from the node upwards: where a path may continue to another retainer.
    position = 0
    while len(found) < k and len(expanded) < _MAX_EXPANDED:
        open_paths = [path for path in found if position < len(path)]
        if not open_paths:
            break
        for path in open_paths:
            cut = len(path) - position
            turn = int(graph.edge_to[path[cut - 1]])
            if turn in expanded or len(found) == k:
                continue
            expanded.add(turn)
            for other in search.alternatives(path[cut:], turn, used):
                found.append(other)
                used[graph.edge_to[other]] = True
                if len(found) == k:
                    break
        position += 1
    return [RetainingPath.from_edges(graph, edges) for edges in found]


def merged_paths(graph: HeapGraph, nodes: AnyArray | Sequence[int]) -> PathGraph:
    """Merge the shortest paths to some nodes into a tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    PathGraph
        Parents come before children; ``edges[i]`` leads to ``nodes[i + 1]``. Nodes that
        nothing retains are left out of the targets.
    """
    search = _Search(graph)
    targets = np.unique(np.asarray(nodes, np.int64))
    row = np.zeros(graph.n_nodes, np.uint32)
    tree_nodes = np.empty(graph.n_nodes, np.uint32)
    tree_edges = np.empty(graph.n_nodes, np.int64)
    tree = (row, tree_nodes, tree_edges)
    is_dead_end = np.zeros(len(targets), np.bool_)
    n_rows = kernels.merge(search.columns, targets, search.path, *tree, is_dead_end)
    for target in targets[is_dead_end].tolist():
        length = search.search_up(target)
        if length > 0:
            n_rows = kernels.add_to_tree(search.columns, search.path, length, *tree, n_rows)
    targets = targets[row[targets] != 0]
    edges = tree_edges[:n_rows]
    parent_row = np.zeros(n_rows, np.int64)
    parent_row[1:] = row[graph.edge_from(edges[1:])].astype(np.int64) - 1
    count = np.zeros(n_rows, np.int64)
    count[row[targets] - 1] = 1
    order = np.empty(n_rows, np.int64)
    kernels.count_through(parent_row, np.zeros(n_rows, np.int64), count, order)
    return PathGraph(
        graph,
        tree_nodes[order],
        edges[order[1:]],
        count[order],
        targets.astype(np.uint32),
    )


def path_graph_of(paths: Sequence[RetainingPath]) -> PathGraph:
    """Merge given paths.

    Parameters
    ----------
    paths : sequence of RetainingPath
        At least one; all of one heap.

    Returns
    -------
    PathGraph
        Nodes and edges in the order in which the paths first pass them. A node can have
        several edges that lead to it.

    Raises
    ------
    ValueError
        If there are no paths.
    """
    if not paths:
        raise ValueError("There are no paths to merge.")
    heap = paths[0].heap
    passed: dict[int, set[int]] = {}
    edges: dict[int, None] = {}
    for path in paths:
        edges.update(dict.fromkeys(path.edges.tolist()))
        for node in path.nodes.tolist():
            passed.setdefault(node, set()).add(path.target)
    return PathGraph(
        heap,
        np.array(list(passed), np.uint32),
        np.array(list(edges), np.int64),
        np.array([len(targets) for targets in passed.values()], np.int64),
        np.array(list(dict.fromkeys(path.target for path in paths)), np.uint32),
    )


def closest_retainers(graph: HeapGraph, node: int, limit: int) -> tuple[IntArray, int]:
    """Find the retainers of a node that lie closest to a root.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.
    limit : int
        How many at most.

    Returns
    -------
    edges : int64[k]
        One retaining edge for each, the closest first. Weak edges do not count, nor does a
        WeakMap's table as a retainer of its values.
    n_all : int
        How many retainers there are; of very many, only so many as are looked at.
    """
    found = [edge for edge, _ in _Search(graph).retainers(int(node))]
    return np.array(found[:limit], np.int64), len(found)


class _Search:
    """Looks for paths; owns the arrays that this takes."""

    def __init__(self, graph: HeapGraph) -> None:
        self.graph = graph
        self.columns = kernels.Columns(
            graph.root,
            graph.first_edge,
            graph.edge_to,
            graph.edge_type,
            graph.edge_name,
            graph.first_retainer,
            graph.retaining_edge,
            graph.node_id,
            graph.distance,
            _ranks(graph),
            graph.edge_type_index("internal"),
            _table_of_string(graph),
        )
        # Memory that is not touched costs nothing, so it has room for the longest path.
        self.path = np.empty(graph.n_nodes, np.int64)

    def edges_to(self, node: int) -> IntArray | None:
        """Return the edges of the shortest path, from the root on; None if there is none."""
        length = kernels.climb(self.columns, node, self.path)
        if length < 0:
            length = self.search_up(node)
        return self._found(length)

    def search_up(self, node: int, closed: IntArray = _NOTHING) -> int:
        """Write a path that avoids some nodes to ``self.path``, upwards; return its length."""
        n_nodes = self.graph.n_nodes
        return kernels.search_up(
            self.columns,
            node,
            closed,
            np.zeros(n_nodes, np.uint64),
            np.empty(n_nodes, np.uint32),
            self.path,
        )

    def _found(self, length: int) -> IntArray | None:
        return None if length < 0 else self.path[:length][::-1].copy()

    def alternatives(self, below: IntArray, turn: int, used: BoolArray) -> Iterator[IntArray]:
        """Go through the paths that reach a node from retainers that were not used yet.

        Parameters
        ----------
        below : int64[k]
            The edges from that node to the end of the path.
        turn : int
            The node.
        used : bool[n_nodes]
            Nodes of the paths found so far. The caller adds to them.

        Yields
        ------
        int64[m]
            Edges of a whole path.
        """
        passed = np.unique([turn, *self.graph.edge_to[below].tolist()]).astype(np.int64)
        for edge, source in self.retainers(turn):
            if used[source]:
                continue
            upper = self._edges_avoiding(source, passed)
            if upper is None or used[self._holder(upper)]:
                continue
            yield np.concatenate([upper, [edge], below])

    def retainers(self, node: int) -> Iterator[tuple[int, int]]:
        """Go through the edges that retain a node, one from each retainer, closest first."""
        graph = self.graph
        edges = graph.retaining_edges_of(node).astype(np.int64)
        edges = edges[self.columns.rank_of_type[graph.edge_type[edges]] != kernels.NEVER]
        sources = graph.edge_from(edges)
        keeps = ~self._is_from_table(edges, sources)
        edges, sources = edges[keeps], sources[keeps]
        distances = graph.distance[sources].astype(np.int64)
        distances[distances < 0] = np.iinfo(np.int64).max
        if len(edges) > _MAX_RETAINERS:
            # Some nodes have millions, which would take long to sort.
            closest = np.argpartition(distances, _MAX_RETAINERS)[:_MAX_RETAINERS]
            edges, sources, distances = edges[closest], sources[closest], distances[closest]
        ranks = self.columns.rank_of_type[graph.edge_type[edges]]
        order = np.lexsort((edges, ranks, sources, distances))
        edges, sources = edges[order], sources[order]
        is_first = np.ones(len(edges), np.bool_)
        is_first[1:] = sources[1:] != sources[:-1]
        yield from zip(edges[is_first].tolist(), sources[is_first].tolist(), strict=True)

    def _is_from_table(self, edges: IntArray, sources: IntArray) -> BoolArray:
        """Tell which edges lead from a WeakMap's table to a value."""
        graph = self.graph
        tables = np.full(len(edges), vocab.NO_INDEX, np.int64)
        if len(self.columns.table_of_string):
            internal = graph.edge_type[edges] == self.columns.internal_type
            tables[internal] = self.columns.table_of_string[graph.edge_name[edges[internal]]]
        is_from_table: BoolArray = (tables >= 0) & (tables == graph.node_id[sources])
        return is_from_table

    def _edges_avoiding(self, node: int, closed: IntArray) -> IntArray | None:
        """Return the edges of a path to a node that does not pass some others."""
        graph = self.graph
        edges = self._found(kernels.climb(self.columns, node, self.path))
        if edges is not None and not np.isin(graph.edge_to[edges], closed).any():
            return edges
        if kernels.is_dominated_by_any(graph.dominator, graph.root, node, closed):
            return None
        return self._found(self.search_up(node, closed))

    def _holder(self, edges: IntArray) -> int:
        """Return the last node of a path that is not a backing store."""
        graph = self.graph
        for edge in edges[::-1].tolist():
            node = int(graph.edge_to[edge])
            if graph.node_type_names[int(graph.node_type[node])] not in vocab.ENGINE_TYPES:
                return node
        return int(graph.edge_to[edges[-1]])


def _ranks(graph: HeapGraph) -> AnyArray:
    ranks = np.full(_N_EDGE_TYPES, _OTHER_RANK, np.uint8)
    for rank, name in enumerate(_PREFERRED_TYPES):
        if name in graph.edge_type_names:
            ranks[graph.edge_type_index(name)] = rank
    if "weak" in graph.edge_type_names:
        ranks[graph.edge_type_index("weak")] = kernels.NEVER
    return ranks


@derived(keep=False, name="table_of_string")
def _table_of_string(graph: HeapGraph) -> IntArray:
    return graph.ephemerons.table_of_string
