"""Live bytes by call stack, as a flame graph, with the functions that allocated most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from heapnb.analysis.allocation.allocations import allocations
from heapnb.views.allocation_views import flame_drawing
from heapnb.workbench.model import Column, Filter, Label, column
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd

_MOST_FUNCTIONS = 20


class AllocationFlameTree(DecodedTree):
    """The call stacks that allocated what is live."""

    key = "allocation_flame"
    title = "Flame graph"
    description = (
        "Live bytes by the call stack that allocated them: callers above callees, the width is the "
        "size."
    )
    label_title = "Function"
    columns: ClassVar[tuple[Column, ...]] = (
        column("live_size"),
        column("live_count"),
    )
    filters: ClassVar[tuple[Filter, ...]] = ()
    default_sort: ClassVar[tuple[str | None, bool]] = ("live_size", True)
    table = "allocations().table"
    text_columns = ("function", "location")
    label_column = "function"
    empty_text = "The recording has no live objects."

    def decode(self) -> pd.DataFrame:
        """Return the functions with most live bytes."""
        return allocations(self.heap).table.head(_MOST_FUNCTIONS).copy()

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label functions."""
        places = zip(rows["function"], rows["location"], strict=True)
        return [function_label(*place) for place in places]

    def chart(self) -> dict[str, Any]:
        """Draw the call stacks.

        Returns
        -------
        dict
            ``svg``, and ``table`` with ``columns`` and ``rows``: the functions with most live
            bytes.
        """
        frame = self.frame
        functions = [self._text(name) for name in frame["function"].tolist()]
        rows = [
            {"function": name, "live_size": size, "live_count": count}
            for name, size, count in zip(
                functions, frame["live_size"].tolist(), frame["live_count"].tolist(), strict=True
            )
        ]
        return {
            "svg": str(flame_drawing(self.heap, self.workbench.masking)),
            "table": {
                "columns": [
                    {"key": "function", "title": self.label_title, "kind": "text"},
                    *({"key": c.key, "title": c.title, "kind": c.kind} for c in self.columns),
                ],
                "rows": rows,
            },
        }


__all__ = ["AllocationFlameTree"]
