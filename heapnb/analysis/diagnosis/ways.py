"""How source code reaches the objects that accumulate: the retaining path, hop by hop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from heapnb import vocab
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.names import Step
from heapnb.analysis.diagnosis.program_sources import ProgramSources, is_of_package
from heapnb.analysis.packages import package_of
from heapnb.analysis.retention.weak_tables import is_entry
from heapnb.analysis.source_code.targets import (
    CodePlace,
    Element,
    Exports,
    Global,
    Hop,
    Local,
    Property,
    Target,
    Variable,
)
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.edges import child
from heapnb.graph.references import private_field_of, weak_map_of
from heapnb.graph.scopes import function_of_scope, is_module_scope, is_suspended

_MOST_SCOPES: Final = 8
_MOST_RETAINERS: Final = 64
_MOST_BELOW: Final = 32
_SYMBOL: Final = "<symbol "
_MOST_ABOVE: Final = 6
"""Objects above the holder whose other names count."""

_SHORTEST_NAME: Final = 4
"""A shorter name of a property says too little to be looked for everywhere."""

_MODULE: Final = "Module"
_WRAP: Final = "ModuleWrap"
_CELL: Final = "(system)"
_EXPORTS: Final = "exports"
_PROCESS: Final = "process"
_PROMISE: Final = "Promise"
_WEAK_MAP: Final = "WeakMap"
_OPAQUE: Final = frozenset({_PROMISE, "Buffer", "Uint8Array", "ArrayBuffer"})
_ENTRIES: Final = frozenset({"Map", "Set", "WeakMap", "Array", "(array)"})


@dataclass(frozen=True)
class Ways:
    """The ways to what accumulates, as a program writes them.

    Parameters
    ----------
    evidence : Evidence
        The accumulation.
    subject : Evidence
        The objects that the suspect is about.
    sources : ProgramSources
        Where its code is.
    is_original : bool
        Whether places are those before compilation.
    """

    evidence: Evidence
    subject: Evidence
    sources: ProgramSources
    is_original: bool = False

    def targets(self) -> Iterator[Target]:
        """Give the ways, the one of the retaining path first."""
        evidence = self.evidence
        steps = evidence.steps
        last = max(evidence.place_of_holder, evidence.anchor.place)
        on_path = self._hops(last)
        if on_path is not None:
            yield self._target(*on_path)
        # The program may call what is on the path by names that are not on it.
        for place in range(last, max(last - _MOST_ABOVE, -1), -1):
            for variable in self._variables(place):
                hops: list[Hop] = [variable]
                classes = [steps[place].class_name]
                inner = place
                while inner < last and (following := self._hops_of(inner + 1)):
                    inner += 1
                    hops += [hop for hop, _ in following]
                    classes += [class_name for _, class_name in following]
                if inner == last or is_of_package(self._place(steps[inner])):
                    yield self._target(hops, classes, is_partial=inner < last)
        by_name = self._by_name(evidence.anchor.place)
        if by_name is not None:
            yield self._target([by_name], [steps[evidence.anchor.place].class_name])
        yield self._target([], [])

    def _by_name(self, place: int) -> Property | None:
        """Describe the anchor by its name alone, if it is a property that says something."""
        step = self.evidence.steps[place] if 0 <= place < len(self.evidence.steps) else None
        if step is None or step.edge_type != "property" or not step.is_named:
            return None
        owner = self.evidence.steps[place - 1] if place else step
        found = self._place(owner)
        name = _plain_label(step.label)
        if len(name) < _SHORTEST_NAME or (found is not None and is_of_package(found)):
            return None
        return Property(name, None, owner.class_name, is_anywhere=True)

    def _target(self, hops: list[Hop], classes: list[str], *, is_partial: bool = False) -> Target:
        return Target(
            tuple(hops),
            tuple(classes),
            self.subject.class_name,
            *self._functions,
            is_partial,
        )

    def _hops(self, last: int) -> tuple[list[Hop], list[str]] | None:
        """Return the hops up to a step, from the last variable, global or unknown link on."""
        hops: list[Hop] = []
        classes: list[str] = []
        before: tuple[list[Hop], list[str]] = ([], [])
        for place in range(last + 1):
            found = self._hops_of(place)
            if not found:
                if hops:
                    before = hops, classes
                hops, classes = [], []
                continue
            if isinstance(found[0][0], Variable | Local | Global | Exports):
                hops, classes = [], []
            elif not hops and not self._has_owner(found[0][0]):
                continue
            hops += [hop for hop, _ in found]
            classes += [class_name for _, class_name in found]
        if not hops and before[0] and before[1][-1] in _OPAQUE:
            # What waits for a promise, and the bytes of a buffer, hang in it by the engine's links.
            hops, classes = before
        return (hops, classes) if hops else None

    @staticmethod
    def _has_owner(hop: Hop) -> bool:
        """Tell whether a way may begin here: with a property of a class of the program."""
        return isinstance(hop, Property) and hop.owner is not None and not is_of_package(hop.owner)

    def _hops_of(self, place: int) -> list[tuple[Hop, str]]:
        """Describe how one step is reached from the one before: hops and their classes."""
        evidence = self.evidence
        graph, step = evidence.graph, evidence.steps[place]
        edge = int(evidence.tree.parent_edge[step.node])
        if place and edge >= 0 and is_entry(graph, edge):
            owner = evidence.steps[place - 1]
            weak_map = weak_map_of(graph, edge)
            name = private_field_of(graph, edge)
            if name is not None:
                hop = Property(name, self._place(owner), owner.class_name, weak_map)
                return [(hop, step.class_name)]
            if not weak_map:
                return []
            return [(Variable(weak_map), _WEAK_MAP), (Element(), step.class_name)]
        found = self._hop(place)
        return [] if found is None else [(found, step.class_name)]

    def _hop(self, place: int) -> Hop | None:
        evidence, steps = self.evidence, self.evidence.steps
        step = steps[place]
        owner = steps[place - 1] if place else None
        if step.class_name == _PROCESS and step.edge_type == "context":
            return Global(_PROCESS)
        if step.edge_type == "context":
            return self._variable(place)
        if evidence.is_global_object(place - 1):
            return Global(step.label) if step.is_named else None
        if owner is None:
            return None
        if self._is_call(owner.node) and not step.is_named:
            return self._local(owner, step)
        if step.edge_type == "property" and step.is_named:
            if step.label == _EXPORTS and owner.class_name == _MODULE:
                return self._exports(owner)
            return Property(_plain_label(step.label), self._place(owner), owner.class_name)
        if owner.class_name == _CELL and place > 1 and steps[place - 2].class_name == _WRAP:
            # What an ES module exports.
            found = self._place(step)
            return Exports(found.file) if found is not None and is_of_package(found) else None
        if step.edge_type == "element" or owner.class_name in _ENTRIES:
            return Element(step.label)
        return None

    def _local(self, call: Step, step: Step) -> Local | None:
        """Describe a local variable of a suspended call, if code of the program declares it."""
        function = child(self.evidence.graph, call.node, "function")
        found = None if function is None else self._place_of(function)
        if function is None or found is None or is_of_package(found):
            return None
        # The code of a module is a function without a name that begins where the file does.
        is_module = not self.evidence.graph.name(function) and (found.line, found.column) == (1, 1)
        return Local(step.class_name, None if is_module else found, found.file)

    def _exports(self, module: Step) -> Hop | None:
        graph = self.evidence.graph
        path = child(graph, module.node, "filename")
        return None if path is None else Exports(graph.display_name(path))

    def _place(self, step: Step) -> CodePlace | None:
        return self._place_of(step.node)

    def _variable(self, place: int) -> Hop | None:
        """Describe a variable, if code of the program declares it."""
        graph, steps = self.evidence.graph, self.evidence.steps
        scope = steps[place - 1].node if place else -1
        for above in range(place - 2, max(place - _MOST_SCOPES, -1), -1):
            if graph.name(steps[above].node).startswith(vocab.CONTEXT_NAME):
                continue
            seen_from = self._place(steps[above])
            if seen_from is None:
                return None
            name = steps[place].label
            is_module = scope < 0 or is_module_scope(graph, scope)
            return Variable(name, seen_from, "" if is_module else function_of_scope(graph, scope))
        return None

    def _variables(self, place: int) -> Iterator[Variable]:
        """Find the variables of the program that lead to an object, on the path or not."""
        graph, node = self.evidence.graph, self.evidence.steps[place].node
        seen: set[str] = set()
        for edge in graph.retaining_edges_of(node)[:_MOST_RETAINERS].tolist():
            kind, name = variable_or_edge(graph, edge)
            if kind != "context":
                continue
            if name in seen or name == "this":
                continue
            seen.add(name)
            scope = int(graph.edge_from([edge])[0])
            seen_from = self._code_with(scope)
            if seen_from is not None and not is_of_package(seen_from):
                is_module = is_module_scope(graph, scope)
                function = "" if is_module else function_of_scope(graph, scope)
                yield Variable(name, seen_from, function)

    def _code_with(self, scope: int) -> CodePlace | None:
        """Find a function of the program that has a scope."""
        graph = self.evidence.graph
        for edge in graph.retaining_edges_of(scope)[:_MOST_RETAINERS].tolist():
            if graph.edge_label(edge) == "context":
                function = int(graph.edge_from([edge])[0])
                found = self._place_of(function)
                if found is not None:
                    return found
        return None

    @cached_property
    def _functions(
        self,
    ) -> tuple[tuple[CodePlace, ...], tuple[str, ...], tuple[CodePlace, ...], frozenset[str]]:
        """What is known of the code that comes with each member, as `Target` has it."""
        evidence = self.evidence
        inside = evidence.steps[evidence.place_of_holder + 1 :]
        nodes = [evidence.accumulation.example, evidence.named_example, self.subject.named_example]
        nodes += [step.node for step in inside]
        if evidence.function_of_each is not None:
            nodes.append(evidence.function_of_each)
        own: dict[CodePlace, None] = {}
        suspended: dict[CodePlace, None] = {}
        packages: dict[str, None] = {}
        for node in nodes:
            function = child(evidence.graph, node, "function") if self._is_call(node) else None
            found = self._place_of(node if function is None else function)
            if found is not None and is_of_package(found):
                packages[package_of(found.file).name] = None
            elif found is not None and function is not None:
                suspended[found] = None
            elif found is not None and evidence.is_closure(node):
                own[found] = None
        if not own and not packages:
            below = evidence.below(self.subject.named_example, most=_MOST_BELOW)
            known = map(self._place_of, filter(evidence.is_closure, below))
            packages = {
                package_of(found.file).name: None
                for found in known
                if found is not None and is_of_package(found)
            }
        start = max(min(evidence.place_of_holder, evidence.anchor.place), 0)
        through = frozenset(_plain_label(step.label) for step in evidence.steps[start:])
        return tuple(own), tuple(packages), tuple(suspended), through

    def _is_call(self, node: int) -> bool:
        return is_suspended(self.evidence.graph, node)

    def _place_of(self, node: int) -> CodePlace | None:
        return self.sources.place_of(node, is_original=self.is_original)


def _plain_label(label: str) -> str:
    """Return the name of a property without what V8 writes around that of a symbol."""
    return label[len(_SYMBOL) : -1] if label.startswith(_SYMBOL) else label


__all__ = ["Ways"]
