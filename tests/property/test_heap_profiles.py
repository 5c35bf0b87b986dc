"""Heap profiles: the kernel reads what json reads, and damage gives an error or an answer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.analysis.heap_profiles.reading import read_heap_profile
from heapnb.errors import LogFormatError
from tests.naive.heap_profiles import nodes_of

DATA = Path(__file__).parent.parent / "data" / "heap_profiles"
REAL = [
    gzip.decompress((DATA / f"{name}.heapprofile.gz").read_bytes())
    for name in ("node-10-1", "node-26-1")
]

NAMES = st.sampled_from(["", "f", "g", "é", "a\\b", '"', "x\ny", "callFrame", "\U0001f600"])


@st.composite
def nodes(draw: st.DrawFn) -> dict[str, Any]:
    n_nodes = draw(st.integers(1, 20))
    made: list[dict[str, Any]] = []
    for place in range(n_nodes):
        frame = {
            "functionName": draw(NAMES),
            "scriptId": "1",
            "url": draw(NAMES),
            "lineNumber": draw(st.integers(-1, 3)),
            "columnNumber": draw(st.integers(-1, 3)),
        }
        one = {"callFrame": frame, "selfSize": draw(st.integers(0, 99)), "id": place + 1}
        if draw(st.booleans()):
            one["deoptReason"] = draw(st.sampled_from([None, 1.5e3, {"a": [1, {}]}, [], "}]"]))
        if made:
            draw(st.sampled_from(made)).setdefault("children", []).append(one)
        made.append(one)
    return made[0]


@given(nodes(), st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_what_json_reads(head: dict[str, Any], is_ascii: bool, indent: int | None) -> None:
    content = json.dumps({"head": head}, ensure_ascii=is_ascii, indent=indent).encode()
    expected = nodes_of(content)
    found = read_heap_profile(content)
    tree = found.tree
    assert tree.parent.tolist() == [one.parent for one in expected]
    assert tree.self_size.tolist() == [one.size for one in expected]
    functions = [found.functions[number] for number in tree.function]
    assert [(one.name, one.file) for one in functions] == [(one.name, one.url) for one in expected]
    assert [(one.line or 0) - 1 for one in functions] == [one.line for one in expected]
    assert [(one.column or 0) - 1 for one in functions] == [one.column for one in expected]
    keys = {(one.name, one.url, one.line, one.column) for one in expected}
    assert len(found.functions) == len(keys)


@pytest.mark.parametrize("content", REAL, ids=["node-10", "node-26"])
@given(st.data())
def test_damage_gives_an_error_or_an_answer(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        kind = data.draw(st.sampled_from(["change", "cut", "remove", "repeat"]))
        if kind == "change":
            damaged[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del damaged[place:]
        elif kind == "remove":
            del damaged[place : place + data.draw(st.integers(1, 50))]
        else:
            damaged[place:place] = damaged[place : place + data.draw(st.integers(1, 50))]
        if not damaged:
            break
    try:
        found = read_heap_profile(bytes(damaged))
    except LogFormatError as error:
        assert "Cannot read" in error.message  # noqa: PT017
    else:
        assert sum(found.columns()["sampled_size"]) == found.sampled_size
        assert all(found.tree.parent[node] < node for node in range(1, len(found.tree.parent)))
