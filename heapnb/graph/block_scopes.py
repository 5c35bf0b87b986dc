"""Variables of blocks: names that V8 keeps beside the contexts of blocks instead of in them.

V8 names the edges from the context of a function or a module. That of another block (the body of a
loop or of ``if``, ``{}``, a ``catch``, the body of a class) has hidden edges with numbers; names
stand in the block's ScopeInfo, in the order of the variables. A number counts the variables before,
but not those with small integers, of which a file has no edge either. A variable whose value is a
function of one of the names tells where integers were left out.

Source: *ExtractContextReferences* and *IndexedReferencesExtractor* in V8's
heap-snapshot-generator.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.format.arrow import to_arrow
from heapnb.graph.derivation import derived
from heapnb.graph.edges import children_of
from heapnb.graph.heap import HeapGraph
from heapnb.graph.scopes import is_context
from heapnb.kernels.edges import count_of_type, list_of_type

MOST_CHOICES: Final = 3
"""A variable that may have more names than this one has none."""


@dataclass(frozen=True)
class BlockVariables:
    """The variables of blocks.

    Parameters
    ----------
    edge : int64[k]
        Their edges, ascending.
    first, last : int64[k]
        Which of ``names`` each may have, both included; the same one where it is known.
    names : list of str
        The names of all blocks.
    """

    edge: IntArray
    first: IntArray
    last: IntArray
    names: list[str]

    def name_of(self, edge: int) -> str:
        """Name the variable that an edge is; empty for other edges.

        Parameters
        ----------
        edge : int
            Edge ordinal.

        Returns
        -------
        str
            ``count or rows`` where variables with small integers leave a choice.
        """
        place = int(np.searchsorted(self.edge, edge))
        if place == len(self.edge) or self.edge[place] != edge:
            return ""
        return " or ".join(self.names[self.first[place] : self.last[place] + 1])


@derived(keep=False)
def block_variables(graph: HeapGraph) -> BlockVariables:
    """Find the variables of all blocks.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    BlockVariables
        Without those that may have more than `MOST_CHOICES` names.
    """
    context, edge = _hidden_edges(graph, np.flatnonzero(is_context(graph)))
    info, which = np.unique(children_of(graph, context, ["scope_info"]), return_inverse=True)
    if len(info) and info[0] < 0:
        keep = which.reshape(-1) > 0
        context, edge, which, info = context[keep], edge[keep], which[keep] - 1, info[1:]
    row_of_name, first_name = _names_of_scopes(graph, info)
    n_names = np.diff(first_name)[which]
    slot = graph.edge_name[edge].astype(np.int64)
    _, row = np.unique(context, return_inverse=True)
    n_slots = np.zeros(len(context), np.int64)
    np.maximum.at(n_slots, row, slot + 1)
    left_out = n_names - n_slots[row]
    # More values than names: not what this reads.
    is_read = left_out >= 0
    edge, slot, row, left_out = edge[is_read], slot[is_read], row[is_read], left_out[is_read]
    start = first_name[which[is_read]] + slot
    low, high = _bounds(graph, edge, row, start, left_out, row_of_name)
    is_named = high - low < MOST_CHOICES
    order = np.argsort(edge[is_named])
    names = graph.strings.take(to_arrow(row_of_name)).to_pylist()
    return BlockVariables(
        edge[is_named][order],
        (start + low)[is_named][order],
        (start + high)[is_named][order],
        names,
    )


def variable_or_edge(graph: HeapGraph, edge: int) -> tuple[str, str]:
    """Return type and label of an edge; those of a variable for the variable of a block.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edge : int
        Edge ordinal.

    Returns
    -------
    edge_type, label : str
        ``"context"`` and the name for a variable of a block, otherwise as the file has them.
    """
    kind = graph.edge_type_names[int(graph.edge_type[edge])]
    if kind == "hidden" and (name := block_variables(graph).name_of(edge)):
        return "context", name
    return kind, graph.edge_label(edge)


def _hidden_edges(graph: HeapGraph, contexts: IntArray) -> tuple[IntArray, IntArray]:
    """List the hidden edges of contexts: the context and the ordinal of each."""
    kind = graph.edge_type_index("hidden")
    first = np.zeros(len(contexts) + 1, np.int64)
    count_of_type(graph.first_edge, graph.edge_type, kind, contexts, first)
    edges = np.empty(first[-1], np.int64)
    list_of_type(graph.first_edge, graph.edge_type, kind, contexts, edges)
    return np.repeat(contexts, np.diff(first)), edges


def _names_of_scopes(graph: HeapGraph, infos: IntArray) -> tuple[IntArray, IntArray]:
    """List the names of variables of ScopeInfos: rows of strings, and where those of each begin."""
    rows: list[int] = []
    first = [0]
    string, hidden = graph.node_type_index("string"), graph.edge_type_index("hidden")
    for info in infos.tolist():
        edges = np.arange(*graph.edges_of(info))
        edges = edges[graph.edge_type[edges] == hidden]
        targets = graph.edge_to[edges]
        # The names come first; with many variables there is a hash table instead.
        is_name = graph.node_type[targets] == string
        is_name &= graph.edge_name[edges] == np.arange(len(edges))
        n_names = len(edges) if is_name.all() else int(np.argmin(is_name))
        rows += graph.node_name[targets[:n_names]].tolist()
        first.append(len(rows))
    return np.array(rows, np.int64), np.array(first, np.int64)


def _bounds(
    graph: HeapGraph,
    edge: IntArray,
    row: IntArray,
    start: IntArray,
    left_out: IntArray,
    row_of_name: IntArray,
) -> tuple[IntArray, IntArray]:
    """Bound how many integers were left out before each value."""
    low, high = np.zeros(len(edge), np.int64), left_out.copy()
    target = graph.edge_to[edge]
    name = np.where(
        graph.node_type[target] == graph.node_type_index("closure"),
        graph.node_name[target].astype(np.int64),
        vocab.NO_INDEX,
    )
    n_fitting, fitting = np.zeros((2, len(edge)), np.int64)
    for skipped in range(int(left_out.max(initial=0)) + 1):
        there = np.flatnonzero((left_out >= skipped) & (name >= 0))
        there = there[row_of_name[start[there] + skipped] == name[there]]
        n_fitting[there] += 1
        fitting[there] = skipped
    is_told = n_fitting == 1
    low[is_told] = high[is_told] = fitting[is_told]
    # Integers before a value are before the next ones, too.
    order = np.lexsort((start, row))
    width = int(left_out.max(initial=0)) + 1
    shift = row[order] * width
    ascending = np.maximum.accumulate(low[order] + shift) - shift
    descending = np.minimum.accumulate((high[order] + shift)[::-1])[::-1] - shift
    low[order], high[order] = ascending, descending
    return low, np.maximum(low, high)


__all__ = ["MOST_CHOICES", "BlockVariables", "block_variables", "variable_or_edge"]
