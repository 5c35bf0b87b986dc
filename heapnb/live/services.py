"""Record a program that serves: start it, wait until it is ready, drive load, write snapshots.

The program is any command that starts Node.js: ``node app.mjs``, ``npx tsx app.ts``, ``npm start``.
``heapnb.capture.control`` reaches each of its Node.js processes; the one that answered the
warm-up's requests is recorded.
"""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from heapnb.capture.control import Control, NodeProcess
from heapnb.capture.folders import snapshot_name
from heapnb.capture.supervising import (
    Output,
    OutputCallback,
    Supervised,
    ending_error,
    variables_for,
)
from heapnb.errors import HeapnbError, RecordingError
from heapnb.live.load_drivers import FunctionLoad, Load, LoadContext, Waiting
from heapnb.live.shots import Shot
from heapnb.progress import Advance, stage

_DESCRIBED: Final = (
    *("uptime_ms", "app", "runtime", "memory", "heap_spaces", "resource_usage", "handles"),
)
"""What a side file takes over from the answer of ``service.cjs``."""

_POLL_SECONDS: Final = 0.05
_CONNECT_SECONDS: Final = 0.5
_REST_SECONDS: Final = 0.5
_HELLO_SECONDS: Final = 10.0
_STATE_SECONDS: Final = 10.0


@dataclass(frozen=True)
class ServicePlan:
    """How a program that serves is started and driven.

    Parameters
    ----------
    command : tuple of str
        The command line.
    load : Load
        Drives one interval's load.
    warm_up : Load
        Drives the load before the first snapshot.
    port : int or None
        The program's port; None for a free one. The program gets it as variable PORT.
    ready : str or None
        A regular expression for the line of output that says that the program is ready; by
        default, it is ready when its port accepts connections.
    timeout, start_timeout : float
        Seconds for everything but the diagnosis, and until the program is ready.
    environment : mapping of str to str
        Environment variables for the program.
    """

    command: tuple[str, ...]
    load: Load
    warm_up: Load
    port: int | None
    ready: str | None
    timeout: float
    start_timeout: float
    environment: Mapping[str, str]


class Service:
    """A running program that serves; leaving the block ends it and all that it started.

    Parameters
    ----------
    plan : ServicePlan
        How it is started and driven.
    folder : Path
        The folder for the snapshots.
    callback : callable or None
        Gets what the program and load commands print.
    """

    def __init__(self, plan: ServicePlan, folder: Path, callback: OutputCallback | None) -> None:
        self._plan = plan
        self._folder = folder
        self._callback = callback
        self._deadline = time.monotonic() + plan.timeout
        self._output = Output(callback, None if plan.ready is None else re.compile(plan.ready))
        self._port = plan.port or _free_port()
        self._target: NodeProcess | None = None
        self._sent = 0.0
        self._is_counted = True
        self._n_snapshots = 0
        self.unit = "unit of work" if isinstance(plan.load, FunctionLoad) else "request"

    def __enter__(self) -> Self:
        if self._plan.port is not None and _is_open(self._plan.port):
            raise RecordingError(
                f"Port {self._plan.port} is in use by another program.",
                hint="end that program, or write PORT in place of the number: the program then"
                " gets a free port as environment variable PORT.",
            )
        with ExitStack() as stack:
            self._control = stack.enter_context(Control())
            variables = variables_for({"PORT": str(self._port), **self._plan.environment}, {})
            variables |= self._control.variables(variables)
            command = _resolved(self._plan.command)
            self._running = stack.enter_context(Supervised(command, variables, self._output))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._output.close()

    def warm_up(self) -> None:
        """Wait until the program is ready, warm it up, and choose the process to record."""
        by_line = self._plan.ready is not None
        with stage("Waiting for a line" if by_line else f"Waiting for port {self._port}"):
            self._await_readiness()
        with stage("Warming up") as advance:
            self._drive(self._plan.warm_up, advance)
            self._target = self._chosen()
            self._ask("rehearse", path=str(self._folder / "rehearsal.heapsnapshot"))

    def work(self) -> None:
        """Drive one interval's load."""
        with stage(f"Load {self._n_snapshots}") as advance:
            self._drive(self._plan.load, advance)

    def snapshot(self) -> Shot:
        """Write the next snapshot."""
        number = self._n_snapshots + 1
        with stage(f"Writing snapshot {number}"):
            # Connections that the load closed reach the program.
            self._pass(_REST_SECONDS)
            path = self._folder / snapshot_name(number)
            begin = datetime.now(UTC)
            state = self._ask("snapshot", path=str(path))
            if not path.is_file() or path.stat().st_size == 0:
                raise RecordingError(f"{path.name}: the program wrote an empty file.")
        units = self._sent if self._is_counted else float(state["requests"])
        is_known = self._is_counted or units > 0
        pid = 0 if self._target is None else self._target.pid
        self._n_snapshots = number
        return Shot(
            path,
            units if is_known else None,
            _described(state, pid),
            pid,
            begin,
            state["duration_ms"],
        )

    @contextmanager
    def paused_clock(self) -> Iterator[None]:
        """Do not count the time in the block: heapnb works, not the program."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._deadline += time.monotonic() - begin

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader should know about the load."""
        return tuple(dict.fromkeys((*self._plan.warm_up.warnings(), *self._plan.load.warnings())))

    # -- waiting ---------------------------------------------------------------------------------

    def tick(self) -> None:
        """Pass output on; complain if the program or the time has ended."""
        self._output.flush()
        exit_code = self._running.exit_code
        if exit_code is not None:
            self._running.end()
            raise self._ended(exit_code)
        if time.monotonic() >= self._deadline:
            raise RecordingError(
                f"The recording did not end within {self._plan.timeout:g} s.",
                hint="--timeout (timeout=…) gives it more time; fewer requests need less.",
            )

    def _ended(self, exit_code: int) -> RecordingError:
        if exit_code == 0:
            return RecordingError(
                "The program ended before the recording did.",
                hint="without --hit, --load and --wait, heapnb records programs that end.",
            )
        error = ending_error(exit_code, self._output)
        if self._target is not None:
            return error
        return RecordingError(
            error.message,
            hint=f"{error.hint} The program gets few environment variables: pass others with"
            " --env NAME (environment=…).",
        )

    def _await_readiness(self) -> None:
        until = min(time.monotonic() + self._plan.start_timeout, self._deadline)
        while not self._is_ready():
            self.tick()
            if time.monotonic() >= until:
                raise self._not_ready()
            time.sleep(_POLL_SECONDS)

    def _pass(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.tick()
            time.sleep(_POLL_SECONDS)

    def _is_ready(self) -> bool:
        if self._plan.ready is not None:
            return self._output.is_seen.is_set()
        if isinstance(self._plan.load, Waiting):
            return any(not process.is_package_manager for process in self._control.processes)
        return _is_open(self._port)

    def _not_ready(self) -> RecordingError:
        if self._plan.ready is not None:
            return RecordingError(
                f"No line of output matched {self._plan.ready!r} within"
                f" {self._plan.start_timeout:g} s.",
                hint="check the pattern (--ready), or give it more time (--start-timeout).",
            )
        others = sorted(
            {port for _, state in self._states() for port in state["ports"]} - {self._port}
        )
        if others:
            return RecordingError(
                f"The program did not open port {self._port}; it listens on"
                f" {', '.join(map(str, others))}.",
                hint="let it listen on process.env.PORT, or name its port:"
                f" http://127.0.0.1:{others[0]}/path.",
            )
        return RecordingError(
            f"The program did not open port {self._port} within {self._plan.start_timeout:g} s.",
            hint="let it listen on process.env.PORT; or wait for a line of output: --ready TEXT"
            " (ready=…); or give it more time: --start-timeout.",
        )

    # -- load ------------------------------------------------------------------------------------

    def _drive(self, load: Load, advance: Advance) -> None:
        context = LoadContext(self._port, self._deadline, self.tick, advance, self._callback)
        units = load.run(context)
        if units is None:
            self._is_counted = False
        else:
            self._sent += units

    # -- processes -------------------------------------------------------------------------------

    def _states(self) -> Iterator[tuple[NodeProcess, dict[str, Any]]]:
        """Ask all processes that still run."""
        for process in self._control.processes:
            with suppress(RecordingError):
                yield process, process.ask("state", timeout=_STATE_SECONDS)

    def _chosen(self) -> NodeProcess:
        """Return the process that answered most requests, or else listens, or started last."""
        until = min(time.monotonic() + _HELLO_SECONDS, self._deadline)
        while not self._control.processes and time.monotonic() < until:
            self._pass(_POLL_SECONDS)
        states = list(self._states())
        if not states:
            # The end of the program says more.
            self._pass(_REST_SECONDS)
            raise RecordingError(
                "No Node.js process of the program answers.",
                hint="heapnb records programs that run on Node.js 16 or later and keep"
                " NODE_OPTIONS; for Deno and Chrome, use `heapnb capture`.",
            )

        def rank(entry: tuple[NodeProcess, dict[str, Any]]) -> tuple[int, bool, bool]:
            process, state = entry
            return state["requests"], self._port in state["ports"], not process.is_package_manager

        # Of equals the last one: a launcher starts before the program.
        process: NodeProcess
        process, state = max(reversed(states), key=rank)
        n_servers = sum(state["requests"] > 0 for _, state in states)
        # Of a cluster, one worker is recorded, with the requests that it answers.
        self._is_counted = self._is_counted and (n_servers < 2 or state["requests"] == 0)  # noqa: PLR2004
        return process

    def _ask(self, command: str, **options: str) -> dict[str, Any]:
        if self._target is None:
            raise HeapnbError("The program is not warmed up.")
        try:
            return self._target.ask(command, timeout=self._deadline - time.monotonic(), **options)
        except RecordingError:
            # The end of the program, or of the time, says more.
            self._pass(_REST_SECONDS)
            raise


def _described(state: Mapping[str, Any], pid: int) -> dict[str, Any]:
    """Return what a side file says about the process."""
    program = state.get("program")
    return {
        **{name: value for name, value in state.items() if name in _DESCRIBED},
        "pid": pid,
        "thread_id": 0,
        "target": {"type": "node", "title": None, "url": None},
        "program": Path(program).name if isinstance(program, str) else None,
    }


def _resolved(command: Sequence[str]) -> list[str]:
    """Find the program of a command line on PATH."""
    found = shutil.which(command[0])
    if found is None:
        raise RecordingError(
            f"{command[0]}: command not found.", hint="check its name, or write its path."
        )
    return [found, *command[1:]]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _is_open(port: int) -> bool:
    """Tell whether something accepts connections on a port, over IPv4 or IPv6."""
    try:
        socket.create_connection(("localhost", port), _CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
