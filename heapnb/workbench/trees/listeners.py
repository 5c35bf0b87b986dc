"""Listeners: who listens to which event of what, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from heapnb.graph.references import literal_key
from heapnb.views.columns import is_missing
from heapnb.workbench.model import (
    LONGEST_TEXT,
    Column,
    Label,
    LabelRole,
    Page,
    Window,
    column,
    count_of,
)
from heapnb.workbench.rows.labels import function_label, named
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.sections import joined, section_of, section_of_rows, with_label
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd


_UNKNOWN: Final = ""
"""Stands for an event that the heap does not tell."""


class ListenersTree(TableTree, entry="listeners"):
    """Listeners, grouped by class of emitter and event."""

    label_title = "Event"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("listeners"),
        column("emitter"),
        column("location"),
        *NODE_COLUMNS,
    )
    text_columns = ("emitter_class", "event", "function", "location")

    def decode(self) -> pd.DataFrame:
        """Return the listeners, each by the function's node."""
        frame = super().decode().rename(columns={"listener_id": "node_id"})
        emitter = frame["emitter_class"] + " @" + frame["emitter_id"].astype("string[pyarrow]")
        # How many an emitter has would be added up once for each of them.
        event = frame["event"].fillna(_UNKNOWN)
        return frame.drop(columns="count").assign(emitter=emitter, event=event)

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label events of classes."""
        return [
            (
                ("class", self._text(emitter)),
                ("operator", " on "),
                _event_label(str(event)),
            )
            for emitter, event in zip(groups["emitter_class"], groups["event"], strict=True)
        ]

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label listeners: the function, and that it goes after the first event."""
        shown = []
        for name, node, once in zip(rows["function"], rows["node"], rows["once"], strict=True):
            if is_missing(name) and node >= 0:
                # An object with a method `handleEvent`.
                label = self.node_rows.labels.of_nodes(np.array([node]))[0]
            else:
                label = function_label(name)
            shown.append((*label, ("badge", " once")) if once else label)
        return shown

    def below(self, key: str, row: int, window: Window) -> Page:
        """List the emitter, then what the listener refers to."""
        emitter = self.heap.ordinal_of(int(self.frame["emitter_id"].iloc[row]))
        (shown,) = self.node_rows.rows([f"{key}/n{emitter}"], np.array([emitter]))
        return joined(
            window,
            [
                section_of_rows([with_label(shown, named("listens to"))]),
                section_of(lambda part: super(ListenersTree, self).below(key, row, part), window),
            ],
        )


def _event_label(event: str) -> tuple[LabelRole, str]:
    if event == _UNKNOWN:
        return ("operator", "an unknown event")
    return ("edge", literal_key(event, LONGEST_TEXT))
