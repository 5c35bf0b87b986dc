"""Scopes: which function or module the variables of a context belong to."""

from __future__ import annotations

from typing import Final

import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import BoolArray
from heapnb.format.arrow import to_numpy, to_text
from heapnb.graph.edges import child, is_string
from heapnb.graph.heap import HeapGraph

_MOST_BLOCKS: Final = 64
"""Blocks in each other."""

REGISTERS: Final = "parameters_and_registers"
"""V8's edge from a suspended call of an async function or a generator to its local variables."""


def is_context(graph: HeapGraph) -> BoolArray:
    """Find the contexts of functions, blocks, modules and scripts.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    bool[n_nodes]
        As DevTools tells them, by their names.
    """
    # Newer versions put the id of the scope behind it.
    names: BoolArray = to_numpy(
        pc.or_(
            pc.equal(graph.strings, to_text(vocab.CONTEXT_NAME)),
            pc.starts_with(graph.strings, f"{vocab.CONTEXT_NAME} / "),
        )
    )
    found: BoolArray = names[graph.node_name]
    return found


def is_module_scope(graph: HeapGraph, context: int) -> bool:
    """Tell whether a node is a context with the top-level variables of a module or script.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    context : int
        Ordinal; other nodes than contexts give False.

    Returns
    -------
    bool
    """
    if not graph.name(context).startswith(vocab.CONTEXT_NAME):
        return False
    outer = child(graph, context, "previous")
    is_outermost = outer is None or graph.name(outer) == vocab.NATIVE_CONTEXT
    # A function's scope is the outermost one too if the module's own has no variables.
    return is_outermost and not function_of_scope(graph, context)


def is_block(graph: HeapGraph, context: int) -> bool:
    """Tell whether a context has the variables of a block inside of a function or a module.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    context : int
        Ordinal.

    Returns
    -------
    bool
    """
    if not graph.name(context).startswith(vocab.CONTEXT_NAME):
        return False
    types = graph.edge_type[slice(*graph.edges_of(context))]
    if (types == graph.edge_type_index("hidden")).any():
        return True
    if (types == graph.edge_type_index("context")).any():
        return False
    # All variables are small integers: only the code of functions has the ScopeInfo as its own.
    info = child(graph, context, "scope_info")
    if info is None:
        return False
    above = graph.retaining_edges_of(info)
    is_own = is_string(graph, ["name_or_scope_info"])[graph.edge_name[above]]
    return not (is_own & (graph.edge_type[above] == graph.edge_type_index("internal"))).any()


def function_of_scope(graph: HeapGraph, context: int) -> str:
    """Name the function whose variables a context has.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    context : int
        Ordinal.

    Returns
    -------
    str
        Of a block, the nearest function around it that has variables of its own. Empty where V8
        does not say, and for modules.
    """
    for _ in range(_MOST_BLOCKS):
        if not is_block(graph, context):
            break
        outer = child(graph, context, "previous")
        if outer is None or graph.name(outer) == vocab.NATIVE_CONTEXT:
            return ""
        context = outer
    info = child(graph, context, "scope_info")
    if info is None:
        return ""
    variables = {
        graph.edge_label(edge)
        for edge in range(*graph.edges_of(context))
        if graph.edge_type[edge] == graph.edge_type_index("context")
    }
    # V8 lists the variables, then the function's own name, then what is no string.
    name = ""
    for edge in range(*graph.edges_of(info)):
        target = int(graph.edge_to[edge])
        if graph.edge_type[edge] != graph.edge_type_index("hidden"):
            continue
        if graph.node_type[target] != graph.node_type_index("string"):
            break
        name = graph.name(target)
    return "" if name in variables else name


def is_suspended(graph: HeapGraph, node: int) -> bool:
    """Tell whether an object is a suspended call of an async function or a generator.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    bool
    """
    return child(graph, node, REGISTERS) is not None


__all__ = [
    "REGISTERS",
    "function_of_scope",
    "is_block",
    "is_context",
    "is_module_scope",
    "is_suspended",
]
