"""Names of what is on a path: how a program holds an accumulation, as a person would say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from heapnb.analysis.diagnosis.original_names import original_names
from heapnb.analysis.diagnosis.short_names import article, clipped, short_script
from heapnb.analysis.packages import package_of
from heapnb.analysis.retention.retaining_tree import RetainingTree
from heapnb.analysis.retention.weak_tables import is_entry
from heapnb.decode.global_object import global_objects
from heapnb.decode.native_listeners import BROWSER_PREFIXES, called
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import location_of
from heapnb.graph.references import attached, private_field_of, spelled, weak_map_of
from heapnb.graph.scopes import function_of_scope, is_block, is_module_scope, is_suspended

OWNER_LABEL: Final = "<symbol owner_symbol>"
"""By which Node's handles refer to what the program knows."""

PUBLIC_NAMES: Final = {("AbortController", "#signal"): "signal"}
"""By class and private field of the runtime, the property by which programs read it."""

_OF_BROWSER: Final = re.compile(r"<symbol (?:\w+#\w+|V8PrivateProperty::.*)>")
"""Properties by which Blink's objects refer to each other, which no page can see."""

BROWSER: Final = "browser"
"""Name of the anchor of what only the browser's own objects hold."""

_LAST: Final = re.compile(r"\.(?=[^.\[\]]+$)|(?=\[[^\[\]]*\]$)")
"""Where the last part of an expression begins."""


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
    original : str
        What the program's source calls a name that was shortened, or a private field of the
        runtime; empty where it is the same.
    """

    node: int
    class_name: str
    label: str
    edge_type: str
    original: str = ""

    @property
    def is_named(self) -> bool:
        """Whether a name of the program leads here: a variable or a property."""
        if self.edge_type not in {"property", "context"} or self.label == OWNER_LABEL:
            return False
        return not _OF_BROWSER.fullmatch(self.label)

    @property
    def written(self) -> str:
        """The reference as a person reads it: ``cache``, ``[Symbol(sessions)]``."""
        return spelled(self.edge_type, self.original or self.label)


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
    is_code : bool
        Whether a program could contain the expression: not so for a local variable, whose name the
        heap lacks.
    package : str
        The npm package whose class has the property; empty if the program or the runtime has it.
    """

    name: str
    text: str
    held_by: str
    expression: str
    place: int
    is_code: bool = True
    package: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the last part of the expression, without brackets."""
        return bare(self.name), last_part(self.expression)


def bare(name: str) -> str:
    """Return a name without what JavaScript needs around it: ``["a b"]``, ``[Symbol(a)]``."""
    is_bracketed = name.startswith("[") and name.endswith("]")
    return name[1:-1].strip('"') if is_bracketed else name


def last_part(expression: str) -> str:
    """Return the last name of an expression, bare: ``rows`` of ``shared["rows"]``."""
    return bare(_LAST.split(expression)[-1])


@dataclass(frozen=True)
class Names:
    """The names of the steps of a path.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    tree : RetainingTree
        What holds what in it.
    steps : tuple of Step
        From the root to one of the accumulated objects.
    """

    graph: HeapGraph
    tree: RetainingTree
    steps: tuple[Step, ...]

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
        where = self._script_of(outer)
        if place and is_block(self.graph, self.steps[place - 1].node):
            function = function_of_scope(self.graph, self.steps[place - 1].node)
            inside = f" in the function `{function}`" if function else ""
            return f"the variable `{step.written}` of a block{inside}{where and f' in {where}'}"
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
            parts.append(attached(step.edge_type, step.original or step.label))
            if step.edge_type == "context" or self.is_global_object(index - 1):
                break
        if parts[-1] == ".exports" and len(parts) > 1:
            parts.pop()
        return "".join(reversed(parts)).removeprefix(".")

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
            expression = self._expression(place)
            if expression.startswith("["):
                expression = f"globalThis{expression}"
        else:
            expression = self._expression(place)
            reached = f" (`{expression}`)" if expression != name else ""
            text = f"the property `{name}` of {article(owner.class_name)}{reached}"
            package = self._package_of(owner)
            return Anchor(name, text, owner.class_name, expression, place, package=package)
        return Anchor(name, text, owner.class_name, expression, place)

    def anchor_of(self, place: int) -> Anchor | None:
        """Describe the name that leads to a step, or the private field or local variable it is.

        Parameters
        ----------
        place : int
            Which step.

        Returns
        -------
        Anchor or None
            None if nothing that a person would look for leads there.
        """
        if self.steps[place].is_named:
            return self.anchor_at(place)
        if place == 0:
            return self._native_object(place)
        if is_suspended(self.graph, self.steps[place - 1].node):
            return self._local_variable(place)
        return self._private_field(place) or self._native_object(place)

    def _native_object(self, place: int) -> Anchor | None:
        """Describe an object of the page that the browser's own objects lead to."""
        node = self.steps[place].node
        if self.graph.node_type[node] != self.graph.node_type_index("native"):
            return None
        name = called(self.graph.name(node))
        is_element = name.startswith("<")
        if not is_element and name not in {"window", "document"}:
            return None
        text = f"the `{clipped(name)}` element" if is_element else f"`{name}`"
        return Anchor(
            clipped(name), text, self.steps[place].class_name, name, place, is_code=not is_element
        )

    @staticmethod
    def of_engine(name: str, held_by: str) -> Anchor:
        """Describe what only objects of the engine, or of the browser, hold."""
        if name.startswith(BROWSER_PREFIXES):
            return Anchor(BROWSER, "the browser", BROWSER, BROWSER, 0, is_code=False)
        return Anchor(name, f"{name} of the engine", held_by, name, 0, is_code=False)

    def _local_variable(self, place: int) -> Anchor:
        """Describe a local variable of a suspended call, of which a heap has no name."""
        step, call = self.steps[place], self.steps[place - 1]
        function = child(self.graph, call.node, "function")
        names = original_names(self.graph)
        name = "" if function is None else clipped(names.function(function))
        where = self._script_of(place - 1)
        whose = f"function `{name}`{where and f' in {where}'}" if name else f"module {where}"
        text = f"a local variable of the suspended {whose.rstrip()}"
        return Anchor(step.class_name, text, call.class_name, step.class_name, place, is_code=False)

    def _private_field(self, place: int) -> Anchor | None:
        """Describe a private field that a compiler has put into a WeakMap."""
        edge = int(self.tree.parent_edge[self.steps[place].node])
        if not is_entry(self.graph, edge):
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

    def _package_of(self, owner: Step) -> str:
        """Name the npm package that defines the class of an object."""
        location = location_of(self.graph, owner.node)
        package = None if location is None else package_of(location)
        return package.name if package is not None and package.kind == "npm" else ""

    def _script_of(self, place: int) -> str:
        """Name the script that a step is defined in, briefly; empty if unknown."""
        location = location_of(self.graph, self.steps[place].node)
        return short_script(location.rsplit(":", 2)[0]) if location else ""


__all__ = ["Anchor", "Names", "Step", "bare", "last_part"]
