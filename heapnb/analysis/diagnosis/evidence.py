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
from heapnb.analysis.diagnosis.functions_behind import function_behind
from heapnb.analysis.diagnosis.member_counts import counts_of, released_of
from heapnb.analysis.diagnosis.names import PUBLIC_NAMES, Anchor, Names, Step
from heapnb.analysis.diagnosis.original_names import original_names
from heapnb.analysis.diagnosis.short_names import article, clipped
from heapnb.analysis.diagnosis.wrappers import FEWEST, MOST_OF_THEM, Wrapped, wrapped_by
from heapnb.analysis.known_objects import shape_of
from heapnb.analysis.known_shapes import KnownShape
from heapnb.analysis.packages import PACKAGES_FOLDER
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.analysis.retention.weak_tables import is_entry
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.shapes import properties_of
from heapnb.graph import HeapGraph
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.edges import child
from heapnb.graph.locations import UNNAMED, definition_sites, is_internal, location_of
from heapnb.graph.scopes import is_module_scope, is_suspended
from heapnb.kernels import trees as kernels

_MODULE_BODY: Final = "Generator"
"""As what V8 runs an ES module: its site is the first line of the file."""

_MOST_BELOW: Final = 4096

_MOST_BELOW_FUNCTION: Final = 64
_MOST_SCOPES: Final = 3


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
        steps: list[Step] = []
        label, edge_type = "", ""
        for step in self.path.steps[1:]:
            # What is in a cell is called as the cell; what is in a store has its place there.
            if not label:
                edge_type, label = "", ""
                if step.edge is not None:
                    edge_type, label = variable_or_edge(self.graph, step.edge)
            if self.tree.is_storage[step.ordinal] and step is not self.path.steps[-1]:
                if not self.tree.is_cell[step.ordinal]:
                    label = ""
                continue
            class_name = original_names(self.graph).class_name(step.ordinal)
            name = self._original_name(steps, label, edge_type)
            steps.append(
                Step(step.ordinal, clipped(class_name), clipped(label), edge_type, clipped(name))
            )
            label = ""
        return tuple(steps)

    def _original_name(self, above: list[Step], label: str, edge_type: str) -> str:
        """Return what the program's source calls a variable or property; empty if unknown."""
        names = original_names(self.graph)
        found = None
        if edge_type == "property" and above:
            owner = above[-1]
            public = PUBLIC_NAMES.get((owner.class_name, label))
            found = public or names.property(label, owner.node)
        elif edge_type == "context":
            seen_from = [step.node for step in above if not self.is_scope(step.node)]
            found = names.variable(label, seen_from[-1]) if seen_from else None
        return found or ""

    @cached_property
    def place_of_holder(self) -> int:
        """Which step is the holder; for what grows by itself, the object itself."""
        if self.accumulation.is_content:
            return len(self.steps) - 1
        if self.accumulation.is_list and self.is_scope(self.accumulation.example):
            return self._start_of_scopes()
        nodes = [step.node for step in self.steps]
        return (
            nodes.index(self.accumulation.holder)
            if self.accumulation.holder in nodes
            else len(nodes) - 2
        )

    def _start_of_scopes(self) -> int:
        """Return which step holds the first of a chain of scopes that are linked alike.

        The scopes above them, of the functions that run the program, hang in functions, too, so
        that the members include them.
        """
        link = self.link
        start = len(self.steps) - len(link)
        labels, classes = [step.label for step in link], [step.class_name for step in link]
        while link and start >= len(link):
            above = self.steps[start - len(link) : start]
            if [step.class_name for step in above] != classes:
                break
            start -= len(link)
            if [step.label for step in above] != labels:
                # A variable of another name leads to the first one.
                break
        return start - 1

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
        elif n_holders > 1 and start > 0 and self._holders_have_keys():
            start -= 1
        if self.accumulation.is_list and self.is_scope(self.steps[start].node):
            # A variable of that scope leads to the first member.
            start += self.steps[start + 1].edge_type == "context"
        for place in range(start, -1, -1):
            anchor = self.names.anchor_of(place)
            if anchor is not None:
                return anchor
        step = self.holder
        name = self.graph.name(step.node) or step.class_name
        return Names.of_engine(name, step.class_name)

    def _holders_have_keys(self) -> bool:
        """Tell whether properties of different names lead to the holders."""
        last = self.series.snapshots[-1]
        holders = last.owner[self.accumulation.members]
        labels = last.label[holders[last.is_property[holders]]]
        return len(labels) > 0 and bool((labels != labels[0]).any())

    @cached_property
    def names(self) -> Names:
        """How the steps are called."""
        return Names(self.graph, self.tree, self.steps)

    def anchor_at(self, place: int) -> Anchor:
        """See `Names.anchor_at`."""
        return self.names.anchor_at(place)

    def is_global_object(self, place: int) -> bool:
        """See `Names.is_global_object`."""
        return self.names.is_global_object(place)

    def is_scope(self, node: int) -> bool:
        """Tell whether a node is a context with the variables of a function or a module."""
        return self.graph.name(node).startswith(vocab.CONTEXT_NAME)

    def is_closure(self, node: int) -> bool:
        """Tell whether a node is a function."""
        return bool(self.graph.node_type[node] == self.graph.node_type_index("closure"))

    @cached_property
    def class_name(self) -> str:
        """Class of what accumulates, as a person knows it.

        Of what the members wrap; for the engine's own objects, of the first named object in them.
        """
        return original_names(self.graph).class_name(self.named_example)

    @cached_property
    def wrapped(self) -> Wrapped | None:
        """What the members wrap; None where they are themselves what a person looks for."""
        is_content = self.accumulation.is_content
        return None if is_content else wrapped_by(self.graph, self.accumulation)

    @cached_property
    def named_example(self) -> int:
        """The example, or what the program sees of it."""
        if self.wrapped is not None:
            return int(self.wrapped.contents[0])
        class_name = self.graph.class_name(self.accumulation.example)
        if class_name.startswith(vocab.CONTEXT_NAME):
            # Variables that closures share: a chain of closures, of which these are one half.
            closures = [step.node for step in self.link if self.is_closure(step.node)]
            if closures:
                return closures[-1]
        elif class_name not in vocab.ENGINE_CLASSES:
            return self.accumulation.example
        below = [node for node in self.below(self.accumulation.example) if self._is_in_most(node)]
        known = [node for node in below if self._own_location(node) is not None]
        objects = [node for node in known if not self.is_closure(node)]
        # A reaction to a promise, say, of which only the runtime's own functions know.
        others = (node for node in below if self._is_programs_object(node))
        return next(iter([*objects, *known]), next(others, self.accumulation.example))

    def _is_in_most(self, node: int) -> bool:
        """Tell whether most members hold an object of the class, not just the one that came first.

        What they all refer to, such as a logger, has its place below one of them.
        """
        count, n_sampled = self._classes_below
        return count[self.graph.class_name(node)] >= MOST_OF_THEM * n_sampled

    @cached_property
    def _classes_below(self) -> tuple[Counter[str], int]:
        """How many members hold an object of each class, and of how many; of few, the example."""
        accumulation = self.accumulation
        is_one = accumulation.is_content or len(accumulation.members) < FEWEST
        sample = [accumulation.example] if is_one else accumulation.sample
        count: Counter[str] = Counter()
        for member in sample:
            below = self.below(member, most=_MOST_BELOW_FUNCTION)
            count.update({self.graph.class_name(node) for node in below})
        return count, len(sample)

    def _is_programs_object(self, node: int) -> bool:
        """Tell objects of the program from the engine's own, and from functions."""
        is_object = self.graph.node_type[node] == self.graph.node_type_index("object")
        name = self.graph.class_name(node)
        return bool(is_object) and not name.startswith((vocab.CONTEXT_NAME, *vocab.ENGINE_CLASSES))

    @cached_property
    def shape(self) -> KnownShape | None:
        """The class of a well-known library that the objects are recognised as."""
        return shape_of(self.graph, self.named_example)

    @cached_property
    def content(self) -> str:
        """The class of most objects in the example; empty if there are none."""
        classes = Counter(
            original_names(self.graph).class_name(node)
            for node in self.below(self.accumulation.example)
            if self._is_programs_object(node) and self._is_in_most(node)
        )
        return clipped(classes.most_common(1)[0][0]) if classes else ""

    @cached_property
    def title(self) -> str:
        """What to call the members where their class says little.

        Such as "`cancel` closures, each retaining a `CallContext`", "`UploadReceipt`, wrapped in
        `{v}`", or "`{id, name, error?}`" for records of several shapes; empty for other objects.
        """
        if is_suspended(self.graph, self.named_example):
            title = self._title_of_call()
        elif self.class_name == vocab.CLASS_FUNCTION:
            title = self._title_of_functions()
        else:
            title = self._title_of_shapes()
        wrapper = "" if self.wrapped is None else self.wrapped.wrapper
        if not wrapper:
            return title
        return f"{title or f'`{clipped(self.class_name)}`'}, wrapped in `{clipped(wrapper)}`"

    def _title_of_functions(self) -> str:
        """Name functions by their name and by what each retains."""
        accumulation = self.accumulation
        if self.wrapped is not None:
            sample = self.wrapped.contents.tolist()
        elif not self.is_closure(accumulation.example) or accumulation.is_content:
            sample = [self.named_example]
        else:
            sample = accumulation.sample
        behind = (function_behind(self.graph, node) for node in sample)
        functions = [
            node if function is None else function
            for node, function in zip(sample, behind, strict=True)
        ]
        names = {original_names(self.graph).function(node) for node in functions}
        name = names.pop() if len(names) == 1 else ""
        native = self.graph.node_type_index("native")
        is_listener = self.graph.node_type[accumulation.example] == native
        what = "listeners" if is_listener and self.wrapped is not None else "closures"
        title = f"`{clipped(name)}` {what}" if name else what
        retained = self._class_retained(sample)
        return f"{title}, each retaining {article(retained)}" if retained else title

    def _title_of_shapes(self) -> str:
        """Name records of several shapes by their properties, the optional ones marked."""
        if self.accumulation.is_content or not self.class_name.startswith("{"):
            return ""
        classes = np.unique(self.graph.class_index[self.accumulation.members])
        shapes = [properties_of(self.graph.class_names[int(one)].as_py()) for one in classes]
        if len(shapes) == 1 or not all(shapes):
            return ""
        always = set(shapes[0]).intersection(*shapes)
        order = dict.fromkeys(name for shape in sorted(shapes, key=len) for name in shape)
        names = (name if name in always else f"{name}?" for name in order)
        return clipped(f"`{{{', '.join(names)}}}`")

    def _title_of_call(self) -> str:
        """Name suspended calls of async functions and generators."""
        function = child(self.graph, self.named_example, "function")
        names = original_names(self.graph)
        name = "" if function is None else clipped(names.function(function))
        # The promise that an async function returns says nothing; its variables do.
        below = self.below(self.named_example, most=_MOST_BELOW_FUNCTION)
        objects = (node for node in below if self._is_programs_object(node))
        own = (node for node in objects if self._own_location(node) is not None)
        retained = next((clipped(names.class_name(node)) for node in own), "")
        title = f"suspended calls of `{name}`" if name else "suspended calls"
        return f"{title}, each retaining {article(retained)}" if retained else title

    def _class_retained(self, functions: list[int]) -> str:
        """Class of an object of the program that each function retains for itself; empty if none.

        What they all see, such as a configuration, does not count. A class of the program's own
        comes before Arrays and the like.
        """
        seen = [self._seen_by(function) for function in functions]
        count = Counter(node for nodes in seen for node in nodes)
        is_one = len(functions) == 1
        classes = [
            dict.fromkeys(
                (self._own_location(node) is None, original_names(self.graph).class_name(node))
                for node in nodes
                if is_one or count[node] == 1
            )
            for nodes in seen
        ]
        common = set(classes[0]).intersection(*classes)
        chosen = sorted((one for one in classes[0] if one in common), key=lambda one: one[0])
        return clipped(chosen[0][1]) if chosen else ""

    def _seen_by(self, function: int) -> list[int]:
        """List objects that a function retains, each once: its variables, then what is below it."""
        graph = self.graph
        found = []
        scope = child(graph, function, "context")
        for _ in range(_MOST_SCOPES):
            if scope is None or not self.is_scope(scope) or is_module_scope(graph, scope):
                break
            edges = range(*graph.edges_of(scope))
            variables = [e for e in edges if variable_or_edge(graph, e)[0] == "context"]
            found += graph.edge_to[variables].tolist()
            scope = child(graph, scope, "previous")
        below = self.below(function, most=_MOST_BELOW_FUNCTION)
        return [node for node in dict.fromkeys([*found, *below]) if self._is_programs_object(node)]

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
        return self._location_of_functions() or self.location_of_owner or location

    @cached_property
    def is_of_program(self) -> bool:
        """Whether the program, not only the runtime, takes part in the accumulation."""
        nodes = [self.named_example, *(step.node for step in self.steps)]
        return any(self._own_location(node) is not None for node in nodes) or any(
            self._own_location(node) is not None for node in self.below(self.named_example)
        )

    @cached_property
    def location_of_owner(self) -> str | None:
        """Return the site of what holds the members, up to the first function or module.

        A class of a package has instances in many programs, and does not say which one leaks; a
        function or module of a package whose variable holds the members does. What holds the key
        of a WeakMap does not put values into the WeakMap.
        """
        for place in range(len(self.steps) - 2, -1, -1):
            step = self.steps[place]
            is_key = is_entry(self.graph, int(self.tree.parent_edge[self.steps[place + 1].node]))
            site = self._own_location(step.node)
            has_scope = self.is_closure(step.node) or step.class_name == _MODULE_BODY
            if site is not None and (has_scope or PACKAGES_FOLDER not in site):
                return site
            if has_scope or is_key:
                return None
        return None

    def _location_of_functions(self) -> str | None:
        """Return the line of the program that creates a function for each member."""
        function = self.function_of_each
        return None if function is None else self._own_location(function)

    @cached_property
    def function_of_each(self) -> int | None:
        """A function of the program below the example, of which each member has one of its own."""
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
                return inner
        return None

    def _own_location(self, node: int) -> str | None:
        location = location_of(self.graph, node)
        return location if location is not None and not is_internal(location) else None

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many there are in each snapshot; see `counts_of`."""
        return counts_of(self.series, self.accumulation, self.named_example, self.wrapped)

    @cached_property
    def released(self) -> tuple[int, int] | None:
        """How many of `counts` in the previous snapshot are gone in the last; see `released_of`."""
        return released_of(self.series, self.accumulation, self.named_example, self.wrapped)

    @cached_property
    def is_held(self) -> BoolArray:
        """``bool[n_nodes]``: what the members hold in the retaining tree, themselves included."""
        is_held = np.zeros(self.graph.n_nodes, np.bool_)
        is_held[self.accumulation.members] = True
        kernels.mark_below(self.tree.order, self.tree.parent, is_held)
        return is_held

    @cached_property
    def held(self) -> IntArray:
        """The same as ordinals, ascending."""
        return np.flatnonzero(self.is_held)

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
