"""What holds a node, in a few words."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import NodeArray
from heapnb.analysis.retention.retaining_path import ROOT_LABEL
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.graph import HeapGraph
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.references import attached, reference_of, spelled

_MOST_STEPS: Final = 24
_NAMED: Final = frozenset({"property", "context"})
_LONGEST_NAME: Final = 60


def owner_texts(graph: HeapGraph, nodes: NodeArray) -> list[str]:
    """Say what holds some nodes."""
    return [_holder_text(graph, int(node)) for node in nodes]


def _holder_text(graph: HeapGraph, node: int) -> str:
    tree = retaining_tree(graph)
    holder = ""
    for _ in range(_MOST_STEPS):
        above = int(tree.parent[node])
        if above in (node, vocab.NO_ORDINAL, graph.root):
            break
        edge = int(tree.parent_edge[node])
        if variable_or_edge(graph, edge)[0] in _NAMED:
            return (holder and f"{holder} in ") + _name(graph, above, edge)
        if not holder and not tree.is_storage[above]:
            is_root = graph.node_type[above] == graph.node_type_index("synthetic")
            name = graph.name(above) if is_root else graph.class_name(above)
            holder = name[:_LONGEST_NAME]
        node = above
    return holder or ROOT_LABEL


def _name(graph: HeapGraph, owner: int, edge: int) -> str:
    """Write a variable or a property."""
    if variable_or_edge(graph, edge)[0] == "context":
        return f"variable {spelled(*reference_of(graph, edge), _LONGEST_NAME)}"
    tree = retaining_tree(graph)
    while tree.is_storage[owner] and int(tree.parent[owner]) != owner:
        owner = int(tree.parent[owner])
    is_global = owner in np.unique(graph.user_roots)
    name = "global" if is_global else graph.class_name(owner)[:_LONGEST_NAME]
    return name + attached(*reference_of(graph, edge), _LONGEST_NAME)
