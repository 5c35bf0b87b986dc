"""Calls of a function, and calls that a function is given to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heapnb.analysis.source_code.classes import Definition, class_of, is_getter
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.program import Program, exported_names
from heapnb.analysis.source_code.scopes import (
    Binding,
    binding_of,
    function_around,
    function_name,
    visible_at,
)
from heapnb.analysis.source_code.syntax import bare, call_given, called_by

if TYPE_CHECKING:
    from tree_sitter import Node


def calls_of(program: Program, function: Definition) -> Iterator[tuple[SourceFile, Node]]:
    """Find the calls of a function that has a name, and the reads of a getter."""
    name = _declared_name(function.node)
    if name is None:
        return
    if function.node.type == "method_definition":
        yield from _calls_of_method(program, function, text_of(name))
        return
    file, node = function
    binding = binding_of(file, name) or visible_at(file, node.parent or node, text_of(name))
    if binding is None:
        return
    for other, one in _everywhere(program, binding):
        for reference in one.references():
            call = reference.parent
            if call is not None and called_by(call) == reference:
                yield other, call


def _calls_of_method(
    program: Program, method: Definition, name: str
) -> Iterator[tuple[SourceFile, Node]]:
    owner = method.node.parent
    if owner is not None and owner.type == "class_body":
        owner = owner.parent
    if owner is None:
        return
    for file in program.mentioning(name):
        for node in file.occurrences(name):
            member = node.parent
            if member is None or member.type != "member_expression":
                continue
            inner = bare(member.child_by_field_name("object"))
            found = None if inner is None else class_of(program, file, inner)
            if found is None or found.node.id != owner.id or found.file is not method.file:
                continue
            call = member.parent
            if is_getter(method.node):
                yield file, member
            elif call is not None and call.type == "call_expression":
                yield file, call


def _everywhere(program: Program, binding: Binding) -> Iterator[tuple[SourceFile, Binding]]:
    """Give a name, and what other files call it that import it."""
    yield binding.file, binding
    names = exported_names(binding)
    if names:
        for one in program.importers(binding.file):
            if one.name in names and one.binding is not None:
                yield one.file, one.binding


def calls_given(function: Definition) -> Iterator[tuple[SourceFile, Node]]:
    """Find the calls that a function is given to, or what another function returns of it."""
    file, node = function
    for mention in (node, *mentions_of(function)):
        call = call_given(mention)
        if call is not None:
            yield file, call
            continue
        # A function that a function makes is given away where that one is called.
        around = function_around(mention)
        returned = mention.parent
        if around is None or returned is None or around.type != "function_declaration":
            continue
        if returned.type == "return_statement" or returned.id == around.id:
            for one in mentions_of(Definition(file, around)):
                made_by = one.parent
                if made_by is not None and made_by.type == "call_expression":
                    call = call_given(made_by)
                    if call is not None:
                        yield file, call


def mentions_of(function: Definition) -> list[Node]:
    """Find where a file mentions one of its functions by name."""
    file, node = function
    name = function_name(node)
    if not name or name == "constructor":
        return []
    if node.type == "method_definition":
        uses = [one.parent for one in file.occurrences(name)]
        return [one for one in uses if one is not None and one.type == "member_expression"]
    declared = _declared_name(node)
    binding = None if declared is None else binding_of(file, declared)
    return [] if binding is None else list(binding.references())


def _declared_name(function: Node) -> Node | None:
    """Return the name of a function, or that of the variable that is declared with it."""
    name = function.child_by_field_name("name")
    above = function.parent
    if name is None and above is not None and above.type == "variable_declarator":
        return above.child_by_field_name("name")
    return name


def is_imported(file: SourceFile, called: Node) -> bool:
    """Tell whether a called function comes from a module or is a global."""
    inner: Node | None = called
    while inner is not None and inner.type in {"member_expression", "call_expression"}:
        inner = inner.child_by_field_name("object") or inner.child_by_field_name("function")
    if inner is None or inner.type != "identifier":
        return False
    binding = binding_of(file, inner)
    if binding is None or binding.kind == "import":
        return True
    value = bare(binding.declaration.child_by_field_name("value"))
    if value is None:
        return False
    if value.type == "new_expression":
        made = called_by(value)
        return made is not None and is_imported(file, made)
    return "require(" in text_of(value)[:100] or "getBuiltinModule(" in text_of(value)[:100]


__all__ = ["calls_given", "calls_of", "is_imported", "mentions_of"]
