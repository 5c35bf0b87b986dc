"""The browser's Summary and Retainers show what the engine's show, on every sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph
from heapnb.views.masking import OFF
from heapnb.workbench.model import Page, TreeTable, Window
from heapnb.workbench.subject import Workbench
from heapnb.workbench.trees.constructors import ConstructorsTree
from heapnb.workbench.trees.retainers import RetainersTree
from tests.conftest import all_samples
from tests.oracle import oracle

SAMPLES = pytest.mark.parametrize(
    "path", all_samples(), ids=lambda path: f"{path.parent.name}/{path.name.split('.')[0]}"
)
LARGE = 1_000_000
# The engine's name of each preset.
PRESETS = {
    "detached": "objectsRetainedByDetachedDomNodes",
    "duplicate_strings": "duplicatedStrings",
}


def workbench_of(path: Path) -> Workbench:
    return Workbench(HeapGraph(read_snapshot(path)), masking=OFF)


def classes_of(tree: ConstructorsTree, page: Page) -> list[tuple[object, ...]]:
    heap = tree.heap
    return sorted(
        (
            heap.class_names[int(heap.class_keys[int(row.key[1:]), 0])].as_py(),
            *(row.cells[name] for name in ("count", "distance", "shallow_size", "retained_size")),
        )
        for row in page.rows
    )


def expected_classes(rows: list[oracle.SummaryRow]) -> list[tuple[object, ...]]:
    return sorted((r["name"], r["count"], r["distance"], r["self"], r["maxRet"]) for r in rows)


@SAMPLES
def test_summary_and_retainers(path: Path) -> None:
    workbench = workbench_of(path)
    expected = oracle.expected(path.parent.name, path.name.split(".")[0])
    summary = ConstructorsTree(workbench)
    page = summary.rows(None, Window(limit=LARGE))
    assert classes_of(summary, page) == expected_classes(expected["summary"])
    for one in expected["retainers"]:
        tree: TreeTable = RetainersTree(workbench, workbench.heap.ordinal_of(one["node_id"]))
        window = Window(sort="distance", descending=False, limit=len(one["rows"]) + 1)
        page = tree.rows(None, window)
        assert page.total == one["row_count"]
        shown = [
            (row.node_id, row.cells["distance"], row.cells["retained_size"])
            for row in page.rows[: len(one["rows"])]
        ]
        assert shown == [
            (row["node_id"], row["distance"], row["retained_size"]) for row in one["rows"]
        ]


@pytest.mark.oracle
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("case", ["detached_dom", "hot_reload", "shared_closure_context"])
def test_presets(case: str, preset: str) -> None:
    path = next(path for path in all_samples() if path.parent.name == case)
    tree = ConstructorsTree(workbench_of(path))
    page = tree.rows(None, Window(limit=LARGE, filters={"preset": preset}))
    expected = oracle.summary(path, PRESETS[preset])
    assert page.total > 0
    assert classes_of(tree, page) == expected_classes(expected)
