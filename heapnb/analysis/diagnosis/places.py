"""Lines of source code that add to what accumulates, and lines that remove from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.own_calls import only_own_call
from heapnb.analysis.diagnosis.program_sources import ProgramSources, program_sources, text_at
from heapnb.analysis.diagnosis.ways import Ways
from heapnb.analysis.packages import package_of
from heapnb.analysis.source_code.operations import Answer, operations
from heapnb.analysis.source_code.parse import is_available, text_of
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.scopes import named_function_around
from heapnb.analysis.source_code.search import Operation
from heapnb.decode.additions import AWAIT, Addition, calls_in_scripts
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_of
from heapnb.graph.references import is_identifier
from heapnb.graph.scopes import function_of_scope

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_PLACES: Final = 3

_LONGEST_CALL: Final = 60
_STATEMENTS: Final = frozenset({"expression_statement", "statement_block", "program"})
_LONGEST_SNIPPET: Final = 160


@dataclass(frozen=True)
class Place:
    """A line of source code.

    Parameters
    ----------
    location : str
        ``file.js:12:5``.
    function : str or None
        The function that it is in; None at top level.
    call : str
        What is called or assigned: ``this.#sessions.set(…)``.
    snippet : str
        The line.
    """

    location: str
    function: str | None
    call: str
    snippet: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the place as ``heapnb diagnose --json`` prints it."""
        values = asdict(self)
        del values["snippet"]
        return values


@dataclass(frozen=True)
class Lines:
    """What source code says about an accumulation.

    Parameters
    ----------
    added_at, removed_at : tuple of Place
        The surest first, at most `MOST_PLACES`.
    searched_files : int or None
        How many files were searched; None if there are no sources.
    nothing_removes : bool
        Whether all of the program's code was searched, every way that the container goes was
        followed, and nothing removes from it.
    """

    added_at: tuple[Place, ...] = ()
    removed_at: tuple[Place, ...] = ()
    searched_files: int | None = None
    nothing_removes: bool = False


NO_LINES: Final = Lines()

WITHOUT_PARSER: Final = (
    "The source files were not searched for the lines that add to a suspect: "
    "`pip install 'heapnb[source]'`."
)
"""What a reader should know without the extra ``source``."""


def lines_of(evidence: Evidence, subject: Evidence) -> Lines:
    """Find the lines that add to an accumulation and those that remove from it.

    Parameters
    ----------
    evidence : Evidence
        The accumulation.
    subject : Evidence
        The objects that the suspect is about.

    Returns
    -------
    Lines
        Empty without sources, or without the extra ``source``.
    """
    sources = program_sources(evidence.graph)
    if not sources.as_run.texts and not sources.originals.texts:
        return NO_LINES
    if not is_available():
        return NO_LINES
    for program, is_original in ((sources.as_run, False), (sources.originals, True)):
        if not program.texts:
            continue
        for target in Ways(evidence, subject, sources, is_original).targets():
            answer = operations(program, target)
            if answer.adds:
                return _lines(sources, program, answer, is_original=is_original)
    return Lines(searched_files=len(sources.as_run.texts) or len(sources.originals.texts))


def with_addition(lines: Lines, graph: HeapGraph, addition: Addition | None) -> Lines:
    """Put the call that a detector knows before the lines that were found in the source code.

    A heap tells in which function a call waits, not at which line: lines of that function that
    the source code shows are kept in its stead.

    Parameters
    ----------
    lines : Lines
        What the source code says.
    graph : HeapGraph
        The heap.
    addition : Addition or None
        The call.

    Returns
    -------
    Lines
    """
    if addition is None or addition.location is None:
        return lines
    text = text_at(graph, addition.location)
    place = Place(
        addition.location,
        _function_at(graph, addition.location) or addition.function or None,
        "await …" if addition.call == AWAIT else f"{addition.call}(…)",
        "" if text is None else _cut(text.text.partition("\n")[0], _LONGEST_SNIPPET),
    )
    if addition.call == AWAIT:
        inside = [one for one in lines.added_at if one.function == place.function]
        if inside:
            others = [one for one in lines.added_at if one not in inside]
            return replace(lines, added_at=(*inside, *others))
    line = addition.location.rpartition(":")[0]
    others = [one for one in lines.added_at if one.location.rpartition(":")[0] != line]
    places = (place, *others[: MOST_PLACES - 1])
    # A library calls the function that hands over; the reader can change what calls the library.
    return replace(lines, added_at=tuple(sorted(places, key=lambda one: not _is_own(one))))


def _is_own(place: Place) -> bool:
    return package_of(place.location).kind == "own"


def with_call_of_library(lines: Lines, subject: Evidence) -> Lines:
    """Add the call that hands objects to their library, where the source code says nothing else.

    Parameters
    ----------
    lines : Lines
        What is known.
    subject : Evidence
        The objects that the suspect is about.

    Returns
    -------
    Lines
        With the only call of the program by a name that the catalogue of shapes knows.
    """
    if lines.added_at or subject.shape is None or not subject.shape.adds:
        return lines
    calls = "|".join(map(re.escape, subject.shape.adds))
    found = only_own_call(subject.graph, re.compile(rf"\.(?P<call>{calls})\s*\("))
    return with_addition(lines, subject.graph, found)


def with_mount(lines: Lines, graph: HeapGraph, components: Sequence[str]) -> Lines:
    """Put the call that mounts unmounted components of Svelte before other lines.

    Parameters
    ----------
    lines : Lines
        What is known.
    graph : HeapGraph
        The heap.
    components : sequence of str
        Names of components that left the page, and that no other component renders.

    Returns
    -------
    Lines
        With the only ``mount(Component, …)`` of the program.
    """
    if not components:
        return lines
    names = "|".join(map(re.escape, components))
    found = only_own_call(graph, re.compile(rf"\b(?P<call>mount)\s*\(\s*(?:{names})\s*,"))
    return with_addition(lines, graph, found)


def with_library_function(lines: Lines, evidence: Evidence) -> Lines:
    """Add the call of the library's function whose variable holds the objects.

    Parameters
    ----------
    lines : Lines
        What is known.
    evidence : Evidence
        The accumulation.

    Returns
    -------
    Lines
        If nothing else is known: with the only call in the program of the function, or of the
        function that its file is named for, such as ``groupBy(…)``.
    """
    graph, place = evidence.graph, evidence.anchor.place
    if lines.added_at or evidence.steps[place].edge_type != "context" or place <= 1:
        return lines
    scope = evidence.steps[place - 1].node
    where = location_of(graph, evidence.steps[place - 2].node)
    if where is None or package_of(where).kind != "npm":
        return lines
    stem = PurePosixPath(where.rsplit(":", 2)[0]).stem
    for name in dict.fromkeys((function_of_scope(graph, scope), stem)):
        if not is_identifier(name):
            continue
        found = only_own_call(graph, re.compile(rf"(?<![\w$.])(?P<call>{re.escape(name)})\s*\("))
        if found is not None:
            return with_addition(lines, graph, found)
    return lines


def with_constructor(lines: Lines, subject: Evidence) -> Lines:
    """Add the line that creates the objects, where nothing tells which line adds them.

    Parameters
    ----------
    lines : Lines
        What is known.
    subject : Evidence
        The objects that the suspect is about.

    Returns
    -------
    Lines
        With the only ``new`` of their class in the program, if the program defines the class.
    """
    graph = subject.graph
    name = graph.class_name(subject.named_example)
    location = location_of(graph, subject.named_example)
    is_own = location is not None and package_of(location).kind == "own"
    if lines.added_at or not is_own or not is_identifier(name):
        return lines
    pattern = re.compile(rf"\bnew\s+(?P<call>{re.escape(name)})\s*\(")
    found = calls_in_scripts(graph, pattern)
    if len(found) != 1:
        return lines
    return with_addition(lines, graph, replace(found[0], call=f"new {subject.class_name}"))


def _function_at(graph: HeapGraph, location: str) -> str | None:
    """Name the function around a place as the source map has it; None where there is none."""
    name, line, column = location.rsplit(":", 2)
    written = program_sources(graph).originals.file(name) if is_available() else None
    node = None if written is None else written.node_at(int(line), int(column))
    return None if node is None else named_function_around(node)


def _lines(
    sources: ProgramSources, program: Program, answer: Answer, *, is_original: bool
) -> Lines:
    is_whole = sources.has_all_originals if is_original else sources.is_whole
    return Lines(
        _places(sources, answer.adds),
        _places(sources, answer.removes),
        len(program.texts),
        answer.is_complete and not answer.removes and is_whole,
    )


def _places(sources: ProgramSources, found: Iterable[Operation]) -> tuple[Place, ...]:
    """Write places; each line only once."""
    places: dict[str, Place] = {}
    for one in found:
        place = _place(sources, one)
        places.setdefault(place.location.rpartition(":")[0], place)
        if len(places) == MOST_PLACES:
            break
    return tuple(places.values())


def _place(sources: ProgramSources, found: Operation) -> Place:
    """Describe an operation as it was written, where the source map of its script tells that."""
    line, column = found.file.place_of(found.mark)
    position = sources.written(found.file.name, line, column)
    file, node = found.file, found.node
    if position.file != file.name:
        written = sources.originals.file(position.file)
        inner = None if written is None else written.node_at(position.line, position.column)
        if written is not None and inner is not None:
            file, node, line = written, _whole(inner, found.node.type), position.line
    return Place(
        str(position),
        named_function_around(node),
        _shown_call(node),
        _cut(file.line_text(line), _LONGEST_SNIPPET),
    )


def _whole(node: Node, kind: str) -> Node:
    """Return the call or assignment that a node is in, such as the one that was found."""
    above: Node | None = node
    while above is not None and above.type not in _STATEMENTS:
        if above.type == kind:
            return above
        above = above.parent
    return node


def _shown_call(node: Node) -> str:
    """Write a call without its arguments, an assignment without its value."""
    called = node.child_by_field_name("function")
    if called is not None:
        return f"{_cut(_one_line(text_of(called)), _LONGEST_CALL)}(…)"
    constructor = node.child_by_field_name("constructor")
    if constructor is not None:
        return f"new {_cut(_one_line(text_of(constructor)), _LONGEST_CALL)}(…)"
    left = node.child_by_field_name("left")
    if left is not None:
        operator = node.child_by_field_name("operator")
        sign = text_of(operator) if operator is not None else "="
        return f"{_cut(_one_line(text_of(left)), _LONGEST_CALL)} {sign} …"
    return _cut(_one_line(text_of(node)), _LONGEST_CALL)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\s*\n\s*\.", ".", text)).strip()


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


__all__ = [
    "MOST_PLACES",
    "NO_LINES",
    "WITHOUT_PARSER",
    "Lines",
    "Place",
    "lines_of",
    "with_addition",
    "with_call_of_library",
    "with_constructor",
    "with_library_function",
    "with_mount",
]
