"""Callbacks of events that do not come from Node's emitters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import (
    GUESS,
    LISTS,
    MAPS,
    NAMED,
    SETS,
    SUPPOSED,
    Cause,
)
from heapnb.analysis.diagnosis.detectors.callbacks import function_below, user_location
from heapnb.analysis.diagnosis.detectors.event_listeners import EMITTER_SLOT
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.analysis.diagnosis.wrappers import LONGEST_PAIR
from heapnb.analysis.known_objects import shape_of
from heapnb.analysis.packages import PACKAGES_FOLDER
from heapnb.decode.additions import addition_of
from heapnb.decode.creation import creations_around
from heapnb.decode.frameworks import Framework, framework_of, hook_of, is_page
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import location_of
from heapnb.graph.scopes import is_module_scope

_NAMES: Final = re.compile(
    r"^[_#$]*(?:<symbol )?\w*(observers|subscribers|subscriptions|listeners|callbacks|watchers)>?$",
    re.IGNORECASE,
)
"""Names by which libraries call collections of callbacks."""

_REMOVALS: Final = ("off", "unsubscribe", "removeListener", "removeEventListener", "unlisten")
_SUBSCRIBING: Final = (
    *("subscribe", "$subscribe", "$onAction", "observe", "listen", "onChange"),
    *("watch", "watchEffect", "watchPostEffect", "effect", "createEffect", "autorun", "reaction"),
)
"""Functions of stores and of reactive libraries that take a function to call later."""

_MOST_ABOVE: Final = 4
_CACHE: Final = "cache"
"""How the roles of known libraries' caches begin."""

_MOST_OF_THEM: Final = 0.9
_MOST_FOLLOWED: Final = 96
_STORAGE: Final = ("elements", "properties", "table")
_PROTOTYPE: Final = "__proto__"


Sign = Literal["know-owner", "functions", "name", "bus"]
"""What shows that members are subscribers.

Each has a function and refers back to what it is subscribed to; or they are functions; or they
have functions, and a library calls the collection so; or they are functions, in a collection of an
object with functions to add and remove them.
"""


@dataclass(frozen=True)
class SubscriberFacts(Facts):
    """Callbacks in a collection of the program or of a library.

    Parameters
    ----------
    sign : {"know-owner", "functions", "name", "bus"}
        What shows it.
    owner : str
        Class of what has the collection.
    is_function : bool
        Whether each is a function, and not an object that has one.
    removal : str
        How the owner says that a function is removed, such as ``off``; empty if unknown.
    framework : Framework or None
        The framework that renders the page, in a browser.
    hook : str
        The hook of the framework in which they are added; empty if unknown.
    """

    sign: Sign
    owner: str
    is_function: bool
    removal: str = ""
    framework: Framework | None = None
    hook: str = ""


class Subscribers:
    """Observers, subscribers or callbacks in a list or set of the program or of a library."""

    kind: ClassVar[str] = "event-listeners"
    strength: ClassVar[float] = NAMED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        accumulation, owner = site.accumulation, site.above(1)
        if owner is None or accumulation.is_content or accumulation.is_list:
            return None
        if site.holder.class_name not in {*LISTS, *SETS, *MAPS}:
            return None
        if child(site.graph, accumulation.example, EMITTER_SLOT) is not None:
            # An emitter such as a socket is not a callback, whatever the name of its list.
            return None
        shape = shape_of(site.graph, owner.node)
        if shape is not None and shape.role.startswith(_CACHE):
            # A query knows its cache, and the function that fetches.
            return None
        function = function_below(site, [accumulation.example])
        found = None if function is None else _sign(site)
        if function is None or found is None:
            return None
        sign, strength = found
        graph = site.graph
        around = creations_around(graph, function) if is_page(graph) else []
        return Cause(
            self.kind,
            SubscriberFacts(
                Group.of(site),
                site.anchor,
                sign,
                owner.class_name,
                is_function=_is_callback(site, accumulation.example),
                removal=_removal(site),
                framework=framework_of(graph),
                hook=hook_of([text for one in around for text in one.texts]),
            ),
            user_location(site.graph, function),
            strength=strength,
            addition=addition_of(graph, function, _SUBSCRIBING) if is_page(graph) else None,
        )


def _sign(site: Site) -> tuple[Sign, float] | None:
    """Tell what shows that the members are subscribers, and how strongly."""
    sample = site.sample
    are_functions = all(_is_callback(site, node) for node in sample)
    # A bundler keeps the names of properties; those of variables say nothing.
    is_named = any(
        step.edge_type == "property" and _NAMES.match(step.label) for step in site.around[:2]
    )
    if not are_functions:
        # A literal with a function and its owner may as well wait for its turn once.
        is_literal = site.graph.name(site.example) == vocab.CLASS_OBJECT
        if is_literal or site.holder.class_name in MAPS or not _are_callable(site, sample):
            return None
        if _know_owner(site, sample):
            return "know-owner", NAMED
        return ("name", NAMED) if is_named and _are_of_packages(site, sample) else None
    if is_named:
        return "name", NAMED
    if _removal(site):
        return "bus", NAMED
    # A function is found again by its identity, in a Set; an Array may be a log of actions.
    return "functions", SUPPOSED if site.holder.class_name in SETS else GUESS


def _is_callback(site: Site, node: int) -> bool:
    """Tell functions, and in a page the pairs of functions that stores of Svelte keep."""
    graph = site.graph
    if site.is_closure(node):
        return True
    if graph.class_name(node) != "Array" or not is_page(graph):
        return False
    members = [
        int(graph.edge_to[edge])
        for edge in range(*graph.edges_of(node))
        if graph.edge_type[edge] == graph.edge_type_index("element")
    ]
    return 0 < len(members) <= LONGEST_PAIR and all(map(site.is_closure, members))


def _removal(site: Site) -> str:
    """Name the function by which the owner of the collections removes one; empty without one.

    Event buses such as mitt are plain objects: a Map of Arrays by event, and functions around it.
    """
    graph = site.graph
    if not is_page(graph):
        return ""
    for step in site.around[1:_MOST_ABOVE]:
        if graph.name(step.node) != vocab.CLASS_OBJECT:
            continue
        for name in _REMOVALS:
            method = child(graph, step.node, name)
            if method is not None and site.is_closure(method):
                return name
    return ""


def _are_callable(site: Site, sample: list[int]) -> bool:
    """Tell whether each object has a function of the program, which is what it is for."""
    if _are_of_packages(site, sample):
        return all(function_below(site, [node]) is not None for node in sample)
    return all(_has_function(site.graph, node) for node in sample)


def _are_of_packages(site: Site, sample: list[int]) -> bool:
    """Tell whether the objects are of a class of a package, as the subscribers of RxJS are."""
    locations = (location_of(site.graph, node) for node in sample)
    return all(location is not None and PACKAGES_FOLDER in location for location in locations)


def _has_function(graph: HeapGraph, node: int) -> bool:
    """Tell whether a property of an object is a function of the program."""
    closure, named = graph.node_type_index("closure"), graph.edge_type_index("property")
    return any(
        graph.edge_type[edge] == named
        and graph.node_type[graph.edge_to[edge]] == closure
        and user_location(graph, int(graph.edge_to[edge])) is not None
        for edge in range(*graph.edges_of(node))
    )


def _know_owner(site: Site, sample: list[int]) -> bool:
    """Tell whether nearly all members refer back to what has the collection."""
    graph, owner = site.graph, site.above(1)
    targets = {site.holder.node}
    if owner is not None and graph.node_type[owner.node] == graph.node_type_index("object"):
        targets.add(owner.node)
    targets = {node for node in targets if not graph.name(node).startswith(vocab.CONTEXT_NAME)}
    n_knowing = sum(_leads_to(graph, node, targets) for node in sample)
    return n_knowing >= _MOST_OF_THEM * len(sample)


def _leads_to(graph: HeapGraph, start: int, targets: set[int]) -> bool:
    """Tell whether an object refers to one of some others by what is its own."""
    seen, queue = {start}, [start]
    for node in queue:
        for after in _own_references(graph, node):
            if after in targets:
                return True
            if after not in seen and len(queue) < _MOST_FOLLOWED:
                seen.add(after)
                queue.append(after)
    return False


def _own_references(graph: HeapGraph, node: int) -> Iterator[int]:
    """List what an object has, and the variables of a function's own call."""
    types = {graph.edge_type_index(kind) for kind in ("property", "element", "context")}
    internal = graph.edge_type_index("internal")
    is_closure = graph.node_type[node] == graph.node_type_index("closure")
    for edge in range(*graph.edges_of(node)):
        target, label = int(graph.edge_to[edge]), graph.edge_label(edge)
        if graph.edge_type[edge] in types:
            if label != _PROTOTYPE:
                yield target
        elif graph.edge_type[edge] == internal and is_closure:
            if label == "context" and not is_module_scope(graph, target):
                yield target
        elif label in _STORAGE or label.isdecimal():
            yield target
