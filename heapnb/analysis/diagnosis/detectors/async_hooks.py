"""Entries that an async hook adds for every asynchronous resource."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.async_stores import RESOURCE_ID
from heapnb.analysis.diagnosis.detectors.base import GUESS, LINKS, MAPS, Cause
from heapnb.analysis.diagnosis.detectors.contents import of_types
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import PROMISE_CLASS, Site
from heapnb.decode.hashtables import entries
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

HOOK_CLASS: Final = "AsyncHook"

_RESOURCE_TYPE: Final = re.compile(
    r"PROMISE|Timeout|Immediate|TickObject|Microtask|RANDOMBYTESREQUEST|[A-Z0-9]+(WRAP|REQ|HANDLE)"
)
"""Node's names for the types of asynchronous resources, as the callback `init` gets them."""

_MOST_PROPERTIES: Final = 32
_CALLBACKS: Final = ("<symbol init>", "<symbol before>", "<symbol promiseResolve>")


@dataclass(frozen=True)
class AsyncHookFacts(Facts):
    """A collection by number that a callback of an async hook closes over.

    Parameters
    ----------
    is_of_resources : bool
        Whether its entries are asynchronous resources, refer to one, or name the type of one.
    """

    is_of_resources: bool


class AsyncHooks:
    """Collections that an async hook fills with every asynchronous resource."""

    kind: ClassVar[str] = "async-hooks"
    strength: ClassVar[float] = LINKS

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        step = site.anchored
        if step.edge_type != "context" or site.accumulation.is_content:
            return None
        if not _is_keyed_by_number(site) or not _is_visible_to_hook(site.graph, step.node):
            return None
        # The hook sees all variables of its module, and other things are numbered, too.
        is_of_resources = all(_is_of_resource(site.graph, node) for node in site.sample)
        return Cause(
            self.kind,
            AsyncHookFacts(Group.of(site), site.anchor, is_of_resources),
            strength=LINKS if is_of_resources else GUESS,
        )


def _is_keyed_by_number(site: Site) -> bool:
    """Tell whether the entries of a Map or a dictionary have numbers as keys, as async ids are.

    V8 stores small integers in the table itself: no edge leads to such a key.
    """
    graph, holder = site.graph, site.holder.node
    if site.holder.class_name in MAPS:
        found = entries(graph, holder)
        if found is None:
            return False
        keys = found.key[found.key >= 0]
        return len(of_types(graph, keys, "number", "bigint")) == len(keys)
    is_plain = graph.name(holder) == vocab.CLASS_OBJECT
    return is_plain and site.last.edge_type == "element"


def _is_of_resource(graph: HeapGraph, node: int) -> bool:
    """Tell whether an entry is an asynchronous resource, refers to one, or names its type."""
    if _is_resource(graph, node):
        return True
    named = graph.edge_type_index("property")
    for edge in list(range(*graph.edges_of(node)))[:_MOST_PROPERTIES]:
        target = int(graph.edge_to[edge])
        if graph.edge_type[edge] != named or graph.edge_label(edge) == "__proto__":
            continue
        if _is_resource(graph, target):
            return True
        is_text = graph.node_type_names[int(graph.node_type[target])] in vocab.STRING_TYPES
        if is_text and _RESOURCE_TYPE.fullmatch(graph.display_name(target)):
            return True
    return False


def _is_resource(graph: HeapGraph, node: int) -> bool:
    """Tell whether Node has numbered an object as an asynchronous resource."""
    return graph.class_name(node) == PROMISE_CLASS or child(graph, node, *RESOURCE_ID) is not None


def _is_visible_to_hook(graph: HeapGraph, collection: int) -> bool:
    """Tell whether a callback of an async hook closes over a collection."""
    names = graph.class_names.to_pylist()
    if HOOK_CLASS not in names:
        return False
    for hook in np.flatnonzero(graph.class_index == names.index(HOOK_CLASS)).tolist():
        function = child(graph, hook, *_CALLBACKS)
        context = None if function is None else child(graph, function, "context")
        while context is not None and graph.name(context).startswith(vocab.CONTEXT_NAME):
            for edge in range(*graph.edges_of(context)):
                if int(graph.edge_to[edge]) == collection:
                    return True
            context = child(graph, context, "previous")
    return False
