"""What would be freed if some references were gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from heapnb._showing import Shown
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.retention.program_references import References
from heapnb.analysis.retention.reachability import reachability, reachability_over
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.retaining_tree import path_in_tree, retaining_tree_over
from heapnb.errors import EdgeNotFoundError, HeapnbError
from heapnb.format.limits import bounded
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_text
from heapnb.graph.source_files import Folders, find_sources
from heapnb.graph.sources import HeapNode, HeapSource, graph_of
from heapnb.kernels import reachability as kernels
from heapnb.progress import ProgressOption, reporter_of

if TYPE_CHECKING:
    import pandas as pd

Removal: TypeAlias = int | tuple[int | HeapNode, str | int] | HeapNode
"""An edge ordinal; a node (or its id) and the name of a property, variable or element; or a node,
which stands for all that refers to it."""

MOST_PATHS: Final = 5
"""Retaining paths that are shown of nodes that stay retained."""


@dataclass(frozen=True, eq=False, repr=False)
class WhatIf(Shown):
    """What would be freed if some edges were gone.

    Parameters
    ----------
    heap : HeapGraph
        The heap.
    edges : int64[k]
        The edges that are removed, ascending. With a property goes its copy in the object's
        backing store.
    freed : uint32[m]
        The nodes that nothing holds then, ascending.
    freed_size : int
        Their bytes.
    freed_count : int
        How many of them have a size, as `Snapshot.constructors` counts.
    """

    heap: HeapGraph
    edges: IntArray
    freed: NodeArray
    freed_size: int
    freed_count: int

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a class and definition site of what is freed, the largest first.

        ``class_name``, ``location``, ``count``, ``shallow_size``, ``of_count`` (how many there
        are in all).
        """
        import pandas as pd

        from heapnb.frames import texts

        graph = self.heap
        n_keys = len(graph.class_keys)
        counted = self.freed[graph.shallow_size[self.freed] > 0]
        count = np.bincount(graph.class_key[counted], minlength=n_keys)
        size = np.bincount(
            graph.class_key[counted], weights=graph.shallow_size[counted], minlength=n_keys
        )
        of_all = np.bincount(graph.class_key[graph.shallow_size > 0], minlength=n_keys)
        keys = np.flatnonzero(count)
        keys = keys[np.argsort(-size[keys], kind="stable")]
        class_index, row = graph.class_keys[keys].T
        return pd.DataFrame(
            {
                "class_name": texts(graph.class_names.take(pa.array(class_index))),
                "location": texts(
                    pa.array([location_text(graph, place) for place in row.tolist()], pa.string())
                ),
                "count": count[keys],
                "shallow_size": size[keys].astype(np.int64),
                "of_count": of_all[keys],
            }
        )

    @cached_property
    def still_held(self) -> tuple[RetainingPath, ...]:
        """Other retaining paths to the targets of the edges, one for each node that stays retained.

        No path contains a removed edge; at most five are returned.
        """
        graph = self.heap
        targets = np.unique(graph.edge_to[self.edges])
        left = targets[~_is_in(targets, self.freed) & reachability(graph).held[targets]]
        if len(left) == 0:
            return ()
        usable = graph.essential_edge & (graph.edge_type != graph.edge_type_index("shortcut"))
        usable[self.edges] = False
        tree = retaining_tree_over(graph, usable)
        return tuple(path_in_tree(graph, tree, node) for node in left[:MOST_PATHS].tolist())

    @cached_property
    def engine_held_size(self) -> int:
        """Bytes of what is freed that the engine's own roots reach all the same.

        The stack, handles of native objects, pending callbacks: retained sizes leave them out
        where they lead into the program's own objects, and so does ``freed_size``.
        """
        strict = reachability_over(self.heap, _all_that_hold(self.heap))
        held = strict.held_without(self.edges)[self.freed]
        return int(self.heap.shallow_size[self.freed[held]].sum(dtype=np.uint64))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data.

        Returns
        -------
        dict
            ``freed_size``, ``freed_count``, ``classes`` (rows of `table`), ``still_held``
            (chains).
        """
        table = self.table.astype(object).where(self.table.notna(), None)
        return {
            "freed_size": self.freed_size,
            "freed_count": self.freed_count,
            "classes": table.to_dict("records"),
            "still_held": [path.chain for path in self.still_held],
        }


@bounded
def what_if(
    source: HeapSource,
    remove: Removal | Sequence[Removal],
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> WhatIf:
    """Say what would be freed if some references were gone.

    Parameters
    ----------
    source : Snapshot, HeapGraph, path, …
        The heap.
    remove : int, tuple or Node, or a sequence of these
        What is removed: an edge by its ordinal (the index of `Snapshot.edges`); what a node
        calls by some name, as ``(node_id, "cache")`` or ``(node, 3)``; or everything that
        refers to a node, as the node itself.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.

    Returns
    -------
    WhatIf

    Raises
    ------
    NodeNotFoundError
        If no node has an id.
    EdgeNotFoundError
        If a node has no edge of that name, or there is no edge of that number.

    Notes
    -----
    What is retained is computed anew, over the edges that count for retained sizes: the answer is
    exact, also for references that retain something only together. A value in a WeakMap is retained
    as long as both the map and the key are.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b a.x>c b.y>c c>d")
    >>> graph = builder.graph()
    >>> what_if(graph, (builder.node_id("a"), "x")).freed_size
    0
    >>> both = [(builder.node_id("a"), "x"), (builder.node_id("b"), "y")]
    >>> what_if(graph, both).freed_size
    32
    """
    graph = graph_of(
        source,
        cache=cache,
        progress=reporter_of(progress),
        salvage=salvage,
        source_files=find_sources(source_root, source_maps),
    )
    removals = [remove] if isinstance(remove, int | tuple | HeapNode) else list(remove)
    if not removals:
        raise HeapnbError("Nothing is to be removed.", hint="name an edge, or several.")
    edges = {edge for removal in removals for edge in _edges_of(graph, removal)}
    return without_edges(graph, np.array(sorted(edges), np.int64))


def without_edges(graph: HeapGraph, edges: IntArray) -> WhatIf:
    """Say what would be freed if exactly some edges of the file were gone.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : int64[k]
        Edge ordinals, ascending.

    Returns
    -------
    WhatIf
    """
    held = reachability(graph)
    freed = np.flatnonzero(held.held & ~held.held_without(edges)).astype(np.uint32)
    sizes = graph.shallow_size[freed]
    return WhatIf(
        graph, edges, freed, int(sizes.sum(dtype=np.uint64)), int(np.count_nonzero(sizes))
    )


def _edges_of(graph: HeapGraph, removal: Removal) -> tuple[int, ...]:
    if isinstance(removal, HeapNode):
        edges: list[int] = graph.retaining_edges_of(_ordinal(graph, removal)).tolist()
        return tuple(edges)
    references = References(graph)
    if not isinstance(removal, tuple):
        edge = int(removal)
        if not 0 <= edge < graph.n_edges:
            raise EdgeNotFoundError(f"There is no edge {edge}: the heap has {graph.n_edges}.")
        if reachability(graph).role[edge] == kernels.IGNORED:
            return (edge,)
        return references.of_edge(edge).edges
    node, name = removal
    ordinal = _ordinal(graph, node)
    found = references.named(ordinal, str(name))
    if not found:
        raise EdgeNotFoundError(
            f"The node {int(graph.node_id[ordinal])} ({graph.class_name(ordinal)}) holds nothing "
            f"by the name {str(name)!r}."
        )
    return tuple(edge for reference in found for edge in reference.edges)


def _ordinal(graph: HeapGraph, node: int | HeapNode) -> int:
    if not isinstance(node, HeapNode):
        return graph.ordinal_of(node)
    if node.heap is not graph:
        raise HeapnbError(
            "The node belongs to another snapshot.",
            hint="look it up here by its id: snap.node(node.id).",
        )
    return node.ordinal


def _all_that_hold(graph: HeapGraph) -> BoolArray:
    """Return the edges that hold their target, those that retained sizes leave out included."""
    counts: BoolArray = graph.edge_type != graph.edge_type_index("weak")
    shortcuts = np.flatnonzero(graph.edge_type == graph.edge_type_index("shortcut"))
    counts[shortcuts[graph.edge_from(shortcuts) != graph.root]] = False
    return counts


def _is_in(nodes: NodeArray, ascending: NodeArray) -> BoolArray:
    if len(ascending) == 0:
        return np.zeros(len(nodes), np.bool_)
    places = np.minimum(np.searchsorted(ascending, nodes), len(ascending) - 1)
    matches: BoolArray = ascending[places] == nodes
    return matches


__all__ = ["Removal", "WhatIf", "what_if", "without_edges"]
