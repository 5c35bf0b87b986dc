"""Statistics: what kinds of things the heap is made of, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from heapnb.analysis.statistics import statistics
from heapnb.views import treemaps
from heapnb.workbench.model import Column, Filter, Label, column
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class StatisticsTree(DecodedTree):
    """The heap by kind, as DevTools' Statistics has it."""

    key = "statistics"
    title = "Statistics"
    description = "The bytes of the heap by kind of object."
    effort = "none"
    label_title = "Kind"
    columns: ClassVar[tuple[Column, ...]] = (
        column("size", doc="Shallow bytes of everything of this kind."),
        column("share"),
    )
    filters: ClassVar[tuple[Filter, ...]] = ()
    default_sort: ClassVar[tuple[str | None, bool]] = ("size", True)
    table = "statistics().table"
    label_column = "kind"
    empty_text = "The heap is empty."

    def decode(self) -> pd.DataFrame:
        """Return sizes by kind."""
        return statistics(self.heap).table

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label kinds."""
        return [(("class", kind),) for kind in rows["kind"]]

    def chart(self) -> dict[str, Any]:
        """Draw the kinds.

        Returns
        -------
        dict
            ``svg``, and ``table`` with ``columns`` and ``rows``, the largest kind first.
        """
        frame = self.frame.sort_values("size", ascending=False, kind="stable")
        parts = list(zip(frame["kind"].tolist(), frame["size"].tolist(), strict=True))
        return {
            "svg": str(treemaps.treemap(parts, title="The heap by kind")),
            "table": {
                "columns": [
                    {"key": "kind", "title": self.label_title, "kind": "text"},
                    *({"key": c.key, "title": c.title, "kind": c.kind} for c in self.columns),
                ],
                "rows": frame[["kind", "size", "share"]].to_dict("records"),
            },
        }
