"""The functions of a heap profile: their names and places, as they were written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from heapnb.analysis.packages import OWN, Package, package_of
from heapnb.analysis.source_code.parse import is_available, parse, text_of
from heapnb.analysis.source_code.scopes import function_around, function_name
from heapnb.graph.source_files import SourceFiles

ANONYMOUS: Final = "(anonymous)"
ENGINE: Final = Package("(engine)", None, "runtime")
"""The owner of what has no script, such as the API of V8 and functions of native code."""

_NATIVE_SCRIPT: Final = 0


@dataclass(frozen=True)
class Function:
    """A function of the program, of a package, of the runtime or of the engine.

    Parameters
    ----------
    name : str
        As the profile has it, or before bundling where a source map says it; empty for one
        without a name. The engine's own are in parentheses, such as ``(V8 API)``.
    file : str
        Path or URL of its script; empty if there is none.
    line, column : int or None
        Where it begins, from 1.
    script_id : int
        The engine's number of the script; 0 for native code, -1 if unknown.
    """

    name: str
    file: str
    line: int | None
    column: int | None
    script_id: int = -1

    @property
    def label(self) -> str:
        """What to call it."""
        return self.name or ANONYMOUS

    @property
    def location(self) -> str | None:
        """``file.js:12:5``; None for the engine's own, and for code without a file."""
        if not self.file:
            return None
        if self.line is None:
            return self.file
        return f"{self.file}:{self.line}" + ("" if self.column is None else f":{self.column}")

    @property
    def package(self) -> Package:
        """Whose code it is."""
        if self.file:
            return package_of(self.file)
        # Code that was compiled from a string has a script, but no file.
        return OWN if self.script_id > _NATIVE_SCRIPT else ENGINE


def as_written(functions: Sequence[Function], sources: SourceFiles | None) -> list[Function]:
    """Find names and places before bundling, through source maps.

    Parameters
    ----------
    functions : sequence of Function
        As they ran.
    sources : SourceFiles or None
        Folders with sources and maps.

    Returns
    -------
    list of Function
        What has no source map stays as it is.
    """
    if sources is None:
        return list(functions)
    return [_original(one, sources) for one in functions]


def _original(function: Function, sources: SourceFiles) -> Function:
    if not function.file or function.line is None or function.column is None:
        return function
    place = sources.original(function.file, function.line, function.column)
    if place is None:
        return function
    name = function.name
    if name and is_available():
        text = sources.text(place.file)
        text = sources.embedded_text(function.file, place) if text is None else text
        name = _name_at(place.file, text or "", place.line, place.column) or name
    return replace(function, name=name, file=place.file, line=place.line, column=place.column)


def _name_at(file: str, text: str, line: int, column: int) -> str | None:
    """Return the name of the function that begins at a place."""
    parsed = parse(file, text) if text else None
    node = None if parsed is None else parsed.node_at(line, column)
    around = None if node is None else function_around(node)
    name = function_name(around)
    if name == "constructor" and around is not None and around.parent is not None:
        # The engine names the calls of a constructor by its class.
        owner = around.parent.parent
        named = None if owner is None else owner.child_by_field_name("name")
        return None if named is None else text_of(named)
    return name


def numbered(
    functions: Sequence[Function], key: Callable[[Function], object]
) -> tuple[list[int], list[Function]]:
    """Group functions.

    Parameters
    ----------
    functions : sequence of Function
        Any.
    key : callable
        Functions with the same key are one group.

    Returns
    -------
    group : list of int
        The group of each function.
    first : list of Function
        The first function of each group.
    """
    number: dict[object, int] = {}
    first: list[Function] = []
    group = []
    for one in functions:
        place = number.setdefault(key(one), len(first))
        if place == len(first):
            first.append(one)
        group.append(place)
    return group, first


__all__ = ["ANONYMOUS", "ENGINE", "Function", "as_written", "numbered"]
