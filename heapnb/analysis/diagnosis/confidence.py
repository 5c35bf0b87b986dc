"""How sure it is that an accumulation is a leak: the weights, and why each has its value.

Each constant says what it is, why it has this value, and which programs of the leak bench change
their first suspect or their verdict when it changes ("Bench:"). The last part is measured by
``python -m tests.leakbench.sensitivity``; docs/leakbench.md has the table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.accumulation import KEPT, REPLACED, Accumulation, Accumulations
from heapnb.analysis.series.series import Series

CONFIDENT: Final = 0.5
"""From this confidence on, a suspect makes the verdict "leak".

The doubts and `RENEWED` keep healthy growth below it. Bench: 0.4 gives false alarms
(`healthy_rising_load`, `healthy_sessions_expire`, `healthy_string_building`); 0.625 misses
`vm_contexts`.
"""

SUSPICIOUS: Final = 0.2
"""Suspects below this confidence are not reported.

Bench: 0.16 makes `healthy_lru_filling` undecided; 0.25 makes `healthy_bounded_queue` no-leak.
"""

SNAPSHOTS_FOR_VERDICT: Final = 3
"""With fewer snapshots, a leak cannot be told from a program that warms up.

Growth that stops shows in the second interval at the earliest. Bench: 2 calls the samples and
quick programs leaks after two snapshots, 4 makes all verdicts undecided.
"""

LARGEST_CONFIDENCE: Final = 0.99
"""The highest confidence: a heap does not show what the program does next.

Bench: below 0.5 every leak is undecided; none moves between 0.79 and 1.
"""

TWO_SNAPSHOTS: Final = 0.45
"""Factor for two snapshots: below `CONFIDENT`, because a third one has to decide.

97 % of the suspects that reach it are right (docs/diagnosis.md). Bench: with 0.36, two
snapshots of the sample `healthy_levels_off` and of `healthy_ring_buffer` are no-leak; none
moves between 0.45 and 0.9.
"""

ONE_SNAPSHOT: Final = 0.3
"""The highest confidence in a single snapshot, which shows size and no growth.

Bench: below `SUSPICIOUS` no suspect of a single snapshot is reported; none moves between 0.24
and 0.6.
"""

SEVERAL_PROCESSES: Final = 0.45
"""The highest confidence when the snapshots are of different processes.

Below `CONFIDENT`: what is larger need not have grown. Bench: no program has such a series.
"""

MANY_OBJECTS: Final = 12
"""Objects added in a series that count for much: the factor is 1 - exp(-added / this).

Half the factor at 8 objects, 0.9 at 28. Bench: 10 makes `healthy_string_building` a leak; 24
misses `vm_contexts`; none moves at 15.
"""

MUCH_MEMORY: Final = 1 << 20
"""Bytes added to many objects that count for much, however few objects these are.

Bench: no program moves between 0.5 and 2 MiB.
"""

MUCH_IN_ONE: Final = 1 << 16
"""Bytes added to one object, such as a string or a table, that count for much.

Bench: 52,429 makes `healthy_lru_filling` undecided; 131,072 misses `numbers_in_array`.
"""

LITTLE_MEMORY: Final = 2048
"""Bytes of growth below which an accumulation that is a small share of the growth is doubted.

Bench: 2,560 makes `healthy_bounded_queue` no-leak; none moves between 1,024 and 2,048.
"""

LITTLE_FACTOR: Final = 0.5
"""Factor for growth below `LITTLE_MEMORY`.

Together with a small share, it takes such growth below `CONFIDENT`. Bench: no program moves
between 0.25 and 1.
"""

LARGE_SHARE: Final = 0.2
"""Share of the heap's growth, or of the accumulation's own bytes, that counts as large.

A heap rarely has more than five leaks. Bench: no program moves between 0.1 and 0.4.
"""

SMALL_GROWTH: Final = 0.3
"""Factor for growth that is next to nothing, both of the heap's growth and of what was there.

Bench: no program moves between 0.15 and 0.6.
"""

SMALL_SHARE: Final = 0.85
"""Factor for what is next to nothing of the heap's growth alone.

Close to 1: a small leak beside a large healthy cache is a leak. Bench: 0.425 misses
`vm_contexts` and makes `healthy_bounded_queue` no-leak; none moves between 0.68 and 1.
"""

LEAST_SHARE_IN_ONE: Final = 0.01
"""Share of a single snapshot below which an accumulation is not reported.

Bench: no program moves between 0.005 and 0.02.
"""

UNKNOWN_SURVIVAL: Final = 0.9
"""Factor where node ids cannot tell which members survived.

Bench: no program moves between 0.45 and 1; in all of them, node ids tell.
"""

RENEWED: Final = 0.45
"""Factor for members that are made anew all the time, or that pass through a queue.

Just below `CONFIDENT`, so that this alone makes no leak. Bench: 0.56 gives false alarms
(`healthy_rising_load`, `healthy_sessions_expire`); 0.36 makes `healthy_bounded_queue` no-leak.
"""

GROWING_QUEUE: Final = 0.7
"""Factor for a queue that gets longer at a steady rate, however few of its members stay.

Below 1: the load may have risen meanwhile, and the queue drains when it falls. Bench: not measured
yet.
"""


@dataclass(frozen=True)
class HeapGrowth:
    """How the heap as a whole grew: what accumulations are measured by.

    Parameters
    ----------
    n_snapshots : int
        Length of the series.
    one_process : bool
        Whether all snapshots are of one process.
    total : int
        Bytes of growth, at least 1; in a single snapshot all bytes.
    """

    n_snapshots: int
    one_process: bool
    total: int

    @classmethod
    def of(cls, series: Series, found: Accumulations) -> HeapGrowth:
        """Measure a series.

        Parameters
        ----------
        series : Series
            The snapshots.
        found : Accumulations
            What grows in it.

        Returns
        -------
        HeapGrowth
        """
        sizes = [snapshot.total_size for snapshot in series.snapshots]
        total = sizes[-1] - (sizes[0] if len(sizes) > 1 else 0)
        if len(sizes) > 1:
            # The rest of the heap may have shrunk meanwhile.
            total = max(total, sum(accumulation.size_delta for accumulation in found.growing))
        return cls(len(sizes), series.one_process, max(total, 1))

    def share(self, accumulation: Accumulation) -> float:
        """Return the accumulation's share of the growth, 0 to 1."""
        grew = self.n_snapshots > 1
        amount = accumulation.size_delta if grew else int(accumulation.size[-1])
        return min(1.0, max(0.0, amount / self.total))

    def confidence(self, accumulation: Accumulation, *, is_queue: bool = False) -> float:
        """Return the confidence that an accumulation is a leak, 0 to 1, before any doubts.

        Parameters
        ----------
        accumulation : Accumulation
            Of the series that was measured.
        is_queue : bool, default False
            Whether it is a queue that gets longer and longer, of which members need not stay.

        Returns
        -------
        float
            The product of how much was added, how large a part of the growth that is, and how
            much of what was added is still there.
        """
        share = self.share(accumulation)
        if self.n_snapshots == 1:
            return _confidence_in_one(share)
        weight = max(_part(share), _part(_relative_growth(accumulation)))
        confidence = _amount(accumulation) * _between(SMALL_GROWTH, weight)
        if accumulation.size_delta < LITTLE_MEMORY and share < LARGE_SHARE:
            confidence *= LITTLE_FACTOR
        permanence = _permanence(accumulation)
        if is_queue:
            permanence = max(permanence, GROWING_QUEUE)
        confidence *= _between(SMALL_SHARE, _part(share)) * permanence
        if self.n_snapshots < SNAPSHOTS_FOR_VERDICT:
            confidence *= TWO_SNAPSHOTS
        confidence = min(confidence, LARGEST_CONFIDENCE)
        if not self.one_process:
            confidence = min(confidence, SEVERAL_PROCESSES)
        return round(confidence, 2)


def _confidence_in_one(share: float) -> float:
    if share < LEAST_SHARE_IN_ONE:
        return 0.0
    return round(SUSPICIOUS + (ONE_SNAPSHOT - SUSPICIOUS) * _part(share), 2)


def _part(share: float) -> float:
    """Scale a share so that `LARGE_SHARE` and more is 1."""
    return min(1.0, share / LARGE_SHARE)


def _between(least: float, part: float) -> float:
    """Return the factor that goes from `least` to 1 as a part goes from 0 to 1."""
    return least + (1 - least) * part


def _amount(accumulation: Accumulation) -> float:
    """Rate how much was added, in objects or in bytes, 0 to 1."""
    much = MUCH_IN_ONE if accumulation.is_content else MUCH_MEMORY
    return max(
        1 - math.exp(-max(accumulation.count_delta, 0) / MANY_OBJECTS),
        1 - math.exp(-max(accumulation.size_delta, 0) / much),
    )


def _relative_growth(accumulation: Accumulation) -> float:
    return accumulation.size_delta / max(int(accumulation.size[-1]), 1)


def _permanence(accumulation: Accumulation) -> float:
    """Return 1 for members that stay, less for members that are replaced by others."""
    if accumulation.is_content:
        return 1.0
    known = accumulation.known_survival
    if not known:
        return UNKNOWN_SURVIVAL
    first = accumulation.first_survival
    if max(known) < REPLACED and first < REPLACED:
        # Made anew all the time: it says nothing that the old ones are gone.
        return RENEWED
    if all(REPLACED <= share <= KEPT for share in (first, known[-1])):
        # A queue that is emptied all the time, but too slowly.
        return max(RENEWED, min(known))
    return min(known)


__all__ = [
    "CONFIDENT",
    "SNAPSHOTS_FOR_VERDICT",
    "SUSPICIOUS",
    "HeapGrowth",
]
