"""Collections: what holds entries, how many and how full, by the name that it is held under.

Below a Map, Set, WeakMap or WeakSet are its entries (``k`` and a number in a key), in the order of
insertion; below arrays and objects what they refer to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray
from heapnb.decode.containers import KINDS
from heapnb.decode.hashtables import Entries, entries
from heapnb.secrets import is_secret_name
from heapnb.views.masking import MASK
from heapnb.workbench.model import (
    Filter,
    FilterValue,
    Label,
    LabelRole,
    Page,
    Row,
    Window,
)
from heapnb.workbench.python_code import quoted
from heapnb.workbench.rows.filtering import SIZE_FILTER, TEXT_FILTER
from heapnb.workbench.rows.row_keys import no_row, parse_part
from heapnb.workbench.trees.grouped_frame import NODE
from heapnb.workbench.trees.sections import with_label
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.workbench.subject import Workbench

_ALL: Final = "all"
_KIND_FILTER: Final = Filter(
    "kind", "Kind", "choice", ((_ALL, "All collections"), *((kind, kind) for kind in KINDS))
)
_UNSEEN: Final[tuple[LabelRole, str]] = ("value", "?")
_TEXTS: Final = ("string", "value")
_MOST_READ: Final = 8
"""Collections whose entries are kept in memory."""


class CollectionsTree(TableTree, entry="collections"):
    """Maps, Sets, arrays and dictionaries, grouped by kind and by what holds them."""

    effort = "search"
    label_title = "Collection"
    filters: ClassVar[tuple[Filter, ...]] = (TEXT_FILTER, _KIND_FILTER, SIZE_FILTER)
    text_columns = ("variable", "holder", "class_name")
    label_column = "variable"
    group_label_column = "variable"

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._read: dict[int, Entries | None] = {}

    def choose(self, filters: Mapping[str, FilterValue]) -> BoolArray | None:
        """Say which are of the kind that is asked for."""
        kind = filters.get(_KIND_FILTER.key) or _ALL
        if kind == _ALL:
            return None
        found: BoolArray = (self.frame["kind"] == kind).to_numpy(np.bool_)
        return found

    def conditions(self, filters: Mapping[str, FilterValue]) -> Sequence[str]:
        """Write the choice of a kind."""
        kind = filters.get(_KIND_FILTER.key) or _ALL
        return () if kind == _ALL else (f'rows["kind"] == {quoted(str(kind))}',)

    def has_more(self, rows: pd.DataFrame) -> Sequence[bool]:
        """Collections may have entries, but for those of which it is known that they have none."""
        is_empty = (rows["entry_count"] == 0).fillna(False).tolist()
        return [
            has_edges and not empty
            for has_edges, empty in zip(super().has_more(rows), is_empty, strict=True)
        ]

    # -- entries ----------------------------------------------------------------------------

    def below(self, key: str, row: int, window: Window) -> Page:
        """List entries."""
        node = int(self.frame[NODE].iloc[row])
        found = self._entries(node)
        if found is None:
            return self.node_rows.children(key, node, window)
        places = np.arange(window.offset, min(window.offset + window.limit, len(found.key)))
        is_set = found.kind == "Set" or self.heap.name(node) == "WeakSet"
        rows = self._entry_rows(key, found, places, is_set=is_set)
        return Page(rows, len(found.key), window.offset)

    def follow(self, key: str, node: int, part: str) -> int:
        """Follow one part of a key from the node above."""
        kind, place = parse_part(key, part)
        if kind != "k":
            return super().follow(key, node, part)
        found = self._entries(node)
        if found is None or place >= len(found.key):
            raise no_row(key)
        return int(_shown_nodes(found)[place])

    def _entries(self, node: int) -> Entries | None:
        if node not in self._read:
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            self._read[node] = entries(self.heap, node)
        return self._read[node]

    def _entry_rows(
        self, parent: str, found: Entries, places: IntArray, *, is_set: bool
    ) -> tuple[Row, ...]:
        """Make rows of entries: those of their values, with the keys before them."""
        keys = [f"{parent}/k{place}" for place in places.tolist()]
        rows = self.node_rows.rows(keys, _shown_nodes(found)[places])
        if is_set:
            return rows
        key_nodes, is_seen = found.key[places], (found.value[places] >= 0).tolist()
        known = np.flatnonzero(key_nodes >= 0)
        labels = dict(
            zip(known.tolist(), self.node_rows.labels.of_nodes(key_nodes[known]), strict=True)
        )
        shown = []
        for i, row in enumerate(rows):
            if not is_seen[i]:
                # Small integers are not in the file. The row is the key's.
                shown.append(with_label(row, behind=(("operator", " → "), _UNSEEN)))
                continue
            key_label = labels.get(i, (_UNSEEN,))
            whole: Label = (*key_label, ("operator", " → "), *row.label)
            if row.label[0][0] in _TEXTS and self._is_secret(int(key_nodes[i])):
                whole = (*key_label, ("operator", " → "), ("string", MASK), row.label[-1])
            is_masked = any(MASK in text for _, text in whole)
            flags = dict.fromkeys((*row.flags, *(["masked"] if is_masked else [])))
            shown.append(replace(row, label=whole, flags=tuple(flags)))
        return tuple(shown)

    def _is_secret(self, key: int) -> bool:
        """Tell whether a key says that its value is one."""
        if not self.workbench.masking.is_on or key < 0:
            return False
        kind = self.heap.node_type_names[self.heap.node_type[key]]
        return kind in vocab.STRING_TYPES and is_secret_name(self.heap.display_name(key))


def _shown_nodes(found: Entries) -> IntArray:
    return np.where(found.value >= 0, found.value, found.key)
