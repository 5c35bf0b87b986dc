"""Which class or function an expression denotes, and what classes extend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.scopes import (
    Binding,
    binding_of,
    defined_by,
    owner_of_this,
    parameter_binding,
    visible_at,
)
from heapnb.analysis.source_code.syntax import (
    CLASSES,
    FIELDS,
    FUNCTIONS,
    assigned_to,
    bare,
    position_of,
)
from heapnb.analysis.source_code.targets import CodePlace

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST_ALIAS: Final = 8


class Definition(NamedTuple):
    """A class, function or object literal.

    Parameters
    ----------
    file : SourceFile
        Where.
    node : tree_sitter.Node
        All of it.
    """

    file: SourceFile
    node: Node

    @property
    def key(self) -> tuple[str, int]:
        """By which it is told from others."""
        return self.file.name, self.node.id


Definitions: TypeAlias = dict[tuple[str, int], Definition]
"""By their keys, in the order in which they were found."""


def node_at(program: Program, place: CodePlace) -> Node | None:
    """Find the smallest node at a place."""
    file = program.file(place.file)
    return None if file is None else file.node_at(place.line, place.column)


def definition_at(program: Program, place: CodePlace) -> Definition | None:
    """Find the class or function that begins at a place."""
    file = program.file(place.file)
    node = node_at(program, place)
    while node is not None and not (
        node.is_named and (node.type in FUNCTIONS or node.type in CLASSES)
    ):
        node = node.parent
    if file is None or node is None:
        return None
    if node.type == "method_definition" and node.parent is not None:
        # A constructor stands for its class.
        name = node.child_by_field_name("name")
        if name is not None and text_of(name) == "constructor" and node.parent.parent:
            return Definition(file, node.parent.parent)
    return Definition(file, node)


# -- the class of an expression -----------------------------------------------------------------


def class_of(
    program: Program, file: SourceFile, expression: Node, depth: int = 0
) -> Definition | None:
    """Find the class of what an expression denotes.

    Parameters
    ----------
    program : Program
        The files.
    file : SourceFile
        The file with the expression.
    expression : tree_sitter.Node
        The expression, `bare`.
    depth : int
        How many names have been followed to it.

    Returns
    -------
    Definition or None
        A class, a constructor function or an object literal; None if it is unknown.
    """
    if depth > _DEEPEST_ALIAS:
        return None
    match expression.type:
        case "this":
            owner = owner_of_this(file, expression)
            return None if owner is None else Definition(file, owner)
        case "new_expression":
            name = expression.child_by_field_name("constructor")
            return None if name is None else class_named(program, file, name)
        case "member_expression":
            return _class_of_field(program, file, expression)
        case "identifier":
            binding = binding_of(file, expression)
            return None if binding is None else _class_of_variable(program, binding, depth)
    return None


def _class_of_variable(program: Program, binding: Binding, depth: int) -> Definition | None:
    """Find the class of what a name denotes: by its value, its import or its type."""
    file, declared = binding.file, binding.declaration
    if declared.type == "variable_declarator" and binding.node.parent == declared:
        return _class_of_value(program, file, declared.child_by_field_name("value"), depth)
    if binding.kind in {"class", "function"}:
        return _defined_in(binding)
    if binding.kind == "import" or declared.type == "object_pattern":
        target = program.imported(binding)
        if target is not None:
            return class_of(program, target.file, target.node, depth + 1)
    typed = binding.node.parent
    annotation = None if typed is None else typed.child_by_field_name("type")
    inner = annotation.named_children[0] if annotation and annotation.named_children else None
    if inner is not None and inner.type == "type_identifier":
        return class_named(program, file, inner)
    return None


def _class_of_value(
    program: Program, file: SourceFile, value: Node | None, depth: int
) -> Definition | None:
    value = bare(value)
    if value is not None and value.type == "logical_expression":
        # `_this = _super.call(this) || this`
        value = bare(value.child_by_field_name("right"))
    if value is None:
        return None
    if value.type in {"this", "new_expression"}:
        return class_of(program, file, value, depth + 1)
    is_definition = value.type == "object" or value.type in CLASSES or value.type in FUNCTIONS
    return Definition(file, value) if is_definition else None


def _class_of_field(program: Program, file: SourceFile, member: Node) -> Definition | None:
    """Find the class of ``this.x``, where the class of `this` sets it to a new object."""
    owner = bare(member.child_by_field_name("object"))
    name = member.child_by_field_name("property")
    if owner is None or name is None or owner.type != "this":
        return None
    defined = owner_of_this(file, owner)
    if defined is None:
        return None
    for node in file.occurrences(text_of(name)):
        above = node.parent
        if not defined.start_byte <= node.start_byte < defined.end_byte or above is None:
            continue
        value = above.child_by_field_name("value") if above.type in FIELDS else None
        if above.type == "member_expression" and text_of(above) == text_of(member):
            value = assigned_to(above)
        value = bare(value)
        if value is not None and value.type == "new_expression":
            return class_of(program, file, value)
    return None


def class_named(program: Program, file: SourceFile, name: Node) -> Definition | None:
    """Find the class or function that a name refers to where it stands, through imports."""
    binding = visible_at(file, name, text_of(name))
    return None if binding is None else _defined_in(program.imported(binding) or binding)


def _defined_in(binding: Binding) -> Definition | None:
    defined = defined_by(binding)
    return None if defined is None else Definition(binding.file, defined)


# -- what classes extend ------------------------------------------------------------------------


def with_parents(program: Program, owners: Definitions) -> Definitions:
    """Add the classes that classes extend, and those that are derived from them by a function."""
    found = dict(owners)
    queue = list(owners.values())
    while queue:
        owner = queue.pop()
        parent = _parent(program, owner)
        if parent is not None and parent.key not in found:
            found[parent.key] = parent
            queue.append(parent)
        for child in _mixed_in(program, owner):
            found.setdefault(child.key, child)
    return found


def _parent(program: Program, owner: Definition) -> Definition | None:
    children = owner.node.named_children
    heritage = next((one for one in children if one.type == "class_heritage"), None)
    while heritage is not None and heritage.type in {"class_heritage", "extends_clause"}:
        heritage = heritage.named_children[0] if heritage.named_children else None
    if heritage is None or heritage.type != "identifier":
        return None
    return class_named(program, owner.file, heritage)


def _mixed_in(program: Program, owner: Definition) -> Iterator[Definition]:
    """Find the classes that a function derives from a class that it is given."""
    name = owner.node.child_by_field_name("name")
    binding = None if name is None else visible_at(owner.file, owner.node, text_of(name))
    for one in binding.references() if binding is not None else ():
        arguments = one.parent
        call = arguments.parent if arguments is not None else None
        if call is None or arguments is None or arguments.type != "arguments":
            continue
        called = call.child_by_field_name("function")
        function = None if called is None else function_called(program, owner.file, called)
        if function is None:
            continue
        base = parameter_binding(*function, position_of(one, arguments))
        for use in base.references() if base is not None else ():
            heritage = use.parent
            if heritage is not None and heritage.type == "class_heritage" and heritage.parent:
                yield Definition(function.file, heritage.parent)


# -- functions and methods ----------------------------------------------------------------------


def function_called(program: Program, file: SourceFile, called: Node) -> Definition | None:
    """Find the function that a call leads to.

    Parameters
    ----------
    program : Program
        The files.
    file : SourceFile
        The file with the call.
    called : tree_sitter.Node
        What is called: a function, the name of one, or a method of an object of a known class.

    Returns
    -------
    Definition or None
        The constructor for a class; None if it is unknown.
    """
    called = bare(called) or called
    if called.type in FUNCTIONS:
        return Definition(file, called)
    if called.type == "identifier":
        defined = class_named(program, file, called)
        if defined is not None and defined.node.type in CLASSES:
            return method_of(defined, "constructor")
        return defined
    if called.type == "member_expression":
        owner = bare(called.child_by_field_name("object"))
        name = called.child_by_field_name("property")
        found = None if owner is None else class_of(program, file, owner)
        if found is not None and name is not None:
            return method_of(found, text_of(name))
    return None


def method_of(owner: Definition, name: str) -> Definition | None:
    """Find a method of a class or an object literal."""
    file, node = owner
    body = node.child_by_field_name("body") if node.type in CLASSES else node
    for one in body.named_children if body is not None else ():
        own = one.child_by_field_name("name")
        if one.type == "method_definition" and own is not None and text_of(own) == name:
            return Definition(file, one)
    return None


def is_getter(method: Node) -> bool:
    """Tell whether a method is read like a property."""
    return any(child.type == "get" for child in method.children)


__all__ = [
    "Definition",
    "Definitions",
    "class_named",
    "class_of",
    "definition_at",
    "function_called",
    "is_getter",
    "method_of",
    "node_at",
    "with_parents",
]
