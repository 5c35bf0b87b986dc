"""Equal contents, in plain Python."""

from __future__ import annotations

from heapnb.graph import HeapGraph

Content = tuple[tuple[str, str | int, object], ...]


def content(graph: HeapGraph, node: int) -> Content:
    """Return what an object refers to by which names; texts and numbers by value."""
    fields = []
    for edge in range(*graph.edges_of(node)):
        kind = graph.edge_type_names[graph.edge_type[edge]]
        label = graph.edge_label(edge)
        if kind == "weak" or (kind == "internal" and label in {"map", "properties", "elements"}):
            continue
        fields.append((kind, label, value(graph, int(graph.edge_to[edge]))))
    return tuple(fields)


def value(graph: HeapGraph, node: int) -> object:
    kind = graph.node_type_names[graph.node_type[node]]
    if kind == "string":
        return (kind, graph.name(node), int(graph.self_size[node]))
    if kind == "number":
        for edge in range(*graph.edges_of(node)):
            if graph.edge_label(edge) == "value":
                return (kind, graph.name(node), graph.name(int(graph.edge_to[edge])))
    return node


def duplicates(graph: HeapGraph) -> dict[tuple[int, int, Content], list[int]]:
    """Group objects that have fields by class, size and content; groups of one are left out."""
    groups: dict[tuple[int, int, Content], list[int]] = {}
    for node in range(graph.n_nodes):
        if graph.node_type_names[graph.node_type[node]] != "object":
            continue
        found = content(graph, node)
        if any(kind != "internal" and name != "__proto__" for kind, name, _ in found):
            key = (int(graph.class_key[node]), int(graph.self_size[node]), found)
            groups.setdefault(key, []).append(node)
    return {key: nodes for key, nodes in groups.items() if len(nodes) > 1}
