"""Texts of concatenated strings, to find secrets that span several parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb.graph import string_buffers
from heapnb.graph.edges import is_string
from heapnb.kernels.redaction import MAX_VISITS_PER_ROPE, list_parts

if TYPE_CHECKING:
    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_ROPES_AT_ONCE: Final = 1 << 16
_BYTES_AT_ONCE: Final = 1 << 26
_NOTHING: Final = -1
_GAP: Final = "\n"
"""Stands for a part whose text is missing in the file."""

_EDGES_AT_ONCE: Final = 1 << 22


@dataclass(frozen=True)
class RopeTexts:
    """A batch of ropes, with their texts and parts.

    Parameters
    ----------
    rope : int64[k]
        Ordinals.
    text : pyarrow.LargeStringArray[k]
        The joined parts.
    first_part : int64[k + 1]
        The parts of rope i are ``part[first_part[i]:first_part[i + 1]]``.
    part : int64[m]
        String indices from left to right; ``n_strings`` stands for a missing part.
    """

    rope: IntArray
    text: pa.LargeStringArray
    first_part: IntArray
    part: IntArray


class Ropes:
    """The concatenated strings of a heap."""

    def __init__(self, graph: HeapGraph) -> None:
        self._graph = graph
        self.node: IntArray = np.flatnonzero(
            graph.node_type == graph.node_type_index("concatenated string")
        )
        """Ordinals."""
        self._halves = self._find_halves()

    def _find_halves(self) -> IntArray:
        graph = self._graph
        halves = np.full((len(self.node), 2), _NOTHING, np.int64)
        if not len(self.node):
            return halves
        row = np.full(graph.n_nodes, _NOTHING, np.min_scalar_type(-len(self.node)))
        row[self.node] = np.arange(len(self.node))
        internal = graph.edge_type_index("internal")
        half = np.zeros(len(graph.strings), np.int8)
        half[is_string(graph, ["first"])] = 1
        half[is_string(graph, ["second"])] = 2
        for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
            stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
            edges = start + np.flatnonzero(graph.edge_type[start:stop] == internal)
            edges = edges[half[graph.edge_name[edges]] != 0]
            rope = row[graph.edge_from(edges)]
            edges, rope = edges[rope >= 0], rope[rope >= 0]
            target = graph.edge_to[edges].astype(np.int64)
            inner = row[target]
            side = half[graph.edge_name[edges]] - 1
            halves[rope, side] = np.where(inner >= 0, inner, -2 - target)
        return halves

    def whole(self) -> Iterator[RopeTexts]:
        """Yield batches of all ropes that are not part of another rope."""
        is_part = np.zeros(len(self.node), np.bool_)
        inner = self._halves[self._halves >= 0]
        is_part[inner] = True
        wanted = np.flatnonzero(~is_part)
        visits = np.zeros(len(self.node), np.uint8)
        for start in range(0, len(wanted), _ROPES_AT_ONCE):
            yield from self._texts(wanted[start : start + _ROPES_AT_ONCE], visits)
        # The remaining ropes contain themselves, so each is part of another rope.
        rest = np.flatnonzero(visits == 0)
        if len(rest):
            yield from self._texts(rest, visits)

    def parts_of(self, nodes: IntArray) -> tuple[IntArray, IntArray]:
        """List the strings in some ropes.

        Parameters
        ----------
        nodes : int64[k]
            Ordinals of ropes.

        Returns
        -------
        rope : int64[m]
            Index into ``nodes``.
        part : int64[m]
            Ordinals of strings and slices.
        """
        rows = np.searchsorted(self.node, nodes)
        first, part = self._parts(rows, np.zeros(len(self.node), np.uint8))
        rope = np.repeat(np.arange(len(nodes)), np.diff(first))
        return rope[part >= 0], part[part >= 0]

    def _parts(self, rows: IntArray, visits: object) -> tuple[IntArray, IntArray]:
        first = np.empty(len(rows) + 1, np.int64)
        room = 2 * MAX_VISITS_PER_ROPE * len(self.node) + 2 * len(rows) + 1
        parts = np.empty(room, np.int64)
        n_parts = list_parts(self._halves, rows.astype(np.int64), visits, first, parts)  # type: ignore[arg-type]
        return first, parts[:n_parts].copy()

    def _texts(self, rows: IntArray, visits: object) -> Iterator[RopeTexts]:
        graph = self._graph
        first, node = self._parts(rows, visits)
        gap = len(graph.strings)
        is_known = node >= 0
        is_known[is_known] = graph.node_type[node[is_known]] == graph.node_type_index("string")
        part = np.where(is_known, graph.node_name[np.maximum(node, 0)], gap).astype(np.int64)
        strings = pa.concat_arrays([graph.strings, pa.array([_GAP], pa.large_string())])
        length = pc.binary_length(strings).to_numpy()[part]
        # Smaller batches if shared parts are long.
        ends = np.concatenate([[0], np.cumsum(length)])[first]
        start = 0
        while start < len(rows):
            stop = int(np.searchsorted(ends, ends[start] + _BYTES_AT_ONCE, side="right")) - 1
            stop = min(max(stop, start + 1), len(rows))
            low, high = int(first[start]), int(first[stop])
            # Consecutive texts are already joined: only the offsets between parts are dropped.
            offset, _ = string_buffers(taken := strings.take(pa.array(part[low:high])))
            joined = pa.LargeStringArray.from_buffers(
                stop - start,
                pa.py_buffer(offset[first[start : stop + 1] - low]),
                taken.buffers()[2],
            )
            yield RopeTexts(
                self.node[rows[start:stop]],
                joined,
                first[start : stop + 1] - low,
                part[low:high],
            )
            start = stop


def pieces(lengths: list[int], start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Split a range of a joined text into ranges of its parts, by their lengths.

    Yields part, start and stop, from left to right.

    Examples
    --------
    >>> list(pieces([8, 3, 2], 5, 12))
    [(0, 5, 8), (1, 0, 3), (2, 0, 1)]
    """
    offset = 0
    for i, length in enumerate(lengths):
        low, high = max(start - offset, 0), min(stop - offset, length)
        if low < high:
            yield i, low, high
        offset += length
        if offset >= stop:
            return
