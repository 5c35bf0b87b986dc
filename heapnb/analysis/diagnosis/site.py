"""The site of an accumulation: all that a detector may look at.

What a program keeps, and how, shows at the place where it keeps it. The path from the GC roots to
that place shows how the program runs: from a timer, in a suspended `main`, in a worker. So a
detector gets a site, in which the path ends at the first function, scope, suspended call or promise
above the holder, and in no case goes further than `REACH` objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from heapnb import vocab
from heapnb.graph.scopes import is_suspended

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray
    from heapnb.analysis.diagnosis.accumulation import Accumulation
    from heapnb.analysis.diagnosis.evidence import Evidence
    from heapnb.analysis.diagnosis.names import Anchor, Step
    from heapnb.analysis.known_shapes import KnownShape
    from heapnb.analysis.retention.retaining_tree import RetainingTree
    from heapnb.analysis.series.series import Series
    from heapnb.graph import HeapGraph

REACH: Final = 5
"""Objects above the holder that still belong to its data structure.

The deepest structures that a detector knows need four: a request in undici (client, queue, ring,
list), an entry of lodash's `memoize` (function, MapCache, its tables, Hash, Object).
"""

PROMISE_CLASS: Final = "Promise"

_SCOPE_AND_FUNCTION: Final = 2


@dataclass(frozen=True)
class Site:
    """What accumulates, how its holder holds it, and the data structure around the holder.

    Parameters
    ----------
    evidence : Evidence
        All that is known of the accumulation. Detectors use the attributes of the site instead.
    """

    evidence: Evidence

    def about(self, node: int) -> Site:
        """Look at another object: what it is and by what name it is held.

        Parameters
        ----------
        node : int
            Ordinal in the last snapshot.

        Returns
        -------
        Site
        """
        return Site(self.evidence.about(node))

    # -- what accumulates ---------------------------------------------------------------------

    @property
    def accumulation(self) -> Accumulation:
        """The objects, counted in each snapshot."""
        return self.evidence.accumulation

    @property
    def example(self) -> int:
        """One of the members, as an ordinal in the last snapshot."""
        return self.evidence.accumulation.example

    @property
    def series(self) -> Series:
        """The snapshots."""
        return self.evidence.series

    @property
    def graph(self) -> HeapGraph:
        """The last snapshot."""
        return self.evidence.graph

    @property
    def tree(self) -> RetainingTree:
        """What holds what in it."""
        return self.evidence.tree

    @property
    def counts(self) -> tuple[int, ...]:
        """See `Evidence.counts`."""
        return self.evidence.counts

    @property
    def released(self) -> tuple[int, int] | None:
        """See `Evidence.released`."""
        return self.evidence.released

    @property
    def class_name(self) -> str:
        """See `Evidence.class_name`."""
        return self.evidence.class_name

    @property
    def named_example(self) -> int:
        """See `Evidence.named_example`."""
        return self.evidence.named_example

    @property
    def title(self) -> str:
        """See `Evidence.title`."""
        return self.evidence.title

    @property
    def shape(self) -> KnownShape | None:
        """See `Evidence.shape`."""
        return self.evidence.shape

    @property
    def content(self) -> str:
        """See `Evidence.content`."""
        return self.evidence.content

    @property
    def location(self) -> str | None:
        """See `Evidence.location`."""
        return self.evidence.location

    @property
    def held(self) -> IntArray:
        """See `Evidence.held`."""
        return self.evidence.held

    @property
    def is_held(self) -> BoolArray:
        """See `Evidence.is_held`."""
        return self.evidence.is_held

    def below(self, node: int) -> list[int]:
        """See `Evidence.below`."""
        return self.evidence.below(node)

    @property
    def sample(self) -> list[int]:
        """Some of the members, the example first, to check what is said of all of them."""
        return self.accumulation.sample

    def is_lasting(self, node: int) -> bool:
        """Tell whether an object was there in the first of several snapshots.

        Parameters
        ----------
        node : int
            Ordinal in the last snapshot.

        Returns
        -------
        bool
        """
        if len(self.series) == 1 or not self.series.one_process:
            return False
        return bool(self.series.births[node] == 0)

    # -- how it is held -----------------------------------------------------------------------

    @property
    def holder(self) -> Step:
        """What holds the members; for what grows by itself, the object itself."""
        return self.evidence.holder

    @property
    def has_holder(self) -> bool:
        """Whether something on the path holds the members: not so for roots of the engine."""
        return self.evidence.place_of_holder >= 0

    @cached_property
    def inside(self) -> tuple[Step, ...]:
        """The steps from the holder, which is left out, to the example."""
        return self.evidence.steps[max(self.evidence.place_of_holder, -1) + 1 :]

    @property
    def last(self) -> Step:
        """The last step: how the example itself is referred to."""
        return self.evidence.steps[-1]

    @property
    def link(self) -> tuple[Step, ...]:
        """See `Evidence.link`."""
        return self.evidence.link

    @cached_property
    def around(self) -> tuple[Step, ...]:
        """The holder, then what has it, and so on: the data structure, from the inside out.

        The last one may be a function, a scope, a suspended call or a promise, which ends the data
        structure.
        """
        steps = self.evidence.steps[: self.evidence.place_of_holder + 1]
        found: list[Step] = []
        for step in reversed(steps[-REACH - 1 :]):
            found.append(step)
            if len(found) > 1 and is_code(self.graph, step.node):
                break
        return tuple(found)

    def above(self, distance: int) -> Step | None:
        """Return what is so many objects above the holder, within the data structure.

        Parameters
        ----------
        distance : int
            0 for the holder.

        Returns
        -------
        Step or None
        """
        return self.around[distance] if 0 <= distance < len(self.around) else None

    def is_closure(self, node: int) -> bool:
        """Tell whether a node is a function."""
        return self.evidence.is_closure(node)

    # -- the nearest names --------------------------------------------------------------------

    @property
    def anchor(self) -> Anchor:
        """The name that is nearest to the members."""
        return self.evidence.anchor

    def anchor_above(self, distance: int) -> Anchor:
        """Describe the name that leads to what is so many objects above the holder."""
        return self.evidence.anchor_at(self.evidence.place_of_holder - distance)

    @property
    def anchored(self) -> Step:
        """What the anchor leads to."""
        return self.evidence.steps[self.anchor.place]

    @property
    def anchor_owner(self) -> Step | None:
        """The object or the scope that has the anchor; None at the root."""
        place = self.anchor.place
        return self.evidence.steps[place - 1] if place > 0 else None

    @property
    def code_of_anchor(self) -> Step | None:
        """The function, or suspended call, through whose scope the path leads to a variable."""
        place = self.anchor.place - _SCOPE_AND_FUNCTION
        if place < 0 or self.anchored.edge_type != "context":
            return None
        return self.evidence.steps[place]

    # -- asked for by name --------------------------------------------------------------------

    @property
    def holder_is_global(self) -> bool:
        """Whether the global object itself holds the members."""
        return self.evidence.is_global_object(self.evidence.place_of_holder)

    @property
    def anchor_is_global(self) -> bool:
        """Whether the anchor is a property of the global object."""
        return self.evidence.is_global_object(self.anchor.place - 1)


def is_code(graph: HeapGraph, node: int) -> bool:
    """Tell whether an object is a function, a scope, a suspended call or a promise.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    bool
        Such an object refers to data by the way a program runs, not by the way it keeps data.
    """
    if graph.node_type[node] == graph.node_type_index("closure"):
        return True
    name = graph.name(node)
    if name.startswith(vocab.CONTEXT_NAME) or name in {vocab.REACTION_NAME, PROMISE_CLASS}:
        return True
    return is_suspended(graph, node)


__all__ = ["REACH", "Site", "is_code"]
