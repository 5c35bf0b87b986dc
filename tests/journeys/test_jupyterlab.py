"""Someone who opens their snapshots in JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.pages import texts_that_stick_out
from tests.jupyter.lab import Notebook, running_server
from tests.jupyter.workbench import Workbench

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]


@pytest.fixture(scope="module")
def book(
    browser: Browser, service_files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Notebook]:
    with running_server(tmp_path_factory.mktemp("lab")) as server:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        notebook = Notebook(page)
        notebook.open(server, "leak.ipynb")
        notebook.run(f"""
            import heapnb as hn
            from pathlib import Path
            files = sorted(Path({str(service_files[0].parent)!r}).glob("Heap.*"))
            snap = hn.load(files[-1])
            diagnosis = hn.diagnose(files)
        """)
        yield notebook
        page.close()


def test_a_diagnosis_is_read(book: Notebook, pictures: Path) -> None:
    output = book.run("diagnosis")
    expect(output.locator(".hn-badge").first).to_have_text("leak")
    first = output.locator(".hn-part").first
    expect(first).to_contain_text("A long-lived EventEmitter accumulates tick listeners")
    expect(first).to_contain_text(
        "Fix: Remove the tick listener when the work ends: "
        "priceFeed.off('tick', listener) in a finally."
    )
    expect(first.locator(".hn-chain")).to_contain_text(
        "module variable priceFeed of src/prices.mjs"
    )
    expect(output.locator(".hn-part")).to_have_count(5)
    assert "`" not in output.locator("p, dl").evaluate_all(
        "all => all.map((p) => p.innerText).join()"
    )
    assert texts_that_stick_out(output.locator("svg.heapnb-graph")) == []
    first.scroll_into_view_if_needed()
    book.page.screenshot(path=pictures / "jupyterlab-diagnosis.png")


def test_the_workbench_opens_on_the_first_suspect(book: Notebook, pictures: Path) -> None:
    bench = Workbench(book.run("browser = diagnosis.browse()\nbrowser"))
    first = bench.table.locator("[role=row][aria-level='1']").first
    expect(first).to_have_attribute("aria-expanded", "true")
    expect(first).to_contain_text("EventEmitter")
    expect(bench.table.locator("[aria-selected=true]")).to_contain_text("Example")
    drawing = bench.root.locator(".hs-graph svg.heapnb-graph")
    expect(drawing).to_be_visible()
    assert texts_that_stick_out(drawing) == []
    book.page.screenshot(path=pictures / "jupyterlab-browse.png")
    book.wait_for("browser.selection.id == diagnosis.suspects[0].node_id", expected=True)
    assert book.problems == []


def test_tables_subtract_without_surprise(book: Notebook, pictures: Path) -> None:
    book.run("""
        before, after = (
            hn.load(file, progress=False).constructors(by_name=True).set_index("class_name")
            for file in (files[0], files[-1])
        )
        shrunk = before[["count", "shallow_size", "retained_size"]].sub(
            after[["count", "shallow_size", "retained_size"]]
        )
        shrunk.loc[["Session", "AuditEntry"]]
    """)
    book.page.screenshot(path=pictures / "jupyterlab-table.png")
    assert book.value("shrunk.loc['Session', 'count']") == -200
    assert -10_000_000 < book.value("shrunk['retained_size'].min()") < -100_000
    assert book.value("(snap.nodes['shallow_size'] - snap.nodes['retained_size']).max()") <= 0


def test_a_slip_of_the_finger_is_a_short_error(book: Notebook, pictures: Path) -> None:
    output = book.run("snap.constructers()")
    expect(output).to_contain_text("did you mean `constructors`?")
    book.page.screenshot(path=pictures / "jupyterlab-slip.png")
    shown = output.inner_text().strip()
    assert "heapnb/_showing.py" not in shown
    assert len(shown.splitlines()) == 2
    output = book.run("hn.load('Heap.missing.heapsnapshot')")
    expect(output).to_contain_text("Heap.missing.heapsnapshot")
    assert len(output.inner_text().strip().splitlines()) == 2
