"""The tables in which V8 keeps the entries of a Map and the members of a Set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.places import internal_child

if TYPE_CHECKING:
    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

# A table is an array of words: three counts, one word a bucket, and for each of the two entries
# a bucket has room for its key (its value) and a link.
_N_COUNTS: Final = 3
_ENTRIES_PER_BUCKET: Final = 2
_WORDS_PER_ENTRY: Final = {"Map": 3, "Set": 2}
_MIN_BUCKETS: Final = 2
# Bytes of a word, and of what is in front of the first: with and without small pointers.
_WORD_AND_HEADER: Final = ((8, 16), (4, 8))
_MAX_DIGITS: Final = 9


@dataclass(frozen=True)
class Entries:
    """What a Map or Set holds, as far as the file has it.

    Parameters
    ----------
    kind : str
        ``"Map"`` or ``"Set"``.
    key, value : int64[k]
        Ordinals in the order of insertion; -1 for what the file leaves out: small integers,
        ``undefined``, ``null``, booleans. Values are all -1 for a Set.
    """

    kind: str
    key: IntArray
    value: IntArray


def entries(graph: HeapGraph, node: int) -> Entries | None:
    """Read the entries of a Map or Set.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal of an object.

    Returns
    -------
    Entries or None
        None for objects of other kinds. Entries with neither key nor value in the file are
        left out.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>m m/table>t t/5>key t/6>value t/9>other")
    >>> graph = builder.node("t", type="array", size=16 + 8 * (3 + 2 + 4 * 3)).graph()
    >>> found = entries(graph, builder.ordinal("m"))
    >>> found.kind, found.key.tolist(), found.value.tolist()
    ('Map', [3, -1], [4, 5])
    """
    table = internal_child(graph, node, "table")
    if table is None or graph.node_type[table] != graph.node_type_index("array"):
        return None
    shape = _shape(int(graph.self_size[table]))
    if shape is None:
        return None
    kind, n_buckets = shape
    words = _WORDS_PER_ENTRY[kind]
    index, target = _indexed_edges(graph, table)
    offset = index - (_N_COUNTS + n_buckets)
    is_entry = (offset >= 0) & (offset < _ENTRIES_PER_BUCKET * n_buckets * words)
    # The last word of an entry is its link.
    is_entry &= offset % words != words - 1
    offset, target = offset[is_entry], target[is_entry]
    row, which = np.unique(offset // words, return_inverse=True)
    cells = np.full((2, len(row)), vocab.NO_INDEX, np.int64)
    cells[offset % words, which] = target
    return Entries(kind, cells[0], cells[1])


def _shape(size: int) -> tuple[str, int] | None:
    """Tell from a table's bytes what it is for, and how many buckets it has.

    No size fits more than one kind: the number of buckets is a power of two.
    """
    for word, header in _WORD_AND_HEADER:
        n_words, rest = divmod(size - header, word)
        for kind, words in _WORDS_PER_ENTRY.items():
            n_buckets, odd = divmod(n_words - _N_COUNTS, 1 + _ENTRIES_PER_BUCKET * words)
            is_power = n_buckets >= _MIN_BUCKETS and n_buckets & (n_buckets - 1) == 0
            if not rest and not odd and is_power:
                return kind, n_buckets
    return None


def _indexed_edges(graph: HeapGraph, table: int) -> tuple[IntArray, IntArray]:
    """Return an array's internal edges that are named by an index, and where they lead."""
    start, stop = graph.edges_of(table)
    is_internal = graph.edge_type[start:stop] == graph.edge_type_index("internal")
    edges = start + np.flatnonzero(is_internal)
    names = graph.strings.take(pa.array(graph.edge_name[edges]))
    is_index = pc.match_substring_regex(names, f"^[0-9]{{1,{_MAX_DIGITS}}}$")
    index = pc.cast(names.filter(is_index), pa.int64()).to_numpy()
    targets = graph.edge_to[edges[is_index.to_numpy(zero_copy_only=False)]].astype(np.int64)
    return index, targets
