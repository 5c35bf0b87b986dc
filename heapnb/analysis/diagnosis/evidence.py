"""What is known about an accumulation: its objects, what retains them, and by which names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray
from heapnb.analysis.diagnosis.accumulation import Accumulation
from heapnb.analysis.diagnosis.short_names import article, clipped, short_script
from heapnb.analysis.packages import PACKAGES_FOLDER
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.analysis.retention.weak_tables import is_entry
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.series_data import is_member
from heapnb.decode.global_object import global_objects
from heapnb.graph import HeapGraph
from heapnb.graph.locations import UNNAMED, definition_sites, is_internal, location_of
from heapnb.graph.references import (
    attached,
    private_field_of,
    spelled,
    weak_map_of,
)
from heapnb.graph.scopes import function_of_scope, is_module_scope
from heapnb.kernels import trees as kernels

OWNER_LABEL: Final = "<symbol owner_symbol>"
"""By which Node's handles refer to what the program knows."""

_MODULE_BODY: Final = "Generator"
"""As what V8 runs an ES module: its site is the first line of the file."""

_MOST_BELOW: Final = 4096

_MOST_SAMPLED: Final = 32
"""Functions that are looked at, to say what each of them retains."""

_MOST_BELOW_FUNCTION: Final = 64


@dataclass(frozen=True)
class Step:
    """One object on the path to the accumulation; backing stores are left out.

    Parameters
    ----------
    node : int
        Ordinal.
    class_name : str
        Its class.
    label : str
        How the object before refers to it: V8's raw name, or an index.
    edge_type : str
        By what kind of edge.
    """

    node: int
    class_name: str
    label: str
    edge_type: str

    @property
    def is_named(self) -> bool:
        """Whether a name of the program leads here: a variable or a property."""
        return self.edge_type in {"property", "context"} and self.label != OWNER_LABEL

    @property
    def written(self) -> str:
        """The reference as a person reads it: ``cache``, ``[Symbol(sessions)]``."""
        return spelled(self.edge_type, self.label)


@dataclass(frozen=True)
class Anchor:
    """The name by which a program holds an accumulation.

    Parameters
    ----------
    name : str
        A variable or a property.
    text : str
        The same with what it belongs to, in words.
    held_by : str
        Class of the object, or of the context, that has it.
    expression : str
        As one would write it: ``registry.#byId``.
    place : int
        Which step of the path the name leads to.
    """

    name: str
    text: str
    held_by: str
    expression: str
    place: int


@dataclass(frozen=True)
class Evidence:
    """An accumulation, and the retaining path of one of its objects.

    Parameters
    ----------
    series : Series
        The snapshots.
    accumulation : Accumulation
        The objects.
    """

    series: Series
    accumulation: Accumulation

    def about(self, node: int) -> Evidence:
        """Look at another object: what it is and by what name it is held.

        Parameters
        ----------
        node : int
            Ordinal in the last snapshot.

        Returns
        -------
        Evidence
        """
        accumulation = replace(
            self.accumulation, example=node, is_content=True, is_list=False, n_holders=1
        )
        return Evidence(self.series, accumulation)

    @property
    def graph(self) -> HeapGraph:
        """The last snapshot."""
        return self.series.last

    @property
    def tree(self) -> RetainingTree:
        """What holds what in it."""
        return retaining_tree(self.graph)

    @cached_property
    def path(self) -> RetainingPath:
        """The preferred path to the example."""
        path = preferred_path(self.graph, self.accumulation.example)
        return path or RetainingPath(self.graph, np.empty(0, np.int64))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The way to the example, the root and backing stores left out."""
        steps = []
        label, edge_type = "", ""
        for step in self.path.steps[1:]:
            # What is in a cell is called as the cell; what is in a store has its place there.
            if not label:
                label, edge_type = step.edge_name or "", step.edge_type or ""
            if self.tree.is_storage[step.ordinal] and step is not self.path.steps[-1]:
                if not self.tree.is_cell[step.ordinal]:
                    label = ""
                continue
            steps.append(Step(step.ordinal, clipped(step.class_name), clipped(label), edge_type))
            label = ""
        return tuple(steps)

    @cached_property
    def place_of_holder(self) -> int:
        """Which step is the holder; for what grows by itself, the object itself."""
        if self.accumulation.is_content:
            return len(self.steps) - 1
        nodes = [step.node for step in self.steps]
        return (
            nodes.index(self.accumulation.holder)
            if self.accumulation.holder in nodes
            else len(nodes) - 2
        )

    @property
    def holder(self) -> Step:
        """What holds the members."""
        return self.steps[max(self.place_of_holder, 0)]

    @cached_property
    def link(self) -> tuple[Step, ...]:
        """In a linked list the steps from one member to the next one, that included."""
        if not self.accumulation.is_list:
            return ()
        follows = self.series.snapshots[-1].follows
        before = int(follows[self.accumulation.example])
        nodes = [step.node for step in self.steps]
        if before not in nodes:
            return ()
        return self.steps[nodes.index(before) + 1 :]

    @cached_property
    def anchor(self) -> Anchor:
        """The name that is nearest to the members."""
        start = self.place_of_holder
        n_holders = self.accumulation.n_holders
        # Of one property of many objects the name says most; of dictionaries a key says nothing.
        is_property = self.steps[-1].is_named and len(self.accumulation.members) <= 2 * n_holders
        if n_holders > 1 and is_property and not self.accumulation.is_list:
            start = len(self.steps) - 1
        for place in range(start, -1, -1):
            if self.steps[place].is_named:
                return self.anchor_at(place)
            if (field := self._private_field(place)) is not None:
                return field
        step = self.holder
        name = self.graph.name(step.node) or step.class_name
        return Anchor(name, f"{name} of the engine", step.class_name, name, 0)

    def _private_field(self, place: int) -> Anchor | None:
        """Describe a private field that a compiler has put into a WeakMap."""
        edge = int(self.tree.parent_edge[self.steps[place].node])
        if place == 0 or not is_entry(self.graph, edge):
            return None
        name = private_field_of(self.graph, edge)
        if name is None:
            return None
        owner = self.steps[place - 1]
        above = f"{self._expression(place - 1)}." if owner.is_named else ""
        text = (
            f"the private field `{name}` of {article(owner.class_name)} (`{above}{name}`, "
            f"in the WeakMap `{weak_map_of(self.graph, edge)}`)"
        )
        return Anchor(name, text, owner.class_name, f"{above}{name}", place)

    def anchor_at(self, place: int) -> Anchor:
        """Describe the name that leads to a step.

        Parameters
        ----------
        place : int
            Which step.

        Returns
        -------
        Anchor
        """
        step = self.steps[place]
        owner = self.steps[place - 1] if place else step
        expression = name = step.written
        if step.edge_type == "context":
            text = self._variable(place)
        elif self.is_global_object(place - 1):
            text = f"the property `{name}` of the global object"
        else:
            expression = self._expression(place)
            reached = f" (`{expression}`)" if expression != name else ""
            text = f"the property `{name}` of {article(owner.class_name)}{reached}"
        return Anchor(name, text, owner.class_name, expression, place)

    def is_global_object(self, place: int) -> bool:
        """Tell whether a step is the global object."""
        return (
            0 <= place < len(self.steps)
            and self.steps[place].node in self._global_objects
            and not self.steps[place].is_named
        )

    @cached_property
    def _global_objects(self) -> frozenset[int]:
        return frozenset(global_objects(self.graph).tolist())

    def _variable(self, place: int) -> str:
        step = self.steps[place]
        # What has the scope: a function, or the code of an ES module.
        outer = max(place - 2, 0)
        script = self.script_of(outer)
        where = short_script(script) if script else ""
        if place == 0 or is_module_scope(self.graph, self.steps[place - 1].node):
            return f"the module variable `{step.written}`" + (where and f" of {where}")
        function = function_of_scope(self.graph, self.steps[place - 1].node)
        inside = f" of the function `{function}`" if function else " of a function"
        held_as = f", held by `{self.steps[outer].written}`" if self.steps[outer].is_named else ""
        return f"the closure variable `{step.written}`{inside}{where and f' in {where}'}{held_as}"

    def _expression(self, place: int) -> str:
        parts: list[str] = []
        for index in range(place, -1, -1):
            step = self.steps[index]
            if not step.is_named:
                break
            parts.append(attached(step.edge_type, step.label))
            if step.edge_type == "context" or self.is_global_object(index - 1):
                break
        if parts[-1] == ".exports" and len(parts) > 1:
            parts.pop()
        return "".join(reversed(parts)).removeprefix(".")

    def closure_above(self, place: int) -> int | None:
        """Find the nearest function above a step."""
        for index in range(place - 1, -1, -1):
            if self.is_closure(self.steps[index].node):
                return index
        return None

    def is_closure(self, node: int) -> bool:
        """Tell whether a node is a function."""
        return bool(self.graph.node_type[node] == self.graph.node_type_index("closure"))

    def script_of(self, place: int) -> str:
        """Name the script that a step is defined in."""
        location = location_of(self.graph, self.steps[place].node)
        return location.rsplit(":", 2)[0] if location else ""

    @cached_property
    def class_name(self) -> str:
        """Class of the members; for the engine's own objects, of the first named object in them."""
        return self.graph.class_name(self.named_example)

    @cached_property
    def named_example(self) -> int:
        """The example, or what the program sees of it."""
        class_name = self.graph.class_name(self.accumulation.example)
        if class_name.startswith(vocab.CONTEXT_NAME):
            # Variables that closures share: a chain of closures, of which these are one half.
            closures = [step.node for step in self.link if self.is_closure(step.node)]
            if closures:
                return closures[-1]
        elif class_name not in vocab.ENGINE_CLASSES:
            return self.accumulation.example
        below = self.below(self.accumulation.example)
        known = [node for node in below if self._own_location(node) is not None]
        objects = [node for node in known if not self.is_closure(node)]
        # A reaction to a promise, say, of which only the runtime's own functions know.
        others = (node for node in below if self._is_programs_object(node))
        return next(iter([*objects, *known]), next(others, self.accumulation.example))

    def _is_programs_object(self, node: int) -> bool:
        """Tell objects of the program from the engine's own, and from functions."""
        is_object = self.graph.node_type[node] == self.graph.node_type_index("object")
        name = self.graph.class_name(node)
        return bool(is_object) and not name.startswith((vocab.CONTEXT_NAME, *vocab.ENGINE_CLASSES))

    @cached_property
    def content(self) -> str:
        """The class of most objects in the example; empty if there are none."""
        classes = Counter(
            self.graph.class_name(node)
            for node in self.below(self.accumulation.example)
            if self._is_programs_object(node)
        )
        return clipped(classes.most_common(1)[0][0]) if classes else ""

    @cached_property
    def title(self) -> str:
        """What to call functions: by their name and what each retains; empty for other objects.

        Such as "`cancel` closures, each retaining a `CallContext`".
        """
        if self.class_name != vocab.CLASS_FUNCTION:
            return ""
        members = self.accumulation.members
        if not self.is_closure(self.accumulation.example) or self.accumulation.is_content:
            members = np.array([self.named_example], np.uint32)
        chosen = members[
            np.linspace(0, len(members) - 1, min(len(members), _MOST_SAMPLED)).astype(int)
        ]
        sample = [int(node) for node in chosen]
        names = {self.graph.name(node) for node in sample}
        name = names.pop() if len(names) == 1 else ""
        retained = [self._class_retained(node) for node in sample]
        title = f"`{clipped(name)}` closures" if name else "closures"
        if retained[0] and len(set(retained)) == 1:
            title += f", each retaining {article(retained[0])}"
        return title

    def _class_retained(self, function: int) -> str:
        """Class of the nearest object of the program that a function retains; empty if none."""
        below = self.below(function, most=_MOST_BELOW_FUNCTION)
        objects = (node for node in below if self._is_programs_object(node))
        return next((clipped(self.graph.class_name(node)) for node in objects), "")

    @cached_property
    def location(self) -> str | None:
        """Where the members are defined or added; None if the heap does not tell.

        The definition of the members' class or function itself; else the line of the program
        that creates a function for each member; else the function or the object of the program
        whose variable or property holds them. Never that of something that the members merely
        refer to.
        """
        location = location_of(self.graph, self.named_example)
        if location is not None and not is_internal(location):
            return location
        return self._location_of_functions() or self._location_of_owner() or location

    @cached_property
    def is_of_program(self) -> bool:
        """Whether the program, not only the runtime, takes part in the accumulation."""
        nodes = [self.named_example, *(step.node for step in self.steps)]
        return any(self._own_location(node) is not None for node in nodes) or any(
            self._own_location(node) is not None for node in self.below(self.named_example)
        )

    def _location_of_owner(self) -> str | None:
        """Return the site of what holds the members, up to the first function or module.

        A class of a package has instances in many programs, and does not say which one leaks; a
        function or module of a package whose variable holds the members does.
        """
        for place in range(len(self.steps) - 2, -1, -1):
            step = self.steps[place]
            site = self._own_location(step.node)
            has_scope = self.is_closure(step.node) or step.class_name == _MODULE_BODY
            if site is not None and (has_scope or PACKAGES_FOLDER not in site):
                return site
            if has_scope:
                return None
        return None

    def _location_of_functions(self) -> str | None:
        """Return the line of the program that creates a function for each member."""
        graph = self.graph
        closures = graph.node_type[self.held] == graph.node_type_index("closure")
        functions = self.held[closures]
        sites = definition_sites(graph, graph.location_of[functions])
        _, which, count = np.unique(sites, axis=0, return_inverse=True, return_counts=True)
        n_members = len(self.accumulation.members)
        for inner in self.below(self.named_example):
            site = self._own_location(inner) if self.is_closure(inner) else None
            if site is None or PACKAGES_FOLDER in site or site.startswith(UNNAMED):
                continue
            place = np.flatnonzero(functions == inner)
            if len(place) and count[which.reshape(-1)[place[0]]] >= n_members:
                return site
        return None

    def _own_location(self, node: int) -> str | None:
        location = location_of(self.graph, node)
        return location if location is not None and not is_internal(location) else None

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many there are in each snapshot.

        All objects of the class and its definition site; of what has none, the members.
        """
        if location_of(self.graph, self.named_example) is None:
            return tuple(int(count) for count in self.accumulation.count)
        snapshots = self.series.snapshots
        return tuple(int(np.count_nonzero(self._alike(snapshot))) for snapshot in snapshots)

    def _alike(self, snapshot: ReducedSnapshot) -> BoolArray:
        """Mark the objects of the class and definition site in a snapshot."""
        last = self.series.snapshots[-1]
        wanted = last.kind_hash[last.kind[self.named_example]]
        alike: BoolArray = (snapshot.kind_hash == wanted)[snapshot.kind]
        return alike

    @cached_property
    def released(self) -> tuple[int, int] | None:
        """How many of `counts` in the previous snapshot are gone in the last one, and of how many.

        None where node ids do not tell, where the objects are made anew each time, and where one
        object grows.
        """
        if self.accumulation.is_content or self.accumulation.removals is None:
            return None
        if location_of(self.graph, self.named_example) is None:
            return self.accumulation.removals
        before, last = self.series.snapshots[-2:]
        ids = before.node_id[self._alike(before)]
        return int(np.count_nonzero(~is_member(ids, last.node_id))), len(ids)

    @cached_property
    def held(self) -> IntArray:
        """All that the members hold in the retaining tree, themselves included, as ordinals."""
        is_held = np.zeros(self.graph.n_nodes, np.bool_)
        is_held[self.accumulation.members] = True
        kernels.mark_below(self.tree.order, self.tree.parent, is_held)
        return np.flatnonzero(is_held)

    def below(self, node: int, *, most: int = _MOST_BELOW) -> list[int]:
        """List what the retaining tree has below a node, up to a limit, the nearest first."""
        graph, tree = self.graph, self.tree
        found = [node]
        for inner in found:
            if len(found) >= most:
                break
            for edge in range(*graph.edges_of(inner)):
                target = int(graph.edge_to[edge])
                if int(tree.parent[target]) == inner and int(tree.parent_edge[target]) == edge:
                    found.append(target)
        return found[1 : most + 1]
