"""Exceptions of heapnb: the message says what and where, ``hint`` says what to do about it."""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from heapnb.literals import visible

TRACEBACK_VARIABLE: Final = "HEAPNB_TRACEBACK"
"""Set this environment variable to see where heapnb raises an error."""

_MOST_SUGGESTIONS: Final = 3
_NEAR: Final = 0.75
"""How much of two names must agree, as `difflib` measures it."""


class HeapnbError(Exception):
    """Base of every error that heapnb raises on purpose.

    Parameters
    ----------
    message : str
        What went wrong, and where.
    hint : str, optional
        What the user can do about it.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} Hint: {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows: what went wrong, and what to do about it."""
        if os.environ.get(TRACEBACK_VARIABLE):
            return traceback.format_exception(self)
        lines = [f"{type(self).__name__}: {visible(self.message)}"]
        return [*lines, f"Hint: {visible(self.hint)}"] if self.hint else lines


def suggestion(wrong: str, known: Iterable[str]) -> str | None:
    """Ask whether a near name was meant.

    Parameters
    ----------
    wrong : str
        The name that does not exist.
    known : iterable of str
        The names that do.

    Returns
    -------
    str or None
        A question; None if no name is near.

    Examples
    --------
    >>> suggestion("CallContex", ["CallContext", "Map"])
    'did you mean `CallContext`?'
    """
    from difflib import get_close_matches

    lowered = {name.lower(): name for name in known}
    near = get_close_matches(wrong.lower(), lowered, _MOST_SUGGESTIONS, cutoff=_NEAR)
    if not near:
        return None
    return f"did you mean {' or '.join(f'`{lowered[name]}`' for name in near)}?"


class UnknownNameError(HeapnbError, AttributeError):
    """Something of heapnb has no such name.

    Parameters
    ----------
    owner : str
        What was asked, such as ``"Snapshot"``.
    name : str
        The name that it lacks.
    known : iterable of str
        The public names that it has.
    """

    def __init__(self, owner: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"{owner} has no `{name}`.", hint=suggestion(name, known))
        # Python itself makes no suggestions for an error whose object is set.
        self.name, self.obj = name, None


class SnapshotNotFoundError(HeapnbError, FileNotFoundError):
    """The file does not exist; also a FileNotFoundError.

    Parameters
    ----------
    path : str or PathLike
        The file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        wanted = Path(path)
        try:
            others = [one.name for one in wanted.parent.iterdir()]
        except OSError:
            others = []
        super().__init__(
            f"Cannot read {wanted}: {os.strerror(errno.ENOENT)}.",
            hint=suggestion(wanted.name, others) or "check the path and its permissions.",
        )
        self.errno, self.strerror = errno.ENOENT, os.strerror(errno.ENOENT)
        self.filename = os.fspath(path)


def require_files(sources: Iterable[object]) -> None:
    """Refuse local files that do not exist, before anything slow is imported.

    Parameters
    ----------
    sources : iterable
        Snapshots. Only paths are checked: not ``"-"``, URLs, bytes or open snapshots.

    Raises
    ------
    SnapshotNotFoundError
        If there are paths, and none of them exists.
    """
    paths = [
        Path(source)
        for source in sources
        if isinstance(source, os.PathLike)
        or (isinstance(source, str) and source != "-" and "://" not in source)
    ]
    if paths and not any(os.path.lexists(path) for path in paths):
        raise SnapshotNotFoundError(paths[0])


class SnapshotFormatError(HeapnbError):
    """The input is not a heap snapshot that can be trusted.

    Parameters
    ----------
    message : str
        What is wrong.
    section : str
        The section of the file (``"snapshot"``, ``"nodes"``, ``"edges"``, ``"strings"`` …).
    byte_offset : int, optional
        Offset of the offending byte in the uncompressed file.
    hint : str, optional
        What the user can do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        section: str,
        byte_offset: int | None = None,
        hint: str | None = None,
    ) -> None:
        where = f"section '{section}'"
        if byte_offset is not None:
            where += f" at byte {byte_offset}"
        super().__init__(f"{message} ({where}).", hint=hint)
        self.section = section
        self.byte_offset = byte_offset


class TruncatedSnapshotError(SnapshotFormatError):
    """The file ends before the snapshot does; ``salvage=True`` reads the intact part."""


class SnapshotTooLargeError(HeapnbError):
    """The input is, or unpacks to, more than is allowed; ``max_size`` allows more.

    Parameters
    ----------
    message : str
        How large it is, and what is allowed.
    size : int
        Bytes that were seen, unpacked.
    """

    def __init__(self, message: str, size: int) -> None:
        super().__init__(
            message,
            hint="if you trust the file and have the memory, allow it: --max-size 50GB, or"
            " max_size=50_000_000_000, or HEAPNB_MAX_SIZE=50GB.",
        )
        self.size = size


class CacheChangedError(HeapnbError):
    """Cached arrays were changed by another program while they were in use."""

    def __init__(self) -> None:
        super().__init__(
            "Another program changed files of heapnb's cache while this snapshot used them.",
            hint="load the snapshot again; what was cached of it is deleted.",
        )


class NodeNotFoundError(HeapnbError, LookupError):
    """No node of the snapshot has this node id.

    Parameters
    ----------
    node_id : int
        The id that was looked up.
    """

    def __init__(self, node_id: int) -> None:
        super().__init__(
            f"No node has the id {node_id}.",
            hint="ids are those of the node_id column; a collected object has none any more.",
        )
        self.node_id = node_id


class EdgeNotFoundError(HeapnbError, LookupError):
    """No edge has this number, or none of a node's edges this name.

    Parameters
    ----------
    message : str
        What was looked up.
    """

    def __init__(self, message: str) -> None:
        super().__init__(
            message,
            hint="snap.edges lists all edges, snap.node(…).edges() those of a node.",
        )


class PatternError(HeapnbError, ValueError):
    """A regular expression that is not valid.

    Parameters
    ----------
    pattern : str
        The expression.
    reason : str
        What is wrong with it.
    """

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(
            f"Not a regular expression: {pattern!r} ({reason}).",
            hint="the syntax is RE2's, without look-around and back-references; put a backslash"
            " before characters that stand for themselves.",
        )
        self.pattern = pattern


class SqlError(HeapnbError, ValueError):
    """A query that DuckDB does not answer.

    Parameters
    ----------
    message : str
        What DuckDB says, on one line.
    statement : str
        The query.
    """

    def __init__(self, message: str, statement: str) -> None:
        super().__init__(
            message,
            hint="tables are nodes, edges, strings, constructors and dominators; `describe nodes`"
            " lists the columns of one.",
        )
        self.statement = statement


class RecordingError(HeapnbError):
    """A program of which heap snapshots were to be made failed, or never ran."""


class CaptureError(HeapnbError):
    """A snapshot of a running process could not be captured."""


class InspectorError(CaptureError):
    """The inspector of a process cannot be reached, or answered with an error.

    Parameters
    ----------
    message : str
        What failed, and where.
    hint : str, optional
        What the user can do about it.
    is_closed : bool, optional
        Whether the connection is gone, so that further calls would fail, too.
    """

    def __init__(self, message: str, *, hint: str | None = None, is_closed: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.is_closed = is_closed


class WorkerEndedError(InspectorError):
    """The worker or frame that a command was sent to has ended; the process still runs."""


class LogFormatError(HeapnbError):
    """A log or a report cannot be read, or lacks what it should contain.

    Parameters
    ----------
    name : str
        The file.
    reason : str
        What is wrong with it.
    hint : str or None
        What the user can do about it.
    """

    def __init__(self, name: str, reason: str, hint: str | None) -> None:
        super().__init__(f"Cannot read {name}: {reason}.", hint=hint)
        self.name = name


class RefusedError(HeapnbError):
    """A request of an assistant that `heapnb mcp` does not carry out; see docs/mcp.md."""


class MissingExtraError(HeapnbError, ImportError):
    """A feature needs a package that only an extra of heapnb installs.

    Parameters
    ----------
    feature : str
        What the user asked for.
    extra : str
        The extra's name.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed.",
            hint=f"pip install 'heapnb[{extra}]'",
        )
        self.extra = extra


class CommandError(HeapnbError):
    """A command line that cannot be carried out.

    Parameters
    ----------
    message : str
        What is wrong.
    hint : str, optional
        What the user can do about it.
    exit_code : int, optional
        The process's exit status.
    """

    def __init__(self, message: str, *, hint: str | None = None, exit_code: int = 2) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code
