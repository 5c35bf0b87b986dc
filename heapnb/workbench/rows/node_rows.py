"""Rows of nodes, and of what nodes refer to: every tree ends in these.

A part of a key says what its row is: ``n`` and an ordinal for a node, ``e`` and the number of an
edge for what the node above refers to.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, DistanceArray, IntArray, NodeArray
from heapnb.analysis.retention.retainers import shown_distances
from heapnb.errors import HeapnbError
from heapnb.frames import display_names, edge_labels, text_ranks, texts_matching
from heapnb.graph import HeapGraph
from heapnb.graph.places import is_string, location_text
from heapnb.secrets import is_secret_name
from heapnb.views import fmt
from heapnb.views.masking import MASK, mask_secrets
from heapnb.workbench.model import (
    LONGEST_TEXT,
    Column,
    Filter,
    LabelRole,
    Page,
    Row,
    Window,
)
from heapnb.workbench.rows.ordering import Key, Orders

Label: TypeAlias = tuple[tuple[LabelRole, str], ...]

DISTANCE: Final = Column(
    "distance", "Distance", "distance", "Edges from the program's roots, by the shortest way."
)
SHALLOW_SIZE: Final = Column(
    "shallow_size", "Shallow size", "bytes", "Bytes of the object itself and what it alone owns."
)
RETAINED_SIZE: Final = Column(
    "retained_size", "Retained size", "bytes", "Bytes that would be free if the object went."
)
NODE_COLUMNS: Final = (DISTANCE, SHALLOW_SIZE, RETAINED_SIZE)
"""Columns of every row that is a node."""

TEXT_FILTER: Final = Filter("text", "Filter", "text")
SIZE_FILTER: Final = Filter("min_retained_size", "At least", "bytes")

REGEX: Final = "regex"
"""The filter that makes the text a regular expression."""

LABEL: Final = "label"
"""The sort key of the tree's own column."""

_LOOKED_AT: Final = 1_024
"""Characters of a text in which secrets are looked for; more is never shown."""

_REFERENCES_LOOKED_AT: Final = 16
"""Names by which a value is referred to that may tell that it is secret."""

_LONGEST_LOCATION: Final = 60
LONGEST_WAY: Final = 100
"""Levels down to which a node is looked for in a tree."""

_LONGEST_KEY: Final = 20_000
_TIES_BY_NAME: Final = 10_000
"""Up to so many edges, those whose targets are equal are sorted by name."""

_NAMES_BY_TABLE: Final = 50_000
"""From so many nodes on, names are sorted by the order of all strings, which is kept."""

_PROTO: Final = "__proto__"
_STRINGS: Final = frozenset(vocab.STRING_TYPES)
_VALUES: Final = frozenset({"number", "bigint", "symbol", "regexp"})
_ENGINE: Final = frozenset({"hidden", "array", "code", "object shape"})
_PART = re.compile(r"([a-z]+)([0-9]{1,18})")


class NodeRows:
    """Makes rows of a heap's nodes, a page at a time.

    Parameters
    ----------
    heap : HeapGraph
        Whose nodes.
    mask : bool
        Whether what looks like a secret is masked.
    """

    def __init__(self, heap: HeapGraph, *, mask: bool = True) -> None:
        self.heap = heap
        self.mask = mask
        self.orders = Orders()

    # -- texts ------------------------------------------------------------------------------

    def text(self, text: str, limit: int = LONGEST_TEXT) -> str:
        """Make a text of the snapshot fit to be shown: masked, cut, nothing invisible."""
        return self.checked_text(text, limit)[0]

    def checked_text(self, text: str, limit: int = LONGEST_TEXT) -> tuple[str, bool]:
        """Make a text fit to be shown, and tell whether something was masked.

        Parameters
        ----------
        text : str
            Any text of the snapshot.
        limit : int
            Characters to keep.

        Returns
        -------
        text : str
            Cut, and without anything invisible.
        is_masked : bool
        """
        looked_at = text[:_LOOKED_AT]
        if not self.mask:
            return fmt.clean(looked_at, limit), False
        masked = _masked(looked_at)
        return fmt.clean(masked, limit), masked != looked_at

    def hidden(self) -> str:
        """Return what stands for a text that is not shown."""
        return MASK

    def is_named_as_secret(self, nodes: AnyArray) -> BoolArray:
        """Tell which nodes are the value of a variable or property that holds a secret.

        Parameters
        ----------
        nodes : integer[k]
            Ordinals; only strings and numbers are ever told so.

        Returns
        -------
        bool[k]
            Nobody's, if nothing is masked. Of very many references the first few count.
        """
        heap = self.heap
        is_secret = np.zeros(len(nodes), np.bool_)
        if not self.mask:
            return is_secret
        types = [heap.node_type_index(name) for name in (*vocab.STRING_TYPES, *_VALUES)]
        for place in np.flatnonzero(np.isin(heap.node_type[nodes], types)).tolist():
            edges = heap.retaining_edges_of(int(nodes[place]))[:_REFERENCES_LOOKED_AT]
            named = edges[~heap.is_indexed_edge_type[heap.edge_type[edges]]]
            is_secret[place] = any(
                _is_secret_name(heap.string(name)) for name in heap.edge_name[named].tolist()
            )
        return is_secret

    # -- rows -------------------------------------------------------------------------------

    def rows(
        self,
        keys: Sequence[str],
        nodes: AnyArray,
        *,
        edges: AnyArray | None = None,
        joined_by: str = " :: ",
        flags: Sequence[tuple[str, ...]] | None = None,
    ) -> tuple[Row, ...]:
        """Make the rows of some nodes.

        Parameters
        ----------
        keys : sequence of str
            Of the rows.
        nodes : integer[k]
            Ordinals.
        edges : integer[k], optional
            The edge whose name stands before each node; -1 for none.
        joined_by : str
            What stands between the two.
        flags : sequence of tuple of str, optional
            Flags of each row besides those that follow from the node.

        Returns
        -------
        tuple of Row
        """
        heap = self.heap
        nodes = np.asarray(nodes, np.int64)
        edge_parts = self._edge_parts(edges) if edges is not None else [None] * len(nodes)
        labels = self._labels(nodes)
        ids = heap.node_id[nodes].tolist()
        cells = zip(
            heap.distance[nodes].tolist(),
            heap.shallow_size[nodes].tolist(),
            heap.retained_size[nodes].tolist(),
            strict=True,
        )
        has_edges = (heap.first_edge[nodes + 1] > heap.first_edge[nodes]).tolist()
        states = heap.detachedness
        is_detached = (
            [False] * len(nodes)
            if states is None
            else (states[nodes] == vocab.DETACHEDNESS_DETACHED).tolist()
        )
        rows = []
        for i, (key, node_id, (distance, shallow, retained)) in enumerate(
            zip(keys, ids, cells, strict=True)
        ):
            label, is_masked = labels[i]
            edge_part = edge_parts[i]
            row_flags = list(flags[i]) if flags is not None else []
            if edge_part is not None:
                label = (edge_part[0], ("operator", joined_by), *label)
                row_flags += edge_part[2]
            if is_detached[i]:
                row_flags.append("detached")
            if is_masked:
                row_flags.append("masked")
            rows.append(
                Row(
                    key,
                    (*label, ("id", f" @{node_id}")),
                    {"distance": distance, "shallow_size": shallow, "retained_size": retained},
                    node_id,
                    has_edges[i],
                    tuple(dict.fromkeys(row_flags)),
                )
            )
        return tuple(rows)

    def labels(self, nodes: AnyArray | Sequence[int]) -> list[Label]:
        """Say what some nodes are, without their ids.

        Parameters
        ----------
        nodes : integer[k]
            Ordinals.

        Returns
        -------
        list of tuple of (role, text)
        """
        nodes = np.asarray(nodes, np.int64)
        return [label for label, _ in self._labels(nodes)]

    def _labels(self, nodes: IntArray) -> list[tuple[Label, bool]]:
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
            if kind in _STRINGS:
                label: Label = (("string", f'"{shown}"'),)
            elif kind in _VALUES:
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
        if kind in _ENGINE:
            return (("soft", f"{name}[]" if kind == "array" else name or shown_class),)
        if name in {"", shown_class}:
            return (("class", shown_class),)
        if name.startswith("{"):
            # A plain object shows its properties; the class may be named after some of them.
            is_shape = class_name.startswith("{")
            return (("soft", name),) if is_shape else (("class", shown_class), ("soft", f" {name}"))
        return (("class", name),)

    def _location(self, row: int) -> str:
        return fmt.clean_location(location_text(self.heap, row) or "", _LONGEST_LOCATION)

    def _edge_parts(
        self, edges: AnyArray
    ) -> list[tuple[tuple[LabelRole, str], str, list[str]] | None]:
        """Say how edges are called: the label's piece, the plain name, flags."""
        edges = np.asarray(edges, np.int64)
        named = np.flatnonzero(edges >= 0)
        names = edge_labels(self.heap, edges[named]).to_pylist()
        kinds = self.heap.edge_type[edges[named]].tolist()
        parts: list[tuple[tuple[LabelRole, str], str, list[str]] | None] = [None] * len(edges)
        for place, name, kind in zip(named.tolist(), names, kinds, strict=True):
            kind_name = self.heap.edge_type_names[kind]
            shown, is_masked = self.checked_text(name)
            is_engine = kind_name in {"internal", "hidden", "weak"}
            piece: tuple[LabelRole, str] = (
                "soft" if is_engine else "edge",
                f"[{shown}]" if kind_name == "element" else shown or '""',
            )
            flags = ["weak"] * (kind_name == "weak") + ["masked"] * is_masked
            parts[place] = (piece, name, flags)
        return parts

    # -- what a node refers to --------------------------------------------------------------

    def children(
        self, parent: str | None, node: int, window: Window, above: Collection[int] = ()
    ) -> Page:
        """List what a node refers to.

        Parameters
        ----------
        parent : str or None
            Key of the node's row; None if it is above all rows.
        node : int
            Its ordinal.
        window : Window
            Which rows; a column that edges do not have sorts as retained sizes do.
        above : collection of int
            Ordinals of the nodes above; they do not unfold again.

        Returns
        -------
        Page
        """
        edges, n_left_out = self._shown_edges(node, window)
        places = self.orders.page(
            _edges_name(node, window),
            len(edges),
            lambda: self.edge_keys(edges, self.heap.edge_to[edges], window),
            window.offset,
            window.limit,
        )
        shown = edges[places]
        prefix = "" if parent is None else f"{parent}/"
        keys = [f"{prefix}e{edge}" for edge in shown.tolist()]
        ends = self.heap.edge_to[shown]
        rows = tuple(
            _repeated(row) if end == node or end in above else row
            for row, end in zip(self.rows(keys, ends, edges=shown), ends.tolist(), strict=True)
        )
        return Page(rows, len(edges), window.offset, left_out(n_left_out))

    def _shown_edges(self, node: int, window: Window) -> tuple[IntArray, int]:
        """Return the edges of a node that pass the filters, and how many lead to too little."""
        start, stop = self.heap.edges_of(node)
        edges: IntArray = np.arange(start, stop)
        invisible = self.heap.edge_type_index("invisible")
        if invisible != vocab.NO_INDEX:
            edges = edges[self.heap.edge_type[start:stop] != invisible]
        least = minimum(window)
        if not least:
            return edges, 0
        kept = edges[self.heap.retained_size[self.heap.edge_to[edges]] >= least]
        return kept, len(edges) - len(kept)

    def way(
        self, parent: str | None, edges: Sequence[int], window: Window
    ) -> tuple[tuple[str, int], ...] | None:
        """Say where the rows of successive edges are.

        Parameters
        ----------
        parent : str or None
            Key of the row from which the first edge leads; None if it is above all rows.
        edges : sequence of int
            Edge ordinals, each from where the one before leads to.
        window : Window
            Sort and filters.

        Returns
        -------
        tuple of (str, int) or None
            Key and place at each level; None if a filter leaves one out.
        """
        found: list[tuple[str, int]] = []
        for edge in edges:
            place = self._place_of_edge(edge, window)
            if place is None:
                return None
            parent = f"e{edge}" if parent is None else f"{parent}/e{edge}"
            found.append((parent, place))
        return tuple(found)

    def _place_of_edge(self, edge: int, window: Window) -> int | None:
        """Say where an edge comes among those of its node."""
        node = int(self.heap.edge_from([edge])[0])
        edges, _ = self._shown_edges(node, window)
        at = int(np.searchsorted(edges, edge))
        if at == len(edges) or edges[at] != edge:
            return None
        return self.orders.place_of(
            _edges_name(node, window),
            lambda: self.edge_keys(edges, self.heap.edge_to[edges], window),
            at,
        )

    def edge_keys(self, edges: AnyArray, ends: AnyArray, window: Window) -> list[Key]:
        """Return what sorts edges: a column of the nodes at an end, then their names.

        Parameters
        ----------
        edges : integer[k]
            Edge ordinals.
        ends : integer[k]
            The node at the end that is shown.
        window : Window
            Its sort; by retained size if it names no column of nodes.

        Returns
        -------
        list of Key
        """
        if window.sort == LABEL:
            return self._name_keys(edges, descending=window.descending)
        ties = self._name_keys(edges) if len(edges) <= _TIES_BY_NAME else []
        return [self._column_key(ends, window), *ties]

    def _name_keys(self, edges: AnyArray, *, descending: bool = False) -> list[Key]:
        """Sort as DevTools: names by text, then indices, ``__proto__`` at the end."""
        heap = self.heap
        values = heap.edge_name[edges]
        is_index = heap.is_indexed_edge_type[heap.edge_type[edges]]
        named = np.flatnonzero(~is_index)
        numbers = values.astype(np.int64)
        group = is_index.astype(np.int64)
        if len(named):
            ranks, place = self._ranks_of(values[named])
            numbers[named] = ranks[place]
            group[named[self._is_proto[values[named]]]] = 2
        return [Key(group, descending=descending), Key(numbers, descending=descending)]

    @cached_property
    def _is_proto(self) -> BoolArray:
        return is_string(self.heap, [_PROTO])

    @cached_property
    def pane_distance(self) -> DistanceArray:
        """``int32[n_nodes]``: distances as the Retainers pane has them."""
        distance = self.heap.distance
        return shown_distances(distance) if (distance == vocab.NO_DISTANCE).any() else distance

    def _column_key(self, nodes: AnyArray, window: Window) -> Key:
        """Sort nodes by the column of a window; where it names none of nodes, by retained size."""
        if window.sort in _NODE_SORTS:
            return Key(getattr(self.heap, window.sort), nodes, window.descending)
        return Key(self.heap.retained_size, nodes, descending=True)

    # -- nodes ------------------------------------------------------------------------------

    def node_values(self, nodes: AnyArray, column: str) -> AnyArray:
        """Return the integers of a column for some nodes."""
        values: AnyArray = getattr(self.heap, column)[nodes]
        return values

    def node_keys(self, nodes: AnyArray, window: Window) -> list[Key]:
        """Return what sorts nodes: a column or the name.

        Parameters
        ----------
        nodes : integer[k]
            Ordinals; equal nodes stay in this order.
        window : Window
            Its sort; by retained size if it names no column of nodes.

        Returns
        -------
        list of Key
        """
        if window.sort == LABEL:
            return [Key(*self._ranks_of(self.heap.node_name[nodes]), window.descending)]
        return [self._column_key(nodes, window)]

    def _ranks_of(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Number strings by their order; return these numbers, and which of them each name has."""
        if len(names) > _NAMES_BY_TABLE:
            return string_ranks(self.heap), names
        strings, place = np.unique(names, return_inverse=True)
        ranks = text_ranks(self.heap.strings.take(pa.array(strings)))
        return ranks, place.astype(np.uint32)

    # -- keys -------------------------------------------------------------------------------

    def follow(self, key: str, node: int, parts: Sequence[str]) -> int:
        """Return the last node of `path`."""
        return self.path(key, node, parts)[-1]

    def path(self, key: str | None, node: int, parts: Sequence[str]) -> list[int]:
        """Go down from a node by the parts of a key below it.

        Parameters
        ----------
        key : str
            The whole key, for the message if there is no such row.
        node : int
            Where to begin.
        parts : sequence of str
            ``e`` and an edge's number each.

        Returns
        -------
        list of int
            The nodes on the way, both ends included.

        Raises
        ------
        HeapnbError
            If a part is no edge of the node before it.
        """
        path = [node]
        for part in parts:
            kind, edge = parse_part(key, part)
            start, stop = self.heap.edges_of(path[-1])
            if kind != "e" or not start <= edge < stop:
                raise no_row(key)
            path.append(int(self.heap.edge_to[edge]))
        return path

    def below(self, key: str | None, node: int, parts: Sequence[str], window: Window) -> Page:
        """List what the node at the end of a key refers to; see `path` and `children`."""
        path = self.path(key, node, parts)
        return self.children(key, path[-1], window, path)


_NODE_SORTS: Final = frozenset(column.key for column in NODE_COLUMNS)


@lru_cache(maxsize=1 << 14)
def _masked(text: str) -> str:
    # The same names come on page after page.
    return mask_secrets(text)


@lru_cache(maxsize=1 << 14)
def _is_secret_name(name: str) -> bool:
    return is_secret_name(name)


def _edges_name(node: int, window: Window) -> tuple[object, ...]:
    """Name the order of a node's edges."""
    return ("edges", node, minimum(window), window.sort, window.descending)


def _repeated(row: Row) -> Row:
    return dataclasses.replace(row, expandable=False, flags=(*row.flags, "repeated"))


def string_ranks(heap: HeapGraph) -> NodeArray:
    """Number all strings of a heap by their order in JavaScript.

    Parameters
    ----------
    heap : HeapGraph
        Whose strings.

    Returns
    -------
    uint32[n_strings]
        From 0; equal strings have the same number.
    """
    ranks: NodeArray = heap.derived(
        "string_rank", lambda: text_ranks(heap.strings).astype(np.uint32)
    )
    return ranks


def split_key(key: str) -> list[str]:
    """Take a key apart.

    Raises
    ------
    HeapnbError
        If it cannot be one.
    """
    if not key or len(key) > _LONGEST_KEY:
        raise no_row(key)
    return key.split("/")


def parse_part(key: str | None, part: str) -> tuple[str, int]:
    """Return the letters and the number of a part of a key.

    Raises
    ------
    HeapnbError
        If it is not of this form.
    """
    match = _PART.fullmatch(part)
    if match is None:
        raise no_row(key)
    return match[1], int(match[2])


def no_row(key: str | None) -> HeapnbError:
    """Make the error for a key that no row has."""
    return HeapnbError(
        f"There is no row {fmt.clean(key or '')!r}.",
        hint="the table may have changed: load it again.",
    )


def minimum(window: Window) -> int:
    """Return the smallest retained size that a window asks for."""
    value = window.filters.get(SIZE_FILTER.key)
    return int(value) if value else 0


def left_out(count: int) -> str | None:
    """Say how many rows a filter left out."""
    return f"{fmt.plural(count, 'smaller row')} left out." if count else None


def matching(texts: pa.Array, window: Window) -> BoolArray:
    """Find the texts that pass a window's text filter.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts; a missing one never passes.
    window : Window
        Its filters ``text`` and ``regex``. Case does not matter.

    Returns
    -------
    bool[k]

    Raises
    ------
    PatternError
        If it is meant as a regular expression and is none.
    """
    wanted = str(window.filters.get(TEXT_FILTER.key) or "")
    if window.filters.get(REGEX):
        return texts_matching(pc.fill_null(texts, ""), f"(?i){wanted}")
    found = pc.match_substring(texts, wanted, ignore_case=True)
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), np.bool_)


def joined_notes(*notes: str | None) -> str | None:
    """Put notes together."""
    return " ".join(filter(None, notes)) or None
