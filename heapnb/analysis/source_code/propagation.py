"""What is done with an expression, and where the object goes from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.calls import calls_of
from heapnb.analysis.source_code.classes import Definition, function_called, is_getter, method_of
from heapnb.analysis.source_code.levels import Use
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.program import exports_of
from heapnb.analysis.source_code.scopes import (
    binding_of,
    function_around,
    owner_of_this,
    parameter_binding,
    visible_at,
)
from heapnb.analysis.source_code.syntax import (
    ASSIGNMENTS,
    FUNCTIONS,
    WRAPPERS,
    assigned_to,
    bare,
    called_by,
    is_delete,
    parameter_pattern,
    pattern_entries,
    position_of,
)
from heapnb.analysis.source_code.tracker import Tracker

if TYPE_CHECKING:
    from tree_sitter import Node

_ELEMENT_METHODS: Final = frozenset(
    {"get", "at", "pop", "shift", "find", "findLast", "values", "deref", "next"}
)
_CALLBACK_METHODS: Final = frozenset({"forEach", "map", "filter", "some", "every", "find"})
_INSERTING: Final = frozenset({"set", "push", "add", "unshift"})
_SAME_OBJECT: Final = frozenset({"setMaxListeners", "freeze", "seal", "bind"})
"""Methods that return the object that they are called on."""

_RETURNING_ARGUMENT: Final = frozenset({"freeze", "seal", "reactive", "Proxy", "assign"})
"""Functions that return their first argument, or an object that stands for it."""

_SHORT_CIRCUIT: Final = frozenset({"||", "??", "&&"})


def propagate(tracker: Tracker) -> None:
    """Look at what is done with each expression that a tracker has, until there is no new one."""
    while tracker.queue:
        file, node = tracker.queue.pop()
        if node.type == "object":
            tracker.level.define(file, node)
        above = node.parent
        visit = None if above is None else _VISITS.get(above.type)
        if above is not None and visit is not None:
            visit(tracker, file, node, above)


# -- expressions with the same value ------------------------------------------------------------


def _visit_transparent(tracker: Tracker, file: SourceFile, node: Node, above: Node) -> None:
    """Parentheses and what else has the value of an expression in it."""
    if above.type == "await_expression":
        tracker.level.uses.append(Use("await", file, above))
    if above.type != "ternary_expression" or above.child_by_field_name("condition") != node:
        tracker.add(file, above)


def _visit_binary(tracker: Tracker, file: SourceFile, _: Node, above: Node) -> None:
    operator = above.child_by_field_name("operator")
    if operator is not None and operator.type in _SHORT_CIRCUIT:
        tracker.add(file, above)


# -- members and elements -----------------------------------------------------------------------


def _visit_member(tracker: Tracker, file: SourceFile, node: Node, member: Node) -> None:
    """``object.name``."""
    name_node = member.child_by_field_name("property")
    if name_node is None or member.child_by_field_name("object") != node:
        return
    name = text_of(name_node)
    above = member.parent
    if above is not None and called_by(above) == member:
        _visit_method_call(tracker, file, above, name, name_node)
        return
    level = tracker.level
    value = assigned_to(member)
    if above is not None and value is not None:
        level.uses.append(Use("write", file, above, name, name_node, value))
    elif above is not None and is_delete(above):
        level.uses.append(Use("delete", file, above, name, name_node))
    level.add_member(name, file, member)
    for definition in level.definitions.values():
        getter = method_of(definition, name)
        if getter is not None and is_getter(getter.node):
            _read_by(tracker, getter.node, file, member)
            break


def _read_by(tracker: Tracker, getter: Node, file: SourceFile, member: Node) -> None:
    """Let a read of a getter count as a read of the property that it returns."""
    body = getter.child_by_field_name("body")
    for statement in body.named_children if body is not None else ():
        value = statement.named_children[0] if statement.named_children else None
        if statement.type == "return_statement" and value is not None:
            name = value.child_by_field_name("property")
            owner = value.child_by_field_name("object")
            if name is not None and owner is not None and owner.type == "this":
                tracker.level.add_member(text_of(name), file, member)


def _visit_method_call(
    tracker: Tracker, file: SourceFile, call: Node, name: str, name_node: Node
) -> None:
    """``object.name(…)``."""
    tracker.level.uses.append(Use("call", file, call, name, name_node))
    arguments = call.child_by_field_name("arguments")
    given = list(arguments.named_children) if arguments is not None else []
    if name in _SAME_OBJECT:
        tracker.add(file, call)
    if name in _ELEMENT_METHODS:
        tracker.level.add_element(file, call)
    if name in _INSERTING and given:
        _note_element(tracker, file, given[-1])
    if name in _CALLBACK_METHODS and given and given[0].type in FUNCTIONS:
        binding = parameter_binding(file, given[0], 0)
        if binding is not None:
            tracker.level.add_element(file, binding)


def _note_element(tracker: Tracker, file: SourceFile, value: Node) -> None:
    """Note a value that is put into the collection, and what it is called."""
    inner = bare(value)
    if inner is not None and inner.type == "assignment_expression":
        left = inner.child_by_field_name("left")
        if left is not None and left.type == "identifier":
            inner = left
    if inner is None:
        return
    if inner.type == "identifier":
        binding = binding_of(file, inner)
        if binding is not None:
            tracker.level.add_element(file, binding)
    elif inner.type == "object":
        tracker.level.add_element(file, inner)


def _visit_subscript(tracker: Tracker, file: SourceFile, node: Node, subscript: Node) -> None:
    """``object[key]``."""
    if subscript.child_by_field_name("object") != node:
        return
    level = tracker.level
    above = subscript.parent
    if above is not None and called_by(above) == subscript:
        level.uses.append(Use("dynamic call", file, above))
        return
    value = assigned_to(subscript)
    if above is not None and value is not None:
        level.uses.append(Use("write element", file, above, "", subscript, value))
        _note_element(tracker, file, value)
        if above.type == "augmented_assignment_expression":
            level.add_element(file, above)
    elif above is not None and is_delete(above):
        level.uses.append(Use("delete", file, above, "", subscript))
    index = subscript.child_by_field_name("index")
    if index is not None and index.type == "string":
        level.add_member(text_of(index)[1:-1], file, subscript)
    elif index is not None and index.type == "identifier":
        # `this[kWaiters]`
        level.add_member(text_of(index), file, subscript)
    level.add_element(file, subscript)


def _visit_loop(tracker: Tracker, file: SourceFile, node: Node, loop: Node) -> None:
    """``for (const one of object)``."""
    left = loop.child_by_field_name("left")
    if loop.child_by_field_name("right") != node or left is None or left.type != "identifier":
        return
    binding = visible_at(file, loop.child_by_field_name("body") or left, text_of(left))
    if binding is not None:
        tracker.level.add_element(file, binding)


# -- calls --------------------------------------------------------------------------------------


def _visit_invocation(tracker: Tracker, file: SourceFile, node: Node, call: Node) -> None:
    """``object(…)``."""
    tracker.level.uses.append(Use("invoke", file, call, name_node=node))


def _visit_argument(tracker: Tracker, file: SourceFile, node: Node, arguments: Node) -> None:
    """``f(object)``: follow the object to the parameter."""
    call = arguments.parent
    if call is None:
        return
    called = called_by(call)
    position = position_of(node, arguments)
    tracker.level.uses.append(Use("argument", file, call, str(position), value=called))
    if called is None:
        return
    if text_of(called).rpartition(".")[2] in _RETURNING_ARGUMENT and position == 0:
        tracker.add(file, call)
    function = function_called(tracker.program, file, called)
    binding = None if function is None else parameter_binding(*function, position)
    if binding is not None:
        tracker.follow(binding)


def _visit_return(tracker: Tracker, file: SourceFile, node: Node, above: Node) -> None:
    """``return object``, ``() => object``: follow the object to where the function is called."""
    if above.type == "arrow_function" and above.child_by_field_name("body") != node:
        return
    around = function_around(node)
    if around is None:
        return
    function = Definition(file, around)
    if function.key in tracker.returned:
        return
    tracker.returned.add(function.key)
    callers = list(calls_of(tracker.program, function))
    if not callers:
        _escape(tracker, file, node, above)
    for other, call in callers:
        tracker.add(other, call)


# -- names and properties that it is given to ---------------------------------------------------


def _visit_declaration(tracker: Tracker, file: SourceFile, node: Node, above: Node) -> None:
    """``const name = object``."""
    if above.child_by_field_name("value") == node:
        tracker.bind(file, above.child_by_field_name("name"))


def _visit_assignment(tracker: Tracker, file: SourceFile, node: Node, above: Node) -> None:
    """``object = …`` and ``… = object``."""
    left, right = above.child_by_field_name("left"), above.child_by_field_name("right")
    if left == node:
        tracker.level.uses.append(Use("assign", file, above, name_node=left, value=right))
        tracker.declare(file, right)
        outer = above.parent
        is_value = outer is not None and outer.type != "expression_statement"
        if is_value and above.type == "assignment_expression":
            tracker.add(file, above)
    elif right == node and left is not None:
        tracker.add(file, above)
        if left.type == "identifier":
            tracker.follow_name(file, left)
        elif left.type == "member_expression":
            _store(tracker, file, left)
        else:
            _escape(tracker, file, node, above)


def _store(tracker: Tracker, file: SourceFile, member: Node) -> None:
    """Follow ``this.x = object`` to the uses of ``this.x`` in the class."""
    owner = bare(member.child_by_field_name("object"))
    name = member.child_by_field_name("property")
    if owner is not None and text_of(owner) in {"exports", "module.exports", "module"}:
        return
    defined = owner_of_this(file, owner) if owner is not None and owner.type == "this" else None
    if defined is None or name is None:
        tracker.level.uses.append(Use("escape", file, member))
        return
    for node in file.occurrences(text_of(name)):
        above = node.parent
        if above is None or not defined.start_byte <= node.start_byte < defined.end_byte:
            continue
        if above.type == "member_expression" and text_of(above) == text_of(member):
            tracker.add(file, above)


def _visit_pair(tracker: Tracker, file: SourceFile, node: Node, pair: Node) -> None:
    """``{ key: object }``."""
    key = pair.child_by_field_name("key")
    if pair.child_by_field_name("value") == node and key is not None and pair.parent is not None:
        _put_into_literal(tracker, file, pair, pair.parent, text_of(key).strip("'\""))


def _visit_shorthand(tracker: Tracker, file: SourceFile, node: Node, literal: Node) -> None:
    """``{ object }``."""
    if node.type == "shorthand_property_identifier":
        _put_into_literal(tracker, file, node, literal, text_of(node))


def _put_into_literal(
    tracker: Tracker, file: SourceFile, node: Node, literal: Node, name: str
) -> None:
    """Follow an object that is put into a literal, to the parameter that takes it apart."""
    above = literal.parent
    is_assigned = above is not None and above.type == "assignment_expression"
    if is_assigned and any(name == exported for exported, _ in exports_of(file)):
        return
    call = above.parent if above is not None and above.type == "arguments" else None
    called = None if call is None else called_by(call)
    if above is not None and call is not None and called is not None:
        function = function_called(tracker.program, file, called)
        if function is None:
            tracker.level.uses.append(Use("argument", file, call, name, value=called))
            return
        pattern = parameter_pattern(function.node, position_of(literal, above))
        is_taken_apart = pattern is not None and pattern.type == "object_pattern"
        for key, local in pattern_entries(pattern) if pattern and is_taken_apart else ():
            if key == name and (binding := binding_of(function.file, local)) is not None:
                tracker.follow(binding)
                return
    _escape(tracker, file, node, literal)


def _visit_array(tracker: Tracker, file: SourceFile, node: Node, array: Node) -> None:
    """``[object]``."""
    call = array.parent.parent if array.parent is not None else None
    called = call.child_by_field_name("function") if call is not None else None
    if call is not None and called is not None and text_of(called).startswith("Promise."):
        tracker.level.uses.append(Use("argument", file, call, "0", value=called))
    else:
        _escape(tracker, file, node, array)


def _escape(tracker: Tracker, file: SourceFile, node: Node, _: Node) -> None:
    """Note that the object goes where it cannot be followed."""
    tracker.level.uses.append(Use("escape", file, node))


_VISITS: Final[Mapping[str, Callable[[Tracker, SourceFile, Node, Node], None]]] = {
    **dict.fromkeys(WRAPPERS, _visit_transparent),
    "ternary_expression": _visit_transparent,
    "sequence_expression": _visit_transparent,
    "await_expression": _visit_transparent,
    "binary_expression": _visit_binary,
    "member_expression": _visit_member,
    "subscript_expression": _visit_subscript,
    "for_in_statement": _visit_loop,
    "call_expression": _visit_invocation,
    "arguments": _visit_argument,
    "return_statement": _visit_return,
    "arrow_function": _visit_return,
    "variable_declarator": _visit_declaration,
    **dict.fromkeys(ASSIGNMENTS, _visit_assignment),
    "pair": _visit_pair,
    "object": _visit_shorthand,
    "array": _visit_array,
    "yield_expression": _escape,
}
"""What to do, by the type of the node that the expression is a part of."""


__all__ = ["propagate"]
