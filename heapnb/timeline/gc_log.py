"""Logs of ``--trace-gc``: one row for each garbage collection."""

from __future__ import annotations

import re
from array import array
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from heapnb._showing import Charted
from heapnb._typing import AnyArray, IntArray
from heapnb.errors import LogFormatError
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.timeline.findings import Finding
from heapnb.timeline.gc_findings import gc_findings, isolate_table
from heapnb.timeline.gc_lines import FATAL, MARK, GcEvent, parse_events, parse_spaces
from heapnb.timeline.log_lines import lines, opened, stamp

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS: Final = (
    *("elapsed_ms", "pause_ms", "steps_ms", "used_before", "used_after", "total_before"),
    *("total_after", "utilisation", "promoted", "survived", "survival"),
)
_COLUMN_NAMES: Final = {
    "used_before": "heap_used_before",
    "used_after": "heap_used_after",
    "total_before": "heap_total_before",
    "total_after": "heap_total_after",
    "utilisation": "mutator_utilisation",
    "promoted": "promoted_size",
    "survived": "survived_size",
    "survival": "new_space_survival",
}
_BYTES: Final = (
    *("heap_used_before", "heap_used_after", "heap_total_before", "heap_total_after"),
    *("promoted_size", "survived_size", "external", "heap_limit"),
)
_SECTION: Final = re.compile(rb"<--- (?P<title>Last few GCs|JS stacktrace|[A-Za-z ]{1,40}) --->")
_MOST_REASONS: Final = 1_000
_MOST_FATAL: Final = 20
_RECENT: Final = 64
"""V8 repeats fewer events than that when it runs out of memory."""

_Owner: TypeAlias = tuple[int | None, str | None]


@dataclass(frozen=True, eq=False)
class GcLog(Charted):
    """A log of ``--trace-gc``; see `heapnb.read_trace_gc`.

    Parameters
    ----------
    name : str
        The file.
    table : pandas.DataFrame
        One row for each collection, in the order of the file; ``docs/logs.md`` lists the columns.
    isolates : pandas.DataFrame
        One row for each isolate: number of collections, share of time in GC, longest pause.
    findings : tuple of Finding
        What the log says, the most important first.
    fatal : tuple of str
        V8's messages if it ran out of memory.
    n_lines : int
        Lines of the file.
    warnings : tuple of str
        What could not be read.
    """

    name: str
    table: pd.DataFrame = field(repr=False)
    isolates: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...]
    fatal: tuple[str, ...] = ()
    n_lines: int = 0
    warnings: tuple[str, ...] = ()

    __repr__ = Charted.__repr__


@bounded
def read_trace_gc(
    path: SnapshotSource,
    *,
    heap_limit: int | None = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> GcLog:
    """Read what Node.js or Deno printed with ``--trace-gc``.

    Parameters
    ----------
    path : str, path-like, binary file or bytes
        The log; ``"-"`` is stdin, ``.gz`` and ``.zst`` are unpacked. Other output between the
        lines does not matter. Dialects: plain, ``--trace-gc-nvp``, ``--trace-gc-verbose`` and
        JSON, from Node.js 0.10 to 26, of any number of processes and isolates.
    heap_limit : int, optional
        V8's heap limit in bytes, as from `heapnb.heap_limit`. ``--trace-gc-verbose`` logs it.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    GcLog

    Raises
    ------
    LogFormatError
        If there is no garbage collection in the file.

    Examples
    --------
    >>> import heapnb as hn
    >>> log = hn.read_trace_gc(
    ...     b"[9:0x1]  85 ms: Scavenge 3.9 (4.0) -> 3.7 (5.0) MB, 1.2 / 0.0 ms  allocation failure"
    ... )
    >>> log.table[["gc_type", "elapsed_ms", "pause_ms", "heap_used_after"]].to_dict("records")
    [{'gc_type': 'minor', 'elapsed_ms': 85.0, 'pause_ms': 1.2, 'heap_used_after': 3879731}]
    """
    collected = _Collected()
    with opened(path) as log:
        for line in lines(log):
            collected.add(line)
        name = log.info.name
    if not collected.n_lines:
        raise LogFormatError(
            name, "it is empty", "start the program with `node --trace-gc > gc.log`."
        )
    if not collected.n_events:
        raise LogFormatError(
            name,
            f"none of its {collected.n_lines:,} lines is a garbage collection",
            "start the program with `node --trace-gc`, and keep its standard output.",
        )
    return _finish(name, collected, heap_limit)


class _Collected:
    """Columns that grow line by line."""

    def __init__(self) -> None:
        self.n_lines = self.n_events = self.n_cut = self.n_repeated = 0
        self.numbers = {name: array("d") for name in _NUMBERS}
        self.times = array("d")
        self.external, self.heap_limit = array("d"), array("d")
        self.owner, self.run = array("l"), array("l")
        self.collector, self.reason = array("l"), array("l")
        self.owners: dict[_Owner, int] = {}
        self.collectors: dict[str, int] = {}
        self.reasons: dict[str, int] = {}
        self.fatal: list[str] = []
        self.has_times = False
        self._in_history = False
        self._runs: dict[int, int] = {}
        self._latest: dict[int, float] = {}
        self._last_row: dict[int, int] = {}
        self._recent: deque[tuple[float, float | None]] = deque(maxlen=_RECENT)
        self._survival: dict[_Owner, float] = {}

    def add(self, line: bytes) -> None:
        """Read one line of the log."""
        self.n_lines += 1
        # The last collection before the end may share its line with V8's last words.
        if b"FATAL ERROR" in line:
            self._add_fatal(line)
        if MARK in line:
            events, n_cut = parse_events(line)
            self.n_cut += n_cut
            for event in events:
                self._add_event(event, line)
            return
        # Cheap tests first: most lines of a mixed log are other output.
        if b" KB" in line or b"survival rate" in line:
            self._add_spaces(line)
        elif b"<--- " in line:
            section = _SECTION.search(line)
            if section is not None:
                self._in_history = section["title"] == b"Last few GCs"

    def _add_fatal(self, line: bytes) -> None:
        match = FATAL.search(line)
        if match is not None and len(self.fatal) < _MOST_FATAL:
            self.fatal.append(match["text"].decode("ascii").strip())

    def _add_event(self, event: GcEvent, line: bytes) -> None:
        key = (event.elapsed_ms, event.used_before)
        if self._in_history and key in self._recent:
            self.n_repeated += 1
            return
        self._recent.append(key)
        owner = self.owners.setdefault((event.pid, event.isolate), len(self.owners))
        # Time that goes back: the program was started again (in a container with the same pid).
        if event.elapsed_ms < self._latest.get(owner, 0.0):
            self._runs[owner] = self._runs.get(owner, 0) + 1
        self._latest[owner] = event.elapsed_ms
        self._last_row[owner] = self.n_events
        for name, column in self.numbers.items():
            value = getattr(event, name)
            column.append(np.nan if value is None else value)
        if event.survival is None and event.is_minor:
            known = self._survival.pop((event.pid, event.isolate), None)
            if known is not None:
                self.numbers["survival"][-1] = known
        at = stamp(line)
        self.has_times |= at is not None
        self.times.append(np.nan if at is None else at)
        self.external.append(np.nan)
        self.heap_limit.append(np.nan)
        self.owner.append(owner)
        self.run.append(self._runs.get(owner, 0))
        self.collector.append(_code(self.collectors, event.collector))
        self.reason.append(-1 if event.reason is None else _code(self.reasons, event.reason))
        self.n_events += 1

    def _add_spaces(self, line: bytes) -> None:
        found = parse_spaces(line)
        if found is None:
            return
        if found.survival is not None:
            # It stands before the collection that it belongs to.
            self._survival[found.pid, found.isolate] = found.survival
            return
        row = self._last_row.get(self.owners.get((found.pid, found.isolate), -1))
        if row is not None:
            if found.heap_limit is not None:
                self.heap_limit[row] = found.heap_limit
            if found.external is not None:
                self.external[row] = found.external

    def table(self) -> pd.DataFrame:
        """Return the columns as a table."""
        import pandas as pd

        owner, run = np.array(self.owner, np.int64), np.array(self.run, np.int64)
        owners = list(self.owners)
        pids = pd.array([pid for pid, _ in owners], "Int64")
        isolates = pd.array([isolate for _, isolate in owners], "string")
        collectors = list(self.collectors)
        is_minor = np.array([one.startswith(("Scavenge", "Minor")) for one in collectors])
        codes = np.array(self.collector, np.int64)
        columns: dict[str, object] = {}
        if self.has_times:
            columns["time"] = pd.to_datetime(np.array(self.times), unit="ms", utc=True).as_unit(
                "ns"
            )
        columns["elapsed_ms"] = np.array(self.numbers["elapsed_ms"])
        columns["pid"] = pids.take(owner)
        columns["isolate"] = isolates.take(owner)
        columns["run"] = run + 1
        columns["gc_type"] = _categories((~is_minor[codes]).astype(np.int64), ["minor", "major"])
        columns["collector"] = _categories(codes, collectors)
        for name in _NUMBERS[1:]:
            columns[_COLUMN_NAMES.get(name, name)] = np.array(self.numbers[name])
        columns["external"] = np.array(self.external)
        columns["heap_limit"] = np.array(self.heap_limit)
        columns["reason"] = _categories(np.array(self.reason, np.int64), list(self.reasons))
        for name in _BYTES:
            columns[name] = _whole(columns[name])
        return pd.DataFrame(columns)


def _code(codes: dict[str, int], text: str) -> int:
    """Number a text; a hostile log cannot make a table of texts."""
    if text not in codes and len(codes) >= _MOST_REASONS:
        text = "other"
    return codes.setdefault(text, len(codes))


def _categories(codes: IntArray, names: list[str]) -> pd.Categorical[str]:
    """Return texts by their numbers; -1 is a missing one."""
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"))


def _whole(values: object) -> object:
    """Return bytes as integers that may be missing."""
    import pandas as pd

    numbers: AnyArray = np.asarray(values, np.float64)
    missing = np.isnan(numbers)
    whole = np.where(missing, 0, np.clip(numbers, 0, 2.0**62)).astype(np.int64)
    return pd.arrays.IntegerArray(whole, missing)


def _finish(name: str, collected: _Collected, heap_limit: int | None) -> GcLog:
    table = collected.table()
    warnings = []
    if collected.n_cut:
        warnings.append(
            f"{collected.n_cut:,} lines are garbage collections that were cut off; they are left"
            " out."
        )
    if collected.n_repeated:
        warnings.append(
            f"V8 repeated {collected.n_repeated:,} collections when it ran out of memory; each"
            " counts once."
        )
    isolates = isolate_table(table)
    fatal = tuple(collected.fatal)
    findings = gc_findings(table, isolates, fatal, heap_limit)
    return GcLog(name, table, isolates, findings, fatal, collected.n_lines, tuple(warnings))


__all__ = ["GcLog", "read_trace_gc"]
