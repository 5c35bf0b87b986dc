"""Samples of ``process.memoryUsage()``: JSON lines, CSV, and what ``console.log`` prints."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from heapnb.timeline.log_lines import EARLIEST_MS, LATEST_MS, stamp

Record = dict[str, Any]

MEBIBYTE: Final = 1 << 20

SIZES: Final = ("rss", "heap_total", "heap_used", "external", "array_buffers", "heap_limit")
_BYTES: Final = (
    *SIZES,
    *("cgroup_limit", "cgroup_usage", "heap_used_before", "heap_used_after"),
)
_NUMBERS: Final = ("work", "event_loop_delay_ms", "pause_ms", "duration_ms", "elapsed_ms")
_TEXTS: Final = ("gc_type", "path", "reason", "alarm", "name", "text")
_IDENTIFIERS: Final = ("pid", "thread_id")
KINDS: Final = frozenset({"memory", "gc", "snapshot", "alarm", "event", "deployment"})

_ALIASES: Final = {
    "rss": "rss",
    "heaptotal": "heap_total",
    "heapused": "heap_used",
    "external": "external",
    "arraybuffers": "array_buffers",
    "heaplimit": "heap_limit",
    "heapsizelimit": "heap_limit",
}
_TIMES: Final = frozenset({"time", "timestamp", "ts", "date", "datetime", "at", "t"})
_NESTED: Final = ("memory", "memoryusage", "memory_usage", "mem", "usage", "data", "message", "msg")
_MOST_TEXT: Final = 1_000
_MOST_EXACT: Final = 2.0**62
"""Numbers of bytes from here on, 4 EiB, come from damaged files."""

_ANSI: Final = re.compile(rb"\x1b\[[0-9;]{0,20}m")
_PAIR: Final = re.compile(
    rb"(?<![\w.])[\"']?(rss|heapTotal|heapUsed|external|arrayBuffers|heap_total|heap_used|"
    rb"array_buffers)[\"']?\s{0,8}[:=]\s{0,8}[\"'`]?(\d[\d_,]{0,20}(?:\.\d{1,9})?)\s{0,2}"
    rb"([KMG]i?B|bytes|B)?(?!\w)",
    re.IGNORECASE,
)
_FACTORS: Final = {b"k": 1 << 10, b"m": 1 << 20, b"g": 1 << 30}
_MOST_LINES: Final = 12
"""A sample that ``console.log`` spreads over lines is complete after so many."""

_MOST_FIELDS: Final = 200


def json_record(line: bytes) -> Record | None:
    """Read a sample or an event from a line of JSON; None if it holds neither.

    Examples
    --------
    >>> json_record(b'{"ts": 1795946400000, "memory": {"rss": 5, "heapUsed": 2}}')
    {'kind': 'memory', 'time': 1795946400000.0, 'rss': 5.0, 'heap_used': 2.0}
    """
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record_of(found)


def record_of(found: object) -> Record | None:
    """Read a sample or an event from an object of JSON."""
    if not isinstance(found, dict):
        return None
    kind = found.get("kind")
    if not (isinstance(kind, str) and kind in KINDS):
        kind = None
    record: Record = {"kind": kind or "memory"}
    for key, value in found.items():
        if _plain(key) in _TIMES and "time" not in record:
            at = moment(value)
            if at is not None:
                record["time"] = at
    for source in (found, *_inner(found)):
        _add_sizes(record, source)
    uptime = found.get("uptime_ms", found.get("elapsed_ms"))
    if uptime is None and isinstance(found.get("uptime"), int | float):
        uptime = 1_000 * found["uptime"]
    for name in (*_NUMBERS, *_IDENTIFIERS):
        number = _number(uptime if name == "elapsed_ms" else found.get(name))
        if number is not None:
            record[name] = number
    if kind not in {None, "memory"}:
        for name in (*_BYTES, *_TEXTS):
            value = found.get(name)
            if name in _TEXTS and isinstance(value, str):
                record[name] = value[:_MOST_TEXT]
            elif name in _BYTES and (number := _size(value)) is not None:
                record[name] = number
        return record
    for name in ("cgroup_limit", "cgroup_usage"):
        if (number := _size(found.get(name))) is not None:
            record[name] = number
    return record if "rss" in record or "heap_used" in record else None


def _inner(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key, value in found.items():
        if isinstance(value, dict) and key.lower() in _NESTED:
            yield value


def _add_sizes(record: Record, source: dict[str, Any]) -> None:
    for key, value in source.items():
        name = _ALIASES.get(_plain(key))
        if name is not None and name not in record:
            number = _size(value)
            if number is not None:
                record[name] = number


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace("@", "") if len(key) < 40 else key  # noqa: PLR2004


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and abs(value) < _MOST_EXACT else None


def _size(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number >= 0 else None


def moment(value: object) -> float | None:
    """Read a wall-clock time: ISO 8601, or seconds or milliseconds since 1970.

    Returns
    -------
    float or None
        Milliseconds since 1970.

    Examples
    --------
    >>> moment("2026-11-29T10:00:00Z"), moment(1795946400), moment("soon")
    (1795946400000.0, 1795946400000.0, None)
    """
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(text)
        except ValueError:
            return stamp(text[:80].encode("utf-8", "replace"))
    number = _number(value)
    if number is None:
        return None
    number = number * 1_000 if number < LATEST_MS / 1_000 else number
    return number if EARLIEST_MS <= number < LATEST_MS else None


class TextSamples:
    """Collects samples that ``console.log(process.memoryUsage())`` printed, line by line."""

    def __init__(self) -> None:
        self.has_units = False
        self._open: Record = {}
        self._time: float | None = None
        self._age = 0

    def add(self, line: bytes) -> Iterator[Record]:
        """Read a line; yield the samples that are complete."""
        may_belong = b"rss" in line or b"eap" in line or b"external" in line or b"rray" in line
        if not may_belong:
            yield from self._close_if(b"}" in line or self._age > _MOST_LINES)
            self._age += 1
            at = stamp(line) if line[:1].isdigit() or line[:1] in b"[{" else None
            self._time = at if at is not None else self._time
            return
        text = _ANSI.sub(b"", line)
        at = stamp(text)
        if at is not None:
            if self._open and "time" in self._open:
                yield from self._close_if(True)
            self._time = at
        end = 0
        for pair in _PAIR.finditer(text):
            name = _ALIASES[_plain(pair[1].decode("ascii"))]
            # A new sample: the last one is complete.
            yield from self._close_if(name in self._open or b"}" in text[end : pair.start()])
            number = self._value(pair[2], pair[3])
            if number is not None:
                self._open[name] = number
            self._age = 0
            if self._time is not None:
                self._open.setdefault("time", self._time)
            end = pair.end()
        yield from self._close_if(b"}" in text[end:])

    def close(self) -> Iterator[Record]:
        """Yield the sample that the end of the file completes."""
        yield from self._close_if(True)

    def _value(self, digits: bytes, unit: bytes | None) -> float | None:
        number = float(digits.replace(b"_", b"").replace(b",", b""))
        factor = _FACTORS.get((unit or b"").lower()[:1], 1)
        self.has_units |= factor > 1
        return _size(number * factor)

    def _close_if(self, is_complete: bool) -> Iterator[Record]:
        if not is_complete:
            return
        record, self._open = self._open, {}
        self._age = 0
        if record:
            self._time = None
            if "rss" in record or "heap_used" in record:
                yield {"kind": "memory", **record}


def csv_header(line: bytes) -> tuple[str, list[str | None]] | None:
    """Recognise the header of a CSV file of samples.

    Returns
    -------
    delimiter : str
        Comma, semicolon or tab.
    columns : list of str or None
        Our name of each column, with ``"@unit"`` behind it; None for other columns.

    Examples
    --------
    >>> csv_header(b"timestamp,rss,heapUsed,comment")
    (',', ['time', 'rss', 'heap_used', None])
    """
    text = line.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if "{" in text or len(text) > 10_000:  # noqa: PLR2004  a header is short
        return None
    delimiter = max(",;\t", key=text.count)
    if not text.count(delimiter):
        return None
    columns = [_csv_column(cell) for cell in text.split(delimiter)[:_MOST_FIELDS]]
    named = {column.split("@")[0] for column in columns if column}
    return (delimiter, columns) if named & {"rss", "heap_used"} else None


def _csv_column(cell: str) -> str | None:
    cell = cell.strip().strip('"').lower()
    match = re.fullmatch(r"(.{1,40}?)[ _(]{1,3}(kb|mb|gb|kib|mib|gib|bytes|ms|s)\)?", cell)
    for name, unit in ((cell, ""), (match[1], match[2]) if match else ("", "")):
        plain = _plain(name.replace(" ", ""))
        if plain in _ALIASES:
            return _ALIASES[plain] + (f"@{unit}" if unit and unit != "bytes" else "")
        if plain in _TIMES:
            return "time"
        if plain in {"elapsed", "uptime"}:
            return f"elapsed_ms@{unit or 's'}"
        if plain in {"elapsedms", "uptimems"}:
            return "elapsed_ms"
        if name in {"work", "pid", "thread_id", "kind", "text", "reason", "path", "name"}:
            return name
    return None


def csv_records(
    rows: Iterable[str], delimiter: str, columns: list[str | None]
) -> Iterator[Record | None]:
    """Read rows of a CSV file; None for a row without a sample."""
    reader = csv.reader(rows, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        record: Record = {"kind": "memory"}
        for column, cell in zip(columns, cells, strict=False):
            if column is None or not cell.strip():
                continue
            name, _, unit = column.partition("@")
            if name == "time":
                at = moment(cell)
                if at is not None:
                    record["time"] = at
            elif name in _TEXTS or name == "kind":
                record[name] = cell[:_MOST_TEXT]
            else:
                read = _size if name in _BYTES else _number
                try:
                    number = read(float(cell.replace("_", "")) * _csv_factor(unit))
                except ValueError:
                    continue
                if number is not None:
                    record[name] = number
        if record["kind"] not in KINDS:
            record["kind"] = "memory"
        is_sample = "rss" in record or "heap_used" in record
        yield record if is_sample or record["kind"] != "memory" else None


def _csv_factor(unit: str) -> float:
    if unit == "s":
        return 1_000
    return _FACTORS.get(unit[:1].encode(), 1) if unit != "ms" else 1


__all__ = [
    "KINDS",
    "SIZES",
    "Record",
    "TextSamples",
    "csv_header",
    "csv_records",
    "json_record",
    "moment",
    "record_of",
]
