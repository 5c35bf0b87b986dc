"""Open the inspector of a Node process by SIGUSR1, and close it again."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from heapnb.capture.endpoints import Address, product_at, targets_at
from heapnb.capture.inspector import Inspector
from heapnb.capture.processes import ListeningSocket, ProcessReader, ProcessStatus
from heapnb.errors import CaptureError, InspectorError

DEFAULT_PORT: Final = 9229
"""Where Node opens its inspector unless ``--inspect-port`` says otherwise."""

_NODE_NAMES: Final = re.compile(r"(node|nodejs|iojs|electron)(-?v?[\d.]+)?", re.IGNORECASE)
_PORT_FLAG: Final = re.compile(r"--(?:inspect|debug)(?:-\w+)*=(?:.*:)?(\d+)")
_POLL_SECONDS: Final = 0.05
_PROBE_SECONDS: Final = 2.0
_OPENING_SECONDS: Final = 0.7
"""A process opens its inspector in a tenth of this."""

_CLOSING_SECONDS: Final = 10.0

_CLOSE: Final = "process._debugEnd()"
_CLOSE_OTHERWISE: Final = "require('node:inspector').close()"


@dataclass(frozen=True)
class OpenInspector:
    """The inspector of a process.

    Parameters
    ----------
    address : Address
        Where it listens.
    was_closed : bool
        Whether it was opened for us, and is to be closed again.
    """

    address: Address
    was_closed: bool


def open_inspector(pid: int, processes: ProcessReader, *, timeout: float) -> OpenInspector:
    """Find the inspector of a Node process, and open it if it is closed.

    Parameters
    ----------
    pid : int
        The process.
    processes : ProcessReader
        What reads ``/proc``.
    timeout : float
        Seconds to wait until the inspector is open.

    Returns
    -------
    OpenInspector

    Raises
    ------
    CaptureError
        If the process does not exist, is not Node, may not be signalled, or does not open its
        inspector.
    """
    status = check_node(pid, processes)
    before = _sockets(pid, processes)
    arguments = processes.command_line(pid)
    wanted = [DEFAULT_PORT, *(int(one[1]) for one in map(_PORT_FLAG.fullmatch, arguments) if one)]
    # The program's own servers are asked only if nothing else is left.
    likely = [one for one in before if one.port in wanted]
    if (address := _inspector_among(likely)) is not None:
        return OpenInspector(address, was_closed=False)
    if not status.handles(signal.SIGUSR1):
        if (address := _inspector_among(before)) is not None:
            return OpenInspector(address, was_closed=False)
        raise _cannot_be_opened(pid, arguments)
    unasked = [one for one in before if one not in likely]
    try:
        os.kill(pid, signal.SIGUSR1)
        return _await_inspector(pid, before, unasked, processes, wanted[-1], timeout)
    except BaseException:
        # Interrupted, perhaps: the signal is on its way, and must not leave the inspector open.
        _close_new(pid, before, processes)
        raise


def _await_inspector(
    pid: int,
    before: tuple[ListeningSocket, ...],
    unasked: list[ListeningSocket],
    processes: ProcessReader,
    wanted_port: int,
    timeout: float,
) -> OpenInspector:
    """Wait until a process has opened its inspector after the signal."""
    start = time.monotonic()
    while time.monotonic() < start + timeout:
        if not processes.is_running(pid):
            raise CaptureError(f"Process {pid} ended when it was to open its inspector.")
        new = [one for one in _sockets(pid, processes) if one not in before]
        if (address := _inspector_among(new)) is not None:
            return OpenInspector(address, was_closed=True)
        if unasked and time.monotonic() > start + _OPENING_SECONDS:
            # Perhaps it was open all the time, at a port that no flag names.
            if (address := _inspector_among(unasked)) is not None:
                return OpenInspector(address, was_closed=False)
            unasked = []
        time.sleep(_POLL_SECONDS)
    raise _did_not_open(pid, wanted_port, timeout)


def _close_new(pid: int, before: tuple[ListeningSocket, ...], processes: ProcessReader) -> None:
    """Close the inspector that a process has opened after the signal, if it does so soon."""
    deadline = time.monotonic() + _OPENING_SECONDS
    while time.monotonic() < deadline and processes.is_running(pid):
        new = [one for one in processes.listening(pid) or () if one not in before]
        if (address := _inspector_among(new)) is not None:
            close_inspector(pid, address, processes)
            return
        time.sleep(_POLL_SECONDS)


def close_inspector(pid: int, address: Address, processes: ProcessReader) -> bool:
    """Close the inspector of a Node process.

    A process that still builds a snapshot, of which the client has gone, answers only afterwards:
    the wait goes on while it uses CPU time. Node executes the command also if this program ends
    meanwhile.

    Returns
    -------
    bool
        Whether it is closed now; False if the process neither works nor answers.
    """
    # A new connection: the one that was used may be broken, or full of a snapshot's chunks.
    for expression in (_CLOSE, _CLOSE_OTHERWISE):
        with suppress(InspectorError):
            path = targets_at(address, timeout=_PROBE_SECONDS)[0].path or ""
            with Inspector.connect(address.socket_url(path)) as inspector:
                command = {"expression": expression, "includeCommandLineAPI": True}
                answer = inspector.stream(
                    "Runtime.evaluate",
                    command,
                    events=(),
                    silence=_CLOSING_SECONDS,
                    is_working=processes.working(pid),
                )
                next(answer, None)
        deadline = time.monotonic() + _PROBE_SECONDS
        while time.monotonic() < deadline:
            ports = {one.port for one in processes.listening(pid) or ()}
            if address.port not in ports:
                return True
            time.sleep(_POLL_SECONDS)
    return False


def check_node(pid: int, processes: ProcessReader) -> ProcessStatus:
    """Return the status of a process that is Node, and that this user may signal.

    Raises
    ------
    CaptureError
        If it does not exist, is not Node, belongs to another user, or runs in a container.
    """
    status = processes.status(pid)
    if not processes.is_running(pid):
        raise CaptureError(f"Process {pid} has ended.", hint="check the id with `ps`.")
    try:
        os.kill(pid, 0)
        is_allowed = True
    except PermissionError:
        is_allowed = False
    except ProcessLookupError:
        raise CaptureError(f"There is no process {pid}.") from None
    executable = processes.executable(pid)
    if not is_allowed or executable is None:
        raise may_not_reach(status)
    name = PurePosixPath(executable.removesuffix(" (deleted)")).name
    if not _NODE_NAMES.fullmatch(name):
        raise CaptureError(
            f"Process {pid} is not Node: it runs {name!r}. heapnb sends it no signal.",
            hint="check the id; for Deno, Chrome and programs with Node inside, name the port of"
            " the inspector: --port PORT.",
        )
    ours, theirs = (processes.namespace(one, "net") for one in ("self", pid))
    if ours is not None and theirs is not None and ours != theirs:
        raise CaptureError(
            f"Process {pid} runs in a container with a network of its own; its inspector cannot be"
            " reached from here.",
            hint=f"enter its network (`nsenter -t {pid} -n heapnb capture --pid {pid}`), or open"
            " the inspector inside and forward its port: `kubectl exec POD -- kill -USR1 1`,"
            " `kubectl port-forward POD 9229`, `heapnb capture --port 9229`.",
        )
    return status


def may_not_reach(status: ProcessStatus) -> CaptureError:
    """Return the error for a process that this user may not inspect."""
    if os.geteuid() in {0, status.user}:
        return CaptureError(
            f"The system lets no one inspect process {status.pid} ({status.name}).",
            hint="it may be protected, or run in another user namespace; name the port of its"
            " inspector instead: --port PORT.",
        )
    return CaptureError(
        f"Process {status.pid} ({status.name}) belongs to user {status.user}; this user may not"
        " reach it.",
        hint=f"run heapnb as that user (`sudo -u '#{status.user}' heapnb …`) or as root.",
    )


def _sockets(pid: int, processes: ProcessReader) -> tuple[ListeningSocket, ...]:
    sockets = processes.listening(pid)
    if sockets is None:
        raise CaptureError(
            f"The open files of process {pid} cannot be listed.",
            hint="run heapnb as its user, or as root.",
        )
    return sockets


def _inspector_among(sockets: Iterable[ListeningSocket]) -> Address | None:
    for one in sockets:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(one.host, one.host)  # noqa: S104
        with suppress(InspectorError):
            address = Address(host, one.port)
            product_at(address, timeout=_PROBE_SECONDS)
            return address
    return None


def _cannot_be_opened(pid: int, arguments: tuple[str, ...]) -> CaptureError:
    hint = (
        "use the signal that writes a snapshot (--signal SIGUSR2) if the program was started with"
        " --heapsnapshot-signal; otherwise restart it with --inspect."
    )
    if "--disable-sigusr1" in arguments:
        return CaptureError(
            f"Process {pid} runs with --disable-sigusr1, so its inspector cannot be opened.",
            hint=hint,
        )
    return CaptureError(
        f"Process {pid} does not handle SIGUSR1 (it may run with --disable-sigusr1 in NODE_OPTIONS,"
        " or is still starting); the signal would end it, so heapnb does not send it.",
        hint=hint,
    )


def _did_not_open(pid: int, port: int, timeout: float) -> CaptureError:
    address = Address("127.0.0.1", port)
    product: str | None
    try:
        product = product_at(address, timeout=_PROBE_SECONDS)
    except InspectorError as error:
        product = None if error.message.startswith("Nothing listens") else "no inspector"
    if product is not None:
        return CaptureError(
            f"Process {pid} cannot open its inspector: port {port} belongs to another process"
            f" ({product}).",
            hint="close the other inspector, or restart the program with --inspect-port=0.",
        )
    return CaptureError(
        f"Process {pid} did not open its inspector within {timeout:g} s after SIGUSR1.",
        hint="the program may handle SIGUSR1 itself, or be stopped (then the inspector opens when"
        " it continues); start it with --inspect, or use"
        " --signal with Node's --heapsnapshot-signal.",
    )
