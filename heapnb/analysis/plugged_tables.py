"""Decoded tables of plug-ins, beside heapnb's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heapnb import _plugins
from heapnb._plugins import Plugin, PluginError
from heapnb._showing import port
from heapnb.analysis.tables import TABLES, DecodedTable
from heapnb.errors import HeapnbError, NodeNotFoundError
from heapnb.schema import COLUMNS, Column, Kind, add_columns

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.graph import HeapGraph

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_ID: Final = "node_id"
_SIZES: Final = ("shallow_size", "retained_size")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that a plug-in provides: one row for each object of some kind.

    Parameters
    ----------
    interface : int
        The version of the interface that the plug-in is written for.
    name : str
        The name of the entry point, as a Python name: the method of `heapnb.Snapshot`, and with
        hyphens the command.
    help : str
        What the command lists, as an imperative: "List routes: method, path, handler."
    rows : callable
        Gets a `heapnb.Snapshot`; returns a DataFrame with ``node_id`` and the columns.
    columns : tuple of Column or str
        What the table has besides ``node_id``, ``shallow_size`` and ``retained_size``, which
        heapnb adds: names of heapnb's columns, or columns of the plug-in.
    group_by : tuple of str, optional
        Columns by whose equal values rows are grouped.
    sort : str, default: "retained_size"
        The column by which the command sorts.
    empty_text : str, default: "This heap has none of these objects."
        Shown where the table has no rows.
    """

    interface: int
    name: str
    help: str
    rows: Callable[[Any], pd.DataFrame]
    columns: tuple[Column | str, ...]
    group_by: tuple[str, ...] = ()
    sort: str = "retained_size"
    empty_text: str = "This heap has none of these objects."

    @property
    def names(self) -> tuple[str, ...]:
        """The names of `columns`."""
        return tuple(one if isinstance(one, str) else one.name for one in self.columns)


@dataclass(frozen=True, kw_only=True)
class PluggedTable(DecodedTable):
    """A decoded table whose rows a plug-in makes.

    Parameters
    ----------
    plugin : Plugin
        Where it is from.
    source : Table
        What the plug-in provides.
    **others
        See `DecodedTable`.
    """

    plugin: Plugin
    source: Table

    def frame(self, graph: HeapGraph) -> pd.DataFrame:
        """Make the table.

        Parameters
        ----------
        graph : HeapGraph
            The heap.

        Returns
        -------
        pandas.DataFrame
            With `columns`; sizes in bytes.

        Raises
        ------
        HeapnbError
            If the plug-in fails, or returns something else.
        """
        try:
            return self._with_sizes(graph, self.source.rows(port().snapshot(graph)))
        except Exception as error:
            problem = _plugins.described(error)
            raise HeapnbError(
                f"The table `{self.name}` of the plug-in {self.plugin.source} failed: {problem}",
                hint=f"report it to its author; {_plugins.VARIABLE}=0 disables plug-ins.",
            ) from error

    def _with_sizes(self, graph: HeapGraph, frame: pd.DataFrame) -> pd.DataFrame:
        import numpy as np

        missing = [name for name in self.columns if name not in frame and name not in _SIZES]
        if missing:
            raise PluginError(f"its `rows` lacks the column `{missing[0]}`.")
        ids = frame[_ID].to_numpy(np.uint64)
        nodes = graph.ordinals_of(ids)
        if (nodes < 0).any():
            raise NodeNotFoundError(int(ids[nodes < 0][0]))
        sized = frame.assign(**{name: getattr(graph, name)[nodes] for name in _SIZES})
        return sized[list(self.columns)].reset_index(drop=True)


def all_tables() -> Mapping[str, DecodedTable]:
    """Return heapnb's decoded tables and those of plug-ins.

    Returns
    -------
    mapping of str to DecodedTable
        By name, heapnb's own first.
    """
    return {**TABLES, **plugged_tables()}


def plugged_tables() -> Mapping[str, PluggedTable]:
    """Return the tables of plug-ins, by name."""
    return {one.value.name: one.value for one in _plugins.loaded(_plugins.TABLES, _table)}


def _table(plugin: Plugin, value: Any) -> PluggedTable:
    if not isinstance(value, Table):
        raise PluginError("it must be a heapnb.plugins.Table.")
    _plugins.check_interface(value)
    if value.name != plugin.name or not _NAME.fullmatch(value.name):
        raise PluginError(
            "its `name` must be the name of the entry point: lowercase letters, digits and "
            f"underscores (got {value.name!r})."
        )
    if value.name in TABLES:
        raise PluginError(f"heapnb has a table `{value.name}`.")
    columns = (_ID, *value.names, *_SIZES)
    if not value.names or len(set(columns)) < len(columns):
        raise PluginError("its `columns` must be different, and others than node_id and the sizes.")
    add_columns(one for one in value.columns if isinstance(one, Column))
    unknown = [name for name in columns if name not in COLUMNS]
    unknown += [name for name in (*value.group_by, value.sort) if name not in columns]
    if unknown:
        raise PluginError(f"the column `{unknown[0]}` is unknown.")
    return PluggedTable(
        value.name,
        "",
        "",
        value.help,
        "object",
        value.help,
        columns,
        sort=value.sort,
        group_by=value.group_by,
        in_tree=tuple(name for name in value.names if name not in value.group_by),
        description=f"{value.help} From the plug-in {plugin.source}.",
        empty_text=value.empty_text,
        plugin=plugin,
        source=value,
    )


__all__ = ["Column", "Kind", "PluggedTable", "Table", "all_tables", "plugged_tables"]
