"""Growth that ends by itself: what a program and its runtime load once."""

from __future__ import annotations

import posixpath
import re
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.analysis.detectors.contents import named, of_types
from heapnb.analysis.detectors.module_reload import MODULE_CLASSES
from heapnb.analysis.evidence import Evidence
from heapnb.graph import HeapGraph
from heapnb.places import children_of

STRING_TABLES: Final = ("(Internalized strings)", "(String table)")
"""Roots of the engine that grow with every new name in the code."""

LISTS_OF_RUNTIME: Final = ("moduleLoadList",)
"""Properties of `process` with an entry for each part of Node.js that has been loaded."""

LOADER_TABLES: Final = (
    "_cache",
    "_pathCache",
    "cascadedLoader",
    "children",
    "loadCache",
    "packageJsonCache",
    "relativeResolveCache",
    "statCache",
)
"""Where Node's loaders keep modules and the paths of them."""

DIFFERENT_FILES: Final = 0.5
"""Modules of so many different files (of all that there are) are loaded once each."""

_NUMBERED: Final = re.compile(r"\d+|[0-9a-f]{8,}", re.IGNORECASE)
_AFTER_PATH: Final = re.compile(r"[?#].*$", re.DOTALL)


def warm_up(evidence: Evidence) -> str | None:
    """Say whether a pile grows only until all that is needed has been loaded.

    Parameters
    ----------
    evidence : Evidence
        A pile.

    Returns
    -------
    str or None
        What it is, for a sentence; None for what may be a leak.

    Notes
    -----
    Compiled code, feedback and hidden classes never make a pile: the engine holds them, not the
    program.
    """
    graph, anchor = evidence.graph, evidence.anchor
    if not any(step.is_named for step in evidence.steps):
        above = {graph.name(step.node) for step in evidence.steps[:-1]}
        return "names in code that is loaded" if above.intersection(STRING_TABLES) else None
    owner = evidence.steps[anchor.place - 1].class_name if anchor.place else ""
    if anchor.name in LISTS_OF_RUNTIME and owner == "process":
        return "parts of the runtime that are loaded when first needed"
    if any(step.label in LOADER_TABLES for step in evidence.steps[: anchor.place + 1]):
        names = file_names(evidence)
        if len(names) and _are_different(names):
            return "modules that are loaded when first needed"
    return None


def file_names(evidence: Evidence) -> list[str]:
    """List the files of the modules in a pile.

    Parameters
    ----------
    evidence : Evidence
        A pile in one of the loader's tables.

    Returns
    -------
    list of str
        Of strings in such a table, the strings.
    """
    graph, members = evidence.graph, evidence.pile.members.astype(np.int64)
    texts = of_types(graph, members, *vocab.STRING_TYPES)
    if len(texts) == len(members):
        return [graph.display_name(text) for text in texts.tolist()]
    modules = named(graph, of_types(graph, members, "object"), MODULE_CLASSES)
    if 2 * len(modules) < len(members):
        return []
    files = _property(graph, modules, ("filename", "url", "id"))
    return [graph.display_name(file) for file in files[files >= 0].tolist()]


def _property(graph: HeapGraph, nodes: IntArray, names: tuple[str, ...]) -> IntArray:
    return children_of(graph, nodes, names, edge_type="property")


def _are_different(names: list[str]) -> bool:
    """Tell files that a person wrote from one file many times, or files made by a program."""
    kinds = {_NUMBERED.sub("0", posixpath.basename(_AFTER_PATH.sub("", name))) for name in names}
    return len(kinds) >= DIFFERENT_FILES * len(names)
