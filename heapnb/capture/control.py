"""The control channel to the Node.js processes of a recorded command.

``service.cjs``, preloaded into each process, connects over loopback and proves with a token that
it belongs to the recording.
"""

from __future__ import annotations

import contextlib
import hmac
import itertools
import json
import secrets
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Self

from heapnb.errors import RecordingError

_SERVICE: Final = Path(__file__).with_name("service.cjs")
_VARIABLE: Final = "HEAPNB_SERVICE"
_OPTIONS_VARIABLE: Final = "NODE_OPTIONS"
_HELLO_SECONDS: Final = 10.0
_LONGEST_LINE: Final = 1 << 20
_PACKAGE_MANAGERS: Final = ("npm", "npx", "yarn", "pnpm", "corepack")


@dataclass(eq=False)
class NodeProcess:
    """One Node.js process of the recorded command.

    Parameters
    ----------
    pid : int
        Its process id, as the process itself says.
    script : str
        The file that it runs; "" where it runs none.
    version : str
        Such as ``"v20.20.2"``.
    """

    pid: int
    script: str
    version: str
    _socket: socket.socket = field(repr=False)
    _lines: IO[bytes] = field(repr=False)
    _ids: itertools.count[int] = field(default_factory=itertools.count, repr=False)

    @property
    def is_package_manager(self) -> bool:
        """Whether it only starts the program, as npm does."""
        stem = Path(self.script).name.partition(".")[0].partition("-")[0]
        return stem in _PACKAGE_MANAGERS

    def ask(self, command: str, *, timeout: float, **options: str) -> dict[str, Any]:
        """Let the process carry out a command.

        Parameters
        ----------
        command : {"state", "rehearse", "snapshot"}
            See ``service.cjs``.
        timeout : float
            Seconds to wait for the answer.
        **options
            ``path`` of the snapshot.

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        RecordingError
            If the process fails at it, ends, or does not answer in time.
        """
        number = next(self._ids)
        request = {"id": number, "command": command, **options}
        try:
            self._socket.settimeout(max(timeout, 0.001))
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            # A late answer to an earlier command is skipped.
            while (reply := json.loads(_line(self._lines)))["id"] != number:
                pass
        except TimeoutError:
            raise RecordingError(
                f"Process {self.pid} did not answer within {timeout:.0f} s.",
                hint="its event loop is blocked, or the snapshot takes longer: give it more time"
                " with --timeout (timeout=…).",
            ) from None
        except (OSError, ValueError):
            raise RecordingError(
                f"Process {self.pid} ended unexpectedly.", hint="see what it printed."
            ) from None
        if "error" in reply:
            raise RecordingError(f"Process {self.pid} cannot {command}: {reply['error']}.")
        answer: dict[str, Any] = reply["answer"]
        return answer

    def close(self) -> None:
        """Close the connection, which ends the process."""
        with contextlib.suppress(OSError):
            # Wakes a thread that reads from the connection, which closing alone does not.
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._lines.close()
        self._socket.close()


class Control:
    """Accepts the connections of the processes of one command; a context manager.

    Examples
    --------
    >>> with Control() as control:
    ...     control.processes
    ()
    """

    def __init__(self) -> None:
        self._token = secrets.token_hex(16)
        self._lock = threading.Lock()
        self._processes: list[NodeProcess] = []
        self._is_closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(
            target=self._accept, name="heapnb awaits processes", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def processes(self) -> tuple[NodeProcess, ...]:
        """The processes that have connected, earliest first; ended ones included."""
        with self._lock:
            return tuple(self._processes)

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the environment variables that let a command's processes connect.

        Parameters
        ----------
        environment : mapping of str to str
            The command's other variables; its ``NODE_OPTIONS`` remain in force.

        Returns
        -------
        dict of str to str
        """
        port = self._listener.getsockname()[1]
        path = str(_SERVICE).replace("\\", "\\\\").replace('"', '\\"')
        own = environment.get(_OPTIONS_VARIABLE, "")
        return {
            _OPTIONS_VARIABLE: f'{own} --require "{path}"'.strip(),
            _VARIABLE: json.dumps({"port": port, "token": self._token}),
        }

    def close(self) -> None:
        """Close all connections, which ends the processes."""
        with self._lock:
            self._is_closed = True
            processes = tuple(self._processes)
        with contextlib.suppress(OSError):
            # Wakes the thread that waits for connections.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for process in processes:
            process.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # A peer that says nothing must not delay the others.
            threading.Thread(target=self._welcome, args=(connection,), daemon=True).start()

    def _welcome(self, connection: socket.socket) -> None:
        process = self._greeted(connection)
        with self._lock:
            if process is not None and not self._is_closed:
                self._processes.append(process)
                return
        connection.close()

    def _greeted(self, connection: socket.socket) -> NodeProcess | None:
        """Read who connects; None if it does not know the token."""
        try:
            connection.settimeout(_HELLO_SECONDS)
            lines = connection.makefile("rb")
            hello = json.loads(_line(lines))
            if not hmac.compare_digest(str(hello["token"]), self._token):
                return None
            return NodeProcess(
                int(hello["pid"]), str(hello["script"]), str(hello["version"]), connection, lines
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _line(lines: IO[bytes]) -> bytes:
    line = lines.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise ConnectionError
    return line
