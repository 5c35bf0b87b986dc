"""Which call hands a function to the browser: the event, the line, and the function around it.

The browser's records of listeners, timers and observers lack the name of the event and the place.
The heap has both elsewhere: in the source text of the script, which Chromium writes whole, or in
the constants of the bytecode that creates the function (see `heapnb.decode.creation`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heapnb import vocab
from heapnb.decode.creation import (
    Creation,
    constants_of,
    creations_around,
    location_of_shared,
    name_of_shared,
)
from heapnb.graph import derived
from heapnb.graph.edges import child
from heapnb.graph.locations import (
    is_internal_script,
    script_name,
    script_nodes,
    site_place,
)

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph

ADD_LISTENER: Final = "addEventListener"
AWAIT: Final = "await"
"""In the place of a call: what suspends a call of an async function."""

_MOST_BEFORE: Final = 300
"""Characters before a function that are looked at for the call that it is an argument of."""

_NEAR: Final = 20_000
"""Characters between a function and the call that it is handed to by its name, at most."""

_NEAR_SHORT: Final = 3_000
"""The same for names of one or two letters, which a minifier gives to many things."""

_SHORT: Final = 2
_MOST_SIBLINGS: Final = 32
_MOST_ARGUMENTS: Final = 3
_HANDLER_NAME: Final = re.compile("on[a-z]+")
_MOST_INFOS: Final = 20_000
_TEXT: Final = r"""(?P<quote>['"`])(?P<text>[^'"`\\\n]{1,80})(?P=quote)"""
_FUNCTION: Final = r"(?:async\s*)?(?:function\b\s*\*?\s*[\w$]*\s*)?"
_INLINE: Final = re.compile(
    rf"(?:\.|\b)(?P<call>[\w$]+)\s*\(\s*(?:{_TEXT}\s*,\s*)?{_FUNCTION}$", re.DOTALL
)
_HANDLER: Final = re.compile(rf"\.(?P<call>on(?P<text>[a-z]+))\s*=\s*{_FUNCTION}$", re.DOTALL)
_ASSIGNED: Final = re.compile(
    rf"(?P<name>[\w$#]+)\s*[=:]\s*(?:[\w$.]+\s*\(\s*)?{_FUNCTION}$", re.DOTALL
)
_PLAIN_NAME: Final = re.compile(r"[\w$#]+")
_PARAMETERS: Final = re.compile(r"\s*\(?(?P<names>[\w$#,\s]{1,200})\)?")
_EVENT: Final = re.compile(r"[A-Za-z][\w:.-]*")
_NO_EVENTS: Final = frozenset({"window", "document", "body", "current", "value", "bind", "self"})


@dataclass(frozen=True)
class Addition:
    """The call that hands a function to the browser.

    Parameters
    ----------
    call : str
        The function that is called: ``addEventListener``, ``setInterval``; or `AWAIT`.
    argument : str
        The text before the function in its arguments, such as the event; empty if unknown.
    function : str
        The function that calls it; empty if unknown, or at top level.
    location : str or None
        Where: the line of the call, else the definition of the function around it.
    hooks : tuple of str
        The texts in the code around, from the inside out: names of hooks of frameworks are among
        them, such as ``useEffect``.
    """

    call: str
    argument: str
    function: str
    location: str | None
    hooks: tuple[str, ...] = ()


def addition_of(graph: HeapGraph, closure: int, calls: Sequence[str]) -> Addition | None:
    """Find the call that hands a function to the browser.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    closure : int
        Ordinal of the function; of a bound one, of what it calls.
    calls : sequence of str
        Names of the calls to look for.

    Returns
    -------
    Addition or None
        None where neither source text nor bytecode tells.
    """
    shared = child(graph, closure, "shared")
    if shared is None:
        return None
    known = _known(graph)
    key = (shared, tuple(calls))
    if key not in known:
        around = creations_around(graph, closure)
        script = child(graph, shared, "script")
        text = None if script is None else source_of(graph, script)
        start = _number(graph, shared, "start_position")
        if script is not None and text is not None and start is not None and start <= len(text):
            found = _in_text(graph, closure, _Position(script, text, start), calls)
        else:
            found = _in_constants(graph, closure, shared, around, calls)
        if found is not None:
            hooks = dict.fromkeys(text for one in around for text in one.texts)
            found = Addition(
                found.call, found.argument, found.function, found.location, tuple(hooks)
            )
        known[key] = found
    return known[key]


def addition_of_object(
    graph: HeapGraph, listener: int, calls: Sequence[str], target: str = ""
) -> Addition | None:
    """Find the call by which an object with ``handleEvent`` hands itself to the browser.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    listener : int
        Ordinal of the object.
    calls : sequence of str
        Names of the calls to look for.
    target : str, optional
        What emits the event; calls of others count only if there are none of this one.

    Returns
    -------
    Addition or None
        The call nearest to the method that is handed ``this``, without an argument if several
        are possible; None where the source text does not tell.
    """
    prototype = child(graph, listener, "__proto__")
    holders = (listener, prototype) if prototype is not None else (listener,)
    method = next(
        (found for one in holders if (found := child(graph, one, "handleEvent")) is not None), None
    )
    shared = None if method is None else child(graph, method, "shared")
    script = None if shared is None else child(graph, shared, "script")
    if method is None or shared is None or script is None:
        return None
    text, start = source_of(graph, script), _number(graph, shared, "start_position")
    if text is None or start is None or start > len(text):
        return None
    listed = "|".join(map(re.escape, calls))
    pattern = re.compile(
        rf"(?:(?P<target>[\w$.]+)\.)?(?P<call>\b(?:{listed}))\s*\(\s*{_TEXT}\s*,\s*this(?![\w$])"
    )
    matches = list(pattern.finditer(text, max(start - _NEAR, 0), min(start + _NEAR, len(text))))
    matches = [one for one in matches if one["target"] == target] or matches
    if not matches:
        return None
    nearest = min(matches, key=lambda one: abs(one.start() - start))
    argument = nearest["text"] if len(matches) == 1 else ""
    position = _Position(script, text, start)
    return _addition(graph, method, position, nearest.start("call"), nearest["call"], argument)


@derived(keep=False)
def _known(graph: HeapGraph) -> dict[tuple[int, tuple[str, ...]], Addition | None]:  # noqa: ARG001
    """The additions that were looked for so far."""
    return {}


# -- in the source text -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Position:
    """Where a function begins in the text of its script."""

    script: int
    text: str
    start: int


def _in_text(
    graph: HeapGraph, closure: int, position: _Position, calls: Sequence[str]
) -> Addition | None:
    text, start = position.text, position.start
    before = text[max(start - _MOST_BEFORE, 0) : start]
    inline = _INLINE.search(before)
    if inline is not None and inline["call"] in calls:
        place = start - len(before) + inline.start("call")
        return _addition(graph, closure, position, place, inline["call"], inline["text"] or "")
    handler = _HANDLER.search(before)
    if handler is not None and ADD_LISTENER in calls:
        place = start - len(before) + handler.start("call")
        return _addition(graph, closure, position, place, handler["call"], handler["text"])
    if inline is not None:
        handed_on = _in_wrapper(graph, closure, position.script, inline["call"], calls)
        if handed_on is not None:
            return handed_on
    assigned = _ASSIGNED.search(before)
    names = {graph.name(closure), assigned["name"] if assigned else ""}
    names = {name for name in names if _PLAIN_NAME.fullmatch(name)}
    if not names:
        return None
    wanted, listed = "|".join(map(re.escape, names)), "|".join(map(re.escape, calls))
    pattern = re.compile(
        rf"(?P<call>\b(?:{listed}))\s*\(\s*(?:{_TEXT}\s*,\s*)?(?:[\w$]+\.)*(?:{wanted})(?![\w$])"
    )
    near = _NEAR_SHORT if max(map(len, names)) <= _SHORT else _NEAR
    found = list(pattern.finditer(text, max(start - near, 0), min(start + near, len(text))))
    if not found:
        return None
    nearest = min(found, key=lambda match: abs(match.start() - start))
    return _addition(
        graph, closure, position, nearest.start("call"), nearest["call"], nearest["text"] or ""
    )


def _in_wrapper(
    graph: HeapGraph, closure: int, script: int, name: str, calls: Sequence[str]
) -> Addition | None:
    """Find the call in the function that a function is handed to, such as a hook.

    ``function useTicks(onTick) { … setInterval(onTick, 1_000) … }``.
    """
    text = source_of(graph, script)
    listed = "|".join(map(re.escape, calls))
    for start, end, function in _functions(graph, script):
        if function != name or text is None:
            continue
        body = text[start:end]
        parameters = _PARAMETERS.match(body)
        for parameter in _PLAIN_NAME.findall(parameters["names"] if parameters else ""):
            handed = re.search(
                rf"(?P<call>\b(?:{listed}))\s*\(\s*(?:{_TEXT}\s*,\s*)?{re.escape(parameter)}\b",
                body,
            )
            if handed is not None:
                position = _Position(script, text, start)
                place = start + handed.start("call")
                return _addition(
                    graph, closure, position, place, handed["call"], handed["text"] or ""
                )
    return None


def calls_in_scripts(graph: HeapGraph, pattern: re.Pattern[str]) -> list[Addition]:
    """Find calls in the source texts of a page's scripts.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    pattern : re.Pattern
        What to look for, with a group ``call``.

    Returns
    -------
    list of Addition
        In the order of scripts and lines; without hooks.
    """
    found = []
    for number, script in script_nodes(graph).items():
        name = script_name(graph, script)
        text = source_of(graph, script)
        if name is None or is_internal_script(name) or text is None:
            continue
        for match in pattern.finditer(text):
            offset = match.start("call")
            line, column = _line_and_column(text, offset)
            place = str(site_place(graph, number, line, column))
            function = _function_around(graph, script, offset)
            found.append(Addition(match["call"], "", function, place))
    return found


def source_of(graph: HeapGraph, script: int) -> str | None:
    """Return the text of a script, if the snapshot has all of it.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    script : int
        Ordinal of the Script node.

    Returns
    -------
    str or None
    """
    known = _sources(graph)
    if script not in known:
        node = child(graph, script, "source")
        is_text = node is not None and (
            graph.node_type_names[int(graph.node_type[node])] in vocab.STRING_TYPES
        )
        text = graph.display_name(node) if is_text and node is not None else ""
        known[script] = text if is_whole(text) else None
    return known[script]


def is_whole(text: str) -> bool:
    """Tell whether V8 wrote all of a string: it cuts those that lie in its own heap.

    Parameters
    ----------
    text : str
        As the snapshot has it.

    Returns
    -------
    bool
    """
    return bool(text) and not vocab.CUT_LENGTH <= len(text) <= vocab.CUT_LENGTH + _CUT_IN_PAIR


_CUT_IN_PAIR: Final = 2
"""V8 writes three question marks where it cuts within a pair of surrogates."""


@derived(keep=False)
def _sources(graph: HeapGraph) -> dict[int, str | None]:  # noqa: ARG001  filled by its user
    """The texts of the scripts that were asked for so far."""
    return {}


def _addition(
    graph: HeapGraph, closure: int, position: _Position, offset: int, call: str, argument: str
) -> Addition:
    """Describe a call at a place of a script's text."""
    text, script = position.text, position.script
    place = _written(graph, closure, script, *_line_and_column(text, offset))
    return Addition(call, argument, _function_around(graph, script, offset), place)


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of a place in a text, from 0."""
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


def _function_around(graph: HeapGraph, script: int, offset: int) -> str:
    """Name the innermost function with a name around a place; empty if there is none."""
    function = ""
    for start, end, name in _functions(graph, script):
        # Inner functions come after the outer ones.
        if start <= offset < end and name:
            function = name
        elif start > offset:
            break
    return function


def _written(graph: HeapGraph, closure: int, script: int, line: int, column: int) -> str | None:
    row, locations = int(graph.location_of[closure]), graph.raw.locations
    if locations is not None and row >= 0:
        return str(site_place(graph, int(locations.script_id[row]), line, column))
    name = script_name(graph, script)
    return None if name is None else f"{name}:{line + 1}:{column + 1}"


def _functions(graph: HeapGraph, script: int) -> list[tuple[int, int, str]]:
    """List where the functions of a script begin and end, and their names, the first ones first."""
    known = _known_functions(graph)
    if script not in known:
        infos = child(graph, script, "infos", "shared_function_infos")
        edges = range(*graph.edges_of(infos)) if infos is not None else range(0)
        found = []
        for edge in edges[:_MOST_INFOS]:
            shared = int(graph.edge_to[edge])
            start = _number(graph, shared, "start_position")
            end = _number(graph, shared, "end_position")
            if start is not None and end is not None:
                found.append((start, end, name_of_shared(graph, shared)))
        known[script] = sorted(found)
    return known[script]


@derived(keep=False)
def _known_functions(graph: HeapGraph) -> dict[int, list[tuple[int, int, str]]]:  # noqa: ARG001
    """The functions of the scripts that were asked for so far."""
    return {}


def _number(graph: HeapGraph, node: int, label: str) -> int | None:
    """Read a number that Chromium writes as a node with its value."""
    target = child(graph, node, label)
    value = None if target is None else child(graph, target, "value")
    text = "" if value is None else graph.name(value)
    return int(text) if text.isdecimal() else None


# -- in the bytecode --------------------------------------------------------------------------


def _in_constants(
    graph: HeapGraph,
    closure: int,
    shared: int,
    around: Sequence[Creation],
    calls: Sequence[str],
) -> Addition | None:
    if not around:
        return None
    inner = around[0]
    nearest = inner.before[len(inner.before) - inner.n_since :]
    call = next((text for text in reversed(nearest) if text in calls), None)
    if call is None and 0 < len(nearest) <= _MOST_ARGUMENTS and not inner.is_top_level:
        # It was named before: the second of two calls.
        call = next((text for text in reversed(inner.before) if text in calls), None)
    if call is not None:
        return Addition(call, _last_event(inner.before, call), inner.name, inner.location)
    handler = inner.after[0] if inner.after else ""
    if _HANDLER_NAME.fullmatch(handler) and ADD_LISTENER in calls:
        return Addition(handler, handler[2:], inner.name, inner.location)
    call = next((text for text in inner.after if text in calls), None)
    if call is not None and not inner.is_top_level:
        return Addition(call, _next_event(inner.after, call), inner.name, inner.location)
    return _in_siblings(graph, graph.name(closure), shared, inner, calls)


def _in_siblings(
    graph: HeapGraph, name: str, shared: int, inner: Creation, calls: Sequence[str]
) -> Addition | None:
    """Look at the other functions of the same scope, or the other methods of the class."""
    found: Addition | None = None
    # At top level, and in large functions, another one may have to do with anything.
    is_small = not inner.is_top_level and len(inner.siblings) <= _MOST_SIBLINGS
    for sibling in inner.siblings:
        if sibling == shared:
            continue
        texts = constants_of(graph, sibling)
        call = next((text for text in texts if text in calls), None)
        if call is None:
            continue
        is_named = bool(name) and name in texts
        upto = texts[: texts.index(name)] if is_named else texts
        event = _last_event(upto, call) if is_named else _next_event(texts, call)
        addition = Addition(
            call, event, name_of_shared(graph, sibling), location_of_shared(graph, sibling)
        )
        if is_named:
            return addition
        found = found or (addition if is_small else None)
    return found


def _last_event(texts: Sequence[str], call: str) -> str:
    """Return the text right before a function, if it may be an event."""
    last = texts[-1] if texts else ""
    return last if last != call and _may_be_event(last) else ""


def _next_event(texts: Sequence[str], call: str) -> str:
    """Return the text right after a call, if it may be an event."""
    place = list(texts).index(call) + 1 if call in texts else len(texts)
    return texts[place] if place < len(texts) and _may_be_event(texts[place]) else ""


def _may_be_event(text: str) -> bool:
    return bool(_EVENT.fullmatch(text)) and text not in _NO_EVENTS


__all__ = [
    "ADD_LISTENER",
    "AWAIT",
    "Addition",
    "addition_of",
    "addition_of_object",
    "calls_in_scripts",
    "is_whole",
    "source_of",
]
