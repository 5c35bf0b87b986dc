"""Lines of logs: any size, any compression, any encoding, in bounded memory and linear time."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from heapnb.errors import HeapnbError, LogFormatError
from heapnb.format.source import OpenSource, SnapshotSource, open_source

MOST_LINE_BYTES: Final = 1 << 16
"""Nothing that heapnb reads in logs is longer; the rest of a longer line is skipped."""

_BLOCK: Final = 1 << 20
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_STAMP: Final = re.compile(
    rb"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?"
)
LATEST_MS: Final = 4e12
"""Times in ms since 1970 from here on, in the year 2096, come from damaged files."""

EARLIEST_MS: Final = 1e12
"""Plain numbers below (September 2001) do not count as times; texts may: clocks can be unset."""

_STAMP_WITHIN: Final = 80
"""Container runtimes and process managers write the time at the start of a line."""


@contextmanager
def opened(source: SnapshotSource) -> Iterator[OpenSource]:
    """Open a log, and close it; damaged compressed data is a `LogFormatError`."""
    log = open_source(source)
    try:
        yield log
    except EOFError:
        raise _damaged(log, "it ends too early") from None
    except log.damage_errors as error:
        raise _damaged(log, str(error)) from None
    except OSError as error:
        if isinstance(error, HeapnbError):
            raise
        raise HeapnbError(f"Cannot read {log.info.name}: {error.strerror or error}.") from None
    finally:
        log.close()


def _damaged(log: OpenSource, reason: str) -> LogFormatError:
    return LogFormatError(
        log.info.name, f"the compressed data is damaged ({reason})", "copy the file again."
    )


def lines(log: OpenSource, *, most: int = MOST_LINE_BYTES) -> Iterator[bytes]:
    """Yield the lines of a log without their ends.

    Parameters
    ----------
    log : OpenSource
        Bytes; UTF-16 with a byte order mark, as PowerShell writes it, becomes UTF-8.
    most : int, default 65,536
        Longer lines are cut to so many bytes.

    Yields
    ------
    bytes
        Lines, empty ones included.
    """
    carry = b""
    for block in _blocks(log):
        parts = (carry + block).split(b"\n")
        carry = parts.pop()[:most]
        for part in parts:
            yield part[:most].rstrip(b"\r")
    if carry:
        yield carry.rstrip(b"\r")


def _blocks(log: OpenSource) -> Iterator[bytes]:
    first = log.read(_BLOCK)
    encoding = _UTF16.get(first[:2])
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        while block := log.read(_BLOCK):
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    block = first[2:]
    while block:
        yield decoder.decode(block).encode("utf-8", "replace")
        block = log.read(_BLOCK)


def read_all(source: SnapshotSource, *, most: int = 1 << 28) -> tuple[str, bytes]:
    """Read a whole small file.

    Returns
    -------
    name : str
        Its name.
    content : bytes
        UTF-8, whatever it was.

    Raises
    ------
    LogFormatError
        If it is larger than ``most`` bytes.
    """
    with opened(source) as log:
        blocks = []
        size = 0
        for block in _blocks(log):
            size += len(block)
            if size > most:
                raise LogFormatError(log.info.name, f"it is larger than {most:,} bytes", None)
            blocks.append(block)
        return log.info.name, b"".join(blocks)


def stamp(line: bytes) -> float | None:
    """Return the wall-clock time at the start of a line, in ms since 1970.

    Times without a zone count as UTC. Times before 1970 and from `LATEST_MS` on are none.

    Examples
    --------
    >>> stamp(b"2026-11-29T10:00:00.250Z [1:0x5] 85 ms: Scavenge")
    1795946400250.0
    """
    match = _STAMP.search(line, 0, _STAMP_WITHIN)
    if match is None:
        return None
    day, clock, fraction, zone = (part.decode() if part else "" for part in match.groups())
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{zone or 'Z'}")
        at = moment.astimezone(UTC).timestamp() * 1_000 + float(f"0.{fraction or 0}") * 1_000
    except (ValueError, OverflowError):
        return None
    return at if 0 <= at < LATEST_MS else None


__all__ = ["EARLIEST_MS", "LATEST_MS", "MOST_LINE_BYTES", "lines", "opened", "read_all", "stamp"]
