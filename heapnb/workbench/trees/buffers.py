"""Buffers: memory outside the heap, and the views into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.decode.buffers import buffers
from heapnb.workbench.model import Column, Label, column, count_of
from heapnb.workbench.rows.labels import held_label
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class BuffersTree(DecodedTree):
    """ArrayBuffers and views, grouped by class and by what holds them."""

    key = "buffers"
    title = "Buffers"
    description = (
        "ArrayBuffers, typed arrays, Buffers and DataViews, by the property or variable that "
        "holds them, with the bytes outside the heap that they keep."
    )
    label_title = "Buffer"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("buffers"),
        column("byte_length"),
        *NODE_COLUMNS,
    )
    table = "buffers()"
    text_columns = ("variable", "holder", "class_name")
    label_column = "class_name"
    group_by = ("class_name", "holder", "variable")
    empty_text = "This heap has no ArrayBuffers."

    def decode(self) -> pd.DataFrame:
        """Return buffers and views."""
        return buffers(self.heap)

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label groups: a class, and the name that holds them."""
        return [
            held_label(*values)
            for values in zip(
                groups["class_name"], groups["variable"], groups["holder"], strict=True
            )
        ]
