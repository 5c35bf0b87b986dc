"""``hn.watch``: memory, garbage collections and the event loop of a running program, live."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import Target, open_targets
from heapnb.errors import HeapnbError, InspectorError, WorkerEndedError
from heapnb.live.alarm_actions import Reaction
from heapnb.live.memory_log_writing import MemoryLogWriter
from heapnb.live.probe import Sample
from heapnb.live.watch_alarms import Alarm
from heapnb.live.watch_subjects import Isolate, Source, State

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.widgets.memory_chart import MemoryChart

DEFAULT_INTERVAL: Final = 1.0
DEFAULT_AFTER: Final = 60.0

_CONNECT_SECONDS: Final = 30.0
_RECONNECT_SECONDS: Final = 15.0
_RETRY_SECONDS: Final = 0.5
_STOP_SECONDS: Final = 30.0


class Watch:
    """A program that is watched until `stop`; a context manager. `heapnb.watch` makes it.

    Parameters
    ----------
    source : Source
        The process.
    interval : float
        Seconds between samples.
    log : Path or None
        JSON lines go there.
    reaction : Reaction or None
        What happens on an alarm.
    echo : callable, optional
        Gets each line of the log.
    """

    def __init__(
        self,
        source: Source,
        *,
        interval: float,
        log: Path | None,
        reaction: Reaction | None,
        echo: Callable[[str], None] | None = None,
    ) -> None:
        self.source = source
        self.interval = interval
        self.state: State = "connecting"
        self.message = ""
        self.isolates: list[Isolate] = []
        self.started = time.time()
        self._reaction = reaction
        self._log = MemoryLogWriter(log, echo)
        self._alarms: list[Alarm] = []
        self._news: list[str] = []
        self._stopping = threading.Event()
        self._is_connected = threading.Event()
        self._error: BaseException | None = None
        self._lost_at = 0.0
        self._observers: list[Callable[[], None]] = []
        self._chart: MemoryChart | None = None
        # Not `Thread.join`: once interrupted, it takes a running thread for ended (Python 3.11).
        self._is_over = threading.Event()
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._thread = threading.Thread(target=self._run, name="heapnb watches", daemon=True)

    # -- life ------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Connect, and watch in the background.

        Raises
        ------
        CaptureError
            If the process cannot be reached.
        """
        self._thread.start()
        while not self._is_connected.wait(0.1):
            pass
        if self._error is not None:
            self._log.close()
            raise self._error
        return self

    def stop(self) -> None:
        """Stop watching: remove the observers, close the inspector if heapnb opened it."""
        self._stopping.set()
        if threading.current_thread() is not self._thread:
            self._is_over.wait(_STOP_SECONDS)
        self._is_idle.wait(_STOP_SECONDS)
        if self.state != "ended":
            self.state = "stopped"
        self._log.close()
        self._tell()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the program ends or `stop` is called.

        Parameters
        ----------
        seconds : float, optional
            At most; without end by default.

        Returns
        -------
        bool
            Whether the watch is over.
        """
        return self._is_over.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- results ---------------------------------------------------------------------------------

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms so far, earliest first."""
        return tuple(self._alarms)

    @property
    def news(self) -> tuple[str, ...]:
        """What happened, a line each with its time: alarms, snapshots, lost connections."""
        return tuple(self._news)

    @property
    def is_reacting(self) -> bool:
        """Whether snapshots are being taken because of an alarm."""
        return not self._is_idle.is_set()

    @property
    def table(self) -> pd.DataFrame:
        """One row a sample.

        ``time``, ``pid``, ``thread_id``, ``rss``, ``heap_total``, ``heap_used``, ``external``,
        ``array_buffers``, ``heap_limit`` (bytes), ``event_loop_delay_ms`` (99th percentile).
        """
        import pandas as pd

        rows = [
            (
                pd.Timestamp(sample.time, unit="s", tz="UTC"),
                one.target.pid,
                one.target.thread_id,
                *(sample.memory.get(name) for name in _MEMORY),
                None if sample.delay is None else sample.delay["p99"],
            )
            for one in tuple(self.isolates)
            for sample in tuple(one.judge.samples)
        ]
        frame = pd.DataFrame(
            rows, columns=["time", "pid", "thread_id", *_MEMORY, "event_loop_delay_ms"]
        )
        integers = dict.fromkeys(("pid", "thread_id", *_MEMORY), "Int64")
        return frame.astype(integers | {"event_loop_delay_ms": "float64"}).sort_values(
            "time", ignore_index=True
        )

    @property
    def gcs(self) -> pd.DataFrame:
        """One row a full GC: time, pid, thread, pause in ms, and bytes in use after it."""
        import pandas as pd

        return pd.DataFrame(
            [
                (
                    pd.Timestamp(gc.time, unit="s", tz="UTC"),
                    one.target.pid,
                    one.target.thread_id,
                    gc.pause_ms,
                    gc.heap_used_after,
                )
                for one in tuple(self.isolates)
                for gc in tuple(one.judge.full_gcs)
            ],
            columns=["time", "pid", "thread_id", "pause_ms", "heap_used_after"],
        )

    def observe(self, observer: Callable[[], None]) -> None:
        """Call a function after each sample and at the end, in the thread that watches."""
        self._observers.append(observer)

    def __repr__(self) -> str:
        from heapnb.live.watch_text import summary_text

        return summary_text(self)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show a live chart in a notebook."""
        from heapnb.live.watch_text import chart_data, summary_text
        from heapnb.widgets.memory_chart import MemoryChart

        if self._chart is None:
            chart = self._chart = MemoryChart(chart_data(self), summary_text(self))
            self.observe(lambda: chart.update(chart_data(self), summary_text(self)))
        return self._chart._repr_mimebundle_(**options)

    # -- the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._follow()
        except BaseException as error:  # noqa: BLE001  raised by `start`, or shown
            if not self._is_connected.is_set():
                self._error = error
            elif isinstance(error, HeapnbError):
                self._note("watch-ended", error.message)
            else:
                self._note("watch-ended", f"Unexpected {type(error).__name__}: {error}.")
        finally:
            if not self._stopping.is_set():
                self.state = "ended"
            self._is_over.set()
            self._is_connected.set()
            self._tell()

    def _follow(self) -> None:
        """Watch the process, and its successor if a port or URL names it."""
        while not self._stopping.is_set():
            try:
                with open_targets(**self.source.options(), timeout=_CONNECT_SECONDS) as targets:
                    self._connected(targets)
                    self._sample_until_lost()
            except HeapnbError:
                # The inspector of a process that is gone can be neither opened nor closed.
                if self.state != "lost":
                    raise
            if self.source.pid is not None or self._stopping.is_set():
                return
            if time.monotonic() > self._lost_at + _RECONNECT_SECONDS:
                self._note("watch-ended", f"Nothing came back at {self.source}.")
                return
            self._stopping.wait(_RETRY_SECONDS)

    def _connected(self, targets: list[Target]) -> None:
        is_again = self.state == "lost"
        isolates = [Isolate(target) for target in targets]
        for one in isolates:
            with suppress(WorkerEndedError):
                one.probe.install()
        self.isolates = isolates
        self.state = "watching"
        main = isolates[0]
        if is_again:
            self._note("restarted", f"The program is back, as process {main.target.pid}.")
        elif main.target.kind == "node" and not main.probe.has_gc:
            self._note("no-gc-events", "The program reports no garbage collections.")
        self._is_connected.set()

    def _sample_until_lost(self) -> None:
        container = ProcessReader()
        next_time = time.monotonic()
        try:
            while not self._stopping.is_set():
                for one in self.isolates:
                    if one.is_alive:
                        self._sample(one, container)
                self._tell()
                next_time = max(next_time + self.interval, time.monotonic())
                self._stopping.wait(next_time - time.monotonic())
        finally:
            for one in self.isolates:
                with suppress(HeapnbError):
                    one.probe.remove()

    def _sample(self, one: Isolate, container: ProcessReader) -> None:
        try:
            sample = one.probe.sample()
        except WorkerEndedError:
            one.is_alive = False
            self._note("worker-ended", f"Worker {one.target.thread_id} ended.", one.target)
            return
        except InspectorError as error:
            if error.is_closed:
                self.state = "lost"
                self._lost_at = time.monotonic()
                self._note("connection-lost", "The program ended, or closed its inspector.")
                raise
            if self.state != "busy":
                self.state = "busy"
                self._note("busy", f"The program does not answer: {error.message}", one.target)
            return
        self.state = "watching"
        rss_limit = self._container_limit(container)
        self._log_sample(one, sample, rss_limit)
        for alarm in one.judge.add(sample, rss_limit=rss_limit):
            self._raise(alarm, one)

    def _container_limit(self, container: ProcessReader) -> int | None:
        if self.source.pid is None:
            return None
        with suppress(OSError, HeapnbError):
            group = container.cgroup(self.source.pid)
            return None if group is None else group.limit
        return None

    def _raise(self, alarm: Alarm, one: Isolate) -> None:
        self._alarms.append(alarm)
        self._report(f"Alarm: {alarm.text}")
        self._log.write(alarm.time, "alarm", one.target, alarm.to_dict())
        reaction = self._reaction
        if reaction is None or self.is_reacting or not reaction.is_due():
            return
        self._is_idle.clear()
        threading.Thread(
            target=self._react, args=(reaction, alarm, one), name="heapnb reacts", daemon=True
        ).start()

    def _react(self, reaction: Reaction, alarm: Alarm, one: Isolate) -> None:
        try:
            source = self.source.options()
            for event in reaction.run(alarm, source, is_stopped=self._stopping.is_set):
                self._log.write(time.time(), event.kind, one.target, event.values)
                self._report(event.text)
                self._tell()
        finally:
            self._is_idle.set()

    # -- telling ---------------------------------------------------------------------------------

    def _note(self, name: str, text: str, target: Target | None = None) -> None:
        self.message = text
        self._report(text)
        chosen = target or (self.isolates[0].target if self.isolates else None)
        self._log.write(time.time(), "event", chosen, {"name": name, "text": text})

    def _report(self, text: str) -> None:
        from heapnb.live.watch_text import news_text

        self._news.append(news_text(time.time(), text))

    def _log_sample(self, one: Isolate, sample: Sample, limit: int | None) -> None:
        for event in sample.gc:
            self._log.write(event.time, "gc", one.target, event.to_dict())
        values: dict[str, Any] = dict(sample.memory)
        if sample.delay is not None:
            values["event_loop_delay_ms"] = round(sample.delay["p99"], 3)
        if limit is not None:
            values["cgroup_limit"] = limit
        self._log.write(sample.time, "memory", one.target, values)

    def _tell(self) -> None:
        for observer in tuple(self._observers):
            # A chart whose notebook is gone must not end the watch.
            with suppress(Exception):
                observer()


_MEMORY: Final = ("rss", "heap_total", "heap_used", "external", "array_buffers", "heap_limit")


def watch(
    pid: int | None = None,
    *,
    port: int | None = None,
    url: str | None = None,
    page: str | None = None,
    interval: float = DEFAULT_INTERVAL,
    log: str | os.PathLike[str] | None = None,
    capture: bool = False,
    out: str | os.PathLike[str] | None = None,
    after: float = DEFAULT_AFTER,
    report: str | os.PathLike[str] | None = None,
    on_alarm: str | Callable[[Alarm], object] | None = None,
    allow_remote: bool = False,
    echo: Callable[[str], None] | None = None,
) -> Watch:
    """Watch the memory of a running program without changing it.

    Heap, RSS, heap spaces, garbage collections and the delay of the event loop are read through
    the inspector, once per interval. Alarms fire when five full garbage collections in a row leave
    more than the one before (memwatch's rule), when what remains after GC grows for certain, and
    when a limit is near.

    Parameters
    ----------
    pid : int, optional
        A Node process of this machine. Its inspector is opened if it is closed, and closed again.
    port, url : int or str, optional
        The inspector's port on this machine, or its address. If the program restarts, the watch
        goes on with its successor.
    page : str, optional
        The title or URL of a page of Chrome, or a part of it.
    interval : float, default 1
        Seconds between two samples.
    log : str or PathLike, optional
        Append JSON lines to this file; `heapnb.read_memory_log` reads it.
    capture : bool, default False
        On the first alarm, take three snapshots and diagnose them.
    out : str or PathLike, optional
        The folder for the snapshots; implies ``capture``. By default a new one in the working
        directory.
    after : float, default 60
        Seconds between these snapshots.
    report : str or PathLike, optional
        Write a report of them to this file; implies ``capture``.
    on_alarm : str or callable, optional
        On the first alarm, and after its snapshots: a command for the shell, which gets
        ``HEAPNB_ALARM``, ``HEAPNB_ALARM_TEXT``, ``HEAPNB_PID``, ``HEAPNB_VERDICT``,
        ``HEAPNB_SNAPSHOTS`` and ``HEAPNB_REPORT``; or a function, which gets the alarm.
    allow_remote : bool, default False
        Accept inspectors of other machines.
    echo : callable, optional
        Gets each line of the log, in the thread that watches.

    Returns
    -------
    Watch
        Already watching. A context manager; ``table``, ``alarms``, ``stop()``. Notebooks show a
        live chart.

    Raises
    ------
    CaptureError
        If the process cannot be reached.
    HeapnbError
        If an argument is invalid.

    Examples
    --------
    >>> import heapnb as hn
    >>> with hn.watch(4711, log="memory.jsonl") as watch:  # doctest: +SKIP
    ...     run_tests()
    >>> watch.table["heap_used"].max(), watch.alarms  # doctest: +SKIP
    """
    if not interval > 0:
        raise HeapnbError(f"interval must be greater than 0 (got {interval:g}).")
    if not after >= 0:
        raise HeapnbError(f"after must be 0 or more (got {after:g}).")
    reaction = None
    if capture or out is not None or report is not None or on_alarm is not None:
        reaction = Reaction(
            captures=capture or out is not None or report is not None,
            folder=None if out is None else Path(out),
            after=after,
            report=None if report is None else Path(report),
            on_alarm=on_alarm,
        )
    source = Source(pid, port, url, page, allow_remote)
    path = None if log is None else Path(log)
    return Watch(source, interval=interval, log=path, reaction=reaction, echo=echo).start()


__all__ = ["Watch", "watch"]
