"""Culprit edges: the fewest references whose removal frees a set of objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb import vocab
from heapnb._showing import Shown
from heapnb._typing import AnyArray, NodeArray
from heapnb.analysis.retention.cut_search import FEW_EDGES, CutSearch
from heapnb.analysis.retention.program_references import Reference, References
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.analysis.retention.what_if import WhatIf
from heapnb.errors import HeapnbError
from heapnb.format.limits import bounded
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import is_internal, location_of
from heapnb.graph.source_files import Folders, find_sources
from heapnb.graph.sources import HeapSource, graph_of
from heapnb.kernels import trees
from heapnb.progress import ProgressOption, reporter_of
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd


AT_LEAST: Final = 0.8
"""Share of the objects that the edges have to free."""

_LITTLE_FREED: Final = 0.5

_LONGEST_WALK: Final = 64


@dataclass(frozen=True)
class CulpritEdge:
    """A reference that, with others, keeps a set of objects alive.

    Parameters
    ----------
    expression : str
        As a program would write it: ``inventory._events.error``.
    name : str
        What the holder calls it.
    kind : str
        ``"property"``, ``"variable"``, ``"element"``, ``"entry"`` (of a Map, Set or WeakMap),
        ``"local"`` (of a suspended function).
    holder_id, holder_class
        Who refers.
    target_id, target_class
        To what.
    location : str or None
        Where the holder, or the nearest function that has it, is written: ``file.js:12:5``.
    edges : tuple of int
        Edge ordinals: the reference, and its copies in backing stores.
    """

    expression: str
    name: str
    kind: str
    holder_id: int
    holder_class: str
    target_id: int
    target_class: str
    location: str | None
    edges: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the edge as plain data, without the ordinals.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in _COLUMNS}


_COLUMNS: Final = (
    "expression",
    "name",
    "kind",
    "holder_id",
    "holder_class",
    "target_id",
    "target_class",
    "location",
)


@dataclass(frozen=True, eq=False, repr=False)
class Culprits(Shown):
    """The fewest references that keep a set of objects alive, and what their removal frees.

    Parameters
    ----------
    heap : HeapGraph
        The heap.
    nodes : uint32[k]
        The objects.
    edges : tuple of CulpritEdge
        The references; none if the engine itself holds the objects, or no small set was found.
    effect : WhatIf or None
        What removing them all frees, computed anew; None without edges.
    share : float
        Which part of the objects is freed, 0 to 1.
    """

    heap: HeapGraph
    nodes: NodeArray
    edges: tuple[CulpritEdge, ...]
    effect: WhatIf | None
    share: float

    @property
    def freed_size(self) -> int:
        """Bytes that removing the edges frees."""
        return self.effect.freed_size if self.effect is not None else 0

    @property
    def freed_count(self) -> int:
        """Nodes that removing the edges frees."""
        return self.effect.freed_count if self.effect is not None else 0

    @property
    def still_held(self) -> tuple[RetainingPath, ...]:
        """Other retaining paths to the targets of the edges; see `WhatIf.still_held`."""
        return self.effect.still_held if self.effect is not None else ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an edge; the columns are the fields of `CulpritEdge`."""
        import pandas as pd

        rows = [edge.to_dict() for edge in self.edges]
        return of_heap(pd.DataFrame(rows, columns=list(_COLUMNS)), self.heap)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data.

        Returns
        -------
        dict
            ``edges``, ``freed_size``, ``freed_count``, ``share``.
        """
        return {
            "edges": [edge.to_dict() for edge in self.edges],
            "freed_size": self.freed_size,
            "freed_count": self.freed_count,
            "share": self.share,
        }


@bounded
def culprits(
    source: HeapSource,
    nodes: AnyArray | Sequence[int],
    *,
    at_least: float = AT_LEAST,
    size: int = 0,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> Culprits:
    """Find the fewest references whose removal frees some objects.

    Parameters
    ----------
    source : Snapshot, HeapGraph, path, …
        The heap.
    nodes : integer[k]
        Ordinals of the objects, such as ``suspect.nodes``.
    at_least : float, default 0.8
        Which share of them has to go.
    size : int, optional
        Bytes that the objects hold, where that is known to be more than they retain.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.

    Returns
    -------
    Culprits
        Of several sets that are as small, the one that is nearest to the objects. Edges with
        which more goes than twice what the objects hold are passed over if others will do.

    Notes
    -----
    A minimum cut between the roots and the objects. Edges that a program can remove
    (properties, variables, elements, entries) count 1; a property and its copy in a backing
    store are one edge; the engine's own edges cannot be cut. If all paths lead through one node,
    which dominators tell, and one reference leads to that, this is the cut. Else it comes from
    a maximum flow; of more than 2,048 objects a sample stands for all. In any case the freed
    bytes are those of `what_if`.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root^1>global global.app>app app.cache>Map Map/table>t t/1>a t/2>b"
    ... )
    >>> _ = builder.node("t", type="array")
    >>> found = culprits(builder.graph(), [builder.ordinal("a"), builder.ordinal("b")])
    >>> found.edges[0].expression, found.freed_size, found.share
    ('app.cache', 64, 1.0)
    """
    graph = graph_of(
        source,
        cache=cache,
        progress=reporter_of(progress),
        salvage=salvage,
        source_files=find_sources(source_root, source_maps),
    )
    is_member = np.zeros(graph.n_nodes, np.bool_)
    is_member[np.asarray(nodes, np.int64)] = True
    members = np.flatnonzero(is_member)
    if len(members) == 0:
        raise HeapnbError("There are no objects to be freed.")
    search = CutSearch(graph, members, at_least, size)
    references = search.find()
    if not references:
        return Culprits(graph, members.astype(np.uint32), (), None, 0.0)
    effect = search.effect(references)
    edges = tuple(_described(search.references, reference) for reference in references)
    return Culprits(graph, members.astype(np.uint32), edges, effect, search.share(effect))


def only_reference(graph: HeapGraph, nodes: NodeArray, size: int) -> Reference | None:
    """Find the one reference whose removal frees some objects, and not much else."""
    search = CutSearch(graph, nodes.astype(np.int64), AT_LEAST, size)
    reference = search.single() if len(search.members) else None
    return reference if reference is not None and search.is_small(reference) else None


def culprits_of_objects(graph: HeapGraph, nodes: NodeArray, size: int) -> Culprits:
    """Find the culprit edges of objects, and of what else they retain.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : uint32[k]
        The objects.
    size : int
        Bytes of all that they retain, by the retaining tree.

    Returns
    -------
    Culprits
        Of the objects alone, if that frees a good part of these bytes. Else what they hold is
        held by others, too, such as listeners for another event: those count as well.
    """
    alone = culprits(graph, nodes, size=size)
    if not alone.edges or alone.freed_size >= _LITTLE_FREED * size:
        return alone
    tree = retaining_tree(graph)
    below = np.zeros(graph.n_nodes, np.bool_)
    below[nodes] = True
    trees.mark_below(tree.order, tree.parent, below)
    together = culprits(graph, np.flatnonzero(below), size=size)
    is_better = together.freed_size > alone.freed_size and len(together.edges) <= FEW_EDGES
    return replace(together, nodes=nodes) if is_better else alone


def _described(references: References, reference: Reference) -> CulpritEdge:
    graph = references.graph
    return CulpritEdge(
        references.expression(reference),
        reference.name,
        reference.kind,
        int(graph.node_id[reference.holder]),
        graph.class_name(reference.holder),
        int(graph.node_id[reference.target]),
        graph.class_name(reference.target),
        _place_of(references, reference.holder),
        reference.edges,
    )


def _place_of(references: References, holder: int) -> str | None:
    """Find where a holder, or else a function or object on the path to it, is written.

    The runtime's own places count where the program has none.
    """
    graph, tree = references.graph, references.tree
    of_runtime = None
    node = holder
    for _ in range(_LONGEST_WALK):
        place = _module_file(graph, node) or location_of(graph, node)
        if place is not None and not is_internal(place):
            return place
        of_runtime = of_runtime or place
        above = int(tree.parent[node])
        if above in (node, graph.root, vocab.NO_ORDINAL):
            break
        node = above
    return of_runtime


def _module_file(graph: HeapGraph, node: int) -> str | None:
    """Return the file of a CommonJS module: its class says nothing about it."""
    if graph.class_name(node) != "Module":
        return None
    file = child(graph, node, "filename")
    return None if file is None else graph.display_name(file)


__all__ = ["CulpritEdge", "Culprits", "culprits", "culprits_of_objects", "only_reference"]
