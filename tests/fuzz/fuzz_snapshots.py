"""Snapshots: plain, packed, salvaged, written and read again; allocation time lines; redaction."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import numpy as np

from heapnb.analysis.allocation.ages import allocation_ages
from heapnb.analysis.allocation.allocations import allocations
from heapnb.errors import HeapnbError
from heapnb.format import RawSnapshot, read_snapshot, write_snapshot
from heapnb.graph import HeapGraph
from heapnb.redaction import audit, redact
from heapnb.redaction.tokens import utf16_length
from heapnb.secrets import find_secrets
from heapnb.testing import SnapshotBuilder
from heapnb.vocab import INDEXED_EDGE_TYPES
from tests.fuzz.harness import (
    Reader,
    Refusal,
    answer,
    as_file,
    some,
    unpacked_answers_agree,
)

_SMALL_BLOCK: Final = 200
_COLUMNS: Final = (
    *("node_type", "node_name", "node_id", "self_size", "first_edge", "detachedness"),
    *("trace_node_id", "edge_type", "edge_name", "edge_to", "samples", "trace_function_infos"),
)
_WORDS: Final = (
    *(b'"nodes"', b'"edges"', b'"strings"', b'"snapshot"', b'"locations"', b'"samples"'),
    *(b'"trace_tree"', b'"trace_function_infos"', b'"meta"', b'"node_count"', b'"scopes"'),
    *(b'"name_or_index"', b'"to_node"', b'"edge_count"', b'"detachedness"', b'"root_index"'),
    *(b'"nodes":[', b'"strings":["'),
)


# -- inputs ---------------------------------------------------------------------------------


def _builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root>app app.cache>map map/table>table table[0]>entry entry.password>text app~weak>entry"
        " app:drafts>list list[1]>entry root^global>app list[2147483700]>map entry.next>twin"
        " twin.next>entry"
    )
    builder.node("map", name="Map", size=32).node("table", type="array", name="", size=100)
    builder.node("text", type="string", name="hunter2 🦊 \u2028 token=abc123", size=40)
    builder.node("entry", name="Session", location=(3, 12, 5), detachedness=2)
    return builder.node("twin", type="closure", name="twin", node_id=4, size=0)


def _compact() -> dict[str, Any]:
    """Return a snapshot in Node 24's layout, with every section that heapnb knows."""
    return {
        "snapshot": {
            "meta": {
                "node_fields": ["type", "name", "id", "self_size", "edge_count", "trace_node_id"],
                "node_types": [
                    ["hidden", "array", "string", "object", "code", "closure", "synthetic"],
                    *("string", "number", "number", "number", "number"),
                ],
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [
                    ["context", "element", "property", "internal", "hidden", "shortcut", "weak"],
                    *("string_or_number", "node"),
                ],
                "trace_function_info_fields": [
                    *("function_id", "name", "script_name", "script_id", "line", "column"),
                ],
                "trace_node_fields": ["id", "function_info_index", "count", "size", "children"],
                "sample_fields": ["timestamp_us", "last_assigned_id"],
                "location_fields": ["object_index", "script_id", "line", "column"],
            },
            "node_count": 4,
            "edge_count": 4,
            "trace_function_count": 2,
            "extra_native_bytes": 12,
        },
        "nodes": [6, 0, 1, 0, 2, 0, 3, 1, 3, 16, 1, 2, 3, 2, 5, 24, 1, 3, 2, 3, 7, 40, 0, 3],
        "edges": [2, 1, 6, 1, 0, 12, 2, 2, 18, 6, 4, 6],
        "trace_function_infos": [0, 0, 0, 0, 0, 0, 11, 1, 4, 7, 2, 9],
        "trace_tree": [1, 0, 0, 0, [2, 1, 3, 60, [3, 1, 5, 90, []]]],
        "samples": [0, 2, 1000, 5, 2000, 7],
        "locations": [6, 7, 2, 9],
        "strings": ["", "Session", "Cache", "some text", "/srv/app.js"],
        "other": {"a": [1, "b", None]},
    }


def _inputs() -> tuple[bytes, ...]:
    small = SnapshotBuilder.from_edges("root>a a>b b>a").to_bytes()
    compact = _compact()
    late = {name: compact[name] for name in ("nodes", "edges", "strings", "snapshot")}
    return (
        small,
        _builder().to_bytes(),
        json.dumps(compact).encode(),
        json.dumps(compact, indent=1).encode(),
        json.dumps(late, separators=(",", ":")).encode(),
    )


def _time_lines() -> tuple[bytes, ...]:
    compact = _compact()
    with_root = compact | {"trace_tree": [1, 0, 0, 0, [2, 1, 2, 40, [], 3, 1, 5, 90, []]]}
    return tuple(json.dumps(one).encode() for one in (compact, with_root))


# -- snapshots ------------------------------------------------------------------------------


def same_columns(first: RawSnapshot, second: RawSnapshot) -> bool:
    """Whether two snapshots have the same content, wherever they were read from."""
    pairs = [(getattr(first, name), getattr(second, name)) for name in _COLUMNS]
    for whole in ("locations", "scopes"):
        one, other = getattr(first, whole), getattr(second, whole)
        if (one is None) != (other is None):
            return False
        if one is not None:
            pairs += [(getattr(one, name), getattr(other, name)) for name in vars(one)]
    is_equal = all(
        (one is None and other is None)
        or (one is not None and other is not None and np.array_equal(one, other))
        for one, other in pairs
    )
    return (
        is_equal and first.strings.equals(second.strings) and first.trace_tree == second.trace_tree
    )


def check_graph(graph: HeapGraph) -> None:
    """Compute everything, and check what holds for every graph."""
    total = int(graph.shallow_size.sum(dtype=np.uint64))
    assert int(graph.retained_size[graph.root]) == total
    assert int(graph.self_size.sum(dtype=np.uint64)) == total
    assert graph.dominator[graph.root] == graph.root
    assert len(graph.distance) == len(graph.class_key) == graph.n_nodes
    assert int(graph.class_key.max()) < len(graph.class_keys)
    assert len(np.unique(graph.dominated)) == graph.n_nodes - 1


def _check_snapshot(data: bytes) -> None:
    found = answer(lambda: read_snapshot(data))
    if some(data, 4):
        again = answer(lambda: read_snapshot(data, block_bytes=_SMALL_BLOCK))
        assert isinstance(found, Refusal) == isinstance(again, Refusal), (found, again)
        assert isinstance(found, Refusal) or same_columns(found, again), "blocks change the answer"
    if some(data, 8):
        unpacked_answers_agree(data, read_snapshot, same_columns, found)
    if isinstance(found, Refusal):
        if some(data, 2):
            _check_salvage(data, None)
        return
    _check_against_json(data, found)
    if some(data, 2):
        _check_salvage(data, found)
        cut = data[: len(data) * (len(data) % 97) // 97]
        _check_salvage(cut, found)
    if some(data, 3):
        written = _written(found)
        assert same_columns(read_snapshot(written), found), "a written snapshot reads differently"
        check_graph(HeapGraph(found))


def _check_salvage(data: bytes, whole: RawSnapshot | None) -> None:
    """Salvage a file, or its beginning: what is there is part of the whole."""
    found = answer(lambda: read_snapshot(data, salvage=True))
    if isinstance(found, Refusal):
        return
    if whole is not None:
        n = found.n_nodes
        assert n <= whole.n_nodes
        for name in ("node_id", "node_type", "self_size"):
            assert np.array_equal(getattr(found, name), getattr(whole, name)[:n]), name
        kept = len(found.edge_to)
        assert kept <= len(whole.edge_to)
    if some(data, 4):
        check_graph(HeapGraph(found))


def _check_against_json(data: bytes, found: RawSnapshot) -> None:
    """Compare columns with what Python's JSON module reads."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        # heapnb does not parse sections that it does not need.
        return
    meta = content["snapshot"]["meta"]
    nodes = _columns(content["nodes"], meta["node_fields"])
    edges = _columns(content["edges"], meta["edge_fields"])
    expected = {
        "node_type": nodes["type"],
        "node_name": nodes["name"],
        "node_id": nodes["id"],
        "self_size": nodes["self_size"],
        "edge_type": edges["type"],
        "edge_to": [to // len(meta["node_fields"]) for to in edges["to_node"]],
    }
    for name, values in expected.items():
        assert getattr(found, name).tolist() == values, name
    counts = np.diff(found.first_edge.astype(np.int64)).tolist()
    assert counts == nodes["edge_count"], "edge counts"
    types = meta["edge_types"][meta["edge_fields"].index("type")]
    names = zip(edges["type"], edges["name_or_index"], found.edge_name.tolist(), strict=True)
    for kind, written, read in names:
        assert read == (written % (1 << 32) if types[kind] in INDEXED_EDGE_TYPES else written)
    wanted = [text.encode("utf-16", "surrogatepass") for text in content["strings"]]
    ours = [text.encode("utf-16", "surrogatepass") for text in found.strings.to_pylist()]
    replaced = [text.decode("utf-16", "replace") for text in wanted]
    assert [text.decode("utf-16") for text in ours] == replaced, "strings"


def _columns(values: list[int], fields: list[str]) -> dict[str, list[int]]:
    return {name: values[place :: len(fields)] for place, name in enumerate(fields)}


def _written(raw: RawSnapshot) -> bytes:
    out = io.BytesIO()
    write_snapshot(raw, out)
    return out.getvalue()


# -- allocation time lines -------------------------------------------------------------------


def _read_time_line(data: bytes) -> object:
    graph = HeapGraph(read_snapshot(data))
    return allocations(graph), allocation_ages(graph)


def _check_time_line(data: bytes) -> None:
    try:
        graph = HeapGraph(read_snapshot(data))
    except HeapnbError:
        return
    by_function = answer(lambda: allocations(graph).columns)
    by_stack = answer(lambda: allocations(graph, "stack").columns)
    assert isinstance(by_function, Refusal) == isinstance(by_stack, Refusal)
    if not isinstance(by_function, Refusal):
        for name in ("live_count", "live_size", "allocation_count", "allocation_size"):
            assert sum(by_function[name]) == sum(by_stack[name]), name
    ages = answer(lambda: allocation_ages(graph))
    if not isinstance(ages, Refusal):
        counts = ages.columns["live_count"]
        assert sum(counts) == ages.live_count + ages.earlier_count
        assert min(counts) >= 0
        json.dumps(ages.to_dict(), allow_nan=False)


# -- redaction ------------------------------------------------------------------------------


def _redaction_inputs() -> tuple[bytes, ...]:
    builder = _builder()
    builder.node("card", type="string", name="mail ann@example.com, card 4111 1111 1111 1111")
    builder.edge("entry", "card", "apiKey").edge("app", "card", "url")
    compact = _compact() | {"other": {"password": "hunter2", "list": ["Bearer abcdefghijkl", 1]}}
    compact["strings"][3] = "postgres://app:s3cr3t@db/shop"
    return builder.to_bytes(), json.dumps(compact).encode()


def _check_redaction(data: bytes) -> None:
    try:
        before = read_snapshot(data)
    except HeapnbError:
        return
    mode: Any = ("secrets", "strings", "shape")[len(data) % 3]
    target = as_file(b"", "redacted.heapsnapshot")
    result = answer(lambda: redact(data, target, mode=mode, salt="fuzz", force=True))
    assert not isinstance(result, Refusal), result
    after = read_snapshot(target)
    for name in ("node_type", "node_id", "self_size", "first_edge", "edge_type", "edge_to"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    names = zip(
        before.strings.take(before.node_name).to_pylist(),
        after.strings.take(after.node_name).to_pylist(),
        strict=True,
    )
    for old, new in names:
        assert utf16_length(old) == utf16_length(new), "a token has another length"
        if mode != "secrets":
            continue
        for secret in find_secrets(old):
            text = old[secret.start : secret.stop]
            assert len(text) < 6 or text not in new, "a secret stays readable"


READERS = (
    Reader("snapshots", _inputs, read_snapshot, _check_snapshot, words=_WORDS, is_packed=True),
    Reader("time-lines", _time_lines, _read_time_line, _check_time_line, words=_WORDS),
    Reader("redaction", _redaction_inputs, audit, _check_redaction, words=_WORDS),
)
