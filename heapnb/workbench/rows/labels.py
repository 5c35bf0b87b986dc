"""Labels of nodes and edges: coloured pieces of text, masked and cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.frames import display_names
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_text
from heapnb.graph.references import reference_of, spelled
from heapnb.secrets import is_secret_name
from heapnb.views import fmt
from heapnb.views.columns import is_missing
from heapnb.views.masking import MASK, OFF, SECRETS, Masking
from heapnb.workbench.model import LONGEST_TEXT, Label, LabelRole

_LOOKED_AT: Final = 1_024
"""Characters of a text that are searched for secrets; more is never shown."""

_MOST_KEPT: Final = 1 << 14
"""Masked texts that are kept."""

_REFERENCES_LOOKED_AT: Final = 16
"""References to a value whose names may say that it is secret."""

_ARROW: Final = " → "
_LONGEST_PATH: Final = 200
"""Characters of a path that are shown."""

_FIRST_STEPS: Final = 2
"""Steps at the start of a path that stay: the roots, and what they refer to."""

_FEWEST_STEPS: Final = 4
"""Steps at the end of a path that stay."""

_MOST_STEPS: Final = 50

_ENGINE_EDGES: Final = frozenset({"internal", "hidden", "weak"})


class EdgeLabel(NamedTuple):
    """The name of an edge as the start of a row's label.

    Parameters
    ----------
    piece : (role, text)
        What stands before the node.
    flags : tuple of str
        ``weak``, ``masked``.
    """

    piece: tuple[LabelRole, str]
    flags: tuple[str, ...]


class NodeLabels:
    """Writes the labels of a heap's nodes and edges.

    Parameters
    ----------
    heap : HeapGraph
        Whose nodes.
    masking : Masking
        The policy for likely secrets.
    """

    def __init__(self, heap: HeapGraph, masking: Masking = SECRETS) -> None:
        self.heap = heap
        self.masking = masking
        self._masked_texts: dict[str, str] = {}

    # -- texts ------------------------------------------------------------------------------

    def text(self, text: str, limit: int = LONGEST_TEXT) -> str:
        """Mask and cut a text of the snapshot, and make invisible characters visible."""
        return self.checked_text(text, limit)[0]

    def checked_text(self, text: str, limit: int = LONGEST_TEXT) -> tuple[str, bool]:
        """Mask and cut a text, and tell whether something in it was masked."""
        masked = self.masked(text)
        return fmt.clean(masked, limit, OFF), masked != text[: len(masked)]

    def masked(self, text: str) -> str:
        """Mask a text; of a long one the part that may be shown."""
        # The same names occur on page after page.
        masked = self._masked_texts.get(text)
        if masked is None:
            if len(self._masked_texts) >= _MOST_KEPT:
                self._masked_texts.clear()
            masked = self.masking.start(text, _LOOKED_AT)[:_LOOKED_AT]
            self._masked_texts[text] = masked
        return masked

    def is_named_as_secret(self, nodes: AnyArray) -> BoolArray:
        """Find the values of variables and properties whose names say that they hold a secret.

        Parameters
        ----------
        nodes : integer[k]
            Ordinals; only strings and numbers can be such values.

        Returns
        -------
        bool[k]
            All False where nothing is masked. Only the first references to a node count.
        """
        heap = self.heap
        is_secret = np.zeros(len(nodes), np.bool_)
        if not self.masking.is_on:
            return is_secret
        known = self.masking.hides(heap, nodes)
        strings = [heap.node_type_index(name) for name in vocab.STRING_TYPES]
        if known is not None:
            is_secret = known & np.isin(heap.node_type[nodes], strings)
        types = [heap.node_type_index(name) for name in (*vocab.STRING_TYPES, *vocab.LITERAL_TYPES)]
        for place in np.flatnonzero(np.isin(heap.node_type[nodes], types)).tolist():
            edges = heap.retaining_edges_of(int(nodes[place]))[:_REFERENCES_LOOKED_AT]
            named = edges[~heap.is_indexed_edge_type[heap.edge_type[edges]]]
            is_secret[place] |= any(
                is_secret_name(heap.string(name)) for name in heap.edge_name[named].tolist()
            )
        return is_secret

    def path(self, steps: Sequence[str]) -> str:
        """Join the steps of a path, each masked; a long path lacks steps in its middle."""
        first = [self.text(step) for step in steps[:_FIRST_STEPS]]
        last = [self.text(step) for step in steps[_FIRST_STEPS:][-_MOST_STEPS:]]
        while len(_ARROW.join([*first, *last])) > _LONGEST_PATH and len(last) > _FEWEST_STEPS:
            del last[0]
        is_cut = len(first) + len(last) < len(steps)
        return _ARROW.join([*first, *(["…"] if is_cut else []), *last])

    # -- nodes ------------------------------------------------------------------------------

    def of_nodes(self, nodes: AnyArray | Sequence[int]) -> list[Label]:
        """Label nodes, without their ids."""
        return [label for label, _ in self.checked_of_nodes(np.asarray(nodes, np.int64))]

    def checked_of_nodes(self, nodes: IntArray) -> list[tuple[Label, bool]]:
        """Label nodes, and tell of each whether something in it was masked."""
        heap = self.heap
        kinds = [heap.node_type_names[kind] for kind in heap.node_type[nodes].tolist()]
        classes = heap.class_names.take(pa.array(heap.class_index[nodes])).to_pylist()
        names = display_names(heap, nodes).to_pylist()
        places = heap.location_of[nodes].tolist()
        is_secret = self.is_named_as_secret(nodes).tolist()
        labels: list[tuple[Label, bool]] = []
        for kind, class_name, name, place, is_hidden in zip(
            kinds, classes, names, places, is_secret, strict=True
        ):
            shown, is_masked = (MASK, True) if is_hidden else self.checked_text(name)
            if kind in vocab.STRING_TYPES:
                label: Label = (("string", f'"{shown}"'),)
            elif kind in vocab.LITERAL_TYPES:
                shown = f"/{shown}/" if kind == "regexp" else shown
                label = (("value", shown or class_name),)
            else:
                label = self._object_label(kind, class_name, shown)
                if kind == "closure" and place != vocab.NO_INDEX:
                    label = (*label, ("location", f" {self._location(place)}"))
            labels.append((label, is_masked))
        return labels

    def _object_label(self, kind: str, class_name: str, name: str) -> Label:
        if kind == "closure":
            return (("function", f"{name or '(anonymous)'}()"),)
        shown_class = self.text(class_name)
        if kind in vocab.ENGINE_TYPES:
            return (("soft", f"{name}[]" if kind == "array" else name or shown_class),)
        if name in {"", shown_class}:
            return (("class", shown_class),)
        if name.startswith("{"):
            # A plain object is shown by its properties; its class may be named after them.
            is_shape = class_name.startswith("{")
            return (("soft", name),) if is_shape else (("class", shown_class), ("soft", f" {name}"))
        return (("class", name),)

    def _location(self, row: int) -> str:
        location = location_text(self.heap, row) or ""
        return fmt.clean_location(location, LONGEST_TEXT, self.masking)

    def of_class(self, name: str, location: str | None) -> Label:
        """Label a class by its name and the location of its definition."""
        label: Label = (("class", self.text(name) or '""'),)
        if not isinstance(location, str):
            return label
        shown = fmt.clean_location(location, LONGEST_TEXT, self.masking)
        return (*label, ("location", f" {shown}"))

    # -- edges ------------------------------------------------------------------------------

    def of_edges(self, edges: AnyArray) -> list[EdgeLabel | None]:
        """Label edges.

        Parameters
        ----------
        edges : integer[k]
            Edge ordinals; -1 for none.

        Returns
        -------
        list of EdgeLabel or None
        """
        edges = np.asarray(edges, np.int64)
        known = np.flatnonzero(edges >= 0)
        labels: list[EdgeLabel | None] = [None] * len(edges)
        for place in known.tolist():
            edge = int(edges[place])
            kind = self.heap.edge_type_names[int(self.heap.edge_type[edge])]
            shown, is_masked = self.reference(edge)
            labels[place] = EdgeLabel(
                ("soft" if kind in _ENGINE_EDGES else "edge", shown),
                (*["weak"] * (kind == "weak"), *["masked"] * is_masked),
            )
        return labels

    def reference(self, edge: int) -> tuple[str, bool]:
        """Write an edge, and tell whether something in its name was masked."""
        kind, name = reference_of(self.heap, edge)
        masked = self.masked(name)
        return spelled(kind, masked, LONGEST_TEXT), masked != name[: len(masked)]


def named(name: str) -> Label:
    """Say what a node is to the row above; stands before the node's label."""
    return (("soft", name), ("operator", " :: "))


def function_label(name: object, location: object = None) -> Label:
    """Label a function by its name and location, both already masked."""
    shown = "" if is_missing(name) else fmt.clean(str(name), LONGEST_TEXT)
    label: Label = (("function", f"{shown or '(anonymous)'}()"),)
    if is_missing(location):
        return label
    return (*label, ("location", f" {fmt.clean_location(str(location), LONGEST_TEXT)}"))


def location_label(location: object, missing: str) -> Label:
    """Label a file or location, already masked."""
    if is_missing(location):
        return (("soft", missing),)
    return (("location", fmt.clean_location(str(location), LONGEST_TEXT)),)


def held_label(kind: object, variable: object, holder: object) -> Label:
    """Label objects by their kind and the variable or property that retains them; masked texts."""
    label: Label = (("class", fmt.clean(str(kind), LONGEST_TEXT, OFF)),)
    if is_missing(variable):
        return (*label, ("soft", " not held by a name"))
    label = (*label, ("operator", " "), ("edge", spelled("property", str(variable), LONGEST_TEXT)))
    if is_missing(holder):
        return label
    return (*label, ("operator", " in "), ("class", fmt.clean(str(holder), LONGEST_TEXT, OFF)))


def held_by_label(class_name: object, held_by: object) -> Label:
    """Label objects by their class and the references that lead to them; masked texts."""
    label: Label = (("class", fmt.clean(str(class_name), LONGEST_TEXT)),)
    if is_missing(held_by):
        return (*label, ("soft", " held by nothing"))
    return (*label, ("operator", " held by "), ("edge", fmt.clean(str(held_by), LONGEST_TEXT)))
