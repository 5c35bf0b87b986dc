"""The ``snapshot`` section: the fields of nodes, edges and locations, and their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from heapnb.errors import SnapshotFormatError
from heapnb.vocab import V8_NODE_TYPES

_REQUIRED_NODE_FIELDS = ("type", "name", "id", "self_size", "edge_count")
_REQUIRED_EDGE_FIELDS = ("type", "name_or_index", "to_node")
_REQUIRED_LOCATION_FIELDS = ("object_index", "script_id", "line", "column")
_REQUIRED_SCOPE_FIELDS = (
    *("script_node_index", "scope_id", "depth"),
    *("scope_context_vars_count", "scope_uses_count"),
)
_REQUIRED_SCOPE_VARIABLE_FIELDS = ("name",)
_REQUIRED_SCOPE_USE_FIELDS = ("declaring_scope_id", "slot_index")
DEEPEST = 100
"""Levels of nested JSON that are accepted where its content matters; V8 writes four."""

_NOT_A_SNAPSHOT = "heapnb reads V8 heap snapshots (.heapsnapshot), also .gz and .zst."


@dataclass(frozen=True)
class SnapshotMeta:
    """Field order, type names and header of one snapshot.

    Parameters
    ----------
    node_fields, edge_fields, location_fields : tuple of str
        Field names in the order of the file; without location fields, the producer does not
        write locations.
    node_types, edge_types : tuple of str
        Names of the node and edge types, by index.
    header : mapping
        The whole ``snapshot`` object from the file.
    scope_fields, scope_context_var_fields, scope_use_fields : tuple of str
        Field names of the sections that list the scopes of scripts; empty if the producer does
        not write them.
    """

    node_fields: tuple[str, ...]
    node_types: tuple[str, ...]
    edge_fields: tuple[str, ...]
    edge_types: tuple[str, ...]
    location_fields: tuple[str, ...] = ()
    header: Mapping[str, Any] = field(default_factory=dict, repr=False)
    scope_fields: tuple[str, ...] = ()
    scope_context_var_fields: tuple[str, ...] = ()
    scope_use_fields: tuple[str, ...] = ()

    @property
    def declared_node_count(self) -> int:
        """Number of nodes according to the header; 0 if the producer does not write it."""
        return _count(self.header, "node_count")

    @property
    def declared_edge_count(self) -> int:
        """Number of edges according to the header; 0 if the producer does not write it."""
        return _count(self.header, "edge_count")

    @property
    def extra_native_bytes(self) -> int:
        """Bytes outside the heap that V8 includes in the total; 0 before V8 13."""
        return _count(self.header, "extra_native_bytes")

    @property
    def n_listed_node_types(self) -> int:
        """Number of `node_types` that the file names; V8's own names follow them."""
        listed = self.header.get("meta", {}).get("node_types")
        return len(listed[self.node_fields.index("type")]) if listed else len(self.node_types)

    @property
    def root_offset(self) -> int:
        """Offset of the root node in the ``nodes`` array."""
        return _count(self.header, "root_index")

    @classmethod
    def from_json(cls, text: bytes, *, byte_offset: int) -> SnapshotMeta:
        """Parse the ``snapshot`` object.

        Parameters
        ----------
        text : bytes
            The object's JSON.
        byte_offset : int
            Its start in the file, for error messages.

        Returns
        -------
        SnapshotMeta

        Raises
        ------
        SnapshotFormatError
            If it is not JSON, or lacks a field that nodes and edges need.

        Examples
        --------
        >>> SnapshotMeta.from_json(b'{"meta": {}}', byte_offset=12)
        Traceback (most recent call last):
        ...
        heapnb.errors.SnapshotFormatError: meta.node_fields is missing or no list of names \
(section 'snapshot' at byte 12). Hint: heapnb reads V8 heap snapshots (.heapsnapshot), also \
.gz and .zst.
        """

        def fail(message: str) -> SnapshotFormatError:
            return SnapshotFormatError(
                message, section="snapshot", byte_offset=byte_offset, hint=_NOT_A_SNAPSHOT
            )

        try:
            header = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise SnapshotFormatError(
                f"The header is not valid JSON: {error.msg}",
                section="snapshot",
                byte_offset=byte_offset + error.pos,
                hint=_NOT_A_SNAPSHOT,
            ) from None
        if not isinstance(header, dict) or not isinstance(header.get("meta"), dict):
            raise fail("The header has no meta object")
        if nests_deeply(header):
            raise fail(f"The header is nested more than {DEEPEST} levels deep")
        meta = header["meta"]

        def names(key: str, required: tuple[str, ...]) -> tuple[str, ...]:
            value = meta.get(key)
            if not _is_names(value):
                raise fail(f"meta.{key} is missing or no list of names")
            missing = [name for name in required if name not in value]
            if missing:
                raise fail(f"meta.{key} lacks {', '.join(missing)}")
            if len(set(value)) != len(value):
                raise fail(f"meta.{key} names a field twice")
            return tuple(value)

        def type_names(key: str, fields: tuple[str, ...]) -> tuple[str, ...]:
            value = meta.get(key)
            position = fields.index("type")
            if not isinstance(value, list) or len(value) <= position:
                raise fail(f"meta.{key} is missing or too short")
            if not _is_names(value[position]):
                raise fail(f"meta.{key} has no list of names for the type field")
            return tuple(value[position])

        node_fields = names("node_fields", _REQUIRED_NODE_FIELDS)
        edge_fields = names("edge_fields", _REQUIRED_EDGE_FIELDS)

        def optional_names(key: str, required: tuple[str, ...]) -> tuple[str, ...]:
            return names(key, required) if meta.get(key) else ()

        scope_fields = optional_names("scope_fields", _REQUIRED_SCOPE_FIELDS)
        for key in ("node_count", "edge_count", "extra_native_bytes", "root_index"):
            value = header.get(key, 0)
            if type(value) is not int or value < 0:
                raise fail(f"{key} is not a count: {value!r:.40}")
        node_types = type_names("node_types", node_fields)
        return cls(
            node_fields=node_fields,
            # Node 8 uses an index that is missing in its own list: V8's names fill the rest.
            node_types=node_types + V8_NODE_TYPES[len(node_types) :],
            edge_fields=edge_fields,
            edge_types=type_names("edge_types", edge_fields),
            location_fields=optional_names("location_fields", _REQUIRED_LOCATION_FIELDS),
            scope_fields=scope_fields,
            # Variables and uses mean nothing without their scopes.
            scope_context_var_fields=(
                names("scope_context_var_fields", _REQUIRED_SCOPE_VARIABLE_FIELDS)
                if scope_fields
                else ()
            ),
            scope_use_fields=(
                names("scope_use_fields", _REQUIRED_SCOPE_USE_FIELDS) if scope_fields else ()
            ),
            header=header,
        )


def nests_deeply(value: object) -> bool:
    """Tell whether JSON is nested so deeply that functions which call themselves would fail.

    Examples
    --------
    >>> nests_deeply({"a": [1]}), nests_deeply(orjson.loads("[" * 200 + "]" * 200))
    (False, True)
    """
    level = [value]
    for _ in range(DEEPEST + 1):
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        if not inner:
            return False
        level = inner
    return any(isinstance(one, dict | list) for one in level)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _count(header: Mapping[str, Any], key: str) -> int:
    return int(header.get(key, 0))
