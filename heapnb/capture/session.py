"""One capture over open inspectors: which isolates are captured when, and the files beside each."""

from __future__ import annotations

import shutil
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from heapnb.capture import resting
from heapnb.capture.chunks import Written, private_file
from heapnb.capture.intervals import Interval
from heapnb.capture.kinds import Kind, Watch
from heapnb.capture.locks import only_user
from heapnb.capture.names import Place
from heapnb.capture.plan import CapturePlan, plan_for
from heapnb.capture.process_facts import ProcessFacts, facts_of
from heapnb.capture.processes import ProcessReader
from heapnb.capture.side_file_writing import beside, describe_process, observe, write_side_file
from heapnb.capture.targets import Target
from heapnb.errors import CaptureError, InspectorError
from heapnb.progress import one_of_several, stage

_DYING_SECONDS: Final = 3.0
"""A process that is killed closes its sockets before it has returned its memory and ended."""

_COMPRESSED_SHARE: Final = 0.25
"""A snapshot that zstd compresses takes less than this of its text."""


class Session:
    """One capture over open inspectors.

    Parameters
    ----------
    targets : sequence of Target
        The isolates, the main one first.
    kind : Kind
        What is captured of each.
    place : Place
        Where the files go.
    wait : Interval
        What happens between them.
    processes : ProcessReader
        What reads ``/proc``.
    silence : float
        Seconds without any message after which the process counts as stuck.
    force : bool
        Whether predictions are ignored.

    Attributes
    ----------
    files : list of Path
        The files so far, in their order.
    series : dict of str to list of Path
        The same by isolate.
    plan : CapturePlan or None
        What the first file of the largest heap was expected to cost.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        kind: Kind,
        place: Place,
        wait: Interval,
        processes: ProcessReader,
        silence: float,
        force: bool,
    ) -> None:
        self._targets = list(targets)
        self._kind = kind
        self._place = place
        self._wait = wait
        self._processes = processes
        self._silence = silence
        self._force = force
        self.files: list[Path] = []
        self.series: dict[str, list[Path]] = defaultdict(list)
        self.plan: CapturePlan | None = None
        self._nodes: dict[str, int] = {}
        self._time = datetime.now().astimezone()
        self._first: ProcessFacts | None = None
        self._labels = _labels(targets)

    def run(self) -> None:
        """Take all files."""
        main = self._targets[0]
        with (
            only_user(
                f"capture-{main.inspector.url}", f"{_sentence(main.label)} is being captured"
            ),
            self._recording(),
        ):
            for index in self._wait.indices():
                with self._explaining(main, index):
                    self._wait.pass_by(index, main.local_pid, self._processes, self._sleep)
                if self._kind.is_heavy:
                    # V8 itself collects garbage before it writes a sampling profile.
                    self._rest(index)
                for target in list(self._targets):
                    self._take(target, index)

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Record in all isolates while the block runs, if the kind says so."""
        if not self._kind.is_recording:
            yield
            return
        try:
            self._begin()
            yield
        finally:
            # The main thread's session ends with the connection, which ends its recording.
            for target in self._targets:
                if target.session is not None:
                    with suppress(InspectorError):
                        target.call("HeapProfiler.disable")

    def _begin(self) -> None:
        """Begin to record; refuse what would kill the process before it costs anything."""
        self._targets[0].inspector.announce_end()
        with stage("Beginning to record"):
            for target in self._targets:
                with self._explaining(target, 1):
                    if self._kind.is_heavy:
                        self._check(self._planned(target, facts_of(target), is_beginning=True), 1)
                    self._kind.begin(target)

    def _sleep(self, seconds: float) -> None:
        """Wait. What V8 reports while it records is read, as it would fill the process's memory."""
        if self._kind.is_recording:
            self._targets[0].inspector.listen(seconds)
        else:
            time.sleep(seconds)

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
                one_of_several(len(self.files) + 1, total, self._label(target)),
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
        plan = None
        if self._kind.is_heavy:
            plan = self._planned(target, facts)
            if not self._kind.is_recording:
                self._check(plan, index)
            elif not self._force:
                plan.check()
        now = datetime.now().astimezone()
        thread = self._thread(target)
        path = self._place.path(target.pid, thread, index, is_only=is_only, time=now)
        if plan is not None and not self._force:
            _check_space(path, plan)
        system = observe(target.local_pid, self._processes)
        start = time.monotonic()
        with beside(path), private_file(path) as stream:
            is_last = index == self._wait.series
            written = self._stream(target, stream, plan, is_last=is_last)
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
        label = self._label(target)
        if written.n_nodes:
            self._nodes[label] = written.n_nodes
        self.files.append(path)
        self.series[label].append(path)

    def _planned(
        self, target: Target, facts: ProcessFacts, *, is_beginning: bool = False
    ) -> CapturePlan:
        """Predict the cost of the next snapshot; at the beginning with that of the recording."""
        return plan_for(
            target,
            facts,
            self._processes,
            nodes=self._nodes.get(self._label(target)),
            reusable=_left_over(self._first or facts, facts),
            stacks=self._kind.has_stacks if is_beginning else None,
        )

    def _check(self, plan: CapturePlan, index: int) -> None:
        """Refuse what would kill the process; keep the first plan of the largest heap."""
        if not self._force:
            plan.check()
            if plan.verdict == "risky" and index == 1:
                warnings.warn(f"{plan.label}: {' '.join(plan.reasons)}", stacklevel=2)
        if self.plan is None or (index == 1 and plan.heap_bytes > self.plan.heap_bytes):
            self.plan = plan

    def _thread(self, target: Target) -> int:
        """Return Node's number of the thread; the place in the list for pages and their workers."""
        if target.thread_id is not None:
            return target.thread_id
        return list(self._labels).index(target.session)

    def _label(self, target: Target) -> str:
        return self._labels[target.session]

    def _stream(
        self, target: Target, stream: BinaryIO, plan: CapturePlan | None, *, is_last: bool
    ) -> Written:
        expected = 0 if plan is None else plan.file_bytes
        # The inner stage shows first.
        with stage("Receiving") as receiving, stage(f"Building the {self._kind.noun}") as building:
            watch = Watch(
                silence=self._silence,
                is_working=self._processes.working(target.local_pid),
                on_building=building,
                on_writing=lambda done: receiving(done, max(done, expected)),
            )
            return self._kind.write(target, stream, watch, is_last=is_last)

    @contextmanager
    def _explaining(self, target: Target, index: int) -> Iterator[None]:
        """Say of a lost connection which snapshot is missing, and which are complete."""
        try:
            yield
        except InspectorError as error:
            pid = target.local_pid
            is_dead = error.is_closed and (pid is None or self._processes.ends(pid, _DYING_SECONDS))
            done = ", ".join(str(path) for path in self.files)
            which = f"{self._kind.noun} {index} of {self._wait.series} of {target.label}"
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


def _check_space(path: Path, plan: CapturePlan) -> None:
    """Refuse a snapshot that the disk has no room for."""
    share = _COMPRESSED_SHARE if path.suffix in {".zst", ".gz"} else 1.0
    needed, free = int(plan.file_bytes * share), shutil.disk_usage(path.parent).free
    if needed > free:
        raise CaptureError(
            f"{path.parent.absolute()} has {free / 1e6:,.0f} MB left, and the snapshot needs about"
            f" {needed / 1e6:,.0f} MB.",
            hint="write to another disk with out=… (--out).",
        )


__all__ = ["Session"]
