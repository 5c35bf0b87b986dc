"""Modules: the files that Node.js has loaded, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.decode.modules import modules
from heapnb.workbench.model import Column, Label, column, count_of
from heapnb.workbench.rows.labels import location_label
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class ModulesTree(DecodedTree):
    """Modules, grouped by file."""

    key = "modules"
    title = "Modules"
    description = (
        "CommonJS and ECMAScript modules by file. Several modules of one file mean that the "
        "program loaded the file again while the old module was still retained."
    )
    label_title = "File"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("modules"),
        column("kind"),
        column("child_count"),
        column("parent"),
        *NODE_COLUMNS,
    )
    table = "modules()"
    text_columns = ("filename", "parent")
    label_column = "filename"
    group_by = ("filename",)
    empty_text = "This heap has no modules of Node.js."

    def decode(self) -> pd.DataFrame:
        """Return the modules."""
        return modules(self.heap)

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label files, by the ends of their paths."""
        return [location_label(name, missing="(no file)") for name in groups["filename"]]
