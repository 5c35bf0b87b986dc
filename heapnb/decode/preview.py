"""Values as JavaScript would write them, on one line and within bounds.

A snapshot leaves much out: small integers are only there if it was taken with numbers, the
length of an array and the flags of a regular expression never. ``?`` is a value that the
file lacks, ``…`` is content that is left out or may exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from heapnb import vocab
from heapnb.decode.hashtables import entries
from heapnb.graph.edges import internal_child
from heapnb.graph.references import literal_key, symbol
from heapnb.literals import LONGEST_TEXT, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_UNKNOWN: Final = "?"
_MORE: Final = "…"
_CIRCULAR: Final = "[Circular]"
_MAX_PROPERTIES_LOOKED_AT: Final = 1000
_ARRAY_HEADER_BYTES: Final = 16

_ODDBALLS: Final = frozenset({"undefined", "null", "true", "false"})
_PROXY: Final = "system / JSProxy"
_ACCESSORS: Final = "system / AccessorPair"
_CLASS_MARK: Final = "system / ClassPositions"
_BOUND_ARGUMENT: Final = "bound_argument_"
_BOXES: Final = frozenset({"String", "Number", "Boolean", "Symbol", "BigInt"})

_LABEL: Final = re.compile(r"[A-Za-z_$#][\w$]*(?: [\w$]+)*", re.ASCII)
_LITERAL: Final = re.compile(
    r"-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|NaN|true|false", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class _Value:
    """A node that is still to be written, at some depth."""

    node: int
    depth: int


@dataclass(frozen=True)
class _End:
    """The end of what a node contains."""

    node: int


_Part: TypeAlias = "str | _Value | _End"


def preview(
    graph: HeapGraph,
    ordinal: int,
    *,
    max_depth: int = 2,
    max_items: int = 12,
    max_chars: int = 500,
) -> str:
    r"""Write a node as JavaScript would.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    ordinal : int
        The node.
    max_depth : int, default 2
        How many levels of objects are opened; 0 opens none.
    max_items : int, default 12
        How many properties, elements or entries of each object are shown.
    max_chars : int, default 500
        How long the answer gets at most.

    Returns
    -------
    str
        One line without control characters. It is not HTML: escape it for the place it is
        shown at.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>user user.name>name user.tags>tags tags[0]>tag")
    >>> for key, kind, name in [
    ...     ("name", "string", 'Ann "A"'),
    ...     ("tags", "object", "Array"),
    ...     ("tag", "string", "new"),
    ... ]:
    ...     _ = builder.node(key, type=kind, name=name)
    >>> print(preview(builder.graph(), 1))
    user {name: "Ann \"A\"", tags: ["new"]}
    """
    return _Writer(graph, max_depth, max_items, max_chars).write(ordinal)


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) and len(name) <= LONGEST_TEXT else f"[{quoted(name)}]"


class _Writer:
    """Writes one value: a stack of parts in place of recursion."""

    def __init__(self, graph: HeapGraph, max_depth: int, max_items: int, max_chars: int) -> None:
        self._graph = graph
        self._max_depth = max_depth
        self._max_items = max_items
        self._max_chars = max_chars
        self._writers: dict[str, Callable[[_Value], Sequence[_Part]]] = {
            "object": self._object,
            "native": self._object,
            "closure": self._function,
            "regexp": self._regexp,
            "number": self._number,
            "bigint": self._number,
            "symbol": self._symbol,
            "hidden": self._hidden,
            "string": self._string,
            "concatenated string": self._string,
            "sliced string": self._slice,
        }

    def write(self, node: int) -> str:
        text: list[str] = []
        length = 0
        open_nodes: set[int] = set()
        pending: list[_Part] = [_Value(node, 0)]
        while pending and length <= self._max_chars:
            part = pending.pop()
            if isinstance(part, str):
                text.append(part)
                length += len(part)
            elif isinstance(part, _End):
                open_nodes.discard(part.node)
            elif part.node in open_nodes:
                pending.append(_CIRCULAR)
            else:
                open_nodes.add(part.node)
                pending.append(_End(part.node))
                pending += reversed(self._parts(part))
        whole = "".join(text)
        return whole if len(whole) <= self._max_chars else whole[: self._max_chars - 1] + _MORE

    def _parts(self, value: _Value) -> Sequence[_Part]:
        write = self._writers.get(self._type(value.node), self._other)
        return write(value)

    # -- primitives -------------------------------------------------------------------------

    def _type(self, node: int) -> str:
        names = self._graph.node_type_names
        return names[int(self._graph.node_type[node])]

    def _string(self, value: _Value) -> Sequence[_Part]:
        text = self._graph.display_name(value.node)
        if not text and self._type(value.node) == "concatenated string":
            return ["<rope>"]
        # Where it is all there is, the string may fill the line, but for quotes and an ellipsis.
        return [quoted(text, LONGEST_TEXT if value.depth else max(self._max_chars - 3, 0))]

    def _slice(self, value: _Value) -> Sequence[_Part]:
        # Where the slice begins and ends is not in the file.
        parent = internal_child(self._graph, value.node, "parent")
        if parent is None or self._type(parent) not in vocab.STRING_TYPES:
            return ["<slice>"]
        return ["<slice of ", quoted(self._graph.display_name(parent)), ">"]

    def _number(self, value: _Value) -> Sequence[_Part]:
        known = internal_child(self._graph, value.node, "value")
        if known is not None:
            text = self._graph.name(known)
            return [text if _LITERAL.fullmatch(text) else quoted(text)]
        return [f"<{self._type(value.node)}>"]

    def _symbol(self, value: _Value) -> Sequence[_Part]:
        name = internal_child(self._graph, value.node, "name")
        return [symbol("" if name is None else self._graph.display_name(name))]

    def _regexp(self, value: _Value) -> Sequence[_Part]:
        source = self._graph.name(value.node)
        # JavaScriptCore names it with slashes and flags, V8 by its source alone.
        slash = "" if source.startswith("/") else "/"
        # Escapes of the source stay.
        shown = visible(source[:LONGEST_TEXT])
        return [f"{slash}{shown}{_MORE if len(source) > LONGEST_TEXT else ''}{slash}"]

    def _function(self, value: _Value) -> Sequence[_Part]:
        name = self._graph.name(value.node)
        bound = internal_child(self._graph, value.node, "bound_function")
        if bound is not None:
            name = self._graph.name(bound)
        shown = _label(name) if name else ""
        if bound is not None:
            return [f"function bound {shown}({_MORE})", *self._bindings(value)]
        if self._is_class(value.node):
            return [f"class {shown}".rstrip()]
        return [f"function {shown}({_MORE})"]

    def _bindings(self, value: _Value) -> Sequence[_Part]:
        """Show what a bound function is bound to, unless that is nothing."""
        this = internal_child(self._graph, value.node, "bound_this")
        items: list[Sequence[_Part]] = []
        if this is not None and self._oddball(this) is None:
            items.append(["this: ", *self._values([this], value)])
        arguments = self._graph.edge_to[self._bound_arguments(value.node)].tolist()
        items += [[f"{i}: ", *self._values([node], value)] for i, node in enumerate(arguments)]
        return self._braces(" ", items, value) if items and value.depth < self._max_depth else []

    def _bound_arguments(self, node: int) -> list[int]:
        edges = self._edges(node, "shortcut").tolist()
        return [edge for edge in edges if self._edge_name(edge).startswith(_BOUND_ARGUMENT)]

    def _edge_name(self, edge: int) -> str:
        return self._graph.string(self._graph.edge_name[edge])

    def _is_class(self, node: int) -> bool:
        edges = self._edges(node, "property")
        targets = self._graph.edge_to[edges[: self._max_items]].tolist()
        return any(self._graph.name(target) == _CLASS_MARK for target in targets)

    def _hidden(self, value: _Value) -> Sequence[_Part]:
        oddball = self._oddball(value.node)
        if oddball is not None:
            return [oddball]
        if self._graph.name(value.node) == _PROXY:
            targets = self._graph.edge_to[self._edges(value.node, "hidden")].tolist()
            shown = [node for node in targets if self._type(node) in vocab.PROGRAM_TYPES][:2]
            named = zip(("target", "handler"), self._values(shown, value), strict=False)
            items = [[f"{name}: ", item] for name, item in named]
            return self._braces("Proxy ", items, value)
        return self._other(value)

    def _oddball(self, node: int) -> str | None:
        """Return ``undefined``, ``null``, ``true`` or ``false``."""
        if self._type(node) not in {"hidden", "native"}:
            return None
        name = self._graph.name(node)
        if name == vocab.ODDBALL_NAME:
            texts = self._graph.edge_to[self._edges(node, "hidden")[:1]].tolist()
            name = self._graph.name(texts[0]) if texts else name
        return name if name in _ODDBALLS else None

    def _other(self, value: _Value) -> Sequence[_Part]:
        """Show what no program can see: only that it is there."""
        name = quoted(self._graph.name(value.node))[1:].replace('"', "")
        return [f"<{self._type(value.node)} {name}".rstrip() + ">"]

    # -- objects ----------------------------------------------------------------------------

    def _object(self, value: _Value) -> Sequence[_Part]:
        node = value.node
        oddball = self._oddball(node)
        if oddball is not None:
            return [oddball]
        name = self._graph.name(node)
        if name == _PROXY:
            return self._hidden(value)
        if self._is_internal(node) or (
            self._type(node) == "native" and not len(self._edges(node, "property"))
        ):
            return self._other(value)
        if name == "Array":
            return self._array(value)
        if name == "Date":
            return self._date(value)
        call = self._suspended_call(node)
        if call is not None:
            return [f"<suspended call of {_label(call) if call else 'a function'}>"]
        label = "" if name == vocab.CLASS_OBJECT else f"{_label(name)} "
        if value.depth >= self._max_depth:
            return [f"{label}{{{_MORE}}}"]
        items = [
            *self._entry_items(value),
            *self._special_items(value, name),
            *self._element_items(value),
            *self._property_items(value),
        ]
        return self._braces(label, items, value)

    def _suspended_call(self, node: int) -> str | None:
        """Return the function whose run a generator, or the inside of an async function, is."""
        if internal_child(self._graph, node, "parameters_and_registers") is None:
            return None
        function = internal_child(self._graph, node, "function")
        return None if function is None else self._graph.name(function)

    def _braces(
        self, label: str, items: Sequence[Sequence[_Part]], value: _Value, marks: str = "{}"
    ) -> Sequence[_Part]:
        if value.depth >= self._max_depth:
            return [f"{label}{marks[0]}{_MORE}{marks[1]}"]
        parts: list[_Part] = [f"{label}{marks[0]}"]
        for i, item in enumerate(items[: self._max_items]):
            parts += [", "] * (i > 0)
            parts += item
        if len(items) > self._max_items:
            parts.append(f", {_MORE}" if self._max_items else _MORE)
        return [*parts, marks[1]]

    def _values(self, nodes: Sequence[int], value: _Value) -> list[_Part]:
        return [_UNKNOWN if node < 0 else _Value(node, value.depth + 1) for node in nodes]

    def _array(self, value: _Value) -> Sequence[_Part]:
        if value.depth >= self._max_depth:
            return [f"[{_MORE}]"]
        items: list[Sequence[_Part]] = []
        following = 0
        index, target = self._elements(value.node)
        for i, node in zip(index.tolist(), target.tolist(), strict=True):
            gap = i - following
            if gap:
                items.append([_UNKNOWN if gap == 1 else f"{_UNKNOWN} × {gap}"])
            items.append(self._values([node], value))
            following = i + 1
        items += self._property_items(value, without="length")
        if not items and self._has_store(value.node):
            items = [[_MORE]]
        return self._braces("", items, value, "[]")

    def _has_store(self, node: int) -> bool:
        store = internal_child(self._graph, node, "elements")
        return store is not None and int(self._graph.self_size[store]) > _ARRAY_HEADER_BYTES

    def _date(self, value: _Value) -> Sequence[_Part]:
        for node in self._graph.edge_to[self._edges(value.node, "hidden")].tolist():
            if (
                self._type(node) == "number"
                and internal_child(self._graph, node, "value") is not None
            ):
                return ["new Date(", _Value(node, value.depth + 1), ")"]
        return [f"new Date({_UNKNOWN})"]

    def _entry_items(self, value: _Value) -> list[Sequence[_Part]]:
        found = entries(self._graph, value.node)
        if found is None:
            return []
        # One more than is shown, to know whether there are more.
        keys = self._values(found.key[: self._max_items + 1].tolist(), value)
        if found.kind == "Set" or self._graph.name(value.node) == "WeakSet":
            return [[key] for key in keys]
        values = self._values(found.value[: self._max_items + 1].tolist(), value)
        return [[key, " => ", held] for key, held in zip(keys, values, strict=True)]

    def _special_items(self, value: _Value, name: str) -> list[Sequence[_Part]]:
        """Show what some objects hold without it being a property."""
        held: int | None = None
        if name == "Promise":
            held = internal_child(self._graph, value.node, "reactions_or_result")
            if held is not None and not self._is_value(held):
                return [["<pending>"]]
        elif name == "WeakRef":
            held = internal_child(self._graph, value.node, "target", edge_type="weak")
        elif name in _BOXES:
            hidden = self._graph.edge_to[self._edges(value.node, "hidden")].tolist()
            held = next((node for node in hidden if self._is_value(node)), None)
        elif name == "ArrayBuffer":
            store = internal_child(self._graph, value.node, "backing_store")
            return [] if store is None else [[f"<{int(self._graph.self_size[store])} bytes>"]]
        elif name in {"WeakMap", "WeakSet"}:
            found = entries(self._graph, value.node)
            # Newer versions leave entries out.
            return [] if found is not None and len(found.key) else [[_MORE]]
        else:
            buffer = internal_child(self._graph, value.node, "buffer")
            if buffer is not None and self._graph.name(buffer) == "ArrayBuffer":
                return [["buffer: ", _Value(buffer, value.depth + 1)]]
        return [] if held is None else [self._values([held], value)]

    def _is_value(self, node: int) -> bool:
        if self._type(node) == "hidden":
            return self._oddball(node) is not None or self._graph.name(node) == _PROXY
        return self._type(node) in vocab.PROGRAM_TYPES and not self._is_internal(node)

    def _is_internal(self, node: int) -> bool:
        """Tell the engine's own objects, such as contexts, from the program's."""
        return self._type(node) == "object" and self._graph.name(node).startswith(
            vocab.SYSTEM_PREFIX
        )

    def _element_items(self, value: _Value) -> list[Sequence[_Part]]:
        index, target = self._elements(value.node)
        return [
            [f"{i}: ", *self._values([node], value)]
            for i, node in zip(index.tolist(), target.tolist(), strict=True)
        ]

    def _elements(self, node: int) -> tuple[IntArray, IntArray]:
        """Return the first elements, by ascending index, and where they lead."""
        edges = self._edges(node, "element")
        index = self._graph.edge_name[edges].astype(np.int64)
        order = np.argsort(index, kind="stable")[: self._max_items + 1]
        return index[order], self._graph.edge_to[edges[order]].astype(np.int64)

    def _property_items(self, value: _Value, without: str = "") -> list[Sequence[_Part]]:
        items: list[Sequence[_Part]] = []
        accessors: set[str] = set()
        edges = self._edges(value.node, "property")
        for edge in edges[:_MAX_PROPERTIES_LOOKED_AT].tolist():
            if len(items) > self._max_items:
                break
            name = self._graph.edge_label(edge)
            node = int(self._graph.edge_to[edge])
            if name in {"__proto__", without} or name in accessors:
                continue
            if self._graph.name(node) == _ACCESSORS:
                accessors |= {f"get {name}", f"set {name}"}
                items.append([f"{literal_key(name)}: [Getter/Setter]"])
            elif self._is_value(node):
                items.append([f"{literal_key(name)}: ", _Value(node, value.depth + 1)])
        return items

    def _edges(self, node: int, kind: str) -> IntArray:
        start, stop = self._graph.edges_of(node)
        wanted = self._graph.edge_type[start:stop] == self._graph.edge_type_index(kind)
        return start + np.flatnonzero(wanted)
