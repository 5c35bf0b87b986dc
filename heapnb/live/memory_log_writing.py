"""Memory logs: what `hn.watch` writes to disk, and `heapnb.read_memory_log` reads."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from heapnb.capture.targets import Target
from heapnb.errors import HeapnbError


class MemoryLogWriter:
    """JSON lines on disk: complete to the last line whenever the program or heapnb ends.

    Parameters
    ----------
    path : Path or None
        The file; lines are added to its end. None writes no file.
    echo : callable or None
        Gets each line, too.

    Raises
    ------
    HeapnbError
        If the file cannot be written.

    Examples
    --------
    >>> MemoryLogWriter(None, print).write(0, "event", None, {"name": "start"})
    {"time": "1970-01-01T00:00:00.000Z", "kind": "event", ..., "name": "start"}
    """

    def __init__(self, path: Path | None, echo: Callable[[str], None] | None) -> None:
        self._echo = echo
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        if path is None:
            return
        try:
            # Only this user may read it; each line is one write.
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise HeapnbError(f"Cannot write {path}: {error.strerror}.") from None
        self._file = os.fdopen(number, "ab", buffering=0)

    def write(
        self, seconds: float, kind: str, target: Target | None, values: Mapping[str, Any]
    ) -> None:
        """Add a line.

        Parameters
        ----------
        seconds : float
            Its time, since the epoch.
        kind : str
            ``"memory"``, ``"gc"``, ``"alarm"``, ``"snapshot"`` or ``"event"``.
        target : Target or None
            Whose process and thread are named.
        values : mapping
            The other keys.
        """
        at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"),
            "kind": kind,
            "pid": None if target is None else target.pid,
            "thread_id": None if target is None else target.thread_id,
            **values,
        }
        text = json.dumps(line, ensure_ascii=False)
        with self._lock:
            if self._echo is not None:
                self._echo(text)
            if self._file is not None:
                # A full disk must not end the watch.
                with suppress(OSError):
                    self._file.write(text.encode(errors="replace") + b"\n")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None
