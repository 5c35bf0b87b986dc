"""The program's sources on this machine: files below given folders, and source maps.

A snapshot names scripts by their paths on the machine of the program. Only files below the user's
folders are ever read, whatever paths a snapshot contains.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urljoin, urlsplit

import orjson

from heapnb.errors import HeapnbError, MissingExtraError
from heapnb.graph.lock_files import LOCK_FILES

_LARGEST_FILE: Final = 64 << 20
_REMEMBERED: Final = 256
_MAP_COMMENT: Final = re.compile(r"//[#@]\s*sourceMappingURL=(\S+)\s*\Z")
_COMMENT_TAIL: Final = 1 << 10
_INLINE: Final = re.compile(r"data:application/json[^,]*?(?P<encoded>;base64)?,(?P<content>.*)\Z")
_BUNDLER: Final = re.compile(r"(?:webpack(?:-internal)?|turbopack|rollup|vite|ng)://[^/]*/")
MOST_PARTS: Final = 100
"""Most parts at the end of a path that may lead to a file below a folder."""

_PACKAGES: Final = "node_modules"
_NAME: Final = re.compile(r"#?[A-Za-z_$][\w$]*")
_WINDOWS_DRIVE: Final = re.compile(r"/?[A-Za-z]:[\\/]")


Folders: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None
"""A folder, several folders, or None."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a source file.

    Parameters
    ----------
    file : str
        Path or URL.
    line, column : int
        From 1; columns in UTF-16 code units, like in JavaScript.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SourceFiles:
    """Folders that are searched for sources and source maps.

    Parameters
    ----------
    roots : sequence of str or PathLike
        Folders with the program's files, with the same layout as on its machine.
    maps : sequence of str or PathLike
        Folders with source maps (``.map``). Not needed for maps beside or inside files of `roots`.

    Raises
    ------
    HeapnbError
        If one of the paths is not a folder.

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
        """Return the original of a position, from the source map of its script.

        Parameters
        ----------
        script : str
            Name of the script in the snapshot.
        line, column : int
            From 1.

        Returns
        -------
        Place or None
            The original position; None without a map, or if the map lacks the position.

        Raises
        ------
        MissingExtraError
            If the script has a source map and the extra ``sourcemaps`` is not installed.
        """
        found = self._map_of(script)
        if found is None:
            return None
        token = found.lookup(line - 1, column - 1)
        if token is None or token.src is None or token.dst_line != line - 1:
            return None
        return Place(_original_file(script, token.src), token.src_line + 1, token.src_col + 1)

    def text(self, file: str) -> str | None:
        """Return the text of a script or of the file of a `Place`, None if it is not found."""
        return self._text_of(file)

    def _read_text(self, file: str) -> str | None:
        path = next(_files_below(self._roots, file), None)
        return None if path is None else _read(path)

    def embedded_text(self, script: str, place: Place) -> str | None:
        """Return the source of an `original` place that the script's map embeds, else None."""
        found = self._map_of(script)
        if found is None:
            return None
        for number, name in found.iter_sources():
            if name is not None and _original_file(script, name) == place.file:
                return found.get_source_contents(number)  # type: ignore[no-any-return]
        return None

    def original_name(self, script: str, line: int, column: int) -> str | None:
        """Return what the name that begins at a place was called before it was shortened.

        Parameters
        ----------
        script : str
            Name of the script in the snapshot.
        line, column : int
            Where the name begins, from 1.

        Returns
        -------
        str or None
            By the map's own list of names, else from the original source; None where the map has
            no entry for exactly this place.
        """
        found = self._map_of(script)
        token = None if found is None else found.lookup(line - 1, column - 1)
        if token is None or (token.dst_line, token.dst_col) != (line - 1, column - 1):
            return None
        if token.name:
            return str(token.name)
        place = self.original(script, line, column)
        text = None if place is None else self.text(place.file)
        if place is not None and text is None:
            text = self.embedded_text(script, place)
        lines = [] if text is None else text.splitlines()
        if place is None or place.line > len(lines):
            return None
        name = _NAME.match(lines[place.line - 1], place.column - 1)
        return name[0] if name else None

    def originals(self, script: str) -> dict[str, str]:
        """Return the texts of the sources that a script's map names, by file.

        Parameters
        ----------
        script : str
            Name of the script in the snapshot.

        Returns
        -------
        dict of str to str
            From the folders, else from the map. Empty without a map; sources that nobody has are
            left out.
        """
        found = self._map_of(script)
        texts: dict[str, str] = {}
        for number, name in found.iter_sources() if found is not None else ():
            if name is not None:
                file = _original_file(script, name)
                text = self.text(file)
                text = found.get_source_contents(number) if text is None else text
                if text is not None:
                    texts[file] = text
        return texts

    def package_version(self, name: str, location: str | None = None) -> str | None:
        """Return the installed version of an npm package.

        Parameters
        ----------
        name : str
            Of the package.
        location : str, optional
            A place in its code, which tells several copies apart.

        Returns
        -------
        str or None
            None if the folders do not have it.
        """
        manifest = f"{_PACKAGES}/{name}/package.json"
        if location is not None:
            before, folder, _ = _path_of(location).rpartition(f"{_PACKAGES}/{name}/")
            manifest = f"{before}{manifest}" if folder else manifest
        path = next(_files_below(self._roots, manifest), None)
        try:
            version = orjson.loads(_read(path) or "")["version"] if path is not None else None
        except (ValueError, KeyError, TypeError):
            return None
        return version if isinstance(version, str) else None

    def locked_versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of an npm package that the lock files of the folders list.

        Parameters
        ----------
        name : str
            Of the package.

        Returns
        -------
        tuple of str
            Each version once.
        """
        found = (
            version
            for file, versions_in in LOCK_FILES.items()
            for path in _files_below(self._roots, file)
            for version in versions_in(_read(path) or "", name)
        )
        return tuple(dict.fromkeys(found))

    def _find_map(self, script: str) -> Any:
        """Find and parse a script's source map: inline, named by it, or ``<script>.map``."""
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
    """Return the `SourceFiles` for a user's options, None without any."""
    if root is None and maps is None:
        return None
    return SourceFiles(listed(root), listed(maps))


def listed(folders: Folders) -> Sequence[str | os.PathLike[str]]:
    """Return a sequence of folders for None, one folder or several."""
    if folders is None:
        return ()
    return (folders,) if isinstance(folders, str | os.PathLike) else folders


def _path_of(script: str) -> str:
    """Return the path part of a script's name, which is a path or a URL."""
    script = _BUNDLER.sub("", script)
    if _WINDOWS_DRIVE.match(script):
        return script.replace("\\", "/")
    if "://" in script:
        return unquote(urlsplit(script).path)
    return script.partition("?")[0].replace("\\", "/")


def _files_below(folders: Sequence[Path], name: str) -> Iterator[Path]:
    """Find files by the longest end of a path that exists below a folder.

    For a path in ``node_modules``, the end includes that folder, so that a file of a package never
    matches a file of the program with the same name.
    """
    parts = [part for part in PurePosixPath(_path_of(name)).parts if part not in {"/", ".", ".."}]
    last = parts.index(_PACKAGES) if _PACKAGES in parts else len(parts) - 1
    for start in range(max(len(parts) - MOST_PARTS, 0), last + 1):
        for folder in folders:
            path = folder.joinpath(*parts[start:])
            try:
                # A symbolic link may point outside the folder, where nothing may be read.
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
    """Return the file of a map's source: relative to the script, or without a bundler's prefix."""
    if _BUNDLER.match(source):
        return _without_dots(_BUNDLER.sub("", source))
    if "://" in source or source.startswith("/") or _WINDOWS_DRIVE.match(source):
        return source
    return urljoin(script, source) if "/" in script else _without_dots(source)


def _without_dots(path: str) -> str:
    return "/".join(part for part in path.split("/") if part not in {"", ".", ".."})
