"""How large an input may be, so that a small file cannot fill the memory.

Everything that reads files opens them by `heapnb.format.source`, which asks here. A function with
``max_size`` is `bounded`: what it says holds for all that the function reads.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from heapnb.errors import HeapnbError, SnapshotTooLargeError

_P = ParamSpec("_P")
_R = TypeVar("_R")

SIZE_VARIABLE: Final = "HEAPNB_MAX_SIZE"
"""Environment variable with the most bytes that an input may unpack to, such as ``50GB``."""

HIGHEST_RATIO: Final = 200
"""Snapshots pack to about a sixth, one of equal objects to less; blanks to a thousandth."""

_ALWAYS: Final = 64_000_000
"""Bytes that any packed file may unpack to: they cost a fraction of a second."""

_SIZE: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kMGT])?B?", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_CONTAINER: Final = Path("/sys/fs/cgroup/memory.max")


def parse_size(text: str) -> int | None:
    """Read a number of bytes that a person wrote.

    Parameters
    ----------
    text : str
        A number, with or without a unit.

    Returns
    -------
    int or None
        None if it is not a size.

    Examples
    --------
    >>> parse_size("1.5 GB"), parse_size("300k"), parse_size("much")
    (1500000000, 300000, None)
    """
    size = _SIZE.fullmatch(text.strip())
    return int(float(size["number"]) * _UNITS[(size["unit"] or "").lower()]) if size else None


_allowed: ContextVar[int | None] = ContextVar("allowed", default=None)


@contextmanager
def allowing(max_size: int | None) -> Iterator[None]:
    """Allow inputs of this size, and no larger ones, while the block runs.

    Parameters
    ----------
    max_size : int or None
        Bytes, unpacked; None changes nothing.

    Raises
    ------
    HeapnbError
        If it is not greater than 0.
    """
    if max_size is None:
        yield
        return
    if max_size <= 0:
        raise HeapnbError(f"max_size must be greater than 0 (got {max_size}).")
    token = _allowed.set(max_size)
    try:
        yield
    finally:
        _allowed.reset(token)


def allowed_size() -> int | None:
    """Return what `allowing` allows here; None if it says nothing."""
    return _allowed.get()


def bounded(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let ``max_size``, a keyword of the function, hold for all that the function reads.

    Parameters
    ----------
    function : callable
        It leaves the keyword to this decorator.

    Returns
    -------
    callable

    Examples
    --------
    >>> @bounded
    ... def read(text: str, *, max_size: int | None = None) -> int | None:
    ...     return allowed_size()
    >>> read("a", max_size=5), read("a")
    (5, None)
    """

    @functools.wraps(function)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        max_size = kwargs.get("max_size")
        with allowing(max_size if isinstance(max_size, int) else None):
            return function(*args, **kwargs)

    return wrapper


class SizeLimit:
    """The most bytes that reading goes through.

    That is what `allowing` says, else ``HEAPNB_MAX_SIZE``, else the memory of the machine, and for
    packed files 200 times their own size.

    Raises
    ------
    HeapnbError
        If the environment variable has no size.
    """

    def __init__(self) -> None:
        most = _allowed.get()
        wanted = os.environ.get(SIZE_VARIABLE, "").strip()
        if most is None and wanted:
            most = parse_size(wanted)
            if most is None:
                raise HeapnbError(
                    f"{SIZE_VARIABLE}={wanted} is not a size.", hint="write it as 5GB."
                )
        self._is_chosen = most is not None
        self._most = _memory() if most is None else most

    def check(self, name: str, size: int, packed: int | None, *, is_streamed: bool = False) -> None:
        """Refuse what is larger than allowed.

        Parameters
        ----------
        name : str
            The file, for the message.
        size : int
            Bytes so far, unpacked.
        packed : int or None
            The bytes that they were unpacked from; None if they were not packed.
        is_streamed : bool, default False
            Whether what was read is released again, so that the memory does not limit it.

        Raises
        ------
        SnapshotTooLargeError
            If that is too large.
        """
        if size > self._most and (self._is_chosen or not is_streamed):
            why = "allowed" if self._is_chosen else "this machine's memory holds"
            raise SnapshotTooLargeError(
                f"{name} is larger than {why}: more than {self._most:,} bytes.", size
            )
        if packed is None or self._is_chosen or size <= _ALWAYS:
            return
        if size > HIGHEST_RATIO * packed:
            raise SnapshotTooLargeError(
                f"{name} unpacks to more than {HIGHEST_RATIO} times its size: {packed:,} bytes to"
                f" {size:,} and more. A snapshot packs to about a sixth.",
                size,
            )


def _memory() -> int:
    """Return the bytes of memory that the machine or the container has."""
    most = 1 << 62
    with suppress(AttributeError, OSError, ValueError):
        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):
        most = min(most, int(_CONTAINER.read_text("ascii")))
    return most


__all__ = [
    "HIGHEST_RATIO",
    "SIZE_VARIABLE",
    "SizeLimit",
    "allowed_size",
    "allowing",
    "bounded",
    "parse_size",
]
