"""What all logs of native allocations have: places that allocate, and sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from heapnb.errors import HeapnbError


class DamagedLogError(HeapnbError):
    """What is wrong in a log; its reader adds the file's name."""


@dataclass(frozen=True)
class NativeSite:
    """A place in native code that allocates memory.

    Parameters
    ----------
    site : str
        Function with its source position, or file and address.
    callers : tuple of str
        Functions that lead there, the nearest first; only those that most of it came through.
    count : int or None
        Allocations.
    unfreed : int or None
        Bytes that were left at the end.
    peak : int or None
        Bytes at the peak of the program.
    """

    site: str
    callers: tuple[str, ...] = ()
    count: int | None = None
    unfreed: int | None = None
    peak: int | None = None


@dataclass(frozen=True)
class NativeTotals:
    """Sums over all places, also those that the log does not list.

    Parameters
    ----------
    count : int or None
        Allocations.
    unfreed : int or None
        Bytes that were left at the end.
    peak : int or None
        Bytes at the peak.
    """

    count: int | None = None
    unfreed: int | None = None
    peak: int | None = None


Parsed: TypeAlias = tuple[list[NativeSite], NativeTotals, list[str]]
"""Sites, totals, warnings."""
