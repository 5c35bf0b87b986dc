"""Accumulations: objects that one holder holds by the same label, counted in each snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from heapnb._typing import IntArray, NodeArray
from heapnb.analysis.sampling import evenly

Members = Literal["kept", "queued", "renewed"]
"""Whether members stay for good, or wait in a queue that is filled faster than it is emptied."""

REPLACED: Final = 0.1
"""If a smaller share of the members survives, new ones replace them.

Members that are created anew for each interval survive not at all; a tenth leaves room for a
few that do. Bench: no program moves between 0.05 and 0.2.
"""

KEPT: Final = 0.9
"""If a smaller share of the members survives, the program removes some.

A tenth leaves room for members that were in use when the snapshot was taken. Bench: 0.45 makes
the queue of the sample `queue_backlog` an unbounded array; 1 makes `lru_cache_ttl_only` a
backlog and `healthy_lru_filling` undecided.
"""

MOST_SAMPLED: Final = 32
"""Members that are looked at one by one. Bench: not measured yet."""


@dataclass(frozen=True, eq=False)
class Accumulation:
    """Objects that one holder, or several alike, hold in the same way.

    Parameters
    ----------
    members : uint32[k]
        The objects, as ordinals in the last snapshot; of several kinds (keys and values of a
        Map) those that take most.
    example : int
        One that came while the series was taken; in a linked list one near its head.
    holder : int
        What holds the example, or the head of its list, as an ordinal in the last snapshot.
    n_holders : int
        How many holders there are.
    is_list : bool
        Whether the members are chained to each other.
    is_content : bool
        Whether it is the members' own bytes that grow, not their number.
    count, size : int64[n_snapshots]
        Members; bytes of all that they hold in the retaining tree, together with what the holder
        keeps beside them.
    survival : float64[n_snapshots - 1]
        Which share of the members of each earlier snapshot the last one still has, or, where
        the members are new each time, of what they hold; NaN where it is unknown.
    first_survival : float
        Which share of the first snapshot's members the second one still has; NaN if unknown.
    earlier : tuple of uint32[…]
        The members in each snapshot before the last one, as ordinals there.
    removals : (int, int) or None
        Members of the snapshot before the last one that the last one lacks, and how many it
        had; None where ids do not tell, or where the members are new each time.
    """

    members: NodeArray
    example: int
    holder: int
    n_holders: int
    is_list: bool
    is_content: bool
    count: IntArray
    size: IntArray
    survival: tuple[float, ...]
    first_survival: float
    earlier: tuple[NodeArray, ...] = ()
    removals: tuple[int, int] | None = None

    def some(self, most: int) -> IntArray:
        """Return at most so many members, from the first to the last, as ordinals ``int64[…]``."""
        return self.members[evenly(len(self.members), most)].astype(np.int64)

    @cached_property
    def sample(self) -> list[int]:
        """The example, and some other members from the first to the last."""
        return list(dict.fromkeys([self.example, *self.some(MOST_SAMPLED).tolist()]))

    @property
    def members_per_snapshot(self) -> tuple[NodeArray, ...]:
        """The members in each snapshot, as ordinals there."""
        return (*self.earlier, self.members)

    @property
    def amount(self) -> IntArray:
        """What grows: the number of members, or the bytes where these are the same objects."""
        return self.size if self.is_content else self.count

    @property
    def n_grown_intervals(self) -> int:
        """Intervals of the series in which it grew."""
        return int(np.count_nonzero(np.diff(self.amount) > 0))

    @property
    def known_survival(self) -> tuple[float, ...]:
        """`survival` without what is unknown."""
        return tuple(share for share in self.survival if not np.isnan(share))

    @property
    def lowest_survival(self) -> float | None:
        """The smallest of `survival`; None where it is unknown, or the same objects grow."""
        return None if self.is_content else min(self.known_survival, default=None)

    @property
    def count_delta(self) -> int:
        """Growth in members from the first to the last snapshot."""
        return int(self.count[-1] - self.count[0])

    @property
    def size_delta(self) -> int:
        """Growth in bytes from the first to the last snapshot."""
        return int(self.size[-1] - self.size[0])


@dataclass(frozen=True)
class Accumulations:
    """What grows in a series, and what stopped growing.

    Parameters
    ----------
    growing : tuple of Accumulation
        What grows through the series, the largest growth first; in a single snapshot the
        largest accumulations.
    levelled_off : tuple of Accumulation
        What grew at first and then no more.
    """

    growing: tuple[Accumulation, ...]
    levelled_off: tuple[Accumulation, ...]


@dataclass(frozen=True)
class Alternative:
    """Another cause that the heap speaks for nearly as strongly.

    Parameters
    ----------
    kind : str
        The cause.
    strength : float
        How strongly the heap speaks for it, 0 to 1.
    """

    kind: str
    strength: float


__all__ = ["KEPT", "REPLACED", "Accumulation", "Accumulations", "Alternative", "Members"]
