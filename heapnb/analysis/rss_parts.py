"""The parts of a process's resident memory (RSS) at one moment, and how each is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from heapnb.analysis.rss_heap import HeapMemory
from heapnb.analysis.rss_numbers import ProcessNumbers
from heapnb.timeline import smaps
from heapnb.timeline.smaps import MemoryMap

MEASURED: Final = "measured"
DERIVED: Final = "derived"
ESTIMATED: Final = "estimated"

HEAP_USED: Final = "heap in use"
HEAP_FREE: Final = "heap free"
BUFFERS: Final = "buffers"
EXTERNAL: Final = "other external"
HANDLES: Final = "native handles"
V8_MALLOC: Final = "v8 malloc"
ISOLATES: Final = "other isolates"
ALLOCATOR: Final = "allocator"
STACKS: Final = "thread stacks"
CODE: Final = "code"
SHARED: Final = "shared memory"
UNEXPLAINED: Final = "unexplained"
PARTS: Final = (
    *(HEAP_USED, HEAP_FREE, BUFFERS, EXTERNAL, HANDLES, V8_MALLOC),
    *(ISOLATES, ALLOCATOR, STACKS, CODE, SHARED, UNEXPLAINED),
)
"""All parts, in the order of tables; together they are the RSS."""

_SMAPS: Final = "smaps"
_SNAPSHOT: Final = "snapshot"

_NOISE: Final = 2_000_000
"""Pages that V8 keeps in its pool, and those of a snapshot being prepared."""


@dataclass(frozen=True)
class Part:
    """A part of the RSS.

    Parameters
    ----------
    name : str
        One of `PARTS`.
    size : int or None
        Bytes; None if no source tells.
    known_by : {"measured", "derived", "estimated"} or None
        Whether the process or the kernel counted it, the snapshot shows it, or it follows from
        other numbers under assumptions (docs/rss.md lists them).
    source : str or None
        Where the number is from.
    """

    name: str
    size: int | None = None
    known_by: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class RssMoment:
    """A process's memory at one moment.

    Parameters
    ----------
    name : str
        The snapshot, or else the file that the numbers are from.
    time : str or None
        When, as ISO 8601 in UTC.
    heap : HeapMemory or None
        What the snapshot tells.
    numbers : ProcessNumbers or None
        What the process says.
    memory_map : MemoryMap or None
        What the kernel says of each mapping.
    pid : int or None
        The process.
    workers_cost : int
        Bytes that earlier snapshots of worker threads may have left over, at most.
    """

    name: str
    time: str | None = None
    heap: HeapMemory | None = None
    numbers: ProcessNumbers | None = None
    memory_map: MemoryMap | None = None
    pid: int | None = None
    workers_cost: int = 0

    @property
    def rss(self) -> int | None:
        """Resident bytes of the process; None if no source tells."""
        if self.memory_map is not None:
            return self.memory_map.rss
        return None if self.numbers is None else self.numbers.rss

    @property
    def swap(self) -> int | None:
        """Swapped bytes, which the RSS lacks."""
        if self.memory_map is not None:
            return self.memory_map.swap
        return None if self.numbers is None else self.numbers.swap

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order of `PARTS`; they add up to the RSS, or to more: see `excess`."""
        known = {part.name: part for part in _known_parts(self)}
        total = _total(known)
        if self.rss is not None:
            rest = Part(UNEXPLAINED, max(0, self.rss - total), ESTIMATED, "RSS minus the others")
            known[UNEXPLAINED] = rest
        return tuple(known.get(name, Part(name)) for name in PARTS)

    @cached_property
    def excess(self) -> int:
        """Bytes by which the parts exceed the RSS: memory that was never written or is swapped."""
        if self.rss is None:
            return 0
        return max(0, sum(part.size or 0 for part in self.parts) - self.rss)

    def size(self, name: str) -> int | None:
        """Return the bytes of a part, None if unknown."""
        return self.parts[PARTS.index(name)].size

    @property
    def n_workers(self) -> int | None:
        """Number of worker threads; None if no source tells."""
        # The main isolate does not hold the workers of workers.
        found = [] if self.heap is None else [self.heap.workers]
        if self.numbers is not None and self.numbers.workers is not None:
            found.append(len(self.numbers.workers))
        if self.memory_map is not None:
            found.append(self.memory_map.n_v8_threads)
        return max(found, default=None)

    @cached_property
    def handle_counts(self) -> dict[str, int]:
        """Native objects by class: from the snapshot, and from the process where that lacks one."""
        counts = dict(self.numbers.handles) if self.numbers is not None else {}
        if self.heap is not None:
            counts |= {name: group.count for name, group in self.heap.handles.items()}
        return counts


def _total(parts: dict[str, Part]) -> int:
    return sum(part.size or 0 for part in parts.values())


def _known_parts(moment: RssMoment) -> Iterator[Part]:
    memory_map = moment.memory_map
    numbers = moment.numbers or ProcessNumbers("")
    yield from _of_v8(moment, numbers)
    yield from _outside(moment, numbers)
    yield from _isolates(moment, numbers)
    if numbers.allocator_free is not None:
        yield Part(ALLOCATOR, numbers.allocator_free, MEASURED, numbers.source)
    elif memory_map is not None:
        # Where nothing tells what buffers have, they are in it.
        yield Part(ALLOCATOR, _unaccounted(moment, numbers, memory_map), ESTIMATED, _SMAPS)
    if memory_map is not None:
        areas = memory_map.areas
        yield Part(STACKS, areas[smaps.STACK], ESTIMATED, _SMAPS)
        yield Part(CODE, areas[smaps.CODE], MEASURED, _SMAPS)
        yield Part(SHARED, areas[smaps.SHARED], MEASURED, _SMAPS)
    elif numbers.file_backed is not None:
        yield Part(CODE, numbers.file_backed, MEASURED, numbers.source)


def _of_v8(moment: RssMoment, numbers: ProcessNumbers) -> Iterator[Part]:
    """Divide V8's pages into objects and free space."""
    main, heap, memory_map = numbers.main, moment.heap, moment.memory_map
    used = main.used
    if used is not None:
        yield Part(HEAP_USED, used, MEASURED, numbers.source)
    elif heap is not None:
        used = heap.v8_heap
        yield Part(HEAP_USED, used, DERIVED, _SNAPSHOT)
    if used is None:
        if memory_map is not None:
            yield Part(HEAP_USED, memory_map.areas[smaps.V8], ESTIMATED, _SMAPS)
    elif main.physical is not None:
        yield Part(HEAP_FREE, max(0, main.physical - used), MEASURED, numbers.source)
    elif memory_map is not None and moment.n_workers == 0:
        yield Part(HEAP_FREE, max(0, memory_map.areas[smaps.V8] - used), ESTIMATED, _SMAPS)
    elif main.reserved is not None:
        yield Part(HEAP_FREE, max(0, main.reserved - used), ESTIMATED, numbers.source)


def _outside(moment: RssMoment, numbers: ProcessNumbers) -> Iterator[Part]:
    """Divide what JavaScript objects keep alive outside V8's heap."""
    main, heap = numbers.main, moment.heap
    buffers = main.array_buffers
    if buffers is not None:
        yield Part(BUFFERS, buffers, MEASURED, numbers.source)
    elif heap is not None:
        buffers = heap.buffers
        yield Part(BUFFERS, buffers, DERIVED, _SNAPSHOT)
    if heap is not None:
        yield Part(HANDLES, heap.native_handles, DERIVED, _SNAPSHOT)
    if main.external is not None:
        # Node declares a part of its handles to V8, too.
        counted = (buffers or 0) + (0 if heap is None else heap.native_handles)
        yield Part(EXTERNAL, max(0, main.external - counted), MEASURED, numbers.source)
    elif heap is not None:
        yield Part(EXTERNAL, heap.other_external, DERIVED, _SNAPSHOT)
    if main.malloced is not None:
        yield Part(V8_MALLOC, main.malloced, MEASURED, numbers.source)


def _isolates(moment: RssMoment, numbers: ProcessNumbers) -> Iterator[Part]:
    """Add up the other isolates: from themselves, else what V8's pages leave over."""
    n_workers, memory_map = moment.n_workers, moment.memory_map
    if n_workers == 0:
        yield Part(ISOLATES, 0, DERIVED, _SNAPSHOT if moment.heap is not None else _SMAPS)
        return
    told = [one.footprint for one in numbers.workers or ()]
    sizes = [size for size in told if size is not None]
    if sizes and len(sizes) == n_workers:
        yield Part(ISOLATES, sum(sizes), MEASURED, numbers.source)
    elif memory_map is not None and numbers.main.physical is not None:
        rest = memory_map.areas[smaps.V8] - numbers.main.physical
        yield Part(ISOLATES, rest if rest > _NOISE else 0, ESTIMATED, _SMAPS)
    elif sizes:
        source = f"{numbers.source} of {len(sizes)} of {n_workers} workers"
        yield Part(ISOLATES, sum(sizes), ESTIMATED, source)


def _unaccounted(moment: RssMoment, numbers: ProcessNumbers, memory_map: MemoryMap) -> int:
    """Return what the allocator holds beyond the blocks that V8 and the snapshot account for."""
    accounted = sum(part.size or 0 for part in _outside(moment, numbers))
    for worker in numbers.workers or ():
        accounted += (worker.external or 0) + (worker.malloced or 0)
    return max(0, memory_map.malloc - accounted)
