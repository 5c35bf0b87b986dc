"""Follows an object, hop by hop, through a program."""

from __future__ import annotations

from collections.abc import Sequence

from heapnb.analysis.source_code.levels import Level
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.propagation import propagate
from heapnb.analysis.source_code.seeds import seed
from heapnb.analysis.source_code.targets import Hop
from heapnb.analysis.source_code.tracker import Tracker


def levels_of(program: Program, hops: Sequence[Hop]) -> list[Level]:
    """Find what a program does with the object at each hop.

    Parameters
    ----------
    program : Program
        The files.
    hops : sequence of Hop
        The way to the object.

    Returns
    -------
    list of Level
        One for each hop; empty levels from the first hop on that the source does not have.
    """
    levels: list[Level] = []
    returned: set[tuple[str, int]] = set()
    before = Level()
    for hop in hops:
        tracker = Tracker(program, Level(), returned)
        seed(tracker, hop, before)
        propagate(tracker)
        before = tracker.level
        levels.append(before)
    return levels


__all__ = ["levels_of"]
