"""What a program does with an object: the expressions that denote it, and its uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from heapnb.analysis.source_code.classes import Definition, Definitions
from heapnb.analysis.source_code.parse import SourceFile
from heapnb.analysis.source_code.scopes import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

UseKind = Literal[
    "call",  # container.method(…)
    "dynamic call",  # container[name](…)
    "invoke",  # container(…)
    "write",  # container.name = …
    "write element",  # container[key] = …
    "assign",  # container = …
    "delete",  # delete container[key]
    "argument",  # f(container)
    "escape",  # kept or returned where it cannot be followed
    "construct",  # container = new C(…)
    "await",  # await container
]

NodeKey: TypeAlias = tuple[str, int, int]
"""An expression by its file and bytes."""


def node_key(file: SourceFile, node: Node) -> NodeKey:
    """Return what tells an expression from others: the parser may give it twice."""
    return file.name, node.start_byte, node.end_byte


@dataclass(frozen=True)
class Use:
    """What a program does with the object at a hop.

    Parameters
    ----------
    kind : str
        What.
    file : SourceFile
        Where.
    node : tree_sitter.Node
        The call, assignment or declaration as a whole.
    name : str
        The method or property; for an argument its position or property.
    name_node : tree_sitter.Node or None
        Where that stands.
    value : tree_sitter.Node or None
        What is assigned; the called function for an argument.
    """

    kind: UseKind
    file: SourceFile
    node: Node
    name: str = ""
    name_node: Node | None = None
    value: Node | None = None


@dataclass
class Level:
    """What has been found of the object that one hop leads to.

    Parameters
    ----------
    references : dict
        The expressions that denote it, by file and bytes.
    uses : list of Use
        What is done with it.
    members : dict
        Expressions for its properties, and names that they are given to, by property.
    elements : list
        Expressions for its elements, and names that they are given to.
    definitions : dict
        Classes, functions and object literals whose `this` it is.
    doubtful : list
        Expressions of the same name, of which it is unknown what they denote.
    bindings, own : set of Binding
        Names that it is given to; of these the variables that are the hop itself.
    """

    references: dict[NodeKey, tuple[SourceFile, Node]] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    members: dict[str, list[tuple[SourceFile, Node | Binding]]] = field(default_factory=dict)
    elements: list[tuple[SourceFile, Node | Binding]] = field(default_factory=list)
    definitions: Definitions = field(default_factory=dict)
    doubtful: list[tuple[SourceFile, Node]] = field(default_factory=list)
    bindings: set[Binding] = field(default_factory=set)
    own: set[Binding] = field(default_factory=set)

    def add_member(self, name: str, file: SourceFile, found: Node | Binding) -> None:
        """Note an expression for a property, or a name that it is given to."""
        self.members.setdefault(name, []).append((file, found))

    def add_element(self, file: SourceFile, found: Node | Binding) -> None:
        """Note an expression for an element, or a name that it is given to."""
        self.elements.append((file, found))

    def define(self, file: SourceFile, node: Node) -> None:
        """Note that something is the object, or the class of it."""
        definition = Definition(file, node)
        self.definitions[definition.key] = definition


__all__ = ["Level", "NodeKey", "Use", "UseKind", "node_key"]
