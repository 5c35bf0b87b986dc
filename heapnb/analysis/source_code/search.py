"""The search for what adds to one object: what is known, and what speaks for an operation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from heapnb.analysis.source_code.calls import calls_given
from heapnb.analysis.source_code.classes import definition_at
from heapnb.analysis.source_code.flow import levels_of
from heapnb.analysis.source_code.levels import Level
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.scopes import binding_of
from heapnb.analysis.source_code.syntax import arguments_of, bare, runs_again
from heapnb.analysis.source_code.targets import Target

if TYPE_CHECKING:
    from tree_sitter import Node

Effect = Literal["add", "remove", "unknown"]

BY_NAME: Final = 1.0
"""What it adds to the rank of an operation that its name says that it adds."""

_GIVEN: Final = 5.0
_MADE_HERE: Final = 2.0
_IN_FUNCTION: Final = 1.0


@dataclass(frozen=True)
class Operation:
    """A piece of code that adds to an object, or removes from it.

    Parameters
    ----------
    effect : {"add", "remove", "unknown"}
        What it does.
    file : SourceFile
        Where.
    node : tree_sitter.Node
        The whole call or assignment.
    mark : tree_sitter.Node
        Where it begins for a person: the name of the method.
    rank : float
        The larger, the surer.
    """

    effect: Effect
    file: SourceFile
    node: Node
    mark: Node
    rank: float = 0.0


@dataclass(frozen=True)
class Search:
    """The search for one object.

    Parameters
    ----------
    program : Program
        The files.
    target : Target
        The object.
    """

    program: Program
    target: Target

    @cached_property
    def levels(self) -> list[Level]:
        """What the program does with the object at each hop."""
        return levels_of(self.program, self.target.hops)

    @cached_property
    def given_in(self) -> list[tuple[SourceFile, Node]]:
        """The calls that are given the functions that come with the members."""
        places = (definition_at(self.program, place) for place in self.target.functions)
        return [one for found in places if found is not None for one in calls_given(found)]

    @property
    def is_blind(self) -> bool:
        """Whether functions that come with the members are in files of which there is no text."""
        return any(self.program.file(place.file) is None for place in self.target.functions)

    def is_deepest(self, depth: int) -> bool:
        """Tell whether the object at a hop is the one that accumulates."""
        return depth == len(self.target.hops) - 1 and not self.target.is_partial

    def is_given_in(self, file: SourceFile, node: Node) -> bool:
        """Tell whether a call is given a function that comes with the members."""
        return any(one is file and call.id == node.id for one, call in self.given_in)

    def bonus(self, file: SourceFile, node: Node) -> float:
        """Return what speaks for code that adds: where it runs, and what it is given."""
        found = _IN_FUNCTION if runs_again(node) else 0.0
        if self.is_given_in(file, node):
            found += _GIVEN
        if self.target.member_class and self._makes_member(file, node):
            found += _MADE_HERE
        return found

    def _makes_member(self, file: SourceFile, node: Node) -> bool:
        """Tell whether a call is given a new object of the class that accumulates."""
        for given in (*arguments_of(node), node.child_by_field_name("right")):
            value = _declared_value(file, bare(given))
            if value is not None and value.type == "new_expression":
                name = value.child_by_field_name("constructor")
                if name is not None and text_of(name) == self.target.member_class:
                    return True
        return False


def _declared_value(file: SourceFile, value: Node | None) -> Node | None:
    """Return what a variable was declared with; another expression as it is."""
    if value is None or value.type != "identifier":
        return value
    binding = binding_of(file, value)
    return None if binding is None else bare(binding.declaration.child_by_field_name("value"))


__all__ = ["BY_NAME", "Effect", "Operation", "Search"]
