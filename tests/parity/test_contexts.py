"""Native contexts, dead variables and the filters of Summary equal those of the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heapnb.analysis import filters
from heapnb.decode.dead_variables import find_dead_fields
from heapnb.decode.native_contexts import find_native_contexts
from heapnb.graph import HeapGraph, open_graph
from heapnb.graph.native_contexts import native_context_of, native_contexts
from heapnb.workbench.model import Window
from heapnb.workbench.trees.constructors import ConstructorsTree
from tests.conftest import ROOT, all_samples
from tests.oracle import oracle
from tests.parity.test_trees import LARGE, classes_of, expected_classes, workbench_of

pytestmark = pytest.mark.oracle

WORKERD = ROOT / "tests" / "data" / "contexts" / "workerd.heapsnapshot.zst"
_CHOSEN = {
    *("detached_dom/after2", "hot_reload/after2", "formats/node-8", "formats/node-12"),
    *("formats/node-18", "formats/node-22", "formats/node-26", "formats/deno", "formats/bun"),
}
FILES = [WORKERD] + [
    path for path in all_samples() if f"{path.parent.name}/{path.name.split('.')[0]}" in _CHOSEN
]
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(".")[0])
FILTERS = {
    filters.DETACHED: "objectsRetainedByDetachedDomNodes",
    filters.CONSOLE: "objectsRetainedByConsole",
    filters.EVENT_HANDLERS: "objectsRetainedByEventHandlers",
    filters.CONTEXTS: "objectsRetainedByContexts",
    filters.SHARED_NODES: "sharedNativeContext",
    filters.UNATTRIBUTED: "noNativeContext",
}


def owners_of(graph: HeapGraph) -> np.ndarray:
    """Return the id of each node's native context, -2 and -1 as the engine has them."""
    owner = native_context_of(graph).astype(np.int64)
    ids = graph.node_id[native_contexts(graph)].astype(np.int64)
    owner[owner >= 0] = ids[owner[owner >= 0]]
    return owner


@EACH_FILE
def test_native_contexts(path: Path) -> None:
    graph = open_graph(path, cache=False)
    expected = oracle.native_contexts(path)
    assert oracle.digest_of_integers(owners_of(graph)) == expected["owners_sha256"]
    found = find_native_contexts(graph)
    rows = zip(
        *(found.rows[name] for name in ("node_id", "shallow_size", "retained_size")), strict=True
    )
    assert sorted(row for row in rows if row[0] is not None) == [
        (one["node_id"], one["attributed_size"], one["retained_size"])
        for one in expected["contexts"]
    ]
    assert found.shared_size == expected["shared_size"]
    assert found.unattributed_size == expected["unattributed_size"]


@EACH_FILE
def test_dead_variables(path: Path) -> None:
    graph = open_graph(path, cache=False)
    expected = oracle.dead_variables(path)
    if graph.raw.scopes is None:
        # The engine knows nothing without scopes.
        assert expected == []
        return
    found = find_dead_fields(graph, calls=False)
    rows = zip(
        graph.node_id[found.context].tolist(),
        graph.node_id[found.value].tolist(),
        [graph.edge_label(int(edge)) for edge in found.edge],
        graph.retained_size[found.value].tolist(),
        strict=True,
    )
    assert sorted(rows) == sorted(
        (row["context_id"], row["node_id"], row["variable"], row["retained_size"])
        for row in expected
    )
    assert (path == WORKERD) == bool(expected)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("path", FILES[:4], ids=lambda path: path.name.split(".")[0])
def test_filters(path: Path, name: str) -> None:
    tree = ConstructorsTree(workbench_of(path))
    page = tree.rows(None, Window(limit=LARGE, filters={"preset": name}))
    assert classes_of(tree, page) == expected_classes(oracle.summary(path, FILTERS[name]))


@EACH_FILE
def test_each_native_context_as_a_filter(path: Path) -> None:
    graph = open_graph(path, cache=False)
    context = int(native_contexts(graph)[0]) if len(native_contexts(graph)) else None
    if context is None:
        return
    tree = ConstructorsTree(workbench_of(path))
    preset = f"native_context:{graph.node_id[context]}"
    page = tree.rows(None, Window(limit=LARGE, filters={"preset": preset}))
    index = context * len(graph.raw.meta.node_fields)
    expected = oracle.summary(path, f"nativeContext_{index}")
    assert classes_of(tree, page) == expected_classes(expected)
