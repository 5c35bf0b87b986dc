r"""The one place that writes references: how an owner calls what it refers to.

A reference that JavaScript can write is written in JavaScript: ``cache``, ``["a b"]``,
``[Symbol(sessions)]``, ``[12]``, ``#byId``. What only the engine sees stands in parentheses:
``(table)``, ``(map entry)``. Names are hostile: nothing that is invisible, and no line break,
leaves this module unescaped. Escaping for HTML and the like is up to the view.

Code that compares names compares the raw ones of V8 (`HeapGraph.edge_label`); only texts that a
person reads are written here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb.graph.block_scopes import variable_or_edge
from heapnb.literals import LONGEST_TEXT, cut, escaped, quoted, unescaped

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph

ENTRY: Final = "entry"
"""Kind of a Map's entry; its name is the key where that is a string."""

SET_ENTRY: Final = "set entry"
"""Kind of a Set's entry."""

WEAK_ENTRY: Final = "weak entry"
"""Kind of a WeakMap's entry, from the key to the value."""

LOCAL: Final = "local"
"""Kind of what a suspended function holds."""

LONGEST_NAME: Final = 80
"""Characters of a name in a sentence or an expression."""

_OF_PROGRAM: Final = frozenset({"property", "context", "variable"})
_ENTRIES: Final = {ENTRY: "map entry", SET_ENTRY: "set entry", WEAK_ENTRY: "WeakMap entry"}
_SETS: Final = frozenset({"Set", "WeakSet"})
_STORES: Final = frozenset({"array", "hidden"})
_TABLE: Final = "table"
_MOST_RETAINERS: Final = 8
_DEEPEST_CELL: Final = 2

# At most 15 digits: JavaScript writes larger numbers differently.
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,14}")
_SYMBOL: Final = re.compile(r"<symbol(?: (.*))?>", re.DOTALL)
_CACHED_BY_BROWSER: Final = re.compile(r"<symbol \w+#([A-Z])([A-Za-z]*)CachedAccessor>")
"""Where Blink keeps the value of a property that a page reads, such as ``window.document``."""

_ACCESSOR: Final = re.compile(r"(get|set) ([A-Za-z_$][\w$]*)")
_WEAK_ENTRY: Final = re.compile(r"\d+ / part of key .* pair in WeakMap \(table @\d+\)", re.DOTALL)
_COMPILED_FIELD: Final = re.compile(r"_[A-Z][A-Za-z0-9$]*_(?P<field>\w+)")
_WRITTEN_SYMBOL: Final = re.compile(r"\[Symbol\((.*)\)\]", re.DOTALL)
_WRITTEN_TEXT: Final = re.compile(r'\[(".*")\]', re.DOTALL)
_WRITTEN_ACCESSOR: Final = re.compile(r"\.([\w$]+) \(([gs]et)ter\)")


# -- one reference ----------------------------------------------------------------------------


def symbol(description: str, limit: int | None = LONGEST_TEXT) -> str:
    """Write a symbol as Node.js prints it: ``Symbol(kState)``."""
    return f"Symbol({escaped(cut(description, limit))})"


def spelled(kind: str, name: str, limit: int | None = None) -> str:
    r"""Write a reference by itself, without its owner.

    Parameters
    ----------
    kind : str
        V8's edge type, or `ENTRY`, `SET_ENTRY`, `WEAK_ENTRY`, `LOCAL`.
    name : str
        The raw name, or an index in decimal.
    limit : int or None, optional
        Characters of the name to keep.

    Returns
    -------
    str
        Without characters that are invisible or break a line.

    Examples
    --------
    >>> [spelled("property", name) for name in ("cache", "a b", "#byId", "<symbol kState>", "12")]
    ['cache', '["a b"]', '#byId', '[Symbol(kState)]', '[12]']
    >>> spelled("property", "<symbol Window#DocumentCachedAccessor>")
    'document'
    >>> spelled("element", "3"), spelled("internal", "table"), spelled("entry", "")
    ('[3]', '(table)', '(map entry)')
    """
    if kind == "element":
        return f"[{cut(name, limit)}]"
    if kind in _OF_PROGRAM:
        return _name(kind, name, limit)
    if kind == ENTRY and name:
        return f".get({quoted(name, limit)})"
    if kind in _ENTRIES or _WEAK_ENTRY.fullmatch(name):
        return f"({_ENTRIES.get(kind, _ENTRIES[WEAK_ENTRY])})"
    return _in_parentheses(f"weak {name}" if kind == "weak" else name, limit)


def attached(kind: str, name: str, limit: int | None = None) -> str:
    """Write a reference behind its owner: ``.cache``, ``["a b"]``, ``[12]``, ``(table)``.

    Parameters
    ----------
    kind, name, limit
        As for `spelled`.

    Returns
    -------
    str

    Examples
    --------
    >>> "tracker" + attached("property", "<symbol sessions>")
    'tracker[Symbol(sessions)]'
    """
    text = spelled(kind, name, limit)
    return text if text.startswith((".", "[", "(")) else f".{text}"


def literal_key(name: str, limit: int | None = LONGEST_TEXT) -> str:
    """Write the name of a property as in an object literal.

    Parameters
    ----------
    name : str
        The raw name.
    limit : int or None, optional
        Characters of the name to keep.

    Returns
    -------
    str

    Examples
    --------
    >>> literal_key("cache"), literal_key("a b"), literal_key("<symbol kState>")
    ('cache', '"a b"', '[Symbol(kState)]')
    """
    if _INDEX.fullmatch(name):
        return name
    match = _SYMBOL.fullmatch(name)
    if match:
        return f"[{symbol(match[1] or '', limit)}]"
    is_short = limit is None or len(name) <= limit
    return name if is_identifier(name.removeprefix("#")) and is_short else quoted(name, limit)


def chain_step(kind: str, name: str) -> str:
    """Write a reference as a step of a chain, in which classes stand as well."""
    text = attached(kind, name)
    return f".{text}" if text.startswith("(") else text


def is_chain_step(text: str) -> bool:
    """Tell the references of a chain from its classes and functions."""
    return text.startswith(".") or (text.startswith("[") and text.endswith("]"))


def raw_step(text: str) -> str:
    """Undo `chain_step`: return a dot and V8's name.

    Parameters
    ----------
    text : str
        Any step of a chain.

    Returns
    -------
    str
        A text that is not a reference remains unchanged.

    Examples
    --------
    >>> [raw_step(text) for text in (".cache", '["a b"]', "[Symbol(s)]", "[7]", ".(x)", "Map")]
    ['.cache', '.a b', '.<symbol s>', '.7', '.x', 'Map']
    """
    if text.startswith(".(") and text.endswith(")"):
        return f".{unescaped(text[2:-1])}"
    if match := _WRITTEN_ACCESSOR.fullmatch(text):
        return f".{match[2]} {match[1]}"
    if match := _WRITTEN_SYMBOL.fullmatch(text):
        description = unescaped(match[1])
        return f".<symbol {description}>"
    if match := _WRITTEN_TEXT.fullmatch(text):
        return f".{unescaped(match[1][1:-1])}"
    return f".{text[1:-1]}" if is_chain_step(text) and text.startswith("[") else text


def _name(kind: str, name: str, limit: int | None) -> str:
    """Write what a program wrote."""
    # The scope of a class has its private names as variables, too.
    if is_identifier(name.removeprefix("#")):
        return cut(name, limit)
    if kind != "property":
        # Variables that the engine adds to a scope, such as `.generator_object`.
        return _in_parentheses(name, limit)
    if _INDEX.fullmatch(name):
        return f"[{name}]"
    if match := _CACHED_BY_BROWSER.fullmatch(name):
        return f"{match[1].lower()}{match[2]}"
    if match := _SYMBOL.fullmatch(name):
        return f"[{symbol(match[1] or '', limit)}]"
    if match := _ACCESSOR.fullmatch(name):
        return f"{cut(match[2], limit)} ({match[1]}ter)"
    return f"[{quoted(name, limit)}]"


def _in_parentheses(name: str, limit: int | None) -> str:
    return f"({escaped(cut(name, limit)) or '?'})"


def is_identifier(name: str) -> bool:
    """Tell whether a text is a name in JavaScript; Python has the same rules, but for ``$``."""
    return bool(name) and name.replace("$", "_").isidentifier()


# -- edges of a heap --------------------------------------------------------------------------


def reference_of(graph: HeapGraph, edge: int) -> tuple[str, str]:
    """Return kind and name of an edge, as `spelled` takes them.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edge : int
        Edge ordinal.

    Returns
    -------
    kind, name : str
        The type and the raw label of the edge, but for entries: a slot of a Map's or Set's table
        is an `ENTRY` or `SET_ENTRY`, the edge from a WeakMap's key a `WEAK_ENTRY`, or a property
        where a compiler made the WeakMap of a private field; a hidden edge of a block's context is
        the variable that it stands for.
    """
    kind, label = variable_or_edge(graph, edge)
    if kind == "internal" and _WEAK_ENTRY.fullmatch(label):
        field = private_field_of(graph, edge)
        return (WEAK_ENTRY, "") if field is None else ("property", field)
    if kind in {"internal", "hidden", "element"} and label.isdecimal():
        source = int(graph.edge_from([edge])[0])
        if graph.node_type_names[int(graph.node_type[source])] in _STORES:
            owner = _owner_of_table(graph, source)
            if owner is not None:
                return (SET_ENTRY if graph.name(owner) in _SETS else ENTRY), ""
    return kind, label


def _owner_of_table(graph: HeapGraph, table: int) -> int | None:
    """Return the Map or Set whose entries an array has; None for other arrays."""
    for edge in graph.retaining_edges_of(table)[:_MOST_RETAINERS].tolist():
        if graph.edge_label(edge) == _TABLE:
            return int(graph.edge_from([edge])[0])
    return None


def private_field_of(graph: HeapGraph, edge: int) -> str | None:
    """Name the private field that a WeakMap's entry is, where a compiler made a WeakMap of it."""
    match = _COMPILED_FIELD.fullmatch(weak_map_of(graph, edge))
    return f"#{match['field']}" if match else None


def weak_map_of(graph: HeapGraph, edge: int) -> str:
    """Name the WeakMap that an entry belongs to.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edge : int
        An edge from a key to its value.

    Returns
    -------
    str
        The variable or property that holds the WeakMap; empty if there is no name for it.
    """
    table_id = int(graph.ephemerons.table_of_string[graph.edge_name[edge]])
    level = graph.ordinals_of(np.array([table_id]))
    level = level[level >= 0]
    # The table, its map, perhaps a cell, the variable.
    for _ in range(_DEEPEST_CELL + 1):
        above: list[int] = []
        for node in level.tolist():
            for retaining in graph.retaining_edges_of(node)[:_MOST_RETAINERS].tolist():
                kind = graph.edge_type_names[int(graph.edge_type[retaining])]
                if kind in {"property", "context"}:
                    return graph.edge_label(retaining)
                if kind != "weak":
                    above.append(int(graph.edge_from([retaining])[0]))
        level = np.array(above[:_MOST_RETAINERS], np.int64)
    return ""
