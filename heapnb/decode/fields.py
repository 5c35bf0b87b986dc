"""What one object consists of: properties, private fields, elements, variables, hidden slots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb.decode.links import class_names_of, oddballs, sizes_of
from heapnb.decode.preview import preview
from heapnb.frames import edge_labels, signed, texts
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.edges import internal_child

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.graph import HeapGraph

_MAX_PREVIEW: Final = 200
_PROTOTYPE: Final = "__proto__"
_SYMBOL: Final = "<symbol"
_PRIVATE: Final = "#"
_ACCESSORS: Final = ("get ", "set ")
# The engine's names of slots that the language has, and what its standard calls them.
_SLOTS: Final = {
    "bound_function": "[[BoundTargetFunction]]",
    "bound_this": "[[BoundThis]]",
    "reactions_or_result": "[[PromiseResult]]",
    "target": "[[WeakRefTarget]]",
    "buffer": "[[ViewedArrayBuffer]]",
    "backing_store": "[[ArrayBufferData]]",
    "table": "[[Entries]]",
    "function": "[[GeneratorFunction]]",
    "context": "[[Scope]]",
    "extension": "[[SuspendedCall]]",
    "previous": "[[OuterScope]]",
}
_REGISTERS: Final = "parameters_and_registers"
_BOUND_ARGUMENT: Final = "bound_argument_"
# Slots that the engine has no name for, in its order.
_SLOTS_OF_HIDDEN: Final = {
    "system / JSProxy": ("[[ProxyTarget]]", "[[ProxyHandler]]"),
    "Date": ("[[DateValue]]",),
    **{name: (f"[[{name}Data]]",) for name in ("String", "Number", "Boolean", "Symbol", "BigInt")},
}
_TYPES_IN_SLOTS: Final = frozenset({"object", "closure", "hidden", "number", "string", "symbol"})


def fields(graph: HeapGraph, node: int, *, limit: int = 1000) -> pd.DataFrame:
    """List what an object, function or context consists of, as a program would see it.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.
    limit : int, default 1000
        How many rows at most.

    Returns
    -------
    pandas.DataFrame
        In the order of the file; small integers are not in it, unless it was taken with numbers.

        ``name``
            Of the property; private ones begin with ``#``, slots are in double brackets.
        ``kind``
            ``"property"``, ``"private"``, ``"symbol"``, ``"accessor"``, ``"element"``,
            ``"variable"`` (of a context), ``"local"`` (of a suspended call; the file does not
            have its name), ``"slot"`` (of the language, such as what a function is bound to),
            or ``"prototype"``.
        ``value``
            What it holds, as `heapnb.decode.preview.preview` writes it.
        ``class_name``, ``node_id``, ``shallow_size``, ``retained_size``
            Of the value.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>User User.#key>key User.name>name")
    >>> for key, text in [("key", "s3cret"), ("name", "Ann")]:
    ...     _ = builder.node(key, type="string", name=text)
    >>> fields(builder.graph(), 1)[["name", "kind", "value"]]
       name      kind     value
    0  #key   private  "s3cret"
    1  name  property     "Ann"
    """
    import pandas as pd

    edges = np.arange(*graph.edges_of(node))
    names: list[str] = []
    kinds: list[str] = []
    chosen: list[int] = []
    labels = edge_labels(graph, edges).to_pylist()
    slots = iter(_SLOTS_OF_HIDDEN.get(graph.name(node), ()))
    for edge, label in zip(edges.tolist(), labels, strict=True):
        if len(chosen) == limit:
            break
        named = _field(graph, edge, label)
        if named is None:
            named = _hidden_slot(graph, edge, slots)
        if named is not None:
            chosen.append(edge)
            names.append(named[0])
            kinds.append(named[1])
    for edge, name in _locals(graph, node)[: limit - len(chosen)]:
        chosen.append(edge)
        names.append(name)
        kinds.append("local")
    value = graph.edge_to[np.array(chosen, np.int64)].astype(np.int64)
    shown = [preview(graph, each, max_chars=_MAX_PREVIEW) for each in value.tolist()]
    columns = {
        "name": texts(pa.array(names, pa.large_string())),
        "kind": texts(pa.array(kinds, pa.large_string())),
        "value": texts(pa.array(shown, pa.large_string())),
        "class_name": class_names_of(graph, value),
        "node_id": signed(graph.node_id[value]),
        **sizes_of(graph, value),
    }
    return pd.DataFrame(columns, copy=False)


def _locals(graph: HeapGraph, node: int) -> list[tuple[int, str]]:
    """List what a suspended call holds in arguments and local variables, and under which number."""
    store = internal_child(graph, node, _REGISTERS)
    if store is None:
        return []
    edges = np.arange(*graph.edges_of(store))
    edges = edges[graph.edge_type[edges] == graph.edge_type_index("internal")]
    labels = edge_labels(graph, edges).to_pylist()
    return [
        (edge, f"[{label}]")
        for edge, label in zip(edges.tolist(), labels, strict=True)
        if label.isdecimal() and graph.edge_to[edge] != node
    ]


def _field(graph: HeapGraph, edge: int, label: str) -> tuple[str, str] | None:
    """Return name and kind of what an edge leads to; None for the engine's own."""
    kind, variable = variable_or_edge(graph, edge)
    if kind == "element":
        return label, "element"
    if kind == "context":
        return variable, "variable"
    if kind == "property":
        return label, _kind_of_property(label)
    if kind == "shortcut" and label.startswith(_BOUND_ARGUMENT):
        return f"[[BoundArguments]][{label.removeprefix(_BOUND_ARGUMENT)}]", "slot"
    if kind in {"internal", "weak"} and label in _SLOTS:
        if graph.name(int(graph.edge_to[edge])) == vocab.REACTION_NAME:
            return "[[PromiseReactions]]", "slot"
        return _SLOTS[label], "slot"
    return None


def _kind_of_property(label: str) -> str:
    if label == _PROTOTYPE:
        return "prototype"
    if label.startswith(_PRIVATE):
        return "private"
    if label.startswith(_SYMBOL):
        return "symbol"
    return "accessor" if label.startswith(_ACCESSORS) else "property"


def _hidden_slot(graph: HeapGraph, edge: int, slots: Iterator[str]) -> tuple[str, str] | None:
    """Name what an edge without a name leads to, if the program can see it."""
    if graph.edge_type[edge] != graph.edge_type_index("hidden"):
        return None
    target = int(graph.edge_to[edge])
    kind = graph.node_type_names[int(graph.node_type[target])]
    if kind not in _TYPES_IN_SLOTS or target in oddballs(graph):
        return None
    name = next(slots, None)
    return None if name is None else (name, "slot")
