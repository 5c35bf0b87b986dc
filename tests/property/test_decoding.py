"""Decoding takes any graph, however its names and types contradict each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heapnb import vocab
from heapnb.decode.buffers import buffers
from heapnb.decode.closures import closures
from heapnb.decode.containers import collections
from heapnb.decode.contexts import contexts
from heapnb.decode.entries import entries_frame
from heapnb.decode.fields import fields
from heapnb.decode.global_object import global_variables
from heapnb.decode.listeners import listeners
from heapnb.decode.modules import modules
from heapnb.decode.preview import preview
from heapnb.decode.promises import promises
from heapnb.decode.sockets import sockets
from heapnb.decode.timers import timers
from heapnb.frames import display_names, edge_labels, edges_frame, nodes_frame
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

MAX_CHARS = 60
TABLES = (
    *(buffers, collections, contexts, global_variables, listeners, modules, promises, sockets),
    timers,
)

NODE_NAMES = [
    *("", "Object", "Array", "Map", "Date", "Promise", "WeakRef", "String", "ArrayBuffer"),
    *("system / Context", "system / Oddball", "system / JSProxy", "system / AccessorPair"),
    *("system / Script", "system / DebugInfo", "7", "</script>\x1b\u2028"),
    *("Set", "WeakMap", "WeakSet", "EventEmitter", "Timeout", "TimersList", "Immediate", "Module"),
    *("system / PromiseReaction", "system / ScopeInfo", "system / NativeContext", "system / Hole"),
    *("Socket", "Uint8Array", "true", "null"),
]
EDGE_NAMES = [
    *("", "context", "previous", "shared", "script", "table", "value", "first", "second"),
    *("parent", "name", "buffer", "bound_function", "target", "elements", "__proto__"),
    *("reactions_or_result", "backing_store", "5", "7", "99999999999", "<symbol>", "get 5"),
    *("_events", "<symbol kEvents>", "next", "listener", "_onTimeout", "_onImmediate", "_idleNext"),
    *("exports", "filename", "children", "_handle", "properties", "extension", "function"),
    *("scope_info", "name_or_scope_info", "global_object", "socket", "constructor", "loaded"),
]
NAMED_TYPES = [kind for kind in vocab.V8_EDGE_TYPES if kind not in vocab.INDEXED_EDGE_TYPES]


@st.composite
def built(draw: st.DrawFn) -> SnapshotBuilder:
    builder = SnapshotBuilder()
    keys = ["root", *(f"n{i}" for i in range(draw(st.integers(1, 7))))]
    for key in keys[1:]:
        builder.node(
            key,
            type=draw(st.sampled_from(vocab.V8_NODE_TYPES)),
            name=draw(st.sampled_from(NODE_NAMES)),
            size=draw(st.sampled_from([0, 16, 40, 120, 152])),
            detachedness=draw(st.integers(0, 2)),
            location=draw(st.none() | st.just((7, 11, 4))),
        )
    for _ in range(draw(st.integers(0, 20))):
        ends = draw(st.sampled_from(keys)), draw(st.sampled_from(keys))
        if draw(st.booleans()):
            kind = draw(st.sampled_from(NAMED_TYPES))
            builder.edge(*ends, draw(st.sampled_from(EDGE_NAMES)), type=kind)
        else:
            kind = draw(st.sampled_from(vocab.INDEXED_EDGE_TYPES))
            builder.edge(*ends, draw(st.integers(0, 0xFFFF_FFFF)), type=kind)
    return builder


@given(built())
def test_any_graph(builder: SnapshotBuilder) -> None:
    graph = builder.graph()
    nodes = nodes_frame(graph)
    assert nodes["name"].tolist() == [graph.name(node) for node in range(graph.n_nodes)]
    assert len(edges_frame(graph)) == graph.n_edges
    labels = [graph.edge_label(edge) for edge in range(graph.n_edges)]
    assert edge_labels(graph, np.arange(graph.n_edges)).to_pylist() == labels
    shown = [graph.display_name(node) for node in range(graph.n_nodes)]
    assert display_names(graph, np.arange(graph.n_nodes)).to_pylist() == shown
    assert len(closures(graph)) == (nodes["node_type"] == "closure").sum()
    for table in TABLES:
        assert_rows(graph, table(graph))
    for node in range(graph.n_nodes):
        text = preview(graph, node, max_depth=4, max_chars=MAX_CHARS)
        assert 0 < len(text) <= MAX_CHARS
        assert text.isprintable()
        assert_rows(graph, entries_frame(graph, node))
        assert len(fields(graph, node)) <= graph.n_edges


def assert_rows(graph: HeapGraph, table: pd.DataFrame) -> None:
    """Check that ids are those of nodes, and that sizes and counts make sense."""
    for name in table.columns[table.columns.str.endswith("_id") | (table.columns == "node_id")]:
        assert np.isin(table[name].dropna().to_numpy(np.int64), graph.node_id).all()
    for name in table.columns[table.columns.str.endswith("_count")]:
        assert (table[name].dropna() >= 0).all()
    assert (table["retained_size"] >= table["shallow_size"]).all()
