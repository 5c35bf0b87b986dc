"""Logs of ``node --prof`` (``isolate-0x…-v8.log``): share of garbage collection, top functions.

The rules are those of V8's tick processor (tools/profile.mjs, tools/tickprocessor.mjs), without
symbols of C++: a tick belongs to the code at its program counter, or, in a callback of the API, to
the callback.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from heapnb._showing import Shown
from heapnb.errors import LogFormatError
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.timeline.findings import Finding, by_importance
from heapnb.timeline.log_lines import lines, opened

if TYPE_CHECKING:
    import pandas as pd

_GC: Final = 1
"""The state of the engine during garbage collection, in every version."""

_MUCH_GC: Final = 0.1
_MOST_NAME: Final = 300
_MOST_CODE: Final = 2_000_000
_LIBRARY: Final = "library"
_JAVASCRIPT: Final = frozenset(
    {"JS", "LazyCompile", "Function", "Script", "Eval", "RegExp", "Callback"}
)
_HELPERS: Final = ("IC", "Handler")
"""Inline caches and handlers of byte codes: their ticks count for the function that runs."""

_ESCAPE: Final = re.compile(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\(n|\\)")
_LOCATION: Final = re.compile(r"(.*?) ?((?:file:///?|node:|/|[A-Za-z]:\\)?[^ ]*:\d{1,7}:\d{1,7})")


@dataclass(frozen=True, eq=False)
class ProfLog(Shown):
    """A log of ``node --prof``; see `heapnb.read_prof_log`.

    Parameters
    ----------
    name : str
        The file.
    table : pandas.DataFrame
        One row for each function or library: ``name``, ``location``, ``kind`` (JavaScript, builtin,
        library), ``ticks``, ``tick_share``; the most ticks first.
    findings : tuple of Finding
        What it says.
    ticks : int
        All ticks.
    gc_ticks : int
        Ticks during garbage collection. They count for a function or library, too.
    unaccounted : int
        Ticks at addresses without known code.
    warnings : tuple of str
        What could not be read.
    """

    name: str
    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...]
    ticks: int
    gc_ticks: int
    unaccounted: int
    warnings: tuple[str, ...] = ()

    __repr__ = Shown.__repr__

    @property
    def gc_share(self) -> float:
        """Share of the ticks during garbage collection."""
        return self.gc_ticks / self.ticks


@bounded
def read_prof_log(
    path: SnapshotSource,
    *,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> ProfLog:
    r"""Read a log of ``node --prof``.

    Parameters
    ----------
    path : str, path-like, binary file or bytes
        The file ``isolate-0x…-v8.log`` that Node.js writes.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    ProfLog
        Numbers of JavaScript functions and of garbage collection are those of
        ``node --prof-process``, except for ticks in handlers of byte codes that lie in the
        executable: they count for the function that runs, there for nothing. That program also
        splits libraries into functions of C++.

    Raises
    ------
    LogFormatError
        If the file has no ticks.

    Examples
    --------
    >>> import heapnb as hn
    >>> log = hn.read_prof_log(
    ...     b"code-creation,JS,10,100,0x1000,64,spin /app/a.js:3:14,0x5,*\n"
    ...     b"tick,0x1008,200,0,0x0,0\ntick,0x1010,300,0,0x0,1"
    ... )
    >>> log.table.to_dict("records")
    [{'name': 'spin', 'location': '/app/a.js:3:14', 'kind': 'JavaScript', 'ticks': 2,
      'tick_share': 1.0}]
    >>> log.gc_share
    0.5
    """
    state = _Ticks()
    with opened(path) as log:
        name = log.info.name
        for line in lines(log):
            state.add(line)
    if not state.ticks:
        raise LogFormatError(
            name, "it has no ticks of a profiler", "start the program with `node --prof`."
        )
    return state.result(name)


class _CodeMap:
    """Code by its address; new code replaces what it covers."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._code: dict[int, tuple[int, int]] = {}

    def add(self, start: int, size: int, owner: int) -> None:
        """Add code, and forget what lies where it is."""
        end = start + size
        first = bisect_right(self._starts, start - 1)
        while first and self._code[self._starts[first - 1]][0] > start:
            first -= 1
        last = first
        while last < len(self._starts) and self._starts[last] < end:
            del self._code[self._starts[last]]
            last += 1
        del self._starts[first:last]
        insort(self._starts, start)
        self._code[start] = end, owner

    def move(self, start: int, target: int) -> None:
        """Move code, as a compacting collection does."""
        found = self._code.get(start)
        if found is not None:
            self.delete(start)
            self.add(target, found[0] - start, found[1])

    def delete(self, start: int) -> None:
        """Forget code."""
        if self._code.pop(start, None) is not None:
            del self._starts[bisect_right(self._starts, start) - 1]

    def find(self, address: int) -> int | None:
        """Return the owner of an address."""
        place = bisect_right(self._starts, address)
        if not place:
            return None
        end, owner = self._code[self._starts[place - 1]]
        return owner if address < end else None

    def __len__(self) -> int:
        return len(self._starts)


class _Ticks:
    """Reads a log line by line."""

    def __init__(self) -> None:
        self.ticks = self.gc_ticks = self.unaccounted = self.n_damaged = 0
        self._owners: dict[tuple[str, str], int] = {}
        self._code, self._libraries = _CodeMap(), _CodeMap()
        self._by_owner: Counter[int] = Counter()
        self._helpers: set[int | None] = set()
        self._functions: set[int | None] = set()

    def add(self, line: bytes) -> None:
        """Read one line."""
        try:
            if line.startswith(b"tick,"):
                self._tick(line.split(b",", 6))
            elif line.startswith(b"code-creation,"):
                self._creation(line)
            elif line.startswith(b"code-move,"):
                parts = line.split(b",")
                self._code.move(int(parts[1], 16), int(parts[2], 16))
            elif line.startswith(b"code-delete,"):
                self._code.delete(int(line.split(b",")[1], 16))
            elif line.startswith(b"shared-library,"):
                self._library(line)
        except (ValueError, IndexError):
            self.n_damaged += 1

    def _tick(self, parts: list[bytes]) -> None:
        address, is_callback, callback = int(parts[1], 16), int(parts[3]), int(parts[4], 16)
        state = int(parts[5])
        if is_callback:
            address, callback = callback, 0
        owner = self._find(address)
        if owner in self._helpers:
            frames = parts[6].split(b",") if len(parts) > 6 else []  # noqa: PLR2004  the stack
            owner = self._caller(address, callback, frames)
        # A damaged record raised above, and counts nowhere.
        self.ticks += 1
        self.gc_ticks += state == _GC
        if owner is None:
            self.unaccounted += 1
        else:
            self._by_owner[owner] += 1

    def _find(self, address: int) -> int | None:
        owner = self._code.find(address)
        return self._libraries.find(address) if owner is None else owner

    def _caller(self, address: int, top: int, frames: list[bytes]) -> int | None:
        """Return the innermost function on the stack that is no helper of the engine."""
        previous = address
        addresses = [top] if top and self._find(top) in self._functions else []
        for frame in frames:
            if frame[:1] in {b"+", b"-"}:
                previous += int(frame, 16)
                addresses.append(previous)
            elif frame[:1] != b"o":
                addresses.append(int(frame, 16))
        owners = (self._find(one) for one in addresses)
        return next((one for one in owners if one is not None and one not in self._helpers), None)

    def _creation(self, line: bytes) -> None:
        if len(self._code) >= _MOST_CODE:
            return
        parts = line.split(b",", 6)
        # Before V8 6.5 there was no timestamp.
        place = 3 if parts[3].startswith(b"0x") else 4
        start, size = int(parts[place], 16), int(parts[place + 1])
        rest = line.split(b",", place + 2)[place + 2]
        # Behind the name stand the function's address and its tier.
        end = b'"' if rest.startswith(b'"') else b","
        name = rest.removeprefix(b'"').partition(end)[0]
        if size <= 0 or start + size >= 1 << 64:
            raise ValueError
        kind = parts[1].decode("ascii", "replace")
        text = _unescaped(name[:_MOST_NAME].decode("utf-8", "replace"))
        # Versions of Node.js before 18 put the tier before the name.
        owner = self._owner(kind, text.lstrip("~*+^"))
        if kind.endswith(_HELPERS) or (kind == "Builtin" and "Baseline" in text):
            self._helpers.add(owner)
        elif kind in _JAVASCRIPT:
            self._functions.add(owner)
        self._code.add(start, size, owner)

    def _library(self, line: bytes) -> None:
        name, start, end = (part.strip() for part in line.split(b",")[1:4])
        first, last = int(start, 16), int(end, 16)
        if last <= first or len(self._libraries) >= _MOST_CODE:
            raise ValueError
        text = name.decode("utf-8", "replace").strip('"')[:_MOST_NAME]
        self._libraries.add(first, last - first, self._owner(_LIBRARY, text))

    def _owner(self, kind: str, name: str) -> int:
        return self._owners.setdefault((kind, name), len(self._owners))

    def result(self, name: str) -> ProfLog:
        """Return the result; ticks of one function in several tiers are added up."""
        import pandas as pd

        owners = list(self._owners)
        sums: Counter[tuple[str, str, str | None]] = Counter()
        for owner, ticks in self._by_owner.items():
            kind, text = owners[owner]
            known = _kind(kind)
            function, location = text, None
            if known == "JavaScript" and (match := _LOCATION.fullmatch(text)) is not None:
                function, location = match[1] or "(anonymous)", match[2]
            sums[known, function, location] += ticks
        rows = [
            {
                "name": function,
                "location": location,
                "kind": kind,
                "ticks": ticks,
                "tick_share": ticks / self.ticks,
            }
            for (kind, function, location), ticks in sums.most_common()
        ]
        table = pd.DataFrame(rows, columns=["name", "location", "kind", "ticks", "tick_share"])
        table["location"] = table["location"].astype("str").where(table["location"].notna())
        warnings = (
            (f"{self.n_damaged:,} records could not be read; they are left out.",)
            if self.n_damaged
            else ()
        )
        javascript = sum(n for (kind, *_), n in sums.items() if kind in {"JavaScript", "builtin"})
        gc_share = self.gc_ticks / self.ticks
        values = {
            "ticks": self.ticks,
            "gc_share": gc_share,
            "js_share": javascript / self.ticks,
            "other_share": 1 - javascript / self.ticks,
        }
        finding = Finding("ticks", "warning" if gc_share > _MUCH_GC else "info", values)
        return ProfLog(
            name,
            table,
            by_importance([finding]),
            self.ticks,
            self.gc_ticks,
            self.unaccounted,
            warnings,
        )


def _kind(kind: str) -> str:
    if kind == _LIBRARY:
        return _LIBRARY
    return "JavaScript" if kind in _JAVASCRIPT else "builtin"


def _unescaped(text: str) -> str:
    """Undo V8's escapes of commas, line ends and characters outside ASCII."""

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is not None:
            point = int(code, 16)
            return "\ufffd" if 0xD800 <= point < 0xE000 else chr(point)  # noqa: PLR2004  surrogates
        return "\n" if match[3] == "n" else "\\"

    return _ESCAPE.sub(character, text)


__all__ = ["ProfLog", "read_prof_log"]
