"""Dead captured variables: a context keeps their value, and no living closure can read it.

V8 puts all variables of a scope that any closure captures into one context, which all of these
closures share. A closure keeps the whole context, also the variables that only a sibling used that
is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from heapnb._showing import Shown
from heapnb.decode.context_forest import ContextForest, context_forest, keepers
from heapnb.decode.contexts import contexts
from heapnb.decode.links import (
    class_names_of,
    has_name,
    has_type,
    ids_of,
    is_oddball,
    locations_of,
    names_of,
    sizes_of,
)
from heapnb.decode.mentions import readers_by_text
from heapnb.decode.variable_readers import VariableReaders, readers_by_scopes
from heapnb.frames import signed, texts
from heapnb.graph import derived
from heapnb.graph.group_sizes import retained_by_group
from heapnb.kernels.scopes import mark_readable
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

Evidence: TypeAlias = Literal["scopes", "source text"]
"""Where the answer is from: the scopes in the file, or the texts of functions."""

BY_SCOPES: Final = "scopes"
BY_TEXT: Final = "source text"

_CELL: Final = "system / ContextCell"


@dataclass(frozen=True)
class DeadFields:
    """Captured variables that nothing can read any more.

    Parameters
    ----------
    evidence : {"scopes", "source text"} or None
        Where that is known from; None if the snapshot has neither.
    edge : int64[k]
        The edges from contexts to the values.
    context, value : int64[k]
        Ordinals of both ends.
    keeper : int64[k]
        One closure or suspended call that keeps the context alive, -1 where there is none.
    n_judged, n_unknown : int
        Captured variables that were judged, and those of which nothing is known.
    """

    evidence: Evidence | None
    edge: IntArray
    context: IntArray
    value: IntArray
    keeper: IntArray
    n_judged: int
    n_unknown: int


def find_dead_fields(graph: HeapGraph, *, calls: bool = True) -> DeadFields:
    """Find the captured variables that no living closure can read.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    calls : bool, default True
        Whether a suspended call can read the variables of its contexts. DevTools does not ask.

    Returns
    -------
    DeadFields

    Notes
    -----
    A variable is alive in a context if a closure reaches the context whose function, or a function
    inside it, uses the variable. With the scopes of the file this is the answer of DevTools, except
    that a suspended call counts as a reader; from source texts it is an estimate that takes each
    mention of the name for a use.
    """
    forest = context_forest(graph)
    if not calls:
        forest = _without_calls(forest)
    evidence: Evidence | None = BY_SCOPES if graph.raw.scopes is not None else BY_TEXT
    found: VariableReaders | None
    if evidence == BY_SCOPES:
        found = readers_by_scopes(graph, forest)
    else:
        found = readers_by_text(graph, forest)
    if found is None:
        none = np.empty(0, np.int64)
        return DeadFields(None, none, none, none, none, 0, len(forest.field_edge))
    judged = np.flatnonzero((found.variable >= 0) & (forest.enter[forest.field_place] >= 0))
    place = forest.field_place[judged]
    first_number, numbers = _numbers_by_function(forest, found)
    readable = np.zeros(len(judged), np.bool_)
    mark_readable(
        forest.enter[place],
        forest.leave[place],
        found.variable[judged],
        found.first_reader,
        found.readers,
        first_number,
        numbers,
        readable,
    )
    dead = judged[~readable]
    return DeadFields(
        evidence=evidence,
        edge=forest.field_edge[dead],
        context=forest.context[forest.field_place[dead]],
        value=graph.edge_to[forest.field_edge[dead]].astype(np.int64),
        keeper=keepers(forest, forest.field_place[dead]),
        n_judged=len(judged),
        n_unknown=len(forest.field_edge) - len(judged),
    )


def _without_calls(forest: ContextForest) -> ContextForest:
    closures = ~forest.is_call
    return replace(
        forest,
        reader=forest.reader[closures],
        reader_closure=forest.reader_closure[closures],
        reader_place=forest.reader_place[closures],
        reader_function=forest.reader_function[closures],
        is_call=forest.is_call[closures],
    )


def _numbers_by_function(
    forest: ContextForest, found: VariableReaders
) -> tuple[IntArray, IntArray]:
    """List the numbers of the contexts of each function's closures, ascending."""
    number = forest.enter[forest.reader_place]
    known = np.flatnonzero((found.function >= 0) & (number >= 0))
    order = known[np.lexsort((number[known], found.function[known]))]
    count = np.bincount(found.function[order], minlength=found.n_functions)
    return np.append(0, np.cumsum(count)).astype(np.int64), number[order]


@dataclass(frozen=True, repr=False)
class DeadVariables(Shown):
    """The dead captured variables of a heap.

    Parameters
    ----------
    evidence : {"scopes", "source text"} or None
        ``"scopes"``: the file lists which scopes use which variable (Chromium 156, workerd).
        ``"source text"``: derived from the texts of the functions, in the snapshot or in files
        below ``source_root``. None: the snapshot has neither.
    judged_count, unknown_count : int
        Captured variables that were judged, and those of which nothing is known, such as those of
        the runtime's own functions.
    freed_size : int
        Bytes that would be freed if all these variables were cleared, each byte once.
    table : pandas.DataFrame
        See `dead_variables`.
    """

    evidence: Evidence | None
    judged_count: int
    unknown_count: int
    freed_size: int
    table: pd.DataFrame = field(compare=False)


@derived(keep=False)
def dead_fields(graph: HeapGraph) -> DeadFields:
    """Find the dead variables that hold something: no number, no ``undefined``.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    DeadFields
    """
    found = find_dead_fields(graph)
    held = _content_of(graph, found.value)
    holds = graph.retained_size[found.value] > 0
    holds &= ~has_type(graph, held, "number") & ~is_oddball(graph, held)
    return replace(
        found,
        edge=found.edge[holds],
        context=found.context[holds],
        value=found.value[holds],
        keeper=found.keeper[holds],
    )


def find_dead_variables(graph: HeapGraph) -> DeadVariables:
    """Find the captured variables that no living closure can read.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    DeadVariables
    """
    found = dead_fields(graph)
    group = np.ones(graph.n_nodes, np.uint32)
    group[found.value[_is_only_holder(graph, found)]] = 0
    return DeadVariables(
        evidence=found.evidence,
        judged_count=found.n_judged,
        unknown_count=found.n_unknown,
        freed_size=int(retained_by_group(graph, group, 2)[0]),
        table=of_heap(dead_variables(graph), graph),
    )


def _is_only_holder(graph: HeapGraph, found: DeadFields) -> BoolArray:
    """Tell whether every path to the value of each variable passes its context."""
    only: BoolArray = graph.dominator[found.value] == found.context
    return only


def dead_variables(graph: HeapGraph) -> pd.DataFrame:
    """List the captured variables that no living closure can read.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row for each variable and context, the most bytes to free first. Variables with
        numbers, ``true``, ``null`` and the like are left out.

        ``variable``
            The name.
        ``class_name``, ``node_id``
            Class and node id of the value.
        ``function``, ``location``
            The function that declares it, and where that is written; ``<NA>`` where the file does
            not tell, or no closure of it is left.
        ``kept_by``, ``kept_at``
            A living function that keeps the context though it never reads the variable, and where
            it is written; ``<NA>`` where something else keeps it.
        ``context_id``
            Node id of the context.
        ``shallow_size``, ``retained_size``
            Of the value, in bytes.
        ``freed_size``
            Bytes that would be freed if the variable were cleared: the retained size of the value
            where only this context leads to it, else 0. Another variable of the same context may
            still hold the value.
        ``evidence``
            ``"scopes"``: known, by the list of uses in the file; ``"source text"``: derived from
            the texts of the functions.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>f f/context>own own:big>payload own:id>text f/shared>info info/script>script "
    ...     "script/source>source"
    ... )
    >>> for key, kind, name in [
    ...     ("f", "closure", "handler"),
    ...     ("own", "object", "system / Context"),
    ...     ("script", "code", "/srv/app.js"),
    ...     ("source", "string", "function handler() { return id; }"),
    ...     ("payload", "object", "Payload"),
    ... ]:
    ...     _ = builder.node(key, type=kind, name=name)
    >>> builder = builder.node("f", location=(7, 0, 16))
    >>> row = dead_variables(builder.graph()).iloc[0]
    >>> row.variable, row.class_name, row.kept_by, row.kept_at, row.evidence
    ('big', 'Payload', 'handler', '/srv/app.js:1:17', 'source text')
    """
    import pandas as pd

    found = dead_fields(graph)
    size = graph.retained_size[found.value].astype(np.int64)
    freed = np.where(_is_only_holder(graph, found), size, 0)
    order = np.lexsort((-size, -freed))
    value, context, keeper = (array[order] for array in (found.value, found.context, found.keeper))
    declaring = contexts(graph).reindex(context)
    frame = pd.DataFrame(
        {
            "variable": texts(graph.strings.take(pa.array(graph.edge_name[found.edge[order]]))),
            "class_name": class_names_of(graph, _content_of(graph, value)),
            "node_id": signed(graph.node_id[value]),
            "function": declaring["function"].array,
            "location": declaring["location"].array,
            "kept_by": names_of(graph, keeper),
            "kept_at": locations_of(graph, keeper),
            "context_id": ids_of(graph, context),
            **sizes_of(graph, value),
            "freed_size": freed[order],
            "evidence": texts(pa.array([found.evidence] * len(value), pa.large_string())),
        }
    )
    return frame.astype({"context_id": np.int64})


def _content_of(graph: HeapGraph, values: IntArray) -> IntArray:
    """Look into the cells that newer versions of V8 put around variables that change."""
    is_cell = has_name(graph, values, _CELL)
    content = values.copy()
    for place in np.flatnonzero(is_cell).tolist():
        start, stop = graph.edges_of(int(values[place]))
        hidden = start + np.flatnonzero(
            graph.edge_type[start:stop] == graph.edge_type_index("hidden")
        )
        if len(hidden):
            content[place] = graph.edge_to[hidden[0]]
    return content


__all__ = [
    "BY_SCOPES",
    "BY_TEXT",
    "DeadFields",
    "DeadVariables",
    "dead_fields",
    "dead_variables",
    "find_dead_fields",
    "find_dead_variables",
]
