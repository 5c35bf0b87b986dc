"""Elements that are added to the document again and again, and never removed from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.base import REFINED, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.growing import grows_through
from heapnb.analysis.diagnosis.member_counts import counts_alike
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.analysis.diagnosis.site import Site
from heapnb.analysis.packages import package_of
from heapnb.decode.additions import Addition, calls_in_scripts
from heapnb.decode.dom_trees import dom_parents, is_dom_name, is_of_layout
from heapnb.decode.frameworks import Framework, framework_of, is_page
from heapnb.decode.links import has_type
from heapnb.decode.native_listeners import called
from heapnb.graph import HeapGraph

LEAST_SHARE: Final = 0.25
"""Elements added, by the growth of the browser's objects for them, from which they explain it.

The browser has one to four objects of a class for each element. Bench: not measured yet.
"""

_INSERTING: Final = re.compile(
    r"\.(?P<call>append|appendChild|prepend|insertBefore|insertAdjacentElement|insertAdjacentHTML"
    r"|insertRow|after|before)\s*\("
)
_BY_DOCUMENT: Final = ("body", "head")
"""Elements that code of a page reaches by properties of the document."""

_MOST_CLASSES: Final = 16


@dataclass(frozen=True)
class AttachedFacts(Facts):
    """Elements that the document gets more and more of.

    Parameters
    ----------
    parent : str
        The element that most of them are added to, as HTML.
    framework : Framework or None
        The framework that renders the page.
    """

    parent: str
    framework: Framework | None


class AttachedDom:
    """Elements of the document itself, which nothing but the document holds."""

    kind: ClassVar[str] = "attached-dom"
    strength: ClassVar[float] = REFINED + 0.01

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not is_page(site.graph) or not _is_of_document(site):
            return None
        found = _growing_elements(site)
        if found is None:
            return None
        nodes, parents, counts = found
        example = int(nodes[len(nodes) // 2])
        owners, count = np.unique(parents, return_counts=True)
        parent = called(site.graph.name(int(owners[np.argmax(count)])))
        about = site.about(example)
        text = f"the `{clipped(parent)}` element"
        class_name = site.graph.class_name(int(owners[np.argmax(count)]))
        return Cause(
            self.kind,
            AttachedFacts(
                replace(Group.of(about), counts=counts, is_content=False),
                Anchor(clipped(parent), text, class_name, parent, 0, is_code=False),
                parent,
                framework_of(site.graph),
            ),
            subject=example,
            addition=_insertion(site.graph, about.class_name, parent),
            counts=counts,
        )


def _is_of_document(site: Site) -> bool:
    """Tell objects of the layout, and elements that other elements hold."""
    graph, example = site.graph, site.example
    nodes = np.array([example, site.holder.node], np.int64)
    if site.last.is_named or not has_type(graph, nodes, "native").all():
        return False
    states = graph.detachedness
    if states is not None and states[example] == vocab.DETACHEDNESS_DETACHED:
        return False
    name = graph.name(example)
    return is_of_layout(name) or is_dom_name(name)


def _growing_elements(site: Site) -> tuple[IntArray, IntArray, tuple[int, ...]] | None:
    """Find the outermost elements of a class that grows: nodes, parents, numbers over time."""
    graph = site.graph
    elements = _elements(graph)
    classes, first, which, count = np.unique(
        graph.class_index[elements], return_index=True, return_inverse=True, return_counts=True
    )
    grown = set()
    counts: dict[int, tuple[int, ...]] = {}
    for place in np.argsort(-count, kind="stable")[:_MOST_CLASSES].tolist():
        numbers = counts_alike(site.series, int(elements[first[place]]))
        if grows_through(np.array([numbers])).all():
            grown.add(int(classes[place]))
            counts[place] = numbers
    n_members = int(site.accumulation.count[-1] - site.accumulation.count[0])
    for place, numbers in counts.items():
        nodes = elements[which.reshape(-1) == place]
        parents = dom_parents(graph, nodes)
        is_known = parents >= 0
        nodes, parents = nodes[is_known], parents[is_known]
        inner = np.isin(graph.class_index[parents], list(grown))
        is_outer = len(nodes) and 2 * np.count_nonzero(inner) < len(nodes)
        if is_outer and numbers[-1] - numbers[0] >= LEAST_SHARE * n_members:
            return nodes, parents, numbers
    return None


def _elements(graph: HeapGraph) -> IntArray:
    """List the elements in the document."""
    nodes = np.flatnonzero(graph.node_type == graph.node_type_index("native"))
    distinct, which = np.unique(graph.node_name[nodes], return_inverse=True)
    marked = np.array([graph.string(one).startswith("<") for one in distinct.tolist()], np.bool_)
    return nodes[marked[which]] if len(nodes) else nodes


def _insertion(graph: HeapGraph, class_name: str, parent: str) -> Addition | None:
    """Find the call that adds the elements: the last one of the only function that makes them.

    Or the only function of the program that adds something to the body or the head of the document.
    """
    name = parent.strip("<>").partition(" ")[0]
    if name in _BY_DOCUMENT:
        pattern = re.compile(rf"\bdocument\s*\.\s*{name}\s*{_INSERTING.pattern}")
        own = [one for one in calls_in_scripts(graph, pattern) if _is_own(one)]
        if len({(one.function, _file(one)) for one in own}) == 1:
            return own[-1]
    tag = re.escape(class_name.strip("<>").partition(" ")[0])
    making = re.compile(rf"\.(?P<call>createElement)\s*\(\s*['\"`]{tag}['\"`]")
    makes = [one for one in calls_in_scripts(graph, making) if _is_own(one)]
    makers = {(one.function, _file(one)) for one in makes}
    found = [
        one for one in calls_in_scripts(graph, _INSERTING) if (one.function, _file(one)) in makers
    ]
    return found[-1] if found and len(makers) == 1 else None


def _is_own(addition: Addition) -> bool:
    """Tell whether a call is in code of the program, not of a package."""
    return addition.location is not None and package_of(addition.location).kind == "own"


def _file(addition: Addition) -> str:
    return (addition.location or "").rsplit(":", 2)[0]


__all__ = ["AttachedDom", "AttachedFacts"]
