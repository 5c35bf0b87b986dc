"""The catalogue of known shapes: what objects of well-known libraries look like.

``heapnb/known_shapes/*.toml`` lists classes of npm packages by the names of their properties or
methods, which minifiers leave as they are. docs/known-shapes.md describes the format.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from heapnb.analysis.catalogue_fields import (
    checked_address,
    checked_entries,
    checked_id,
    checked_text,
    checked_texts,
    checked_version,
)
from heapnb.errors import HeapnbError

FOLDER: Final = "known_shapes"
"""Where in the package the files are."""

FEWEST_NAMES: Final = 3
"""Fewer names would say little about an object."""

_TABLE: Final = "shape"
_TEXTS: Final = ("id", "package", "class", "role", "source")
_ADVICE: Final = ("release", "holding")
_NAMES: Final = ("properties", "methods")
_CALLS: Final = "adds"
_VERSION: Final = "checked_with"


@dataclass(frozen=True)
class KnownShape:
    """An entry of the catalogue: a class of a library, and what its objects look like.

    Parameters
    ----------
    id : str
        Unique name, in kebab case.
    package : str
        The npm package that defines the class.
    class_name : str
        What the library calls the class.
    role : str
        What the object is, in a word or a few: ``"chart"``, ``"store"``.
    source : str
        Address of the code that defines the class.
    checked_with : str
        The version whose objects have this shape in the tests.
    properties : tuple of str
        Names that each object has as its own properties.
    methods : tuple of str
        Names that its prototype has. One of both is empty.
    release : str
        How to release such an object, in Markdown; empty if that is not known.
    holding : str
        How to release what such an object holds; empty if that is not known.
    adds : tuple of str
        Methods by which a program hands such an object to the library; empty if unknown.
    """

    id: str
    package: str
    class_name: str
    role: str
    source: str
    checked_with: str
    properties: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    release: str = ""
    holding: str = ""
    adds: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which objects are recognised."""
        return self.properties or self.methods

    def to_dict(self) -> dict[str, str]:
        """Return what ``heapnb diagnose --json`` prints.

        Returns
        -------
        dict
            ``package``, ``class_name`` as the library has it, and ``role``.
        """
        return {name: getattr(self, name) for name in ("package", "class_name", "role")}


def parsed_shapes(content: Mapping[str, Any], name: str) -> tuple[KnownShape, ...]:
    """Check the content of a file of known shapes.

    Parameters
    ----------
    content : dict
        What TOML contains.
    name : str
        Of the file, for errors.

    Returns
    -------
    tuple of KnownShape

    Raises
    ------
    HeapnbError
        If an entry is incomplete.
    """
    entries = checked_entries(content, _TABLE, name, page="docs/known-shapes.md")
    return tuple(_entry(entry, name, place) for place, entry in enumerate(entries, 1))


@cache
def known_shapes() -> tuple[KnownShape, ...]:
    """Return the known shapes, those with most names first.

    Returns
    -------
    tuple of KnownShape
        An object that has the names of two of them is taken for the first.

    Raises
    ------
    HeapnbError
        If two entries have the same id or the same names.
    """
    folder = files("heapnb") / FOLDER
    paths = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    shapes = [
        shape
        for path in paths
        for shape in parsed_shapes(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    ]
    for what in (lambda one: one.id, lambda one: frozenset(one.names)):
        seen = [what(one) for one in shapes]
        twice = next((one for one in shapes if seen.count(what(one)) > 1), None)
        if twice is not None:
            raise HeapnbError(f"{FOLDER}: two shapes are as `{twice.id}`.")
    return tuple(sorted(shapes, key=lambda one: (-len(one.names), one.id)))


def _entry(entry: Mapping[str, Any], name: str, place: int) -> KnownShape:
    """Check one entry."""
    where = f"{name}: shape {place} (`{entry.get('id', 'without id')}`)"
    unknown = sorted(entry.keys() - {*_TEXTS, *_ADVICE, *_NAMES, _CALLS, _VERSION})
    if unknown:
        raise HeapnbError(f"{where}: the field `{unknown[0]}` is unknown.")
    texts = {field: checked_text(entry, field, where) for field in _TEXTS}
    advice = {field: checked_text(entry, field, where) for field in _ADVICE if field in entry}
    names = {field: checked_texts(entry, field, where) for field in _NAMES}
    version = checked_version(entry, _VERSION, where)
    if version is None:
        raise HeapnbError(f"{where}: the field `{_VERSION}` is missing.")
    checked_id(texts["id"], where)
    checked_address(texts["source"], "source", where)
    if bool(names["properties"]) == bool(names["methods"]):
        raise HeapnbError(f"{where}: it must have either `properties` or `methods`.")
    shape = KnownShape(
        texts["id"],
        texts["package"],
        texts["class"],
        texts["role"],
        texts["source"],
        version,
        names["properties"],
        names["methods"],
        advice.get("release", ""),
        advice.get("holding", ""),
        checked_texts(entry, _CALLS, where),
    )
    if len(set(shape.names)) < FEWEST_NAMES or len(set(shape.names)) < len(shape.names):
        raise HeapnbError(f"{where}: it must have at least {FEWEST_NAMES} different names.")
    return shape


__all__ = ["KnownShape", "known_shapes", "parsed_shapes"]
