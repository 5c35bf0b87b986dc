"""Someone whose page grows: rows that were removed from the document, held by listeners."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.terminal import Answer, Terminal
from tests.journeys.web_page import opened_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = (30, 60, 120)
"""How many rows come before each snapshot, after ten of a rehearsal."""


@pytest.fixture(scope="module")
def terminal(
    browser: Browser, pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Terminal:
    """Save three snapshots into a folder of downloads, and return a terminal there."""
    folder = tmp_path_factory.mktemp("downloads")
    with opened_page(browser) as devtools:
        devtools.evaluate("showOrders(10)")
        for number, n_rows in enumerate(ROWS, 1):
            devtools.evaluate(f"showOrders({n_rows})")
            devtools.write_snapshot(folder / f"Heap-{number}.heapsnapshot")
        devtools.reopened().write_snapshot(folder / "Reopened.heapsnapshot")
    assert max(file.stat().st_size for file in folder.iterdir()) < 10_000_000
    return Terminal(100, folder, pictures)


@pytest.fixture(scope="module")
def diagnosis(terminal: Terminal) -> Answer:
    answer = terminal.run("heapnb diagnose --all Heap-*", "diagnose-page")
    assert answer.status == 0
    return answer


def test_the_leak_is_named_with_its_line(diagnosis: Answer) -> None:
    assert diagnosis.lines[0].startswith("Diagnosis: leak")
    assert "not from one process" not in diagnosis.text
    first = diagnosis.flowing
    assert "40 → 100 → 220" in first
    # The listener that nothing removes, and who has it.
    assert "orders.mjs:13:39" in first
    assert "window.addEventListener('resize', () => this.layOut());" in first
    held_by = first[first.index("Held by:") :]
    assert "Window / http://127.0.0.1:" in held_by
    assert "→ event listener" in held_by
    assert "blink::" not in held_by


def test_snapshots_around_a_closed_devtools_say_so(terminal: Terminal) -> None:
    answer = terminal.run("heapnb diagnose Heap-1.heapsnapshot Reopened.heapsnapshot", "reopened")
    assert answer.status == 0
    assert "not from one process, or DevTools was closed between them" in answer.flowing


def test_removed_rows_are_found(terminal: Terminal) -> None:
    detached = terminal.run("heapnb detached Heap-3.heapsnapshot", "detached")
    assert detached.status == 0
    [row] = [line for line in detached.lines if line.startswith("Detached <article>")]
    assert " 220 " in row
    assert "window resize" in row
    constructors = terminal.run("heapnb constructors Heap-3.heapsnapshot", "constructors-page")
    own = constructors.lines[: constructors.lines.index("JavaScript and runtime:")]
    assert any(line.startswith("OrderRow ") and " 220 " in line for line in own), own
    closures = terminal.run("heapnb closures Heap-3.heapsnapshot", "closures-page")
    first = next(line for line in closures.lines if "orders.mjs" in line)
    assert "orders.mjs:13:39" in first
    assert " 220 " in first


def test_what_retains_a_removed_row_is_shown(terminal: Terminal) -> None:
    listed = terminal.run("heapnb detached Heap-3.heapsnapshot", "detached")
    [row] = [line for line in listed.lines if line.startswith("Detached <article>")]
    chain = terminal.run(
        f"heapnb retainers Heap-3.heapsnapshot {row.split()[-1]}", "retainers-page"
    )
    assert chain.status == 0
    assert "OrderRow" in chain.text
    assert "element" in chain.text
    assert all(len(line) <= terminal.width for line in chain.lines)
