"""What is embedded in a report is what the source of the widgets answers, within its budget."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.diagnosis.verdicts import Basis, Ground
from heapnb.analysis.series.series import load_series
from heapnb.errors import HeapnbError
from heapnb.reports import embedding
from heapnb.reports.embedding import Embedded, embed
from heapnb.reports.packing import as_script
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import OFF
from heapnb.workbench.source import Source
from heapnb.workbench.subject import Workbench
from tests.conftest import PACKAGE, find_node, sample_series

MODULE = PACKAGE / "workbench" / "static" / "embedded.js"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
HOSTILE = "<img src=x onerror=alert(1)></script><!--\u202e\u2028&'\""

ANSWER = """
import { readFileSync } from "node:fs";
import { EmbeddedSource } from %(module)s;
const { data, requests } = JSON.parse(readFileSync(0, "utf-8"));
const source = new EmbeddedSource(data);
const answers = [];
for (const [method, params] of requests) {
  try {
    answers.push(await source.request(method, params));
  } catch (error) {
    answers.push({ error: error.message, hint: error.hint ?? null });
  }
}
console.log(JSON.stringify(answers));
"""


def ask(data: dict[str, Any], requests: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Let embedded.js answer, from the data as they come through a page."""
    node = find_node()
    assert node is not None
    script = ANSWER % {"module": json.dumps(MODULE.as_uri())}
    done = subprocess.run(
        [node, "--input-type=module", "-e", script],
        input=json.dumps({"data": json.loads(as_script(data)), "requests": requests}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    return diagnose(load_series(sample_series("module_array_cache")))


@pytest.fixture(scope="module")
def source(diagnosis: Diagnosis) -> Source:
    series = diagnosis.series
    title = series.snapshots[-1].name
    return Source(Workbench(series.last, diagnosis=diagnosis, series=series, title=title))


@pytest.fixture(scope="module")
def embedded(diagnosis: Diagnosis) -> Embedded:
    found = embed(diagnosis)
    assert found is not None
    return found


def views_of(embedded: Embedded) -> list[str]:
    return [view["key"] for view in embedded.data["description"]["views"]]


def levels(embedded: Embedded, source: Source, most: int = 500) -> list[dict[str, Any]]:
    """List levels that a reader can unfold, breadth first over all views."""
    params: list[dict[str, Any]] = [
        {"view": view, "parent": None, "limit": 200}
        for view in views_of(embedded)
        if view not in embedded.data["charts"]
    ]
    params += [
        {"view": "retainers", "parent": None, "node_id": int(node_id)}
        for node_id in list(embedded.data["details"])[:20]
    ]
    found: list[dict[str, Any]] = []
    while params and len(found) < most:
        answers = ask(embedded.data, [("rows", each) for each in params])
        following = []
        for each, answer in zip(params, answers, strict=True):
            found.append(each | {"answer": answer})
            following += [
                each | {"parent": row["key"]} for row in answer["rows"][:2] if row["expandable"]
            ]
        params = following[:most]
    return found


@pytest.mark.node
def test_rows_are_those_of_the_source(embedded: Embedded, source: Source) -> None:
    shown = levels(embedded, source)
    assert len(shown) > 200
    assert max(level["parent"].count("/") for level in shown if level["parent"]) >= 3
    for level in shown:
        answer = level.pop("answer")
        # Texts are cut where a page would be too large.
        expected = source.answer("rows", level | {"limit": max(1, len(answer["rows"]))})
        columns = {column.key for column in source.tree(level["view"]).columns}
        assert answer["total"] == len(answer["rows"]) <= expected["total"]
        is_cut = answer["total"] < expected["total"]
        note = answer["note"] or ""
        assert (f"of {expected['total']:,} are part of this report" in note) == is_cut
        assert (expected["note"] or "") in note
        rows = {row["key"]: row for row in expected["rows"]}
        keys = [row["key"] for row in answer["rows"]]
        if level["view"] != "texts":
            # There, retainers come in another order than elsewhere.
            assert keys == list(rows)[: len(keys)]
        for key, mine in zip(keys, answer["rows"], strict=True):
            theirs = rows[key]
            for name in ("key", "label", "node_id", "title"):
                assert mine[name] == theirs[name], level
            assert mine["cells"].items() <= theirs["cells"].items()
            assert columns & mine["cells"].keys() == columns & theirs["cells"].keys()
            assert mine["expandable"] <= theirs["expandable"]
            # Nothing unfolds again below itself.
            assert {*theirs["flags"]} <= {*mine["flags"]} <= {*theirs["flags"], "repeated"}


@pytest.mark.node
def test_details_and_drawings_are_those_of_the_source(embedded: Embedded, source: Source) -> None:
    node_ids = [int(node_id) for node_id in embedded.data["details"]]
    answers = ask(embedded.data, [("details", {"node_id": node_id}) for node_id in node_ids])
    for node_id, answer in zip(node_ids, answers, strict=True):
        assert answer == source.answer("details", {"node_id": node_id})
    drawn = [int(node_id) for node_id in embedded.data["drawings"]]
    drawings = ask(embedded.data, [("graph", {"node_id": node_id}) for node_id in drawn])
    for node_id, drawing in zip(drawn, drawings, strict=True):
        assert drawing == source.answer("graph", {"node_id": node_id, "direction": "LR"})
    (chart,) = ask(embedded.data, [("chart", {"view": "statistics"})])
    assert chart == source.answer("chart", {"view": "statistics"})


@pytest.mark.node
def test_the_culprit_can_be_found_and_followed_to_the_roots(
    diagnosis: Diagnosis, embedded: Embedded
) -> None:
    example = diagnosis.suspects[0].node_id
    start = embedded.data["start"]
    assert (start["view"], start["focus_id"]) == ("suspects", example)
    (found,) = ask(embedded.data, [("locate", {"view": "suspects", "node_id": example})])
    assert found["path"] == [["r0", 0]]

    nearest: dict[str, Any] = {"key": None, "expandable": True}
    while nearest["expandable"]:
        params = {"view": "retainers", "parent": nearest["key"], "node_id": example}
        (page,) = ask(embedded.data, [("rows", params)])
        nearest = page["rows"][0]
    assert nearest["cells"]["distance"] == 1


@pytest.mark.node
def test_what_is_not_there_says_so(embedded: Embedded) -> None:
    hint = "Open the snapshot with heapnb to see it."
    unknown = {"node_id": 999_999_999}
    details, drawing, text, retainers = ask(
        embedded.data,
        [
            ("details", unknown),
            ("graph", unknown),
            ("text", unknown),
            ("rows", {"view": "retainers", "parent": None, **unknown}),
        ],
    )
    assert details == {"error": "@999999999 is not part of this report.", "hint": hint}
    assert drawing["hint"] == text["hint"] == hint
    (row,) = retainers["rows"]
    assert row["label"][0][1] == f"The retainers of @999999999 are not part of this report. {hint}"


@pytest.mark.parametrize("budget", [100_000, 200_000])
def test_the_budget_is_kept(diagnosis: Diagnosis, budget: int) -> None:
    found = embed(diagnosis, budget=budget)
    assert found is not None
    assert 0.5 * budget < len(as_script(found.data).encode()) <= budget
    views = views_of(found)
    # What the report is about comes first.
    assert views[:2] == ["suspects", "constructors"]
    assert ("Texts" in found.left_out) == ("texts" not in views)


def test_few_questions_are_asked(diagnosis: Diagnosis, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answer = Source.answer

    def count(self: Source, method: str, params: Any) -> Any:
        asked.append(method)
        return answer(self, method, params)

    monkeypatch.setattr(Source, "answer", count)
    embed(diagnosis)
    # Each takes some milliseconds, for which whoever writes a report waits.
    assert len(asked) <= 260


def hostile_diagnosis(name: str, n_objects: int = 300) -> Diagnosis:
    snapshots = []
    for number in (1, 2, 3):
        builder = SnapshotBuilder.from_edges("root>global").edge("global", "list", name)
        builder.node("list", name="Array")
        for i in range(n_objects * number):
            builder.edge("list", f"entry {i}", i, type="element")
            builder.node(f"entry {i}", name=f"{name}{i % 150}", size=2000)
            builder.edge(f"entry {i}", f"text {i}", f"{name} {i % 70}")
            builder.node(f"text {i}", type="string", name=f"{name} {i}", size=100)
        snapshots.append(builder.snapshot(name=f"{name}{number}"))
    return diagnose(load_series(snapshots))


def test_hostile_names_stay_within_the_budget_and_the_element(tmp_path: Path) -> None:
    # Each of these characters takes six times its room.
    diagnosis = hostile_diagnosis(HOSTILE + "<>&" * 300, 100)
    found = embed(diagnosis, budget=300_000)
    assert found is not None
    text = as_script(found.data)
    assert len(text.encode()) <= 300_000
    assert not set("<>&\u2028\u202e") & set(text)
    assert "onerror=alert" in text
    report = hn.report(diagnosis, tmp_path / "report.html")
    assert report.stat().st_size < 5_000_000


def test_secrets_are_masked_unless_they_are_to_be_seen() -> None:
    diagnosis = hostile_diagnosis(f"Bearer {TOKEN}", 12)
    found, bare = embed(diagnosis), embed(diagnosis, masking=OFF)
    assert found is not None
    assert bare is not None
    assert TOKEN not in as_script(found.data)
    assert found.data["description"]["masked"]
    assert TOKEN in as_script(bare.data)


def test_a_heap_without_suspects_is_browsed_all_the_same() -> None:
    series = load_series([SnapshotBuilder.from_edges("root>global global.a>b").snapshot()])
    found = embed(Diagnosis(series, "no-leak", (), Basis(Ground.NO_GROWTH, 1)))
    assert found is not None
    assert found.data["start"] == {"view": "constructors"}
    assert {"constructors", "containment", "dominators", "statistics"} <= set(views_of(found))
    # Views that have nothing to show are not missed.
    assert found.left_out == ()


def test_of_large_heaps_only_quick_views_are_embedded(
    diagnosis: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "LARGEST_DECODED", 10)
    monkeypatch.setattr(embedding, "LARGEST_SEARCHED", 10)
    found = embed(diagnosis)
    assert found is not None
    quick = ["suspects", "constructors", "containment", "dominators", "statistics"]
    assert views_of(found) == quick
    assert "Closures" in found.left_out
    assert "Comparison" in found.left_out


def test_without_graphviz_there_are_no_drawings(
    diagnosis: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> dict[str, Any]:
        raise HeapnbError("No Graphviz.")

    monkeypatch.setattr("heapnb.workbench.path_drawing.draw", fail)
    found = embed(diagnosis)
    assert found is not None
    assert found.data["drawings"] == {}
    assert "graph" not in found.data["description"]["methods"]


def test_the_page_says_what_it_has_and_what_not(
    diagnosis: Diagnosis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "LARGEST_SEARCHED", 10)
    html = hn.report(diagnosis, tmp_path / "report.html").read_text("utf-8")
    found = embed(diagnosis)
    assert found is not None
    assert f"with the details of {found.n_nodes} of" in html
    assert "Not part of this report: Comparison, Texts, Collections." in html
    start = html.index('id="heapnb-heap">') + len('id="heapnb-heap">')
    data = json.loads(html[start : html.index("</script>", start)])
    assert data == json.loads(as_script(found.data))
