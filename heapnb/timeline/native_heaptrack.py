"""The text that ``heaptrack_print`` prints: sections of functions, with their callers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from heapnb.timeline.native_sites import NativeSite, NativeTotals, Parsed, whole_number

_PEAK: Final = "PEAK MEMORY CONSUMERS"
_LEAKS: Final = "MEMORY LEAKS"
_CALLS: Final = "MOST CALLS TO ALLOCATION FUNCTIONS"
_SECTIONS: Final = (_PEAK, _LEAKS, _CALLS, "MOST TEMPORARY ALLOCATIONS", "MOST TEMPORARY")
_SIZE: Final = r"(?P<size>-?\d+(?:\.\d+)?[BKMGT]?)"
_ENTRIES: Final = {
    _PEAK: re.compile(rf"^{_SIZE} peak memory consumed over (?P<count>\d+) calls from$"),
    _LEAKS: re.compile(rf"^{_SIZE} leaked over (?P<count>\d+) calls from$"),
    _CALLS: re.compile(
        rf"^(?P<count>\d+) calls to allocation functions with {_SIZE} peak consumption from$"
    ),
}
_CALLERS: Final = re.compile(r"^\S.* from:$")
_PLACE: Final = re.compile(r"^ +at (?P<place>.+)$")
_LIBRARY: Final = re.compile(r"^ +in (?P<library>.+)$")
_TOTALS: Final = {
    "count": re.compile(r"^calls to allocation functions: (\d+)", re.MULTILINE),
    "peak": re.compile(r"^peak heap memory consumption: (\S+)", re.MULTILINE),
    "unfreed": re.compile(r"^total memory leaked: (\S+)", re.MULTILINE),
}
_UNITS: Final = {"B": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_MARKS: Final = ("Debuggee command was:", _CALLS, _PEAK, _LEAKS)
_DEEPEST: Final = 12


@dataclass
class _Frame:
    """A function, its source position and its library."""

    function: str
    place: str = ""
    library: str = ""

    @property
    def text(self) -> str:
        # As massif writes it: the file without its folders.
        where = PurePosixPath(self.place or self.library).name
        return f"{self.function} ({where})" if where else self.function


@dataclass
class _Entry:
    """A function of a section, with the callers of its first backtrace."""

    section: str
    size: int
    count: int
    frames: list[_Frame]
    n_traces: int = 0


def is_heaptrack(head: str) -> bool:
    """Tell whether a text begins as what ``heaptrack_print`` prints does."""
    return head.startswith(("reading file ", "heaptrack")) or any(mark in head for mark in _MARKS)


def parse_heaptrack(text: str) -> Parsed:
    """Read what ``heaptrack_print`` prints.

    Parameters
    ----------
    text : str
        The whole text. Bytes left are in it with ``--print-leaks=1`` only.

    Returns
    -------
    sites, totals, warnings
        Sizes are as precise as heaptrack prints them: two decimals of kB, MB …
    """
    merged: dict[str, dict[str, int]] = {}
    callers: dict[str, tuple[str, ...]] = {}
    sections = set()
    for entry in _entries(text):
        if not entry.frames:
            continue
        sections.add(entry.section)
        site = entry.frames[0].text
        values = merged.setdefault(site, {})
        key = "unfreed" if entry.section == _LEAKS else "peak"
        # A function that allocates in several lines has an entry for each.
        if entry.section == _CALLS:
            values.setdefault("peak_of_calls", entry.size)
        else:
            values[key] = values.get(key, 0) + entry.size
        values["count"] = max(values.get("count", 0), entry.count)
        callers.setdefault(site, tuple(frame.text for frame in entry.frames[1 : 1 + _DEEPEST]))
    warnings = []
    if _LEAKS not in sections:
        warnings.append(
            "The text lacks bytes left: print it with `heaptrack_print --print-leaks=1`."
        )
    sites = [
        NativeSite(
            site,
            callers[site],
            values["count"],
            values.get("unfreed", 0 if _LEAKS in sections else None),
            values.get("peak", values.get("peak_of_calls")),
        )
        for site, values in merged.items()
    ]
    return sites, _totals(text), warnings


def _entries(text: str) -> list[_Entry]:
    found: list[_Entry] = []
    section, entry = "", None
    for line in text.splitlines():
        if line in _SECTIONS:
            section, entry = line, None
            continue
        pattern = _ENTRIES.get(section)
        if pattern is None:
            continue
        match = pattern.match(line)
        if match is not None:
            entry = _Entry(section, _bytes(match["size"]), whole_number(match["count"]), [])
            found.append(entry)
        elif entry is None or not line.strip():
            continue
        elif _CALLERS.match(line):
            entry.n_traces += 1
        elif entry.n_traces < 2:  # noqa: PLR2004  the first backtrace has most of it
            _add_line(entry, line)
    return found


def _add_line(entry: _Entry, line: str) -> None:
    """Read a line of a frame: the function, or where it is."""
    place, library = _PLACE.match(line), _LIBRARY.match(line)
    if place is not None and entry.frames:
        entry.frames[-1].place = place["place"]
    elif library is not None and entry.frames:
        entry.frames[-1].library = library["library"]
    else:
        entry.frames.append(_Frame(line.strip()))


def _totals(text: str) -> NativeTotals:
    found = {name: pattern.search(text) for name, pattern in _TOTALS.items()}
    count, unfreed, peak = (
        None if match is None else _bytes(match[1])
        for match in (found["count"], found["unfreed"], found["peak"])
    )
    return NativeTotals(count, unfreed, peak)


def _bytes(text: str) -> int:
    """Read a size such as ``343.85K``; heaptrack's K is 1,000."""
    match = re.fullmatch(_SIZE, text)
    if match is None:
        return 0
    unit = text[-1] if text[-1] in _UNITS else "B"
    whole, _, fraction = text.rstrip("BKMGT").partition(".")
    return round(float(f"{whole_number(whole)}.{fraction or 0}") * _UNITS[unit])
