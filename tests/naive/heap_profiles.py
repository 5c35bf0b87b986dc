"""A naive reader of heap profiles: json and a loop over nodes."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Node(NamedTuple):
    """A node of the file."""

    parent: int
    name: str
    url: str
    line: int
    column: int
    size: int
    id: int


def nodes_of(content: bytes) -> list[Node]:
    """List the nodes, each after its caller, in the order of the text."""
    found: list[Node] = []
    waiting: list[tuple[dict[str, Any], int]] = [(json.loads(content)["head"], 0)]
    while waiting:
        node, parent = waiting.pop()
        frame = node["callFrame"]
        found.append(
            Node(
                parent,
                frame.get("functionName", ""),
                frame.get("url", ""),
                frame.get("lineNumber", -1),
                frame.get("columnNumber", -1),
                node.get("selfSize", 0),
                node.get("id", -1),
            )
        )
        below = [(child, len(found) - 1) for child in node.get("children", ())]
        waiting += reversed(below)
    return found
