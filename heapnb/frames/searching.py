"""Finding nodes by their classes, names, properties and texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.errors import PatternError
from heapnb.format.arrow import to_numpy
from heapnb.frames.columns import by_type
from heapnb.frames.labels import node_names
from heapnb.graph.edges import edges_where, is_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph


def texts_matching(values: pa.Array, pattern: str | re.Pattern[str]) -> BoolArray:
    """Find the texts in which a regular expression is found.

    Parameters
    ----------
    values : pyarrow.Array
        Texts.
    pattern : str or compiled pattern
        In the syntax of RE2, which takes linear time. Of a compiled pattern the flags
        ``IGNORECASE``, ``MULTILINE`` and ``DOTALL`` count.

    Returns
    -------
    bool[k]

    Raises
    ------
    PatternError
        If the expression is not valid.

    Examples
    --------
    >>> texts_matching(pa.array(["Map", "WeakMap", "Set"]), "^M|W").tolist()
    [True, True, False]
    """
    text, flags = (pattern, 0) if isinstance(pattern, str) else (pattern.pattern, pattern.flags)
    letters = "".join(
        letter for letter, flag in (("m", re.MULTILINE), ("s", re.DOTALL)) if flags & flag
    )
    expression = f"(?{letters}){text}" if letters else text
    try:
        matches = pc.match_substring_regex(
            values, expression, ignore_case=bool(flags & re.IGNORECASE)
        )
    except pa.ArrowInvalid as error:
        raise PatternError(text, _reason(error)) from None
    return to_numpy(matches.fill_null(False))


def _reason(error: pa.ArrowInvalid) -> str:
    """Return what RE2 says, without what Arrow puts before it."""
    return str(error).rpartition("Invalid regular expression: ")[2].rstrip(".")


def nodes_where(
    graph: HeapGraph,
    *,
    class_name: str | re.Pattern[str] | Sequence[str] | None = None,
    name: str | re.Pattern[str] | None = None,
    has_property: str | Sequence[str] | None = None,
    string: str | re.Pattern[str] | None = None,
) -> IntArray:
    """Find the nodes that meet all conditions.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    class_name : str, sequence of str or compiled pattern, optional
        The class's name, any of several names, or a pattern found in it.
    name : str or compiled pattern, optional
        A regular expression found in the node's name.
    has_property : str or sequence of str, optional
        A property, or several that a node has to have all of.
    string : str or compiled pattern, optional
        Strings in which this is found. A rope is found by its parts.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    found = np.ones(graph.n_nodes, np.bool_)
    if class_name is not None:
        if isinstance(class_name, re.Pattern):
            is_wanted = texts_matching(graph.class_names, class_name)
        else:
            wanted = pa.array(_listed(class_name), graph.class_names.type)
            is_wanted = pc.is_in(graph.class_names, wanted).to_numpy(zero_copy_only=False)
        found &= is_wanted[graph.class_index]
    if string is not None:
        is_string = np.isin(graph.node_type_names, vocab.STRING_TYPES)
        found &= by_type(is_string)[graph.node_type]
        found &= texts_matching(graph.strings, string)[graph.node_name]
    if name is not None:
        is_match = texts_matching(graph.strings, name)[graph.node_name]
        if graph.renamed is not None:
            renamed = np.flatnonzero(graph.renamed)
            is_match[renamed] = texts_matching(node_names(graph, renamed), name)
        found &= is_match
    for text in [] if has_property is None else _listed(has_property):
        found &= _has_property(graph, text)
    return np.flatnonzero(found)


def _has_property(graph: HeapGraph, name: str) -> BoolArray:
    owns = np.zeros(graph.n_nodes, np.bool_)
    owns[graph.edge_from(edges_where(graph, is_string(graph, [name]), "property"))] = True
    return owns


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
