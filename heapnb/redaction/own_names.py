"""Names of V8, Node and the language, which reveal nothing about a program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from heapnb.format.arrow import to_numpy
from heapnb.graph.locations import script_name, scripts_of
from heapnb.redaction.roles import ENGINE_NAME, Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from heapnb._typing import AnyArray, BoolArray
    from heapnb.graph import HeapGraph

_LANGUAGE: Final = frozenset(
    (
        *("Object", "Array", "Function", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise"),
        *("Error", "Date", "RegExp", "Symbol", "Proxy", "Boolean", "Number", "String", "BigInt"),
        *("ArrayBuffer", "SharedArrayBuffer", "DataView", "Generator", "AsyncGenerator", "global"),
        *("__proto__", "prototype", "constructor", "length", "name", "value", "get", "set", "next"),
    )
)
_RUNTIME: Final = ("node:", "deno:", "ext:")
_NAMED_BY_ENGINE: Final = Role.OWN | Role.CODE | Role.CLASS | Role.NATIVE
_PREFIXED: Final = re.compile(
    r"(?s)((?:Detached )?system / (?:Script / |Context / |NativeContext(?: / |$))"
    r"|(?:Window|global) / |Detached |<symbol (?=.*>$))(.*?)(>?)$"
)
_WITH_ORIGIN: Final = "^(Detached )?system / NativeContext / ."
_EPHEMERON: Final = re.compile(
    r"(?s)(?P<a>.*part of key \()(?P<key>.*)(?P<b> @\d+\) -> value \()(?P<value>.*)"
    r"(?P<c> @\d+\) pair in WeakMap \(table @\d+\))"
)


def own_names(graph: HeapGraph, roles: AnyArray) -> BoolArray:
    """Mark names that are not the program's.

    These are the names of the engine's nodes and edges, of built-in functions, and of functions in
    scripts of the runtime, which include the names of classes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    roles : uint16[n_strings]
        See `heapnb.redaction.roles`.

    Returns
    -------
    bool[n_strings]
    """
    own: BoolArray = (roles & Role.OWN) != 0
    # The engine names the context of a page by the page's origin.
    own &= ~to_numpy(pc.match_substring_regex(graph.strings, _WITH_ORIGIN))
    closures = np.flatnonzero(graph.node_type == graph.node_type_index("closure"))
    scripts = scripts_of(graph, closures)
    if not (scripts >= 0).any():
        # Without locations of functions, each function may be the program's.
        return own
    is_own = scripts < 0
    known, row = np.unique(scripts, return_inverse=True)
    is_internal = [one >= 0 and _is_internal(graph, one) for one in known.tolist()]
    is_own |= np.array(is_internal, np.bool_)[row]
    own[graph.node_name[closures[is_own]]] = True
    return own


def _is_internal(graph: HeapGraph, script: int) -> bool:
    name = script_name(graph, script)
    return name is not None and name.startswith(_RUNTIME)


class Renamer:
    """Replaces the program's names.

    Parameters
    ----------
    own : set of str
        Names to keep.
    token : callable
        Returns the token of a name.
    """

    def __init__(self, own: AbstractSet[str], token: Callable[[str], str]) -> None:
        self._own = own
        self._token = token

    def name(self, name: str, role: Role) -> str:
        """Return a replacement of equal length for the name of a node or an edge."""
        pair = _EPHEMERON.fullmatch(name) if role & Role.OWN else None
        if pair:
            key, value = self._part(pair["key"]), self._part(pair["value"])
            return f"{pair['a']}{key}{pair['b']}{value}{pair['c']}"
        if name in self._own:
            return name
        if role & Role.NATIVE and name.startswith("<"):
            return with_hidden_attributes(name, self._token)
        prefixed = _PREFIXED.fullmatch(name)
        if prefixed:
            return f"{prefixed[1]}{self._part(prefixed[2])}{prefixed[3] or ''}"
        if role & _NAMED_BY_ENGINE and ENGINE_NAME.fullmatch(name):
            return name
        return self._part(name)

    def _part(self, name: str) -> str:
        is_kept = name in _LANGUAGE or name in self._own or name.startswith(_RUNTIME)
        return name if is_kept or not name else self._token(name)


def with_hidden_attributes(name: str, token: Callable[[str], str]) -> str:
    """Replace the attributes in the name of a DOM element, such as ``<a href="/orders">``.

    The part before the blank, which is DevTools' class, and the length do not change.
    """
    tag, blank, attributes = name.partition(" ")
    return f"{tag}{blank}{token(attributes[:-1])}>" if attributes.endswith(">") else name
