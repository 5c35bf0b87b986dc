"""Take heap snapshots of a running process: `heapnb.capture`."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from heapnb._showing import Shown
from heapnb.capture import resting
from heapnb.capture.chunks import (
    DEFAULT_SILENCE,
    SnapshotOptions,
    Written,
    private_file,
    write_chunks,
)
from heapnb.capture.http_load import DEFAULT_CONCURRENCY, LoadResult
from heapnb.capture.locks import only_user
from heapnb.capture.names import Place, place_of
from heapnb.capture.plan import CapturePlan, plan_for
from heapnb.capture.process_facts import ProcessFacts, facts_of
from heapnb.capture.processes import ProcessReader
from heapnb.capture.side_file_writing import beside, describe_process, observe, write_side_file
from heapnb.capture.signalled import capture_by_signal
from heapnb.capture.targets import Target, open_targets
from heapnb.errors import CaptureError, HeapnbError, InspectorError
from heapnb.progress import ProgressOption, one_of_several, reporter_of, reporting, stage

_DYING_SECONDS: Final = 3.0
"""A process that is killed closes its sockets before it has returned its memory and ended."""

_COMPRESSED_SHARE: Final = 0.25
"""A snapshot that zstd compresses takes less than this of its text."""


@dataclass(frozen=True, repr=False)
class CaptureResult(Shown):
    """The snapshots of a capture.

    Parameters
    ----------
    files : tuple of Path
        All snapshots, in the order in which they were taken.
    series : mapping of str to tuple of Path
        The snapshots of each isolate: ``"process 288"``, ``"worker 1 of process 288"``.
    plan : CapturePlan or None
        What the first snapshot of the largest heap was expected to cost; None where nobody could
        ask the process.
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
    compress: bool = True,
    force: bool = False,
    allow_remote: bool = False,
    silence: float = DEFAULT_SILENCE,
    progress: ProgressOption = None,
) -> CaptureResult:
    """Take heap snapshots of a running process.

    Garbage is collected before each snapshot. A file appears under its name when it is complete,
    only this user may read it, and beside it a small JSON file keeps time and memory.

    Parameters
    ----------
    pid : int, optional
        A Node process of this machine. Its inspector is opened if it is closed (by SIGUSR1), and
        closed again.
    port : int, optional
        The port of an inspector on this machine, also a forwarded one.
    url : str, optional
        The address of an inspector. If `pid` or `port` names the process, where requests go: see
        `hit`.
    page : str, optional
        The title or URL of a page of Chrome, or a part of it.
    out : str or PathLike, optional
        A folder, or a name that ends in ``.heapsnapshot``, ``.heapsnapshot.zst`` or
        ``.heapsnapshot.gz``. By default names such as Node's in the working directory.
    series : int, default 1
        How many snapshots of each isolate; a diagnosis is best with three.
    after : float, optional
        Seconds between the snapshots of a series.
    after_requests : int, optional
        HTTP requests to send between the snapshots of a series.
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
    compress : bool, default True
        Compress with zstd, unless `out` says otherwise.
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
    wait = _Interval(series, after, after_requests, hit, concurrency)
    place = place_of(out, compress=compress)
    processes = ProcessReader()
    with reporting(reporter_of(progress)):
        if signal is not None:
            return _by_signal(pid, signal, folder, place, wait, processes, silence)
        with open_targets(
            pid=pid, port=port, url=url, page=page, allow_remote=allow_remote, processes=processes
        ) as targets:
            options = SnapshotOptions(numeric_values=numeric_values, internals=internals)
            session = _Session(
                targets if workers else targets[:1], place, wait, options, processes, silence, force
            )
            return session.run()


@dataclass(frozen=True)
class _Interval:
    """How many snapshots there are, and what happens between them."""

    series: int
    after: float | None
    after_requests: int | None
    hit: str | None
    concurrency: int
    _loads: list[LoadResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.series < 1:
            raise HeapnbError(f"series must be 1 or more (got {self.series}).")
        if self.after is not None and not self.after >= 0:
            raise HeapnbError(f"after must be 0 or more (got {self.after:g}).")
        for name, number in (
            ("after_requests", self.after_requests),
            ("concurrency", self.concurrency),
        ):
            if number is not None and number < 1:
                raise HeapnbError(f"{name} must be 1 or more (got {number}).")
        if self.after_requests is not None and self.hit is None:
            raise HeapnbError(
                "after_requests needs the address that requests go to.",
                hint="pass hit=… (--hit http://127.0.0.1:PORT/PATH).",
            )
        if self.series > 1 and self.after is None and self.after_requests is None:
            raise HeapnbError(
                "A series needs work or time between its snapshots.",
                hint="pass after=60 (--after 60s), or after_requests=1000 and hit=… (--hit URL).",
            )

    def indices(self) -> Iterator[int]:
        """Yield the numbers of the snapshots, from 1."""
        yield from range(1, self.series + 1)

    def pass_by(self, pid: int | None, processes: ProcessReader) -> None:
        """Wait, and send the requests."""
        if self.after_requests is not None and self.hit is not None:
            load = resting.drive(self.hit, self.after_requests, concurrency=self.concurrency)
            self._loads.append(load)
        if self.after is not None:
            resting.wait_for_time(self.after, pid, processes)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which requests were not answered with success."""
        return tuple(
            f"{load.errors:,} of {load.requests + sum(load.failures.values()):,} requests before"
            f" snapshot {number} were not answered with success."
            for number, load in enumerate(self._loads, 2)
            if load.errors
        )

    @property
    def units(self) -> int | None:
        """Requests that were answered so far; None if none are sent."""
        return None if self.after_requests is None else sum(one.requests for one in self._loads)


class _Session:
    """One capture over open inspectors."""

    def __init__(
        self,
        targets: Sequence[Target],
        place: Place,
        wait: _Interval,
        options: SnapshotOptions,
        processes: ProcessReader,
        silence: float,
        force: bool,
    ) -> None:
        self._targets = list(targets)
        self._place = place
        self._wait = wait
        self._options = options
        self._processes = processes
        self._silence = silence
        self._force = force
        self._files: list[Path] = []
        self._series: dict[str, list[Path]] = defaultdict(list)
        self._plan: CapturePlan | None = None
        self._nodes: dict[str, int] = {}
        self._time = datetime.now().astimezone()
        self._first: ProcessFacts | None = None
        self._labels = _labels(targets)

    def run(self) -> CaptureResult:
        """Take all snapshots."""
        main = self._targets[0]
        with only_user(
            f"capture-{main.inspector.url}", f"{_sentence(main.label)} is being captured"
        ):
            for index in self._wait.indices():
                if index > 1:
                    self._wait.pass_by(main.local_pid, self._processes)
                self._rest(index)
                for target in list(self._targets):
                    self._take(target, index)
        return CaptureResult(
            files=tuple(self._files),
            series={name: tuple(paths) for name, paths in self._series.items()},
            plan=self._plan,
            warnings=self._wait.warnings,
        )

    def _rest(self, index: int) -> None:
        """Let the program rest; workers that have ended are left out from now on."""
        while True:
            try:
                with self._explaining(self._targets[0], index):
                    resting.let_rest(self._targets)
            except CaptureError:
                running = [target for target in self._targets if not target.has_ended]
                if len(running) == len(self._targets):
                    raise
                self._targets = running
            else:
                return

    def _take(self, target: Target, index: int) -> None:
        """Take one snapshot; a worker that has ended is left out from now on."""
        total = self._wait.series * len(self._targets)
        try:
            with (
                one_of_several(len(self._files) + 1, total, self._label(target)),
                self._explaining(target, index),
            ):
                self._write(target, index, is_only=total == 1)
        except CaptureError:
            if not target.has_ended:
                raise
            self._targets.remove(target)

    def _write(self, target: Target, index: int, *, is_only: bool) -> None:
        facts = facts_of(target)
        self._first = self._first or facts
        label = self._label(target)
        plan = plan_for(
            target,
            facts,
            self._processes,
            nodes=self._nodes.get(label),
            reusable=_left_over(self._first, facts),
        )
        if not self._force:
            plan.check()
            if plan.verdict == "risky" and index == 1:
                warnings.warn(f"{plan.label}: {' '.join(plan.reasons)}", stacklevel=2)
        if self._plan is None or (index == 1 and plan.heap_bytes > self._plan.heap_bytes):
            self._plan = plan
        now = datetime.now().astimezone()
        thread = self._thread(target)
        path = self._place.path(target.pid, thread, index, is_only=is_only, time=now)
        _check_space(path, plan, force=self._force)
        system = observe(target.local_pid, self._processes)
        start = time.monotonic()
        with beside(path), private_file(path) as stream:
            written = self._stream(target, stream, plan)
            write_side_file(
                path,
                describe_process(target, facts),
                system,
                reason="capture",
                time=now,
                duration_ms=round((time.monotonic() - start) * 1000),
                series=f"{self._time:%Y%m%dT%H%M%S}-{target.pid or 0}-{thread}",
                index=index,
                units=self._wait.units,
            )
        if written.n_nodes:
            self._nodes[label] = written.n_nodes
        self._files.append(path)
        self._series[label].append(path)

    def _thread(self, target: Target) -> int:
        """Return Node's number of the thread; the place in the list for pages and their workers."""
        if target.thread_id is not None:
            return target.thread_id
        return list(self._labels).index(target.session)

    def _label(self, target: Target) -> str:
        return self._labels[target.session]

    def _stream(self, target: Target, stream: Any, plan: CapturePlan) -> Written:
        # The inner stage shows first.
        with stage("Receiving") as receiving, stage("Building the snapshot") as building:
            return write_chunks(
                target,
                stream,
                self._options,
                silence=self._silence,
                is_working=self._processes.working(target.local_pid),
                on_building=building,
                on_writing=lambda done: receiving(done, max(done, plan.file_bytes)),
            )

    @contextmanager
    def _explaining(self, target: Target, index: int) -> Iterator[None]:
        """Say of a lost connection which snapshot is missing, and which are complete."""
        try:
            yield
        except InspectorError as error:
            pid = target.local_pid
            is_dead = error.is_closed and (pid is None or self._processes.ends(pid, _DYING_SECONDS))
            done = ", ".join(str(path) for path in self._files)
            which = f"snapshot {index} of {self._wait.series} of {target.label}"
            what = "the process ended" if is_dead else error.message.rstrip(".")
            kept = f" Complete: {done}." if done else ""
            raise CaptureError(
                f"{_sentence(which)} is missing: {what}. Its incomplete file was removed.{kept}",
                hint=_WHY_IT_ENDED if is_dead else error.hint,
            ) from None


def _labels(targets: Sequence[Target]) -> dict[str | None, str]:
    """Return a distinct name for each target, by its session; workers may share a title."""
    labels: dict[str | None, str] = {}
    for target in targets:
        n_before = sum(one.label == target.label for one in targets[: len(labels)])
        labels[target.session] = target.label + (f" ({n_before + 1})" if n_before else "")
    return labels


def _left_over(first: ProcessFacts, now: ProcessFacts) -> int:
    """Return the resident bytes that earlier snapshots left to the allocator.

    That is what the process has grown by since before the first snapshot, without its heap.
    """
    if first.rss is None or now.rss is None:
        return 0
    return max(0, now.rss - first.rss - max(0, now.heap_total - first.heap_total))


def _sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


_WHY_IT_ENDED: Final = (
    "see why it ended: the kernel's log (`dmesg`, `kubectl describe pod`) names processes that were"
    " killed for memory; a sampling profile needs next to none: --sampling 30s."
)


def _check_space(path: Path, plan: CapturePlan, *, force: bool) -> None:
    """Refuse a snapshot that the disk has no room for."""
    share = 1.0 if path.suffix == ".heapsnapshot" else _COMPRESSED_SHARE
    needed, free = int(plan.file_bytes * share), shutil.disk_usage(path.parent).free
    if needed > free and not force:
        raise CaptureError(
            f"{path.parent.absolute()} has {free / 1e6:,.0f} MB left, and the snapshot needs about"
            f" {needed / 1e6:,.0f} MB.",
            hint="write to another disk with out=… (--out).",
        )


def _by_signal(
    pid: int | None,
    signal: str | int,
    folder: str | os.PathLike[str] | None,
    place: Place,
    wait: _Interval,
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
            if index > 1:
                wait.pass_by(pid, processes)
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
