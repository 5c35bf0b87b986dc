"""Logs of memory samples: those of heapnb, and of ``process.memoryUsage()`` in any form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from heapnb._showing import Charted
from heapnb.errors import LogFormatError
from heapnb.format.limits import bounded
from heapnb.format.source import OpenSource, SnapshotSource
from heapnb.timeline.findings import Finding
from heapnb.timeline.log_lines import lines, opened
from heapnb.timeline.memory_findings import memory_findings
from heapnb.timeline.memory_lines import (
    Record,
    TextSamples,
    csv_header,
    csv_records,
    json_record,
    record_of,
)

if TYPE_CHECKING:
    import pandas as pd

_WHOLE: Final = (
    *("pid", "thread_id", "rss", "heap_total", "heap_used", "external", "array_buffers"),
    *("heap_limit", "cgroup_limit", "cgroup_usage", "heap_used_before", "heap_used_after"),
)
_REAL: Final = ("elapsed_ms", "work", "event_loop_delay_ms", "pause_ms", "duration_ms")
_TEXT: Final = ("gc_type", "path", "reason", "alarm", "name", "text")
COLUMNS: Final = ("time", "elapsed_ms", "kind", *_WHOLE, *_REAL[1:], *_TEXT)
"""In this order; a table has those that its file fills."""

_MOST_ARRAY: Final = 1 << 28


@dataclass(frozen=True, eq=False)
class MemoryLog(Charted):
    """A log of memory samples; see `heapnb.read_memory_log`.

    Parameters
    ----------
    name : str
        The file.
    table : pandas.DataFrame
        One row for each sample or event, in the order of the file; ``kind`` says which. Sizes are
        bytes, ``time`` is UTC. Columns that no line fills are left out.
    findings : tuple of Finding
        What the log says, the most important first.
    warnings : tuple of str
        What could not be read.
    """

    name: str
    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()

    __repr__ = Charted.__repr__

    @property
    def memory(self) -> pd.DataFrame:
        """The rows that are samples of memory."""
        return self.table[self.table["kind"] == "memory"]


@bounded
def read_memory_log(
    path: SnapshotSource,
    *,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> MemoryLog:
    """Read samples of memory: a log of heapnb, or ``process.memoryUsage()`` in any form.

    Parameters
    ----------
    path : str, path-like, binary file or bytes
        JSON lines (also of a logger, with the numbers nested in an object), one JSON array, CSV
        with a header, or the text that ``console.log`` prints, on one line or several, mixed with
        other output. ``"-"`` is stdin, ``.gz`` and ``.zst`` are unpacked.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    MemoryLog

    Raises
    ------
    LogFormatError
        If there is no sample in the file.

    Examples
    --------
    >>> import heapnb as hn
    >>> log = hn.read_memory_log(b"{ rss: 4935680, heapTotal: 1826816, heapUsed: 650472 }")
    >>> log.table.to_dict("records")
    [{'kind': 'memory', 'rss': 4935680, 'heap_total': 1826816, 'heap_used': 650472}]
    """
    with opened(path) as log:
        name = log.info.name
        collected = _Collected()
        for record in _records(log, collected):
            collected.add(record)
    if not collected.n_rows:
        raise LogFormatError(
            name,
            "it contains no sample of memory",
            "samples are JSON lines or CSV with `rss` or `heapUsed`, or what"
            " `console.log(process.memoryUsage())` prints.",
        )
    table = collected.table()
    return MemoryLog(name, table, memory_findings(table), collected.warnings())


class _Collected:
    """Columns that grow record by record."""

    def __init__(self) -> None:
        self.columns: dict[str, list[object]] = {}
        self.n_rows = self.n_unreadable = 0
        self.has_units = False

    def add(self, record: Record) -> None:
        """Append a row; columns that it does not fill are missing there."""
        for name, value in record.items():
            column = self.columns.setdefault(name, [])
            column.extend([None] * (self.n_rows - len(column)))
            column.append(value)
        self.n_rows += 1

    def table(self) -> pd.DataFrame:
        """Return the columns that have values, in their order."""
        import pandas as pd

        filled: dict[str, object] = {}
        for name in COLUMNS:
            values = self.columns.get(name)
            if values is None:
                continue
            values = values + [None] * (self.n_rows - len(values))
            if name == "time":
                at = pd.Series(values, dtype="float64")
                filled[name] = pd.to_datetime(at.round(3), unit="ms", utc=True).dt.as_unit("ns")
            elif name in _WHOLE:
                filled[name] = pd.Series(values, dtype="Float64").round().astype("Int64")
            elif name in _REAL:
                filled[name] = pd.Series(values, dtype="float64")
            elif name == "kind":
                filled[name] = pd.Categorical(values)
            else:
                filled[name] = pd.Series(values, dtype="str")
        return pd.DataFrame(filled)

    def warnings(self) -> tuple[str, ...]:
        """Say what could not be read, and what was assumed."""
        found = []
        if self.n_unreadable:
            lines_are = "line is" if self.n_unreadable == 1 else "lines are"
            found.append(f"{self.n_unreadable:,} {lines_are} damaged and left out.")
        if self.has_units:
            found.append("kB, MB and GB of this log count as multiples of 1,024.")
        return tuple(found)


def _records(log: OpenSource, collected: _Collected) -> Iterator[Record]:
    """Recognise the form of a log, and read it."""
    source = lines(log)
    first = next((line for line in source if line.strip()), b"")
    if first.lstrip()[:1] == b"[":
        array = _array(first, source)
        if isinstance(array, list):
            found = (record_of(one) for one in array)
            yield from (record for record in found if record is not None)
            return
        # A text that starts with a bracket.
        first, source = array
    header = csv_header(first)
    if header is not None:
        rows = (line.decode("utf-8", "replace").replace("\0", "") for line in source)
        collected.has_units = any(
            "@" in (name or "") and "elapsed" not in (name or "") for name in header[1]
        )
        for record in csv_records(rows, *header):
            if record is None:
                collected.n_unreadable += 1
            else:
                yield record
        return
    texts = TextSamples()
    for line in _chained(first, source):
        stripped = line.strip()
        if stripped.startswith(b'{"') and stripped.endswith(b"}"):
            json = json_record(stripped)
            if json is not None:
                yield json
                continue
        elif stripped.startswith(b'{"'):
            collected.n_unreadable += b"rss" in stripped
        yield from texts.add(line)
    yield from texts.close()
    collected.has_units |= texts.has_units


def _array(first: bytes, source: Iterator[bytes]) -> list[object] | tuple[bytes, Iterator[bytes]]:
    """Read one JSON array; return what was read if it is none."""
    parts, size = [first], len(first)
    if b'"' not in first and first.strip() != b"[" and not first.strip().startswith(b"[{"):
        return first, source
    for line in source:
        parts.append(line)
        size += len(line)
        if size > _MOST_ARRAY:
            break
    try:
        found = orjson.loads(b"\n".join(parts))
    except orjson.JSONDecodeError:
        return first, _chained(*parts[1:], source)
    return found if isinstance(found, list) else (first, iter(parts[1:]))


def _chained(*items: bytes | Iterator[bytes]) -> Iterator[bytes]:
    for item in items:
        if isinstance(item, bytes):
            yield item
        else:
            yield from item


__all__ = ["COLUMNS", "MemoryLog", "read_memory_log"]
