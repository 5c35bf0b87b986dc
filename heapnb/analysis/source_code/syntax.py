"""Syntax trees: types of nodes, and what stands around a node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.parse import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    }
)

CLASSES: Final = frozenset({"class_declaration", "class", "abstract_class_declaration"})

FIELDS: Final = frozenset({"field_definition", "public_field_definition"})

WRAPPERS: Final = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)

ASSIGNMENTS: Final = frozenset({"assignment_expression", "augmented_assignment_expression"})

_CALLS: Final = frozenset({"call_expression", "new_expression"})

_LOOPS: Final = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})


def bare(node: Node | None) -> Node | None:
    """Return an expression without parentheses and type assertions around it."""
    while node is not None and node.type in WRAPPERS and node.named_children:
        node = node.named_children[0]
    return node


# -- calls --------------------------------------------------------------------------------------


def called_by(call: Node) -> Node | None:
    """Return the expression that a call or `new` calls."""
    return call.child_by_field_name("function") or call.child_by_field_name("constructor")


def arguments_of(call: Node) -> list[Node]:
    """Return the arguments of a call or `new`, without comments."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None or arguments.type != "arguments":
        return []
    return [one for one in arguments.named_children if one.type != "comment"]


def position_of(argument: Node, arguments: Node) -> int:
    """Return the position of one of the children of an argument list or literal, from 0."""
    return [one.id for one in arguments.named_children].index(argument.id)


def mark_of(call: Node) -> Node:
    """Return the name that a call is known by: of ``bus.on(…)`` the ``on``."""
    called = called_by(call)
    if called is None:
        return call
    return called.child_by_field_name("property") or called


def call_of(name: Node) -> Node | None:
    """Return the call of a function that is named here: ``watch(…)``, ``fs.watch(…)``."""
    called = name
    above = name.parent
    if above is not None and above.type == "member_expression":
        called, above = above, above.parent
    if above is None or above.type not in _CALLS:
        return None
    function = called_by(above)
    return above if function is not None and function.id == called.id else None


def outer_call(node: Node) -> Node | None:
    """Return the call of a name, or of a method of it, however deep: ``axios.defaults.on(…)``."""
    called = node
    while called.parent is not None and called.parent.type == "member_expression":
        called = called.parent
    above = called.parent
    if above is None or above.type not in _CALLS:
        return None
    return above if called_by(above) == called else None


def call_given(node: Node) -> Node | None:
    """Return the call that is given a function, through ``bind`` and object literals."""
    above = node.parent
    while above is not None:
        if above.type in {"arguments", "parenthesized_expression", "pair", "object", "array"}:
            node, above = above, above.parent
        elif above.type == "member_expression":
            name = above.child_by_field_name("property")
            if name is None or text_of(name) != "bind" or above.parent is None:
                return None
            node, above = above.parent, above.parent.parent
        elif above.type in _CALLS and node.type == "arguments":
            outer = call_given(above) if above.type == "new_expression" else None
            return outer or above
        else:
            return None
    return None


# -- assignments --------------------------------------------------------------------------------


def assigned_to(target: Node) -> Node | None:
    """Return what is assigned to an expression, None if nothing is."""
    above = target.parent
    if above is None or above.type not in ASSIGNMENTS:
        return None
    is_target = above.child_by_field_name("left") == target
    return above.child_by_field_name("right") if is_target else None


def is_delete(node: Node) -> bool:
    """Tell whether an expression is ``delete …``."""
    operator = node.child_by_field_name("operator")
    return node.type == "unary_expression" and operator is not None and operator.type == "delete"


# -- literals and patterns ----------------------------------------------------------------------


def object_entries(literal: Node) -> Iterator[tuple[str, Node]]:
    """Give the keys of an object literal, and the values."""
    for one in literal.named_children:
        if one.type == "shorthand_property_identifier":
            yield text_of(one), one
        elif one.type == "pair":
            key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
            if key is not None and value is not None:
                yield text_of(key).strip("'\""), value


def pattern_entries(pattern: Node) -> Iterator[tuple[str, Node]]:
    """Give the keys of an object pattern, and the identifiers that they are given to."""
    for one in pattern.named_children:
        if one.type == "shorthand_property_identifier_pattern":
            yield text_of(one), one
        elif one.type == "object_assignment_pattern":
            left = one.child_by_field_name("left")
            if left is not None:
                yield text_of(left), left
        elif one.type == "pair_pattern":
            key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
            if value is not None and value.type == "assignment_pattern":
                value = value.child_by_field_name("left")
            if key is not None and value is not None and value.type == "identifier":
                yield text_of(key).strip("'\""), value


def parameter_pattern(function: Node, position: int) -> Node | None:
    """Return the name or pattern of a parameter, without type and default; None without one."""
    parameters = function.child_by_field_name("parameters")
    patterns = parameters.named_children if parameters is not None else []
    if position >= len(patterns):
        return None
    pattern: Node | None = patterns[position]
    while pattern is not None and pattern.type in {
        *("required_parameter", "optional_parameter", "assignment_pattern"),
    }:
        pattern = pattern.child_by_field_name("pattern") or pattern.child_by_field_name("left")
    return pattern


# -- where a node is ----------------------------------------------------------------------------


def is_inside(node: Node, outer: Node) -> bool:
    """Tell whether a node is another one, or in it."""
    above: Node | None = node
    while above is not None and above.start_byte >= outer.start_byte:
        if above.id == outer.id:
            return True
        above = above.parent
    return False


def runs_again(node: Node) -> bool:
    """Tell whether code may run more than once: it is in a function or a loop."""
    above = node.parent
    while above is not None:
        if above.type in FUNCTIONS or above.type in _LOOPS:
            return True
        above = above.parent
    return False


__all__ = [
    "ASSIGNMENTS",
    "CLASSES",
    "FIELDS",
    "FUNCTIONS",
    "WRAPPERS",
    "arguments_of",
    "assigned_to",
    "bare",
    "call_given",
    "call_of",
    "called_by",
    "is_delete",
    "is_inside",
    "mark_of",
    "object_entries",
    "outer_call",
    "parameter_pattern",
    "pattern_entries",
    "position_of",
    "runs_again",
]
