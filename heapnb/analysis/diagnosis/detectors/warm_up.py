"""Growth that is not the program's: what is loaded once, and what a browser records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.detectors.module_reload import MODULE_CLASSES
from heapnb.analysis.diagnosis.detectors.performance_entries import is_on_timeline
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Loaded
from heapnb.decode.native_listeners import is_of_page
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of

STRING_TABLES: Final = ("(External strings)", "(Internalized strings)", "(String table)")
"""Tables of the engine that grow with loaded code and its names, but retain neither."""

LISTS_OF_RUNTIME: Final = ("moduleLoadList",)
"""Properties of `process` with an entry for each part of Node.js that has been loaded."""

MODULE_TABLES: Final = ("_cache", "cache", "children", "loadCache")
"""Where Node's loaders keep modules; the second one is `require.cache`."""

PATH_TABLES: Final = (
    "_pathCache",
    "packageJsonCache",
    "realpathCache",
    "relativeResolveCache",
    "statCache",
)
"""Where they keep the paths of modules, by the request that led to them."""

DIFFERENT_FILES: Final = 0.5
"""If so large a share of the modules come from different files, each is loaded once.

A module that is loaded again and again has one file name, or names with a number. Bench: 1
makes `healthy_late_modules` a leak; none moves between 0.25 and 0.62.
"""

WRAPPERS: Final = ("CompiledFnEntry", "ModuleWrap")
"""Classes of the objects that the runtime creates for each module."""

BROWSER_ENTRIES: Final = frozenset(
    {
        *("InteractionContentfulPaint", "LargestContentfulPaint", "LayoutShift"),
        *("PerformanceElementTiming", "PerformanceEventTiming", "PerformanceLongTaskTiming"),
        *("PerformanceLongAnimationFrameTiming", "PerformanceResourceTiming"),
        *("SoftNavigationEntry", "VisibilityStateEntry"),
    }
)
"""Entries of the performance timeline that only the browser creates.

The page's own are `PerformanceMark` and `PerformanceMeasure`. Source: the Timing Entry Names
Registry of the W3C, and the proposal of soft navigations.
"""

_MOST_BELOW: Final = 64

_NUMBERED: Final = re.compile(r"\d+|[0-9a-f]{8,}", re.IGNORECASE)
_AFTER_PATH: Final = re.compile(r"[?#].*$", re.DOTALL)


def warm_up(growing: Sequence[Evidence]) -> list[Loaded | None]:
    """Tell which accumulations grow only until everything needed has been loaded.

    Parameters
    ----------
    growing : sequence of Evidence
        All accumulations that grow.

    Returns
    -------
    list of Loaded or None
        What each is; None for a possible leak.

    Notes
    -----
    Compiled code, feedback and hidden classes never accumulate here: the engine holds them, not
    the program.
    """
    found = [_loaded_once(evidence) for evidence in growing]
    n_loaded = max(
        (
            evidence.accumulation.count_delta
            for evidence, what in zip(growing, found, strict=True)
            if what in {Loaded.MODULES, Loaded.RUNTIME}
        ),
        default=0,
    )
    return [
        what or (Loaded.BESIDE_MODULES if _comes_with_modules(evidence, n_loaded) else None)
        for evidence, what in zip(growing, found, strict=True)
    ]


def _loaded_once(evidence: Evidence) -> Loaded | None:
    graph, anchor = evidence.graph, evidence.anchor
    if _is_recorded_by_browser(evidence):
        return Loaded.BY_BROWSER
    if _is_known_to_client(evidence):
        return Loaded.OF_CLIENT
    if _is_inside_browser(evidence):
        return Loaded.INSIDE_BROWSER
    if not any(step.is_named for step in evidence.steps):
        above = {graph.name(step.node) for step in evidence.steps[:-1]}
        if above.intersection(STRING_TABLES):
            return Loaded.NAMES
        holder = graph.name(evidence.holder.node)
        return Loaded.RUNTIME if holder.startswith(vocab.NATIVE_CONTEXT) else None
    owner = evidence.steps[anchor.place - 1].class_name if anchor.place else ""
    if anchor.name in LISTS_OF_RUNTIME and owner == "process":
        return Loaded.RUNTIME
    names = _file_names(evidence)
    return Loaded.MODULES if _are_different(names) else None


def _is_recorded_by_browser(evidence: Evidence) -> bool:
    """Tell whether the browser's own list, not one of the page, holds the browser's entries."""
    return evidence.class_name in BROWSER_ENTRIES and is_on_timeline(evidence)


def _is_known_to_client(evidence: Evidence) -> bool:
    """Tell texts, numbers and elements to which DevTools, or another client, has handles.

    The console drops its old messages. Elements that a test driver has looked up have the same
    handles as those that a page has logged.
    """
    graph, example = evidence.graph, evidence.accumulation.example
    types = [graph.node_type_index(name) for name in (*vocab.PRIMITIVE_TYPES, "native")]
    is_handle = evidence.steps[-1].label.endswith(vocab.CONSOLE_HANDLE)
    return is_handle and int(graph.node_type[example]) in types


def _is_inside_browser(evidence: Evidence) -> bool:
    """Tell whether objects are the browser's own, and hold nothing of the page."""
    graph, example = evidence.graph, evidence.accumulation.example
    if graph.node_type[example] != graph.node_type_index("native"):
        return False
    if is_of_page(graph.name(example)) or evidence.steps[-1].is_named:
        return False
    if evidence.accumulation.is_content:
        return True
    kinds = [graph.node_type_index(name) for name in ("object", "closure")]
    below = np.array(evidence.below(example, most=_MOST_BELOW), np.int64)
    return not (np.isin(graph.node_type[below], kinds).any() or _has_elements(graph, below))


def _has_elements(graph: HeapGraph, nodes: IntArray) -> bool:
    native = graph.node_type_index("native")
    return any(
        graph.node_type[node] == native and is_of_page(graph.name(node)) for node in nodes.tolist()
    )


def _comes_with_modules(evidence: Evidence, n_loaded: int) -> bool:
    """Tell whether the runtime created these, at most one for each loaded module."""
    accumulation = evidence.accumulation
    if accumulation.is_content or not 0 < accumulation.count_delta <= n_loaded:
        return False
    is_wrapper = evidence.class_name.rpartition(" ")[2] in WRAPPERS
    return is_wrapper or not evidence.is_of_program


def _file_names(evidence: Evidence) -> list[str]:
    """List the files of accumulated modules, or of the modules in a table that grows."""
    graph, name = evidence.graph, evidence.anchor.name
    members = evidence.accumulation.members.astype(np.int64)
    if evidence.accumulation.is_content:
        members = np.concatenate([graph.edge_to[slice(*graph.edges_of(n))] for n in members])
        members = members.astype(np.int64)
    if name in PATH_TABLES:
        files = of_types(graph, members, *vocab.STRING_TYPES)
    elif name in MODULE_TABLES:
        modules = named(graph, of_types(graph, members, "object"), MODULE_CLASSES)
        files = children_of(graph, modules, ["filename", "url"], edge_type="property")
    else:
        return []
    return [graph.display_name(file) for file in files[files >= 0].tolist()]


def _are_different(names: list[str]) -> bool:
    """Tell whether the files differ by more than a number or a query string."""
    kinds = {_NUMBERED.sub("0", _AFTER_PATH.sub("", name)) for name in names}
    return len(names) > 0 and len(kinds) >= DIFFERENT_FILES * len(names)
