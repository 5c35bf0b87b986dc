"""Class names as in DevTools: by type, by name, and by properties for plain objects."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray, NodeArray
from heapnb.format.arrow import to_arrow, to_numpy, to_text, to_texts
from heapnb.kernels import classes as kernels

if TYPE_CHECKING:
    from heapnb.format import RawSnapshot, SnapshotMeta

_NEEDS_QUOTES = r"[,'\"{}]"
# JSON escapes these with a backslash and a letter, other control characters as \uXXXX.
_SHORT_ESCAPES = r'["\\\n\r\t\x08\f]'
_LONG_ESCAPES = r"[\x00-\x07\x0b\x0e-\x1f]"


@dataclass(frozen=True)
class InterfaceDefinition:
    """A name for plain objects that look alike, such as ``{id, name}``.

    Parameters
    ----------
    name : str
        The class that DevTools shows.
    properties : tuple of str
        The properties that an object must have.
    """

    name: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class ClassTable:
    """The class of every node.

    Parameters
    ----------
    names : pyarrow.LargeStringArray
        Distinct class names.
    class_index : uint32[n_nodes]
        Index into ``names``.
    """

    names: pa.LargeStringArray
    class_index: NodeArray


@dataclass(frozen=True)
class PlainObjects:
    """The plain objects of a snapshot, grouped by their sequence of properties.

    Parameters
    ----------
    nodes : uint32[n_objects]
        Ordinals of the nodes of type object named ``Object``.
    shape : uint32[n_objects]
        Group of each object; groups are numbered in order of first occurrence.
    representative : uint32[n_shapes]
        The first object of each group.
    canonical : uint32[n_strings]
        A number for each property name; equal strings have equal numbers; 0 for other strings.
    names : pyarrow.LargeStringArray
        The property name with each number.
    n_properties : int
        Number of property edges of all plain objects.
    """

    nodes: NodeArray
    shape: NodeArray
    representative: NodeArray
    canonical: NodeArray
    names: pa.LargeStringArray
    n_properties: int


def property_type(raw: RawSnapshot) -> int:
    """Return the index of the edge type ``property``, -1 if the file lacks it."""
    return index_of(raw.meta.edge_types, "property")


def find_plain_objects(raw: RawSnapshot) -> PlainObjects:
    """Group the plain objects of a snapshot by their properties."""
    object_type = index_of(raw.meta.node_types, "object")
    is_object_name = to_numpy(pc.equal(raw.strings, to_text(vocab.CLASS_OBJECT)))
    nodes = np.flatnonzero((raw.node_type == object_type) & is_object_name[raw.node_name]).astype(
        np.uint32
    )
    wanted = property_type(raw)
    edges = (raw.first_edge, raw.edge_type, raw.edge_name)
    used = np.zeros(len(raw.strings), np.bool_)
    n_properties = kernels.mark_strings(*edges, nodes, wanted, used)
    indices = np.flatnonzero(used)
    encoded = raw.strings.take(to_arrow(indices)).dictionary_encode()
    canonical = np.zeros(len(raw.strings), np.uint32)
    canonical[indices] = to_numpy(encoded.indices)
    shape = np.empty(len(nodes), np.uint32)
    representative = np.empty(len(nodes), np.uint32)
    n_shapes = kernels.group_by_properties(*edges, nodes, wanted, canonical, shape, representative)
    return PlainObjects(
        nodes, shape, representative[:n_shapes].copy(), canonical, encoded.dictionary, n_properties
    )


def infer_interfaces(raw: RawSnapshot, objects: PlainObjects) -> tuple[InterfaceDefinition, ...]:
    """Find the property lists that are common enough to serve as names of plain objects.

    Parameters
    ----------
    raw : RawSnapshot
        The snapshot.
    objects : PlainObjects
        Its plain objects.

    Returns
    -------
    tuple of InterfaceDefinition
        Most frequent first; equally frequent ones in order of first occurrence.

    Notes
    -----
    DevTools: ``inferInterfaceDefinitions``.
    """
    n_shapes = len(objects.representative)
    if n_shapes == 0:
        return ()
    first_name = np.zeros(n_shapes + 1, np.int64)
    names = np.empty(objects.n_properties, np.uint32)
    kernels.interface_prefixes(
        raw.first_edge,
        raw.edge_type,
        raw.edge_name,
        objects.representative,
        property_type(raw),
        objects.canonical,
        _formatted_lengths(objects.names),
        _position(objects.names, "__proto__"),
        vocab.INTERFACE_MIN_PROPERTIES,
        vocab.INTERFACE_MAX_NAME_LENGTH,
        first_name,
        names,
    )
    group = np.empty(n_shapes, np.int64)
    n_groups = kernels.group_sequences(first_name, names, group)
    if n_groups == 0:
        return ()
    named = group >= 0
    objects_per_shape = np.bincount(objects.shape, minlength=n_shapes)
    counts = np.bincount(group[named], weights=objects_per_shape[named], minlength=n_groups).astype(
        np.int64
    )
    order = np.argsort(-counts, kind="stable")
    least = max(
        float(vocab.INTERFACE_MIN_OBJECTS), len(objects.nodes) / vocab.INTERFACE_MIN_PROPORTION
    )
    _, first_shape = np.unique(group[named], return_index=True)
    shapes = np.flatnonzero(named)[first_shape]
    definitions = []
    for chosen in order[: int(np.count_nonzero(counts >= least))]:
        shape = shapes[chosen]
        numbers = names[first_name[shape] : first_name[shape + 1]]
        properties = tuple(objects.names.take(to_arrow(numbers)).to_pylist())
        shown = ", ".join(format_property_name(name) for name in properties)
        definitions.append(InterfaceDefinition(f"{{{shown}}}", properties))
    return tuple(definitions)


def match_interfaces(
    raw: RawSnapshot, objects: PlainObjects, definitions: Sequence[InterfaceDefinition]
) -> IntArray:
    """Find the definition with the most properties that fits each shape of plain objects.

    Parameters
    ----------
    raw : RawSnapshot
        The snapshot.
    objects : PlainObjects
        Its plain objects.
    definitions : sequence of InterfaceDefinition
        Definitions from this snapshot, or from the one to compare it with.

    Returns
    -------
    int64[n_shapes]
        Indices into ``definitions``, -1 if none fits.
    """
    match = np.full(len(objects.representative), -1, np.int64)
    if not definitions or not len(match):
        return match
    ordered = sorted({name for d in definitions for name in d.properties}, key=_utf16)
    rank_of = {name: i for i, name in enumerate(ordered)}
    # States of the tree of sorted property lists: branches[state][rank] is the next state.
    branches: list[dict[int, int]] = [{}]
    definition = [-1]
    for index, candidate in enumerate(definitions):
        state = 0
        for rank in sorted(rank_of[name] for name in candidate.properties):
            following = branches[state].get(rank)
            if following is None:
                following = len(branches)
                branches[state][rank] = following
                branches.append({})
                definition.append(-1)
            state = following
        if definition[state] < 0:
            definition[state] = index
    first_child = np.zeros(len(branches) + 1, np.int64)
    np.cumsum([len(b) for b in branches], out=first_child[1:])
    rank_of_canonical = np.full(max(len(objects.names), 1), -1, np.int64)
    places = pc.index_in(to_texts(ordered), objects.names).to_pylist()
    for rank, place in enumerate(places):
        if place is not None:
            rank_of_canonical[place] = rank
    # Strings that do not name a property also have number 0, but nothing looks them up.
    rank_of_string = rank_of_canonical[objects.canonical]
    kernels.match_interfaces(
        raw.first_edge,
        raw.edge_type,
        raw.edge_name,
        objects.representative,
        property_type(raw),
        rank_of_string,
        len(ordered),
        first_child,
        np.array([r for b in branches for r in b], np.int64),
        np.array([s for b in branches for s in b.values()], np.int64),
        np.array(definition, np.int64),
        np.array([len(d.properties) for d in definitions], np.int64),
        match,
    )
    return match


def build_class_table(
    raw: RawSnapshot,
    renamed: BoolArray | None,
    objects: PlainObjects,
    definitions: Sequence[InterfaceDefinition],
) -> ClassTable:
    """Assign each node its class.

    Parameters
    ----------
    raw : RawSnapshot
        The snapshot.
    renamed : bool[n_nodes] or None
        Native nodes that DevTools shows as ``Detached …``.
    objects : PlainObjects
        The snapshot's plain objects.
    definitions : sequence of InterfaceDefinition
        Names for plain objects.

    Returns
    -------
    ClassTable

    Notes
    -----
    DevTools: ``calculateObjectNames`` and ``applyInterfaceDefinitions``.
    """
    types = raw.meta.node_types
    n_listed = raw.meta.n_listed_node_types
    type_texts = classes_of_types(raw.meta)
    by_name = np.array(
        [name in vocab.NAMED_BY_CLASS and i < n_listed for i, name in enumerate(types)], np.bool_
    )
    used = np.zeros(len(raw.strings), np.bool_)
    used[raw.node_name[by_name[raw.node_type]]] = True
    used_strings = np.flatnonzero(used)
    prefixed = np.flatnonzero(renamed) if renamed is not None else np.empty(0, np.int64)
    prefixed_names = pc.binary_join_element_wise(
        to_text(vocab.DETACHED_PREFIX),
        raw.strings.take(to_arrow(raw.node_name[prefixed])),
        to_text(""),
    )
    match = match_interfaces(raw, objects, definitions)
    encoded = pa.concat_arrays(
        [
            to_texts(type_texts),
            to_texts([definition.name for definition in definitions]),
            tag_only(raw.strings.take(to_arrow(used_strings))),
            tag_only(prefixed_names),
        ]
    ).dictionary_encode()
    codes = to_numpy(encoded.indices).astype(np.uint32)
    ends = np.cumsum([len(types), len(definitions), len(used_strings)])
    of_type, of_definition, of_string, of_prefixed = np.split(codes, ends)
    string_class = np.zeros(len(raw.strings), np.uint32)
    string_class[used_strings] = of_string
    class_index = np.empty(raw.n_nodes, np.uint32)
    kernels.assign_classes(
        raw.node_type,
        raw.node_name,
        np.where(by_name, -1, of_type.astype(np.int64)),
        string_class,
        class_index,
    )
    class_index[prefixed] = of_prefixed
    matched = match[objects.shape]
    has_match = matched >= 0
    class_index[objects.nodes[has_match]] = of_definition[matched[has_match]]
    return ClassTable(encoded.dictionary, class_index)


def classes_of_types(meta: SnapshotMeta) -> list[str]:
    """Return the class of the nodes of each type, unless they are named by their class."""
    n_listed = meta.n_listed_node_types
    return [
        (vocab.CLASS_OF_TYPE.get(name) or f"({name})") if i < n_listed else vocab.CLASS_UNDEFINED
        for i, name in enumerate(meta.node_types)
    ]


def format_property_name(name: str) -> str:
    """Format a property name as DevTools does in ``{a, b}``, quoted if it is ambiguous.

    Examples
    --------
    >>> format_property_name("id"), format_property_name("a,b")
    ('id', '"a,b"')
    """
    if re.search(_NEEDS_QUOTES, name):
        return json.dumps(name, ensure_ascii=False)
    return name


def _formatted_lengths(names: pa.LargeStringArray) -> IntArray:
    """Return the UTF-16 length of each name as `format_property_name` shows it."""
    quoted = pc.match_substring_regex(names, _NEEDS_QUOTES)
    lengths = _utf16_lengths(names)
    escaped = pc.filter(names, quoted)
    if len(escaped):
        escaped = pc.replace_substring_regex(escaped, _SHORT_ESCAPES, "xx")
        escaped = pc.replace_substring_regex(escaped, _LONG_ESCAPES, "xxxxxx")
        lengths[to_numpy(quoted)] = _utf16_lengths(escaped) + 2
    return lengths


def _utf16_lengths(texts: pa.LargeStringArray) -> IntArray:
    characters = to_numpy(pc.utf8_length(texts)).astype(np.int64)
    beyond = to_numpy(pc.count_substring_regex(texts, "[\U00010000-\U0010ffff]"))
    lengths: IntArray = characters + beyond
    return lengths


def tag_only(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """Shorten ``<div id="a">`` to ``<div>``, also after ``Detached``."""
    tags = pc.starts_with(names, "<")
    detached_tags = pc.starts_with(names, vocab.DETACHED_PREFIX + "<")
    if pc.any(pc.or_(tags, detached_tags)).as_py():
        names = pc.replace_substring_regex(
            names, f"(?s)^(({vocab.DETACHED_PREFIX})?<[^ ]*) .*$", r"\1>"
        )
    return names


def _position(texts: pa.LargeStringArray, text: str) -> int:
    return int(pc.index(texts, to_text(text)).as_py())


def index_of(names: Sequence[str], name: str) -> int:
    """Return the index of a name among the types that a file declares, -1 if it is missing."""
    return names.index(name) if name in names else vocab.NO_INDEX


def _utf16(text: str) -> bytes:
    """Return a sort key: JavaScript compares strings by UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def distinct_rows(*columns: AnyArray) -> tuple[IntArray, IntArray]:
    """Number the distinct rows of some integer columns.

    Parameters
    ----------
    *columns : integer[n]
        Columns of equal length.

    Returns
    -------
    first : int64[n_distinct]
        The first row with each number.
    number : int64[n]
        Number of each row, in order of first occurrence.

    Examples
    --------
    >>> distinct_rows(np.array([7, 7, 5]), np.array([1, 1, 1]))[1].tolist()
    [0, 0, 1]
    """
    rows = np.empty((len(columns[0]), len(columns)), np.int64)
    for place, column in enumerate(columns):
        rows[:, place] = column
    number = np.empty(len(rows), np.int64)
    first = np.empty(len(rows), np.int64)
    n_distinct = kernels.group_rows(rows, number, first)
    return first[:n_distinct].copy(), number
