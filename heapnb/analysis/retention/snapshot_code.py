"""Functions that exist to write a snapshot: they retain their scope, but leak nothing."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child, edges_to, is_string
from heapnb.graph.locations import script_names

_WRITERS: Final = ("writeHeapSnapshot", "getHeapSnapshot", "takeHeapSnapshot", "heapSnapshot")
"""Methods of `node:v8`, of a worker and of the inspector's client, and heapnb's own function."""

_KIT: Final = re.compile(r"([/\\]heapnb[/\\]capture[/\\][^/\\]+\.[cm]?js|[/\\]heapnb-kit\.cjs)$")
"""Scripts that heapnb preloads into a program."""

_CONSTANT_POOL: Final = "(constant pool)"
_SHARED: Final = "shared"
_PROCESS: Final = "process"
_SIGNAL_PREFIX: Final = "SIG"
_MOST_RETAINERS: Final = 256
_LEVELS: Final = 3
"""From the constants of a function: its bytecode, what V8 shares between its closures."""


def snapshot_functions(graph: HeapGraph) -> IntArray:
    """Find the functions through which a program, its user or heapnb writes snapshots."""
    return np.unique(
        np.array([*_signal_listeners(graph), *_writers(graph), *_of_kit(graph)], np.int64)
    )


def _signal_listeners(graph: HeapGraph) -> list[int]:
    """List what `process` calls when a signal arrives."""
    is_process = is_string(graph, [_PROCESS])[graph.node_name]
    is_process &= graph.node_type == graph.node_type_index("object")
    found: list[int] = []
    for process in np.flatnonzero(is_process).tolist():
        events = child(graph, process, "_events")
        if events is None:
            continue
        for edge in range(*graph.edges_of(events)):
            is_property = graph.edge_type[edge] == graph.edge_type_index("property")
            if is_property and graph.edge_label(edge).startswith(_SIGNAL_PREFIX):
                listeners = int(graph.edge_to[edge])
                found.append(listeners)
                found += [
                    int(graph.edge_to[inner])
                    for inner in range(*graph.edges_of(listeners))
                    if graph.edge_type[inner] == graph.edge_type_index("element")
                ]
    return found


def _writers(graph: HeapGraph) -> list[int]:
    """List the closures in whose constants the name of such a method stands."""
    is_name = is_string(graph, _WRITERS)
    if not is_name.any():
        return []
    is_wanted = is_name[graph.node_name]
    is_wanted &= graph.node_type == graph.node_type_index("string")
    names = np.flatnonzero(is_wanted).tolist()
    level = [
        source
        for retainers in _retainers(graph, names)
        for _, source in retainers
        if graph.name(source) == _CONSTANT_POOL
    ]
    found: list[int] = []
    code = graph.node_type_index("code")
    for _ in range(_LEVELS):
        above: list[int] = []
        for retainers in _retainers(graph, level):
            closures = [source for label, source in retainers if label == _SHARED]
            found += closures
            # What closures share also stands in the constants of the function around them.
            if not closures:
                above += [source for _, source in retainers if graph.node_type[source] == code]
        level = above
    return found


def _retainers(graph: HeapGraph, nodes: list[int]) -> list[list[tuple[str, int]]]:
    """List for each node labels and sources of the first edges that retain it."""
    edges = edges_to(graph, np.array(nodes, np.int64))
    target = graph.edge_to[edges]
    order = np.argsort(target, kind="stable")
    edges, target = edges[order], target[order]
    found = []
    for node in nodes:
        start, stop = np.searchsorted(target, [node, node + 1])
        some = edges[start : min(stop, start + _MOST_RETAINERS)]
        some = some[graph.edge_type[some] != graph.edge_type_index("weak")]
        sources = graph.edge_from(some).tolist()
        labels = [graph.edge_label(edge) for edge in some.tolist()]
        found.append(list(zip(labels, sources, strict=True)))
    return found


def _of_kit(graph: HeapGraph) -> list[int]:
    """List the functions of heapnb's own scripts, and their scopes."""
    locations = graph.raw.locations
    if locations is None:
        return []
    scripts = [number for number, name in script_names(graph).items() if _KIT.search(name)]
    nodes = locations.node[np.isin(locations.script_id, scripts)]
    closures = nodes[graph.node_type[nodes] == graph.node_type_index("closure")].tolist()
    scopes = [child(graph, closure, "context") for closure in closures]
    return [*closures, *(scope for scope in scopes if scope is not None)]


__all__ = ["snapshot_functions"]
