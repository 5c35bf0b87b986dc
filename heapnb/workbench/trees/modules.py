"""Modules: the files that Node.js has loaded, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.decode.modules import modules
from heapnb.views import fmt
from heapnb.views.columns import is_missing
from heapnb.workbench.model import LONGEST_TEXT, Column
from heapnb.workbench.rows.node_rows import NODE_COLUMNS, Label
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class ModulesTree(DecodedTree):
    """Modules, grouped by file."""

    key = "modules"
    title = "Modules"
    description = (
        "CommonJS and ECMAScript modules by their files. Several modules of one file mean that it "
        "is loaded anew while the old ones are still held."
    )
    label_title = "File"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("count", "Modules", "count", "How many modules there are of this file."),
        Column("kind", "Kind", "text", "CommonJS or ECMAScript module."),
        Column("child_count", "Requires", "count", "CommonJS modules that it required first."),
        Column("parent", "Required by", "location", "The CommonJS module that required it first."),
        *NODE_COLUMNS,
    )
    table = "modules()"
    text_columns = ("filename", "parent")
    label_column = "filename"
    group_by = ("filename",)
    empty_text = "There are no modules of Node.js in this heap."

    def decode(self) -> pd.DataFrame:
        """Return the modules."""
        return modules(self.heap)

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label files, by the ends of their paths."""
        return [
            (("soft", "(no file)"),)
            if is_missing(name)
            else (("location", fmt.clean_location(str(name), LONGEST_TEXT)),)
            for name in groups["filename"]
        ]
