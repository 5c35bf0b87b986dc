"""Load for a program that serves: HTTP requests, a command, a Python function, or time."""

from __future__ import annotations

import inspect
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self, TypeAlias
from urllib.parse import urlsplit

from heapnb.capture.http_load import Request, send_all
from heapnb.capture.supervising import Output, OutputCallback, Supervised, ending_error
from heapnb.errors import CaptureError, HeapnbError, RecordingError
from heapnb.progress import Advance

LoadFunction: TypeAlias = Callable[..., object]
"""Called with the program's URL, if it takes an argument; may return the units of work done."""

PORT_WORD: Final = "PORT"
NUMBER_WORD: Final = "{n}"
"""Stands for the number of the request in the path and the body."""

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_METHOD: Final = re.compile(r"(?P<method>[A-Z]+)\s+(?P<rest>\S.*)", re.DOTALL)
_REQUESTS_OF_CONNECTION: Final = 10
"""A new connection after so many: spreads over the workers of a cluster, as real clients do."""
_POLL_SECONDS: Final = 0.05
_AFTERMATH_SECONDS: Final = 2.0
_FIRST_ERROR: Final = 400


@dataclass
class LoadContext:
    """What a load driver knows of the recording.

    Parameters
    ----------
    port : int
        The program's port.
    deadline : float
        When the recording ends, by `time.monotonic`.
    tick : callable
        To be called again and again: passes output on; raises if the program or the time ends.
    advance : callable
        Gets how much of the load is done, and of how much.
    output : callable or None
        Gets what a load command prints.
    """

    port: int
    deadline: float
    tick: Callable[[], None]
    advance: Advance
    output: OutputCallback | None = None


class Load(Protocol):
    """Drives the same amount of load each time."""

    def run(self, context: LoadContext) -> float | None:
        """Drive load once.

        Returns
        -------
        float or None
            Units of work; None if the driver does not know.
        """

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader should know about the load that was driven."""


# -- HTTP ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """One request to repeat.

    Parameters
    ----------
    method, host, path, body : str
        Path and body may contain ``{n}``, the number of the request.
    port : int or None
        None for the program's port.
    """

    method: str
    host: str
    port: int | None
    path: str
    body: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``[METHOD] URL [BODY]``.

        Parameters
        ----------
        text : str
            The URL is ``http://127.0.0.1:PORT/path``, with the word PORT or a number, or just
            ``/path``.

        Returns
        -------
        Hit

        Raises
        ------
        HeapnbError
            If it is anything else, or the host is another machine.

        Examples
        --------
        >>> Hit.parse('POST /orders {"id": {n}}')
        Hit(method='POST', host='localhost', port=None, path='/orders', body='{"id": {n}}')
        """
        with_method = _METHOD.fullmatch(text.strip())
        method, rest = with_method.groups() if with_method else ("GET", text.strip())
        url, _, body = rest.partition(" ")
        if url.startswith("/") and not url.startswith("//"):
            return cls(method, "localhost", None, url, body.strip())
        parts = urlsplit(url.replace(f":{PORT_WORD}", ":0", 1))
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme != "http" or not parts.hostname or port is None or port < 0:
            raise HeapnbError(
                f"{url!r} is not a URL such as http://127.0.0.1:{PORT_WORD}/path.",
                hint="write http, a host, and a port; /path alone is short for it. For anything"
                " else, use a command: --load (load=…).",
            )
        if parts.hostname not in _LOOPBACK:
            raise HeapnbError(
                f"{parts.hostname} is not this machine.",
                hint="requests go to the program that heapnb started: write 127.0.0.1.",
            )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(method, parts.hostname, port or None, path, body.strip())

    def request(self, number: int, port: int) -> Request:
        """Return the request with a number.

        Parameters
        ----------
        number : int
            What ``{n}`` stands for.
        port : int
            The program's port.

        Returns
        -------
        Request

        Examples
        --------
        >>> str(Hit.parse("/orders/{n}").request(7, 3000))
        'http://localhost:3000/orders/7'
        """
        path, body = (text.replace(NUMBER_WORD, str(number)) for text in (self.path, self.body))
        is_json = body.startswith(("{", "["))
        kind = "application/json" if is_json else "text/plain; charset=utf-8"
        headers = {"Content-Type": kind} if body else {}
        return Request(
            self.host, self.port or port, path, self.method, body.encode() or None, headers
        )


class HttpLoad:
    """Sends HTTP requests, ten over each connection.

    Parameters
    ----------
    hits : sequence of Hit
        Sent alternately.
    requests : int
        How many each time.
    concurrency : int
        How many at the same time.
    """

    def __init__(self, hits: Sequence[Hit], requests: int, concurrency: int) -> None:
        self._hits = hits
        self._requests = requests
        self._concurrency = concurrency
        self._first = 1
        self._statuses: Counter[int] = Counter()
        self._failures: Counter[str] = Counter()

    def run(self, context: LoadContext) -> float:
        """Send the requests; see `Load.run`."""

        def request_of(number: int) -> Request:
            return self._hits[number % len(self._hits)].request(number, context.port)

        def on_progress(done: int, total: int) -> None:
            context.tick()
            context.advance(done, total)

        numbers = range(self._first, self._first + self._requests)
        self._first = numbers.stop
        try:
            result = send_all(
                request_of,
                numbers,
                concurrency=self._concurrency,
                per_connection=_REQUESTS_OF_CONNECTION,
                on_progress=on_progress,
            )
        except CaptureError as error:
            # A program that ends under load is the reason, which shows a moment later.
            Waiting(_AFTERMATH_SECONDS).run(context)
            raise RecordingError(error.message, hint=error.hint) from None
        context.tick()
        self._statuses += Counter(result.statuses)
        self._failures += Counter(result.failures)
        return float(self._requests)

    def warnings(self) -> tuple[str, ...]:
        """Say which requests were not answered with success."""
        total = self._statuses.total() + self._failures.total()
        refused = [(what, n) for what, n in sorted(self._statuses.items()) if what >= _FIRST_ERROR]
        return (
            *(f"{n:,} of {total:,} requests were answered with {what}." for what, n in refused),
            *(
                f"{n:,} of {total:,} requests had no answer: {what}."
                for what, n in self._failures.most_common()
            ),
        )


# -- commands, functions, time -------------------------------------------------------------------


@dataclass(frozen=True)
class CommandLoad:
    """Runs a command that drives load, with the port as environment variable PORT.

    Parameters
    ----------
    command : str or tuple of str
        A text is a command for the shell.
    """

    command: str | tuple[str, ...]

    def run(self, context: LoadContext) -> None:
        """Run the command until it ends; see `Load.run`."""
        output = Output(context.output)
        variables = {**os.environ, "PORT": str(context.port)}
        with Supervised(self.command, variables, output) as running:
            exit_code = running.wait(context.deadline, tick=context.tick)
        output.close()
        context.tick()
        if exit_code:
            raise ending_error(exit_code, output, what="The load command")

    def warnings(self) -> tuple[str, ...]:
        """Return nothing: a command reports for itself."""
        return ()


@dataclass(frozen=True)
class FunctionLoad:
    """Calls a Python function that drives load.

    Parameters
    ----------
    function : callable
        Gets the program's URL, if it takes an argument.
    """

    function: LoadFunction

    def run(self, context: LoadContext) -> float | None:
        """Call the function in a thread, so that the time limit holds; see `Load.run`."""
        call = _Call(self.function, f"http://localhost:{context.port}")
        call.start()
        while call.is_alive():
            context.tick()
            call.join(_POLL_SECONDS)
        if call.error is not None:
            # A program that fails under load is the reason why the function fails.
            context.tick()
            raise call.error
        is_number = isinstance(call.answer, int | float) and not isinstance(call.answer, bool)
        return float(call.answer) if is_number else None

    def warnings(self) -> tuple[str, ...]:
        """Return nothing: a function reports for itself."""
        return ()


class _Call(threading.Thread):
    """Calls a function, and keeps what it returns or raises."""

    def __init__(self, function: LoadFunction, url: str) -> None:
        super().__init__(name="heapnb calls load", daemon=True)
        self._function = function
        self._url = url
        self.answer: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self._function(*self._arguments())
        except BaseException as error:  # noqa: BLE001  raised again by whoever waits
            self.error = error

    def _arguments(self) -> tuple[str, ...]:
        try:
            inspect.signature(self._function).bind()
        except TypeError:
            return (self._url,)
        except ValueError:
            # A function of C without a signature.
            return (self._url,)
        return ()


@dataclass(frozen=True)
class Waiting:
    """Lets time pass: for programs that work by themselves.

    Parameters
    ----------
    seconds : float
        How long.
    """

    seconds: float

    def run(self, context: LoadContext) -> None:
        """Wait; see `Load.run`."""
        begin = time.monotonic()
        while (elapsed := time.monotonic() - begin) < self.seconds:
            context.tick()
            context.advance(int(elapsed), max(int(self.seconds), 1))
            time.sleep(min(_POLL_SECONDS, self.seconds - elapsed))

    def warnings(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()
