"""Memory of a process by mapping: the text of Linux's ``/proc/PID/smaps`` (proc(5)).

The kernel says how much of each mapping is resident, but not what an anonymous mapping is for.
`_area_of` derives that from addresses and sizes; tests compare it with what V8 itself says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from heapnb.errors import HeapnbError

if TYPE_CHECKING:
    import os

    import pandas as pd

V8: Final = "v8"
HEAP: Final = "heap"
ARENA: Final = "arena"
MAPPED: Final = "mapped"
STACK: Final = "stack"
CODE: Final = "code"
SHARED: Final = "shared"
OTHER: Final = "other"
AREAS: Final = (V8, HEAP, ARENA, MAPPED, STACK, CODE, SHARED, OTHER)
"""Purposes of mappings: pages of V8; the allocator's main heap, the arenas of other threads, and
what it maps (large blocks); stacks; programs and libraries; shared memory; anything else."""

MALLOC: Final = (HEAP, ARENA, MAPPED)
"""Areas that the allocator hands out memory of."""

_HEADER: Final = re.compile(
    r"^(?P<start>[0-9a-f]{1,16})-(?P<end>[0-9a-f]{1,16}) (?P<permissions>[rwxsp-]{4}) "
    r"[0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+[ \t]*(?P<path>[^\n]*)$",
    re.MULTILINE,
)
_FIELD: Final = re.compile(r"^(Rss|Anonymous|Swap): +(\d{1,15}) kB$", re.MULTILINE)
_KIB: Final = 1024
_ROLLUP: Final = "[rollup]"

_LARGEST: Final = 1 << 28
"""Linux allows 65,530 mappings by default, of about 700 bytes each."""

_V8_PAGE: Final = 256 * 1024
"""V8 aligns the pages of its heap to this."""

_FAR: Final = 1 << 36
"""V8 asks for pages at random addresses; the kernel puts other mappings next to the libraries.
64 GiB tell them apart: one of about 1,000 random addresses of 46 bits is nearer."""

_ARENA: Final = 64 * 1024 * 1024
"""Reserved for each heap of an arena of glibc, and its alignment (HEAP_MAX_SIZE)."""

_LARGEST_GUARD: Final = 64 * 1024
_SMALLEST_STACK: Final = 64 * 1024
_LARGEST_STACK: Final = 64 * 1024 * 1024

_SHARED_PATHS: Final = ("/dev/shm/", "/memfd:", "/SYSV", "/dev/zero")  # noqa: S108  mappings
_OF_GLIBC: Final = {"malloc": MAPPED, "malloc arena": ARENA, "pthread stack": STACK}
"""Names that glibc gives its mappings if ``glibc.mem.decorate_maps`` is set."""

_ALLOCATORS: Final = ("jemalloc", "tcmalloc", "mimalloc")


class SmapsError(HeapnbError, ValueError):
    """A text that does not come from ``/proc/PID/smaps``."""


@dataclass(frozen=True, slots=True)
class MemoryMapping:
    """A mapping of a process.

    Parameters
    ----------
    start, end : int
        Addresses.
    permissions : str
        Such as ``"rw-p"``.
    path : str
        The file, or a name in brackets; empty for anonymous memory.
    rss, anonymous, swap : int
        Resident bytes; those of them without a file behind them; swapped bytes.
    area : str
        What it is for: one of `AREAS`.
    """

    start: int
    end: int
    permissions: str
    path: str
    rss: int
    anonymous: int
    swap: int
    area: str = OTHER

    @property
    def size(self) -> int:
        """Bytes of addresses."""
        return self.end - self.start


@dataclass(frozen=True, repr=False)
class MemoryMap:
    r"""All mappings of a process at one moment.

    Parameters
    ----------
    mappings : tuple of MemoryMapping
        By ascending address.

    Examples
    --------
    >>> text = "7f0000000000-7f0000021000 rw-p 00000000 00:00 0 \nRss:         44 kB\n"
    >>> parse_smaps(text).rss
    45056
    """

    mappings: tuple[MemoryMapping, ...]

    @property
    def rss(self) -> int:
        """Resident bytes of the process."""
        return sum(one.rss for one in self.mappings)

    @property
    def swap(self) -> int:
        """Bytes that are swapped out."""
        return sum(one.swap for one in self.mappings)

    @cached_property
    def areas(self) -> Mapping[str, int]:
        """Resident bytes of each of `AREAS`."""
        sums = dict.fromkeys(AREAS, 0)
        for one in self.mappings:
            sums[one.area] += one.rss
        return sums

    @property
    def malloc(self) -> int:
        """Resident bytes that the allocator manages."""
        return sum(self.areas[area] for area in MALLOC)

    def count(self, area: str) -> int:
        """Return the number of mappings of an area that are resident at least in part."""
        return sum(one.area == area and one.rss > 0 for one in self.mappings)

    @property
    def n_v8_threads(self) -> int:
        """Number of stacks of 4 MiB, which Node.js gives to worker threads."""
        return sum(one.area == STACK and one.size == 4 * _KIB * _KIB for one in self.mappings)

    @property
    def allocator(self) -> str | None:
        """The allocator that replaces that of the C library, by the name of its file, or None."""
        for one in self.mappings:
            name = Path(one.path).name
            if one.area == CODE and any(known in name for known in _ALLOCATORS):
                return next(known for known in _ALLOCATORS if known in name)
        return None

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a mapping: ``start``, ``permissions``, ``path``, ``area`` and bytes."""
        import pandas as pd

        columns = ("start", "permissions", "path", "area", "size", "rss", "anonymous", "swap")
        return pd.DataFrame({name: [getattr(m, name) for m in self.mappings] for name in columns})


def read_smaps(path: str | os.PathLike[str]) -> MemoryMap:
    """Read a copy of ``/proc/PID/smaps``.

    Parameters
    ----------
    path : str or PathLike
        The file; not that of ``smaps_rollup``, which has only sums.

    Returns
    -------
    MemoryMap

    Raises
    ------
    SmapsError
        If it is not the text of ``smaps``.
    OSError
        If it cannot be read.
    """
    file = Path(path)
    if file.stat().st_size > _LARGEST:
        raise SmapsError(f"{file.name}: larger than {_LARGEST:,} bytes, not /proc/PID/smaps.")
    return parse_smaps(file.read_text("utf-8", errors="replace"), name=file.name)


def parse_smaps(text: str, *, name: str = "smaps") -> MemoryMap:
    """Read the text of ``/proc/PID/smaps``.

    Parameters
    ----------
    text : str
        The text.
    name : str, optional
        What errors call it.

    Returns
    -------
    MemoryMap

    Raises
    ------
    SmapsError
        If it has no mappings, or a mapping has no line ``Rss``.
    """
    found = list(_mappings(text, name))
    if not found:
        raise SmapsError(
            f"{name}: no line is a mapping of /proc/PID/smaps.",
            hint="copy it with `cat /proc/PID/smaps > FILE`.",
        )
    return MemoryMap(tuple(_with_areas(sorted(found, key=lambda one: one.start))))


def is_smaps(text: str) -> bool:
    """Tell whether a text begins as ``/proc/PID/smaps`` does."""
    first = _HEADER.match(text)
    return first is not None and first["path"] != _ROLLUP


def _mappings(text: str, name: str) -> Iterator[MemoryMapping]:
    headers = list(_HEADER.finditer(text))
    ends = [*(header.start() for header in headers[1:]), len(text)]
    for header, end in zip(headers, ends, strict=False):
        fields = dict(_FIELD.findall(text, header.end(), end))
        if "Rss" not in fields:
            line = text.count("\n", 0, header.start()) + 1
            raise SmapsError(
                f"{name}: the mapping in line {line} has no line `Rss: … kB`.",
                hint="/proc/PID/maps lacks sizes, and a cut file lacks its end; "
                "copy /proc/PID/smaps.",
            )
        if header["path"] == _ROLLUP:
            continue
        rss, anonymous, swap = (
            int(fields.get(key, 0)) * _KIB for key in ("Rss", "Anonymous", "Swap")
        )
        yield MemoryMapping(
            start=int(header["start"], 16),
            end=int(header["end"], 16),
            permissions=header["permissions"],
            path=header["path"].strip(),
            rss=rss,
            anonymous=anonymous,
            swap=swap,
        )


def _with_areas(mappings: list[MemoryMapping]) -> Iterator[MemoryMapping]:
    from dataclasses import replace

    starts = [one.start for one in mappings if one.path.startswith("/") and ".so" in one.path]
    libraries = [min(starts), max(starts)] if starts else []
    before: MemoryMapping | None = None
    for one, after in zip(mappings, [*mappings[1:], None], strict=True):
        area = _area_of(one, before, after, libraries)
        before = replace(one, area=area)
        yield before


def _area_of(
    one: MemoryMapping,
    before: MemoryMapping | None,
    after: MemoryMapping | None,
    libraries: list[int],
) -> str:
    """Tell what a mapping is for by its name, else by its address, size and neighbours."""
    if one.path and not one.path.startswith("[anon:"):
        return _area_of_name(one.path)
    if one.path.startswith("[anon: glibc: "):
        name = one.path.removeprefix("[anon: glibc: ").rstrip("]").partition(":")[0]
        return _OF_GLIBC.get(name, MAPPED)
    if "s" in one.permissions:
        return SHARED
    if "x" in one.permissions or one.path.startswith("[anon:v8"):
        return V8
    if _is_arena(one, after):
        return ARENA
    if _is_stack(one, before):
        return STACK
    if before is not None and before.end == one.start and before.area == CODE and before.path:
        return CODE  # the zero-initialised data of a program or library
    is_far = not libraries or min(abs(one.start - start) for start in libraries) > _FAR
    if is_far and one.start % _V8_PAGE == 0:
        return V8
    return MAPPED if "w" in one.permissions else OTHER


def _area_of_name(path: str) -> str:
    if path == "[heap]":
        return HEAP
    if path.startswith("[stack"):
        return STACK
    if path.startswith(("[vdso", "[vvar", "[vsyscall")):
        return CODE
    if path.startswith(_SHARED_PATHS):
        return SHARED
    return CODE if path.startswith("/") else OTHER


def _is_arena(one: MemoryMapping, after: MemoryMapping | None) -> bool:
    """Tell a heap of an arena: aligned, and together with its reserved rest of known size."""
    if one.start % _ARENA or "w" not in one.permissions:
        return False
    has_rest = after is not None and after.start == one.end and after.permissions[:3] == "---"
    return one.size == _ARENA or (
        has_rest and after is not None and after.end == one.start + _ARENA
    )


def _is_stack(one: MemoryMapping, before: MemoryMapping | None) -> bool:
    """Tell the stack of a thread: behind a small guard that can be neither read nor written."""
    return (
        before is not None
        and before.end == one.start
        and before.permissions[:3] == "---"
        and before.size <= _LARGEST_GUARD
        and one.permissions == "rw-p"
        and _SMALLEST_STACK <= one.size <= _LARGEST_STACK
    )
