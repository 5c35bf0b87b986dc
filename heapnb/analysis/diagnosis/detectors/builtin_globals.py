"""The properties that the global object has before a program runs."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import orjson

from heapnb.decode.global_object import global_objects
from heapnb.graph import HeapGraph

BROWSER_PREFIX: Final = "chrome-"
_WINDOW: Final = "Window"
_DATA: Final = "builtin_globals.json"


def builtin_globals(graph: HeapGraph) -> frozenset[str]:
    """Return the global names that any known version of the runtime defines.

    Parameters
    ----------
    graph : HeapGraph
        A heap, of Node.js or of a browser.

    Returns
    -------
    frozenset of str
        From data that ``tests/data/globals/make.mjs`` writes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> names = builtin_globals(SnapshotBuilder.from_edges("root^1>global").graph())
    >>> "structuredClone" in names, "document" in names
    (True, False)
    """
    names = [graph.name(node) for node in global_objects(graph).tolist()]
    is_browser = any(name.startswith(_WINDOW) for name in names)
    return _names(is_browser=is_browser)


@cache
def _names(*, is_browser: bool) -> frozenset[str]:
    by_runtime = orjson.loads((files(__package__) / _DATA).read_bytes())
    return frozenset(
        name
        for runtime, names in by_runtime.items()
        if runtime.startswith(BROWSER_PREFIX) == is_browser
        for name in names.split(" ")
    )
