"""V8's heap limit: by version of Node.js, memory, container and flags.

The rules were measured with `v8.getHeapStatistics().heap_size_limit` on Node.js 4 to 26
(tests/timeline/measure_limits.py, tests/data/heap_limits.json; docs/logs.md has the table). V8
computes them in `Heap::ConfigureHeap` and `ResourceConstraints::ConfigureDefaults`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from heapnb._showing import Shown
from heapnb.errors import HeapnbError

_MB: Final = 1 << 20
_GB: Final = 1 << 30

_MEASURED: Final = frozenset({4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26})
_64_BIT: Final = frozenset({"x64", "arm64", "ppc64", "s390x", "loong64", "riscv64", "mips64el"})

_PAGE_OVERHEAD: Final = 524_288 / 515_584
"""Node.js 10 and 11 count the headers of pages, too."""

_FIRST_V8_5: Final = 6
_FIRST_BY_MEMORY: Final = 12
_FIRST_4_GB: Final = 14
_FIRST_CGROUP_2: Final = 20
_LAST_BEFORE_64_MB: Final = 23

_FLAG: Final = re.compile(
    r"--max[-_](old[-_]space[-_]size|semi[-_]space[-_]size|heap[-_]size"
    r"|old[-_]space[-_]size[-_]percentage)(?:=(.*))?"
)


@dataclass(frozen=True)
class HeapLimit(Shown):
    """The limit of a heap, and why it is what it is. Sizes are bytes.

    Parameters
    ----------
    limit : int
        From here on V8 gives up: ``heap_size_limit``.
    old_space : int
        Part for objects that survived.
    young_space : int
        Part for new objects: up to three semi-spaces.
    rule : str
        Which rule decides: ``"--max-old-space-size"``, ``"--max-heap-size"``, ``"memory"``,
        ``"container"`` or ``"version"``.
    memory : int or None
        The memory that V8 sees: that of the machine or of the container.
    container_is_ignored : bool
        Whether this version does not see the container's limit (cgroup v2 before Node.js 20), so
        that the kernel ends the process before V8 collects.
    is_measured : bool
        Whether the rule was measured on this version and architecture. Others follow V8's source.
    """

    limit: int
    old_space: int
    young_space: int
    rule: str
    memory: int | None = None
    container_is_ignored: bool = False
    is_measured: bool = True

    __repr__ = Shown.__repr__

    def headroom(self, heap_used: int) -> float:
        """Return the share of the limit that is free.

        Parameters
        ----------
        heap_used : int
            Bytes in use after a full collection.

        Returns
        -------
        float
            1 for an empty heap, 0 at the limit.
        """
        return max(1 - heap_used / self.limit, 0.0)


def heap_limit(
    version: str | float,
    *,
    memory: int | None = None,
    container: int | None = None,
    cgroup: int = 2,
    flags: str | Sequence[str] = (),
    arch: str = "x64",
) -> HeapLimit:
    """Compute V8's heap limit.

    Parameters
    ----------
    version : str or int
        Version of Node.js, such as ``"20.11.1"`` or 20.
    memory : int, optional
        Memory of the machine in bytes; 16 GiB or more by default.
    container : int, optional
        The container's limit in bytes.
    cgroup : {1, 2}, default 2
        Version of the kernel's control groups; Node.js before 20 does not see limits of version 2.
    flags : str or sequence of str, optional
        Flags of the command line, or the text of ``NODE_OPTIONS``: ``--max-old-space-size``,
        ``--max-semi-space-size``, ``--max-heap-size``, ``--max-old-space-size-percentage``. Later
        ones override earlier ones.
    arch : str, default "x64"
        As ``process.arch`` says it.

    Returns
    -------
    HeapLimit

    Raises
    ------
    HeapnbError
        If the version or a flag cannot be read.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.heap_limit("20.11.1", memory=32 * 2**30).limit // 2**20
    4144
    >>> hn.heap_limit(20, container=2**30).limit // 2**20
    524
    >>> hn.heap_limit(18, container=2**30, cgroup=2).container_is_ignored
    True
    >>> hn.heap_limit("0.10").limit // 2**20, hn.heap_limit("0.10", arch="ia32").limit // 2**20
    (1464, 732)
    """
    major = _major(version)
    sizes = _sizes(flags)
    wide = arch in _64_BIT
    measured = (major in _MEASURED or major == 0) and arch == "x64"
    if major < _FIRST_BY_MEMORY:
        return _before_12(major, sizes, wide=wide, measured=measured)
    ignored = container is not None and cgroup == 2 and major < _FIRST_CGROUP_2  # noqa: PLR2004
    machine = 32 * _GB if memory is None else memory
    seen = machine if container is None or ignored else min(machine, container)
    old, semi = _by_memory(major, seen, wide=wide)
    rule = "container" if seen < machine else "memory"
    if "semi_space_size" in sizes and major >= _FIRST_4_GB:
        semi = sizes["semi_space_size"]
    if "old_space_size" in sizes:
        old, rule = sizes["old_space_size"], "--max-old-space-size"
    if "old_space_size_percentage" in sizes:
        # The size in the flag is a number of percent, not of MiB.
        percent = sizes["old_space_size_percentage"] / _MB
        old, rule = int(seen * percent / 100), "--max-old-space-size"
    young = 3 * semi
    limit = old + young
    if "heap_size" in sizes and "old_space_size" not in sizes:
        limit, rule = sizes["heap_size"], "--max-heap-size"
        young = min(young, limit)
        old = limit - young
    return HeapLimit(limit, old, young, rule, seen, ignored, measured)


def _before_12(major: int, sizes: dict[str, int], *, wide: bool, measured: bool) -> HeapLimit:
    """Apply the old formula: 1400 MiB (700 on 32 bits) and some semi-spaces."""
    old = sizes.get("old_space_size", (1400 if wide else 700) * _MB)
    semi = sizes.get("semi_space_size", (16 if wide else 8) * _MB)
    # V8 before 5.0 reserves twice as many semi-spaces.
    young = (4 if major < _FIRST_V8_5 else 2) * semi
    limit = float(old + young)
    if major in {10, 11}:
        limit *= _PAGE_OVERHEAD
    rule = "--max-old-space-size" if "old_space_size" in sizes else "version"
    return HeapLimit(int(limit), old, young, rule, is_measured=measured)


def _by_memory(major: int, memory: int, *, wide: bool) -> tuple[int, int]:
    """Return sizes of the old space and of a semi-space, from Node.js 12 on."""
    unit = 2 if wide else 1
    free = memory // 4 * unit
    most = 1024 * unit * _MB
    # V8 rounds differently: from Node.js 22 on 15 GiB suffice, before that 16 GiB.
    threshold = 15 * _GB if major >= 22 else 16 * _GB  # noqa: PLR2004
    if wide and major >= _FIRST_4_GB and memory >= threshold:
        most = 4096 * _MB
    old = min(max(free, 128 * unit * _MB), most)
    if major <= _LAST_BEFORE_64_MB:
        semi = old // (256 if old <= 128 * unit * _MB else 128)
        return old, min(semi, 8 * unit * _MB)
    if major <= 25:  # noqa: PLR2004
        semi = old // (256 if old <= 128 * unit * _MB else 32)
        return old, min(semi, 32 * unit * _MB)
    return old, min(free // 64, 16 * unit * _MB)


def _major(version: str | float) -> int:
    match = re.fullmatch(r"v?(\d{1,3})(?:\.\d{1,3}){0,2}(?:[-+].*)?", str(version).strip())
    if match is None:
        raise HeapnbError(
            f"Not a version of Node.js: {version!r}.", hint='write it as "20.11.1" or 20.'
        )
    return int(match[1])


def _sizes(flags: str | Sequence[str]) -> dict[str, int]:
    """Read the flags that decide the limit; sizes are MiB, and become bytes."""
    try:
        words = shlex.split(flags) if isinstance(flags, str) else list(flags)
    except ValueError as error:
        raise HeapnbError(f"Cannot read the flags {flags!r}: {error}.") from None
    sizes = {}
    for number, word in enumerate(words):
        match = _FLAG.fullmatch(word)
        if match is None:
            continue
        text = match[2] if match[2] is not None else [*words, ""][number + 1]
        try:
            size = float(text)
        except ValueError:
            size = -1.0
        if not 0 <= size < 2**40:
            raise HeapnbError(
                f"{word} needs a number of MiB (got {text!r}).",
                hint="such as --max-old-space-size=512.",
            )
        if size > 0:
            # V8 takes 0 for its default.
            sizes[match[1].replace("-", "_")] = int(size * _MB)
    return sizes


__all__ = ["HeapLimit", "heap_limit"]
