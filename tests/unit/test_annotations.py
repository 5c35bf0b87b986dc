"""Notes and dismissed suspects: in the diagnosis, the report, the notebook and the baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.baseline import Baseline
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.errors import HeapnbError
from heapnb.reports import markdown_report
from heapnb.testing import assert_no_leak
from tests.conftest import sample_series

REASON = "a cache of at most 2,000 spans <b>"


@pytest.fixture(scope="module")
def found() -> Diagnosis:
    return hn.diagnose(sample_series("undeclared_global"))


@pytest.fixture(scope="module")
def dismissed(found: Diagnosis) -> Diagnosis:
    return found.dismiss(1, REASON)


def test_a_dismissed_suspect_is_no_leak(found: Diagnosis, dismissed: Diagnosis) -> None:
    assert len(found.leaks) == 1
    assert dismissed.leaks == ()
    assert dismissed.verdict == "leak"
    assert dismissed.suspects[0].dismissed == REASON
    assert found.suspects[0].dismissed is None
    assert assert_no_leak(dismissed) is dismissed
    assert dismissed.to_dict()["suspects"][0]["dismissed"] == REASON
    assert "dismissed" not in found.to_dict()["suspects"][0]


def test_a_suspect_is_named_by_rank_fingerprint_or_itself(found: Diagnosis) -> None:
    suspect = found.suspects[0]
    for name in (1, suspect.fingerprint, suspect):
        assert found.note("seen", name).suspects[0].notes == ("seen",)
    twice = found.note("one", 1).note("two", 1).note("whole")
    assert twice.suspects[0].notes == ("one", "two")
    assert twice.notes == ("whole",)
    for name in (2, "0123456789abcdef"):
        with pytest.raises(HeapnbError, match="There is no suspect"):
            found.dismiss(name, "why")
    with pytest.raises(HeapnbError, match="needs a text"):
        found.note("  ")


def test_remarks_go_to_the_next_diagnosis(found: Diagnosis, dismissed: Diagnosis) -> None:
    made = dismissed.note("whole").note("one", 1).remarks_made()
    again = found.with_remarks_of([*made, ("0123456789abcdef", "gone", True)])
    assert again.remarks_made() == made
    assert again.suspects[0].notes == ("one",)


def test_the_baseline_keeps_the_reason(
    tmp_path: Path, found: Diagnosis, dismissed: Diagnosis
) -> None:
    file = tmp_path / "known.json"
    Baseline.of(dismissed).write(file)
    baseline = Baseline.read(file)
    assert baseline.leaks[0].reason == REASON
    later = baseline.reasons_in(found)
    assert later.leaks == ()
    compared = baseline.compare(later)
    assert compared.known == later.suspects[:1]
    assert not compared.new
    Baseline.of(found).write(file)
    assert "reason" not in file.read_text()


def test_every_view_says_who_dismissed_it(tmp_path: Path, dismissed: Diagnosis) -> None:
    noted = dismissed.note("since Monday", 1).note("for the platform team")
    text = " ".join(repr(noted).split())
    assert "Dismissed by a person: `TraceSpan`" in text
    assert "Notes: for the platform team." in text
    page = hn.report(noted, tmp_path / "report.html").read_text()
    assert "a cache of at most 2,000 spans &lt;b&gt;" in page
    assert "since Monday" in page
    assert "- **dismissed:** a cache of at most 2,000 spans" in markdown_report(noted)


def test_a_notebook_has_the_notes_when_it_runs_again(tmp_path: Path, dismissed: Diagnosis) -> None:
    path = hn.notebook(dismissed, tmp_path / "case.ipynb")
    cells = json.loads(path.read_text())["cells"]
    fingerprint = dismissed.suspects[0].fingerprint
    line = f"    ({fingerprint!r}, {REASON!r}, True),"
    assert any(line in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    outputs = str([cell.get("outputs") for cell in cells])
    assert "Dismissed by a person" in outputs
