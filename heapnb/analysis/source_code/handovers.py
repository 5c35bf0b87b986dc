"""Where a program hands its objects over to the runtime or to a package.

For objects that no expression of the program denotes: a timer, a watcher, a module's job.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.calls import is_imported, mentions_of
from heapnb.analysis.source_code.classes import definition_at
from heapnb.analysis.source_code.method_names import ADDING_VERBS
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.program import dynamic_imports, imports_of
from heapnb.analysis.source_code.search import BY_NAME, Operation, Search
from heapnb.analysis.source_code.syntax import (
    arguments_of,
    bare,
    call_of,
    called_by,
    mark_of,
    outer_call,
    runs_again,
)
from heapnb.analysis.source_code.targets import Property

if TYPE_CHECKING:
    from tree_sitter import Node

_CREATORS: Final = {
    "Timeout": ("setInterval", "setTimeout"),
    "Immediate": ("setImmediate",),
    "FSWatcher": ("watch",),
    "FSEvent": ("watch",),
    "StatWatcher": ("watchFile",),
    "MessagePort": ("MessageChannel",),
    "MessageChannel": ("MessageChannel",),
    "PerformanceMark": ("mark",),
    "PerformanceMeasure": ("measure",),
    "BroadcastChannel": ("BroadcastChannel",),
    "Worker": ("Worker",),
    "Interface": ("createInterface",),
}
"""What makes objects that the runtime keeps by itself."""

_ITERATING: Final = frozenset(
    {*("map", "filter", "forEach", "some", "every", "find", "reduce", "flatMap", "sort", "from")}
)
_PROMISE: Final = "Promise"
"""Methods and a class that call a function that they are given, and do not keep it."""

_MODULES: Final = frozenset({"ModuleJob", "ModuleWrap", "SourceTextModule", "Module"})
_LOADER: Final = "loadCache"
_MADE_UP: Final = frozenset({"template_string", "binary_expression"})

_STORES: Final = frozenset({"kResourceStore"})
"""By what Node.js keeps the store of an AsyncLocalStorage."""

_LITERALS: Final = frozenset({"object", "array"})


def handovers(search: Search) -> Iterator[Operation]:
    """Find where the program hands over what accumulates.

    Parameters
    ----------
    search : Search
        The search.

    Yields
    ------
    Operation
        All of them add. What shows by the members' own functions comes alone; the others are
        supposed.
    """
    sure = [*_given(search), *_started_again(search)]
    if sure:
        yield from sure
        return
    yield from _created(search)
    if search.target.member_class in _MODULES or _LOADER in search.target.through:
        yield from _imported_again(search)
    yield from _copied(search)
    yield from _only_call_of_package(search)


def _given(search: Search) -> Iterator[Operation]:
    """Find calls that are given the members' functions."""
    for file, call in search.given_in:
        mark = mark_of(call)
        name = text_of(mark)
        if name not in _ITERATING and name != _PROMISE:
            rank = BY_NAME if name in ADDING_VERBS else 0.0
            yield Operation("add", file, call, mark, 1.0 + rank + search.bonus(file, call))


def _started_again(search: Search) -> Iterator[Operation]:
    """Find calls of the functions whose suspended calls accumulate."""
    for place in search.target.suspended:
        defined = definition_at(search.program, place)
        for mention in mentions_of(defined) if defined is not None else ():
            call = call_of(mention)
            if defined is not None and call is not None and runs_again(call):
                yield Operation("add", defined.file, call, mention, 1.0)


def _created(search: Search) -> Iterator[Operation]:
    """Find calls that make objects of the members' class, which the runtime keeps by itself."""
    # What a package makes, the program does not make itself.
    creators = () if search.target.packages else _CREATORS.get(search.target.member_class, ())
    if _STORES & search.target.through:
        creators = (*creators, "enterWith")
    for name in creators:
        for file in search.program.mentioning(name):
            for node in file.occurrences(name):
                call = call_of(node)
                called = None if call is None else called_by(call)
                if call is not None and called is not None and is_imported(file, called):
                    yield Operation("add", file, call, node, 1.0 + search.bonus(file, call))


def _imported_again(search: Search) -> Iterator[Operation]:
    """Find imports of what is named at run time."""
    for file in search.program.mentioning("import("):
        for call in dynamic_imports(file):
            given = {one.type for one in arguments_of(call)}
            if given - {"string"}:
                # A name with something that differs: `rules.mjs?version=3`.
                rank = 2.0 if given & _MADE_UP else 1.0
                yield Operation("add", file, call, call, rank + search.bonus(file, call))


def _copied(search: Search) -> Iterator[Operation]:
    """Find ``{ byId: { ...state.byId, [id]: x } }``, by which a state is made anew."""
    last = search.target.hops[-1] if search.target.hops else None
    if not isinstance(last, Property) or last.owner is not None:
        return
    for file in search.program.mentioning(last.name):
        for node in file.occurrences(last.name):
            pair = node.parent
            if pair is None or pair.type != "pair":
                continue
            value = bare(pair.child_by_field_name("value"))
            if value is None or value.type not in _LITERALS:
                continue
            for one in value.named_children:
                inner = one.named_children[0] if one.named_children else None
                if one.type == "spread_element" and inner is not None:
                    name = inner.child_by_field_name("property") or inner
                    if text_of(name) == last.name:
                        yield Operation("add", file, pair, pair, 1.0)


def _only_call_of_package(search: Search) -> Iterator[Operation]:
    """Find the one call into the package whose code comes with the members."""
    calls: dict[tuple[str, int], tuple[SourceFile, Node]] = {}
    for package in search.target.packages:
        for file in search.program.mentioning(package):
            for one in imports_of(file):
                if one.specifier != package:
                    continue
                nodes = one.binding.references() if one.binding else [one.node]
                for node in nodes:
                    call = None if node is None else outer_call(node)
                    if call is not None and runs_again(call):
                        calls[file.name, call.id] = (file, call)
    if len(calls) == 1:
        ((file, call),) = calls.values()
        yield Operation("add", file, call, mark_of(call), 1.0)


__all__ = ["handovers"]
