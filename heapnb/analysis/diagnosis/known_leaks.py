"""The catalogue of known leaks: what is in its files, and how they are read.

``heapnb/known_leaks/*.toml`` lists leaks of npm packages and of runtimes that were reported in
public; a user may add files of their own. docs/known-leaks.md describes the format.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

from semantic_version import NpmSpec

from heapnb import _plugins
from heapnb._plugins import Plugin
from heapnb.analysis.catalogue_fields import (
    checked_address,
    checked_entries,
    checked_id,
    checked_text,
    checked_texts,
    checked_version,
    parsed_version,
)
from heapnb.errors import HeapnbError
from heapnb.graph.source_files import Folders, listed

RUNTIMES: Final = {
    "node": "Node.js",
    "deno": "Deno",
    "bun": "Bun",
    "chromium": "Chromium",
}
"""Values of `ReportedLeak.package` that are runtimes, and what to call them."""

FOLDER: Final = "known_leaks"
"""Where in the package the files are."""

CatalogueFiles: TypeAlias = Folders
"""A file, several files, or None."""

_TABLE: Final = "leak"
_TEXTS: Final = ("id", "package", "affected", "issue", "title", "advice")
_VERSIONS: Final = ("fixed_in", "reproduced_with", "control")
_PATTERNS: Final = ("class", "holder", "kind")
_WORDS: Final = "within"
_ANY: Final = ("*",)


@dataclass(frozen=True)
class ReportedLeak:
    """An entry of the catalogue: a leak that was reported in public.

    Parameters
    ----------
    id : str
        Unique name, in kebab case.
    package : str
        The npm package that leaks, or one of `RUNTIMES`.
    affected : str
        Range of versions in npm's notation, such as ``">=5.0.0 <5.26.0"``.
    issue : str
        Address of the report.
    title : str
        What happens, in Markdown.
    classes, holders, kinds : tuple of str
        Patterns as `fnmatch` reads them: for the class or title of what accumulates, for the
        name, the text or the owner of the anchor, and for the cause.
    advice : str
        What to do, in Markdown.
    fixed_in : str or None
        The first version without the leak.
    within : tuple of str
        Words one of which the retaining path has to contain. Empty where code of the package
        has to be on the path.
    reproduced_with : str or None
        The version with which the program in ``tests/shipped/programs`` leaks.
    control : str or None
        The version with which that program does not leak, if it is not `fixed_in`.
    """

    id: str
    package: str
    affected: str
    issue: str
    title: str
    classes: tuple[str, ...]
    holders: tuple[str, ...]
    kinds: tuple[str, ...]
    advice: str
    fixed_in: str | None = None
    within: tuple[str, ...] = ()
    reproduced_with: str | None = None
    control: str | None = None

    @property
    def is_of_runtime(self) -> bool:
        """Whether a runtime leaks, not a package."""
        return self.package in RUNTIMES

    def affects(self, version: str) -> bool:
        """Tell whether a version has the leak.

        Parameters
        ----------
        version : str
            Such as ``"v18.16.0"``.

        Returns
        -------
        bool
            False for what is not a version.

        Examples
        --------
        >>> leak = ReportedLeak("a", "undici", ">=5 <5.26.0", "", "", (), (), (), "")
        >>> leak.affects("5.25.4"), leak.affects("v5.26.0")
        (True, False)
        """
        parsed = parsed_version(version)
        return parsed is not None and bool(NpmSpec(self.affected).match(parsed))


@dataclass(frozen=True)
class Known:
    """The leak that a suspect is known to be.

    Parameters
    ----------
    package : str
        The npm package that leaks, or one of `RUNTIMES`.
    versions : str
        The affected versions, as a range in npm's notation.
    version : str or None
        The version that the program ran with; None if nothing tells, or several are installed.
    issue : str
        Address of the report.
    fixed_in : str or None
        The first version without the leak.
    advice : str
        What to do, in Markdown.
    title : str
        What happens, in Markdown.
    id : str
        The entry of the catalogue.
    """

    package: str
    versions: str
    version: str | None
    issue: str
    fixed_in: str | None
    advice: str
    title: str
    id: str

    @classmethod
    def of(cls, leak: ReportedLeak, version: str | None) -> Known:
        """Say that a suspect is a leak of the catalogue."""
        return cls(
            leak.package,
            leak.affected,
            None if version is None else version.removeprefix("v"),
            leak.issue,
            leak.fixed_in,
            leak.advice,
            leak.title,
            leak.id,
        )

    @property
    def owner(self) -> str:
        """Name of the package or the runtime, as people write it."""
        return RUNTIMES.get(self.package, self.package)

    @property
    def is_of_runtime(self) -> bool:
        """Whether a runtime leaks, not a package."""
        return self.package in RUNTIMES

    def to_dict(self) -> dict[str, str | None]:
        """Return what ``heapnb diagnose --json`` prints."""
        names = ("package", "versions", "version", "issue", "fixed_in", "advice")
        return {name: getattr(self, name) for name in names}


def read_catalogue(file: str | os.PathLike[str]) -> tuple[ReportedLeak, ...]:
    """Read a file of known leaks.

    Parameters
    ----------
    file : str or PathLike
        TOML; docs/known-leaks.md describes it.

    Returns
    -------
    tuple of ReportedLeak

    Raises
    ------
    HeapnbError
        If the file cannot be read, or an entry is incomplete or contradicts itself.
    """
    path = Path(file)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise HeapnbError(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise HeapnbError(f"{path} is not TOML: {error}.") from error
    except RecursionError:
        raise HeapnbError(f"{path} cannot be read: it is nested too deeply.") from None
    return parsed_catalogue(content, str(path))


def parsed_catalogue(content: Mapping[str, Any], name: str) -> tuple[ReportedLeak, ...]:
    """Check the content of a file of known leaks.

    Parameters
    ----------
    content : dict
        What TOML contains.
    name : str
        Of the file, for errors.

    Returns
    -------
    tuple of ReportedLeak

    Raises
    ------
    HeapnbError
        If an entry is incomplete or contradicts itself.
    """
    entries = checked_entries(content, _TABLE, name, page="docs/known-leaks.md")
    leaks = tuple(_entry(entry, name, place) for place, entry in enumerate(entries, 1))
    _check_ids(leaks, name)
    return leaks


def catalogue(own: CatalogueFiles = None) -> tuple[ReportedLeak, ...]:
    """Return the known leaks: of the user, of plug-ins, and those that heapnb comes with.

    Parameters
    ----------
    own : str, PathLike or sequence of these, optional
        Files of the user.

    Returns
    -------
    tuple of ReportedLeak
        Of several with the same id only the first, in this order.
    """
    paths = listed(own)
    leaks = tuple(leak for path in paths for leak in read_catalogue(path))
    _check_ids(leaks, ", ".join(map(str, paths)))
    plugged = (leak for one in plugged_leaks() for leak in one.value)
    by_id: dict[str, ReportedLeak] = {}
    for leak in (*leaks, *plugged, *shipped_leaks()):
        by_id.setdefault(leak.id, leak)
    return tuple(by_id.values())


def plugged_leaks() -> tuple[_plugins.Plugged[tuple[ReportedLeak, ...]], ...]:
    """Return the known leaks of plug-ins.

    Returns
    -------
    tuple of Plugged
        The leaks of each plug-in. One whose file is wrong is left out with a warning.
    """
    return _plugins.loaded(_plugins.KNOWN_LEAKS, _leaks_of_plugin)


def _leaks_of_plugin(plugin: Plugin, value: Any) -> tuple[ReportedLeak, ...]:
    """Read the file that an entry point refers to: a path, or a file of the package's data."""
    del plugin
    if isinstance(value, str | os.PathLike):
        return read_catalogue(value)
    text = value.read_text(encoding="utf-8")
    return parsed_catalogue(tomllib.loads(text), value.name)


@cache
def shipped_leaks() -> tuple[ReportedLeak, ...]:
    """Return the known leaks that heapnb comes with.

    Returns
    -------
    tuple of ReportedLeak
    """
    folder = files("heapnb") / FOLDER
    paths = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    leaks = tuple(
        leak
        for path in paths
        for leak in parsed_catalogue(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    )
    _check_ids(leaks, FOLDER)
    return leaks


def _check_ids(leaks: Sequence[ReportedLeak], name: str) -> None:
    seen: set[str] = set()
    for leak in leaks:
        if leak.id in seen:
            raise HeapnbError(f"{name}: two leaks have the id `{leak.id}`.")
        seen.add(leak.id)


def _entry(entry: Mapping[str, Any], name: str, place: int) -> ReportedLeak:
    """Check one entry."""
    where = f"{name}: leak {place} (`{entry.get('id', 'without id')}`)"
    known = {*_TEXTS, *_VERSIONS, *_PATTERNS, _WORDS}
    unknown = sorted(entry.keys() - known)
    if unknown:
        raise HeapnbError(f"{where}: the field `{unknown[0]}` is unknown.")
    texts = {field: checked_text(entry, field, where) for field in _TEXTS}
    versions = {field: checked_version(entry, field, where) for field in _VERSIONS}
    patterns = {field: checked_texts(entry, field, where) for field in (*_PATTERNS, _WORDS)}
    for field in ("class", "holder"):
        if not patterns[field]:
            raise HeapnbError(f"{where}: the field `{field}` is missing.")
    checked_id(texts["id"], where)
    checked_address(texts["issue"], "issue", where)
    try:
        NpmSpec(texts["affected"])
    except ValueError as error:
        raise HeapnbError(
            f"{where}: `affected` is not a range of versions ({texts['affected']}).",
            hint='write one as npm does, without blanks behind signs: ">=5.0.0 <5.26.0 || 6.0.0".',
        ) from error
    leak = ReportedLeak(
        **texts,
        classes=patterns["class"],
        holders=patterns["holder"],
        kinds=patterns["kind"] or _ANY,
        fixed_in=versions["fixed_in"],
        within=patterns[_WORDS],
        reproduced_with=versions["reproduced_with"],
        control=versions["control"],
    )
    for field, affected in (("fixed_in", False), ("control", False), ("reproduced_with", True)):
        version = versions[field]
        if version is not None and leak.affects(version) is not affected:
            has = "does not contain" if affected else "contains"
            raise HeapnbError(f"{where}: `affected` {has} the version of `{field}` ({version}).")
    return leak


__all__ = [
    "CatalogueFiles",
    "Known",
    "ReportedLeak",
    "catalogue",
    "plugged_leaks",
    "read_catalogue",
    "shipped_leaks",
]
