"""What trees of decoded tables share: masked columns, and their own rows below a row.

Besides ``e`` and an edge, a part of a key may be ``n`` and the ordinal of any node, or ``i`` and
the number of an edge for what refers to the node above.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
import pyarrow as pa

from heapnb._typing import NodeArray
from heapnb.frames import texts
from heapnb.views import fmt
from heapnb.views.columns import is_missing
from heapnb.views.masking import MASK, OFF
from heapnb.workbench.model import LONGEST_TEXT, FilterValue, Page, Window
from heapnb.workbench.python_code import quoted, table_code
from heapnb.workbench.rows.node_rows import follow_part
from heapnb.workbench.trees.frame_tree import FrameTree
from heapnb.workbench.trees.grouped_frame import NODE, arrow_texts
from heapnb.workbench.trees.sections import retainers_page

if TYPE_CHECKING:
    import pandas as pd


NO_MATCH: Final = "No rows match the filters."

_TEXT_KINDS: Final = frozenset({"text", "location"})


class DecodedTree(FrameTree):
    """A tree of a decoded table."""

    empty_text: ClassVar[str]
    """Text of an empty table: what that means."""

    @abstractmethod
    def decode(self) -> pd.DataFrame:
        """Return the frame, before anything in it is masked."""

    def kept(self) -> pd.DataFrame:
        """Return the frame of `decode`; a tree may have it from the cache."""
        return self.decode()

    @property
    def masked_columns(self) -> list[str]:
        """Columns with texts of the program: all that are shown, filtered or grouped by."""
        shown = (column.key for column in self.columns if column.kind in _TEXT_KINDS)
        return list(dict.fromkeys((*self.text_columns, *self.group_by, self.label_column, *shown)))

    def conditions(self, filters: Mapping[str, FilterValue]) -> Sequence[str]:
        """Write the filters that only this tree has as Python, about ``rows``."""
        del filters
        return ()

    def make_frame(self) -> pd.DataFrame:
        """Make the frame; texts that are filtered, shown or grouped are masked in it."""
        frame = self.kept()
        masking = self.workbench.masking
        if not masking.is_on:
            return frame
        # Otherwise a filter would reveal a masked text, letter by letter.
        return frame.assign(**{name: self._masked(frame, name) for name in self.masked_columns})

    def _masked(self, frame: pd.DataFrame, name: str) -> pd.Series[Any]:
        """Mask what looks like a secret in a column of texts; remember its distinct texts."""
        import pandas as pd

        values = frame[name]
        if not isinstance(values.dtype, pd.StringDtype):
            # Numbers, or words of heapnb's own.
            return values
        distinct = arrow_texts(values).dictionary_encode(null_encoding="encode")
        shown = self.workbench.masking.texts(distinct.dictionary)
        self._distinct[name] = pa.DictionaryArray.from_arrays(distinct.indices, shown)
        if shown.equals(distinct.dictionary):
            return values
        return pd.Series(texts(shown.take(distinct.indices)), index=values.index)

    def _text(self, value: object) -> str:
        """Clean a text of the frame, which is already masked."""
        return fmt.clean(str(value), LONGEST_TEXT, OFF)

    def flags(self, rows: pd.DataFrame) -> Sequence[tuple[str, ...]]:
        """Flag rows of which something is masked."""
        columns = [rows[name].tolist() for name in self.masked_columns]
        return [
            ("masked",) if any(MASK in str(value) for value in values) else ()
            for values in zip(*columns, strict=True)
        ]

    # -- rows -------------------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is None:
            page = super().rows(None, window)
            if page.total:
                return page
            return Page((), 0, note=NO_MATCH if len(self.frame) else self.empty_text)
        _, row, parts = self._parse(parent)
        if row is None or not parts:
            return super().rows(parent, window)
        return self.below_part(parent, self.node_at(parent, row, parts), parts[-1], window)

    def below_part(self, key: str, node: int, part: str, window: Window) -> Page:
        """List what is below a row that is deeper than those of the frame."""
        if part.startswith("i"):
            return retainers_page(self.workbench, key, node, window)
        return self.node_rows.children(key, node, window)

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinals that a row stands for: one node, or all of a group."""
        _, row, parts = self._parse(key)
        if row is None or not parts:
            return super().nodes(key)
        return np.array([self.node_at(key, row, parts)], np.uint32)

    def node_at(self, key: str, row: int, parts: Sequence[str]) -> int:
        """Follow the parts of a key below a row of the frame.

        Parameters
        ----------
        key : str
            The whole key, for the message if there is no such row.
        row : int
            Of the frame.
        parts : sequence of str
            The rest of the key.

        Returns
        -------
        int
            The node at the end.

        Raises
        ------
        HeapnbError
            If they lead nowhere.
        """
        node = int(self.frame[NODE].iloc[row])
        for part in parts:
            node = self.follow(key, node, part)
        return node

    def follow(self, key: str, node: int, part: str) -> int:
        """Follow one part of a key from the node above."""
        return follow_part(self.heap, key, node, part)

    # -- Python -----------------------------------------------------------------------------

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
        if key is None:
            return self.table_code(self.workbench.expression, window)
        if "/" in key or not self.group_by:
            return super().python(key, window)
        of_group = self._conditions_of_group(key)
        if of_group is None:
            return super().python(key, window)
        return self.table_code(self.workbench.expression, window, of_group)

    def table_code(self, owner: str, window: Window, conditions: Sequence[str] = ()) -> str:
        """Write the expression for the table, filtered and sorted.

        Parameters
        ----------
        owner : str
            The expression for what has the table.
        window : Window
            Filters and sort.
        conditions : sequence of str
            What else rows have to meet, about ``rows``.

        Returns
        -------
        str
        """
        table = f"{owner}.{self.table}"
        for condition in (*conditions, *self.conditions(window.filters)):
            table = f"{table}.loc[lambda rows: {condition}]"
        return table_code(table, self.frame, self.text_columns, window)

    def _conditions_of_group(self, key: str) -> list[str] | None:
        """Say what the rows of a group have in common; None if that is masked."""
        group, _, _ = self._parse(key)
        first = self.frame.iloc[int(np.argmax(self.grouped.group_of_row == group))]
        conditions = []
        for name in self.group_by:
            value = first[name]
            if is_missing(value):
                conditions.append(f'rows["{name}"].isna()')
            elif MASK in str(value):
                return None
            else:
                conditions.append(f'rows["{name}"] == {quoted(str(value))}')
        return conditions
