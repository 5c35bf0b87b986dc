"""Where in the source code something is: scripts, files, lines and columns."""

from __future__ import annotations

import posixpath

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, IntArray
from heapnb.graph.derivation import derived
from heapnb.graph.edges import children_of, is_string
from heapnb.graph.heap import HeapGraph
from heapnb.graph.source_files import Place

_SCRIPT_LABELS = ("script", "script_or_debug_info")
_DEBUG_INFO = "system / DebugInfo"
_UNNAMED_SCRIPT = "system / Script"
_SCRIPT_PREFIX = f"{_UNNAMED_SCRIPT} / "
_SHOWN_PATH_PARTS = 2

UNNAMED = "script "
"""Prefix of locations in scripts without a name, such as code compiled from a string."""

INTERNAL_SCRIPTS = ("node:", "ext:", "deno:", "internal/", "extensions::", "native ")
"""How the names of scripts begin that belong to the runtime."""


def scripts_of(graph: HeapGraph, closures: AnyArray) -> IntArray:
    """Find the scripts that closures are written in, through what their copies share.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    closures : integer[k]
        Ordinals.

    Returns
    -------
    int64[k]
        Ordinals of Script nodes, -1 for functions of the engine and bound functions.
    """
    scripts = children_of(graph, children_of(graph, closures, ["shared"]), _SCRIPT_LABELS)
    # A function that was debugged refers to its script through the debugger's notes.
    found = np.flatnonzero(scripts >= 0)
    has_notes = is_string(graph, [_DEBUG_INFO])[graph.node_name[scripts[found]]]
    noted = found[has_notes]
    if len(noted):
        scripts[noted] = children_of(graph, scripts[noted], ["script"])
    return scripts


def script_name(graph: HeapGraph, script: int) -> str | None:
    """Return a script's name: a path, a URL, or a name such as ``node:fs``."""
    # The file's own name: only native nodes are renamed, and finding them takes a while.
    name = graph.string(graph.node_name[script])
    return None if name == _UNNAMED_SCRIPT else name.removeprefix(_SCRIPT_PREFIX) or None


@derived(keep=False)
def script_names(graph: HeapGraph) -> dict[int, str]:
    """Find the names of the scripts that closures come from.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    dict of int to str
        By script id; scripts without a name are left out.
    """
    scripts = script_nodes(graph)
    names = {script_id: script_name(graph, script) for script_id, script in scripts.items()}
    return {script_id: name for script_id, name in names.items() if name is not None}


def script_nodes(graph: HeapGraph) -> dict[int, int]:
    """Find the scripts that closures come from."""
    ids, scripts = _scripts_by_id(graph)
    return dict(zip(ids.tolist(), scripts.tolist(), strict=True))


@derived(name="scripts_by_id", shape=(2, -1))
def _scripts_by_id(graph: HeapGraph) -> IntArray:
    """Find the ids of the scripts that closures come from, and the Script node of each."""
    # Kept with the snapshot: there can be millions of closures, but few scripts.
    locations = graph.raw.locations
    if locations is None:
        return np.empty((2, 0), np.int64)
    rows = np.flatnonzero(graph.node_type[locations.node] == graph.node_type_index("closure"))
    scripts = scripts_of(graph, locations.node[rows])
    rows, scripts = rows[scripts >= 0], scripts[scripts >= 0]
    ids, first = np.unique(locations.script_id[rows], return_index=True)
    return np.stack([ids, scripts[first]])


def is_internal_script(name: str) -> bool:
    """Tell whether a script belongs to the runtime.

    Parameters
    ----------
    name : str
        A script's name.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_internal_script("node:events"), is_internal_script("/srv/app/events.js")
    (True, False)
    """
    # Up to Node 14 the runtime's scripts are called `events.js`; those of programs have paths.
    return name.startswith(INTERNAL_SCRIPTS) or ("/" not in name and name.endswith(".js"))


def is_internal(location: str) -> bool:
    """Tell whether a location lies in the runtime's own scripts.

    Parameters
    ----------
    location : str
        As `location_text` writes it.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_internal("node:events:12:5"), is_internal("/srv/app/events.js:12:5")
    (True, False)
    """
    return is_internal_script(location.rsplit(":", 2)[0])


def short_script(script: str) -> str:
    """Keep the end of a script's path.

    Parameters
    ----------
    script : str
        A path or a URL.

    Returns
    -------
    str

    Examples
    --------
    >>> short_script("/srv/app/lib/cache.js")
    'lib/cache.js'
    """
    parts = script.split("/")[-_SHOWN_PATH_PARTS:]
    return posixpath.join(*parts) if parts else script


def location_text(graph: HeapGraph, row: int) -> str | None:
    """Write a location as ``file.js:12:5``.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    row : int
        Row of ``graph.raw.locations``, or -1.

    Returns
    -------
    str or None
        Line and column count from 1.
    """
    locations = graph.raw.locations
    if locations is None or row == vocab.NO_INDEX:
        return None
    return site_text(
        graph, int(locations.script_id[row]), int(locations.line[row]), int(locations.column[row])
    )


def site_text(graph: HeapGraph, script_id: int, line: int, column: int) -> str | None:
    """Write a place in a script as ``file.js:12:5``."""
    if script_id < 0:
        return None
    return str(site_place(graph, script_id, line, column))


def site_place(graph: HeapGraph, script_id: int, line: int, column: int) -> Place:
    """Find where a place in a script was written: through its source map, if it has one.

    Parameters
    ----------
    graph : HeapGraph
        Whose scripts.
    script_id, line, column : int
        The place, from 0.

    Returns
    -------
    Place
        From 1.
    """
    name = script_names(graph).get(script_id)
    return written_at(graph, Place(name or f"{UNNAMED}{script_id}", line + 1, column + 1))


def written_at(graph: HeapGraph, as_run: Place) -> Place:
    """Return the place that a source map gives for a place in a script, else the same place.

    Parameters
    ----------
    graph : HeapGraph
        Whose source maps.
    as_run : Place
        The place in the script that ran.

    Returns
    -------
    Place
    """
    if graph.source_files is None or as_run.file.startswith(UNNAMED):
        return as_run
    if is_internal_script(as_run.file):
        return as_run
    return graph.source_files.original(as_run.file, as_run.line, as_run.column) or as_run


def location_of(graph: HeapGraph, node: int) -> str | None:
    """Return where a closure, or the class of an object, is defined."""
    return location_text(graph, int(graph.location_of[node]))


def definition_sites(graph: HeapGraph, rows: IntArray) -> IntArray:
    """Look up the sites of locations.

    Parameters
    ----------
    graph : HeapGraph
        Whose locations.
    rows : int64[k]
        Rows of ``graph.raw.locations``, or -1.

    Returns
    -------
    int64[k, 3]
        Script id, line and column; -1 where there is none.
    """
    sites = np.full((len(rows), 3), -1, np.int64)
    locations = graph.raw.locations
    if locations is not None:
        known = rows >= 0
        for column, values in enumerate((locations.script_id, locations.line, locations.column)):
            sites[known, column] = values[rows[known]]
    return sites
