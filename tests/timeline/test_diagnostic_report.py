"""Diagnostic reports of several versions: the numbers are there, secrets are not."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heapnb as hn
from heapnb.errors import LogFormatError
from heapnb.views.timeline_words import sentences
from tests.conftest import ROOT

REPORTS = sorted((ROOT / "tests" / "data" / "diagnostic_reports").glob("*.json"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_the_numbers_of_a_report(path: Path) -> None:
    report = hn.read_diagnostic_report(path)
    raw = json.loads(path.read_text())
    heap = raw["javascriptHeap"]
    assert report.memory["heap_used"] == heap["usedMemory"]
    assert report.memory["heap_limit"] == heap["memoryLimit"]
    assert report.pid == raw["header"]["processId"]
    assert report.node_version == raw["header"]["nodejsVersion"]
    assert dict(zip(report.table["name"], report.table["used"], strict=True)) == {
        name: space["used"] for name, space in heap["heapSpaces"].items()
    }
    assert sum(report.handles.values()) == sum(one["type"] != "loop" for one in raw["libuv"])
    # Containers without a limit write 2^64 - 1.
    assert "cgroup_limit" not in report.memory
    assert report.native_stack
    assert any(frame.startswith("at Object.writeReport") for frame in report.javascript_stack)
    assert report.limits["open_files"].count(" / ") == 1
    assert report.time_ms is not None
    assert abs(report.time_ms - float(raw["header"]["dumpEventTimeStamp"])) < 1


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_values_of_the_environment_are_masked(path: Path) -> None:
    report = hn.read_diagnostic_report(path)
    assert "MY_SECRET_TOKEN" in report.environment
    assert set(report.environment.values()) == {"•••"}
    shown = repr(report) + report._repr_html_() + str(vars(report))
    for secret in ("hunter2hunter2", "10.1.2.3", "web-1", "/home/app"):
        assert secret not in shown


def test_a_report_of_a_crash() -> None:
    raw = json.loads(REPORTS[-1].read_text())
    raw["header"]["event"] = "Allocation failed - JavaScript heap out of memory"
    raw["javascriptHeap"]["usedMemory"] = int(0.97 * raw["javascriptHeap"]["memoryLimit"])
    raw["resourceUsage"]["rss"] = "950"
    raw["resourceUsage"]["constrained_memory"] = 1_000
    report = hn.read_diagnostic_report(json.dumps(raw).encode())
    assert [one.level for one in report.findings[:3]] == ["critical"] * 3
    words = " ".join(sentences(report.findings))
    assert "ran out of memory" in words
    assert "97.0% of the heap limit" in words
    assert "95.0% of the container's limit" in words


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"header": 5, "javascriptHeap": {}}', b"\xff\xfe"]
)
def test_other_files_are_an_error(content: bytes) -> None:
    with pytest.raises(LogFormatError):
        hn.read_diagnostic_report(content)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
SECTIONS = (
    *("javascriptStack", "nativeStack", "resourceUsage", "libuv", "environmentVariables"),
    *("userLimits",),
)


@given(st.dictionaries(st.sampled_from(SECTIONS), json_values), json_values, json_values)
def test_any_values_are_read(sections: dict[str, object], spaces: object, used: object) -> None:
    content = {
        "header": {"event": used, "processId": spaces, "dumpEventTimeStamp": used},
        "javascriptHeap": {"heapSpaces": spaces, "usedMemory": used, "memoryLimit": used},
        **sections,
    }
    with contextlib.suppress(LogFormatError):
        # Numbers and texts that orjson does not read.
        repr(hn.read_diagnostic_report(json.dumps(content).encode()))
