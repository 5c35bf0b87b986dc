"""Growth that is not the page's: of a browser extension, hot reload, or the hooks of DevTools."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.retention.reachability import reachability
from heapnb.decode.frameworks import is_page
from heapnb.decode.links import edges_named, nodes_named
from heapnb.graph import HeapGraph, derived
from heapnb.graph.locations import script_names

Keeper: TypeAlias = Literal["extension", "devtools", "hot-reload"]

STILL_HELD: Final = 0.1
"""If more of the objects than this are held by the page as well, they are the page's.

Bench: not measured yet.
"""

HOOKS: Final = (
    *("__REACT_DEVTOOLS_GLOBAL_HOOK__", "__VUE_DEVTOOLS_GLOBAL_HOOK__", "__VUE_DEVTOOLS_HOOK__"),
    *("__PREACT_DEVTOOLS__", "__REDUX_DEVTOOLS_EXTENSION__", "__APOLLO_CLIENT_DEVTOOLS__"),
    *("__SVELTE_DEVTOOLS_GLOBAL_HOOK__", "__SOLID_DEVTOOLS_GLOBAL_HOOK__"),
)
"""Global variables by which the DevTools of frameworks see a page."""

MODULE_RECORDS: Final = ("blink::BoxedV8Module", "ModuleMap::Entry", "system / SourceTextModule")
"""What a browser keeps of each address of a module: of each version, if a server reloads it."""

MODULE: Final = "module"
"""What a page calls the records of modules."""

_EXTENSION: Final = re.compile(r"(?P<origin>[a-z-]+-extension://[\w-]+)")
_HOT_RELOAD: Final = re.compile(
    r"/@vite/client|/@react-refresh|/react-refresh-runtime|/react-refresh/|/webpack/hot/"
    r"|/webpack-dev-server/client|\(webpack\)-hot|/@rspack/dev-server|/turbopack-dev"
)
_CONTEXTS: Final = ("Window", vocab.NATIVE_CONTEXT)


@dataclass(frozen=True)
class Apart:
    """Objects that something beside the page keeps.

    Parameters
    ----------
    keeper : {"extension", "devtools", "hot-reload"}
        What keeps them.
    class_name : str
        Their class.
    counts : tuple of int
        How many there are in each snapshot.
    source : str
        The address of the extension; empty for others.
    """

    keeper: Keeper
    class_name: str
    counts: tuple[int, ...]
    source: str = ""


def apart_of(evidence: Evidence) -> Apart | None:
    """Find out whether something beside the page keeps what accumulates.

    Parameters
    ----------
    evidence : Evidence
        What grew.

    Returns
    -------
    Apart or None
        None for what the page holds as well, and for heaps without a page.
    """
    graph = evidence.graph
    if not is_page(graph):
        return None
    name = graph.name(evidence.accumulation.example).removeprefix(vocab.DETACHED_PREFIX)
    if name in MODULE_RECORDS and _scripts_like(graph, _HOT_RELOAD):
        return Apart("hot-reload", MODULE, evidence.counts)
    members = evidence.accumulation.members
    for keeper, held in _held_without(graph).items():
        if np.count_nonzero(held[members]) <= STILL_HELD * len(members):
            source = _extension_of(evidence) if keeper == "extension" else ""
            return Apart(keeper, evidence.class_name, evidence.counts, source)
    return None


@derived(keep=False)
def _held_without(graph: HeapGraph) -> dict[Keeper, BoolArray]:
    """Find out for each keeper that the heap has what is held without it."""
    keepers: tuple[tuple[Keeper, IntArray], ...] = (
        ("extension", _of_extensions(graph)),
        ("devtools", _hooks(graph)),
        ("hot-reload", _functions_of(graph, _scripts_like(graph, _HOT_RELOAD))),
    )
    found: dict[Keeper, BoolArray] = {}
    for keeper, nodes in keepers:
        if not len(nodes):
            continue
        is_apart = np.zeros(graph.n_nodes, np.bool_)
        is_apart[nodes] = True
        edges = np.flatnonzero(is_apart[graph.edge_to])
        found[keeper] = reachability(graph).held_without(edges)
    return found


def _of_extensions(graph: HeapGraph) -> IntArray:
    """List the windows of extensions, their contexts, and the functions of their scripts."""
    names = [
        name
        for name in (graph.string(int(one)) for one in np.unique(graph.node_name[_globals(graph)]))
        if _EXTENSION.search(name)
    ]
    windows = nodes_named(graph, names, None) if names else np.empty(0, np.int64)
    return np.append(windows, _functions_of(graph, _scripts_like(graph, _EXTENSION)))


def _globals(graph: HeapGraph) -> IntArray:
    """List the global objects and native contexts."""
    kinds = [graph.node_type_index(kind) for kind in ("object", "native", "hidden", "code")]
    nodes = np.flatnonzero(np.isin(graph.node_type, kinds))
    distinct, which = np.unique(graph.node_name[nodes], return_inverse=True)
    marked = np.array([graph.string(one).startswith(_CONTEXTS) for one in distinct.tolist()])
    found: IntArray = nodes[marked[which]] if len(nodes) else nodes
    return found


def _hooks(graph: HeapGraph) -> IntArray:
    """List what the hooks of DevTools are."""
    edges = np.concatenate([edges_named(graph, name) for name in HOOKS])
    targets = np.unique(graph.edge_to[edges]).astype(np.int64)
    found: IntArray = targets[graph.node_type[targets] == graph.node_type_index("object")]
    return found


def _scripts_like(graph: HeapGraph, pattern: re.Pattern[str]) -> list[int]:
    """List the ids of scripts by their names."""
    return [number for number, name in script_names(graph).items() if pattern.search(name)]


def _functions_of(graph: HeapGraph, scripts: list[int]) -> IntArray:
    """List the functions of some scripts."""
    locations = graph.raw.locations
    if locations is None or not scripts:
        return np.empty(0, np.int64)
    nodes = locations.node[np.isin(locations.script_id, scripts)].astype(np.int64)
    found: IntArray = nodes[graph.node_type[nodes] == graph.node_type_index("closure")]
    return found


def _extension_of(evidence: Evidence) -> str:
    """Return the address of the extension on the path, or of its script."""
    names = [evidence.graph.name(step.node) for step in evidence.steps]
    for name in (*names, evidence.location or "", evidence.location_of_owner or ""):
        found = _EXTENSION.search(name)
        if found is not None:
            return found["origin"]
    return ""


__all__ = ["HOOKS", "MODULE", "MODULE_RECORDS", "Apart", "Keeper", "apart_of"]
