"""What happens on an alarm: a series of snapshots, a diagnosis, a report, the user's command."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from heapnb.capture.supervising import Output, Supervised
from heapnb.errors import HeapnbError
from heapnb.live.watch_alarms import Alarm

_SERIES: Final = 3
_COMMAND_SECONDS: Final = 600.0


class _Stopped(Exception):
    """The user has stopped the watch."""


@dataclass(frozen=True)
class Outcome:
    """One thing that was done.

    Parameters
    ----------
    kind : {"snapshot", "event"}
        As in a memory log.
    text : str
        A sentence for people.
    values : mapping
        The other keys of the log's line.
    """

    kind: str
    text: str
    values: Mapping[str, Any]


@dataclass
class Reaction:
    """What to do on the first alarm.

    Parameters
    ----------
    captures : bool
        Whether to take snapshots, and to diagnose them.
    folder : Path or None
        The folder for the snapshots.
    after : float
        Seconds between them.
    report : Path or None
        The report to write.
    on_alarm : str, callable or None
        A command for the shell, or a function.
    """

    captures: bool
    folder: Path | None
    after: float
    report: Path | None
    on_alarm: str | Callable[[Alarm], object] | None
    _is_done: bool = field(default=False, repr=False)

    def is_due(self) -> bool:
        """Return whether this is the first alarm."""
        return not self._is_done

    def run(
        self, alarm: Alarm, source: Mapping[str, Any], *, is_stopped: Callable[[], bool]
    ) -> Iterator[Outcome]:
        """React, and say what was done. Errors are outcomes: the watch goes on.

        Parameters
        ----------
        alarm : Alarm
            Why.
        source : mapping
            The process: keywords of `heapnb.capture`.
        is_stopped : callable
            Whether the user has stopped the watch.

        Yields
        ------
        Outcome
        """
        self._is_done = True
        variables = {
            "HEAPNB_ALARM": alarm.kind,
            "HEAPNB_ALARM_TEXT": alarm.text,
            "HEAPNB_PID": "" if alarm.pid is None else str(alarm.pid),
            "HEAPNB_VERDICT": "",
            "HEAPNB_SNAPSHOTS": "",
            "HEAPNB_REPORT": "",
        }
        try:
            if self.captures:
                yield from self._captured(alarm, source, is_stopped, variables)
            if self.on_alarm is not None and not is_stopped():
                yield self._called(alarm, is_stopped, variables)
        except _Stopped:
            yield _event("capture-stopped", "The capture was stopped.")
        except HeapnbError as error:
            yield _event("reaction-failed", str(error))
        except Exception as error:  # noqa: BLE001  a user's function, a full disk
            yield _event("reaction-failed", f"{type(error).__name__}: {error}.")

    def _captured(
        self,
        alarm: Alarm,
        source: Mapping[str, Any],
        is_stopped: Callable[[], bool],
        variables: dict[str, str],
    ) -> Iterator[Outcome]:
        from heapnb.analysis.diagnosis.diagnose import diagnose
        from heapnb.capture.capturing import capture

        def check(*_: object) -> None:
            if is_stopped():
                raise _Stopped

        folder = self._made_folder(alarm)
        yield _event("capture-started", f"Taking {_SERIES} snapshots, {self.after:g} s apart.")
        options = dict(source)
        taken = capture(**options, out=folder, series=_SERIES, after=self.after, progress=check)
        for path in taken.files:
            values = {"path": str(path), "reason": "alarm", "duration_ms": None}
            yield Outcome("snapshot", f"Snapshot: {path}", values)
        variables["HEAPNB_SNAPSHOTS"] = os.pathsep.join(map(str, taken.files))
        check()
        # The series of the isolate that raised the alarm; the main one is the first.
        series = list(taken.series.values())
        name = f"worker {alarm.thread_id} " if alarm.thread_id else "process "
        chosen = [files for key, files in taken.series.items() if key.startswith(name)]
        diagnosis = diagnose(list((chosen or series)[0]), progress=False)
        variables["HEAPNB_VERDICT"] = diagnosis.verdict
        yield _event("diagnosis", f"Diagnosis: {diagnosis.verdict}. {diagnosis.reason}")
        if self.report is not None:
            from heapnb.reports import report

            report(diagnosis, self.report, progress=False)
            variables["HEAPNB_REPORT"] = str(self.report)
            yield _event("report", f"Report: {self.report}")

    def _made_folder(self, alarm: Alarm) -> Path:
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(alarm.time))
        folder = self.folder or Path(f"heapnb-alarm-{stamp}")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _called(
        self, alarm: Alarm, is_stopped: Callable[[], bool], variables: Mapping[str, str]
    ) -> Outcome:
        if callable(self.on_alarm):
            self.on_alarm(alarm)
            return _event("on-alarm", "Called the function for alarms.")

        def check() -> None:
            if is_stopped():
                raise _Stopped

        output = Output(None)
        command = str(self.on_alarm)
        with Supervised(command, {**os.environ, **variables}, output) as running:
            exit_code = running.wait(time.monotonic() + _COMMAND_SECONDS, tick=check)
        if exit_code == 0:
            return _event("on-alarm", "Ran the command for alarms.")
        how = "did not end in time" if exit_code is None else f"ended with {exit_code}"
        said = f": {output.last_line}" if output.last_line else ""
        return _event("on-alarm-failed", f"The command for alarms {how}{said}.")


def _event(name: str, text: str) -> Outcome:
    return Outcome("event", text, {"name": name, "text": text})
