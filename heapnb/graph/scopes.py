"""Scopes: which function or module the variables of a context belong to."""

from __future__ import annotations

from heapnb import vocab
from heapnb.graph.edges import child
from heapnb.graph.heap import HeapGraph


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
        Empty where V8 does not say, and for modules.
    """
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


__all__ = ["function_of_scope", "is_module_scope"]
