"""Totals of a snapshot from its JSON: obviously right, and slow."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from heapnb import vocab


@dataclass(frozen=True)
class NaiveTotals:
    """What `heapnb.analysis.totals` adds up."""

    node_count: int
    edge_count: int
    string_count: int
    string_bytes: int
    gc_root_count: int
    total_shallow_size: int
    types: dict[str, tuple[int, int]]
    classes: dict[str, tuple[int, int]]


def naive_totals(data: bytes) -> NaiveTotals:
    """Add up a snapshot."""
    document = json.loads(data.decode("utf-8", "replace"))
    meta = document["snapshot"]["meta"]
    fields, types = meta["node_fields"], meta["node_types"][0]
    nodes = _records(document["nodes"], fields)
    edges = _records(document["edges"], meta["edge_fields"])
    strings = [
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for text in document["strings"]
    ]
    all_types, sized, sizes = Counter[str](), Counter[str](), Counter[str]()
    class_count, class_size = Counter[str](), Counter[str]()
    for node in nodes:
        kind = types[node["type"]] if node["type"] < len(types) else ""
        name = kind or vocab.V8_NODE_TYPES[node["type"]]
        all_types[name] += 1
        sizes[name] += node["self_size"]
        sized[name] += node["self_size"] > 0
        if node["self_size"]:
            label = _class_of(kind, strings[node["name"]])
            class_count[label] += 1
            class_size[label] += node["self_size"]
    return NaiveTotals(
        node_count=len(nodes),
        edge_count=len(edges),
        string_count=len(strings),
        string_bytes=sum(len(text.encode()) for text in strings),
        gc_root_count=len(_gc_roots(document, nodes, edges)),
        total_shallow_size=sum(node["self_size"] for node in nodes),
        types={name: (count, sizes[name]) for name, count in all_types.items()},
        classes={name: (count, class_size[name]) for name, count in class_count.items()},
    )


def _class_of(kind: str, name: str) -> str:
    if not kind:
        return vocab.CLASS_UNDEFINED
    if kind not in vocab.NAMED_BY_CLASS:
        return vocab.CLASS_OF_TYPE.get(kind) or f"({kind})"
    for prefix in ("", vocab.DETACHED_PREFIX):
        if name.startswith(prefix + "<") and " " in name[len(prefix) :]:
            return name[: name.index(" ", len(prefix))] + ">"
    return name


def _gc_roots(
    document: dict[str, Any], nodes: list[dict[str, int]], edges: list[dict[str, int]]
) -> set[int]:
    meta = document["snapshot"]["meta"]
    stride = len(meta["node_fields"])
    root = document["snapshot"].get("root_index", 0) // stride
    first = [0]
    for node in nodes:
        first.append(first[-1] + node["edge_count"])
    seen, pending, held = {root}, [root], set[int]()
    while pending:
        node = pending.pop()
        for edge in edges[first[node] : first[node + 1]]:
            if meta["edge_types"][0][edge["type"]] == "weak":
                continue
            target = edge["to_node"] // stride
            kind = nodes[target]["type"]
            if kind < len(meta["node_types"][0]) and meta["node_types"][0][kind] == "synthetic":
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
            else:
                held.add(target)
    return held


def _records(values: list[int], fields: list[str]) -> list[dict[str, int]]:
    n = len(fields)
    return [dict(zip(fields, values[i : i + n], strict=True)) for i in range(0, len(values), n)]
