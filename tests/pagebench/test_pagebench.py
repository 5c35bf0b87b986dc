"""The page bench; `python -m tests.pagebench.run` uses all pages, and prints tables."""

from __future__ import annotations

import click
import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from tests.pagebench.cases import FORMS, PAGES, PAGES_OF_THE_BENCH, PLAIN, Page, choose
from tests.pagebench.driven import driven_snapshots
from tests.pagebench.others import Finding
from tests.pagebench.run import counted, findings_table, page_table, summary
from tests.pagebench.score import judged, names_call
from tests.pagebench.third_pages import THIRD_PAGES
from tests.variants.results import Result

FEWEST_PAGES, FEWEST_HEALTHY = 25, 6

SPREAD = {
    "removed_cards": "written",
    "search_queries": "minified-map",
    "vue_panels": "development",
    "map_popups": "development",
    "log_lines": "written",
    "gauge_frames": "minified",
    "healthy_virtual_list": "minified",
}
"""Pages that the slow tests use: plain, React, Vue, a map, and one that does not leak."""

WRONG = Result(
    "removed_cards", PLAIN, "written", "", verdict="leak", checked=("leak", "call"), wrong=("call",)
)


def test_each_page_has_a_folder_and_each_folder_a_page() -> None:
    names = [page.name for page in PAGES_OF_THE_BENCH]
    assert len(set(names)) == len(names) >= FEWEST_PAGES
    assert set(names) == {path.name for path in PAGES.iterdir() if path.is_dir()}
    assert sum(page.case.is_healthy for page in PAGES_OF_THE_BENCH) >= FEWEST_HEALTHY


@pytest.mark.parametrize("page", PAGES_OF_THE_BENCH, ids=str)
def test_what_is_true_about_a_page_is_complete(page: Page) -> None:
    files = {path.name for path in page.folder.iterdir()}
    assert {"index.html", "use.mjs"} < files
    assert set(page.forms) < set(FORMS)
    case = page.case
    answers = (case.classes, case.anchors, case.kinds, page.calls, page.place)
    assert all(bool(answer) != case.is_healthy for answer in answers)
    assert {file for file, _ in page.place} <= files


def test_pages_of_every_framework_and_all_forms() -> None:
    frameworks = {page.framework for page in PAGES_OF_THE_BENCH}
    assert frameworks >= {PLAIN, "React", "Vue", "Svelte", "Preact", "Angular", "Lit", "Solid"}
    assert {form for page in PAGES_OF_THE_BENCH for form in page.forms} == set(FORMS)
    assert [page.name for page in choose("vue_*, board*")][:2] == ["board_cards", "vue_bus"]


def test_pages_of_one_set_can_be_chosen() -> None:
    third = choose("*", ("third",))
    assert third == list(THIRD_PAGES)
    with pytest.raises(click.BadParameter, match="no page of the sets first is called widget_data"):
        choose("widget_data", ("first",))


def test_a_call_is_found_as_a_whole_word() -> None:
    assert names_call("call `observer.disconnect()`", ("disconnect",))
    assert not names_call("it is disconnected", ("disconnect",))


def test_tables() -> None:
    page = choose("removed_cards")[0]
    healthy = choose("healthy_queue")[0]
    assert "missing call" in summary([WRONG], markdown=True)
    row = page_table([WRONG], markdown=True).splitlines()[-1]
    assert row.count("**no**") == 1
    findings = [
        (page, "written", Finding(2, says_detached=True, said="Detached <li>")),
        (healthy, "written", Finding(1)),
        (healthy, "minified", Finding(error="did not start")),
    ]
    assert counted(findings) == (
        "leaks found: 1 of 1; said detached: 1 of 1; holder on its trace: 0 of 1; "
        "false alarms: 1 of 1; could not run: 1"
    )
    assert "failed" in findings_table(findings, markdown=False)


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
@pytest.mark.parametrize("name", SPREAD)
def test_a_page(name: str) -> None:
    (page,) = choose(name)
    result = judged(page, SPREAD[name])
    assert result.could_run, result.reason
    assert not result.wrong, result.described()


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.browser
def test_what_a_driver_creates_is_never_a_suspect(chromium: str) -> None:
    leaking, healthy = choose("removed_cards")[0], choose("healthy_effects")[0]
    found = diagnose(driven_snapshots(leaking, "written", chromium, ("#receive", "#archive")))
    assert [suspect.class_name for suspect in found.suspects] == ["Detached <li>"]
    calm = diagnose(driven_snapshots(healthy, "development", chromium, ("#open", "#close")))
    assert calm.verdict == "no-leak"
