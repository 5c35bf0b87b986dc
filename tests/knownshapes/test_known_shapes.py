"""The catalogue of known shapes, and how objects are matched with it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.known_objects import known_objects, shape_of, shapes_of_nodes
from heapnb.analysis.known_shapes import known_shapes, parsed_shapes
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from heapnb.views.wording.libraries import called, library_text

FEWEST_LIBRARIES = 12

ENTRY = {
    "id": "widget",
    "package": "widgets",
    "class": "Widget",
    "role": "widget",
    "methods": ["mount", "unmount", "repaint"],
    "checked_with": "1.2.3",
    "source": "https://widgets.example/widget.js",
}

CHART = next(shape for shape in known_shapes() if shape.id == "chartjs-chart")


def chart_heap() -> HeapGraph:
    """A minified class `T` with the methods of a chart, a subclass, and lookalikes."""
    methods = " ".join(f"proto.{name}>f{name}" for name in ("constructor", *CHART.methods))
    some = " ".join(f"other.{name}>f{name}" for name in CHART.methods[1:])
    builder = SnapshotBuilder.from_edges(
        f"root>chart chart.__proto__>proto chart.config>config {methods} "
        f"root>wide wide.__proto__>wideProto wideProto.constructor>Wide wideProto.__proto__>proto "
        f"root>lookalike lookalike.__proto__>other {some} root>proto"
    )
    builder.node("chart", name="T")
    return builder.graph()


def test_there_are_enough_libraries_each_with_a_source_and_a_role() -> None:
    shapes = known_shapes()
    assert len({shape.package for shape in shapes}) >= FEWEST_LIBRARIES
    assert len({shape.id for shape in shapes}) == len(shapes)
    for shape in shapes:
        assert shape.source.startswith("https://github.com/"), shape.id
        for advice in (shape.release, shape.holding):
            assert not advice or re.fullmatch(r"[A-Z].*\.", advice), shape.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": ""}, "`role` must be a text"),
        ({"colour": "red"}, "`colour` is unknown"),
        ({"id": "Widget"}, "lowercase letters"),
        ({"source": "widgets.js"}, "must be an address"),
        ({"checked_with": "new"}, "must be a version"),
        ({"properties": ["a", "b", "c"]}, "either `properties` or `methods`"),
        ({"methods": ["a", "b"]}, "at least 3"),
        ({"adds": "addTo"}, "`adds` must be a list of texts"),
        ({"methods": ["a", "b", "a"]}, "at least 3"),
    ],
)
def test_an_entry_that_is_wrong_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(HeapnbError, match=message):
        parsed_shapes({"shape": [{**ENTRY, **change}]}, "mine.toml")


def test_an_entry_is_read_and_other_tables_are_refused() -> None:
    (shape,) = parsed_shapes({"shape": [ENTRY]}, "mine.toml")
    assert shape.names == ("mount", "unmount", "repaint")
    with pytest.raises(HeapnbError, match="not `\\[\\[shape\\]\\]`"):
        parsed_shapes({"leak": []}, "mine.toml")
    without_version = {name: value for name, value in ENTRY.items() if name != "checked_with"}
    with pytest.raises(HeapnbError, match="`checked_with` is missing"):
        parsed_shapes({"shape": [without_version]}, "mine.toml")


def test_objects_are_recognised_by_the_methods_that_they_inherit() -> None:
    graph = chart_heap()
    nodes, numbers = shapes_of_nodes(graph)
    names = {graph.name(int(node)) for node in nodes}
    assert names == {"T", "wide"}
    assert {known_shapes()[number] for number in numbers} == {CHART}
    one_by_one = [node for node in range(graph.n_nodes) if shape_of(graph, node) is not None]
    assert one_by_one == nodes.tolist()


def test_a_dictionary_is_not_looked_at() -> None:
    own = " ".join(f"store.{name}>x" for name in ("dispatch", "subscribe", "getState"))
    many = " ".join(f"store.key{number}>x" for number in range(600))
    graph = SnapshotBuilder.from_edges(f"root>store {own} store.replaceReducer>x {many}").graph()
    assert len(shapes_of_nodes(graph)[0]) == 0
    assert shape_of(graph, 1) is None


def test_a_heap_without_libraries_has_an_empty_table() -> None:
    frame = known_objects(SnapshotBuilder.from_edges("root>a a.b>c").graph())
    assert frame.empty
    assert frame["retained_size"].dtype == np.int64


def test_a_suspect_is_called_by_the_class_of_the_library() -> None:
    snapshots = []
    for count in (20, 60, 140):
        charts = " ".join(f"list>c{one} c{one}.__proto__>proto" for one in range(count))
        methods = " ".join(f"proto.{name}>f{name}" for name in ("constructor", *CHART.methods))
        builder = SnapshotBuilder.from_edges(
            f"root>window window.charts>list root>proto {methods} {charts}"
        )
        builder.node("list", name="Array")
        for one in range(count):
            builder.node(f"c{one}", name="T", size=4096)
        snapshots.append(builder.graph())
    suspect = diagnose(snapshots).suspects[0]
    assert suspect.shape is CHART
    assert called(suspect) == "T (a Chart of chart.js)"
    assert "`T` objects (a `Chart` of chart.js" in suspect.explanation
    assert suspect.fix.startswith("Call `chart.destroy()`")
    assert suspect.to_dict()["library"] == {
        "package": "chart.js",
        "class_name": "Chart",
        "role": "chart",
    }


def test_a_class_that_has_its_name_is_not_named_twice() -> None:
    assert library_text(CHART, "Chart") == "of chart.js"
    assert library_text(CHART, "T") == "a `Chart` of chart.js"
