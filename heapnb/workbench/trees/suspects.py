"""Suspects: what accumulates, the cause, the retaining path, and the fix.

Below a suspect are sentences (``w`` and ``f`` and the number of a line in a key: why, and the
fix), the call stack that allocated its objects (``a`` and the number of a frame), its trend, the
chain (``c``, below it ``t`` and the number of a step), and the objects (``o``, below it ``n`` and
an ordinal).
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from heapnb._typing import NodeArray
from heapnb.views import fmt
from heapnb.views.wording.known import origin_text
from heapnb.workbench.model import Cell, Column, Label, Page, Row, Window, column
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.rows.row_keys import no_row, parse_part
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.sections import joined, section_of_rows

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

_CHAIN: Final = "c0"
_OBJECTS: Final = "o0"
_SENTENCES: Final = frozenset("wfpga")
_LINE: Final = 92
_LONGEST_PROSE: Final = 1500
_DIAGNOSIS: Final = "diagnosis"
"""The Python expression for it in code that is shown."""

_COLUMNS: Final = (
    column("rank"),
    column("confidence"),
    column("count", title="Objects", doc="Objects in the last snapshot."),
    column("retained_size", doc="Bytes that the objects retain, each counted once."),
    column("location"),
    # The trend says the same: in a narrow table these are out of view.
    column("count_delta"),
    column("retained_delta"),
)
_OF_SERIES: Final = frozenset({"count_delta", "retained_delta"})
"""Columns that a single snapshot does not fill."""


class SuspectsTree(DecodedTree):
    """The suspects of a diagnosis, the most likely culprit first."""

    key = "suspects"
    title = "Suspects"
    description = (
        "Suspected leaks, the most likely first. Below each are the cause, the fix, whose leak it "
        "is, an example, the retaining path and the objects."
    )
    effort = "none"
    label_title = "Suspect"
    default_sort: ClassVar[tuple[str | None, bool]] = ("rank", False)
    table = "table"
    text_columns = ("class_name", "anchor", "location", "kind", "origin")
    label_column = "class_name"

    @property
    def diagnosis(self) -> Diagnosis:
        """What was found."""
        found = self.workbench.diagnosis
        assert found is not None  # noqa: S101  the view is there only with one
        return found

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]  # depends on the diagnosis
        """Columns beside the tree's own: those of growth only for a series."""
        is_series = len(self.diagnosis.series) > 1
        return tuple(one for one in _COLUMNS if is_series or one.key not in _OF_SERIES)

    @property
    def empty_text(self) -> str:  # type: ignore[override]  # depends on the diagnosis
        """Say why there are none."""
        return self.node_rows.labels.text(self.diagnosis.reason, limit=_LONGEST_PROSE)

    def decode(self) -> pd.DataFrame:
        """Return the suspects, with what they are in the last snapshot."""
        suspects = self.diagnosis.suspects
        return self.diagnosis.table.assign(
            count=[suspect.count_per_snapshot[-1] for suspect in suspects],
            retained_size=[suspect.retained_per_snapshot[-1] for suspect in suspects],
        )

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label suspects: the leaking objects and what holds them."""
        return [
            (
                ("class", self._text(class_name)),
                ("operator", "held by"),
                ("soft", self._text(anchor).replace("`", "")),
            )
            for class_name, anchor in zip(rows["class_name"], rows["anchor"], strict=True)
        ]

    def has_more(self, rows: pd.DataFrame) -> Sequence[bool]:
        """Say that every suspect can be expanded."""
        return [True] * len(rows)

    # -- below a suspect --------------------------------------------------------------------

    def below(self, key: str, row: int, window: Window) -> Page:
        """List the cause, the fix, the trend, the chain and the objects."""
        suspect = self.diagnosis.suspects[row]
        words = [word.replace("`", "") for word in suspect.words]
        rows = [
            *self._paragraph(f"{key}/w", "Cause", suspect.explanation),
            *self._paragraph(f"{key}/f", "Fix", suspect.fix),
            *self._paragraph(f"{key}/g", "Origin", origin_text(suspect)),
            *self._stack(key, suspect),
            *self._trend(key, suspect),
            *self._example(key, suspect),
            Row(
                f"{key}/{_CHAIN}",
                (("badge", "Retaining path"), ("path", self.node_rows.labels.path(words))),
                {},
                expandable=True,
            ),
            self._heading(
                f"{key}/{_OBJECTS}",
                "Objects",
                fmt.plural(len(suspect.nodes), "object"),
                {"count": len(suspect.nodes)},
            ),
        ]
        return joined(window, [section_of_rows(rows)])

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is not None:
            _, row, parts = self._parse(parent)
            if row is not None and len(parts) == 1:
                return self._part(parent, self.diagnosis.suspects[row], parts[0], window)
        return super().rows(parent, window)

    def _part(self, key: str, suspect: Suspect, part: str, window: Window) -> Page:
        """List steps of the path, objects, or the references of the example."""
        if part == _OBJECTS:
            name = ("suspect", suspect.rank)
            return self.node_rows.page_of(key, name, suspect.nodes, window)
        if part == _CHAIN:
            return self._steps(key, suspect, window)
        kind, number = parse_part(key, part)
        if kind == "n" and number == self._example_of(suspect):
            return self.node_rows.children(key, number, window)
        if kind not in _SENTENCES:
            raise no_row(key)
        return Page((), 0)

    def _example_of(self, suspect: Suspect) -> int:
        """Return the ordinal of a suspect's example; -1 if the heap does not have it."""
        return int(self.heap.ordinals_of([suspect.node_id])[0])

    def _example(self, key: str, suspect: Suspect) -> list[Row]:
        node = self._example_of(suspect)
        rows = self.node_rows.rows([f"{key}/n{node}"], np.array([node])) if node >= 0 else ()
        return [replace(row, label=(("badge", "Example"), *row.label)) for row in rows]

    def _steps(self, key: str, suspect: Suspect, window: Window) -> Page:
        nodes = suspect.path.nodes
        # No edge leads to the root.
        edges = np.append(-1, suspect.path.edges)
        shown = np.arange(len(nodes))[window.offset : window.offset + window.limit]
        keys = [f"{key}/t{step}" for step in shown.tolist()]
        rows = self.node_rows.rows(keys, nodes[shown], edges=edges[shown])
        return Page(rows, len(nodes), window.offset)

    def _paragraph(self, prefix: str, name: str, text: str) -> list[Row]:
        """Write sentences over as many rows as they need."""
        shown = self.node_rows.labels.text(" ".join(text.split()), limit=_LONGEST_PROSE)
        heading: Label = (("badge", name),)
        return [
            Row(
                f"{prefix}{number}",
                (*(heading if number == 0 else ()), ("prose", line)),
                {},
                title=shown if number == 0 else None,
            )
            for number, line in enumerate(textwrap.wrap(shown, _LINE) or [""])
        ]

    def _stack(self, key: str, suspect: Suspect) -> list[Row]:
        """Show the call stack that allocated most of the objects, one row for each function."""
        found = suspect.allocated_at
        text = self.node_rows.labels.text
        rows = []
        for number, frame in enumerate(() if found is None else found.stack):
            place = None if frame.location is None else text(frame.location)
            before: Label = (("soft", "called by "),) if number else (("badge", "Allocated by"),)
            label = (*before, *function_label(text(frame.function), place))
            rows.append(Row(f"{key}/a{number}", label, {}))
        return rows

    def _trend(self, key: str, suspect: Suspect) -> list[Row]:
        if len(suspect.count_per_snapshot) < 2:  # noqa: PLR2004  one is not a trend
            return []
        counts = " → ".join(map(fmt.format_count, suspect.count_per_snapshot))
        sizes = " → ".join(map(fmt.format_bytes, suspect.retained_per_snapshot))
        cells: dict[str, Cell] = {
            "count_delta": suspect.count_delta,
            "retained_delta": suspect.retained_delta,
        }
        row = self._heading(f"{key}/p0", "Trend", f"{counts} objects; {sizes}", cells)
        return [replace(row, expandable=False)]

    def _heading(self, key: str, name: str, text: str, cells: dict[str, Cell] | None = None) -> Row:
        label: Label = (("badge", name), ("soft", self.node_rows.labels.text(text)))
        return Row(key, label, cells or {}, expandable=True)

    # -- nodes ------------------------------------------------------------------------------

    def nodes(self, key: str) -> NodeArray:
        """Return the objects of a suspect, or the node of a row below it."""
        _, row, parts = self._parse(key)
        suspect = self.diagnosis.suspects[row or 0]
        if not parts or (len(parts) == 1 and parts[0] == _OBJECTS):
            return suspect.nodes
        if len(parts) == 1 and parts[0] != f"n{self._example_of(suspect)}":
            return np.empty(0, np.uint32)
        return super().nodes(key)

    def node_at(self, key: str, row: int, parts: Sequence[str]) -> int:
        """Follow the parts of a key: an example, a step or an object, then as in every tree."""
        suspect = self.diagnosis.suspects[row]
        path = suspect.path
        if parts[0] == f"n{self._example_of(suspect)}":
            return super().node_at(key, row, parts)
        if len(parts) > 1:
            kind, number = parse_part(key, parts[1])
            if parts[0] == _OBJECTS and kind == "n":
                return super().node_at(key, row, parts[1:])
            if parts[0] == _CHAIN and kind == "t" and number < len(path.nodes):
                return super().node_at(key, row, [f"n{path.nodes[number]}", *parts[2:]])
        raise no_row(key)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the path to the example or another object of a suspect."""
        for row, suspect in enumerate(self.diagnosis.suspects):
            if node not in suspect.nodes or row not in self._chosen_rows(window):
                continue
            key = f"r{row}"
            path = ((key, self._place_of_row(None, row, window)),)
            below = [each.key for each in self.below(key, row, Window(0, 1000)).rows]
            if node == self._example_of(suspect):
                return (*path, (f"{key}/n{node}", below.index(f"{key}/n{node}")))
            place = self.node_rows.place_of(("suspect", suspect.rank), suspect.nodes, node, window)
            return (
                *path,
                (f"{key}/{_OBJECTS}", below.index(f"{key}/{_OBJECTS}")),
                (f"{key}/{_OBJECTS}/n{node}", place),
            )
        return None

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression for the table of suspects, for one, or for a node."""
        if key is None:
            return self.table_code(_DIAGNOSIS, window)
        _, row, parts = self._parse(key)
        if not parts or (len(parts) == 1 and not parts[0].startswith("n")):
            return f"{_DIAGNOSIS}.suspects[{row}]"
        return super().python(key, window)
