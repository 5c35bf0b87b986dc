"""The program's sources on this machine: files below given folders, and what source maps say.

A snapshot names scripts as they were called where the program ran. Only files below the folders
that the user gives are ever read, whatever a snapshot says.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urljoin, urlsplit

from heapnb.errors import HeapnbError, MissingExtraError

_LARGEST_FILE: Final = 64 << 20
_REMEMBERED: Final = 256
_MAP_COMMENT: Final = re.compile(r"//[#@]\s*sourceMappingURL=(\S+)\s*\Z")
_COMMENT_TAIL: Final = 1 << 10
_INLINE: Final = re.compile(r"data:application/json[^,]*?(?P<encoded>;base64)?,(?P<content>.*)\Z")
_BUNDLER: Final = re.compile(r"(?:webpack(?:-internal)?|turbopack|rollup|vite|ng)://[^/]*/")
_PACKAGES: Final = "node_modules"
_WINDOWS_DRIVE: Final = re.compile(r"/?[A-Za-z]:[\\/]")


Folders: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None
"""A folder, several, or none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source.

    Parameters
    ----------
    file : str
        Path or URL.
    line, column : int
        From 1; columns in UTF-16 code units, as everywhere in JavaScript.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SourceFiles:
    """Where to look for sources and source maps.

    Parameters
    ----------
    roots : sequence of str or PathLike
        Folders with the program's files, laid out as where it ran.
    maps : sequence of str or PathLike
        Folders with source maps (``.map``); maps beside or within files of `roots` are found
        without.

    Raises
    ------
    HeapnbError
        If one of them is not a folder.

    Examples
    --------
    >>> sources = SourceFiles(roots=["."])
    >>> sources.text("/nowhere/here.js") is None
    True
    """

    def __init__(
        self,
        roots: Sequence[str | os.PathLike[str]] = (),
        maps: Sequence[str | os.PathLike[str]] = (),
    ) -> None:
        self._roots = tuple(Path(folder) for folder in roots)
        self._maps = tuple(Path(folder) for folder in maps)
        for folder in (*self._roots, *self._maps):
            if not folder.is_dir():
                raise HeapnbError(
                    f"{folder} is not a folder.", hint="name one that holds the sources."
                )
        self._text_of = lru_cache(maxsize=_REMEMBERED)(self._read_text)
        self._map_of = lru_cache(maxsize=_REMEMBERED)(self._find_map)

    def __repr__(self) -> str:
        return f"SourceFiles({list(map(str, self._roots))}, {list(map(str, self._maps))})"

    def original(self, script: str, line: int, column: int) -> Place | None:
        """Look a place up in the source map of its script.

        Parameters
        ----------
        script : str
            A script's name, as the snapshot has it.
        line, column : int
            From 1.

        Returns
        -------
        Place or None
            Where it was written; None if there is no map, or the map does not tell.

        Raises
        ------
        MissingExtraError
            If there is a source map and the extra ``sourcemaps`` is not installed.
        """
        found = self._map_of(script)
        if found is None:
            return None
        token = found.lookup(line - 1, column - 1)
        if token is None or token.src is None or token.dst_line != line - 1:
            return None
        return Place(_original_file(script, token.src), token.src_line + 1, token.src_col + 1)

    def text(self, file: str) -> str | None:
        """Read a source.

        Parameters
        ----------
        file : str
            A script's name, or the file of an original `Place`.

        Returns
        -------
        str or None
            None if there is no such file below the roots.
        """
        return self._text_of(file)

    def _read_text(self, file: str) -> str | None:
        path = next(_files_below(self._roots, file), None)
        return None if path is None else _read(path)

    def embedded_text(self, script: str, place: Place) -> str | None:
        """Read the source of a place out of the source map that led there.

        Parameters
        ----------
        script : str
            Whose map.
        place : Place
            What `original` answered.

        Returns
        -------
        str or None
            None if the map does not embed its sources.
        """
        found = self._map_of(script)
        if found is None:
            return None
        for number, name in found.iter_sources():
            if name is not None and _original_file(script, name) == place.file:
                return found.get_source_contents(number)  # type: ignore[no-any-return]
        return None

    def package_version(self, name: str) -> str | None:
        """Read the version of an npm package that the program has installed.

        Parameters
        ----------
        name : str
            The package, such as ``"lru-cache"`` or ``"@scope/name"``.

        Returns
        -------
        str or None
        """
        path = next(_files_below(self._roots, f"{_PACKAGES}/{name}/package.json"), None)
        try:
            version = json.loads(_read(path) or "")["version"] if path is not None else None
        except (ValueError, KeyError, TypeError):
            return None
        return version if isinstance(version, str) else None

    def _find_map(self, script: str) -> Any:
        """Find and parse the source map of a script: within it, named by it, or called like it."""
        for content in self._map_contents(script):
            parsed = _parse_map(content)
            if parsed is not None:
                return parsed
        return None

    def _map_contents(self, script: str) -> Iterator[bytes]:
        text = self.text(script)
        comment = _MAP_COMMENT.search(text[-_COMMENT_TAIL:]) if text is not None else None
        if text is not None and comment is None and "sourceMappingURL=data:" in text:
            comment = _MAP_COMMENT.search(text)
        named = comment[1] if comment is not None else None
        if named is not None and (inline := _INLINE.match(named)) is not None:
            yield from _inline_content(inline)
        folders = (*self._maps, *self._roots)
        candidates = [f"{_path_of(script)}.map"]
        if named is not None and not named.startswith("data:"):
            candidates.insert(0, urljoin(_path_of(script), named))
        for candidate in candidates:
            for path in _files_below(folders, candidate):
                content = _read(path)
                if content is not None:
                    yield content.encode(errors="surrogatepass")


def find_sources(root: Folders, maps: Folders) -> SourceFiles | None:
    """Make `SourceFiles` of what a user gave, if anything.

    Parameters
    ----------
    root, maps : str, PathLike, sequence of these, or None
        Folders.

    Returns
    -------
    SourceFiles or None
    """
    if root is None and maps is None:
        return None
    return SourceFiles(listed(root), listed(maps))


def listed(folders: Folders) -> Sequence[str | os.PathLike[str]]:
    """Return the folders that a user gave, be it none, one or several."""
    if folders is None:
        return ()
    return (folders,) if isinstance(folders, str | os.PathLike) else folders


def _path_of(script: str) -> str:
    """Return the path in a script's name: of a path, ``file:`` and other URLs."""
    script = _BUNDLER.sub("", script)
    if _WINDOWS_DRIVE.match(script):
        return script.replace("\\", "/")
    if "://" in script:
        return unquote(urlsplit(script).path)
    return script.partition("?")[0].replace("\\", "/")


def _files_below(folders: Sequence[Path], name: str) -> Iterator[Path]:
    """Find files by the longest end of a path that exists below a folder.

    A package's file is never taken for one of the program that has the same name.
    """
    parts = [part for part in PurePosixPath(_path_of(name)).parts if part not in {"/", ".", ".."}]
    last = parts.index(_PACKAGES) if _PACKAGES in parts else len(parts) - 1
    for start in range(last + 1):
        for folder in folders:
            path = folder.joinpath(*parts[start:])
            try:
                # Links may lead elsewhere; what is there is not the user's to give away.
                if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                    yield path
            except (OSError, ValueError):
                continue


def _read(path: Path) -> str | None:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return None


def _inline_content(inline: re.Match[str]) -> Iterator[bytes]:
    try:
        if inline["encoded"]:
            yield base64.b64decode(inline["content"])
        else:
            yield unquote(inline["content"]).encode()
    except (binascii.Error, ValueError):
        return


def _parse_map(content: bytes) -> Any:
    try:
        from symbolic.exceptions import SymbolicError
        from symbolic.sourcemap import SourceMapView
    except ImportError:
        raise MissingExtraError("Reading source maps", "sourcemaps") from None
    try:
        return SourceMapView.from_json_bytes(content)
    except SymbolicError:
        return None


def _original_file(script: str, source: str) -> str:
    """Name a source of a map: relative to the script, or without the bundler's prefix."""
    if _BUNDLER.match(source):
        return _without_dots(_BUNDLER.sub("", source))
    if "://" in source or source.startswith("/") or _WINDOWS_DRIVE.match(source):
        return source
    return urljoin(script, source) if "/" in script else _without_dots(source)


def _without_dots(path: str) -> str:
    return "/".join(part for part in path.split("/") if part not in {"", ".", ".."})
