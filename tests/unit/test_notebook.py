"""Post-mortems: written, run, masked, small, and refused where there is nothing to write."""

from __future__ import annotations

import ast
import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.notebooks import outputs
from heapnb.notebooks.cells import PARAMETERS, PROGRAM, VERDICT, Case, build
from heapnb.notebooks.heading import date_of, fill_heading
from heapnb.notebooks.outputs import mask_markup, tidy
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import OFF, Masking
from tests.conftest import ROOT, sample_series

CASE = Case(snapshots=("before.heapsnapshot", "after.heapsnapshot"))

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SECRETS = (JWT, TOKEN, "hunter2secret", "jane.doe@example.com")


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: Any) -> Iterator[str]:
    for cell in code_cells(notebook):
        for output in cell.outputs:
            yield str(output.get("text", ""))
            yield from map(str, output.get("data", {}).values())


def test_it_is_valid_and_papermill_finds_its_parameters() -> None:
    notebook = build(CASE)
    nbformat.validate(notebook)
    [parameters] = [cell for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", [])]
    values: dict[str, Any] = {}
    exec(parameters.source, values)
    assert values["snapshots"] == ["before.heapsnapshot", "after.heapsnapshot"]
    assert values["redact"] is True
    assert values["personal"] is False
    assigned = {
        target.id
        for statement in ast.parse(parameters.source).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    # papermill puts its own values after this cell: plain assignments are all it may have.
    folders = {"source_root", "source_maps", "known_leaks"}
    switches = {"salvage", "redact", "personal"}
    assert assigned == {"snapshots", "work", "heap_profile", *switches, *folders}
    assert values["work"] is None
    assert values["heap_profile"] is None


def test_cells_are_short_python() -> None:
    for cell in code_cells(build(CASE)):
        ast.parse(cell.source)
        lines = cell.source.splitlines()
        assert len(lines) <= 17
        assert max(map(len, lines)) <= 100


def test_nothing_but_the_parameters_depends_on_the_case() -> None:
    other = build(Case(snapshots=('a"b\\c.heapsnapshot',), redact=False, source_root=("src",)))
    different = [
        a.metadata.get("tags")
        for a, b in zip(build(CASE).cells, other.cells, strict=True)
        if a.source != b.source
    ]
    assert different == [[PARAMETERS]]


def test_the_heading_says_program_date_verdict_and_line() -> None:
    notebook = build(dataclasses.replace(CASE, date="2026-11-29"))
    assert notebook.cells[0].source == "# Post-mortem, 2026-11-29"
    said = {
        PROGRAM: "Program: /srv/shop_api/app.js\n",
        VERDICT: f"leak: `Session` <b> grew, {TOKEN}.\nlib/a.js:1:2\n",
    }
    for tag, text in said.items():
        [cell] = [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    fill_heading(notebook, "2026-11-29", Masking())
    assert notebook.cells[0].source.split("\n\n") == [
        "# Post-mortem of app.js, 2026-11-29",
        "**This program leaks memory.** `Session` \\<b\\> grew, •••.",
        "**Look here:** `lib/a.js:1:2`",
    ]
    nbformat.validate(notebook)


def test_the_date_is_that_of_nodes_name(tmp_path: Path) -> None:
    assert date_of(Path("Heap.20261129.074706.288.0.001.heapsnapshot")) == "2026-11-29"
    file = tmp_path / "a.heapsnapshot"
    file.touch()
    os.utime(file, (86_400 * 1.5,) * 2)
    assert date_of(file) == "1970-01-02"


@pytest.mark.parametrize(
    ("markup", "masked"),
    [
        ("<p>plain</p>", "<p>plain</p>"),
        (f"<td>{JWT}</td>", "<td>•••</td>"),
        (f'<td title="{TOKEN}">x</td>', '<td title="•••">x</td>'),
        (f'<td title="a &quot;{TOKEN}&quot;">x</td>', None),
        ("<style>.a{color:#fff}</style><b>a &lt; b</b>", None),
        ("<svg viewBox='0 0 1 1'><text>a &amp; b</text><path d='M0'/></svg>", None),
    ],
)
def test_texts_and_attributes_are_masked(markup: str, masked: str | None) -> None:
    result = mask_markup(markup)
    assert masked is None or result == masked
    assert not any(secret in result for secret in SECRETS)
    assert result.count("<") == markup.count("<")


def test_progress_bars_go() -> None:
    notebook = build(CASE)
    cell = code_cells(notebook)[0]
    cell.outputs = [
        nbformat.v4.new_output("stream", name=name, text="x") for name in ("stderr", "stdout")
    ]
    tidy(notebook, Masking())
    assert [output.name for output in cell.outputs] == ["stdout"]


def test_what_does_not_fit_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "LARGEST_NOTEBOOK", 60_000)
    notebook = build(CASE)
    [first, second, *_] = code_cells(notebook)
    for cell, size in ((first, 100), (second, 100_000)):
        data = {"text/html": "x" * size, "text/plain": "the text"}
        cell.outputs = [nbformat.v4.new_output("display_data", data)]
    tidy(notebook, OFF)
    assert first.outputs[0].data["text/html"] == "x" * 100
    assert second.outputs[0].data["text/plain"].startswith("the text\n(The picture is left out")
    assert "text/html" not in second.outputs[0].data


def test_drawings_stand_alone() -> None:
    notebook = build(CASE)
    drawing = SnapshotBuilder.from_edges("root.cache>Map").snapshot().node(3).graph()
    cell = code_cells(notebook)[0]
    page = f"<p>before</p>{drawing.to_svg()}<p>after</p>"
    data = {"text/html": page, "text/plain": "a map"}
    cell.outputs = [nbformat.v4.new_output("display_data", data)]
    tidy(notebook, Masking())
    words, picture = cell.outputs
    assert words.data["text/html"] == "<p>before</p><p>after</p>"
    assert picture.data["image/svg+xml"].startswith("<svg")
    nbformat.validate(notebook)


def test_bad_targets(tmp_path: Path) -> None:
    file = sample_series("hot_reload")[0]
    taken = tmp_path / "taken.ipynb"
    taken.write_text("mine")
    with pytest.raises(HeapnbError, match="exists"):
        hn.notebook(file, taken)
    assert taken.read_text() == "mine"
    for target, complaint in (
        (tmp_path / "report.html", "end with .ipynb"),
        (tmp_path / "missing" / "a.ipynb", "no directory"),
    ):
        with pytest.raises(HeapnbError, match=complaint):
            hn.notebook(file, target)
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(HeapnbError, match="is a directory"):
        hn.notebook(file, tmp_path / "folder.ipynb")


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(HeapnbError, match="read-only"):
        hn.notebook(sample_series("hot_reload")[0], tmp_path / "a.ipynb")


def test_sources_that_are_no_files(tmp_path: Path) -> None:
    target = tmp_path / "a.ipynb"
    snap = SnapshotBuilder.from_edges("root.cache>Map").snapshot()
    with pytest.raises(HeapnbError, match="from files"):
        hn.notebook(snap, target)
    with pytest.raises(HeapnbError, match="There is no file"):
        hn.notebook(tmp_path / "none.heapsnapshot", target)
    assert not target.exists()


def test_without_running(tmp_path: Path) -> None:
    [first, *_] = files = sample_series("hot_reload")
    inside = shutil.copy(first, tmp_path)
    target = hn.notebook([inside, *files[1:]], tmp_path / "case.ipynb", execute=False)
    notebook = nbformat.read(target, as_version=4)
    assert all(not cell.outputs for cell in code_cells(notebook))
    # What lies beside the notebook moves with it.
    assert f"    {first.name!r}," in notebook.cells[2].source
    series = hn.load_series(files[:1])
    again = hn.notebook(series, target, execute=False, force=True)
    assert str(first.resolve()) in nbformat.read(again, as_version=4).cells[2].source


@pytest.mark.notebook
class TestExecuted:
    def test_a_leak_is_told(self, tmp_path: Path) -> None:
        sources = ROOT / "sample_snapshots" / "listener_per_request" / "app"
        stages: list[str] = []
        target = hn.notebook(
            sample_series("listener_per_request"),
            tmp_path / "case.ipynb",
            source_root=sources,
            progress=lambda stage, done, total: stages.append(f"{stage} {done}/{total}"),
        )
        assert any(stage.startswith("Running the cells 3/") for stage in stages)
        assert target.stat().st_size < 1_000_000
        notebook = nbformat.read(target, as_version=4)
        text = "\n".join(shown(notebook))
        for expected in ("event-listeners", "orderHandler.js:19:", "InventoryClient", "<svg"):
            assert expected in text
        assert "Traceback" not in text
        assert str(Path.home()) not in text
        assert "There are no others." in text
        assert list(tmp_path.iterdir()) == [target]
        heading = notebook.cells[0].source
        assert heading.startswith("# Post-mortem of app.js, ")
        assert "This program leaks memory" in heading
        assert "orderHandler.js:19:" in heading

    def test_health_is_told_too(self, tmp_path: Path) -> None:
        target = hn.notebook(sample_series("healthy_levels_off"), tmp_path / "case.ipynb")
        notebook = nbformat.read(target, as_version=4)
        text = "\n".join(shown(notebook))
        assert "no-leak" in text
        assert "Classes that retain most" in text
        assert "Nothing is suspect." in text

    def test_who_allocated_is_told(self, tmp_path: Path) -> None:
        data = ROOT / "tests" / "data"
        target = hn.notebook(
            data / "allocations" / "node-26.heaptimeline.zst",
            tmp_path / "case.ipynb",
            heap_profile=data / "heap_profiles" / "node-26-2.heapprofile.gz",
        )
        text = "\n".join(shown(nbformat.read(target, as_version=4)))
        assert text.count('class="flame-graph"') == 2
        assert "71.9% of the sampled bytes (14.4 MB) were allocated in" in text
        assert "Recorded: 7,614 objects" in text

    def test_no_secret_is_left(self, tmp_path: Path) -> None:
        files = []
        for number in (1, 2, 3):
            builder = SnapshotBuilder.from_edges(f"root.sessions>Array root.{TOKEN}>Object")
            builder.node("Object", name=f"Session {SECRETS[3]}")
            for index in range(50 * number):
                builder.node(f"s{index}", name="Session", size=4096, node_id=20_001 + 4 * index)
                builder.node(
                    f"t{index}",
                    type="string",
                    name=f"password={SECRETS[2]}&jwt={JWT}",
                    node_id=20_003 + 4 * index,
                )
                builder.edge("Array", f"s{index}", index, type="element")
                builder.edge(f"s{index}", f"t{index}", "token")
                builder.edge(f"s{index}", f"t{index}", TOKEN)
            files.append(tmp_path / f"{number}.heapsnapshot")
            files[-1].write_bytes(builder.to_bytes())
        open_case = hn.notebook(files, tmp_path / "open.ipynb", redact=False).read_text()
        assert any(secret in open_case for secret in SECRETS)
        masked = hn.notebook(files, tmp_path / "masked.ipynb").read_text()
        assert not [secret for secret in SECRETS if secret in masked]

    def test_what_stops_a_cell_is_said(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.heapsnapshot"
        broken.write_text("{}")
        target = tmp_path / "case.ipynb"
        with pytest.raises(HeapnbError, match="SnapshotFormatError"):
            hn.notebook(broken, target)
        assert not target.exists()
