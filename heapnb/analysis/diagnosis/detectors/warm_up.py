"""Growth that ends by itself: what a program and its runtime load once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.contents import named, of_types
from heapnb.analysis.diagnosis.detectors.module_reload import MODULE_CLASSES
from heapnb.analysis.diagnosis.evidence import Evidence, is_internal
from heapnb.graph.places import children_of

STRING_TABLES: Final = ("(External strings)", "(Internalized strings)", "(String table)")
"""Tables of the engine that grow with the code and every new name in it, and hold neither."""

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
"""Where they keep the paths of modules, by the way that led to them."""

DIFFERENT_FILES: Final = 0.5
"""Modules of so many different files (of all that there are) are loaded once each."""

WRAPPERS: Final = ("CompiledFnEntry", "ModuleWrap")
"""Classes of what the runtime makes for each module, beside the module itself."""

_BESIDES: Final = "what the runtime has for each module"
_MODULES: Final = "modules that are loaded when first needed"
_NAMES: Final = "names in code that is loaded"
_RUNTIME: Final = "parts of the runtime that are loaded when first needed"
_NUMBERED: Final = re.compile(r"\d+|[0-9a-f]{8,}", re.IGNORECASE)
_AFTER_PATH: Final = re.compile(r"[?#].*$", re.DOTALL)


def warm_up(growing: Sequence[Evidence]) -> list[str | None]:
    """Say which piles grow only until all that is needed has been loaded.

    Parameters
    ----------
    growing : sequence of Evidence
        All that grow.

    Returns
    -------
    list of str or None
        For each pile what it is, for a sentence; None for what may be a leak.

    Notes
    -----
    Compiled code, feedback and hidden classes never make a pile: the engine holds them, not the
    program.
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
    """Tell what the runtime has for each module: no more of these, and nothing of the program."""
    accumulation = evidence.accumulation
    if accumulation.is_content or not 0 < accumulation.count_delta <= n_loaded:
        return False
    location = evidence.location
    is_wrapper = evidence.class_name.rpartition(" ")[2] in WRAPPERS
    return is_wrapper or location is None or is_internal(location)


def _file_names(evidence: Evidence) -> list[str]:
    """List the files of the modules in a pile, if it is one of modules or of paths to them.

    Of a table that grows by itself, those of the modules in it.
    """
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
    """Tell files that a person wrote from one file many times, or files made by a program."""
    kinds = {_NUMBERED.sub("0", _AFTER_PATH.sub("", name)) for name in names}
    return len(names) > 0 and len(kinds) >= DIFFERENT_FILES * len(names)
