"""The functions of a heap profile: their names and places, as they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar, overload

import numpy as np

from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.packages import OWN, Package, package_of
from heapnb.analysis.source_code.parse import is_available, parse, text_of
from heapnb.analysis.source_code.scopes import function_around, function_name
from heapnb.graph.source_files import SourceFiles

ANONYMOUS: Final = "(anonymous)"
ENGINE: Final = Package("(engine)", None, "runtime")
"""The owner of what has no script, such as the API of V8 and functions of native code."""

_NATIVE_SCRIPT: Final = 0

T = TypeVar("T")


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


NAME, FILE, SCRIPT, LINE, COLUMN = range(5)
"""Columns of `Functions.rows`."""


@dataclass(frozen=True, eq=False)
class Functions(Sequence[Function]):
    """The functions of a profile, all different: columns, of which `Function` is made when asked.

    Parameters
    ----------
    texts : sequence of str
        Names and files; the first is empty.
    rows : int64[n, 5]
        Of each function its name and its file, as numbers of ``texts``, the engine's number of its
        script, its line and its column, from 0; -1 for what is unknown.
    """

    texts: Sequence[str]
    rows: IntArray

    @classmethod
    def of(cls, functions: Sequence[Function]) -> Functions:
        """Make columns of functions that are all different."""
        numbers = {"": 0}
        rows = [
            (
                numbers.setdefault(one.name, len(numbers)),
                numbers.setdefault(one.file, len(numbers)),
                one.script_id,
                -1 if one.line is None else one.line - 1,
                -1 if one.column is None else one.column - 1,
            )
            for one in functions
        ]
        return cls(list(numbers), np.array(rows, np.int64).reshape(len(rows), 5))

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Function: ...

    @overload
    def __getitem__(self, place: slice) -> Functions: ...

    def __getitem__(self, place: int | slice) -> Function | Functions:
        if isinstance(place, slice):
            return Functions(self.texts, self.rows[place])
        name, file, script, line, column = self.rows[place].tolist()
        return Function(
            self.texts[name],
            self.texts[file],
            None if line < 0 else line + 1,
            None if column < 0 else column + 1,
            script,
        )

    def __iter__(self) -> Iterator[Function]:
        return (self[place] for place in range(len(self)))

    def at(self, places: AnyArray) -> Functions:
        """Choose functions, by number; one may occur several times."""
        return Functions(self.texts, self.rows[places])

    @property
    def has_source(self) -> BoolArray:
        """Whether each has a script: ``bool[n]``."""
        has: BoolArray = (self.rows[:, FILE] != 0) | (self.rows[:, SCRIPT] > _NATIVE_SCRIPT)
        return has

    @property
    def labels(self) -> list[str]:
        """What to call each; see `Function.label`."""
        return [self.texts[name] or ANONYMOUS for name in self.rows[:, NAME].tolist()]

    @property
    def files(self) -> list[str | None]:
        """The script of each."""
        return self._by_file(lambda one: one.file or None)

    @property
    def packages(self) -> list[Package]:
        """Whose code each is."""
        return self._by_file(lambda one: one.package)

    @property
    def locations(self) -> list[str | None]:
        """Where each begins; see `Function.location`."""
        places = zip(
            self.files, self.rows[:, LINE].tolist(), self.rows[:, COLUMN].tolist(), strict=True
        )
        return [
            file
            if file is None or line < 0
            else f"{file}:{line + 1}"
            if column < 0
            else f"{file}:{line + 1}:{column + 1}"
            for file, line, column in places
        ]

    def _by_file(self, value: Callable[[Function], T]) -> list[T]:
        """Return what is the same for all functions of a file."""
        group, first = _in_order(self._file_keys)
        values = [value(self[place]) for place in first.tolist()]
        return [values[place] for place in group.tolist()]

    @property
    def _file_keys(self) -> IntArray:
        """A number for each file; without a file, one for the program and one for the engine."""
        is_own = self.rows[:, SCRIPT] > _NATIVE_SCRIPT
        keys: IntArray = np.where(
            self.rows[:, FILE] > 0, self.rows[:, FILE], np.where(is_own, -1, -2)
        )
        return keys

    def groups(self, root: int, *, by_package: bool) -> tuple[IntArray, IntArray]:
        """Group functions by file, or by package.

        Parameters
        ----------
        root : int
            The root of the call stacks, a group of its own: it is above all, and nobody's code.
        by_package : bool
            Whether by the owner of the file.

        Returns
        -------
        group : int64[n]
            The group of each, in the order of their first functions.
        first : int64[n_groups]
            The first function of each group.
        """
        file = self._file_keys
        file[root] = -3
        group, first = _in_order(file)
        if not by_package:
            return group, first
        number: dict[Package | None, int] = {}
        of_file = [
            number.setdefault(None if place == root else self[place].package, len(number))
            for place in first.tolist()
        ]
        return _in_order(np.array(of_file, np.int64)[group])


def _in_order(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Number equal keys, in the order in which they first occur; where each first occurs."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[inverse], first[order]


def as_written(functions: Iterable[Function], sources: SourceFiles) -> list[Function]:
    """Find names and places before bundling, through source maps.

    Parameters
    ----------
    functions : iterable of Function
        As they ran.
    sources : SourceFiles
        Folders with sources and maps.

    Returns
    -------
    list of Function
        What has no source map stays as it is.
    """
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


def numbered(functions: Iterable[Function]) -> tuple[list[int], Functions]:
    """Join equal functions.

    Parameters
    ----------
    functions : iterable of Function
        Any.

    Returns
    -------
    number : list of int
        For each its place among the different ones.
    different : Functions
        These, in the order in which they first occur.
    """
    number: dict[Function, int] = {}
    places = [number.setdefault(one, len(number)) for one in functions]
    return places, Functions.of(list(number))


__all__ = ["ANONYMOUS", "ENGINE", "Function", "Functions", "as_written", "numbered"]
