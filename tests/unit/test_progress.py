"""Whoever waits is told what for: stages in order, with the file's number, and no blank output."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import nbformat
import pytest

from heapnb import progress
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.series.series import load_series
from heapnb.errors import HeapnbError
from heapnb.progress import one_of_several, reporting, stage
from heapnb.reports import report
from tests.conftest import sample_series


def test_all_of_a_report_belongs_to_named_stages(tmp_path: Path) -> None:
    told: list[str] = []

    def collect(title: str, done: int, total: int) -> None:
        assert 0 <= done <= total or total == 0
        told.append(title)

    def collector() -> nullcontext[object]:
        return nullcontext(collect)

    files = sample_series("listener_per_request")
    with reporting(collector), stage("Writing a report"):  # type: ignore[arg-type]
        diagnosis = diagnose(load_series(list(files), cache=False))
        report(diagnosis, tmp_path / "report.html")
    stages = [title for title, _ in itertools.groupby(told)]
    in_order = [
        f"Reading 1 of 3: {files[2].name}",
        f"Reading 2 of 3: {files[1].name}",
        f"Reading 3 of 3: {files[0].name}",
        "Looking for growth",
        "Explaining suspects",
        "Gathering tables and drawings",
        "Embedding the heap browser",
        "Writing report.html",
    ]
    places = [stages.index(title) for title in in_order]
    assert places == sorted(places)
    assert all(stages)


def test_a_stage_that_was_interrupted_is_named_again() -> None:
    told: list[tuple[str, int, int]] = []
    collector = lambda: nullcontext(lambda *one: told.append(one))  # noqa: E731
    with (
        stage("Diagnosing", collector),
        one_of_several(2, 3, "b.heapsnapshot"),
        stage("Reading") as advance,
    ):
        advance(5, 10)
    assert told == [
        ("Diagnosing", 0, 0),
        ("Reading 2 of 3: b.heapsnapshot", 0, 0),
        ("Reading 2 of 3: b.heapsnapshot", 5, 10),
        ("Diagnosing", 0, 0),
    ]


def test_unreadable_files_are_errors_where_a_build_depends_on_them(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.heapsnapshot"
    damaged.write_text('{"snapshot": {')
    files = [*sample_series("listener_per_request")[:2], damaged]
    assert "damaged.heapsnapshot is left out" in load_series(files).warnings[0]
    with pytest.raises(HeapnbError, match="damaged"):
        load_series(files, strict=True)


def test_a_bar_appears_sooner_for_who_has_been_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = threading.Event()

    class Bar:
        def start(self) -> None: ...

        def update(self, stage: str, done: int, total: int) -> None:
            assert stage == "Reading"
            shown.set()

        def close(self) -> None:
            pass

    monkeypatch.setattr(progress, "_TerminalBar", Bar)
    monkeypatch.setattr(progress, "_is_terminal", lambda: True)
    monkeypatch.setattr(progress, "_shell_of_notebook", lambda: None)
    with progress.progress_bar(after=3600) as report:
        assert report is not None
        report("Reading", 1, 2)
    assert not shown.is_set()
    with progress.progress_bar(after=0) as report:
        assert report is not None
        report("Reading", 1, 2)
        assert shown.wait(60)


def test_rich_is_not_imported_where_no_terminal_shows_a_bar() -> None:
    code = (
        "import sys\n"
        "from heapnb.progress import progress_bar\n"
        "with progress_bar(after=3600) as bar:\n"
        "    bar._show()\n"
        "sys.exit('rich' in sys.modules)\n"
    )
    environment = {
        k: v for k, v in os.environ.items() if k not in {"FORCE_COLOR", "TTY_COMPATIBLE"}
    }
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.notebook
def test_a_notebook_keeps_no_blank_output() -> None:
    nbclient = pytest.importorskip("nbclient")
    code = (
        "import time\n"
        "from heapnb.progress import progress_bar, stage\n"
        "with stage('Reading <x>', progress_bar) as advance:\n"
        "    for done in range(16):\n"
        "        advance(done, 16)\n"
        "        time.sleep(0.1)\n"
    )
    cell = nbformat.v4.new_code_cell(code)  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    [output] = notebook.cells[0].outputs
    assert output.data["text/plain"].startswith("Done in ")
    assert "Done in " in output.data["text/html"]


def test_a_bar_that_comes_too_late_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(progress, "_is_terminal", lambda: True)

    def start(bar: object) -> None:
        started.append(bar)

    monkeypatch.setattr(progress._TerminalBar, "start", start)
    late, in_time = progress._LateBar(1_000), progress._LateBar(1_000)
    late.close()
    for bar in (late, in_time):
        bar._show()
    assert started == [in_time._shown]
    in_time.close()
