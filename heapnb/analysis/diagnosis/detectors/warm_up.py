"""Growth that ends by itself: what a program and its runtime load once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.detectors.module_reload import MODULE_CLASSES
from heapnb.analysis.diagnosis.evidence import Evidence
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

_BESIDES: Final = "objects of the runtime for each module"
_MODULES: Final = "modules loaded on first use"
_NAMES: Final = "names in loaded code"
_RUNTIME: Final = "parts of the runtime loaded on first use"
_NUMBERED: Final = re.compile(r"\d+|[0-9a-f]{8,}", re.IGNORECASE)
_AFTER_PATH: Final = re.compile(r"[?#].*$", re.DOTALL)


def warm_up(growing: Sequence[Evidence]) -> list[str | None]:
    """Tell which accumulations grow only until everything needed has been loaded.

    Parameters
    ----------
    growing : sequence of Evidence
        All accumulations that grow.

    Returns
    -------
    list of str or None
        What each is, for a sentence; None for a possible leak.

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
            if what in {_MODULES, _RUNTIME}
        ),
        default=0,
    )
    return [
        what or (_BESIDES if _comes_with_modules(evidence, n_loaded) else None)
        for evidence, what in zip(growing, found, strict=True)
    ]


def _loaded_once(evidence: Evidence) -> str | None:
    graph, anchor = evidence.graph, evidence.anchor
    if not any(step.is_named for step in evidence.steps):
        above = {graph.name(step.node) for step in evidence.steps[:-1]}
        if above.intersection(STRING_TABLES):
            return _NAMES
        holder = graph.name(evidence.holder.node)
        return _RUNTIME if holder.startswith(vocab.NATIVE_CONTEXT) else None
    owner = evidence.steps[anchor.place - 1].class_name if anchor.place else ""
    if anchor.name in LISTS_OF_RUNTIME and owner == "process":
        return _RUNTIME
    names = _file_names(evidence)
    return _MODULES if _are_different(names) else None


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
