"""Wait between the snapshots of a series: for time, for requests, and until the program rests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from heapnb.capture.http_load import LoadResult, send_requests
from heapnb.capture.process_facts import active_handles
from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import Target
from heapnb.errors import CaptureError
from heapnb.progress import stage

_POLL_SECONDS: Final = 0.5
_STEP_SECONDS: Final = 0.25
_MOST_SECONDS: Final = 5.0
_GC_SECONDS: Final = 120.0


def wait_for_time(
    seconds: float,
    pid: int | None,
    processes: ProcessReader,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait, as long as the process lives.

    Parameters
    ----------
    seconds : float
        How long.
    pid : int or None
        The process; None if it is not one of this machine.
    processes : ProcessReader
        What reads ``/proc``.
    sleep : callable
        Waits for some seconds.

    Raises
    ------
    CaptureError
        If it ends.
    """
    start = time.monotonic()
    with stage("Waiting") as advance:
        while (left := start + seconds - time.monotonic()) > 0:
            if pid is not None and not processes.is_running(pid):
                raise CaptureError(
                    f"Process {pid} ended {time.monotonic() - start:.0f} s after heapnb began to"
                    " wait.",
                    hint="see why it ended: its own output, or the kernel's log (`dmesg`).",
                )
            sleep(min(left, _POLL_SECONDS))
            advance(round(seconds - left), round(seconds))


def drive(
    url: str, requests: int, *, concurrency: int, sleep: Callable[[float], None] | None = None
) -> LoadResult:
    """Send requests to the program.

    Parameters
    ----------
    url : str
        Where they go.
    requests : int
        How many.
    concurrency : int
        How many at once.
    sleep : callable, optional
        Called with 0 a few times a second.

    Raises
    ------
    CaptureError
        If it does not answer.
    """
    with stage("Sending requests") as advance:

        def on_progress(done: int, total: int) -> None:
            advance(done, total)
            if sleep is not None:
                sleep(0)

        return send_requests(url, requests, concurrency=concurrency, on_progress=on_progress)


def let_rest(targets: Sequence[Target]) -> None:
    """Wait until the program has finished what it began, then collect garbage.

    Open connections and timers are counted until the number stays the same, for 5 s at most. What
    the last request left behind would otherwise look like growth.
    """
    with stage("Waiting until the program rests"):
        deadline = time.monotonic() + _MOST_SECONDS
        before = [active_handles(target) for target in targets]
        while time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)
            now = [active_handles(target) for target in targets]
            if now == before:
                break
            before = now
    with stage("Collecting garbage"):
        for target in targets:
            target.call("HeapProfiler.collectGarbage", timeout=_GC_SECONDS)
            # Callbacks of what was collected run now, and what they release goes with the next.
            active_handles(target)
            target.call("HeapProfiler.collectGarbage", timeout=_GC_SECONDS)
