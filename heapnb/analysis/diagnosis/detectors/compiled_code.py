"""Code compiled repeatedly at run time: templates, schemas, patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import CONTENT, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import user_location
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import UNNAMED, location_of, script_name, scripts_of

COMPILED_SHARE: Final = 0.5
"""From this many scripts for each object on, the objects are compiled code."""

NAMES_OF_TEXTS: Final = (None, "", "evalmachine.<anonymous>")
"""Names of scripts that come from a string instead of a file."""

_SCRIPT: Final = ("script", "script_or_debug_info")
_MOST_CLOSURES: Final = 64

SCRIPT_CLASSES: Final = ("ContextifyScript", "Script")
"""Classes of the objects that `new vm.Script` creates."""


@dataclass(frozen=True)
class CompiledFacts(Facts):
    """Code that is compiled repeatedly at run time.

    Parameters
    ----------
    n_scripts : int or None
        Scripts that come from strings; None for regular expressions.
    """

    n_scripts: int | None


class CompiledCode:
    """Functions from `new Function`, `eval` or `vm`, and regular expressions."""

    kind: ClassVar[str] = "compiled-code"
    strength: ClassVar[float] = CONTENT

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_content:
            return None
        n_scripts = None
        if site.class_name != vocab.CLASS_REGEXP:
            n_scripts = self._scripts_of_texts(site)
            if n_scripts < COMPILED_SHARE * len(site.accumulation.members):
                return None
        return Cause(
            self.kind,
            CompiledFacts(Group.of(site), site.anchor, n_scripts),
            location=self._location(site),
        )

    def _location(self, site: Site) -> str | None:
        """Return the location of the function that compiles, else of the nearest one in a file."""
        if site.class_name != vocab.CLASS_FUNCTION:
            return None
        compiler = _compiler(site.graph, site.named_example)
        if compiler is not None:
            return user_location(site.graph, compiler)
        nearest = [*reversed(site.inside), *site.around]
        if (code := site.code_of_anchor) is not None:
            nearest.append(code)
        above = (location_of(site.graph, step.node) for step in nearest)
        return next((one for one in above if one and not one.startswith(UNNAMED)), None)

    def _scripts_of_texts(self, site: Site) -> int:
        graph, held = site.graph, site.held
        functions = of_types(graph, held, "closure")
        scripts = scripts_of(graph, functions)
        is_script = np.zeros(graph.n_nodes, np.bool_)
        is_script[scripts[scripts >= 0]] = True
        of_texts = [
            script
            for script in np.flatnonzero(is_script).tolist()
            if script_name(graph, script) in NAMES_OF_TEXTS
        ]
        objects = named(graph, of_types(graph, held, "object"), SCRIPT_CLASSES)
        return len(of_texts) + len(objects)


def _compiler(graph: HeapGraph, function: int) -> int | None:
    """Find the function that compiled another one: V8 notes it in the script of the text."""
    shared = child(graph, function, "shared")
    script = None if shared is None else child(graph, shared, *_SCRIPT)
    if script is None:
        return None
    for edge in range(*graph.edges_of(script)):
        code = int(graph.edge_to[edge])
        is_noted = graph.edge_type[edge] == graph.edge_type_index("hidden")
        if not is_noted or graph.node_type[code] != graph.node_type_index("code"):
            continue
        # Nearly all of these are other scripts that it compiled.
        holders = graph.edge_from(graph.retaining_edges_of(code))
        closures = of_types(graph, holders, "closure")[:_MOST_CLOSURES].tolist()
        found = next((one for one in closures if user_location(graph, one) is not None), None)
        if found is not None:
            return int(found)
    return None
