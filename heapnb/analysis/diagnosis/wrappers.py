"""Objects of a library or of the language that each wrap one object of the program.

A cache keeps ``{v, t}``, a queue ``Node``, an EventTarget ``Listener``, a router ``Layer``: a
person looks for what is in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, NodeArray
from heapnb.analysis.diagnosis.accumulation import Accumulation
from heapnb.analysis.diagnosis.functions_behind import REACTIONS, function_behind, user_location
from heapnb.analysis.diagnosis.original_names import original_names
from heapnb.analysis.packages import PACKAGES_FOLDER
from heapnb.decode.native_listeners import REGISTRATION, callback_of
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import is_internal, location_of
from heapnb.graph.scopes import is_suspended

FEWEST: Final = 3
"""Of fewer objects, one cannot tell what they share from what each has for itself."""

MOST_OF_THEM: Final = 0.9
"""So many of the members looked at must have a content of the same class."""

LONGEST_PAIR: Final = 4
"""A longer Array is a list, not a pair or an entry."""

_RUNTIME_WRAPPERS: Final = ("Listener",)
"""Classes of Node that only wrap; users know the others, such as `Timeout` and `Socket`."""

_VALUE_LABELS: Final = frozenset(
    {"v", "val", "value", "data", "item", "element", "payload", "content", "entry"}
)
"""Properties that say of a literal what it is: the wrapper of a value."""

_KEY_LABELS: Final = frozenset({"k", "key"})
_OPAQUE: Final = ("RegExp", "Date", "WeakRef", "Symbol")
"""Objects that are values, as texts and numbers are."""

_MOST_EDGES: Final = 64
_MOST_EMPTY: Final = 8
_ARRAY: Final = "Array"
_PROMISE: Final = "Promise"
_BOUND: Final = "bound_function"
_SYMBOL: Final = "<symbol"
_PROTOTYPE: Final = "__proto__"


@dataclass(frozen=True)
class Wrapped:
    """What each member of an accumulation wraps.

    Parameters
    ----------
    wrapper : str
        Class of the members; empty for functions that the runtime made of another one, which the
        program knows as that.
    contents : uint32[k]
        What some members wrap, that of the example first, as ordinals in the last snapshot.
    """

    wrapper: str
    contents: NodeArray


@dataclass(frozen=True)
class _Part:
    """One reference of a member: its label and what it leads to."""

    label: str
    node: int


def wrapped_by(graph: HeapGraph, accumulation: Accumulation) -> Wrapped | None:
    """Find what the members wrap, if each is a wrapper of one object of the program.

    Parameters
    ----------
    graph : HeapGraph
        The last snapshot.
    accumulation : Accumulation
        The members.

    Returns
    -------
    Wrapped or None
        None where the members themselves are what a person looks for. What all members share, such
        as a logger or a configuration, is never what they wrap.
    """
    members, example = accumulation.members, accumulation.example
    if len(members) < FEWEST:
        return None
    sample = accumulation.sample
    if graph.node_type[example] == graph.node_type_index("closure"):
        return _functions_behind(graph, sample)
    if graph.node_type[example] == graph.node_type_index("native"):
        return _listeners_behind(graph, sample)
    is_member = np.zeros(graph.n_nodes, np.bool_)
    is_member[members] = True
    parts = _own_parts(graph, sample, is_member)
    labels = _labels_of_objects(graph, parts)
    label = _label_of_content(graph, parts, labels)
    if label is None or label.startswith(_SYMBOL):
        return None
    if not _is_wrapper(graph, example, parts, label, is_list=accumulation.is_list):
        return None
    found = [next((part.node for part in own if part.label == label), None) for own in parts]
    contents = [node for node in found if node is not None]
    if found[0] is None or not _are_alike(graph, contents, len(sample)):
        return None
    return Wrapped(original_names(graph).class_name(example), np.array(contents, np.uint32))


def _functions_behind(graph: HeapGraph, sample: list[int]) -> Wrapped | None:
    """Find the program's functions that the runtime bound or wrapped, each for one member."""
    location = location_of(graph, sample[0])
    is_bound = child(graph, sample[0], _BOUND) is not None
    if not is_bound and (location is None or not is_internal(location)):
        return None
    found = [function_behind(graph, node) for node in sample]
    functions = [node for node in found if node is not None]
    if found[0] is None or len(set(functions)) < MOST_OF_THEM * len(sample):
        return None
    return Wrapped("", np.array(functions, np.uint32))


def _listeners_behind(graph: HeapGraph, sample: list[int]) -> Wrapped | None:
    """Find the functions of a browser's records of listeners."""
    if graph.name(sample[0]).removeprefix(vocab.DETACHED_PREFIX) != REGISTRATION:
        return None
    found = [callback_of(graph, node) for node in sample]
    functions = [node for node in found if node is not None]
    return Wrapped("", np.array(functions, np.uint32)) if found[0] is not None else None


def _own_parts(graph: HeapGraph, sample: list[int], is_member: BoolArray) -> list[list[_Part]]:
    """List what each member refers to, without what several of them refer to."""
    parts = [_parts(graph, node) for node in sample]
    seen = Counter(node for own in parts for node in {part.node for part in own})
    return [
        [part for part in own if seen[part.node] == 1 and not is_member[part.node]] for own in parts
    ]


def _parts(graph: HeapGraph, node: int) -> list[_Part]:
    """List the program's references of an object."""
    types = (graph.edge_type_index("property"), graph.edge_type_index("element"))
    is_promise = graph.class_name(node) == _PROMISE
    found = []
    for edge in list(range(*graph.edges_of(node)))[:_MOST_EDGES]:
        label = graph.edge_label(edge)
        is_result = is_promise and label == REACTIONS
        if (graph.edge_type[edge] in types and label != _PROTOTYPE) or is_result:
            found.append(_Part(label, int(graph.edge_to[edge])))
    return found


def _labels_of_objects(graph: HeapGraph, parts: list[list[_Part]]) -> list[str]:
    """List the labels by which most members have an object of their own."""
    count = Counter(
        label
        for own in parts
        for label in {part.label for part in own if _is_object(graph, part.node)}
    )
    order = dict.fromkeys(part.label for own in parts for part in own)
    return [label for label in order if 2 * count[label] >= len(parts)]


def _label_of_content(graph: HeapGraph, parts: list[list[_Part]], labels: list[str]) -> str | None:
    """Choose the label that leads to the content: the only one, or the first function."""
    if len(labels) == 1:
        return labels[0]
    closure = graph.node_type_index("closure")
    found = [part.node for own in parts for part in own if part.label in labels]
    if labels and all(graph.node_type[node] == closure for node in found):
        return labels[0]
    return None


def _is_object(graph: HeapGraph, node: int) -> bool:
    """Tell functions, and objects that are more than a value or an empty list."""
    if graph.node_type[node] == graph.node_type_index("closure"):
        return True
    if graph.node_type[node] != graph.node_type_index("object"):
        return False
    name = graph.class_name(node)
    if name in _OPAQUE or name.startswith(vocab.SYSTEM_PREFIX):
        return False
    if name != _ARRAY:
        return True
    return any(_is_object(graph, part.node) for part in _parts(graph, node)[:_MOST_EMPTY])


def _is_wrapper(
    graph: HeapGraph, node: int, parts: list[list[_Part]], label: str, *, is_list: bool
) -> bool:
    """Tell whether an object is there only for its content."""
    content = next((part.node for part in parts[0] if part.label == label), None)
    if content is None or not _is_known_to_person(graph, content, label):
        return False
    name = graph.class_name(node)
    if name == _ARRAY:
        return len(_parts(graph, node)) <= LONGEST_PAIR
    if name in (_PROMISE, *_RUNTIME_WRAPPERS):
        return True
    texts = [part for part in parts[0] if _is_text(graph, part.node)]
    is_bare = all(part.label in _KEY_LABELS for part in texts)
    if graph.name(node) == vocab.CLASS_OBJECT:
        return is_bare
    location = location_of(graph, node)
    if location is None or is_internal(location):
        return False
    return PACKAGES_FOLDER in location or (is_list and is_bare)


def _is_known_to_person(graph: HeapGraph, node: int, label: str) -> bool:
    """Tell what the program's own code defines, and literals that are called a value."""
    location = user_location(graph, node)
    if location is not None:
        return PACKAGES_FOLDER not in location
    if is_suspended(graph, node):
        return True
    return graph.name(node) == vocab.CLASS_OBJECT and label in _VALUE_LABELS


def _is_text(graph: HeapGraph, node: int) -> bool:
    """Tell strings."""
    return graph.node_type_names[int(graph.node_type[node])] in vocab.STRING_TYPES


def _are_alike(graph: HeapGraph, contents: Sequence[int], n_sampled: int) -> bool:
    """Tell whether nearly all members have a content, and of one class."""
    classes = Counter(graph.class_name(node) for node in contents)
    return classes[graph.class_name(contents[0])] >= MOST_OF_THEM * n_sampled


__all__ = ["Wrapped", "wrapped_by"]
