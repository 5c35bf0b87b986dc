"""Which names a scope declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.syntax import CLASSES, FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

BLOCKS: Final = frozenset(
    {"statement_block", "for_statement", "for_in_statement", "switch_body", "class_static_block"}
)

_STATEMENTS: Final = frozenset(
    {
        *("if_statement", "else_clause", "while_statement", "do_statement", "labeled_statement"),
        *("try_statement", "catch_clause", "finally_clause", "switch_statement", "switch_case"),
        *("switch_default", "export_statement", "with_statement", "internal_module", "module"),
        *BLOCKS,
    }
)
"""Statements that may have declarations in them."""


def declarations(scope: Node) -> Iterator[tuple[str, Node]]:
    """Give what a scope declares: a kind and an identifier each."""
    if scope.type in FUNCTIONS:
        parameters = scope.child_by_field_name("parameters")
        parameter = scope.child_by_field_name("parameter")
        for pattern in parameters.named_children if parameters is not None else ():
            yield from (("parameter", name) for name in _names_of(pattern))
        if parameter is not None:
            yield "parameter", parameter
        name = scope.child_by_field_name("name")
        if name is not None and scope.type in {"function_expression", "generator_function"}:
            yield "function", name
        # `var` belongs to the function, wherever it stands in its body.
        body = scope.child_by_field_name("body")
        if body is not None:
            yield from _hoisted(body)
        return
    if scope.type == "class":
        name = scope.child_by_field_name("name")
        if name is not None:
            yield "class", name
        return
    if scope.type == "catch_clause":
        parameter = scope.child_by_field_name("parameter")
        if parameter is not None:
            yield from (("variable", name) for name in _names_of(parameter))
        return
    if scope.type == "program":
        yield from _hoisted(scope)
    if scope.type == "for_in_statement":
        left = scope.child_by_field_name("left")
        if left is not None and scope.child_by_field_name("kind") is not None:
            yield from (("variable", name) for name in _names_of(left))
    for child in scope.named_children:
        yield from _lexical(child)


def _lexical(node: Node) -> Iterator[tuple[str, Node]]:
    """Give what one statement declares in the block that it stands in."""
    kind = node.type
    if kind == "lexical_declaration":
        yield from _declarators(node)
    elif kind in CLASSES or (kind in FUNCTIONS and kind.endswith("declaration")):
        name = node.child_by_field_name("name")
        if name is not None:
            yield ("class" if kind in CLASSES else "function"), name
    elif kind in {"export_statement", "switch_case", "switch_default", "labeled_statement"}:
        for child in node.named_children:
            yield from _lexical(child)
    elif kind == "import_statement":
        yield from (("import", name) for name in _imported(node))


def _hoisted(node: Node) -> Iterator[tuple[str, Node]]:
    """Give the variables that `var` declares in a body, nested blocks included."""
    # A long chain of `else if` is nested deeply.
    stack = [node]
    while stack:
        for child in stack.pop().named_children:
            if child.type == "variable_declaration":
                yield from _declarators(child)
            elif child.type in _STATEMENTS:
                stack.append(child)
            if child.type == "for_in_statement":
                kind = child.child_by_field_name("kind")
                left = child.child_by_field_name("left")
                if kind is not None and kind.type == "var" and left is not None:
                    yield from (("variable", name) for name in _names_of(left))


def _declarators(node: Node) -> Iterator[tuple[str, Node]]:
    for child in node.named_children:
        name = child.child_by_field_name("name")
        if child.type == "variable_declarator" and name is not None:
            yield from (("variable", one) for one in _names_of(name))


def _imported(node: Node) -> Iterator[Node]:
    for child in node.named_children:
        if child.type == "import_clause":
            for part in child.named_children:
                if part.type == "identifier":
                    yield part
                elif part.type == "namespace_import":
                    yield from (one for one in part.named_children if one.type == "identifier")
                elif part.type == "named_imports":
                    for one in part.named_children:
                        name = one.child_by_field_name("alias") or one.child_by_field_name("name")
                        if name is not None:
                            yield name
        elif child.type == "import_require_clause":
            yield from (one for one in child.named_children if one.type == "identifier")


def _names_of(pattern: Node) -> Iterator[Node]:
    """Give the identifiers that a pattern declares."""
    kind = pattern.type
    if kind in {"identifier", "shorthand_property_identifier_pattern"}:
        yield pattern
    elif kind in {"object_pattern", "array_pattern", "rest_pattern"}:
        for child in pattern.named_children:
            yield from _names_of(child)
    elif kind in {"assignment_pattern", "object_assignment_pattern"}:
        left = pattern.child_by_field_name("left")
        if left is not None:
            yield from _names_of(left)
    elif kind == "pair_pattern":
        value = pattern.child_by_field_name("value")
        if value is not None:
            yield from _names_of(value)
    elif kind in {"required_parameter", "optional_parameter"}:
        inner = pattern.child_by_field_name("pattern")
        if inner is not None:
            yield from _names_of(inner)


__all__ = ["BLOCKS", "declarations"]
