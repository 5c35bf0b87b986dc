"""Scopes: which declaration a name refers to, and whose `this` a function has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.declarations import BLOCKS, declarations
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.syntax import (
    CLASSES,
    FIELDS,
    FUNCTIONS,
    bare,
    parameter_pattern,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_PATTERN_PARTS: Final = frozenset(
    {
        *("object_pattern", "array_pattern", "rest_pattern", "assignment_pattern"),
        *("object_assignment_pattern", "pair_pattern", "required_parameter", "optional_parameter"),
    }
)


@dataclass(frozen=True)
class Binding:
    """A declared name.

    Parameters
    ----------
    file : SourceFile
        Where.
    name : str
        The name.
    kind : {"variable", "parameter", "function", "class", "import"}
        What declares it.
    node : tree_sitter.Node
        The identifier.
    scope : tree_sitter.Node
        Where it is visible.
    """

    file: SourceFile
    name: str
    kind: str
    node: Node
    scope: Node

    def __hash__(self) -> int:
        return hash((self.file.name, self.name, self.scope.start_byte, self.scope.end_byte))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Binding)
            and self.name == other.name
            and self.file is other.file
            and self.scope == other.scope
        )

    def references(self) -> Iterator[Node]:
        """Find the identifiers that refer to it; not the one that declares it."""
        start, end = self.scope.start_byte, self.scope.end_byte
        for node in self.file.occurrences(self.name):
            if not start <= node.start_byte < end or node == self.node or not is_variable(node):
                continue
            if binding_of(self.file, node) == self:
                yield node

    @property
    def declaration(self) -> Node:
        """The declarator, parameter, function, class or import that has the identifier."""
        node = self.node
        while node.parent is not None and node.parent.type in _PATTERN_PARTS:
            node = node.parent
        return node.parent or node


def binding_of(file: SourceFile, identifier: Node) -> Binding | None:
    """Find what a name refers to.

    Parameters
    ----------
    file : SourceFile
        The file.
    identifier : tree_sitter.Node
        The name, anywhere in it.

    Returns
    -------
    Binding or None
        None for globals.
    """
    return visible_at(file, identifier, text_of(identifier))


def visible_at(file: SourceFile, node: Node, name: str) -> Binding | None:
    """Find what a name refers to at a place, None for globals."""
    scope: Node | None = node
    came_from: Node | None = None
    while scope is not None:
        if _is_scope(scope):
            # A parameter's default does not see the variables of the body, nor is the name of a
            # declared function one of its own variables.
            found = _declared(file, scope).get(name)
            if found is not None and not (
                scope.type == "for_in_statement"
                and came_from is not None
                and came_from == scope.child_by_field_name("right")
            ):
                return found
        came_from, scope = scope, scope.parent
    return None


def bindings_named(file: SourceFile, name: str) -> list[Binding]:
    """Find all declarations of a name in a file."""
    found: dict[Binding, None] = {}
    for node in file.occurrences(name):
        if is_variable(node) or node.type == "shorthand_property_identifier_pattern":
            binding = binding_of(file, node)
            if binding is not None:
                found[binding] = None
    return list(found)


def is_variable(node: Node) -> bool:
    """Tell whether an identifier is the name of a variable: no property, key or label."""
    return node.type in {
        "identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    }


def function_around(node: Node) -> Node | None:
    """Return the function that a node is in, None at top level."""
    above = node.parent
    while above is not None and above.type not in FUNCTIONS:
        if above.type in FIELDS or above.type == "class_static_block":
            return None
        above = above.parent
    return above


def function_name(node: Node | None) -> str | None:
    """Name a function: by its own name, or by the variable or property that it is given to."""
    if node is None:
        return None
    name = node.child_by_field_name("name")
    if name is not None:
        return text_of(name)
    above = node.parent
    while above is not None and above.type == "parenthesized_expression":
        above = above.parent
    if above is None:
        return None
    fields = {
        "variable_declarator": "name",
        "assignment_expression": "left",
        "pair": "key",
        "field_definition": "property",
        "public_field_definition": "name",
    }
    field = fields.get(above.type)
    target = above.child_by_field_name(field) if field else None
    if target is None or target.type in {"object_pattern", "array_pattern"}:
        return None
    if target.type == "member_expression":
        target = target.child_by_field_name("property")
    return text_of(target) if target is not None else None


def name_node_of(node: Node) -> Node | None:
    """Return the identifier that names a class or function, if only that of its variable."""
    name = node.child_by_field_name("name")
    if name is not None:
        return name
    above = node.parent
    if above is None or above.type not in {"variable_declarator", "assignment_expression"}:
        return None
    target = above.child_by_field_name("name") or above.child_by_field_name("left")
    return target if target is not None and target.type == "identifier" else None


def named_function_around(node: Node) -> str | None:
    """Name the nearest function around a node that has a name."""
    around = function_around(node)
    while around is not None:
        name = function_name(around)
        if name == "constructor" and around.parent is not None:
            owner = around.parent.parent
            own = owner.child_by_field_name("name") if owner is not None else None
            return f"new {text_of(own)}" if own is not None else name
        if name is not None:
            return name
        around = function_around(around)
    return None


def owner_of_this(file: SourceFile, node: Node) -> Node | None:
    """Find whose `this` a place has.

    Parameters
    ----------
    file : SourceFile
        The file.
    node : tree_sitter.Node
        The place.

    Returns
    -------
    tree_sitter.Node or None
        The class, the constructor function, or the object literal with the method; None if it is
        unknown.
    """
    above = node.parent
    while above is not None:
        kind = above.type
        if kind in FIELDS or kind == "class_static_block":
            return above.parent.parent if above.parent is not None else None
        if kind == "method_definition":
            # In a class body, or in an object.
            body = above.parent
            return body.parent if body is not None and body.type == "class_body" else body
        if kind in FUNCTIONS and kind != "arrow_function":
            return _owner_of_function(file, above)
        above = above.parent
    return None


def _owner_of_function(file: SourceFile, function: Node) -> Node | None:
    """Find whose `this` an old function has: by ``X.prototype.m = function``, or its own."""
    above = function.parent
    if above is not None and above.type == "pair":
        return above.parent
    if above is not None and above.type == "assignment_expression":
        left = above.child_by_field_name("left")
        owner = left.child_by_field_name("object") if left is not None else None
        if owner is not None and owner.type == "member_expression":
            member = owner.child_by_field_name("property")
            name = owner.child_by_field_name("object")
            is_prototype = member is not None and text_of(member) == "prototype"
            if is_prototype and name is not None and name.type == "identifier":
                binding = binding_of(file, name)
                return None if binding is None else defined_by(binding)
        elif owner is not None and owner.type == "identifier":
            binding = binding_of(file, owner)
            found = None if binding is None else defined_by(binding)
            if found is not None:
                return found
    return function


def defined_by(binding: Binding) -> Node | None:
    """Return the class, function or object literal that a name is declared with."""
    declared = binding.node.parent
    if declared is None:
        return None
    if declared.type in CLASSES or declared.type in FUNCTIONS:
        return declared
    if declared.type == "variable_declarator":
        value = bare(declared.child_by_field_name("value"))
        if value is not None and (
            value.type in CLASSES or value.type in FUNCTIONS or value.type == "object"
        ):
            return value
        if value is not None and value.type == "call_expression":
            return _made_by_wrapper(value)
    return None


def _made_by_wrapper(call: Node) -> Node | None:
    """Return what ``(function () { function X() {…} return X; })()`` returns."""
    function = bare(call.child_by_field_name("function"))
    body = function.child_by_field_name("body") if function is not None else None
    if function is None or function.type not in FUNCTIONS or body is None:
        return None
    returned = [child for child in body.named_children if child.type == "return_statement"]
    names = [child.named_children[0] for child in returned if child.named_children]
    if not names or names[-1].type != "identifier":
        return None
    for child in body.named_children:
        name = child.child_by_field_name("name")
        is_made = child.type in FUNCTIONS or child.type in CLASSES
        if is_made and name is not None and text_of(name) == text_of(names[-1]):
            return child
    return None


def parameter_binding(file: SourceFile, function: Node, position: int) -> Binding | None:
    """Return the name of a parameter, None if it is taken apart or there is none."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return binding_of(file, single) if position == 0 else None
    pattern = parameter_pattern(function, position)
    is_name = pattern is not None and pattern.type == "identifier"
    return binding_of(file, pattern) if pattern is not None and is_name else None


def _is_scope(node: Node) -> bool:
    return (
        node.type in BLOCKS
        or node.type in FUNCTIONS
        or node.type in {"program", "catch_clause", "class", "class_declaration"}
    )


def _declared(file: SourceFile, scope: Node) -> dict[str, Binding]:
    """Find the names that a scope declares; once for each scope of a file."""
    key = ("scope", scope.id)
    known: dict[str, Binding] | None = file.known.get(key)
    if known is None:
        known = {}
        for kind, node in declarations(scope):
            known.setdefault(text_of(node), Binding(file, text_of(node), kind, node, scope))
        file.known[key] = known
    return known


__all__ = [
    "Binding",
    "binding_of",
    "bindings_named",
    "defined_by",
    "function_around",
    "function_name",
    "is_variable",
    "name_node_of",
    "named_function_around",
    "owner_of_this",
    "parameter_binding",
    "visible_at",
]
