"""What a process says about its memory at one moment, by the source of the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from heapnb.timeline.diagnostic_report import DiagnosticReport
from heapnb.timeline.memory_log import MemoryLog
from heapnb.timeline.side_files import SideFile

STRETCHES: Final = 8
"""Stretches of a log of samples that become moments."""

_CLASSES: Final = {
    "fs_event": "FSEventWrap",
    "fs_poll": "StatWatcher",
    "pipe": "PipeWrap",
    "process": "ProcessWrap",
    "signal": "SignalWrap",
    "tcp": "TCPSocketWrap",
    "timer": "Timeout",
    "tty": "TTYWrap",
    "udp": "UDPWrap",
}
"""Node's classes of libuv's handles."""

_NEW_SPACES: Final = ("new_space", "new_large_object_space")


@dataclass(frozen=True)
class IsolateNumbers:
    """Memory of one isolate of a process: its main thread, or a worker.

    Parameters
    ----------
    physical : int or None
        Bytes of the pages of V8's heap.
    used : int or None
        Bytes of its objects.
    reserved : int or None
        Bytes of addresses of its pages.
    external : int or None
        Bytes outside the heap that its objects keep alive, ArrayBuffers included.
    array_buffers : int or None
        Of these, ArrayBuffers.
    malloced : int or None
        Bytes that V8 itself allocated.
    new_space : int or None
        Bytes of the pages of the new generation.
    """

    physical: int | None = None
    used: int | None = None
    reserved: int | None = None
    external: int | None = None
    array_buffers: int | None = None
    malloced: int | None = None
    new_space: int | None = None

    @property
    def footprint(self) -> int | None:
        """Bytes of the heap's pages, and of what is outside it; None if the pages are unknown."""
        pages = self.reserved if self.physical is None else self.physical
        return None if pages is None else pages + (self.external or 0) + (self.malloced or 0)


@dataclass(frozen=True)
class ProcessNumbers:
    """Memory of a process.

    Parameters
    ----------
    source : str
        Where the numbers are from, such as ``"side file"``.
    rss : int or None
        Resident bytes.
    main : IsolateNumbers
        The isolate of the main thread.
    workers : tuple of IsolateNumbers or None
        Those of worker threads; None if the source does not tell.
    file_backed : int or None
        Resident bytes of programs, libraries and other files.
    swap : int or None
        Swapped bytes.
    allocator_free : int or None
        Bytes that the allocator holds and has not given out.
    handles : mapping of str to int
        Open handles by class.
    n_snapshots : int
        Snapshots that were taken earlier, if no snapshot shows what they left over.
    """

    source: str
    rss: int | None = None
    main: IsolateNumbers = IsolateNumbers()
    workers: tuple[IsolateNumbers, ...] | None = None
    file_backed: int | None = None
    swap: int | None = None
    allocator_free: int | None = None
    handles: Mapping[str, int] = field(default_factory=dict)
    n_snapshots: int = 0


def of_side_file(side: SideFile) -> ProcessNumbers:
    """Take the numbers from a side file.

    Parameters
    ----------
    side : SideFile
        See `heapnb.timeline.side_files`.

    Returns
    -------
    ProcessNumbers
    """
    rollup = side.smaps_rollup
    is_known = "rss" in rollup and "anonymous" in rollup
    return ProcessNumbers(
        source="side file",
        rss=side.memory.get("rss", rollup.get("rss")),
        main=isolate_of_side_file(side),
        file_backed=max(0, rollup["rss"] - rollup["anonymous"]) if is_known else None,
        swap=rollup.get("swap"),
        allocator_free=side.allocator.get("free"),
        handles=dict(side.handles),
    )


def isolate_of_side_file(side: SideFile) -> IsolateNumbers:
    """Take the numbers of the isolate that a side file describes."""
    spaces = [(space.get("name"), space.get("physical")) for space in side.heap_spaces]
    return IsolateNumbers(
        physical=_sum([physical for _, physical in spaces]),
        used=side.memory.get("heap_used"),
        reserved=side.memory.get("heap_total"),
        external=side.memory.get("external"),
        array_buffers=side.memory.get("array_buffers"),
        malloced=side.memory.get("malloced"),
        new_space=_sum([physical for name, physical in spaces if name in _NEW_SPACES]),
    )


def of_report(report: DiagnosticReport) -> ProcessNumbers:
    """Take the numbers from a diagnostic report of Node.js.

    Parameters
    ----------
    report : DiagnosticReport
        See `heapnb.timeline.diagnostic_report`. It counts ArrayBuffers as external memory only.

    Returns
    -------
    ProcessNumbers
    """
    memory = report.memory
    counts: dict[str, int] = {}
    for kind, count in report.handles.items():
        name = _CLASSES.get(kind, kind)
        counts[name] = counts.get(name, 0) + count
    return ProcessNumbers(
        source="diagnostic report",
        rss=memory.get("rss"),
        main=IsolateNumbers(
            used=memory.get("heap_used"),
            reserved=memory.get("heap_total"),
            external=memory.get("external"),
            malloced=memory.get("malloced"),
        ),
        handles=counts,
    )


def of_memory_log(log: MemoryLog) -> list[tuple[str | None, ProcessNumbers]]:
    """Take the floor of each of some equal stretches of a log of memory samples.

    Parameters
    ----------
    log : MemoryLog
        See `heapnb.read_memory_log`.

    Returns
    -------
    list of (str or None, ProcessNumbers)
        Times in ISO 8601, and the sample with the fewest bytes in the heap of each stretch, which
        is the one nearest to a full collection; of the process with most samples.
    """
    import pandas as pd

    samples = log.memory
    is_snapshot = log.table["kind"].to_numpy() == "snapshot"
    if "rss" not in samples:
        return []
    samples = samples[samples["rss"].notna()]
    if "thread_id" in samples:
        samples = samples[samples["thread_id"].fillna(0) == 0]
    if "pid" in samples and samples["pid"].notna().any():
        samples = samples[samples["pid"] == samples["pid"].mode()[0]]
    found = []
    n_stretches = min(STRETCHES, len(samples))
    for number in range(n_stretches):
        start, stop = (len(samples) * place // n_stretches for place in (number, number + 1))
        stretch = samples.iloc[start:stop]
        key = "heap_used" if "heap_used" in stretch else "rss"
        floor = int(stretch[key].fillna(2**62).argmin())
        row = {key: None if pd.isna(value) else value for key, value in stretch.iloc[floor].items()}
        time = row.get("time")
        numbers = ProcessNumbers(
            source="memory log",
            rss=_whole(row.get("rss")),
            main=IsolateNumbers(
                used=_whole(row.get("heap_used")),
                reserved=_whole(row.get("heap_total")),
                external=_whole(row.get("external")),
                array_buffers=_whole(row.get("array_buffers")),
            ),
            n_snapshots=int(is_snapshot[: log.table.index.get_loc(stretch.index[floor])].sum()),
        )
        found.append((None if time is None else time.isoformat(), numbers))
    return found


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
