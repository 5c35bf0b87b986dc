"""Exceptions of heapnb: the message says what and where, ``hint`` says what to do about it."""

from __future__ import annotations


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
