"""Composite abort signals that follow a long-lived signal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.event_listeners import TARGET_SLOTS
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.hashtables import entries
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child, internal_child
from heapnb.graph.references import attached, spelled

DEPENDANTS: Final = "<symbol kDependantSignals>"
"""A signal's set of weak references to the signals that follow it."""

SOURCES: Final = "<symbol kSourceSignals>"
"""A signal's set of weak references to the signals that it follows."""

PERSISTENT: Final = "gcPersistentSignals"
"""Node's own set of signals that have a listener and a source that may still abort them."""

_MOST_LOOKED_AT: Final = 16
_REFERENCE: Final = "WeakRef"


@dataclass(frozen=True)
class AbortSignalFacts(Facts):
    """Signals from `AbortSignal.any` that follow the signal of the anchor.

    Parameters
    ----------
    n_checked : int
        Signals, or references to them, that were examined.
    n_alive : int
        Of these, signals that are still there.
    n_listening : int
        Of these, signals that have a listener.
    """

    n_checked: int
    n_alive: int
    n_listening: int


class AbortSignals:
    """Signals that `AbortSignal.any` creates and Node retains."""

    kind: ClassVar[str] = "abort-signals"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        # The signals, or references to them, are members of such a set.
        if site.holder.label == DEPENDANTS:
            anchor = site.anchor_above(0)
            anchor = replace(
                anchor, expression=anchor.expression.removesuffix(attached("property", DEPENDANTS))
            )
        elif site.holder.label == PERSISTENT:
            anchor = _source(site) or site.anchor_above(0)
        else:
            return None
        anchor = replace(
            anchor,
            text=f"the dependent signals of the AbortSignal `{anchor.expression}`",
            held_by="AbortSignal",
        )
        sample = site.sample
        found = (_signal(site.graph, node) for node in sample)
        signals = [node for node in found if node is not None]
        n_listening = sum(_has_listener(site.graph, node) for node in signals)
        return Cause(
            self.kind,
            AbortSignalFacts(Group.of(site), anchor, len(sample), len(signals), n_listening),
        )


def _signal(graph: HeapGraph, node: int) -> int | None:
    """Return a signal, or the one that a weak reference leads to, if that is still there."""
    if graph.class_name(node) != _REFERENCE:
        return node
    return internal_child(graph, node, "target", edge_type="weak")


def _has_listener(graph: HeapGraph, signal: int) -> bool:
    """Tell whether a signal has a listener: in its Map, the list of an event has a first one."""
    slot = child(graph, signal, *TARGET_SLOTS)
    found = None if slot is None else entries(graph, slot)
    if found is None:
        return False
    first = (child(graph, int(root), "next") for root in found.value[found.value >= 0])
    objects = graph.node_type_index("object")
    return any(node is not None and graph.node_type[node] == objects for node in first)


def _source(site: Site) -> Anchor | None:
    """Find a signal that the example follows and that the program holds by name."""
    graph = site.graph
    sources = child(graph, site.example, SOURCES)
    table = None if sources is None else child(graph, sources, "table")
    if table is None:
        return None
    for edge in list(range(*graph.edges_of(table)))[:_MOST_LOOKED_AT]:
        signal = child(graph, int(graph.edge_to[edge]), "target")
        if signal is not None and site.tree.path(signal)[0] == graph.root:
            anchor = site.about(signal).anchor
            if anchor.name not in {PERSISTENT, spelled("property", SOURCES)}:
                return anchor
    return None
