"""Which operations add to an object, and which remove from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.effects import effect_of, mark_of_use, removes_below
from heapnb.analysis.source_code.handovers import handovers
from heapnb.analysis.source_code.levels import NodeKey, Use, node_key
from heapnb.analysis.source_code.method_names import REMOVING_VERBS
from heapnb.analysis.source_code.parse import text_of
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.search import Operation, Search
from heapnb.analysis.source_code.syntax import runs_again
from heapnb.analysis.source_code.targets import Target
from heapnb.analysis.source_code.undoing import undoing

if TYPE_CHECKING:
    from tree_sitter import Node

_SURE: Final = 2.0
"""From this rank on an operation is one that adds, by its name or by what it is given."""

_FAR: Final = 2.0
"""Operations that fall behind the best one by as much are left out."""

_LOST: Final = frozenset({"escape", "dynamic call"})
"""Uses from which the object cannot be followed."""


@dataclass(frozen=True)
class Answer:
    """What was found.

    Parameters
    ----------
    adds, removes : tuple of Operation
        The surest first.
    is_complete : bool
        Whether every way that the object goes was followed, so that what is not in `removes` is
        not in the files.
    """

    adds: tuple[Operation, ...] = ()
    removes: tuple[Operation, ...] = ()
    is_complete: bool = False


def operations(program: Program, target: Target) -> Answer:
    """Find what adds to an object and what removes from it.

    Parameters
    ----------
    program : Program
        The files.
    target : Target
        The object.

    Returns
    -------
    Answer
        The operations at the deepest hop that has any; without anything where the source does not
        lead to the object.
    """
    search = Search(program, target)
    supposed = Answer()
    for depth in range(len(target.hops) - 1, -1, -1):
        found = list(_operations_at(search, depth))
        adds = _best(one for one in found if one.effect == "add")
        if not adds:
            continue
        answer = Answer(
            adds,
            _ordered(_removes(search, depth, found, adds)),
            _is_complete(search, depth, found),
        )
        if adds[0].rank >= _SURE:
            return answer
        supposed = supposed if supposed.adds else answer
    # Where the program gives a member away is surer than a call that merely may add.
    adds = _best(handovers(search))
    if supposed.adds and not (adds and search.given_in):
        return supposed
    return Answer(adds, _ordered(undoing(adds)))


def _operations_at(search: Search, depth: int) -> Iterator[Operation]:
    """Find the operations on the object at one hop."""
    for one in search.levels[depth].uses:
        use = _last_of_chain(search, one)
        if not search.program.is_own(use.file, use.node):
            continue
        found = effect_of(search, use, depth)
        if found is not None:
            effect, rank = found
            if effect == "add":
                rank += search.bonus(use.file, use.node)
            yield Operation(effect, use.file, use.node, mark_of_use(use), rank)


def _last_of_chain(search: Search, use: Use) -> Use:
    """Return the call at the end of ``subject.pipe(…).subscribe(…)`` that is given a member."""
    node = use.node
    while use.kind == "call" and (member := node.parent) is not None:
        outer = member.parent
        if member.type != "member_expression" or outer is None:
            break
        if outer.type != "call_expression" or outer.child_by_field_name("function") != member:
            break
        node = outer
        name = member.child_by_field_name("property")
        if name is not None and search.is_given_in(use.file, node):
            return replace(use, node=node, name=text_of(name), name_node=name)
    return use


def _removes(
    search: Search, depth: int, found: Iterable[Operation], adds: Iterable[Operation]
) -> Iterator[Operation]:
    """Find what removes: here, from what is inside, and from what has the object."""
    yield from (one for one in found if one.effect == "remove")
    for deeper in range(depth + 1, len(search.target.hops)):
        yield from (one for one in _operations_at(search, deeper) if one.effect == "remove")
    for above in range(depth - 1, -1, -1):
        yield from removes_below(search, above)
    yield from undoing(adds)


def _is_complete(search: Search, depth: int, found: Iterable[Operation]) -> bool:
    """Tell whether nothing could remove that has not been seen."""
    if search.program.unread:
        return False
    if any(one.effect == "unknown" or (one.effect == "add" and one.rank <= 1) for one in found):
        return False
    if any(use.kind in _LOST for level in search.levels for use in level.uses):
        return False
    return not any(
        _may_remove(node) for level in search.levels[depth:] for _, node in level.doubtful
    )


def _may_remove(member: Node) -> bool:
    """Tell whether an expression of the same name is used in a way that removes."""
    above = member.parent
    if above is None:
        return False
    if above.type == "member_expression":
        name = above.child_by_field_name("property")
        return name is not None and text_of(name) in {*REMOVING_VERBS, "splice", "length"}
    if above.type == "subscript_expression":
        return above.parent is not None and above.parent.type == "unary_expression"
    return above.type in {"arguments", "assignment_expression"}


def _best(found: Iterable[Operation]) -> tuple[Operation, ...]:
    """Sort, the surest first, and leave out what falls far behind."""
    # What runs once, when the program starts, does not make anything grow.
    ordered = _ordered(one for one in found if runs_again(one.node))
    return tuple(one for one in ordered if one.rank > ordered[0].rank - _FAR)


def _ordered(found: Iterable[Operation]) -> tuple[Operation, ...]:
    """Sort, the surest first; give each node only once."""
    unique: dict[NodeKey, Operation] = {}
    for one in found:
        key = node_key(one.file, one.node)
        if key not in unique or unique[key].rank < one.rank:
            unique[key] = one
    return tuple(
        sorted(unique.values(), key=lambda one: (-one.rank, one.file.name, one.node.start_byte))
    )


__all__ = ["Answer", "operations"]
