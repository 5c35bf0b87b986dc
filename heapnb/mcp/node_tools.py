"""Tools about single nodes: what a node is, what retains it, and what its removal frees."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from heapnb.cli.find import COLUMNS as NODE_COLUMNS
from heapnb.cli.output import records
from heapnb.cli.retainers import RETAINER_COLUMNS
from heapnb.literals import cut
from heapnb.mcp import schemas
from heapnb.mcp.answers import Answer, table_lines
from heapnb.mcp.schemas import described
from heapnb.mcp.toolbox import Call, Tool
from heapnb.views.fmt import format_bytes, plural

if TYPE_CHECKING:
    from heapnb.node import Node

_MOST_ROWS: Final = 2000
"""Rows that are made at most: a node can have millions of retainers."""

_MOST_PATHS: Final = 5

_LONGEST_PREVIEW: Final = 240
"""Characters of a preview: objects of a page refer to all of it."""


def _inspect_node(call: Call) -> Answer:
    import numpy as np

    from heapnb.frames import nodes_at
    from heapnb.node import Node

    with call.graph() as graph:
        ordinal = graph.ordinal_of(call["node_id"])
        node = Node(graph, ordinal)
        [facts] = records(nodes_at(graph, np.array([ordinal])), NODE_COLUMNS)
        show = call["show"] or "retainers"
        rows, total = _SHOWN[show](node, call.offset)
        path = node.retaining_path()
        preview = cut(node.preview(), _LONGEST_PREVIEW)
        lines = [
            f"{node.class_name} @{node.id} {preview}",
            "Nothing retains it." if path is None else f"Path: {' > '.join(path.words)}",
        ]
        return Answer(
            f"Node {node.id}: {format_bytes(node.shallow_size)} shallow, "
            f"{format_bytes(node.retained_size)} retained; {plural(total, 'row')} of {show}.",
            {
                "node_id": node.id,
                "node": {**facts, "location": node.location, "preview": preview},
                "path": [] if path is None else path.to_dict(),
                "retainers": rows if show == "retainers" else [],
                "rows": [] if show == "retainers" else rows,
            },
            [*lines, *table_lines([row for row in rows if isinstance(row, dict)])],
            rows="retainers" if show == "retainers" else "rows",
            offset=call.offset,
            total=total,
            untrusted=("node", "path", "retainers", "rows"),
        )


_Rows = tuple[list[dict[str, Any]], int]


def _page(table: Any, columns: Any, offset: int) -> _Rows:
    return records(table.iloc[offset : offset + _MOST_ROWS], columns), len(table)


def _retainers(node: Node, offset: int) -> _Rows:
    return _page(node.retainers(), RETAINER_COLUMNS, offset)


def _dominators(node: Node, offset: int) -> _Rows:
    return _page(node.dominators(), NODE_COLUMNS, offset)


def _children(node: Node, offset: int) -> _Rows:
    return _page(node.children(), NODE_COLUMNS, offset)


def _edges(node: Node, offset: int) -> _Rows:
    table = node.edges()
    return _page(table, list(table.columns), offset)


def _paths(node: Node, offset: int) -> _Rows:
    paths = node.retaining_paths(_MOST_PATHS)
    rows = [{"chain": path.chain, "words": " > ".join(path.words)} for path in paths]
    return rows[offset:], len(rows)


_SHOWN: Final[dict[str, Callable[[Node, int], _Rows]]] = {
    "retainers": _retainers,
    "paths": _paths,
    "dominators": _dominators,
    "children": _children,
    "edges": _edges,
}


def _what_if(call: Call) -> Answer:
    from heapnb.analysis.retention.what_if import Removal, what_if
    from heapnb.node import Node

    with call.graph() as graph:
        removals: list[Removal] = []
        for one in call["remove"]:
            node = Node(graph, graph.ordinal_of(one["node_id"]))
            removals.append(node if one.get("name") is None else (node, one["name"]))
        found = what_if(graph, removals, progress=call.job.report)
        data = found.to_dict()
        held = [" > ".join(chain) for chain in data["still_held"]]
        return Answer(
            f"{format_bytes(found.freed_size)} in {plural(found.freed_count, 'object')} would be "
            "freed.",
            {**data, "classes": data["classes"][call.offset :]},
            [
                *(f"Still held by another path: {chain}" for chain in held),
                *table_lines(data["classes"][call.offset :][:50]),
            ],
            rows="classes",
            offset=call.offset,
            total=len(data["classes"]),
            untrusted=("classes", "still_held"),
        )


TOOLS = (
    Tool(
        "inspect_node",
        "Inspect a node",
        "Preview and retaining path of a node; its retainers, other paths, dominators (up), "
        "children (what it alone keeps) or edges.",
        {
            "case": schemas.CASE,
            "snapshot": schemas.SNAPSHOT,
            "node_id": schemas.NODE_ID,
            "show": schemas.one_of(tuple(_SHOWN)),
        },
        ("case", "node_id"),
        {
            "node_id": schemas.INTEGER,
            "node": {"type": "object"},
            "path": schemas.PATH,
            "retainers": schemas.RETAINERS,
            "rows": schemas.ANY_ROWS,
        },
        _inspect_node,
        is_paged=True,
    ),
    Tool(
        "what_if",
        "Remove references",
        "Compute what would be freed without some references.",
        {
            "case": schemas.CASE,
            "snapshot": schemas.SNAPSHOT,
            "remove": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "node_id": schemas.NODE_ID,
                        "name": described(
                            schemas.TEXT, "Its property or variable; else all that refers to it"
                        ),
                    },
                    "required": ["node_id"],
                },
            },
        },
        ("case", "remove"),
        {
            "freed_size": schemas.INTEGER,
            "freed_count": schemas.INTEGER,
            "classes": schemas.ANY_ROWS,
            "still_held": {"type": "array", "items": schemas.TEXTS},
        },
        _what_if,
        is_paged=True,
    ),
)
