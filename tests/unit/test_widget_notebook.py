"""Executed notebooks as people see them who have no kernel: on GitHub, nbviewer, as HTML."""

from __future__ import annotations

import nbclient
import nbconvert
import nbformat
import pytest

pytestmark = pytest.mark.slow

SOURCE = """
import heapnb as hn
from heapnb.testing import SnapshotBuilder

builder = SnapshotBuilder.from_edges("root^1>global global.cache>Array")
for i in range(40):
    builder.edge("Array", f"item{i}", i, type="element")
    builder.node(f"item{i}", name="Session<b>", size=1_000, node_id=101 + 2 * i)
browser = builder.snapshot(name="app.heapsnapshot").browse()
browser.goto(103)
"""


@pytest.fixture(scope="module", params=[False, True], ids=["without state", "with state"])
def executed(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    new_cell, new_notebook = nbformat.v4.new_code_cell, nbformat.v4.new_notebook
    cells = [new_cell(source) for source in (SOURCE, "browser")]  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    client = nbclient.NotebookClient(
        notebook, kernel_name="python3", store_widget_state=request.param
    )
    client.execute()
    assert ("widgets" in notebook.metadata) == request.param
    return client.nb


def test_the_notebook_holds_a_table_and_a_drawing(executed: nbformat.NotebookNode) -> None:
    static, live = executed.cells[1].outputs
    assert static.output_type == live.output_type == "display_data"
    # What is seen of the first needs nothing that knows widgets.
    assert set(static.data) == {"text/html", "text/plain"}
    assert "Session<b>" in static.data["text/plain"]
    assert set(live.data) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    nbformat.validate(executed)


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
@pytest.mark.parametrize("sanitized", [False, True])
def test_html_shows_them(
    executed: nbformat.NotebookNode, template: str, *, sanitized: bool
) -> None:
    exporter = nbconvert.HTMLExporter(  # type: ignore[no-untyped-call]
        template_name=template, sanitize_html=sanitized
    )
    html, _ = exporter.from_notebook_node(executed)
    assert "Session&lt;b&gt;" in html
    assert "What keeps Session&lt;b&gt; @103 alive" in html
    assert "<table" in html
    assert ("<svg" in html) or sanitized
    assert "Error displaying widget" not in html.replace("HeapBrowser", "")


def test_so_does_markdown(executed: nbformat.NotebookNode) -> None:
    exporter = nbconvert.MarkdownExporter()  # type: ignore[no-untyped-call]
    markdown, _ = exporter.from_notebook_node(executed)
    assert "Session&lt;b&gt;" in markdown
    assert "run the cell for the interactive view" in markdown
