"""Texts of the heap's strings, and the texts that several strings share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.decode.links import one_of, places_in, property_of
from heapnb.frames import signed
from heapnb.frames import texts as text_column
from heapnb.frames.kept import kept_frame
from heapnb.graph import derived, string_buffers
from heapnb.kernels.ropes import NOTHING, join_ropes, measure_ropes
from heapnb.kernels.texts import count_texts

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import ByteArray, IntArray
    from heapnb.graph import HeapGraph

KINDS: Final = ("string", "rope", "slice")
"""What a string can be, in the order of `heapnb.vocab.STRING_TYPES`."""

_STRING, _ROPE, _SLICE = range(len(KINDS))
_GROUP_COLUMNS: Final = ("kind", "first", "count", "size", "retained_size")
_LONGEST_TEXT: Final = 1024
_LEAST_TEXT: Final = 64
# Ropes of a few hundred megabytes must not take as much again.
_MOST_BYTES: Final = 1 << 28
# UTF-8: from which value on a byte begins a character of several.
_FIRST_OF_TWO, _FIRST_OF_THREE, _FIRST_OF_FOUR = 0xC0, 0xE0, 0xF0
_LONGEST_CHARACTER: Final = 4


def texts(graph: HeapGraph) -> pd.DataFrame:
    """List the texts that strings of the heap have, those with most bytes first.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a text.

        ``text``
            As far as the file has it: V8 cuts strings at 1,024 characters. Longer ones count as
            equal if these are, and the sizes. Ropes (concatenations that V8 has not yet joined)
            have the text of their parts. ``<NA>`` for slices, of which the file does not say
            where they begin and end.
        ``kind``
            One of `KINDS`.
        ``length``
            Characters of ``text``.
        ``count``
            How many strings have it.
        ``shallow_size``, ``retained_size``
            Bytes of all of them.
        ``wasted_size``
            Bytes of all but one.
        ``node_id``
            The first of them.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c c/first>a c/second>b")
    >>> for key, kind, text in [
    ...     ("a", "string", "red"),
    ...     ("b", "string", "wine"),
    ...     ("c", "concatenated string", "(concatenated string)"),
    ... ]:
    ...     _ = builder.node(key, type=kind, name=text)
    >>> texts(builder.graph())[["text", "kind", "count"]]
          text    kind  count
    0      red  string      1
    1     wine  string      1
    2  redwine    rope      1
    """
    import pandas as pd

    groups = text_groups(graph)
    values = texts_of(graph, np.arange(len(groups.first)))
    columns = {
        "text": text_column(values),
        "kind": one_of(groups.kind.astype(np.int8), KINDS),
        "length": pc.utf8_length(values).fill_null(0).to_numpy(),
        "count": groups.count,
        "shallow_size": groups.size * groups.count,
        "retained_size": groups.retained_size,
        "wasted_size": groups.size * (groups.count - 1),
        "node_id": signed(graph.node_id[groups.first]),
    }
    return pd.DataFrame(columns, copy=False)


def duplicate_strings(graph: HeapGraph) -> pd.DataFrame:
    """List the texts that several strings have, what most could be spared by first.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a text.

        ``text``
            As far as the file has it: V8 cuts strings at 1,024 characters. Longer ones count as
            equal if these are, and the sizes.
        ``count``
            How many strings have it.
        ``size``
            Bytes of all of them, shallow.
        ``wasted_size``
            Bytes of all but one.
        ``node_id``
            One of them.

    Notes
    -----
    Ropes and slices, whose text the file does not have, are left out.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c")
    >>> for key, text in [("a", "red"), ("b", "blue"), ("c", "red")]:
    ...     _ = builder.node(key, type="string", name=text, size=24)
    >>> duplicate_strings(builder.graph())
      text  count  size  wasted_size  node_id
    0  red      2    48           24        3
    """
    import pandas as pd

    groups = _groups_of_strings(graph)
    groups = groups.take(np.flatnonzero(groups.count > 1))
    wasted = groups.size * (groups.count - 1)
    order = np.argsort(-wasted, kind="stable")
    groups = groups.take(order)
    columns = {
        "text": text_column(groups.text),
        "count": groups.count,
        "size": groups.size * groups.count,
        "wasted_size": wasted[order],
        "node_id": signed(graph.node_id[groups.first]),
    }
    return pd.DataFrame(columns, copy=False)


@dataclass(frozen=True)
class TextGroups:
    """Strings, grouped by kind, text and shallow size.

    Parameters
    ----------
    text : pyarrow.LargeStringArray[k]
        Null for slices.
    kind : int64[k]
        Indices into `KINDS`.
    first : int64[k]
        Ordinal of the first string of each group.
    count : int64[k]
        How many there are.
    size : int64[k]
        Bytes of each one of them, shallow.
    retained_size : int64[k]
        Bytes that all of them retain, added up.
    """

    text: pa.LargeStringArray
    kind: IntArray
    first: IntArray
    count: IntArray
    size: IntArray
    retained_size: IntArray

    def take(self, rows: IntArray) -> TextGroups:
        """Choose groups.

        Parameters
        ----------
        rows : int64[m]
            Which, in their new order.

        Returns
        -------
        TextGroups
        """
        return TextGroups(
            self.text.take(pa.array(rows)),
            *(getattr(self, name)[rows] for name in _GROUP_COLUMNS),
        )


@dataclass(frozen=True)
class _KeptGroups:
    """Groups of `TextGroups`, with the texts that are not in the string table.

    Parameters
    ----------
    kind, first, count, size, retained_size : int64[k]
        As there.
    rope_text : pyarrow.LargeStringArray[k]
        The joined texts of ropes; null for others.
    """

    kind: IntArray
    first: IntArray
    count: IntArray
    size: IntArray
    retained_size: IntArray
    rope_text: pa.LargeStringArray


@derived(keep=False)
def text_groups(graph: HeapGraph) -> _KeptGroups:
    """Group all strings of a heap by their texts, those with most bytes first.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    _KeptGroups
        In the order of `texts`.
    """
    frame, _ = kept_frame(graph, "text_groups", lambda: _frame_of_groups(graph))
    rope_text = pa.array(frame["rope_text"].array, pa.large_string())
    if isinstance(rope_text, pa.ChunkedArray):
        rope_text = rope_text.combine_chunks()
    columns = {name: frame[name].to_numpy() for name in _GROUP_COLUMNS}
    return _KeptGroups(**columns, rope_text=rope_text)


def _frame_of_groups(graph: HeapGraph) -> pd.DataFrame:
    import pandas as pd

    parts = [_groups_of_strings(graph), _groups_of_ropes(graph), _groups_of_slices(graph)]
    found = TextGroups(
        pa.concat_arrays([part.text for part in parts]),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in _GROUP_COLUMNS),
    )
    found = found.take(np.lexsort((found.first, -found.size * found.count)))
    is_rope = pa.array(found.kind == _ROPE)
    columns = {name: getattr(found, name) for name in _GROUP_COLUMNS}
    rope_text = pc.if_else(is_rope, found.text, pa.scalar(None, pa.large_string()))
    return pd.DataFrame({**columns, "rope_text": text_column(rope_text)}, copy=False)


def texts_of(graph: HeapGraph, rows: IntArray) -> pa.LargeStringArray:
    """Return texts.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows : int64[k]
        Rows of `texts`.

    Returns
    -------
    pyarrow.LargeStringArray
        Null for slices.
    """
    groups = text_groups(graph)
    is_string = groups.kind[rows] == _STRING
    names = graph.node_name[groups.first[rows]].astype(np.int64)
    plain = graph.strings.take(pa.array(names, mask=~is_string))
    if is_string.all():
        return plain
    return pc.coalesce(plain, groups.rope_text.take(pa.array(rows)))


def strings_with_text(graph: HeapGraph, row: int) -> IntArray:
    """Find all strings of a text.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    row : int
        Of `texts`.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    groups = text_groups(graph)
    kind, first = int(groups.kind[row]), int(groups.first[row])
    if groups.count[row] == 1:
        return np.array([first])
    if kind == _STRING:
        found = np.flatnonzero(graph.node_name == graph.node_name[first])
        found = found[graph.node_type[found] == graph.node_type[first]]
    elif kind == _ROPE:
        ropes, text = _ropes(graph)
        found = ropes[text.indices.to_numpy() == _code_of_rope(graph, first)]
    else:
        found = np.flatnonzero(graph.node_type == graph.node_type[first])
    of_size: IntArray = found[graph.shallow_size[found] == graph.shallow_size[first]]
    return of_size


def row_of_text(graph: HeapGraph, node: int) -> int | None:
    """Find the text of a string.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    int or None
        Row of `texts`; None for other nodes.
    """
    kind = graph.node_type_names[graph.node_type[node]]
    if kind not in vocab.STRING_TYPES:
        return None
    groups = text_groups(graph)
    number = vocab.STRING_TYPES.index(kind)
    rows = np.flatnonzero((groups.kind == number) & (groups.size == int(graph.shallow_size[node])))
    if number == _STRING:
        rows = rows[graph.node_name[groups.first[rows]] == graph.node_name[node]]
    elif number == _ROPE:
        ropes, text = _ropes(graph)
        code = text.indices.to_numpy()[places_in(ropes, groups.first[rows])]
        rows = rows[code == _code_of_rope(graph, node)]
    return int(rows[0])


def rope_texts(graph: HeapGraph, ropes: IntArray) -> pa.LargeStringArray:
    """Join the parts of ropes, each as if no other were there to be joined.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    ropes : int64[k]
        Ordinals of all ropes of the heap, ascending.

    Returns
    -------
    pyarrow.LargeStringArray
        Their first 1,024 bytes; less of each where there are very many of them.
    """
    halves = np.empty((len(ropes), 2), np.int64)
    for i, name in enumerate(("first", "second")):
        node = property_of(graph, ropes, name, edge_type="internal")
        string = -2 - graph.node_name[np.maximum(node, 0)].astype(np.int64)
        row = places_in(ropes, node)
        halves[:, i] = np.where(node < 0, NOTHING, np.where(row >= 0, row, string))
    offsets, characters = string_buffers(graph.strings)
    limit = min(_LONGEST_TEXT, max(_LEAST_TEXT, _MOST_BYTES // max(len(ropes), 1)))
    order, length = (np.empty(len(ropes), np.int64) for _ in range(2))
    measure_ropes(halves, offsets, limit, order, length)
    first_byte = np.append(0, np.cumsum(length))
    joined = np.empty(int(first_byte[-1]), np.uint8)
    join_ropes(halves, offsets, characters, order, first_byte, joined)
    return _whole_characters(joined, first_byte, first_byte[1:][length == limit])


def _whole_characters(
    text: ByteArray, first_byte: IntArray, cut_ends: IntArray
) -> pa.LargeStringArray:
    """Make strings of UTF-8, some of which end within a character."""
    n_left_over = np.zeros(len(cut_ends), np.int64)
    for n_bytes in range(1, _LONGEST_CHARACTER):
        byte = text[cut_ends - n_bytes]
        n_needed = 2 + (byte >= _FIRST_OF_THREE).astype(np.int64) + (byte >= _FIRST_OF_FOUR)
        n_left_over[(byte >= _FIRST_OF_TWO) & (n_needed > n_bytes)] = n_bytes
    keep = np.ones(len(text), np.bool_)
    for n_bytes in range(1, _LONGEST_CHARACTER):
        keep[cut_ends[n_left_over >= n_bytes] - n_bytes] = False
    offsets = np.append(0, np.cumsum(keep))[first_byte]
    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text[keep])
    )


def _groups_of_strings(graph: HeapGraph) -> TextGroups:
    """Group strings whose text the file has, in the order of the string table."""
    nodes = _of_type(graph, "string")
    n_texts = len(graph.strings)
    first, size = (np.empty(n_texts, np.int64) for _ in range(2))
    count, retained = (np.zeros(n_texts, np.int64) for _ in range(2))
    others = np.empty(len(nodes), np.int64)
    n_others = count_texts(
        nodes,
        graph.node_name,
        graph.shallow_size,
        graph.retained_size,
        first,
        size,
        count,
        retained,
        others,
    )
    text = np.flatnonzero(count)
    alike = (first[text], size[text], count[text], retained[text])
    others = others[:n_others]
    different = _group(graph, others, graph.node_name[others].astype(np.int64))
    first, size, count, retained = (
        np.concatenate(pair) for pair in zip(alike, different, strict=True)
    )
    text = graph.node_name[first].astype(np.int64)
    groups = TextGroups(
        graph.strings.take(pa.array(text)),
        np.full(len(first), _STRING),
        first,
        count,
        size,
        retained,
    )
    return groups.take(np.lexsort((size, text))) if n_others else groups


def _groups_of_ropes(graph: HeapGraph) -> TextGroups:
    ropes, text = _ropes(graph)
    code = text.indices.to_numpy()
    first, size, count, retained = _group(graph, ropes, code)
    shown = text.dictionary.take(pa.array(code[places_in(ropes, first)]))
    return TextGroups(shown, np.full(len(first), _ROPE), first, count, size, retained)


def _groups_of_slices(graph: HeapGraph) -> TextGroups:
    nodes = _of_type(graph, "sliced string")
    first, size, count, retained = _group(graph, nodes, np.zeros(len(nodes), np.int64))
    text = pa.nulls(len(first), pa.large_string())
    return TextGroups(text, np.full(len(first), _SLICE), first, count, size, retained)


def _of_type(graph: HeapGraph, node_type: str) -> IntArray:
    return np.flatnonzero(graph.node_type == graph.node_type_index(node_type))


@derived(keep=False, name="ropes")
def _ropes(graph: HeapGraph) -> tuple[IntArray, pa.DictionaryArray]:
    """Return all ropes and their texts."""
    ropes = _of_type(graph, "concatenated string")
    return ropes, rope_texts(graph, ropes).dictionary_encode()


def _code_of_rope(graph: HeapGraph, rope: int) -> int:
    ropes, text = _ropes(graph)
    return int(text.indices[int(np.searchsorted(ropes, rope))].as_py())


def _group(
    graph: HeapGraph, nodes: IntArray, text: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Group strings by numbers of their texts and by size: first, size, count, retained size."""
    size = graph.shallow_size[nodes].astype(np.int64)
    _, first, which, count = np.unique(
        np.stack([text, size]), axis=1, return_index=True, return_inverse=True, return_counts=True
    )
    retained = np.zeros(len(first), np.int64)
    np.add.at(retained, which, graph.retained_size[nodes].astype(np.int64))
    return nodes[first], size[first], count, retained
