"""Variables by the class of their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.parse import text_of
from heapnb.analysis.source_code.syntax import CLASSES, FUNCTIONS, bare, called_by, object_entries

if TYPE_CHECKING:
    from tree_sitter import Node

_TEXTS: Final = frozenset({"(string)", "(concatenated string)", "(sliced string)"})
_LITERALS: Final = {
    "array": frozenset({"Array", "(array)"}),
    "string": _TEXTS,
    "template_string": _TEXTS,
}
"""The classes of the values of literals."""

_TARGET_AND_VALUE: Final = {
    "variable_declarator": ("name", "value"),
    "assignment_expression": ("left", "right"),
}


def given_values_of(outer: Node, class_name: str) -> Iterator[Node]:
    """Find where variables of a function get a value of a class.

    Parameters
    ----------
    outer : tree_sitter.Node
        The function, or the whole of a module. Functions and classes within it are left out.
    class_name : str
        Such as ``Map``, ``Array``, ``{id, name}``.

    Yields
    ------
    tree_sitter.Node
        The identifiers that are declared or assigned, in no order.
    """
    nodes = list(outer.named_children)
    while nodes:
        node = nodes.pop()
        if node.type in FUNCTIONS or node.type in CLASSES:
            continue
        nodes += node.named_children
        fields = _TARGET_AND_VALUE.get(node.type)
        if fields is None:
            continue
        target, value = (bare(node.child_by_field_name(field)) for field in fields)
        if target is None or value is None or target.type != "identifier":
            continue
        if _is_of(value, class_name):
            yield target


def _is_of(value: Node, class_name: str) -> bool:
    """Tell whether an expression makes an object of a class."""
    if value.type == "new_expression":
        constructor = called_by(value)
        return constructor is not None and text_of(constructor).split(".")[-1] == class_name
    if value.type == "object":
        names = [name for name, _ in object_entries(value)]
        return class_name in {"Object", f"{{{', '.join(names)}}}"}
    return class_name in _LITERALS.get(value.type, ())


__all__ = ["given_values_of"]
