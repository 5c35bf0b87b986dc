"""What a use of an object does: it adds, it removes, or neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from heapnb.analysis.source_code.calls import is_imported
from heapnb.analysis.source_code.classes import function_called
from heapnb.analysis.source_code.levels import Use, UseKind
from heapnb.analysis.source_code.method_names import (
    ADDERS,
    ADDING_ARGUMENTS,
    ADDING_VERBS,
    BOUNDS,
    KNOWN_FUNCTIONS,
    LISTENER_TABLES,
    LISTENING,
    READERS,
    REMOVERS,
    REMOVING_VERBS,
    RUNTIME_ADDERS,
)
from heapnb.analysis.source_code.parse import text_of
from heapnb.analysis.source_code.scopes import binding_of, function_around, function_name
from heapnb.analysis.source_code.search import BY_NAME, Effect, Operation, Search
from heapnb.analysis.source_code.syntax import (
    CLASSES,
    FUNCTIONS,
    arguments_of,
    bare,
    is_inside,
    mark_of,
    runs_again,
)
from heapnb.analysis.source_code.targets import Element, Global, Property, Variable

if TYPE_CHECKING:
    from tree_sitter import Node

Judgement: TypeAlias = tuple[Effect, float] | None
"""An effect and its rank; None for uses that neither add nor remove."""

_UNKNOWN: Final[Judgement] = ("unknown", 0.0)

_REMOVED_BY_SPLICE: Final = 2
"""Arguments of `splice` before those that it inserts."""

_PROCESS: Final = "process"
_BUILT_IN: Final = frozenset({*ADDERS, "Object"})
_CANCELLING: Final = frozenset({"clearInterval", "clearTimeout", "clearImmediate"})
_RESETTING: Final = frozenset({"filter", "slice", "splice", "subarray"})
_MAKING: Final = frozenset(
    {
        *("new_expression", "call_expression", "object", "array", "template_string"),
        *("binary_expression", "string"),
    }
)
_NOTHING: Final = frozenset({"null", "undefined"})
_EMPTY: Final = frozenset({"null", "undefined", "number", "false"})
_CACHES: Final = re.compile(r"(?i)cache|lru|ttl|memo|store|keyv|map")


def effect_of(search: Search, use: Use, depth: int) -> Judgement:
    """Tell what a use of the object at a hop does.

    Parameters
    ----------
    search : Search
        The search.
    use : Use
        The use.
    depth : int
        The hop, from 0.

    Returns
    -------
    tuple of Effect and float, or None
        The effect, and how sure it is; None if it neither adds nor removes.
    """
    return _EFFECTS[use.kind](search, use, depth)


# -- calls --------------------------------------------------------------------------------------


def _effect_of_call(search: Search, use: Use, depth: int) -> Judgement:
    """``container.method(…)``."""
    kind = search.target.classes[depth]
    if kind in ADDERS and search.is_deepest(depth):
        return _effect_of_own_method(use, kind)
    if kind in _BUILT_IN and depth + 1 < len(search.target.hops):
        # What is put into the collection around the one that grows is no entry of that one.
        return ("remove", 1.0) if use.name in REMOVERS.get(kind, ()) else None
    are_listeners = _are_listeners(search, depth)
    if use.name in LISTENING:
        if (
            search.is_blind
            or not _is_event(search, use)
            or (kind == _PROCESS and not are_listeners)
        ):
            return None
    elif are_listeners and use.name not in REMOVING_VERBS:
        return ("add", 1.0) if search.is_given_in(use.file, use.node) else None
    if use.name in REMOVING_VERBS:
        return ("remove", 1.0) if _is_event(search, use) else None
    if use.name in ADDING_VERBS:
        return "add", 1.0 + BY_NAME
    if search.is_given_in(use.file, use.node):
        return "add", 1.0
    if use.name in READERS:
        # `loggers.get(id, { … })` makes what is not there.
        is_maker = use.name == "get" and len(arguments_of(use.node)) > 1
        return ("add", 0.0) if is_maker else None
    # A method of the program: what it does has been looked at.
    return None if _is_defined_here(search, depth) else ("add", 0.0)


def _effect_of_own_method(use: Use, kind: str) -> Judgement:
    """``map.set(…)``: a method of one of JavaScript's own classes."""
    if use.name == "splice":
        return ("add" if arguments_of(use.node)[_REMOVED_BY_SPLICE:] else "remove"), 1.0
    if use.name in ADDERS[kind]:
        return "add", 2.0
    return ("remove", 2.0) if use.name in REMOVERS.get(kind, ()) else None


def _are_listeners(search: Search, depth: int) -> bool:
    """Tell whether what accumulates are listeners of the object at a hop."""
    names = [hop.name for hop in search.target.hops[depth + 1 :] if isinstance(hop, Property)]
    return any(name in LISTENER_TABLES for name in names)


def _is_event(search: Search, use: Use) -> bool:
    """Tell whether a listener may be one for the event whose listeners accumulate.

    Leaflet, jQuery and Backbone take several events in one text: ``"zoomend viewreset"``.
    """
    match search.target.hops:
        case (*_, Property(table), Property(event)) if table in LISTENER_TABLES:
            given = arguments_of(use.node)
            is_named = bool(given) and given[0].type == "string"
            return not is_named or event in (text := text_of(given[0])[1:-1], *text.split())
    return True


def _is_defined_here(search: Search, depth: int) -> bool:
    return any(
        one.node.type in CLASSES or one.node.type in FUNCTIONS
        for one in search.levels[depth].definitions.values()
    )


def _effect_of_invocation(search: Search, use: Use, depth: int) -> Judgement:
    """``container(…)``."""
    is_given = search.is_given_in(use.file, use.node)
    return ("add", 1.0) if not search.is_deepest(depth) or is_given else None


def _effect_of_argument(search: Search, use: Use, depth: int) -> Judgement:
    """``f(container)``."""
    called = text_of(use.value) if use.value is not None else ""
    name = called.rpartition(".")[2]
    is_inner = not search.is_deepest(depth)
    if called in ADDING_ARGUMENTS and use.name == "0":
        return "add", 1.5
    if ".push." in called or ".unshift." in called:
        return "add", 1.5
    if called.startswith("Promise."):
        return ("add", 1.5) if search.target.classes[depth] == "Promise" else None
    if is_inner and name in RUNTIME_ADDERS:
        return "add", 1.5
    if called.startswith("Object.") or called.partition(".")[0] in KNOWN_FUNCTIONS:
        return None
    if name in _CANCELLING:
        return "remove", 1.0
    if use.value is None:
        return ("add", 1.0) if is_inner and search.is_given_in(use.file, use.node) else _UNKNOWN
    if function_called(search.program, use.file, use.value) is not None:
        return None
    if is_inner and search.is_given_in(use.file, use.node):
        return "add", 1.0
    return ("add", 0.0) if is_inner and is_imported(use.file, use.value) else _UNKNOWN


def _effect_of_await(search: Search, _: Use, depth: int) -> Judgement:
    """``await container``."""
    return ("add", 1.0) if search.target.classes[depth] == "Promise" else None


def _effect_of_construction(_: Search, use: Use, __: int) -> Judgement:
    """``container = new Cache({ max: 100 })``."""
    return ("remove", 0.5) if _has_bounds(use.node) else None


def _has_bounds(call: Node) -> bool:
    """Tell whether a call that makes a container sets a bound."""
    if not _CACHES.search(text_of(mark_of(call))):
        return False
    for argument in arguments_of(call):
        if argument.type == "object":
            for one in argument.named_children:
                key = one.child_by_field_name("key") or one
                if text_of(key) in BOUNDS:
                    return True
    return False


# -- assignments --------------------------------------------------------------------------------


def _effect_of_write(search: Search, use: Use, depth: int) -> Judgement:
    """``container.name = …`` and ``container[key] = …``."""
    kind = search.target.classes[depth]
    if not search.is_deepest(depth) or use.value is None:
        return None
    if use.name == "length" and kind in {"Array", ""}:
        return "remove", 2.0
    if kind in ADDERS and kind != "Array":
        return None
    if use.value.type in _NOTHING and use.node.type != "augmented_assignment_expression":
        return "remove", 1.0
    if kind == "Array" and use.kind == "write":
        return None
    return "add", (2.0 if use.kind == "write element" else 0.5)


def _effect_of_assignment(search: Search, use: Use, depth: int) -> Judgement:
    """``container = …``."""
    value = bare(use.value)
    if value is None or not search.is_deepest(depth) or not _is_own_place(search, use, depth):
        return None
    if search.target.classes[depth] == "Promise":
        return None
    if use.node.type == "augmented_assignment_expression":
        operator = use.node.child_by_field_name("operator")
        is_sum = operator is not None and operator.type == "+="
        return ("add", 2.0) if is_sum else None
    if _mentions(search, use, value, depth):
        is_shorter = _method_called(value) in _RESETTING or not _makes_something(value)
        return ("remove" if is_shorter else "add"), 2.0
    if not runs_again(use.node):
        return None
    return ("remove", 1.0) if _is_fresh(value) else ("add", 0.5)


def _is_own_place(search: Search, use: Use, depth: int) -> bool:
    """Tell whether an assignment replaces the object itself, and not where else it is known."""
    left = bare(use.name_node)
    if left is None or _is_initial(use.node):
        return False
    if left.type != "identifier":
        return True
    hop = search.target.hops[depth]
    if isinstance(hop, Global):
        return True
    return isinstance(hop, Variable) and binding_of(use.file, left) in search.levels[depth].own


def _mentions(search: Search, use: Use, value: Node, depth: int) -> bool:
    """Tell whether an expression has the object itself in it: ``[...list, x]``."""
    return any(
        node.id != value.id and is_inside(node, value)
        for file, node in search.levels[depth].references.values()
        if file is use.file
    )


def _is_initial(node: Node) -> bool:
    """Tell whether an assignment is what a constructor begins with."""
    around = function_around(node)
    if around is None:
        return False
    name = function_name(around) or ""
    left = node.child_by_field_name("left")
    is_own = left is not None and text_of(left).startswith("this")
    return is_own and (name == "constructor" or name[:1].isupper())


def _is_fresh(value: Node) -> bool:
    """Tell whether a value begins anew: empty, or a new object without arguments."""
    if value.type in {"array", "object"}:
        return not value.named_children
    if value.type == "new_expression":
        return not arguments_of(value)
    if value.type == "call_expression":
        return text_of(value) in {"Object.create(null)", "Buffer.alloc(0)"}
    return value.type in _EMPTY or text_of(value) in {"''", '""', "void 0", "``"}


def _method_called(value: Node) -> str:
    called = value.child_by_field_name("function") if value.type == "call_expression" else None
    name = called.child_by_field_name("property") if called is not None else None
    return text_of(name) if name is not None else ""


def _makes_something(value: Node) -> bool:
    """Tell whether an expression makes something new: `list = list.next` does not."""
    stack = [value]
    while stack:
        node = stack.pop()
        if node.type in _MAKING or node.type in FUNCTIONS:
            return True
        stack.extend(node.named_children)
    return False


# -- removing the object as a whole -------------------------------------------------------------


def removes_below(search: Search, depth: int) -> Iterator[Operation]:
    """Find what takes the object of the next hop as a whole from the one at a hop."""
    following = search.target.hops[depth + 1]
    removers = REMOVERS.get(search.target.classes[depth], ())
    for use in search.levels[depth].uses:
        match use.kind:
            case "delete":
                is_other = isinstance(following, Property) and use.name not in {"", following.name}
                is_removal = not is_other
            case "call":
                is_removal = isinstance(following, Element) and use.name in removers
            case "assign":
                value = bare(use.value)
                is_reset = value is not None and _is_fresh(value) and runs_again(use.node)
                is_removal = is_reset and _is_own_place(search, use, depth)
            case _:
                is_removal = False
        if is_removal:
            yield Operation("remove", use.file, use.node, mark_of_use(use), 0.5)


def mark_of_use(use: Use) -> Node:
    """Return where a use begins for a person: the name of the method that is called."""
    return use.name_node if use.kind == "call" and use.name_node else use.node


_EFFECTS: Final[Mapping[UseKind, Callable[[Search, Use, int], Judgement]]] = {
    "call": _effect_of_call,
    "dynamic call": lambda *_: _UNKNOWN,
    "invoke": _effect_of_invocation,
    "write": _effect_of_write,
    "write element": _effect_of_write,
    "assign": _effect_of_assignment,
    "delete": lambda *_: ("remove", 1.0),
    "argument": _effect_of_argument,
    "escape": lambda *_: _UNKNOWN,
    "construct": _effect_of_construction,
    "await": _effect_of_await,
}


__all__ = ["Judgement", "effect_of", "mark_of_use", "removes_below"]
