from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from heapnb.analysis.retention.dominator_map import MOST_LEVELS, Part, dominator_map
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from heapnb.views.treemaps import nested_treemap


def a_heap(depth: int = 9) -> HeapGraph:
    """Build a long way down to small leaks, beside a large buffer that is none."""
    builder = SnapshotBuilder.from_edges("root>step0 root>big")
    builder.node("big", name="Big", size=50_000)
    for number in range(depth):
        builder.node(f"step{number}", name=f"Step{number}", size=100 + 900 * (depth - number))
        builder.edge(f"step{number}", f"step{number + 1}", "next")
    builder.node(f"step{depth}", name="Array", size=500)
    for number in range(30):
        builder.edge(f"step{depth}", f"leak{number}", number, type="element")
        builder.node(f"leak{number}", name="Leak", size=50)
    return builder.graph()


def all_parts(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from all_parts(inner)


def leaks_of(graph: HeapGraph) -> np.ndarray:
    return np.flatnonzero([graph.class_name(node) == "Leak" for node in range(graph.n_nodes)])


def test_parts_never_exceed_what_they_are_part_of() -> None:
    for part in all_parts(dominator_map(a_heap())):
        assert sum(inner.size for inner in part.parts) <= part.size


def test_marked_objects_are_drawn_however_deep_and_small() -> None:
    graph = a_heap()
    plain = dominator_map(graph)
    assert not any("Leak" in part.name for part in all_parts(plain))
    marked = dominator_map(graph, leaks_of(graph))
    (leak,) = [part for part in all_parts(marked) if part.is_marked]
    assert (leak.count, leak.size) == (30, 1500)
    assert leak.size < 0.02 * marked.size
    assert MOST_LEVELS < 9
    above = [part.name for part in all_parts(marked) if part.holds_marked]
    assert above[:2] == ["Heap", "Step0"]


def test_a_chain_of_objects_is_one_tile() -> None:
    builder = SnapshotBuilder.from_edges("root>a a>b b>c")
    for name, size in [("a", 10), ("b", 10), ("c", 1000)]:
        builder.node(name, name=name.upper(), size=size)
    assert [part.name for part in dominator_map(builder.graph()).parts] == ["A › B › C"]


def test_hostile_names_stay_text_and_secrets_masked() -> None:
    name = "<script>alert(1)</script> token=abc123secret"
    builder = SnapshotBuilder.from_edges("root>a")
    builder.node("a", name=name, size=1000)
    from heapnb.views.masking import SECRETS

    svg = str(nested_treemap(dominator_map(builder.graph()), title="Heap", masking=SECRETS))
    assert "<script" not in svg
    assert "abc123secret" not in svg
    assert nested_treemap(Part("Heap", 1, 0), title="Heap") == ""
