"""Where a group of objects was allocated: the function of the program that most stacks share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from heapnb._typing import AnyArray
from heapnb.analysis.packages import package_of
from heapnb.graph import HeapGraph
from heapnb.graph.traces import Frame, stack_of, trace_of, traced

_LEAST_SHARE: Final = 0.1
"""A function that allocated fewer of the objects says nothing about the others."""

_MOST_STACKS: Final = 1000
"""Different call stacks that are looked at, the most frequent first."""

_DIGITS: Final = 3

_CODE: Final = ("own", "npm")
"""Whose code a program can change, by preference."""


@dataclass(frozen=True)
class AllocatedAt:
    """The function that allocated most of some objects.

    Parameters
    ----------
    function : str
        The nearest function of the program on the call stack, else of a package or the runtime.
    file : str or None
        Where it is written; None for functions of the engine.
    line, column : int or None
        Where it begins, from 1.
    share : float
        How much of the objects it allocated, 0 to 1. Objects without a call stack count as
        others.
    inlined_share : float
        How much more of them functions allocated that call it. The compiler has probably inlined
        it into these: V8 then counts its allocations for the caller.
    callers : tuple of str
        Functions of the program and of packages that call it on the most frequent stack, the
        nearest first.
    stack : tuple of Frame
        That call stack in full, what allocated first.
    """

    function: str
    file: str | None
    line: int | None
    column: int | None
    share: float
    inlined_share: float
    callers: tuple[str, ...]
    stack: tuple[Frame, ...]

    @property
    def location(self) -> str | None:
        """The place as ``file.js:12:5``, as far as it is known."""
        return Frame(self.function, self.file, self.line, self.column).location

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain data."""
        return {
            "function": self.function,
            "location": self.location,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "share": self.share,
            "inlined_share": self.inlined_share,
            "stack": [
                {"function": frame.function, "location": frame.location} for frame in self.stack
            ],
        }


def allocated_at(graph: HeapGraph, nodes: AnyArray) -> AllocatedAt | None:
    """Say which function allocated most of some objects.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        The objects, as ordinals.

    Returns
    -------
    AllocatedAt or None
        None if the file has no call stacks, or if no function allocated a tenth of the objects:
        they are older than the recording, or the engine's. If one of several functions calls the
        others, it is the innermost that is named.
    """
    if not len(nodes) or not traced(graph):
        return None
    rows = trace_of(graph)[nodes]
    traces, counts = np.unique(rows[rows >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_STACKS]
    stacks = [stack_of(graph, trace) for trace in traces[order].tolist()]
    groups: dict[Frame, _Group] = {}
    for stack, count in zip(stacks, counts[order].tolist(), strict=True):
        place = _place_of_program(stack)
        group = groups.setdefault(stack[place], _Group(stack))
        group.count += count
        group.callers.update(stack[place + 1 :])
    likely = {
        frame: sum(groups[one].count for one in group.callers if one in groups and one != frame)
        for frame, group in groups.items()
        if group.count >= _LEAST_SHARE * len(nodes)
    }
    if not likely:
        return None
    frame = max(likely, key=lambda one: (groups[one].count + likely[one], groups[one].count))
    stack = groups[frame].stack
    return AllocatedAt(
        frame.function,
        frame.file,
        frame.line,
        frame.column,
        round(groups[frame].count / len(nodes), _DIGITS),
        round(likely[frame] / len(nodes), _DIGITS),
        tuple(one.function for one in stack[stack.index(frame) + 1 :] if _kind_of(one) in _CODE),
        stack,
    )


@dataclass
class _Group:
    """Objects whose call stacks share the nearest function of the program."""

    stack: tuple[Frame, ...]
    count: int = 0
    callers: set[Frame] = field(default_factory=set)


def _kind_of(frame: Frame) -> str | None:
    """Return whose function it is; None for one of the engine."""
    return None if frame.file is None else package_of(frame.file).kind


def _place_of_program(stack: tuple[Frame, ...]) -> int:
    """Find the nearest frame of the program's own, else of a package, else with a file."""
    kinds = [_kind_of(frame) for frame in stack]
    for kind in (*_CODE, "runtime"):
        if kind in kinds:
            return kinds.index(kind)
    return 0


__all__ = ["AllocatedAt", "allocated_at"]
