"""The tables of a browser, in the order of its tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from heapnb._deprecation import FORMER_NAMES, current_name
from heapnb.analysis.plugged_tables import PluggedTable, plugged_tables
from heapnb.analysis.tables import TABLES
from heapnb.graph.traces import traced
from heapnb.workbench.model import TreeTable
from heapnb.workbench.trees.allocation_flame import AllocationFlameTree
from heapnb.workbench.trees.allocations import AllocationsTree
from heapnb.workbench.trees.closures import ClosuresTree
from heapnb.workbench.trees.collections_ import CollectionsTree
from heapnb.workbench.trees.comparison import ComparisonTree
from heapnb.workbench.trees.constructors import ConstructorsTree
from heapnb.workbench.trees.containment import ContainmentTree
from heapnb.workbench.trees.dead_variables import DeadVariablesTree
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.detached import DetachedTree
from heapnb.workbench.trees.dominators import DominatorsTree
from heapnb.workbench.trees.globals_ import GlobalsTree
from heapnb.workbench.trees.listeners import ListenersTree
from heapnb.workbench.trees.native_contexts import NativeContextsTree
from heapnb.workbench.trees.promises import PromisesTree
from heapnb.workbench.trees.statistics import StatisticsTree
from heapnb.workbench.trees.suspects import SuspectsTree
from heapnb.workbench.trees.table_tree import make_class
from heapnb.workbench.trees.texts import TextsTree

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench


class Entry(NamedTuple):
    """A table and the workbenches that have it.

    Parameters
    ----------
    tree : callable
        Makes the table of a workbench: its class.
    applies : callable
        Tells whether a workbench has what the table shows.
    """

    tree: Callable[[Workbench], TreeTable]
    applies: Callable[[Workbench], bool]


def _always(_: Workbench) -> bool:
    return True


def _with_diagnosis(workbench: Workbench) -> bool:
    return workbench.diagnosis is not None


def _with_earlier(workbench: Workbench) -> bool:
    return bool(workbench.bases)


def _with_traces(workbench: Workbench) -> bool:
    return traced(workbench.heap)


_OWN_TREES: Final[dict[str, type[DecodedTree]]] = {
    "closures": ClosuresTree,
    "collections": CollectionsTree,
    "dead_variables": DeadVariablesTree,
    "detached": DetachedTree,
    "globals": GlobalsTree,
    "listeners": ListenersTree,
    "native_contexts": NativeContextsTree,
    "promises": PromisesTree,
    "texts": TextsTree,
}
"""Trees of decoded tables that have logic of their own."""

DECODED: Final[dict[str, type[DecodedTree]]] = {
    name: _OWN_TREES.get(name) or make_class(table)
    for name, table in TABLES.items()
    if table.in_workbench
}
"""The trees of the decoded tables, by the names of the tables."""

TREES: Final[dict[str, Entry]] = {
    "suspects": Entry(SuspectsTree, _with_diagnosis),
    "constructors": Entry(ConstructorsTree, _always),
    "comparison": Entry(ComparisonTree, _with_earlier),
    "containment": Entry(ContainmentTree, _always),
    "dominators": Entry(DominatorsTree, _always),
    "allocations": Entry(AllocationsTree, _with_traces),
    "allocation_flame": Entry(AllocationFlameTree, _with_traces),
    **{name: Entry(tree, _always) for name, tree in DECODED.items()},
    "statistics": Entry(StatisticsTree, _always),
}
"""Those of heapnb, by key."""


FORMER_KEYS: Final = {one.name: one.current for one in FORMER_NAMES if one.kind == "view"}
"""Keys that tables had before, and those that they have now."""


def current_key(key: str) -> str:
    """Return the key of a table that may have another key now, with a DeprecationWarning if so."""
    return current_name("view", key)


def trees() -> Mapping[str, Entry]:
    """Return all tables by key, with those of plug-ins."""
    plugged = plugged_tables().values()
    return {**TREES, **{table.name: Entry(_plugged(table), _always) for table in plugged}}


@cache
def _plugged(table: PluggedTable) -> type[DecodedTree]:
    return make_class(table)


def keys_for(workbench: Workbench) -> tuple[str, ...]:
    """Return the keys of the tables that a workbench has."""
    return tuple(key for key, entry in trees().items() if entry.applies(workbench))


def make_tree(key: str, workbench: Workbench) -> TreeTable:
    """Make a table; nothing is computed until its rows are asked for."""
    return trees()[key].tree(workbench)
