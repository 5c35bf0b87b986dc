"""Where objects are created, if nothing tells which line adds them."""

from __future__ import annotations

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

SIZES = (50, 150, 350)
SCRIPT = "http://shop.example/telemetry.js"
CLASS = "class Reading {}\n"
MAKER = "function toReading() {\n  return new Reading();\n}\n"


def readings(number: int, source: str, script: str) -> HeapGraph:
    """Build a page in which a library keeps readings, and the script that creates them."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.replay>replay replay._buffer>buffer global.toReading>toReading "
        "toReading/shared>info info/script>script script/source>source"
    )
    builder.node("replay", name="ReplaySubject").node("buffer", name="Array")
    builder.node("toReading", type="closure", location=(7, 1, 18))
    builder.node("script", type="code", name=script).node("source", type="string", name=source)
    for fixed in range(40):
        builder.edge("global", f"fixed{fixed}", f"fixed{fixed}")
    for place in range(number):
        key = f"reading{place}"
        builder.node(key, name="Reading", size=300, location=(7, 0, 6), node_id=10_001 + 2 * place)
        builder.edge("buffer", key, place, type="element")
    return builder.graph()


@pytest.mark.parametrize(
    ("source", "script", "expected"),
    [
        (CLASS + MAKER, SCRIPT, [(f"{SCRIPT}:3:14", "new Reading(…)")]),
        # Which of two places it is, is not known.
        (CLASS + MAKER + MAKER.replace("toReading", "again"), SCRIPT, []),
        (CLASS, SCRIPT, []),
        # A class of a package says nothing about the program that uses it.
        (CLASS + MAKER, "/srv/node_modules/gauge/index.js", []),
    ],
)
def test_the_only_new_of_a_class(source: str, script: str, expected: list[tuple[str, str]]) -> None:
    suspect = diagnose([readings(number, source, script) for number in SIZES]).suspects[0]
    assert suspect.class_name == "Reading"
    assert [(place.location, place.call) for place in suspect.added_at] == expected
