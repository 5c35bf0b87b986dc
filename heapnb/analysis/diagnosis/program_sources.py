"""The program's source code, as far as folders, source maps or the snapshot have it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from heapnb.analysis.packages import PACKAGES_FOLDER, package_of
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.targets import CodePlace
from heapnb.decode.additions import source_of
from heapnb.decode.source_text import SourceText, excerpt
from heapnb.graph import HeapGraph
from heapnb.graph.derivation import derived
from heapnb.graph.locations import is_internal_script, script_name, script_nodes, site_place
from heapnb.graph.source_files import Place as Position


@dataclass(frozen=True)
class ProgramSources:
    """The texts of a program's scripts: as they ran, and as they were written.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    """

    graph: HeapGraph

    @cached_property
    def _names(self) -> dict[int, str]:
        """Names of the scripts that are no part of the runtime, by script id."""
        named = ((number, script_name(self.graph, node)) for number, node in self._nodes.items())
        return {
            number: name
            for number, name in named
            if name is not None and not is_internal_script(name)
        }

    @cached_property
    def _nodes(self) -> dict[int, int]:
        return script_nodes(self.graph)

    @cached_property
    def as_run(self) -> Program:
        """The scripts as they ran, without those of packages."""
        texts = {name: text for name, text in self._texts.items() if not _is_package(name)}
        return Program(texts, self._is_written_in_package if self.originals.texts else None)

    @cached_property
    def packages(self) -> Program:
        """The scripts of packages, as they ran."""
        return Program({name: text for name, text in self._texts.items() if _is_package(name)})

    @cached_property
    def originals(self) -> Program:
        """What the source maps of the scripts have, without files of packages."""
        files = self.graph.source_files
        texts: dict[str, str] = {}
        for name in self._names.values() if files is not None else ():
            if not _is_package(name):
                texts |= files.originals(name)  # type: ignore[union-attr]
        return Program({name: text for name, text in texts.items() if not _is_package(name)})

    @cached_property
    def _texts(self) -> dict[str, str]:
        found = {}
        for number, name in self._names.items():
            text = self._text(number, name)
            if text is not None:
                found[name] = text
        return found

    def _text(self, number: int, name: str) -> str | None:
        """Return the text of a script: from a folder, or whole from the snapshot."""
        files = self.graph.source_files
        text = None if files is None else files.text(name)
        if text is not None:
            return text
        return source_of(self.graph, self._nodes[number])

    @cached_property
    def is_whole(self) -> bool:
        """Whether the texts of all the program's own scripts are known."""
        own = [name for name in self._names.values() if not _is_package(name)]
        return all(name in self.as_run.texts for name in own)

    @cached_property
    def has_all_originals(self) -> bool:
        """Whether the source maps of all the program's own scripts have texts."""
        files = self.graph.source_files
        own = [name for name in self._names.values() if not _is_package(name)]
        return files is not None and all(files.originals(name) for name in own)

    def _is_written_in_package(self, script: str, line: int, column: int) -> bool:
        return _is_package(self.written(script, line, column).file)

    # -- places -------------------------------------------------------------------------------

    def place_of(self, node: int, *, is_original: bool = False) -> CodePlace | None:
        """Return where a closure, or the class of an object, is defined in the program's code.

        Parameters
        ----------
        node : int
            Ordinal.
        is_original : bool, default False
            Whether to go by the source map.

        Returns
        -------
        CodePlace or None
            None for code of the runtime, and without a location.
        """
        row, locations = int(self.graph.location_of[node]), self.graph.raw.locations
        if row < 0 or locations is None:
            return None
        number = int(locations.script_id[row])
        line, column = int(locations.line[row]), int(locations.column[row])
        name = self._names.get(number)
        if name is None:
            return None
        if is_original:
            written = site_place(self.graph, number, line, column)
            return CodePlace(written.file, written.line, written.column)
        return CodePlace(name, line + 1, column + 1)

    def written(self, script: str, line: int, column: int) -> Position:
        """Return where a place was written: through the source map of its script."""
        files = self.graph.source_files
        found = None if files is None else files.original(script, line, column)
        return found or Position(script, line, column)


@derived(keep=False)
def program_sources(graph: HeapGraph) -> ProgramSources:
    """Return the program's source code; looked for once for each heap."""
    return ProgramSources(graph)


def text_at(graph: HeapGraph, location: str) -> SourceText | None:
    """Return the lines of the program that begin at a place.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    location : str
        ``file.js:12:5``.

    Returns
    -------
    SourceText or None
    """
    sources = program_sources(graph)
    file, line, column = location.rsplit(":", 2)
    place = Position(file, int(line), int(column))
    files = graph.source_files
    text = None if files is None else files.text(file)
    if text is not None:
        return excerpt(text, place, "file")
    if (text := sources.originals.texts.get(file)) is not None:
        return excerpt(text, place, "source map")
    text = sources.as_run.texts.get(file)
    return None if text is None else excerpt(text, place, "snapshot")


def is_of_package(place: CodePlace | None) -> bool:
    """Tell whether code belongs to an npm package."""
    return place is not None and _is_package(place.file)


def _is_package(name: str) -> bool:
    return PACKAGES_FOLDER in f"/{name}" or package_of(name).kind == "npm"


__all__ = ["ProgramSources", "is_of_package", "program_sources", "text_at"]
