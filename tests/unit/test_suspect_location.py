"""A suspect's location is its own, or that of the code that adds it; else there is none."""

from __future__ import annotations

from collections.abc import Callable

import heapnb as hn
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

OWN = 7
PACKAGE = 8
COUNTS = (20, 120, 320)


def heap(n_items: int, fill: Callable[[SnapshotBuilder, str], None]) -> HeapGraph:
    """Make a global list with plain objects, which a test completes."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.orders>list list/elements>store global.lib>format"
    )
    builder.node("list", name="Array").node("store", type="array", size=16 + 8 * n_items)
    builder.node("format", type="closure", name="format", location=(PACKAGE, 3, 1))
    for number in range(40):
        # Enough that ids tell one process from another.
        builder.edge("global", f"fixed{number}", f"fixed{number}")
    for script, name in ((OWN, "/srv/app.js"), (PACKAGE, "/srv/node_modules/money/index.js")):
        builder.node(f"file{script}", type="code", name=name)
        builder.edge(f"info{script}", f"file{script}", "script", type="internal")
        builder.node(f"info{script}", type="code")
        builder.edge("global", f"any{script}", f"any{script}")
        builder.node(f"any{script}", type="closure", location=(script, 1, 1))
        builder.edge(f"any{script}", f"info{script}", "shared", type="internal")
    for number in range(n_items):
        builder.edge("store", f"item{number}", number, type="element")
        builder.node(f"item{number}", name="Object", size=200)
        fill(builder, f"item{number}")
    return builder.graph()


def suspect(fill: Callable[[SnapshotBuilder, str], None]) -> Suspect:
    return hn.diagnose([heap(n, fill) for n in COUNTS]).suspects[0]


def test_a_function_of_a_package_that_all_refer_to() -> None:
    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.edge(item, "format", "format")

    found = suspect(fill)
    assert found.location is None
    assert found.package is None
    assert "money" not in found.explanation


def test_a_function_of_a_package_that_only_the_leaked_refer_to() -> None:
    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.edge(item, "only", "format")
        builder.node("only", type="closure", name="only", location=(PACKAGE, 5, 1))

    found = suspect(fill)
    assert found.location is None
    assert "money" not in found.explanation


def test_a_function_of_a_package_for_each() -> None:
    """Such as one that `debounce` returned: the package made the function, not the object."""

    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.edge(item, f"{item}later", "later")
        builder.node(f"{item}later", type="closure", name="later", location=(PACKAGE, 5, 1))

    found = suspect(fill)
    assert found.location is None
    assert "money" not in found.explanation


def test_an_object_of_a_package_for_each() -> None:
    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.edge(item, f"{item}price", "price")
        builder.node(f"{item}price", name="Money", size=8, location=(PACKAGE, 9, 1))

    found = suspect(fill)
    assert found.class_name == "{price}"
    assert found.location is None


def test_a_function_that_the_program_creates_for_each() -> None:
    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.edge(item, f"{item}done", "done")
        builder.node(f"{item}done", type="closure", name="done", location=(OWN, 11, 4))

    assert suspect(fill).location == "/srv/app.js:12:5"


def test_one_function_of_the_program_that_all_refer_to() -> None:
    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.edge(item, "shared", "compare")
        builder.node("shared", type="closure", name="compare", location=(OWN, 11, 4))

    assert suspect(fill).location is None


def test_their_own_class() -> None:
    def fill(builder: SnapshotBuilder, item: str) -> None:
        builder.node(item, name="Order", location=(OWN, 20, 0)).edge(item, "format", "format")

    assert suspect(fill).location == "/srv/app.js:21:1"
