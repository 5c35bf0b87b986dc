"""Trees of the decoded tables, made from their entries in `heapnb.analysis.tables`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from heapnb.analysis.tables import TABLES, DecodedTable
from heapnb.frames import texts
from heapnb.frames.kept import kept_frame
from heapnb.schema import COLUMNS, Kind
from heapnb.workbench.model import Label, column, count_of
from heapnb.workbench.rows.labels import function_label, held_label, location_label
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.grouped_frame import NODE

if TYPE_CHECKING:
    import pandas as pd

_LIST: Final = "variables"
"""The only column of lists; a tree shows and searches it as one text."""

_OWN_WORDS: Final = frozenset({"kind", "state"})
"""Columns of heapnb's own words, in which no text is searched."""


class TableTree(DecodedTree):
    """A decoded table as a tree.

    A subclass names its entry: ``class ClosuresTree(TableTree, entry="closures")``. What it does
    not define itself comes from the entry.
    """

    entry: ClassVar[DecodedTable]

    def __init_subclass__(cls, *, entry: str | DecodedTable) -> None:
        super().__init_subclass__()
        table = TABLES[entry] if isinstance(entry, str) else entry
        words = table.name.replace("_", " ")
        shown = (*table.group_by, *table.in_tree)
        is_text = {
            name
            for name in shown
            if COLUMNS[name].kind in {Kind.TEXT, Kind.LOCATION} and name not in _OWN_WORDS
        }
        as_text = f'.assign({_LIST}=lambda rows: rows["{_LIST}"].map(", ".join))'
        defaults: dict[str, object] = {
            "entry": table,
            "key": table.name,
            "title": words.capitalize(),
            "description": table.description,
            "label_title": COLUMNS[shown[0]].title,
            "columns": (count_of(words), *map(column, table.in_tree), *NODE_COLUMNS),
            "table": f"{table.name}(){as_text if _LIST in table.columns else ''}",
            "text_columns": tuple(dict.fromkeys(name for name in shown if name in is_text)),
            "label_column": next(
                name for name in ("function", "class_name", shown[0]) if name in table.columns
            ),
            "group_by": table.group_by,
            "empty_text": table.empty_text,
        }
        for name, value in defaults.items():
            if name not in cls.__dict__:
                setattr(cls, name, value)

    def decode(self) -> pd.DataFrame:
        """Return the table, lists as text."""
        frame = self.entry.frame(self.heap)
        if _LIST not in frame:
            return frame
        names = pa.array(frame[_LIST], pa.large_list(pa.large_string()))
        if isinstance(names, pa.ChunkedArray):
            names = names.combine_chunks()
        joined = pc.binary_join(names, pa.scalar(", ", pa.large_string()))
        return frame.assign(**{_LIST: texts(joined)})

    def kept(self) -> pd.DataFrame:
        """Return the frame from the cache, with ordinals, if it has one of heapnb's own tables."""
        if TABLES.get(self.entry.name) is not self.entry:
            # What a plug-in makes may follow from more than the heap.
            return self.decode()
        frame, ordinals = kept_frame(self.heap, self.entry.name, self.decode)
        return frame if ordinals is None else frame.assign(**{NODE: ordinals})

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label groups by function, holder, file, or their values."""
        first = self.group_by[0]
        if "function" in self.group_by:
            places = zip(groups["function"], groups["location"], strict=True)
            return [function_label(*place) for place in places]
        if "variable" in self.group_by:
            held = zip(groups[first], groups["variable"], groups["holder"], strict=True)
            return [held_label(*names) for names in held]
        if COLUMNS[first].kind is Kind.LOCATION:
            return [location_label(name, missing="(no file)") for name in groups[first]]
        return super().group_labels(groups)


def make_class(table: DecodedTable) -> type[TableTree]:
    """Make the class of a tree without logic of its own.

    Parameters
    ----------
    table : DecodedTable
        What it shows.

    Returns
    -------
    type
    """

    class Made(TableTree, entry=table):
        __doc__ = table.description

    Made.__name__ = Made.__qualname__ = f"{table.name.title().replace('_', '')}Tree"
    return Made


__all__ = ["TableTree", "make_class"]
