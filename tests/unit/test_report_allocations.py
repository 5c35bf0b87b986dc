"""What documents say about who allocated: call stacks of a time line, a sampling heap profile."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import LogFormatError
from heapnb.notebooks.cells import Case, build
from heapnb.reports import markdown_report, report_data
from tests.conftest import ROOT, sample_series
from tests.unit.hostile import HOSTILE
from tests.unit.test_heap_profiles import node

TIME_LINE = ROOT / "tests/data/allocations/node-26.heaptimeline.zst"
PROFILE = ROOT / "tests/data/heap_profiles/node-26-2.heapprofile.gz"


def content(*children: Any) -> bytes:
    return json.dumps({"head": node("(root)", 0, *children)}).encode()


def section(html: str, name: str) -> str:
    """Return the text of a section of a report; empty if it is not there."""
    return html.partition(f'id="{name}"')[2].partition('<details class="section"')[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("report") / "report.html"
    return hn.report(TIME_LINE, target, heap_profile=PROFILE, cache=False).read_text()


def test_a_report_draws_the_call_stacks_of_a_time_line(page: str) -> None:
    shown = section(page, "recorded")
    assert 'class="flame-graph"' in shown
    assert "<title>makeSession\n/srv/shop/shop.js:17:21" in shown
    assert "7,614 objects" in shown


def test_a_report_draws_a_heap_profile(page: str) -> None:
    shown = section(page, "sampled")
    assert 'class="flame-graph"' in shown
    assert "71.9% of the sampled bytes (14.4 MB) were allocated in <code>search</code>" in shown
    assert '<a href="#recorded">Allocations</a>' in page


def test_without_either_there_is_no_section(tmp_path: Path) -> None:
    target = hn.report(list(sample_series("module_array_cache")), tmp_path / "r.html")
    assert not section(target.read_text(), "sampled")
    assert ">Allocations</a>" not in target.read_text()


def test_a_diagnosis_can_get_its_profile_with_the_report(tmp_path: Path) -> None:
    diagnosis = hn.diagnose(list(sample_series("module_array_cache")))
    first = diagnosis.suspects[0]
    assert first.defined_at is not None
    file, line, column = first.defined_at.rsplit(":", 2)
    made = node(first.class_name, 7, url=file, line=int(line) - 1, column=int(column) - 1)
    target = hn.report(diagnosis, tmp_path / "r.html", heap_profile=content(made))
    text = target.read_text()
    assert "By the sampled heap profile, 100% of the live bytes (7 B)" in text
    assert section(text, "sampled")
    # The diagnosis itself stays as it was.
    assert diagnosis.heap_profile is None


def test_data_and_markdown_have_the_functions() -> None:
    snapshots = list(sample_series("module_array_cache"))
    diagnosis = hn.diagnose(snapshots, heap_profile=PROFILE)
    data = report_data(diagnosis)
    assert data["heap_profile"]["function"] == "search"
    assert data["sampled_functions"][0]["function"] == "search"
    assert "### Sampled allocations" in markdown_report(diagnosis)
    assert "recorded_functions" not in data


def test_hostile_names(tmp_path: Path) -> None:
    snapshot = sample_series("module_array_cache")[0]
    profile = content(*(node(text, 9, url=text) for text in HOSTILE.values()))
    target = hn.report(snapshot, tmp_path / "r.html", heap_profile=profile)
    shown = section(target.read_text("utf-8"), "sampled")
    assert shown.count("<title>") >= len(HOSTILE)
    assert not re.search(r"<(?:script|img|a|iframe|object|style)\b|\son\w+=", _tags(shown))


def _tags(html: str) -> str:
    return "".join(re.findall(r"<[^>]*>", html))


def test_likely_secrets_are_masked(tmp_path: Path) -> None:
    secret = "AKIA" + "IOSFODNN7" + "ABCDEFG"
    profile = content(node(f"key_{secret}", 9, url=f"/srv/{secret}.js"))
    snapshot = sample_series("module_array_cache")[0]
    shown = hn.report(snapshot, tmp_path / "r.html", heap_profile=profile).read_text()
    assert secret not in shown
    shown = hn.report(snapshot, tmp_path / "r.html", heap_profile=profile, redact=False).read_text()
    assert secret in shown


def test_a_file_that_is_no_profile_is_told_first(tmp_path: Path) -> None:
    for write in (hn.report, hn.notebook):
        target = tmp_path / ("x.html" if write is hn.report else "x.ipynb")
        wrong = tmp_path / "wrong.heapprofile"
        wrong.write_text("{}")
        with pytest.raises(LogFormatError, match="it has no `head`"):
            write(str(sample_series("module_array_cache")[0]), target, heap_profile=wrong)
        assert not target.exists()


def test_a_notebook_names_the_profile() -> None:
    cells = [cell.source for cell in build(Case(("a.heapsnapshot",), heap_profile="a.p")).cells]
    assert any("heap_profile = 'a.p'" in one for one in cells)
    assert any("heap_profile=heap_profile" in one for one in cells)
    assert any(
        "heap_profile = None" in cell.source for cell in build(Case(("a.heapsnapshot",))).cells
    )
