"""Where a program uses and declares a property of the object before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.classes import (
    Definitions,
    class_of,
    definition_at,
    with_parents,
)
from heapnb.analysis.source_code.levels import Level, node_key
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.scopes import owner_of_this
from heapnb.analysis.source_code.syntax import FIELDS, bare, pattern_entries
from heapnb.analysis.source_code.targets import Property
from heapnb.analysis.source_code.tracker import Tracker

if TYPE_CHECKING:
    from tree_sitter import Node

_DICTIONARY: Final = "Object"
_PROTOTYPE: Final = "prototype"
_PATTERNS: Final = frozenset({"pair_pattern", "object_pattern", "object_assignment_pattern"})


def seed_property(tracker: Tracker, hop: Property, before: Level) -> None:
    """Add what denotes a property of the object that the hop before has led to."""
    names = dict.fromkeys((hop.name, *_spellings(hop.name, before.members)))
    for name in names:
        for file, found in before.members.get(name, ()):
            tracker.add(file, found)
    if hop.owner_class == _DICTIONARY:
        # A key of a dictionary: `byType[event.type]`.
        for file, found in before.elements:
            tracker.add(file, found)
    if hop.weak_map:
        _add_of_weak_map(tracker, hop.weak_map)
    if hop.name == _PROTOTYPE:
        # What methods find in a prototype, they find in `this`.
        tracker.level.definitions |= before.definitions
    if hop.is_anywhere:
        _add_everywhere(tracker, hop.name)
    owners = dict(before.definitions)
    owner = None if hop.owner is None else definition_at(tracker.program, hop.owner)
    if owner is not None:
        owners[owner.key] = owner
    if owners or before.references:
        owners = with_parents(tracker.program, owners)
        for name in names:
            _add_of_classes(tracker, name, owners, before)


def _add_of_weak_map(tracker: Tracker, name: str) -> None:
    """``__classPrivateFieldGet(this, _Notifier_outbox, "f")`` and ``_outbox.get(this)``."""
    for file in tracker.program.mentioning(name):
        for node in file.occurrences(name):
            above = node.parent
            call = above.parent if above is not None else None
            if above is None or call is None:
                continue
            if above.type == "arguments":
                called = call.child_by_field_name("function")
                if called is not None and text_of(called).endswith("PrivateFieldGet"):
                    tracker.add(file, call)
            elif above.type == "member_expression":
                member = above.child_by_field_name("property")
                if member is not None and text_of(member) == "get":
                    tracker.add(file, call)


def _add_everywhere(tracker: Tracker, name: str) -> None:
    """Find a property by its name alone."""
    for file in tracker.program.mentioning(name):
        for node in file.occurrences(name):
            above = node.parent
            if above is not None and _is_property(node, above, name):
                tracker.add(file, above)


def _add_of_classes(tracker: Tracker, name: str, owners: Definitions, before: Level) -> None:
    """Find a property of classes and object literals: where it is used and declared."""
    for file in tracker.program.mentioning(name):
        for node in file.occurrences(name):
            above = node.parent
            if above is None or node.type == "string_fragment":
                continue
            if _is_property(node, above, name):
                _add_member(tracker, file, above, owners, before)
            elif above.type in FIELDS:
                body = above.parent
                owner = body.parent if body is not None else None
                if _is_one_of(file, owner, owners):
                    tracker.declare(file, above.child_by_field_name("value"))
            elif above.type == "pair":
                if _is_one_of(file, above.parent, owners):
                    tracker.declare(file, above.child_by_field_name("value"))
            elif above.type in _PATTERNS:
                _add_destructured(tracker, file, node, owners)
            elif _is_field(above) and _is_one_of(file, owner_of_this(file, above), owners):
                tracker.add(file, node)


def _is_property(node: Node, above: Node, name: str) -> bool:
    """Tell whether a name stands for a property: ``object.name``, ``object[name]``."""
    if above.type == "member_expression":
        return above.child_by_field_name("property") == node
    is_index = above.type == "subscript_expression" and not name.startswith("#")
    return is_index and above.child_by_field_name("index") == node


def _is_field(parameter: Node) -> bool:
    """Tell whether a parameter declares a field: ``constructor(private name: Store)``."""
    return parameter.type == "required_parameter" and any(
        child.type == "accessibility_modifier" for child in parameter.children
    )


def _is_one_of(file: SourceFile, owner: Node | None, owners: Definitions) -> bool:
    return owner is not None and (file.name, owner.id) in owners


def _add_member(
    tracker: Tracker, file: SourceFile, member: Node, owners: Definitions, before: Level
) -> None:
    if node_key(file, member) in tracker.level.references:
        return
    owner = bare(member.child_by_field_name("object"))
    if owner is None:
        return
    found = class_of(tracker.program, file, owner)
    if found is not None:
        if found.key in owners:
            tracker.add(file, member)
    elif node_key(file, owner) not in before.references:
        tracker.level.doubtful.append((file, member))


def _add_destructured(tracker: Tracker, file: SourceFile, node: Node, owners: Definitions) -> None:
    """``const { cache } = this``."""
    pattern = node.parent
    while pattern is not None and pattern.type != "object_pattern":
        pattern = pattern.parent
    above = pattern.parent if pattern is not None else None
    if pattern is None or above is None or above.type != "variable_declarator":
        return
    value = bare(above.child_by_field_name("value"))
    found = None if value is None else class_of(tracker.program, file, value)
    if found is None or found.key not in owners:
        return
    for key, local in pattern_entries(pattern):
        if key == text_of(node):
            tracker.follow_name(file, local)


def _spellings(name: str, known: Iterable[str]) -> list[str]:
    """Find the properties by which programs reach what the runtime keeps under another name.

    Such as ``signal`` for ``Symbol(kSignal)``, ``readableState`` for ``_readableState``.
    """
    plain = _plain(name)
    return [one for one in known if plain and plain != name and _plain(one) == plain]


def _plain(name: str) -> str:
    inner = re.sub(r"^\[?<?(?:Symbol\(|symbol )?(.*?)[)>]?\]?$", r"\1", name)
    inner = re.sub(r"^k(?=[A-Z])", "", inner)
    return inner.strip("_#").lower()


__all__ = ["seed_property"]
