"""What all logs of native allocations have: places that allocate, and sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from heapnb.errors import HeapnbError

_MOST: Final = 1 << 62
_MOST_DIGITS: Final = 18


class DamagedLogError(HeapnbError):
    """What is wrong in a log; its reader adds the file's name."""


def whole_number(text: str) -> int:
    """Read digits, perhaps with commas between groups; refuse more than 18 digits.

    Examples
    --------
    >>> whole_number("1,440")
    1440
    """
    digits = text.replace(",", "")
    if len(digits) > _MOST_DIGITS:
        raise DamagedLogError(f"the number {digits[:_MOST_DIGITS]}… is too large")
    return int(digits)


def _check(*numbers: int | None) -> None:
    """Refuse sums that no memory has, and that columns of integers cannot hold."""
    for number in numbers:
        if number is not None and abs(number) >= _MOST:
            raise DamagedLogError("its sizes or counts add up to more than 2^62")


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

    def __post_init__(self) -> None:
        _check(self.count, self.unfreed, self.peak)


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

    def __post_init__(self) -> None:
        _check(self.count, self.unfreed, self.peak)


Parsed: TypeAlias = tuple[list[NativeSite], NativeTotals, list[str]]
"""Sites, totals, warnings."""
