"""Record a page of Chromium: go there, act, act back, n times, with snapshots in between.

Chromium is a program like any other: heapnb starts it with an inspector at a free port of this
machine, and ends it. Playwright, in a thread of its own, plays the user's scenario; the snapshots
come through the inspector, by the code of `heapnb.capture`.
"""

from __future__ import annotations

import os
import queue
import runpy
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from heapnb.capture.chunks import DEFAULT_SILENCE, SnapshotOptions, private_file, write_chunks
from heapnb.capture.folders import snapshot_name
from heapnb.capture.process_facts import facts_of
from heapnb.capture.resting import let_rest
from heapnb.capture.side_file_writing import describe_process
from heapnb.capture.supervising import Output, Supervised, variables_for
from heapnb.capture.targets import Target, open_targets
from heapnb.errors import (
    HeapnbError,
    InspectorError,
    MissingExtraError,
    RecordingError,
    SnapshotNotFoundError,
)
from heapnb.live.shots import Shot
from heapnb.progress import Advance, stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSER_VARIABLE: Final = "HEAPNB_BROWSER"
"""Names the browser to start, as ``--browser`` does."""

_BROWSERS: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
)
_FLAGS: Final = (
    *("--headless=new", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-extensions", "--no-first-run"),
    *("--remote-debugging-port=0", "--password-store=basic", "--use-mock-keychain"),
)
_PORT_FILE: Final = "DevToolsActivePort"
_FUNCTIONS: Final = ("act", "act_back")
_POLL_SECONDS: Final = 0.05
_END_SECONDS: Final = 10.0
_LONGEST_MESSAGE: Final = 500


@dataclass(frozen=True)
class PagePlan:
    """How a page is recorded.

    Parameters
    ----------
    url : str
        The page.
    script : Path
        A Python file with ``act(page)``, ``act_back(page)`` and perhaps ``setup(page)``.
    rounds : int
        How often the page acts and acts back between two snapshots.
    browser : str or None
        The browser's program; None for the first one that is installed.
    timeout, start_timeout : float
        Seconds for everything but the diagnosis, and until the browser is ready.
    environment : mapping of str to str
        Environment variables for the browser.
    """

    url: str
    script: Path
    rounds: int
    browser: str | None
    timeout: float
    start_timeout: float
    environment: Mapping[str, str]


class PageRecorder:
    """A page that is open; leaving the block ends the browser.

    Parameters
    ----------
    plan : PagePlan
        What is recorded.
    folder : Path
        The folder for the snapshots.

    Raises
    ------
    HeapnbError
        If there is no such scenario or browser.
    """

    unit = "round"

    def __init__(self, plan: PagePlan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        # Chromium prints much that concerns nobody; its last line explains why it ended.
        self._output = Output(None)
        # The scenario imports it, too.
        _require_playwright()
        self._scenario = read_scenario(plan.script)
        self._deadline = time.monotonic() + plan.timeout
        self._n_rounds = 0
        self._n_snapshots = 0

    def __enter__(self) -> Self:
        command = [_browser(self._plan.browser), *_FLAGS]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Chromium's sandbox refuses to run for root, as in most containers.
            command.append("--no-sandbox")
        with ExitStack() as stack:
            profile = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="heapnb-", ignore_cleanup_errors=True)
            )
            command += [f"--user-data-dir={profile}", "about:blank"]
            variables = variables_for(self._plan.environment, {})
            self._running = stack.enter_context(Supervised(command, variables, self._output))
            with stage("Starting the browser"):
                port = self._port_in(Path(profile) / _PORT_FILE)
            self._player = _Player(port, self._plan.url, self._scenario, self._plan.script.name)
            stack.callback(self._end_player)
            with stage(f"Opening {self._plan.url}"):
                self._player.start()
                self._await(self._player.is_open)
            self._target = stack.enter_context(_page_target(port))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._output.close()

    def warm_up(self) -> None:
        """Act and act back as often as in an interval, and rehearse a snapshot."""
        with stage("Warming up") as advance:
            self._play(advance)
        # The first snapshot of a page creates objects of its own, which must not count as growth.
        rehearsal = self._folder / "rehearsal.heapsnapshot"
        self._write(rehearsal)
        rehearsal.unlink()

    def work(self) -> None:
        """Act and act back: one interval."""
        with stage(f"Acting {self._n_snapshots}") as advance:
            self._play(advance)

    def snapshot(self) -> Shot:
        """Write the next snapshot."""
        number = self._n_snapshots + 1
        path = self._folder / snapshot_name(number)
        begin, start = datetime.now(UTC), time.monotonic()
        with stage(f"Writing snapshot {number}"):
            self._write(path)
        self._n_snapshots = number
        process = describe_process(self._target, facts_of(self._target))
        duration = round((time.monotonic() - start) * 1000)
        return Shot(path, float(self._n_rounds), process, None, begin, duration)

    @contextmanager
    def paused_clock(self) -> Iterator[None]:
        """Do not count the time in the block: heapnb works, not the page."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._deadline += time.monotonic() - begin

    def warnings(self) -> tuple[str, ...]:
        """Return nothing: a scenario that fails is an error."""
        return ()

    # -- parts -----------------------------------------------------------------------------------

    def _play(self, advance: Advance) -> None:
        self._player.rounds.put(self._plan.rounds)
        goal = self._n_rounds + self._plan.rounds

        def is_done() -> bool:
            advance(self._player.n_done - self._n_rounds, self._plan.rounds)
            return self._player.n_done >= goal

        self._await_condition(is_done)
        self._n_rounds = goal

    def _write(self, path: Path) -> None:
        try:
            self._write_chunks(path)
        except InspectorError as error:
            self._tick()
            if not error.is_closed:
                raise
            raise RecordingError(
                "The page is gone: the scenario closed it, or it crashed.",
                hint="act(page) and act_back(page) must leave the page open.",
            ) from None

    def _write_chunks(self, path: Path) -> None:
        # The console retains what the page has logged, and the garbage collector must run.
        self._target.call("Runtime.discardConsoleEntries")
        let_rest([self._target])
        with private_file(path) as stream:
            write_chunks(
                self._target,
                stream,
                SnapshotOptions(),
                silence=DEFAULT_SILENCE,
                is_working=lambda: self._running.exit_code is None,
                on_building=lambda *_: self._tick(),
                on_writing=lambda _: self._tick(),
            )

    def _await(self, event: threading.Event) -> None:
        self._await_condition(event.is_set)

    def _await_condition(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._tick()
            if self._player.error is not None:
                raise self._player.error
            time.sleep(_POLL_SECONDS)

    def _tick(self) -> None:
        self._output.flush()
        exit_code = self._running.exit_code
        if exit_code is not None:
            said = f": {self._output.last_line}" if self._output.last_line else ""
            raise RecordingError(f"The browser ended with exit code {exit_code}{said}.")
        if time.monotonic() >= self._deadline:
            raise RecordingError(
                f"The recording did not end within {self._plan.timeout:g} s.",
                hint="--timeout (timeout=…) gives it more time; fewer --rounds need less.",
            )

    def _port_in(self, file: Path) -> int:
        """Wait until the browser has written which port its inspector has."""
        until = min(time.monotonic() + self._plan.start_timeout, self._deadline)
        while time.monotonic() < until:
            self._tick()
            try:
                return int(file.read_text().split()[0])
            except (OSError, ValueError, IndexError):
                time.sleep(_POLL_SECONDS)
        raise RecordingError(
            f"The browser did not open its inspector within {self._plan.start_timeout:g} s.",
            hint="name another browser with --browser (browser=…), or give it more time:"
            " --start-timeout.",
        )

    def _end_player(self) -> None:
        self._player.rounds.put(None)
        if not self._player.is_over.wait(_POLL_SECONDS * 20):
            # A scenario that waits for something notices that the browser has ended.
            self._running.end()
            self._player.is_over.wait(_END_SECONDS)


class _Player(threading.Thread):
    """Plays the scenario, in the one thread that may use Playwright's objects."""

    def __init__(self, port: int, url: str, scenario: Mapping[str, Any], name: str) -> None:
        super().__init__(name="heapnb plays the scenario", daemon=True)
        self._port = port
        self._url = url
        self._scenario = scenario
        self._name = name
        self._where = f"opening {url}"
        self.rounds: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self.n_done = 0
        self.error: RecordingError | None = None
        self.is_open = threading.Event()
        self.is_over = threading.Event()

    def run(self) -> None:
        from playwright.sync_api import sync_playwright

        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
                page = browser.contexts[0].pages[0]
                page.goto(self._url)
                if "setup" in self._scenario:
                    self._where = "setup(page)"
                    self._scenario["setup"](page)
                self.is_open.set()
                while (n_rounds := self.rounds.get()) is not None:
                    for _ in range(n_rounds):
                        self._round(page)
        except Exception as error:  # noqa: BLE001  the user's code; raised by who waits
            message = " ".join(str(error).split())[:_LONGEST_MESSAGE]
            self.error = RecordingError(
                f"{self._name} failed in {self._where}: {type(error).__name__}: {message}",
                hint="try the scenario with Playwright alone.",
            )
        finally:
            self.is_over.set()

    def _round(self, page: Page) -> None:
        for name in _FUNCTIONS:
            self._where = f"{name}(page), round {self.n_done + 1}"
            self._scenario[name](page)
        self.n_done += 1


def read_scenario(script: Path) -> Mapping[str, Any]:
    """Run the user's file, and return its functions.

    Parameters
    ----------
    script : Path
        A Python file with ``act(page)``, ``act_back(page)`` and perhaps ``setup(page)``.

    Returns
    -------
    mapping of str to callable

    Raises
    ------
    HeapnbError
        If there is no such file, or it lacks a function.
    """
    if not script.is_file():
        raise SnapshotNotFoundError(script)
    try:
        names = runpy.run_path(str(script))
    except Exception as error:
        message = f"{script} cannot be run: {type(error).__name__}: {error}."
        raise HeapnbError(message, hint="it must be a Python file.") from error
    missing = [name for name in _FUNCTIONS if not callable(names.get(name))]
    if missing:
        raise HeapnbError(
            f"{script} defines no {' and no '.join(f'{name}(page)' for name in missing)}.",
            hint="act(page) does something, act_back(page) undoes it; setup(page) may log in.",
        )
    return names


def _require_playwright() -> None:
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        raise MissingExtraError("Recording a page", "page") from None


def _browser(chosen: str | None) -> str:
    wanted = chosen or os.environ.get(BROWSER_VARIABLE)
    names = _BROWSERS if wanted is None else (wanted,)
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise RecordingError(
            "No browser found on PATH." if wanted is None else f"{wanted}: browser not found.",
            hint="install Chromium or Chrome, or name its path with --browser (browser=…).",
        )
    return found


@contextmanager
def _page_target(port: int) -> Iterator[Target]:
    """Connect to the page. The connection stays: when it closes, V8 gives objects new ids."""
    with open_targets(port=port) as targets:
        yield targets[0]
