"""What to look for in source code: how a program reaches an object, hop by hop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class CodePlace:
    """Where a function or a class begins, from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Variable:
    """A variable of a module or a function.

    Parameters
    ----------
    name : str
        Its name.
    seen_from : CodePlace or None
        A function that can see the variable.
    function : str
        The function that it belongs to; empty for modules, and where that is unknown.
    """

    name: str
    seen_from: CodePlace | None = None
    function: str = ""


@dataclass(frozen=True)
class Local:
    """A local variable of a suspended call, whose name a heap lacks.

    Parameters
    ----------
    class_name : str
        The class of its value.
    function : CodePlace or None
        The function; None for the top level of a module.
    file : str
        The file.
    """

    class_name: str
    function: CodePlace | None
    file: str


@dataclass(frozen=True)
class Property:
    """A property or private field of the object before.

    Parameters
    ----------
    name : str
        Its name; ``#name`` for private ones.
    owner : CodePlace or None
        Where the class of that object is defined.
    owner_class : str
        The class.
    weak_map : str
        The variable with the WeakMap that a compiler has put a private field into.
    is_anywhere : bool
        Whether a property of that name counts on every object: where only a library's own
        objects lead there, as to the state of a store.
    """

    name: str
    owner: CodePlace | None = None
    owner_class: str = ""
    weak_map: str = ""
    is_anywhere: bool = False


@dataclass(frozen=True)
class Global:
    """A property of the global object."""

    name: str


@dataclass(frozen=True)
class Exports:
    """The exports of a module."""

    file: str


@dataclass(frozen=True)
class Element:
    """A value in the collection before: of a Map, an array, a dictionary."""

    key: str = ""


Hop: TypeAlias = Variable | Local | Property | Global | Exports | Element


@dataclass(frozen=True)
class Target:
    """An object that accumulates others, and what is known of these.

    Parameters
    ----------
    hops : tuple of Hop
        The way to it, from a variable, a class or the global object on.
    classes : tuple of str
        The class of the object that each hop leads to.
    member_class : str
        The class of what accumulates.
    functions : tuple of CodePlace
        Functions of the program that come with each member: listeners, callbacks.
    packages : tuple of str
        Packages whose code comes with each member.
    suspended : tuple of CodePlace
        Functions of the program whose suspended calls accumulate.
    through : frozenset of str
        Names of properties between what holds the members and these.
    is_partial : bool
        Whether what holds the members is inside of the object that the last hop leads to.
    """

    hops: tuple[Hop, ...]
    classes: tuple[str, ...]
    member_class: str = ""
    functions: tuple[CodePlace, ...] = ()
    packages: tuple[str, ...] = ()
    suspended: tuple[CodePlace, ...] = ()
    through: frozenset[str] = frozenset()
    is_partial: bool = False


__all__ = [
    "CodePlace",
    "Element",
    "Exports",
    "Global",
    "Hop",
    "Local",
    "Property",
    "Target",
    "Variable",
]
