"""A connection to one inspector: commands and events of the DevTools protocol over a WebSocket.

Node, Deno, Electron and Chrome speak the same protocol. This module knows messages and sessions;
`heapnb.capture.targets` knows what to connect to.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from heapnb.errors import InspectorError, MissingExtraError, WorkerEndedError

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

DEFAULT_TIMEOUT: Final = 10.0
"""Seconds to wait for a connection, or for the answer to a command."""

_MOST_BYTES: Final = 1 << 28
"""Largest message: a chunk of a snapshot has about 100 kB, a sampling profile a few MB."""

_NO_CONTEXT: Final = "Cannot find context"
"""What V8 answers if the program's context is gone, but not yet its isolate."""

_ENDS: Final = ("NodeWorker.detachedFromWorker", "Target.detachedFromTarget")
"""Events that say that a session has ended."""

_WAITING: Final = "NodeRuntime.waitingForDisconnect"
"""The event that says that a program has ended."""

_STATISTICS: Final = ("HeapProfiler.heapStatsUpdate", "HeapProfiler.lastSeenObjectId")
"""What V8 reports all the time while it records allocations; snapshots have the same."""

_MOST_EVENTS: Final = 10_000
"""Events that nobody has read yet; the oldest are dropped."""


@dataclass(frozen=True)
class Event:
    """What a target reports without being asked.

    Parameters
    ----------
    method : str
        Its name, such as ``"HeapProfiler.addHeapSnapshotChunk"``.
    params : dict
        Its content.
    session : str or None
        The session that it belongs to; None for the target itself.
    """

    method: str
    params: dict[str, Any]
    session: str | None = None


@dataclass(frozen=True)
class WorkerSession:
    """A worker thread of Node that the connection is attached to.

    Parameters
    ----------
    session : str
        What `Inspector.call` takes as ``session``.
    title, url : str
        What Node says about the worker; both come from the program.
    """

    session: str
    title: str
    url: str


class Inspector:
    """One WebSocket to one target; a context manager that closes it.

    Commands are answered one at a time, so a thread must not use a connection while another one
    does. Events that arrive meanwhile are kept for `events`.

    Parameters
    ----------
    url : str
        The address, for messages.
    socket : ClientConnection
        The open WebSocket.
    closing : ExitStack
        Closes the WebSocket.

    See Also
    --------
    connect : The constructor to use.
    """

    def __init__(self, url: str, socket: ClientConnection, closing: ExitStack) -> None:
        self.url = url
        self._socket = socket
        self._closing = closing
        self._ids = itertools.count(1)
        self._events: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._workers: dict[str, WorkerSession] = {}
        self._wrappers: dict[int, int] = {}
        self._ended: set[str] = set()

    @classmethod
    def connect(cls, url: str, *, timeout: float = DEFAULT_TIMEOUT) -> Inspector:
        """Connect to a target.

        Parameters
        ----------
        url : str
            ``ws://HOST:PORT/ID``, as ``http://HOST:PORT/json/list`` names it.
        timeout : float, default 10
            Seconds.

        Returns
        -------
        Inspector

        Raises
        ------
        InspectorError
            If nothing answers there, or what answers is not an inspector.
        MissingExtraError
            If the extra ``live`` is not installed.

        Examples
        --------
        >>> with Inspector.connect("ws://127.0.0.1:9229/8c1f…") as inspector:  # doctest: +SKIP
        ...     inspector.call("Runtime.getHeapUsage")["usedSize"]
        4523904
        """
        try:
            from websockets.exceptions import InvalidStatus, WebSocketException
            from websockets.sync.client import connect
        except ImportError:
            raise MissingExtraError("Talking to a running process", "live") from None
        closing = ExitStack()
        try:
            socket = closing.enter_context(
                connect(
                    url,
                    compression=None,
                    max_size=_MOST_BYTES,
                    open_timeout=timeout,
                    close_timeout=2,
                    # A busy target answers pings late; `silence` and `timeout` decide instead.
                    ping_interval=None,
                    # A proxy of the environment would see the content of the heap.
                    proxy=None,
                )
            )
        except TimeoutError:
            raise InspectorError(
                f"{url}: no answer within {timeout:g} s.",
                hint="check that the port belongs to an inspector, and that the process runs.",
            ) from None
        except OSError as error:
            raise InspectorError(
                f"{url}: cannot connect ({error.strerror or error}).",
                hint="check that the process runs and that its inspector is open.",
            ) from None
        except (WebSocketException, ValueError) as error:
            if isinstance(error, InvalidStatus):
                reason = f"HTTP status {error.response.status_code}"
            else:
                reason = str(error) or type(error).__name__
            raise InspectorError(
                f"{url}: is not an inspector ({reason}).",
                hint="name the port that the process prints after `Debugger listening on`.",
            ) from None
        return cls(url, socket, closing)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the WebSocket; the inspector itself stays open."""
        with suppress(Exception):
            self._closing.close()

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        session: str | None = None,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Send a command and return its result.

        Parameters
        ----------
        method : str
            The command, such as ``"Runtime.getHeapUsage"``.
        params : mapping, optional
            Its parameters.
        session : str, optional
            A session of a worker or frame; by default the target itself.
        timeout : float, optional
            Seconds to wait for the answer; 10 by default.

        Returns
        -------
        dict

        Raises
        ------
        InspectorError
            If the target answers with an error, does not answer in time, or is gone.

        Examples
        --------
        >>> inspector.call("HeapProfiler.collectGarbage", timeout=60)  # doctest: +SKIP
        {}
        """
        wait = DEFAULT_TIMEOUT if timeout is None else timeout
        number = self._send(method, params, session)
        deadline = time.monotonic() + wait
        while True:
            message = self._receive(deadline - time.monotonic(), f"{method}: no answer", wait)
            if isinstance(message, Event):
                _check_attached(message, session)
                self._events.append(message)
            elif message.get("id") == number:
                return _result(method, message)

    def stream(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        events: tuple[str, ...],
        session: str | None = None,
        silence: float,
        is_working: Callable[[], bool] | None = None,
    ) -> Iterator[Event]:
        """Send a command and yield the events that arrive before its answer.

        Parameters
        ----------
        method : str
            The command.
        params : mapping, optional
            Its parameters.
        events : tuple of str
            The events to yield; others are kept for `events`.
        session : str, optional
            A session of a worker or frame.
        silence : float
            Seconds without any message after which the target counts as stuck. The whole may
            take any time.
        is_working : callable, optional
            Asked after that time whether the target works all the same, so that the wait goes on.

        Yields
        ------
        Event

        Raises
        ------
        InspectorError
            See `call`.
        """
        number = self._send(method, params, session)
        while True:
            try:
                message = self._receive(silence, f"{method}: nothing received", silence)
            except InspectorError as error:
                if error.is_closed or is_working is None or not is_working():
                    raise
                continue
            if isinstance(message, Event):
                if message.method in events and message.session == session:
                    yield message
                else:
                    _check_attached(message, session)
                    self._events.append(message)
            elif message.get("id") == number:
                _result(method, message)
                return

    def events(self, *methods: str, timeout: float) -> Iterator[Event]:
        """Yield events, those that arrived earlier first.

        Parameters
        ----------
        *methods : str
            The events to yield; without any: all. Others are kept for later.
        timeout : float
            Seconds to wait for the next one; then the iteration ends.

        Yields
        ------
        Event

        Raises
        ------
        InspectorError
            If the target is gone.
        """
        deadline = time.monotonic() + timeout
        while True:
            wanted = (one for one in self._events if not methods or one.method in methods)
            event = next(wanted, None)
            if event is not None:
                self._events.remove(event)
                yield event
                deadline = time.monotonic() + timeout
                continue
            try:
                message = self._receive(deadline - time.monotonic(), "", timeout)
            except TimeoutError:
                return
            if isinstance(message, Event):
                self._events.append(message)

    def listen(self, seconds: float) -> None:
        """Receive messages for some time: a target keeps in memory what nobody reads.

        Parameters
        ----------
        seconds : float
            How long; with 0 what has arrived.

        Raises
        ------
        InspectorError
            If the target is gone.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                message = self._receive(deadline - time.monotonic(), "", seconds)
            except TimeoutError:
                return
            if not isinstance(message, Event) or message.method in _STATISTICS:
                continue
            if message.method == _WAITING:
                raise _program_ended()
            self._events.append(message)

    def announce_end(self) -> None:
        """Ask Node to tell `listen` when the program ends while the process waits for clients."""
        with suppress(InspectorError):
            self.call("NodeRuntime.notifyWhenWaitingForDisconnect", {"enabled": True})

    def evaluate(self, expression: str, *, session: str | None = None) -> Any:
        """Evaluate a constant of heapnb's own code in the target, never a text that was read.

        Parameters
        ----------
        expression : str
            JavaScript; `require` is available in Node.
        session : str, optional
            A session of a worker or frame.

        Returns
        -------
        object
            The value, as JSON has it; None if the expression throws.
        """
        answer = self.call(
            "Runtime.evaluate",
            {"expression": expression, "returnByValue": True, "includeCommandLineAPI": True},
            session=session,
        )
        return None if "exceptionDetails" in answer else answer["result"].get("value")

    def has_ended(self, session: str, *, timeout: float = 0.5) -> bool:
        """Return whether the worker or frame of a session has ended.

        Parameters
        ----------
        session : str
            The session.
        timeout : float, default 0.5
            Seconds to wait for the news, which may follow the first failed command.
        """
        deadline = time.monotonic() + timeout
        while session not in self._ended and (left := deadline - time.monotonic()) > 0:
            next(self.events(*_ENDS, timeout=left), None)
        return session in self._ended

    def worker_sessions(self) -> tuple[WorkerSession, ...]:
        """Attach to the worker threads of a Node process.

        Returns
        -------
        tuple of WorkerSession
            The workers that run, those of workers included; empty if the target is not Node.
        """
        try:
            self.call("NodeWorker.enable", {"waitForDebuggerOnStart": False})
        except InspectorError as error:
            if error.is_closed:
                raise
            return ()
        return tuple(self._workers.values())

    def _send(self, method: str, params: Mapping[str, Any] | None, session: str | None) -> int:
        from websockets.exceptions import ConnectionClosed

        if session in self._ended:
            raise _worker_ended()
        number = next(self._ids)
        command: dict[str, Any] = {"id": number, "method": method, "params": dict(params or {})}
        if session in self._workers:
            # Node has no flat sessions: the command travels inside another one.
            inner = {"sessionId": session, "message": orjson.dumps(command).decode()}
            outer = "NodeWorker.sendMessageToWorker"
            command = {"id": next(self._ids), "method": outer, "params": inner}
            self._wrappers[command["id"]] = number
        elif session is not None:
            command["sessionId"] = session
        try:
            self._socket.send(orjson.dumps(command).decode())
        except (ConnectionClosed, OSError):
            raise self._gone() from None
        return number

    def _receive(self, timeout: float, what: str, whole: float) -> Event | dict[str, Any]:
        """Return an event, or the answer to a command."""
        from websockets.exceptions import ConnectionClosed

        try:
            data = self._socket.recv(timeout=max(timeout, 0.0), decode=False)
        except TimeoutError:
            if not what:
                raise
            raise InspectorError(
                f"{what} within {whole:g} s ({self.url}).",
                hint="the program may be busy or stopped at a breakpoint; try again later.",
            ) from None
        except (ConnectionClosed, OSError):
            raise self._gone() from None
        try:
            return self._opened(orjson.loads(data), None)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise InspectorError(
                f"{self.url}: sent a message that is not of the DevTools protocol.",
                hint="check that the port belongs to an inspector.",
            ) from None

    def _opened(self, message: dict[str, Any], session: str | None) -> Event | dict[str, Any]:
        """Unwrap the messages of workers."""
        method, params = message.get("method"), message.get("params") or {}
        if method is None:
            number = self._wrappers.pop(message.get("id", 0), None) if session is None else None
            if number is None:
                return message
            # Node has passed the command on, or says why not; the worker itself answers later.
            return {**message, "id": number} if "error" in message else {}
        if method == "NodeWorker.receivedMessageFromWorker":
            return self._opened(orjson.loads(params["message"]), params["sessionId"])
        if method == "NodeWorker.attachedToWorker":
            info = params["workerInfo"]
            worker = WorkerSession(params["sessionId"], str(info["title"]), str(info["url"]))
            self._workers[worker.session] = worker
        elif method == "NodeWorker.detachedFromWorker":
            self._workers.pop(params["sessionId"], None)
            self._ended.add(params["sessionId"])
        elif method == "Target.detachedFromTarget":
            self._ended.add(params["sessionId"])
        return Event(str(method), params, session or message.get("sessionId"))

    def _gone(self) -> InspectorError:
        return InspectorError(
            f"{self.url}: the connection is closed.",
            hint="the process ended, or its inspector was closed.",
            is_closed=True,
        )


def _check_attached(event: Event, session: str | None) -> None:
    """Raise an error if the session that a command was sent to has ended."""
    if session is not None and event.method in _ENDS and event.params.get("sessionId") == session:
        raise _worker_ended()


def _program_ended() -> InspectorError:
    return InspectorError(
        "The program has ended; its process only waits for the inspector's clients.",
        hint="start it again, and capture it while it runs.",
    )


def _worker_ended() -> WorkerEndedError:
    return WorkerEndedError(
        "The worker or frame ended.", hint="it left no snapshot; the others can be captured."
    )


def _result(method: str, message: dict[str, Any]) -> dict[str, Any]:
    if "error" in message:
        reason = str(message["error"].get("message", "unknown error"))
        if reason.startswith(_NO_CONTEXT):
            raise _program_ended()
        raise InspectorError(f"{method}: the target refused ({reason}).")
    result: dict[str, Any] = message.get("result") or {}
    return result
