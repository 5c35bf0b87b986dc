"""The tables of a browser, in the order of its tabs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from heapnb.workbench.model import TreeTable

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench


class Entry(NamedTuple):
    """Where a table is, and what it is for.

    Parameters
    ----------
    module, name : str
        Its class.
    applies : callable
        Tells whether a workbench has what it shows.
    """

    module: str
    name: str
    applies: Callable[[Workbench], bool]


def _always(_: Workbench) -> bool:
    return True


def _with_diagnosis(workbench: Workbench) -> bool:
    return workbench.diagnosis is not None


def _with_earlier(workbench: Workbench) -> bool:
    return bool(workbench.bases)


TREES: Final[dict[str, Entry]] = {
    "suspects": Entry("suspects", "SuspectsTree", _with_diagnosis),
    "summary": Entry("constructors", "ConstructorsTree", _always),
    "comparison": Entry("comparison", "ComparisonTree", _with_earlier),
    "containment": Entry("containment", "ContainmentTree", _always),
    "dominators": Entry("dominators", "DominatorsTree", _always),
    "closures": Entry("closures", "ClosuresTree", _always),
    "strings": Entry("texts", "TextsTree", _always),
    "collections": Entry("collections_", "CollectionsTree", _always),
    "listeners": Entry("listeners", "ListenersTree", _always),
    "timers": Entry("timers", "TimersTree", _always),
    "promises": Entry("promises", "PromisesTree", _always),
    "modules": Entry("modules", "ModulesTree", _always),
    "globals": Entry("globals_", "GlobalsTree", _always),
    "buffers": Entry("buffers", "BuffersTree", _always),
    "detached": Entry("detached", "DetachedTree", _always),
    "statistics": Entry("statistics", "StatisticsTree", _always),
}
"""By key; modules of `heapnb.workbench.trees`."""


def keys_for(workbench: Workbench) -> tuple[str, ...]:
    """Return the keys of the tables that a workbench has."""
    return tuple(key for key, entry in TREES.items() if entry.applies(workbench))


def make_tree(key: str, workbench: Workbench) -> TreeTable:
    """Make a table; nothing is computed until its rows are asked for.

    Parameters
    ----------
    key : str
        One of `TREES`.
    workbench : Workbench
        What it shows.

    Returns
    -------
    TreeTable
    """
    entry = TREES[key]
    module = importlib.import_module(f"heapnb.workbench.trees.{entry.module}")
    tree: TreeTable = getattr(module, entry.name)(workbench)
    return tree
