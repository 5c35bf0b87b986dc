"""The edges of WeakMap entries, recognised by their names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.format.arrow import string_buffers, to_arrow, to_numpy

_EPHEMERON = (
    r"^[0-9]+(?P<pair> / part of key \(ANY*? @[0-9]+\) -> value \(ANY*? @[0-9]+\) "
    r"pair in WeakMap \(table @(?P<table>[0-9]{1,18})\))$"
).replace("ANY", "[^\n\r\u2028\u2029]")
_EPHEMERON_MARK = " pair in WeakMap (table @"


class Ephemerons:
    """Names of edges to the values of WeakMaps: V8 writes one from the map, one from the key.

    Parameters
    ----------
    string_index : int64[k]
        Strings that name such an edge.
    pair : int64[k]
        The number of the entry; both its edges have the same.
    table_id : int64[k]
        Node id of the map's table.
    n_strings : int
        Length of the string table.
    """

    def __init__(
        self, string_index: IntArray, pair: IntArray, table_id: IntArray, n_strings: int
    ) -> None:
        self.string_index = string_index
        self.pair = pair
        self.table_id = table_id
        self._n_strings = n_strings

    @classmethod
    def find(cls, strings: pa.LargeStringArray) -> Ephemerons:
        """Scan a string table."""
        index = _from_digit_to_parenthesis(strings)
        candidates = pc.match_substring(strings.take(to_arrow(index)), _EPHEMERON_MARK)
        index = index[to_numpy(candidates)]
        parts = pc.extract_regex(strings.take(to_arrow(index)), _EPHEMERON)
        is_valid = pc.is_valid(parts)
        parts = parts.filter(is_valid)
        pair, table = parts.field("pair"), parts.field("table")
        found = cls(
            index[to_numpy(is_valid)],
            to_numpy(pair.dictionary_encode().indices).astype(np.int64),
            to_numpy(pc.cast(table, pa.int64())).copy(),
            len(strings),
        )
        # Arrow keeps what it used for another time; dominators, next, need it now.
        del candidates, parts, is_valid, pair, table
        pa.default_memory_pool().release_unused()
        return found

    @property
    def n_pairs(self) -> int:
        """Number of entries."""
        return int(self.pair.max()) + 1 if len(self.pair) else 0

    @property
    def pair_of_string(self) -> IntArray:
        """``int64[n_strings]``: the entry, or -1; of length 0 if there are no entries."""
        return self._by_string(self.pair)

    @property
    def table_of_string(self) -> IntArray:
        """``int64[n_strings]``: node id of the table, or -1; of length 0 without entries."""
        return self._by_string(self.table_id)

    def _by_string(self, values: IntArray) -> IntArray:
        if not len(values):
            return np.empty(0, np.int64)
        spread = np.full(self._n_strings, vocab.NO_INDEX, np.int64)
        spread[self.string_index] = values
        return spread


def _from_digit_to_parenthesis(strings: pa.LargeStringArray) -> IntArray:
    """List the strings that begin with a digit and end with a parenthesis: few need a search."""
    offsets, text = string_buffers(strings)
    if not len(text):
        return np.empty(0, np.int64)
    rows = np.flatnonzero(text[np.maximum(offsets[1:] - 1, 0)] == ord(")"))
    first = text[np.minimum(offsets[rows], len(text) - 1)]
    found: IntArray = rows[(first >= ord("0")) & (first <= ord("9"))]
    return found


__all__ = ["Ephemerons"]
