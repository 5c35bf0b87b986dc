"""Texts of the heap's strings: how many strings have each text, and what refers to them.

Rows are texts. Below a text that several strings have are these (``n`` and an ordinal in a key),
below a string what refers to it (``i`` and an edge).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.retention.retainers import retaining_edges
from heapnb.decode.links import has_type
from heapnb.decode.strings import row_of_text, strings_with_text, text_groups, texts, texts_of
from heapnb.frames import masked, text_ranks
from heapnb.frames import texts as text_column
from heapnb.frames.kept import kept_frame
from heapnb.graph.edges import is_string
from heapnb.kernels.texts import mark_named
from heapnb.secrets import PUBLIC_VALUES
from heapnb.sifting import secret_names
from heapnb.views import fmt
from heapnb.views.columns import is_missing
from heapnb.views.masking import MASK, OFF, SECRETS
from heapnb.workbench.model import (
    LABEL,
    LONGEST_TEXT,
    Column,
    Filter,
    FilterValue,
    Label,
    Page,
    Window,
    column,
    count_of,
)
from heapnb.workbench.rows.filtering import SIZE_FILTER, TEXT_FILTER, matching
from heapnb.workbench.rows.node_columns import RETAINED_SIZE, SHALLOW_SIZE
from heapnb.workbench.rows.ordering import Key
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.grouped_frame import NODE, arrow_texts
from heapnb.workbench.trees.sections import retainers_page

if TYPE_CHECKING:
    import pandas as pd

_NAMING: Final = ("property", "context")
_MOST_TYPES: Final = 256
_MOST_IDS: Final = 1000
_MOST_PAGES: Final = 32
"""Pages of masked texts that are kept."""

_MOST_LOOKED_AT: Final = 1000
"""Retainers that are searched for the nearest one."""


_ALL: Final = "all"
_DUPLICATES: Final = "duplicates"
_ROPES: Final = "ropes"
_SECRETS: Final = "secrets"
_PRESET: Final = Filter(
    "preset",
    "Show",
    "choice",
    (
        (_ALL, "All strings"),
        (_DUPLICATES, "Duplicates"),
        (_ROPES, "Ropes (concatenated, not yet flattened)"),
        (_SECRETS, "Likely secrets"),
    ),
)
_LENGTH: Final = Filter(
    "min_length",
    "Length",
    "choice",
    (
        ("0", "Any length"),
        ("32", "32 characters and more"),
        ("256", "256 characters and more"),
        ("1024", "1,024 characters and more (V8 may cut longer texts)"),
    ),
)


class TextsTree(DecodedTree):
    """Texts, each with the strings that have it."""

    key = "texts"
    title = "Texts"
    description = (
        "Texts of the heap's strings, with the number of strings for each and their retainers. "
        "A likely secret is masked; the filter matches the masked text."
    )
    effort = "search"
    label_title = "Text"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("strings"),
        column("length"),
        column("wasted_size"),
        SHALLOW_SIZE,
        RETAINED_SIZE,
    )
    filters: ClassVar[tuple[Filter, ...]] = (TEXT_FILTER, _PRESET, _LENGTH, SIZE_FILTER)
    table = "texts()"
    text_columns = ("text",)
    label_column = "text"
    empty_text = "This heap has no strings."

    def decode(self) -> pd.DataFrame:
        """Return the texts; such as several strings have stand for no single node."""
        frame = texts(self.heap)
        is_several = (frame["count"] > 1).to_numpy()
        return frame.assign(
            first_id=frame["node_id"], node_id=masked(frame["node_id"].to_numpy(), is_several)
        )

    def make_frame(self) -> pd.DataFrame:
        """Make the frame without its texts: to mask all of them takes longer than all the rest.

        A page masks only what it shows; `masked_frame` has the text of every row.
        """
        frame, ordinals = kept_frame(self.heap, "texts", lambda: self.decode().drop(columns="text"))
        return frame if ordinals is None else frame.assign(**{NODE: ordinals})

    @cached_property
    def masked_frame(self) -> pd.DataFrame:
        """The frame with ``text``, masked, and ``is_masked``; for filters and sorting by text."""
        frame = self.frame
        plain = texts_of(self.heap, np.arange(len(frame)))
        if self.workbench.masking == SECRETS:
            masks, _ = kept_frame(self.heap, "masked_texts", self._masks)
        else:
            masks = self._masks()
        is_masked = masks["is_masked"].to_numpy()
        shown = arrow_texts(masks["text"])
        frame["is_masked"] = is_masked
        if is_masked.any():
            plain = pc.if_else(pa.array(is_masked), shown, plain)
        frame["text"] = text_column(plain)
        self._ranks = masks["rank"].to_numpy()
        return frame

    def _masks(self) -> pd.DataFrame:
        """Mask all texts: which of them are masked, what these show, and the order of all."""
        import pandas as pd

        shown, is_masked = self._masked_texts(np.arange(len(self.frame)))
        hidden = pc.if_else(pa.array(is_masked), shown, pa.scalar(None, pa.large_string()))
        ranks = text_ranks(pc.fill_null(shown, "")).astype(np.int64)
        columns = {"is_masked": is_masked, "text": text_column(hidden), "rank": ranks}
        return pd.DataFrame(columns, copy=False)

    def _masked_texts(self, rows: IntArray) -> tuple[pa.LargeStringArray, BoolArray]:
        """Return the texts of some rows as they are shown, and which of them are masked."""
        plain = texts_of(self.heap, rows)
        if not self.workbench.masking.is_on:
            return plain, np.zeros(len(rows), np.bool_)
        shown = self.workbench.masking.texts(plain)
        shown = pc.if_else(pa.array(self._called_secrets[rows]), MASK, shown)
        is_masked = pc.not_equal(shown, plain).fill_null(False).to_numpy(zero_copy_only=False)
        return shown, is_masked

    def matches(self, column: str, window: Window) -> BoolArray:
        """Match the masked texts: what a filter finds would reveal what is behind a mask."""
        return matching(arrow_texts(self.masked_frame[column]), window)

    def sort_key(self, rows: IntArray, window: Window) -> list[Key]:
        """Return what sorts some rows; by texts as they are shown."""
        if window.sort != LABEL:
            return super().sort_key(rows, window)
        is_unknown = self.masked_frame["text"].isna().to_numpy(np.bool_)
        by_text = Key(self._ranks, rows.astype(np.uint32), window.descending)
        return [Key(is_unknown, rows), by_text] if is_unknown.any() else [by_text]

    @cached_property
    def _called_secrets(self) -> BoolArray:
        """Find the texts of strings that some property or variable calls a secret."""
        heap = self.heap
        groups = text_groups(heap)
        is_type = np.zeros(_MOST_TYPES, np.bool_)
        is_type[[heap.edge_type_index(kind) for kind in _NAMING]] = True
        is_called = np.zeros(heap.n_nodes, np.bool_)
        mark_named(
            heap.edge_type,
            heap.edge_name,
            heap.edge_to,
            is_type,
            secret_names(heap.strings),
            is_called,
        )
        held = np.flatnonzero(is_called)
        held = held[has_type(heap, held, *vocab.STRING_TYPES)]
        is_held = np.zeros(len(heap.strings), np.bool_)
        is_held[heap.node_name[held[has_type(heap, held, "string")]]] = True
        is_held &= ~is_string(heap, ["", *PUBLIC_VALUES])
        called: BoolArray = (groups.kind == 0) & is_held[heap.node_name[groups.first]]
        for rope in held[~has_type(heap, held, "string")].tolist():
            called[row_of_text(heap, rope)] = True
        return called

    # -- filters ----------------------------------------------------------------------------

    def choose(self, filters: Mapping[str, FilterValue]) -> BoolArray | None:
        """Say which texts are of the sort and length that is asked for."""
        frame = self.frame
        preset = filters.get(_PRESET.key) or _ALL
        least = _least(filters)
        if preset == _ALL and not least:
            return None
        found = np.array(frame["length"] >= least, np.bool_)
        if preset == _DUPLICATES:
            found &= frame["count"].to_numpy() > 1
        elif preset == _ROPES:
            found &= (frame["kind"] == "rope").to_numpy(np.bool_)
        elif preset == _SECRETS:
            found &= self.masked_frame["is_masked"].to_numpy(np.bool_)
        return found

    def conditions(self, filters: Mapping[str, FilterValue]) -> Sequence[str]:
        """Write sort and length."""
        preset = filters.get(_PRESET.key) or _ALL
        written = []
        if preset == _DUPLICATES:
            written.append('rows["count"] > 1')
        elif preset == _ROPES:
            written.append('rows["kind"] == "rope"')
        elif preset == _SECRETS:
            frame = self.masked_frame
            ids = frame["first_id"][frame["is_masked"]].tolist()
            written.append(f'rows["node_id"].isin({ids[:_MOST_IDS]})')
        if least := _least(filters):
            written.append(f'rows["length"] >= {least}')
        return written

    # -- rows -------------------------------------------------------------------------------

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label texts."""
        return [
            (("soft", "(sliced string)"),)
            if is_missing(text)
            else (("string", f'"{fmt.clean(text, LONGEST_TEXT, OFF)}"'),)
            for text in self._shown(rows.index.to_numpy())[0].to_pylist()
        ]

    def flags(self, rows: pd.DataFrame) -> Sequence[tuple[str, ...]]:
        """Flag what is masked."""
        _, is_masked = self._shown(rows.index.to_numpy())
        return [("masked",) if is_hidden else () for is_hidden in is_masked.tolist()]

    def _shown(self, rows: IntArray) -> tuple[pa.LargeStringArray, BoolArray]:
        """Return the masked texts of a page; those of the last pages are kept."""
        name = rows.tobytes()
        found = self._pages.get(name)
        if found is None:
            if len(self._pages) >= _MOST_PAGES:
                self._pages.clear()
            found = self._pages[name] = self._masked_texts(rows)
        return found

    @cached_property
    def _pages(self) -> dict[bytes, tuple[pa.LargeStringArray, BoolArray]]:
        return {}

    def has_more(self, rows: pd.DataFrame) -> Sequence[bool]:
        """Say that something may hold each of them."""
        return [True] * len(rows)

    def below(self, key: str, row: int, window: Window) -> Page:
        """List the strings that have a text, or what refers to the only one."""
        if self.frame["count"].iloc[row] == 1:
            return retainers_page(self.workbench, key, int(self.frame[NODE].iloc[row]), window)
        strings = strings_with_text(self.heap, row)
        page = self.node_rows.page_of(key, ("texts", row), strings, window)
        shown = self.frame.iloc[[row]]
        (label,), (flags,) = self.labels(shown), self.flags(shown)
        held = self._held_labels([self.heap.ordinal_of(each.node_id or 0) for each in page.rows])
        return replace(
            page,
            rows=tuple(
                replace(each, label=(*(by or label), each.label[-1]), expandable=True, flags=flags)
                for each, by in zip(page.rows, held, strict=True)
            ),
        )

    def _held_labels(self, strings: Sequence[int]) -> list[Label | None]:
        """Say by what each of some equal strings is held, nearest to the roots."""
        heap = self.heap
        edges = np.full(len(strings), vocab.NO_INDEX, np.int64)
        naming = [heap.edge_type_index(kind) for kind in (*_NAMING, "element")]
        for place, node in enumerate(strings):
            found, sources = (each[:_MOST_LOOKED_AT] for each in retaining_edges(heap, node))
            # What the engine's own arrays call it says nothing.
            is_name = np.isin(heap.edge_type[found], naming)
            if is_name.any():
                distance = heap.distance[sources[is_name]]
                nearest = np.argmin(np.where(distance < 0, vocab.BASE_SYSTEM_DISTANCE, distance))
                edges[place] = found[is_name][nearest]
        known = np.flatnonzero(edges >= 0)
        rows = self.node_rows.rows(
            [""] * len(known), heap.edge_from(edges[known]), edges=edges[known], joined_by="in"
        )
        labels: list[Label | None] = [None] * len(strings)
        for place, row in zip(known.tolist(), rows, strict=True):
            labels[place] = row.label[:-1]
        return labels

    def below_part(self, key: str, node: int, part: str, window: Window) -> Page:
        """List what refers to a string, or to what refers to it."""
        del part
        return retainers_page(self.workbench, key, node, window)

    def nodes(self, key: str) -> NodeArray:
        """Return the strings that a row stands for."""
        _, row, parts = self._parse(key)
        if row is not None and not parts:
            return strings_with_text(self.heap, row).astype(np.uint32)
        return super().nodes(key)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the way to a string, below its text if others have the same."""
        row = row_of_text(self.heap, node)
        if row is None or not np.isin(row, self._chosen_rows(window)):
            return None
        key = f"r{row}"
        path = ((key, self._place_of_row(None, row, window)),)
        if self.frame["count"].iloc[row] == 1:
            return path
        strings = strings_with_text(self.heap, row)
        place = self.node_rows.place_of(("texts", row), strings, node, window)
        return (*path, (f"{key}/n{node}", place))

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
        if key is None or "/" in key:
            return super().python(key, window)
        _, row, _ = self._parse(key)
        shown = self.frame.iloc[row or 0]
        if shown["count"] == 1 or shown["kind"] != "string":
            return super().python(key, window)
        # By the text of one of them, which may be a secret, and long.
        snapshot = self.workbench.expression
        return (
            f'{snapshot}.nodes.loc[lambda rows: (rows["node_type"] == "string")'
            f' & (rows["name"] == {snapshot}.node({int(shown["first_id"])}).name)'
            f' & (rows["shallow_size"] == {int(shown["shallow_size"] // shown["count"])})]'
        )


def _least(filters: Mapping[str, FilterValue]) -> int:
    return int(filters.get(_LENGTH.key) or 0)
