"""The magics in a shell of IPython: what they answer, assign, complain of and complete."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets.config import Config

import heapnb as hn
from heapnb._ipython import MagicError
from heapnb.cli.app import application
from tests.conftest import REQUIRE_EVERYTHING, sample_series

SERIES = sample_series("listener_per_request")
LEAKING_CELL = """%%heap_record {}
const seen = new Map();
class Visit {{ constructor(number) {{ this.number = number; }} }}
function load(round) {{
  seen.set(`visit ${{round}}`, new Visit(round));
  if (round === 0) console.log("started");
}}
"""

Run = Callable[[str], ExecutionResult]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    config = Config()
    config.HistoryManager.enabled = False
    running: Any = InteractiveShell  # which has no types
    running = running(config=config)
    running.run_cell("%load_ext heapnb", store_history=False)
    for name, path in zip(("before", "after1", "after2"), SERIES, strict=True):
        (tmp_path / f"{name}.heapsnapshot.zst").symlink_to(path)
    return running


@pytest.fixture
def run(shell: Any) -> Run:
    def run_cell(cell: str) -> ExecutionResult:
        result: ExecutionResult = shell.run_cell(cell, store_history=False)
        return result

    return run_cell


def complaint(result: ExecutionResult) -> str:
    error = result.error_in_exec
    assert isinstance(error, MagicError), error
    return error.message


# -- answers ------------------------------------------------------------------------------------


def test_load(run: Run, shell: Any) -> None:
    assert isinstance(run("%heap load after2.heapsnapshot.zst").result, hn.Snapshot)
    assert shell.user_ns["snap"].name == "after2.heapsnapshot.zst"
    run("%heap load before.heapsnapshot.zst old")
    run("%heap load after1.heapsnapshot.zst --as new")
    assert shell.user_ns["old"].name == "before.heapsnapshot.zst"
    assert shell.user_ns["new"].name == "after1.heapsnapshot.zst"


def test_diff_of_variables(run: Run, shell: Any) -> None:
    run("%heap load before.heapsnapshot.zst a")
    run("%heap load after2.heapsnapshot.zst b")
    answer = run("%heap diff a $b").result
    assert isinstance(answer, hn.Diff)
    assert answer is shell.user_ns["diff"]
    assert answer.before is shell.user_ns["a"].graph
    assert answer.after is shell.user_ns["b"].graph
    assert run("x = %heap diff {a} b --as y").result is None
    assert shell.user_ns["x"] is shell.user_ns["y"]


@pytest.mark.parametrize(
    "words",
    [
        "before.heapsnapshot.zst after1.heapsnapshot.zst after2.heapsnapshot.zst",
        "*.heapsnapshot.zst",
        "$files",
        "files",
        "{files[0]} $second 'after2.heapsnapshot.zst'",
        "snaps --no-progress",
    ],
)
def test_diagnose(run: Run, shell: Any, words: str) -> None:
    files = [Path(f"{name}.heapsnapshot.zst") for name in ("before", "after1", "after2")]
    shell.push({"files": files, "second": files[1], "snaps": [hn.load(f) for f in files]})
    answer = run(f"%heap diagnose {words}").result
    assert isinstance(answer, hn.Diagnosis)
    assert answer.verdict == "leak"
    assert len(answer.series) == 3
    again = run("%heap diagnose diagnosis --as again").result
    assert again.series is answer.series


def test_tables_are_whole(run: Run, shell: Any) -> None:
    run("%heap load after2.heapsnapshot.zst")
    table = run("%heap constructors snap").result
    assert isinstance(table, pd.DataFrame)
    assert len(table) == len(shell.user_ns["snap"].constructors())
    assert table["retained_size"].is_monotonic_decreasing
    few = run("%heap constructors snap --sort count --limit 3 --as few").result
    assert len(few) == 3
    assert few["count"].is_monotonic_decreasing
    assert few is shell.user_ns["few"]


def test_all_commands_are_there(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("%heap")
    lines = capsys.readouterr().out
    assert all(f"\n  {name} " in lines for name in ("load", *application.commands))
    run("%heap diff --help")
    own = {option for param in application.commands["diff"].params for option in param.opts}
    shown = capsys.readouterr().out
    assert "Usage: %heap diff " in shown
    assert all(option in shown for option in own if option.startswith("--"))
    assert "--as NAME" in shown


def test_what_a_command_finds_besides_is_shown(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("%heap load after2.heapsnapshot.zst")
    run("node_id = snap.find(class_name='OrderDraft').node_id.iloc[0]")
    capsys.readouterr()
    table = run("%heap retainers snap $node_id").result
    assert isinstance(table, pd.DataFrame)
    assert "Retaining path" in capsys.readouterr().out


def test_files_are_written_and_named(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("folder = 'out'")
    (tmp_path / "out").mkdir()
    assert run("%heap report *.heapsnapshot.zst -o {folder}/r.html").result is None
    assert "Report: out/r.html" in capsys.readouterr().out
    assert (tmp_path / "out" / "r.html").stat().st_size > 10_000


def test_json_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("%heap summary before.heapsnapshot.zst --json").result is None
    assert capsys.readouterr().out.startswith('{"')


def test_a_semicolon_silences(run: Run, shell: Any) -> None:
    run("%heap load before.heapsnapshot.zst quiet;")
    assert isinstance(shell.user_ns["quiet"], hn.Snapshot)


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("'^a{2}$'", "^a{2}$"),
        ('"one two"', "one two"),
        ("{1 + 1}x", "2x"),
        ("{dict(a='b c')['a']}", "b c"),
        ("{}", "{}"),
    ],
)
def test_quotation_marks(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str, pattern: str
) -> None:
    asked: list[str | None] = []

    def find(self: hn.Snapshot, *, name: str | None, **_: object) -> pd.DataFrame:
        asked.append(name)
        return pd.DataFrame({"node_id": []})

    monkeypatch.setattr(hn.Snapshot, "find", find)
    run(f"%heap find before.heapsnapshot.zst --name {words}")
    assert asked == [pattern]


# -- complaints ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("load missing.heapsnapshot", "heapnb: Cannot read missing.heapsnapshot: No such file"),
        ("load notes.txt", "notes.txt is not a JSON object"),
        ("load -", "A notebook cannot read from stdin. Hint: name a file"),
        ("load $missing", "$missing: variable not found. Hint: run the cell"),
        ("load $number", "$number: variable not found."),
        ("summary $table", "table: is a DataFrame, not a snapshot. Hint: name a file"),
        ("summary pair", "pair: is 2 snapshots. Hint: name one of them."),
        ("load before.heapsnapshot.zst 1x", "'1x' is not a valid variable name."),
        ("load before.heapsnapshot.zst --as class", "'class' is not a valid variable name."),
        ("nonsense", "No such command 'nonsense'. Hint: see %heap --help."),
        ("diff before.heapsnapshot.zst", "Missing argument 'AFTER'. Hint: see %heap diff --help."),
        ("load 'before", "A quotation mark is not closed."),
        ("find before.heapsnapshot.zst --name '('", "Not a regular expression: '('"),
        ("retainers before.heapsnapshot.zst 999999999", "No node has the id 999999999."),
    ],
)
def test_complaints_are_one_line(
    run: Run,
    shell: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    line: str,
    message: str,
) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    shell.push(
        {"table": pd.DataFrame(), "pair": ["before.heapsnapshot.zst", "after1.heapsnapshot.zst"]}
    )
    said = complaint(run(f"%heap {line}"))
    assert message in said
    assert said.startswith("heapnb: ")
    shown = capsys.readouterr()
    assert (shown.out + shown.err).strip().splitlines() == [said]


def test_a_leak_that_was_to_fail(run: Run, shell: Any) -> None:
    said = complaint(run("%heap diagnose *.heapsnapshot.zst --fail-on-leak"))
    assert "leak" in said
    assert shell.user_ns["diagnosis"].verdict == "leak"


def test_bugs_are_not_hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("heapnb.graph.sources.open_graph", fail)
    assert isinstance(run("%heap summary before.heapsnapshot.zst").error_in_exec, RuntimeError)


# -- completion ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%heap di", ["diagnose", "diff"]),
        ("%heap diagnose --fail", ["--fail-on-leak"]),
        ("%heap constructors x --sort c", ["class_name", "count"]),
        ("%heap load bef", ["before.heapsnapshot.zst"]),
        ("%heap load sub", [f"sub{os.sep}"]),
        (f"%heap load sub{os.sep}", [f"sub{os.sep}app.heapsnapshot"]),
        ("%heap diff before.heapsnapshot.zst lat", ["latest"]),
        ("%%heap_record --tim", ["--timeout"]),
    ],
)
def test_completion(run: Run, shell: Any, tmp_path: Path, line: str, expected: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "app.heapsnapshot").touch()
    (tmp_path / "sub" / "notes.txt").touch()
    run("%heap load before.heapsnapshot.zst latest")
    _, matches = shell.complete(None, line, len(line))
    assert sorted(matches) == expected


# -- recording ----------------------------------------------------------------------------------


@pytest.fixture
def _node() -> None:
    if shutil.which("node") is None:
        if os.environ.get(REQUIRE_EVERYTHING):
            pytest.fail("needs Node", pytrace=False)
        pytest.skip("needs Node")


@pytest.mark.usefixtures("_node")
def test_record(run: Run, shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        answer = run(LEAKING_CELL.format("--rounds 60 --as visits")).result
    assert "started\n" in capsys.readouterr().out
    assert isinstance(answer, hn.Diagnosis)
    assert answer is shell.user_ns["visits"]
    suspect = answer.suspects[0]
    assert (suspect.kind, suspect.class_name) == ("unbounded-map", "Visit")
    assert suspect.count_per_snapshot == (60, 120, 240)
    assert str(suspect.location).endswith("cell.js:4:8")
    # Files stay as long as somebody may ask for an earlier snapshot again.
    assert len(list(temporary.rglob("*.heapsnapshot"))) == 3
    answer.series.sql("select count(*) from nodes", cache=False)
    shell.user_ns.pop("visits")
    del answer, suspect
    for number in range(4):
        # IPython keeps the last three answers.
        run(str(number))
    gc.collect()
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("_node")
def test_record_and_keep(run: Run, tmp_path: Path) -> None:
    run(LEAKING_CELL.format("--rounds 5 --keep kept"))
    assert len(list((tmp_path / "kept").iterdir())) == 3
    said = complaint(run(LEAKING_CELL.format("--rounds 5 --keep kept")))
    assert "kept: already contains snapshots" in said


@pytest.mark.usefixtures("_node")
@pytest.mark.parametrize(
    ("options", "cell", "message"),
    [
        ("", "\n \n", "The cell is empty. Hint: write JavaScript below the magic."),
        ("--rounds 0", "1", "Invalid value for '--rounds'"),
        ("--node no-such-node", "1", "no-such-node: Node.js not found. Hint: install"),
        ("--timeout 1", "setInterval(() => {}, 100);", "did not end in time"),
        ("", "missing();", "The program failed: ReferenceError: missing is not defined (cell.js"),
    ],
)
def test_recordings_that_fail(run: Run, options: str, cell: str, message: str) -> None:
    assert message in complaint(run(f"%%heap_record {options}\n{cell}"))


def test_help_of_recording(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("%%heap_record --help\n1")
    assert "heapSnapshot()" in capsys.readouterr().out
