"""Take heap snapshots of a running process: `heapnb.capture`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from heapnb._showing import Shown
from heapnb.capture.chunks import DEFAULT_SILENCE, SnapshotOptions
from heapnb.capture.http_load import DEFAULT_CONCURRENCY
from heapnb.capture.intervals import Interval
from heapnb.capture.kinds import (
    DEFAULT_SAMPLING,
    HeapProfileKind,
    Kind,
    KindName,
    SnapshotKind,
    TimelineKind,
)
from heapnb.capture.locks import only_user
from heapnb.capture.names import Place, place_of
from heapnb.capture.plan import CapturePlan
from heapnb.capture.processes import ProcessReader
from heapnb.capture.session import Session
from heapnb.capture.signalled import capture_by_signal
from heapnb.capture.targets import open_targets
from heapnb.errors import HeapnbError
from heapnb.progress import ProgressOption, one_of_several, reporter_of, reporting


@dataclass(frozen=True, repr=False)
class CaptureResult(Shown):
    """The files of a capture.

    Parameters
    ----------
    files : tuple of Path
        All snapshots or profiles, in the order in which they were taken.
    series : mapping of str to tuple of Path
        The snapshots of each isolate: ``"process 288"``, ``"worker 1 of process 288"``.
    plan : CapturePlan or None
        What the first snapshot of the largest heap was expected to cost; None where nobody could
        ask the process, and for heap profiles, which cost little.
    warnings : tuple of str
        Requests that were not answered with success.
    """

    files: tuple[Path, ...]
    series: Mapping[str, tuple[Path, ...]]
    plan: CapturePlan | None
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON has it."""
        return {
            "files": [str(path) for path in self.files],
            "series": {name: [str(path) for path in paths] for name, paths in self.series.items()},
            "plan": None if self.plan is None else self.plan.to_dict(),
            "warnings": list(self.warnings),
        }


def capture(
    pid: int | None = None,
    *,
    kind: KindName = "snapshot",
    seconds: float | None = None,
    port: int | None = None,
    url: str | None = None,
    page: str | None = None,
    out: str | os.PathLike[str] | None = None,
    series: int = 1,
    after: float | None = None,
    after_requests: int | None = None,
    hit: str | None = None,
    concurrency: int = DEFAULT_CONCURRENCY,
    workers: bool = True,
    signal: str | int | None = None,
    folder: str | os.PathLike[str] | None = None,
    numeric_values: bool = False,
    internals: bool = False,
    stacks: bool = True,
    sampling: int = DEFAULT_SAMPLING,
    compress: bool = True,
    force: bool = False,
    allow_remote: bool = False,
    silence: float = DEFAULT_SILENCE,
    progress: ProgressOption = None,
) -> CaptureResult:
    """Take heap snapshots of a running process, or record its allocations.

    Garbage is collected before each file. A file appears under its name when it is complete,
    only this user may read it, and beside it a small JSON file keeps time and memory.

    Parameters
    ----------
    pid : int, optional
        A Node process of this machine. Its inspector is opened if it is closed (by SIGUSR1), and
        closed again.
    kind : {"snapshot", "timeline", "heap-profile"}, default "snapshot"
        What to take: snapshots; snapshots that say when, and by which call stack, each object was
        allocated since the capture began; or sampling heap profiles, which say which functions
        allocated what is alive, and need next to no memory.
    seconds : float, optional
        For recordings: how many seconds to record before each file.
    port : int, optional
        The port of an inspector on this machine, also a forwarded one.
    url : str, optional
        The address of an inspector. If `pid` or `port` names the process, where requests go: see
        `hit`.
    page : str, optional
        The title or URL of a page of Chrome, or a part of it.
    out : str or PathLike, optional
        A folder, or a name that ends in ``.heapsnapshot`` (``.heaptimeline``, ``.heapprofile``),
        also with ``.zst`` or ``.gz``. By default names such as Node's in the working directory.
    series : int, default 1
        How many files of each isolate; a diagnosis is best with three. A recording goes on from
        the first to the last.
    after : float, optional
        Seconds between the snapshots of a series.
    after_requests : int, optional
        HTTP requests to send between the snapshots of a series; in a recording before each file.
    hit : str, optional
        Where they go: ``http://127.0.0.1:3000/path``.
    concurrency : int, default 10
        How many requests are under way at once.
    workers : bool, default True
        Capture worker threads, too, as series of their own.
    signal : str or int, optional
        Send this signal instead, such as ``"SIGUSR2"``, to a process that was started with Node's
        ``--heapsnapshot-signal``, and take the file that it writes.
    folder : str or PathLike, optional
        Where the process writes that file; by default its working directory.
    numeric_values : bool, default False
        Include the values of numbers.
    internals : bool, default False
        Include objects of the engine that V8 otherwise leaves out.
    stacks : bool, default True
        Record call stacks in a time line; without them only times, which costs less.
    sampling : int, default 32768
        Bytes between two samples of a heap profile, on average.
    compress : bool, default True
        Compress with zstd, unless `out` says otherwise. DevTools reads heap profiles only without,
        so these never are.
    force : bool, default False
        Take the snapshot even if it would probably kill the process; see `plan_capture`.
    allow_remote : bool, default False
        Accept inspectors of other machines.
    silence : float, default 120
        Seconds without any message after which the process counts as stuck.
    progress : callable or bool, optional
        As in `load`.

    Returns
    -------
    CaptureResult

    Raises
    ------
    CaptureError
        If the process cannot be reached, the snapshot would kill it, it ends meanwhile, or the disk
        is full. Incomplete files are removed, complete ones stay.
    HeapnbError
        If an argument is invalid.

    Warns
    -----
    UserWarning
        If the snapshot would kill the process in the worst case, or stop it for long; the plan's
        verdict is ``"risky"``.

    Examples
    --------
    >>> import heapnb as hn
    >>> taken = hn.capture(
    ...     4711, series=3, after_requests=1000, hit="http://127.0.0.1:3000/orders"
    ... )  # doctest: +SKIP
    >>> hn.diagnose(taken.files).verdict  # doctest: +SKIP
    'leak'
    """
    if hit is None and url is not None and (pid is not None or port is not None):
        url, hit = None, url
    options = SnapshotOptions(numeric_values=numeric_values, internals=internals)
    what = _kind(kind, options, stacks=stacks, sampling=sampling)
    if (after if what.is_recording else seconds) is not None:
        wrong, right = ("after", "seconds") if what.is_recording else ("seconds", "after")
        raise HeapnbError(f"{wrong} is not for kind={kind!r}.", hint=f"pass {right}=….")
    wait = Interval(
        series,
        seconds if what.is_recording else after,
        after_requests,
        hit,
        concurrency,
        what.is_recording,
    )
    place = place_of(out, compress=compress and what.is_heavy, ending=what.ending)
    processes = ProcessReader()
    with reporting(reporter_of(progress)):
        if signal is not None:
            if what.is_recording:
                raise HeapnbError(
                    "A program that gets a signal writes plain snapshots.",
                    hint="record through its inspector: without signal (--signal).",
                )
            return _by_signal(pid, signal, folder, place, wait, processes, silence)
        with open_targets(
            pid=pid, port=port, url=url, page=page, allow_remote=allow_remote, processes=processes
        ) as targets:
            session = Session(
                targets if workers else targets[:1], what, place, wait, processes, silence, force
            )
            session.run()
    return CaptureResult(
        files=tuple(session.files),
        series={name: tuple(paths) for name, paths in session.series.items()},
        plan=session.plan,
        warnings=wait.warnings,
    )


def _kind(name: str, options: SnapshotOptions, *, stacks: bool, sampling: int) -> Kind:
    """Return what is captured."""
    match name:
        case "snapshot":
            return SnapshotKind(options)
        case "timeline":
            return TimelineKind(options, stacks)
        case "heap-profile":
            if sampling < 1:
                raise HeapnbError(f"sampling must be 1 or more (got {sampling}).")
            return HeapProfileKind(sampling)
    names = ", ".join(map(repr, get_args(KindName)))
    raise HeapnbError(f"There is no kind {name!r}.", hint=f"one of {names}.")


def _by_signal(
    pid: int | None,
    signal: str | int,
    folder: str | os.PathLike[str] | None,
    place: Place,
    wait: Interval,
    processes: ProcessReader,
    silence: float,
) -> CaptureResult:
    """Take the snapshots that a process writes itself."""
    if pid is None:
        raise HeapnbError("A signal needs the process's id.", hint="pass pid=… (--pid PID).")
    files: list[Path] = []
    series = f"{datetime.now().astimezone():%Y%m%dT%H%M%S}-{pid}-0"
    with only_user(f"signal-{pid}", f"Process {pid} is being captured"):
        for index in wait.indices():
            wait.pass_by(index, pid, processes)
            with one_of_several(index, wait.series, f"process {pid}"):
                file = capture_by_signal(
                    pid,
                    signal,
                    folder,
                    place,
                    processes,
                    silence=silence,
                    series=series,
                    index=index,
                    is_only=wait.series == 1,
                    units=wait.units,
                )
                files.append(file)
    return CaptureResult(tuple(files), {f"process {pid}": tuple(files)}, None, wait.warnings)
