"""Where a hop begins: the first expressions and names that denote its object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.classes import definition_at, node_at
from heapnb.analysis.source_code.levels import Level
from heapnb.analysis.source_code.parse import text_of
from heapnb.analysis.source_code.program import (
    DEFAULT,
    WHOLE,
    Imported,
    exports_of,
    imports_of,
)
from heapnb.analysis.source_code.properties import seed_property
from heapnb.analysis.source_code.scopes import (
    Binding,
    binding_of,
    bindings_named,
    function_around,
    is_variable,
    visible_at,
)
from heapnb.analysis.source_code.targets import (
    CodePlace,
    Element,
    Exports,
    Global,
    Hop,
    Local,
    Property,
    Variable,
)
from heapnb.analysis.source_code.tracker import Tracker
from heapnb.analysis.source_code.values import given_values_of

if TYPE_CHECKING:
    from tree_sitter import Node

_GLOBAL_OBJECTS: Final = frozenset({"globalThis", "global", "window", "self"})
_PACKAGE: Final = re.compile(r".*/node_modules/((?:@[^/]+/)?[^/]+)/")


def seed(tracker: Tracker, hop: Hop, before: Level) -> None:
    """Add what denotes the object of a hop, given what the hop before has led to."""
    match hop:
        case Variable(name, CodePlace() as place):
            _seed_visible(tracker, name, place)
        case Variable(name, None, function):
            _seed_only(tracker, name, function)
        case Local():
            _seed_local(tracker, hop)
        case Property():
            seed_property(tracker, hop, before)
        case Global(name):
            _seed_global(tracker, name)
        case Exports(name):
            _seed_exports(tracker, name)
        case Element():
            for file, found in before.elements:
                tracker.add(file, found)


# -- variables ----------------------------------------------------------------------------------


def _seed_visible(tracker: Tracker, name: str, place: CodePlace) -> None:
    """Add the variable that a place sees by a name."""
    file = tracker.program.file(place.file)
    node = node_at(tracker.program, place)
    if file is None or node is None:
        return
    binding = visible_at(file, node, name)
    if binding is not None:
        _seed_binding(tracker, binding)
    elif name in {"exports", "module"}:
        _seed_exports(tracker, file.name)


def _seed_only(tracker: Tracker, name: str, function: str) -> None:
    """Add the variable of a function or module, if only one has that name."""
    found = [
        binding
        for file in tracker.program.mentioning(name)
        for binding in bindings_named(file, name)
        if _is_in(binding, function)
    ]
    if len(found) == 1:
        _seed_binding(tracker, found[0])


def _seed_local(tracker: Tracker, hop: Local) -> None:
    """Add the variable of a call, or of a module, if only one has values of that class."""
    file = tracker.program.file(hop.file)
    if file is None:
        return
    outer = file.root
    if hop.function is not None:
        definition = definition_at(tracker.program, hop.function)
        if definition is None:
            return
        outer = definition.node
    found = {binding_of(file, name) for name in given_values_of(outer, hop.class_name)}
    binding = found.pop() if len(found) == 1 else None
    if binding is not None:
        _seed_binding(tracker, binding)


def _seed_binding(tracker: Tracker, binding: Binding) -> None:
    tracker.level.own.add(binding)
    tracker.follow(binding)


def _is_in(binding: Binding, function: str) -> bool:
    """Tell whether a name is declared in a function of that name; at top level for none."""
    if binding.kind == "import":
        return False
    around = function_around(binding.node)
    if not function:
        return around is None
    name = None if around is None else around.child_by_field_name("name")
    return name is not None and text_of(name) == function


def _seed_global(tracker: Tracker, name: str) -> None:
    """Add ``name`` where no scope declares it, and ``globalThis.name``."""
    program = tracker.program
    for file in program.mentioning(name):
        for node in file.occurrences(name):
            above = node.parent
            if is_variable(node) and node.type == "identifier":
                if binding_of(file, node) is None:
                    tracker.add(file, node)
            elif above is not None and above.type == "member_expression":
                owner = above.child_by_field_name("object")
                is_global = owner is not None and text_of(owner) in _GLOBAL_OBJECTS
                if is_global and owner is not None and binding_of(file, owner) is None:
                    tracker.add(file, above)
    for file in program.mentioning(name):
        # `import process from 'node:process'` is the same as the global.
        for binding in bindings_named(file, name):
            if program.package_of(binding) in {name, f"node:{name}"}:
                tracker.follow(binding)


# -- modules ------------------------------------------------------------------------------------


def _seed_exports(tracker: Tracker, name: str) -> None:
    """Add the exports of a module as an object: in its own file, and where it is imported."""
    file = tracker.program.file(name)
    if file is None:
        _seed_package(tracker, name)
        return
    for node in file.occurrences("exports"):
        above = node.parent
        if node.type == "identifier" and binding_of(file, node) is None:
            tracker.add(file, node)
        elif above is not None and above.type == "member_expression":
            owner = above.child_by_field_name("object")
            if owner is not None and text_of(owner) == "module":
                tracker.add(file, above)
    for key, value in exports_of(file):
        if key != WHOLE and is_variable(value):
            binding = binding_of(file, value)
            if binding is not None:
                tracker.level.add_member(key, file, binding)
        elif value.type == "object":
            tracker.level.define(file, value)
    for one in tracker.program.importers(file):
        _seed_imported(tracker, one, {WHOLE})


def _seed_package(tracker: Tracker, name: str) -> None:
    """Add what files import of a package."""
    package = _PACKAGE.match(name)
    if package is None:
        return
    wanted = package[1].split("/")
    for file in tracker.program.mentioning(package[1]):
        for one in imports_of(file):
            if one.specifier.split("/")[: len(wanted)] == wanted:
                _seed_imported(tracker, one, {WHOLE, DEFAULT})


def _seed_imported(tracker: Tracker, imported: Imported, of_whole: set[str]) -> None:
    """Add an imported name: for the exports themselves, or for one of them."""
    found: Binding | Node | None = imported.binding or imported.node
    if found is None:
        return
    if imported.name in of_whole:
        tracker.add(imported.file, found)
    else:
        tracker.level.add_member(imported.name, imported.file, found)


__all__ = ["seed"]
