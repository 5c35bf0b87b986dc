"""The text of a function, from the snapshot or from the program's files."""

from __future__ import annotations

import itertools
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from heapnb import vocab
from heapnb.graph.classes import distinct_rows
from heapnb.graph.edges import child
from heapnb.graph.locations import (
    location_of,
    script_name,
    script_nodes,
    site_place,
)
from heapnb.graph.source_files import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from heapnb.graph import HeapGraph

Origin: TypeAlias = Literal["snapshot", "file", "source map"]

MOST_LINES: Final = 60
"""Lines of one function that are shown."""

_LONGEST_LINE: Final = 400
_CUT_BY_V8: Final = 1024
_MOST_SEARCHED: Final = 1 << 18
_MOST_SEARCHED_LINES: Final = 3000
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"


@dataclass(frozen=True)
class SourceText:
    """Lines of a program.

    Parameters
    ----------
    text : str
        The lines, without the indentation that they share.
    file : str
        Where they are from.
    first_line : int
        Number of the first, from 1.
    place : Place
        What was asked for: where the function or class begins.
    origin : {"snapshot", "file", "source map"}
        Who had the text.
    is_cut : bool
        Whether the function goes on after the last line.
    """

    text: str
    file: str
    first_line: int
    place: Place
    origin: Origin
    is_cut: bool

    @property
    def location(self) -> str:
        """The place as ``file.js:12:5``."""
        return str(self.place)


def source_text(graph: HeapGraph, node: int) -> SourceText | None:
    r"""Find the text of a closure, or of the class of an object.

    Parameters
    ----------
    graph : HeapGraph
        The heap; heapnb searches its `source_files`, if it has any.
    node : int
        Ordinal.

    Returns
    -------
    SourceText or None
        None if the snapshot does not tell the place, or nobody has the text. V8 writes the first
        1,024 characters of a script into a snapshot; what lies behind is in the program's files
        only.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>f f/shared>info info/script>script script/source>text"
    ... )
    >>> _ = builder.node("f", type="closure", location=(7, 0, 10))
    >>> _ = builder.node("script", type="code", name="/srv/app.js")
    >>> _ = builder.node("text", type="string", name="function f() {\n  return 1;\n}\nf();")
    >>> print(source_text(builder.graph(), builder.ordinal("f")).text)
    function f() {
      return 1;
    }
    """
    row = int(graph.location_of[node])
    locations = graph.raw.locations
    if row == vocab.NO_INDEX or locations is None:
        return None
    script_id = int(locations.script_id[row])
    line, column = int(locations.line[row]), int(locations.column[row])
    written = site_place(graph, script_id, line, column)
    for text, place, origin in _candidates(
        graph, script_id, Place("", line + 1, column + 1), written
    ):
        found = excerpt(text, place, origin)
        if found is not None:
            return found
    return None


def function_text(graph: HeapGraph, node: int) -> str | None:
    r"""Find the whole text of a function as it runs, for a search in it.

    Parameters
    ----------
    graph : HeapGraph
        The heap; heapnb searches its `source_files`, if it has any.
    node : int
        Ordinal of a closure.

    Returns
    -------
    str or None
        From where the function begins to the end of the line where it ends, so that it may contain
        more than the function, but never less. None if nobody has all of it: V8 writes the first
        1,024 characters of a script into a snapshot.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>f f/shared>info info/script>script script/source>text"
    ... )
    >>> _ = builder.node("f", type="closure", location=(7, 0, 10))
    >>> _ = builder.node("script", type="code", name="/srv/app.js")
    >>> _ = builder.node("text", type="string", name="function f() {\n  return 1;\n}\nf();")
    >>> function_text(builder.graph(), builder.ordinal("f"))
    '() {\n  return 1;\n}'
    """
    row = int(graph.location_of[node])
    locations = graph.raw.locations
    if row == vocab.NO_INDEX or locations is None:
        return None
    script = script_nodes(graph).get(int(locations.script_id[row]))
    name = None if script is None else script_name(graph, script)
    if script is None or name is None:
        return None
    place = Place(name, int(locations.line[row]) + 1, int(locations.column[row]) + 1)
    text = None if graph.source_files is None else graph.source_files.text(name)
    if text is None:
        source = child(graph, script, "source")
        text = "" if source is None else graph.display_name(source)
        if len(text) >= _CUT_BY_V8 and not _has_end(graph, text):
            return None
    return _from_place(text, place)


def _has_end(graph: HeapGraph, text: str) -> bool:
    """Tell whether this V8 writes longer texts than it did before, so that this one is whole."""
    # A cut text has 1,024 characters, or a few more where it cuts a pair of surrogates.
    return graph.raw.scopes is not None and len(text) > _CUT_BY_V8 + 2


def _from_place(text: str, place: Place) -> str | None:
    """Return a function's text, to the end of its last line; None if the file is another one."""
    lines = text.splitlines()
    if place.line > len(lines) or place.column > _utf16_length(lines[place.line - 1]) + 1:
        return None
    first = _from_utf16(lines[place.line - 1], place.column - 1)
    some = lines[place.line : place.line + _MOST_SEARCHED_LINES]
    if len(first) + sum(map(len, some)) > _MOST_SEARCHED:
        return None
    last = _last_line([first, *some], Place(place.file, 1, 1))
    if last is None and len(some) < len(lines) - place.line:
        return None
    return "\n".join([first, *some][: None if last is None else last + 1])


def source_at(graph: HeapGraph, location: str, nodes: Iterable[int] = ()) -> SourceText | None:
    """Find the text of what begins at a place.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    location : str
        As `heapnb.graph.locations.location_of` writes it.
    nodes : iterable of int, optional
        Ordinals that may be of that place; looked at before all others.

    Returns
    -------
    SourceText or None
        None if no node has that location, or nobody has the text.
    """
    for node in itertools.chain(nodes, _defined_nodes(graph)):
        if location_of(graph, node) == location:
            return source_text(graph, node)
    return None


def _defined_nodes(graph: HeapGraph) -> Iterator[int]:
    """Give one node of each definition site."""
    locations = graph.raw.locations
    if locations is None:
        return
    first, _ = distinct_rows(locations.script_id, locations.line, locations.column)
    yield from locations.node[first].tolist()


def _candidates(
    graph: HeapGraph, script_id: int, as_run: Place, written: Place
) -> Iterator[tuple[str, Place, Origin]]:
    """Give the texts that may hold a place, the best first."""
    script = script_nodes(graph).get(script_id)
    name = None if script is None else script_name(graph, script)
    as_run = Place(name or written.file, as_run.line, as_run.column)
    files = graph.source_files
    if files is not None and name is not None:
        text = files.text(written.file)
        if text is not None:
            yield text, written, "file"
        if written != as_run and (text := files.embedded_text(name, written)) is not None:
            yield text, written, "source map"
    if script is not None:
        source = child(graph, script, "source")
        text = "" if source is None else graph.display_name(source)
        yield text, as_run, "snapshot"


def excerpt(text: str, place: Place, origin: Origin) -> SourceText | None:
    """Cut a function or a statement out of a text: whole lines, from that where it begins.

    Parameters
    ----------
    text : str
        The whole file.
    place : Place
        Where it begins.
    origin : {"snapshot", "file", "source map"}
        Who had the text.

    Returns
    -------
    SourceText or None
        None if the text has no such place.
    """
    lines = text.splitlines()
    if place.line > len(lines) or place.column > _utf16_length(lines[place.line - 1]) + 1:
        # Of another version, or cut by V8.
        return None
    start = place.line - 1
    end = _last_line(lines, place)
    is_cut = end is None
    last = len(lines) - 1 if end is None else end
    if last - start >= MOST_LINES:
        last, is_cut = start + MOST_LINES - 1, True
    chosen = lines[start : last + 1]
    if any(len(line) > _LONGEST_LINE for line in chosen):
        chosen, is_cut = [_around(chosen[0], place.column)], True
    shown = textwrap.dedent("\n".join(line.expandtabs(4) for line in chosen))
    return SourceText(shown, place.file, place.line, place, origin, is_cut)


def _last_line(lines: list[str], place: Place) -> int | None:
    """Find the line where what begins at a place ends, by its brackets; None if it is cut off."""
    from pygments.lexers.javascript import TypeScriptLexer
    from pygments.token import Operator, Punctuation, String

    rest = "\n".join([_from_utf16(lines[place.line - 1], place.column - 1), *lines[place.line :]])
    depth = 0
    outside: list[int] = []
    has_body = False
    line = place.line - 1
    for kind, value in TypeScriptLexer(stripnl=False, ensurenl=False).get_tokens(rest):
        if kind in String.Interpol:
            # The lexer takes the first brace for the end of `${…}`, whatever was opened within.
            if value == "}":
                depth = outside.pop() if outside else depth
            else:
                outside.append(depth)
        elif kind in Punctuation or kind in Operator:
            for character in value:
                if character in _OPENING:
                    has_body = has_body or (depth == 0 and character == "{")
                    depth += 1
                elif character in _CLOSING:
                    depth -= 1
                    if depth < 0 or (depth == 0 and has_body and character == "}"):
                        return line
                elif character == ";" and depth == 0:
                    return line
        line += value.count("\n")
    return None


def _around(line: str, column: int) -> str:
    """Show a part of a line that is too long to be shown, as those of bundles are."""
    before = max(0, column - _LONGEST_LINE // 4)
    return line[before : before + _LONGEST_LINE]


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _from_utf16(text: str, start: int) -> str:
    """Return a text from a UTF-16 code unit on."""
    encoded = text.encode("utf-16-le", errors="surrogatepass")
    return encoded[2 * start :].decode("utf-16-le", errors="replace")
