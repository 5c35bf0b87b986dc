"""Collects the expressions and names that denote one object, across files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.classes import class_of
from heapnb.analysis.source_code.levels import Level, Use, node_key
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.program import WHOLE, Program, exported_names
from heapnb.analysis.source_code.scopes import Binding, binding_of, defined_by
from heapnb.analysis.source_code.syntax import CLASSES, FUNCTIONS, bare, pattern_entries

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_REFERENCES: Final = 5000
_LITERALS: Final = frozenset({"object", "array"})


class Tracker:
    """Collects what denotes the object that one hop leads to.

    Parameters
    ----------
    program : Program
        The files.
    level : Level
        Where to note what is found.
    returned : set
        Functions whose calls have been found to return a tracked object, as file and node id.

    Attributes
    ----------
    queue : list
        Expressions that are known to denote the object, and of which nobody has looked yet what is
        done with them.
    """

    def __init__(self, program: Program, level: Level, returned: set[tuple[str, int]]) -> None:
        self.program = program
        self.level = level
        self.returned = returned
        self.queue: list[tuple[SourceFile, Node]] = []

    def add(self, file: SourceFile, found: Node | Binding) -> None:
        """Add an expression, or all references to a name."""
        if isinstance(found, Binding):
            self.follow(found)
        elif len(self.level.references) < _MOST_REFERENCES:
            key = node_key(file, found)
            if key not in self.level.references:
                self.level.references[key] = (file, found)
                self.queue.append((file, found))

    def follow(self, binding: Binding) -> None:
        """Add all references to a name, in other files, too."""
        if binding in self.level.bindings:
            return
        self.level.bindings.add(binding)
        if binding.kind == "import" or _is_required(binding):
            declared = self.program.imported(binding)
            if declared is not None:
                self.follow(declared)
        for node in binding.references():
            self.add(binding.file, node)
        parent = binding.node.parent
        if parent is not None and parent.type == "variable_declarator":
            self.declare(binding.file, parent.child_by_field_name("value"))
        defined = defined_by(binding)
        if defined is not None:
            self.level.define(binding.file, defined)
        self._follow_exports(binding)

    def follow_name(self, file: SourceFile, identifier: Node) -> None:
        """Add all references to what an identifier refers to, unless that is a global."""
        binding = binding_of(file, identifier)
        if binding is not None:
            self.follow(binding)

    def _follow_exports(self, binding: Binding) -> None:
        """Add what other files call a name that they import."""
        names = exported_names(binding)
        if not names:
            return
        for one in self.program.importers(binding.file):
            if one.name in names and one.binding is not None:
                self.follow(one.binding)
            elif one.name == WHOLE:
                self._add_members_of(one.file, one.binding or one.node, names)

    def _add_members_of(
        self, file: SourceFile, whole: Binding | Node | None, names: set[str]
    ) -> None:
        """Add ``module.name`` for each way in which a file has a whole module."""
        if WHOLE in names and whole is not None:
            self.add(file, whole)
        nodes = list(whole.references()) if isinstance(whole, Binding) else [whole]
        for node in nodes:
            above = node.parent if node is not None else None
            if above is not None and above.type == "member_expression":
                member = above.child_by_field_name("property")
                if member is not None and text_of(member) in names:
                    self.add(file, above)

    def declare(self, file: SourceFile, value: Node | None) -> None:
        """Note with what a variable or a property begins."""
        value = bare(value)
        if value is None:
            return
        if value.type in _LITERALS or value.type in FUNCTIONS or value.type in CLASSES:
            self.level.define(file, value)
        elif value.type == "new_expression":
            self.level.uses.append(Use("construct", file, value))
            defined = class_of(self.program, file, value)
            if defined is not None:
                self.level.define(*defined)
            self._add_first_elements(file, value)
        elif value.type == "call_expression":
            self.level.uses.append(Use("construct", file, value))
            called = bare(value.child_by_field_name("function"))
            if called is not None and called.type == "member_expression":
                inner = bare(called.child_by_field_name("object"))
                if inner is not None and inner.type == "new_expression":
                    # `new EventEmitter().setMaxListeners(0)`
                    self.declare(file, inner)

    def _add_first_elements(self, file: SourceFile, value: Node) -> None:
        """Note the objects that ``new Map([['audit', {…}]])`` begins with."""
        stack = [value.child_by_field_name("arguments")]
        while stack:
            node = stack.pop()
            if node is None:
                continue
            if node.type == "object":
                self.level.add_element(file, node)
            elif node.type in {"arguments", "array"}:
                stack.extend(node.named_children)

    def bind(self, file: SourceFile, target: Node | None) -> None:
        """Follow the object into the names of a declaration: ``const { byId } = store``."""
        if target is None:
            return
        if target.type == "identifier":
            self.follow_name(file, target)
        elif target.type == "object_pattern":
            for key, local in pattern_entries(target):
                binding = binding_of(file, local)
                if binding is not None:
                    self.level.add_member(key, file, binding)
        elif target.type == "array_pattern":
            for one in target.named_children:
                if one.type == "identifier" and (binding := binding_of(file, one)) is not None:
                    self.level.add_element(file, binding)


def _is_required(binding: Binding) -> bool:
    declared = binding.declaration
    value = declared.child_by_field_name("value")
    return (
        declared.type == "variable_declarator"
        and value is not None
        and ("require(" in text_of(value)[:200] or "import(" in text_of(value)[:200])
    )


__all__ = ["Tracker"]
