"""What was shortened in a bundle, by the names that the program was written with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from heapnb.analysis.diagnosis.program_sources import ProgramSources, program_sources
from heapnb.analysis.source_code.classes import Definition, definition_at, node_at
from heapnb.analysis.source_code.parse import SourceFile, is_available
from heapnb.analysis.source_code.scopes import is_variable, name_node_of, visible_at
from heapnb.analysis.source_code.targets import CodePlace
from heapnb.graph import HeapGraph
from heapnb.graph.derivation import derived
from heapnb.graph.scopes import is_suspended
from heapnb.vocab import NO_INDEX

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class OriginalNames:
    """Names before bundling, through source maps.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    """

    graph: HeapGraph

    @cached_property
    def _sources(self) -> ProgramSources:
        return program_sources(self.graph)

    @cached_property
    def _is_possible(self) -> bool:
        """Whether some script has a source map, and code can be parsed."""
        files = self.graph.source_files
        return files is not None and bool(self._sources.originals.texts) and is_available()

    def function(self, node: int) -> str:
        """Return the name of a function; the heap's own where no other is known."""
        return self._defined_name(node) or self.graph.name(node)

    def class_name(self, node: int) -> str:
        """Return the class of an object; the heap's own where no other is known."""
        if not self._is_possible:
            return self.graph.class_name(node)
        is_closure = self.graph.node_type[node] == self.graph.node_type_index("closure")
        # The location of a function or a suspended call is the function, not the class.
        is_call = is_closure or is_suspended(self.graph, node)
        found = None if is_call else self._defined_name(node)
        return found or self.graph.class_name(node)

    def _defined_name(self, node: int) -> str | None:
        """Return the original name of an object's class, or of a function."""
        if not self._is_possible:
            return None
        row = int(self.graph.location_of[node])
        if row not in self._known:
            found = self._definition(node)
            name = None if found is None else name_node_of(found.node)
            known = None if found is None or name is None else self._original(found.file, name)
            self._known[row] = known
        return self._known[row]

    @cached_property
    def _known(self) -> dict[int, str | None]:
        """Names by the row of the location."""
        return {NO_INDEX: None}

    def variable(self, name: str, function: int) -> str | None:
        """Return the name of a variable.

        Parameters
        ----------
        name : str
            As the heap has it.
        function : int
            Ordinal of a function, or a suspended module, that sees the variable.

        Returns
        -------
        str or None
        """
        place = self._place(function)
        file = None if place is None else self._sources.as_run.file(place.file)
        node = None if place is None else node_at(self._sources.as_run, place)
        binding = None if file is None or node is None else visible_at(file, node, name)
        return None if binding is None else self._original(binding.file, binding.node)

    def property(self, name: str, owner: int) -> str | None:
        """Return the name of a property or a private field.

        Parameters
        ----------
        name : str
            As the heap has it.
        owner : int
            Ordinal of the object that has it.

        Returns
        -------
        str or None
        """
        found = self._definition(owner)
        if found is None:
            return None
        file, definition = found
        for node in file.occurrences(name):
            if definition.start_byte <= node.start_byte < definition.end_byte:
                original = None if is_variable(node) else self._original(file, node)
                if original is not None:
                    return original
        return None

    def _place(self, node: int) -> CodePlace | None:
        return self._sources.place_of(node) if self._is_possible else None

    def _definition(self, node: int) -> Definition | None:
        """Find the class or function of an object in the text that ran."""
        place = self._place(node)
        return None if place is None else definition_at(self._sources.as_run, place)

    def _original(self, file: SourceFile, name: Node) -> str | None:
        files = self.graph.source_files
        line, column = file.place_of(name)
        return None if files is None else files.original_name(file.name, line, column)


@derived(keep=False)
def original_names(graph: HeapGraph) -> OriginalNames:
    """Return the names before bundling; looked for once for each heap."""
    return OriginalNames(graph)


__all__ = ["OriginalNames", "original_names"]
