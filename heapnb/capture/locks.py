"""Who uses a process's inspector now: locks that the system releases when their holder ends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from heapnb.errors import CaptureError

try:
    import fcntl
except ImportError:  # Windows: captures of one process at the same time are not detected there.
    fcntl = None  # type: ignore[assignment]


class SharedUse:
    """A share in the use of something that the last user tidies up.

    Parameters
    ----------
    file : file or None
        The locked file; None where there are no locks.
    """

    def __init__(self, file: IO[bytes] | None) -> None:
        self._file = file

    def mark(self) -> None:
        """Note that the last user has something to tidy up."""
        if self._file is not None:
            self._file.truncate(0)
            os.write(self._file.fileno(), b"1")

    def is_last_with_mark(self, *, mine: bool) -> bool:
        """Return whether no one else shares the use, and a user has left a mark.

        Parameters
        ----------
        mine : bool
            The answer where there are no locks.
        """
        if self._file is None:
            return mine
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        is_marked = os.pread(self._file.fileno(), 1, 0) == b"1"
        self._file.truncate(0)
        return is_marked


@contextmanager
def shared_use(name: str) -> Iterator[SharedUse]:
    """Share the use of something.

    Parameters
    ----------
    name : str
        What is used, such as the id of an inspector.
    """
    with _opened(f"use-{name}") as file:
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_SH)
        yield SharedUse(file)


@contextmanager
def only_user(name: str, what: str) -> Iterator[None]:
    """Hold a lock that no one else holds.

    Parameters
    ----------
    name : str
        What is locked.
    what : str
        The beginning of the error, such as ``"Process 12 is being captured"``.

    Raises
    ------
    CaptureError
        If someone else holds it.
    """
    with _opened(f"only-{name}") as file:
        if file is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CaptureError(
                    f"{what} by another heapnb.", hint="wait until it has finished."
                ) from None
        yield


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes] | None]:
    """Open a file that only locks are for; None where that is impossible."""
    file = None
    if fcntl is not None:
        import platformdirs

        with suppress(OSError):
            folder = Path(platformdirs.user_cache_dir("heapnb")) / "locks"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / (re.sub(r"[^\w-]", "_", name) + ".lock")
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", 0)
    if file is None:
        yield None
        return
    with file:
        yield file
