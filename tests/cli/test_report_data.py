"""The report for programs and for tickets: the same content as JSON and as Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.reports import markdown_report, report_data
from heapnb.testing import SnapshotBuilder
from tests.cli.conftest import Run
from tests.conftest import sample_series

HOSTILE = (
    "Entry <img src=x onerror=alert(1)> | `a` ![x](http://evil.example/) @admin #1\n# Owned ``` $x$"
)
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


@pytest.fixture(scope="module")
def leaking() -> Diagnosis:
    return diagnose(sample_series("listener_per_request"))


def hostile_series() -> list[hn.Snapshot]:
    snapshots = []
    for number in (1, 2, 3):
        builder = SnapshotBuilder.from_edges("root.store>Array")
        for index in range(60 * number):
            builder.node(
                f"e{index}", name=f"{HOSTILE} {TOKEN}", size=4096, node_id=20_001 + 2 * index
            )
            builder.edge("Array", f"e{index}", index, type="element")
        snapshots.append(builder.snapshot(name=f"{number} {HOSTILE}"))
    return snapshots


def test_json_has_all_that_the_report_shows(leaking: Diagnosis) -> None:
    data: dict[str, Any] = json.loads(json.dumps(report_data(leaking), default=int))
    assert data["verdict"] == "leak"
    [suspect] = data["suspects"]
    assert suspect["kind"] == "event-listeners"
    assert suspect["fingerprint"] == leaking.suspects[0].fingerprint
    assert suspect["source"]["text"].startswith("inventory.on('error'")
    assert len(data["snapshots"]) == 3
    assert data["cut"]["constructors"] == len(hn.Snapshot(leaking.series.last).constructors()) - 60
    row = data["constructors"][0]
    assert row["retained_size"] > row["shallow_size"] > 0
    assert sum(part["size"] for part in data["parts"]) == data["total_size"]


def test_the_page_holds_the_same_data(leaking: Diagnosis, tmp_path: Path) -> None:
    html = hn.report(leaking, tmp_path / "report.html").read_text("utf-8")
    found = re.search(r'<script type="application/json" id="heapnb-report">(.*?)</script>', html)
    assert found is not None
    assert json.loads(found[1]) == json.loads(json.dumps(report_data(leaking), default=int))


def test_hostile_names_do_not_end_the_block(tmp_path: Path) -> None:
    html = hn.report(hostile_series(), tmp_path / "report.html").read_text("utf-8")
    found = re.search(r'id="heapnb-report">(.*?)</script>', html)
    assert found is not None
    assert "<" not in found[1]
    assert HOSTILE.partition("\n")[0] in str(json.loads(found[1])["constructors"])
    assert TOKEN not in html


def test_markdown_says_it_all(leaking: Diagnosis) -> None:
    text = markdown_report(leaking)
    assert text.startswith("## This program leaks memory\n")
    for expected in (
        "### 1. Closures, each retaining an OrderDraft: event-listeners",
        "- **location:** `/srv/shop-api/lib/orderHandler.js:19:27`",
        "- **objects:** 20 → 100 → 260",
        f"- **fingerprint:** `{leaking.suspects[0].fingerprint}`",
        "```js\ninventory.on('error', (error) => {",
        "| `Socket` | 21 | 101 | 261 |",
        "more rows.",
    ):
        assert expected in text


def test_names_are_no_markdown() -> None:
    text = markdown_report(hostile_series())
    assert TOKEN not in text
    blocks = re.sub(r"^(`{3,})js\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    outside = _CODE.sub("", blocks.replace("\\`", ""))
    for meant_otherwise in ("<img", "![", "@admin", "\n# Owned", "http://"):
        assert meant_otherwise not in outside
    for line in blocks.splitlines():
        if line.startswith("| "):
            cells = re.split(r"(?<!\\)\|", line)
            assert len(cells) == len(re.split(r"(?<!\\)\|", table_head(blocks, line)))


def table_head(text: str, line: str) -> str:
    lines = text.splitlines()
    place = lines.index(line)
    while place > 0 and lines[place - 1].startswith("|"):
        place -= 1
    return lines[place]


def test_health_has_something_to_say_too() -> None:
    text = markdown_report(sample_series("healthy_levels_off"))
    assert text.startswith("## No leak found\n")
    assert "### Classes that retain most" in text
    assert report_data(sample_series("healthy_levels_off"))["suspects"] == []


def test_the_commands(run: Run, tmp_path: Path) -> None:
    files = sample_series("hot_reload")
    assert run("report", *files, "--json").json["suspects"][0]["kind"] == "module-reload"
    assert run("report", *files, "--markdown").out.startswith("## This program leaks memory\n")
    assert "exclude each other" in run("report", *files, "--markdown", "--json").complaint
    target = tmp_path / "report.html"
    target.write_text("mine")
    assert "exists" in run("report", *files, "-o", target).complaint
    assert target.read_text() == "mine"
    assert run("report", *files, "-o", target, "--force").exit_code == 0
    assert target.read_text().lstrip().startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
