"""Allocation traces of a heap: which call stack allocated each node, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.errors import HeapnbError
from heapnb.format.traces import (
    Samples,
    TracedFunctions,
    TraceTree,
    has_samples,
    has_traces,
    read_functions,
    read_samples,
    read_trace_tree,
)
from heapnb.graph.derivation import derived
from heapnb.graph.heap import HeapGraph
from heapnb.graph.locations import UNNAMED, written_at
from heapnb.graph.source_files import Place

ANONYMOUS: Final = "(anonymous)"
"""Stands for functions without a name."""

_DENSE: Final = 8
"""Up to this multiple of the number of stacks their ids index an array."""


class NoTracesError(HeapnbError):
    """The snapshot does not say where, or when, its objects were allocated.

    Parameters
    ----------
    name : str
        The file.
    what : str
        What it lacks.
    """

    def __init__(self, name: str, what: str = "call stacks of allocations") -> None:
        super().__init__(
            f"{name} has no {what}.",
            hint="record an allocation time line: `heapnb capture --timeline 60s`; in Chrome "
            "DevTools, Memory → Allocations on timeline, with allocation stacks. See "
            "docs/allocations.md.",
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """A function of a call stack.

    Parameters
    ----------
    function : str
        Its name, ``"(anonymous)"`` without one.
    file : str or None
        Path or URL, through source maps; None for functions of the engine.
    line, column : int or None
        Where it begins, from 1; None where V8 does not say.
    """

    function: str
    file: str | None = None
    line: int | None = None
    column: int | None = None

    @property
    def location(self) -> str | None:
        """The place as ``file.js:12:5``, or as far as it is known."""
        if self.file is None or self.line is None:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


def traced(graph: HeapGraph) -> bool:
    """Tell whether a heap has call stacks of allocations."""
    return has_traces(graph.raw)


def sampled(graph: HeapGraph) -> bool:
    """Tell whether a heap says when its objects were allocated."""
    return has_samples(graph.raw)


@derived(keep=False)
def traced_functions(graph: HeapGraph) -> TracedFunctions:
    """Return the functions of the call stacks; `NoTracesError` where there are none."""
    if not traced(graph):
        raise NoTracesError(graph.raw.source.name)
    return read_functions(graph.raw)


@derived(title="Reading call stacks", keep=False)
def trace_tree(graph: HeapGraph) -> TraceTree:
    """Return the call stacks; `NoTracesError` where there are none."""
    return read_trace_tree(graph.raw, len(traced_functions(graph)))


@derived(keep=False)
def samples(graph: HeapGraph) -> Samples:
    """Return when which ids were given; `NoTracesError` where the file does not say."""
    if not sampled(graph):
        raise NoTracesError(graph.raw.source.name, "samples of an allocation time line")
    return read_samples(graph.raw)


@derived(keep=False)
def trace_of(graph: HeapGraph) -> IntArray:
    """``int64[n_nodes]``: row of `trace_tree` that allocated each node, -1 where it is unknown."""
    trace_ids = trace_tree(graph).trace_id
    nodes = graph.raw.trace_node_id
    if nodes is None or not len(trace_ids):
        return np.full(graph.n_nodes, vocab.NO_INDEX, np.int64)
    largest = int(trace_ids.max())
    if largest <= _DENSE * len(trace_ids):
        # V8 counts from 1; the first and the last entry stand for ids that no stack has.
        row_of = np.full(largest + 2, vocab.NO_INDEX, np.int64)
        row_of[trace_ids] = np.arange(len(trace_ids))
        row_of[0] = vocab.NO_INDEX
        return row_of[np.minimum(nodes, largest + 1)]
    order = np.argsort(trace_ids)
    place = np.searchsorted(trace_ids[order], nodes)
    rows = order[np.minimum(place, len(order) - 1)]
    return np.where((trace_ids[rows] == nodes) & (nodes > 0), rows, vocab.NO_INDEX)


def frame_of(graph: HeapGraph, function: int) -> Frame:
    """Name a function of the call stacks, and say where it is written.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    function : int
        Row of `traced_functions`.

    Returns
    -------
    Frame
    """
    known = _frames(graph)
    if function not in known:
        known[function] = _read_frame(graph, function)
    return known[function]


@derived(keep=False)
def _frames(graph: HeapGraph) -> dict[int, Frame]:
    """Frames that were asked for: looking up a source map takes a while."""
    del graph
    return {}


def _read_frame(graph: HeapGraph, function: int) -> Frame:
    functions = traced_functions(graph)
    name = graph.string(functions.name[function]) or ANONYMOUS
    line, column = int(functions.line[function]), int(functions.column[function])
    script_id = int(functions.script_id[function])
    script = graph.string(functions.script_name[function])
    if not script_id and not script:
        return Frame(name)
    file = script or f"{UNNAMED}{script_id}"
    if line < 1 or column < 1:
        return Frame(name, file)
    place = written_at(graph, Place(file, line, column))
    return Frame(name, place.file, place.line, place.column)


def stack_of(graph: HeapGraph, trace: int) -> tuple[Frame, ...]:
    """Return the frames of a call stack, the function that allocated first.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    trace : int
        Row of `trace_tree`.

    Returns
    -------
    tuple of Frame
        Without V8's root of all stacks.
    """
    tree = trace_tree(graph)
    frames: list[Frame] = []
    while trace != vocab.NO_INDEX:
        caller = int(tree.parent[trace])
        if caller != vocab.NO_INDEX or not frames:
            frames.append(frame_of(graph, int(tree.function[trace])))
        trace = caller
    return tuple(frames)


__all__ = [
    "ANONYMOUS",
    "Frame",
    "NoTracesError",
    "frame_of",
    "sampled",
    "samples",
    "stack_of",
    "trace_of",
    "trace_tree",
    "traced",
    "traced_functions",
]
