"""Retaining paths: one from the root to a node, or several merged into a graph."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb import vocab
from heapnb._showing import Drawn
from heapnb._typing import AnyArray, IntArray, NodeArray
from heapnb.decode.native_listeners import is_of_browser, plain_name
from heapnb.format.arrow import to_arrow
from heapnb.graph import HeapGraph
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.classes import distinct_rows
from heapnb.graph.locations import location_of, short_script
from heapnb.graph.references import chain_step, spelled
from heapnb.graph.scopes import is_module_scope
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd


ROOT_LABEL: Final = "(GC roots)"
"""How a chain begins, whatever the root is called in the file."""

REPETITION: Final = "…"
"""Stands in a chain for links like the ones before it."""


_ENTRY_OF_WEAK_MAP: Final = re.compile(r"\d+( / part of key .*)?", re.DOTALL)

_LONGEST_CYCLE: Final = 8

_LONGEST_STEP_CYCLE: Final = 12

_MIN_REPETITIONS: Final = 2

_TO_MODULES: Final = (("process", ".mainModule"), ("Module()", "._cache"), ("ModuleWrap",))
"""Where the modules of a program begin: the main module, the cache of all, an ES module."""

_MOST_SCOPES: Final = 64
"""Scopes on a path that are looked at, and scopes in each other."""

_TO_PROCESS: Final = ("._process", "process")


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
            heap.class_names.take(to_arrow(heap.class_index[nodes])).to_pylist(),
            display_names(heap, nodes).to_pylist(),
            [None, *edges.tolist()],
            [None, *(types[kind] for kind in heap.edge_type[edges].tolist())],
            [None, *edge_labels(heap, edges).to_pylist()],
        )
        return tuple(PathStep(*row) for row in zip(*columns, strict=True))

    @property
    def chain(self) -> list[str]:
        """The path in words, without the engine's own objects.

        References are written as behind their owner: ``.cache``, ``["a b"]``, ``[12]``;
        functions end in ``()``; all others are class names. What repeats, as in a linked list,
        is written once and followed by ``…``, which also stands for the steps through the
        runtime up to ``process`` or to the first module.

        Examples
        --------
        >>> from heapnb.analysis.retention.paths import shortest_path
        >>> from heapnb.testing import SnapshotBuilder
        >>> builder = SnapshotBuilder.from_edges(
        ...     "root^1>global global.cache>map map/table>t t/5>session"
        ... )
        >>> _ = builder.node("map", name="Map").node("t", type="array", name="")
        >>> from heapnb.analysis.retention.paths import preferred_path
        >>> path = preferred_path(builder.graph(), builder.ordinal("session"))
        >>> path.chain
        ['(GC roots)', 'global', '.cache', 'Map', 'session']
        """
        return _from_program([ROOT_LABEL, *self._chain_below(0)])

    @property
    def words(self) -> list[str]:
        """The chain as a person reads it, which begins at the first module variable.

        A module keeps its variables as long as it is loaded. What leads to the module, such as
        any function that uses one of them, explains nothing and is left out.

        Examples
        --------
        >>> from heapnb.testing import SnapshotBuilder
        >>> builder = SnapshotBuilder.from_edges(
        ...     "root^1>global global.run>run run/context>scope scope:cache>map map/table>t t/5>x"
        ... )
        >>> _ = builder.node("run", type="closure").node("scope", name="system / Context")
        >>> _ = builder.node("map", name="Map").node("t", type="array", name="")
        >>> from heapnb.analysis.retention.paths import preferred_path
        >>> preferred_path(builder.graph(), builder.ordinal("x")).words
        ['(GC roots)', '…', 'module variable `cache`', 'Map', 'x']
        """
        place = self._place_of_module_variable()
        if place is None:
            return self.chain
        edge = int(self.edges[place - 1])
        variable = f"module variable `{spelled('context', self.heap.edge_label(edge))}`"
        script = self._script_above(place - 1)
        rest = self._chain_below(place)
        return [ROOT_LABEL, REPETITION, f"{variable} of {script}" if script else variable, *rest]

    def _place_of_module_variable(self) -> int | None:
        """Return where the first edge from the scope of a module leads."""
        is_variable = self.heap.edge_type[self.edges] == self.heap.edge_type_index("context")
        for at in np.flatnonzero(is_variable)[:_MOST_SCOPES].tolist():
            if is_module_scope(self.heap, int(self.nodes[at])):
                return int(at) + 1
        return None

    def _script_above(self, place: int) -> str:
        """Name the script of the function, or module, whose scope a step of the path is."""
        for node in self.nodes[place - 1 : max(place - 1 - _MOST_SCOPES, 0) : -1].tolist():
            location = location_of(self.heap, node)
            if location is not None:
                return short_script(location.rsplit(":", 2)[0])
            if not self.heap.name(node).startswith(vocab.CONTEXT_NAME):
                break
        return ""

    def _chain_below(self, place: int) -> list[str]:
        """Describe the path below a step; that step itself too, unless it is the root."""
        links: list[tuple[str, ...]] = []
        link: tuple[str, ...] = ()
        # Of a long list a few members are as good as all.
        steps = self._steps_at(place + _few_of_many(self._looks()[place:]))
        if place and (len(steps) == 1 or not self._is_folded(steps[0])):
            links.append((self._label(steps[0]),))
        for before, step in itertools.pairwise(steps):
            is_shown = step is steps[-1] or not self._is_folded(step)
            if self._names_its_target(before, step, is_shown=is_shown):
                link += (chain_step(*self._reference(step)),)
            if is_shown:
                links.append((*link, self._label(step)))
                link = ()
        return [text for link in _without_repetitions(links) for text in link]

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
            or (kind == "native" and is_of_browser(step.name))
            or (kind == "synthetic" and step.name == ROOT_LABEL)
        )

    def _names_its_target(self, before: PathStep, step: PathStep, *, is_shown: bool) -> bool:
        """Tell whether the edge of a step says something about the program."""
        if self._reference(step)[0] in ("property", "context"):
            return True
        # The objects of a browser number what they refer to.
        if self._type_of(before) in (*vocab.OTHER_TYPES, "native"):
            return False
        if step.edge_type == "element":
            return True
        if step.edge_type in ("internal", "shortcut"):
            return is_shown and not _ENTRY_OF_WEAK_MAP.fullmatch(step.edge_name or "")
        return False

    def _reference(self, step: PathStep) -> tuple[str, str]:
        """Return kind and name of the edge of a step; empty at the root."""
        return ("", "") if step.edge is None else variable_or_edge(self.heap, step.edge)

    def _label(self, step: PathStep) -> str:
        kind = self._type_of(step)
        if kind == "closure" and step.name:
            return f"{step.name}()"
        return plain_name(step.name if kind == "synthetic" else step.class_name)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a step, the root first.

        ``edge_type`` and ``edge_name`` (missing at the root), ``node_id``, ``class_name``,
        ``name``, ``distance``, ``shallow_size``, ``retained_size``.
        """
        import pandas as pd

        from heapnb.frames import edges_at, known_distance

        below = edges_at(self.heap, self.edges, self.nodes[1:])
        root = self._steps_at(np.zeros(1, np.int64))[0]
        node = self.heap.root
        first = {
            "edge_type": None,
            "edge_name": None,
            "node_id": root.node_id,
            "class_name": root.class_name,
            "name": root.name,
            "distance": known_distance(int(self.heap.distance[node])),
            "shallow_size": int(self.heap.shallow_size[node]),
            "retained_size": int(self.heap.retained_size[node]),
        }
        plain = below.astype({"edge_type": "str", "class_name": "str"})
        top = pd.DataFrame([first]).astype(plain.dtypes)
        return of_heap(pd.concat([top, plain], ignore_index=True), self.heap)

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
        from heapnb.frames import edges_at, signed

        sources = self.heap.edge_from(self.edges)
        ends = self.heap.edge_to[self.edges]
        frame = edges_at(self.heap, self.edges, ends)
        frame.insert(0, "from_id", signed(self.heap.node_id[sources]))
        order = np.argsort(self.nodes)
        frame["count"] = self.count[order[np.searchsorted(self.nodes, ends, sorter=order)]]
        return of_heap(frame, self.heap)

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


def _from_program(chain: list[str]) -> list[str]:
    """Leave out the steps through the runtime to the modules, which say nothing about a leak."""
    to_process = (place + 1 for place in _places_of(chain, _TO_PROCESS))
    to_modules = (place for marker in _TO_MODULES for place in _places_of(chain, marker))
    starts = sorted(to_modules) or list(to_process)
    return [chain[0], REPETITION, *chain[starts[0] :]] if starts else chain


def _places_of(chain: list[str], marker: tuple[str, ...]) -> list[int]:
    """List where some steps follow each other in a chain."""
    length = len(marker)
    return [i for i in range(1, len(chain)) if tuple(chain[i : i + length]) == marker]


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
