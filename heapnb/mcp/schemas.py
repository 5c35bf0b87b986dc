"""JSON schemas: what tools take, and the fixed shapes of what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from heapnb.mcp.answers import DEFAULT_BYTES, LEAST_BYTES, MOST_BYTES

Schema: TypeAlias = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
INTEGER: Final[Schema] = {"type": "integer"}
INTEGER_OR_NULL: Final[Schema] = {"type": ["integer", "null"]}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
INTEGERS: Final[Schema] = {"type": "array", "items": INTEGER}

CASE: Final[Schema] = {"type": ["string", "array"], "items": TEXT}
SNAPSHOT: Final = TEXT
NODE_ID: Final[Schema] = {"type": "integer", "minimum": 0}
CURSOR: Final = TEXT
SIZE: Final[Schema] = {
    "type": "integer",
    "minimum": LEAST_BYTES,
    "maximum": MOST_BYTES,
    "default": DEFAULT_BYTES,
}


_LIMITS: Final = ("additionalProperties", "default", "maximum", "minItems", "minimum")
"""What arguments are checked for, and errors tell: models need not read it before each call."""


def brief(schema: Any) -> Any:
    """Return what models read of the schema of arguments: without limits and empty lists."""
    if isinstance(schema, dict):
        if schema.items() >= CASE.items():
            # Several names fit into a text, one a line; the list is for programs.
            schema = {**TEXT, **{k: v for k, v in schema.items() if k not in CASE}}
        return {
            name: brief(value)
            for name, value in schema.items()
            if name not in _LIMITS and value != []
        }
    return [brief(value) for value in schema] if isinstance(schema, list) else schema


def described(schema: Schema, description: str) -> Schema:
    """Return a schema with a description."""
    return {**schema, "description": description}


def one_of(values: Sequence[str], description: str = "") -> Schema:
    """Return the schema of a choice; the first value is the default."""
    schema: Schema = {"type": "string", "enum": list(values)}
    return {**schema, "description": description} if description else schema


def rows_of(**columns: Schema) -> Schema:
    """Return the schema of a list of rows with these columns."""
    return {
        "type": "array",
        "items": {"type": "object", "properties": columns, "required": list(columns)},
    }


def answer_of(properties: Mapping[str, Schema]) -> Schema:
    """Return the schema of a structured answer; every field is always there.

    Examples
    --------
    >>> answer_of({"rows": TEXTS})["required"]
    ['rows']
    """
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


PATH: Final = rows_of(
    node_id=INTEGER, class_name=TEXT, name=TEXT, edge_type=TEXT_OR_NULL, edge_name=TEXT_OR_NULL
)
CLASSES: Final = rows_of(
    class_name=TEXT,
    location=TEXT_OR_NULL,
    count=INTEGER,
    shallow_size=INTEGER,
    retained_size=INTEGER,
    distance=INTEGER_OR_NULL,
)
CHANGES: Final = rows_of(
    class_name=TEXT,
    added_count=INTEGER,
    removed_count=INTEGER,
    count_delta=INTEGER,
    added_size=INTEGER,
    removed_size=INTEGER,
    size_delta=INTEGER,
)
NODES: Final = rows_of(
    node_id=INTEGER,
    node_type=TEXT,
    class_name=TEXT,
    name=TEXT_OR_NULL,
    shallow_size=INTEGER,
    retained_size=INTEGER,
    distance=INTEGER_OR_NULL,
)
RETAINERS: Final = rows_of(
    node_id=INTEGER,
    class_name=TEXT,
    edge_type=TEXT,
    edge_name=TEXT_OR_NULL,
    distance=INTEGER_OR_NULL,
    retained_size=INTEGER,
)
STRINGS: Final = rows_of(length=INTEGER, node_count=INTEGER, string=TEXT)
ANY_ROWS: Final[Schema] = {"type": "array", "items": {"type": "object"}}

VERDICT: Final = one_of(("leak", "no-leak", "undecided"))
SUSPECT: Final[Schema] = {
    "type": "object",
    "properties": {
        "rank": INTEGER,
        "kind": TEXT,
        "class_name": TEXT,
        "count_per_snapshot": INTEGERS,
        "retained_per_snapshot": INTEGERS,
        "count_delta": INTEGER,
        "retained_delta": INTEGER,
        "confidence": NUMBER,
        "chain": TEXTS,
        "anchor": TEXT,
        "location": TEXT_OR_NULL,
        "node_id": INTEGER,
        "explanation": TEXT,
        "fix": TEXT,
    },
    "required": ["rank", "kind", "class_name", "confidence", "anchor", "node_id", "fix"],
}
