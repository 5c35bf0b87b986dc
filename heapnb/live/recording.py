"""``hn.record``: run a program, write snapshots of it under load, and diagnose them."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from heapnb.capture.folders import target_folder, workplace
from heapnb.capture.processes import ProcessReader
from heapnb.capture.program import DEFAULT_ROUNDS, Program, record_program
from heapnb.capture.side_file_writing import observe, write_side_file
from heapnb.capture.supervising import OutputCallback
from heapnb.errors import HeapnbError
from heapnb.live.defaults import (
    DEFAULT_CONCURRENCY,
    DEFAULT_PAGE_ROUNDS,
    DEFAULT_REQUESTS,
    DEFAULT_SERVICE_TIMEOUT,
    DEFAULT_START_TIMEOUT,
    DEFAULT_TIMEOUT,
    LEAST_SNAPSHOTS,
    MOST_SNAPSHOTS,
)
from heapnb.live.load_drivers import (
    CommandLoad,
    FunctionLoad,
    Hit,
    HttpLoad,
    Load,
    LoadFunction,
    Waiting,
)
from heapnb.live.pages import PagePlan, PageRecorder
from heapnb.live.recording_result import Recording, plural_of
from heapnb.live.services import Service, ServicePlan
from heapnb.live.shots import Recorder, Shot
from heapnb.progress import ProgressOption, reporter_of, reporting, stage

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis

CERTAIN: Final = 0.9
"""From this confidence on, more snapshots would not change the verdict "leak"."""

SETTLED_SHARE: Final = 0.02
"""Growth in the last interval, as a share of the heap, that counts as none."""

LoadOption: TypeAlias = LoadFunction | str | Sequence[str]


def record(
    program: Program | None = None,
    *,
    page: str | None = None,
    script: str | os.PathLike[str] | None = None,
    browser: str | None = None,
    hit: str | Sequence[str] = (),
    requests: int = DEFAULT_REQUESTS,
    concurrency: int = DEFAULT_CONCURRENCY,
    load: LoadOption | None = None,
    wait: float | None = None,
    warm_up: int | None = None,
    ready: str | None = None,
    snapshots: int = MOST_SNAPSHOTS,
    rounds: int | None = None,
    timeout: float | None = None,
    start_timeout: float = DEFAULT_START_TIMEOUT,
    out: str | os.PathLike[str] | None = None,
    node: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    name: str = "program.js",
    output: OutputCallback | None = None,
    progress: ProgressOption = False,
) -> Recording:
    """Run a program, write heap snapshots of it, and say what leaks.

    With ``hit``, ``load`` or ``wait``, the program is a service: any command that starts Node.js.
    It gets a free port as environment variable ``PORT``. heapnb waits until the port accepts
    connections, drives load to warm the program up, and writes snapshots with load between them,
    until a leak is certain or growth has stopped. Then it ends the program and all that the
    program started.

    Otherwise, the program writes a snapshot wherever it calls ``await heapSnapshot()``. If it
    never does, but has a function ``load(round)``, which may be asynchronous, three snapshots are
    written: after ``rounds`` calls, after ``rounds`` more, and after twice as many more. Otherwise
    two are written, at the start and at the end.

    With ``page``, heapnb opens the page in Chromium and plays a scenario of Playwright: it acts and
    acts back, ``rounds`` times between two snapshots.

    Parameters
    ----------
    program : str, PathLike or sequence of str, optional
        JavaScript; the path of a file that exports ``load``; or a command line such as
        ``["node", "app.js"]`` or ``["npm", "start"]``. JavaScript may use both ``require`` and
        ``await``.
    page : str, optional
        The URL of a page to record instead.
    script : str or PathLike, optional
        The scenario for the page: a Python file that defines ``act(page)`` and ``act_back(page)``,
        and perhaps ``setup(page)``; ``page`` is Playwright's.
    browser : str, optional
        The browser to start; by default the first of Chromium and Chrome on ``PATH``.
    hit : str or sequence of str, optional
        Requests to send, one after the other: ``[METHOD] URL [BODY]`` with the URL
        ``http://127.0.0.1:PORT/path`` or just ``/path``. PORT stands for the program's port; a
        number in its place becomes the program's port. ``{n}`` in path and body is the number of
        the request.
    requests : int, default 300
        Requests between two snapshots.
    concurrency : int, default 4
        Requests at the same time.
    load : callable, str or sequence of str, optional
        A Python function, which gets the program's URL if it takes an argument and may return the
        units of work that it did; or a command line, as a text for the shell, which has ``PORT``
        in its environment. Runs once before the first snapshot and once between two.
    wait : float, optional
        Seconds to wait between snapshots, for programs that work by themselves.
    warm_up : int, optional
        Requests before the first snapshot; by default ``requests``.
    ready : str, optional
        Regular expression for a line of output that says that the program is ready; by default, it
        is ready when its port accepts connections.
    snapshots : int, default 6
        Most snapshots of a service, 3 or more.
    rounds : int, optional
        Number of calls of ``load`` before the first snapshot, and again before the second: 100 by
        default. Of a page, rounds between two snapshots: 10 by default.
    timeout : float, optional
        Seconds after which the program is ended: 120 by default, 600 for a service or page.
    start_timeout : float, default 60
        Seconds until a service must be ready.
    out : str or PathLike, optional
        The folder for the snapshots, created if it does not exist; by default a temporary one
        that is deleted when Python exits.
    node : str or PathLike, optional
        The ``node`` to use; by default the one on ``PATH``.
    environment : mapping of str to str, optional
        Environment variables in addition to `heapnb.capture.supervising.ENVIRONMENT`. A snapshot
        may hold their values.
    name : str, default "program.js"
        The file name that snapshots show for JavaScript given as text.
    output : callable, optional
        Called with ``"stdout"`` or ``"stderr"`` and each text that the program prints.
    progress : callable or bool, default False
        See `heapnb.load`.

    Returns
    -------
    Recording
        The paths of the snapshots, earliest first, with ``diagnosis``, ``bytes_per_request`` and
        ``report``.

    Raises
    ------
    RecordingError
        If the program cannot be started, fails, or does not end or become ready in time, or if
        the load fails.
    HeapnbError
        If an argument is invalid.

    Examples
    --------
    >>> import heapnb as hn
    >>> recording = hn.record(["node", "server.mjs"], hit="/orders/{n}")  # doctest: +SKIP
    >>> recording.diagnosis.verdict, recording.bytes_per_request  # doctest: +SKIP
    ('leak', 1043.2)
    >>> files = hn.record('''
    ... const seen = [];
    ... function load(round) { seen.push({ round, body: "x".repeat(1000) + round }); }
    ... ''')  # doctest: +SKIP
    >>> hn.diagnose(files).verdict  # doctest: +SKIP
    'leak'
    """
    for what, number, least in (("requests", requests, 1), ("concurrency", concurrency, 1)):
        if number < least:
            raise HeapnbError(f"{what} must be {least} or more (got {number}).")
    if snapshots < LEAST_SNAPSHOTS:
        raise HeapnbError(f"snapshots must be {LEAST_SNAPSHOTS} or more (got {snapshots}).")
    hits = [Hit.parse(text) for text in ([hit] if isinstance(hit, str) else hit)]
    if timeout is not None and not timeout > 0:
        raise HeapnbError(f"timeout must be greater than 0 (got {timeout:g}).")
    reporter = reporter_of(progress) if progress is not False else None
    if rounds is not None and rounds < 1:
        raise HeapnbError(f"rounds must be 1 or more (got {rounds}).")
    with reporting(reporter) if reporter else nullcontext():
        if page is not None or script is not None:
            if program is not None or hits or load is not None or wait is not None:
                raise HeapnbError(
                    "A page is recorded without a program and its load.",
                    hint="start the program that serves the page yourself.",
                )
            plan_of_page = _page_plan(page, script, browser, rounds, timeout, start_timeout)
            return _recorded(lambda folder: PageRecorder(plan_of_page, folder), out, snapshots)
        if program is None:
            raise HeapnbError(
                "Name what to record.", hint="pass a program, or page=… and script=…."
            )
        if not hits and load is None and wait is None:
            return Recording(
                record_program(
                    program,
                    rounds=DEFAULT_ROUNDS if rounds is None else rounds,
                    timeout=DEFAULT_TIMEOUT if timeout is None else timeout,
                    out=out,
                    node=node,
                    environment=environment,
                    name=name,
                    output=output,
                )
            )
        driver = _driver(hits, requests, concurrency, load, wait)
        first = driver
        if isinstance(driver, HttpLoad) and warm_up is not None:
            first = HttpLoad(hits, max(warm_up, 1), concurrency)
        plan = ServicePlan(
            command=_command(program, node),
            load=driver,
            warm_up=first,
            port=_port(hits),
            ready=ready,
            timeout=DEFAULT_SERVICE_TIMEOUT if timeout is None else timeout,
            start_timeout=start_timeout,
            environment=_environment(environment, node),
        )
        return _recorded(lambda folder: Service(plan, folder, output), out, snapshots)


def _page_plan(
    page: str | None,
    script: str | os.PathLike[str] | None,
    browser: str | None,
    rounds: int | None,
    timeout: float | None,
    start_timeout: float,
) -> PagePlan:
    if page is None or script is None:
        raise HeapnbError(
            "A page needs its URL and a scenario.",
            hint="pass page and script (--page URL --script scenario.py).",
        )
    return PagePlan(
        page,
        Path(script),
        DEFAULT_PAGE_ROUNDS if rounds is None else rounds,
        browser,
        DEFAULT_SERVICE_TIMEOUT if timeout is None else timeout,
        start_timeout,
        {},
    )


def _driver(
    hits: Sequence[Hit],
    requests: int,
    concurrency: int,
    load: LoadOption | None,
    wait: float | None,
) -> Load:
    if (len(hits) > 0) + (load is not None) + (wait is not None) > 1:
        raise HeapnbError(
            "hit, load and wait exclude each other.",
            hint="to combine them, write a Python function, or a script for --load.",
        )
    if hits:
        return HttpLoad(hits, requests, concurrency)
    if callable(load):
        return FunctionLoad(load)
    if load is not None:
        return CommandLoad(load if isinstance(load, str) else tuple(load))
    if wait is None or not (wait > 0 and math.isfinite(wait)):
        raise HeapnbError(f"wait must be greater than 0 (got {wait}).")
    return Waiting(wait)


def _port(hits: Sequence[Hit]) -> int | None:
    """Return the one port that the user names."""
    ports = sorted({hit.port for hit in hits if hit.port is not None})
    if len(ports) > 1:
        raise HeapnbError(
            f"The requests name several ports: {', '.join(map(str, ports))}.",
            hint="one program has one port; write PORT.",
        )
    return ports[0] if ports else None


def _command(program: Program, node: str | os.PathLike[str] | None) -> tuple[str, ...]:
    if isinstance(program, str):
        raise HeapnbError(
            "JavaScript given as text cannot be driven with hit, load or wait.",
            hint='write it to a file: ["node", "server.js"].',
        )
    if isinstance(program, os.PathLike):
        return (os.fspath(node or "node"), os.fspath(program))
    words = tuple(os.fspath(word) for word in program)
    if not words:
        raise HeapnbError("The command line is empty.", hint='such as ["node", "server.js"].')
    if node is not None and Path(words[0]).name == "node":
        return (os.fspath(node), *words[1:])
    return words


def _environment(
    environment: Mapping[str, str] | None, node: str | os.PathLike[str] | None
) -> dict[str, str]:
    """Put the chosen Node.js first on PATH, where npm finds it."""
    chosen = dict(environment or {})
    if node is not None and os.path.dirname(node):  # noqa: PTH120  a Path has always a parent
        folders = chosen.get("PATH", os.environ.get("PATH", ""))
        chosen["PATH"] = f"{Path(node).absolute().parent}{os.pathsep}{folders}"
    return chosen


Opening: TypeAlias = Callable[[Path], AbstractContextManager[Recorder]]
"""Starts what is recorded; gets the folder for snapshots."""


def _recorded(opening: Opening, out: str | os.PathLike[str] | None, most: int) -> Recording:
    """Write snapshots with load in between, until more would change nothing."""
    target = target_folder(out)
    files: list[Path] = []
    work: list[float | None] = []
    diagnosis = None
    with workplace(target) as folder, opening(folder) as recorder:
        recorder.warm_up()
        # One word, which side files name and rates put into the singular.
        unit = plural_of(recorder.unit).partition(" ")[0]
        while len(files) < most and not (diagnosis is not None and is_settled(diagnosis)):
            if files:
                recorder.work()
            shot = recorder.snapshot()
            # Complete snapshots remain if the program fails later.
            files.append(_kept(shot, target, len(files) + 1, unit))
            work.append(shot.units)
            if len(files) >= LEAST_SNAPSHOTS:
                with recorder.paused_clock():
                    diagnosis = _diagnosed(files, cache=out is not None)
    warnings = (*recorder.warnings(), *_idle(work))
    return Recording(files, work, unit=recorder.unit, warnings=warnings, diagnosis=diagnosis)


def _kept(shot: Shot, target: Path, index: int, unit: str) -> Path:
    """Move a snapshot to its final place, after its side file."""
    final = target / shot.path.name
    write_side_file(
        final,
        shot.process,
        observe(shot.pid, ProcessReader()),
        reason="record",
        time=shot.time,
        duration_ms=shot.duration_ms,
        series=f"{target.name}-{shot.pid or 0}-0",
        index=index,
        units=None if shot.units is None else round(shot.units),
        unit=unit,
    )
    return shot.path.replace(final)


def _idle(work: Sequence[float | None]) -> Iterator[str]:
    """Warn of intervals in which the recorded process did nothing, such as a cluster's worker."""
    for number, (before, after) in enumerate(itertools.pairwise(work), 1):
        if before is not None and before == after:
            yield f"The recorded process answered no request in interval {number}: send more."


def _diagnosed(files: Sequence[Path], *, cache: bool) -> Diagnosis:
    from heapnb.analysis.diagnosis.diagnose import diagnose

    with stage(f"Diagnosing {len(files)} snapshots"):
        return diagnose(list(files), cache=cache)


def is_settled(diagnosis: Diagnosis) -> bool:
    """Tell whether more snapshots would change nothing.

    Parameters
    ----------
    diagnosis : Diagnosis
        That of the snapshots so far.

    Returns
    -------
    bool
        True if a leak is certain, or if nothing leaks and the heap has stopped growing.
    """
    if diagnosis.verdict == "leak":
        return max(suspect.confidence for suspect in diagnosis.suspects) >= CERTAIN
    sizes = [snapshot.total_size for snapshot in diagnosis.series.snapshots]
    return diagnosis.verdict == "no-leak" and sizes[-1] - sizes[-2] <= SETTLED_SHARE * sizes[-1]


__all__ = ["Recording", "record"]
