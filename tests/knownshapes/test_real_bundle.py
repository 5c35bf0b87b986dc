"""The shapes of the catalogue in a real bundle, minified and without a source map."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from heapnb.analysis.known_objects import known_objects, shape_of, shapes_of_nodes
from heapnb.analysis.known_shapes import known_shapes
from heapnb.graph import HeapGraph, open_graph
from heapnb.graph.edges import child
from tests.conftest import find_chromium
from tests.pagebench.capture import HERE as PAGEBENCH
from tests.pagebench.capture import built
from tests.variants.forms import PACKAGE_FILES, executable

PAGE = Path(__file__).parent / "page"
KEPT = "kept"


def installed(package: str) -> str:
    """Return the version of a package that the page imports."""
    lock = json.loads((PAGEBENCH / PACKAGE_FILES[1]).read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def test_every_shape_was_checked_with_the_version_that_is_installed() -> None:
    for shape in known_shapes():
        assert shape.checked_with == installed(shape.package), shape.id


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory) -> HeapGraph:
    """The heap of a page that holds one object of each kind."""
    folder = built(PAGE, "one-of-each", "minified").main.parent
    parts = (folder, PAGE / "use.mjs", "http://one-of-each.example", 2, 1, 1)
    command = [executable("node"), str(PAGEBENCH / "capture.mjs"), *map(str, parts)]
    assert find_chromium() is not None
    subprocess.run(command, check=True, timeout=180)
    return open_graph(folder / "after2.heapsnapshot")


def kept(graph: HeapGraph) -> dict[str, int]:
    """Return the objects that the page holds, by the id of their shape."""
    holders = [
        int(graph.edge_to[edge])
        for edge in range(graph.n_edges)
        if graph.edge_type[edge] == graph.edge_type_index("property")
        and graph.edge_label(edge) == KEPT
    ]
    ids = [shape.id for shape in known_shapes()]
    found = [
        {name: node for name in ids if (node := child(graph, holder, name)) is not None}
        for holder in dict.fromkeys(holders)
    ]
    return max(found, key=len)


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
def test_one_object_of_each_kind_is_recognised(heap: HeapGraph) -> None:
    held = kept(heap)
    for shape in known_shapes():
        assert shape_of(heap, held[shape.id]) is shape, shape.id


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
def test_all_objects_at_once_are_those_that_are_recognised_one_by_one(heap: HeapGraph) -> None:
    nodes, numbers = shapes_of_nodes(heap)
    expected = [(node, shape_of(heap, node)) for node in range(heap.n_nodes)]
    shapes = known_shapes()
    found = [(node, shapes[number]) for node, number in zip(nodes, numbers, strict=True)]
    assert found == [(node, shape) for node, shape in expected if shape is not None]


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
def test_the_table_has_a_row_for_each_class(heap: HeapGraph) -> None:
    frame = known_objects(heap)
    assert sorted(zip(frame["package"], frame["class_name"], strict=True)) == sorted(
        (shape.package, shape.class_name) for shape in known_shapes()
    )
    chart = frame[frame["class_name"] == "Chart"].iloc[0]
    assert chart["name_in_heap"] != "Chart"
    assert np.all(frame["retained_size"] >= frame["shallow_size"])
