"""What massif of Valgrind writes: the raw file ``massif.out.PID``, and the text of ``ms_print``.

Both contain trees of callers at some moments; heapnb reads those of the peak and of the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from heapnb.timeline.native_sites import (
    DamagedLogError,
    NativeSite,
    NativeTotals,
    Parsed,
    whole_number,
)

_RAW_NODE: Final = re.compile(r"^(?P<indent> *)n(?P<children>\d+): (?P<size>\d+) (?P<text>.*)$")
_FIELD: Final = re.compile(r"^(?P<key>\w+)=(?P<value>.*)$")
_PRINTED_ROW: Final = re.compile(
    r"^ *(\d+) +([\d,]+) +([\d,]+) +(\d[\d,]*) +(\d[\d,]*) +([\d,]+) *$"
)
_PRINTED_NODE: Final = re.compile(
    r"^(?P<indent>[ |]*)(?P<arrow>->)?(?P<percent>\d+\.\d+)% \((?P<size>[\d,]+)B\) (?P<text>.*)$"
)
_ADDRESS: Final = re.compile(r"^0x[0-9A-Fa-f]+: ")
_BELOW: Final = re.compile(r"^in (\d+)\+? places?, (?:all )?below ")

_DEEPEST: Final = 12
"""Callers that are kept."""

_MOST_LEVELS: Final = 1000


@dataclass
class _Node:
    """A function in a tree of callers, and the bytes allocated below it."""

    size: int
    text: str
    depth: int
    children: list[_Node] = field(default_factory=list)


@dataclass
class _Snapshot:
    """Massif's numbers at one moment."""

    size: int = 0
    extra: int = 0
    tree: _Node | None = None


def is_massif(head: str) -> bool:
    """Tell whether a text begins as massif's raw file does."""
    return head.startswith("desc:") and "\ncmd:" in head and "\ntime_unit:" in head


def is_ms_print(head: str) -> bool:
    """Tell whether a text begins as what ``ms_print`` prints does."""
    return head.startswith("-----") and "\nMassif arguments:" in head


def parse_massif(text: str) -> Parsed:
    """Read ``massif.out.PID``.

    Parameters
    ----------
    text : str
        The whole file; a file that was cut off gives what is there.

    Returns
    -------
    sites, totals, warnings
        Sizes are those that the program asked for.

    Raises
    ------
    DamagedLogError
        If it has no snapshots, or a number is not one.
    """
    snapshots: list[_Snapshot] = []
    path: list[_Node] = []
    for number, line in enumerate(text.splitlines(), 1):
        node = _RAW_NODE.match(line)
        if node is not None and snapshots:
            depth = len(node["indent"])
            _add(
                snapshots[-1], path, _Node(whole_number(node["size"]), node["text"], depth), number
            )
            continue
        found = _FIELD.match(line)
        if found is None:
            continue
        key, value = found["key"], found["value"]
        if key == "snapshot":
            snapshots.append(_Snapshot())
            path.clear()
        elif snapshots and key in {"mem_heap_B", "mem_heap_extra_B"}:
            if not value.isascii() or not value.isdigit():
                raise DamagedLogError(f"line {number}: {key} is not a number")
            size = whole_number(value)
            setattr(snapshots[-1], "size" if key == "mem_heap_B" else "extra", size)
    return _result(snapshots)


def parse_ms_print(text: str) -> Parsed:
    """Read what ``ms_print`` prints.

    Parameters
    ----------
    text : str
        The whole text.

    Returns
    -------
    sites, totals, warnings
        As `parse_massif`.

    Raises
    ------
    DamagedLogError
        If it has no snapshots.
    """
    snapshots: list[_Snapshot] = []
    path: list[_Node] = []
    for number, line in enumerate(text.splitlines(), 1):
        row = _PRINTED_ROW.match(line)
        if row is not None:
            useful, extra = (whole_number(row[place]) for place in (4, 5))
            snapshots.append(_Snapshot(useful, extra))
            path.clear()
            continue
        node = _PRINTED_NODE.match(line)
        if node is not None and snapshots:
            depth = 0 if node["arrow"] is None else 1 + len(node["indent"]) // 2
            size = whole_number(node["size"])
            _add(snapshots[-1], path, _Node(size, node["text"], depth), number)
    return _result(snapshots)


def _add(snapshot: _Snapshot, path: list[_Node], node: _Node, line: int) -> None:
    """Put a node below the last one that is one level higher."""
    if node.depth == 0:
        snapshot.tree = node
        path[:] = [node]
        return
    if not 0 < node.depth <= min(len(path), _MOST_LEVELS):
        raise DamagedLogError(f"line {line}: a caller without the function that it calls")
    del path[node.depth :]
    path[-1].children.append(node)
    path.append(node)


def _result(snapshots: list[_Snapshot]) -> Parsed:
    if not snapshots:
        raise DamagedLogError("it has no snapshots", hint="let the program run to its end.")
    last = snapshots[-1]
    peak = max(snapshots, key=lambda one: one.size + one.extra)
    detailed = max((one for one in snapshots if one.tree), key=lambda one: one.size, default=None)
    warnings = []
    if detailed is None:
        warnings.append("No snapshot names the callers: massif wrote no detailed one.")
    elif detailed is not peak:
        warnings.append(
            f"The callers are those of {detailed.size:,} bytes; the peak has {peak.size:,}."
        )
    at_peak = {} if detailed is None else _sites(detailed)
    at_end = None if last.tree is None else _sites(last)
    sites = []
    for site in dict.fromkeys([*at_peak, *(at_end or {})]):
        peak_size, callers = at_peak.get(site, (0, ()))
        unfreed = None
        if at_end is not None:
            unfreed, callers = at_end.get(site, (0, callers))
        sites.append(NativeSite(site, callers, None, unfreed, peak_size))
    return sites, NativeTotals(None, last.size, peak.size), warnings


def _sites(snapshot: _Snapshot) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return the functions that allocate: bytes and callers by their text."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for node in snapshot.tree.children if snapshot.tree else ():
        site = _text(node)
        size, callers = found.get(site, (0, tuple(_callers(node))))
        found[site] = (size + node.size, callers)
    return found


def _callers(node: _Node) -> Iterator[str]:
    """Follow the callers that most bytes came through."""
    for _ in range(_DEEPEST):
        if not node.children:
            return
        node = max(node.children, key=lambda one: one.size)
        if _BELOW.match(node.text):
            return
        yield _text(node)


def _text(node: _Node) -> str:
    """Return a function without its address; addresses differ from run to run."""
    below = _BELOW.match(node.text)
    if below is None:
        return _ADDRESS.sub("", node.text)
    return f"({below[1]} {'place' if below[1] == '1' else 'places'} below the threshold)"
