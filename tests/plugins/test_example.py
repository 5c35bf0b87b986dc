"""The example of docs/plugins.md, built and installed, in commands as users type them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.plugins.conftest import EXAMPLE

pytestmark = pytest.mark.node

_KIND = "acme-open-ledgers"


def run(
    plugins: Path | None, *arguments: str | Path, is_off: bool = False, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run heapnb with the installed plug-in, or without."""
    path = os.pathsep.join([*([str(plugins)] if plugins else []), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "160"}
    environment.pop("HEAPNB_PLUGINS", None)
    if is_off:
        environment["HEAPNB_PLUGINS"] = "0"
    done = subprocess.run(
        [sys.executable, "-m", "heapnb", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_the_verdict_names_the_cause_and_the_known_leak(
    installed: Path, snapshots: list[Path]
) -> None:
    terminal = run(installed, "diagnose", *snapshots)
    assert "opened and never closed: 50 → 200 → 600" in terminal.stdout
    assert "`ledger.close()`" in terminal.stdout
    assert "acme-heapnb 1.2.0" in terminal.stdout
    assert "PluginWarning" not in terminal.stderr
    sources = ("--source-root", snapshots[0].parent)
    answer = json.loads(run(installed, "diagnose", *snapshots, *sources, "--json").stdout)
    [first, *_] = answer["suspects"]
    assert first["kind"] == _KIND
    assert "openLedgers" in first["anchor"]
    assert first["known"]["package"] == "acme-ledger"
    assert first["known"]["version"] == "1.4.0"
    assert first["known"]["fixed_in"] == "2.0.0"
    assert "Update to 2.0.0" in first["fix"]


def test_the_report_and_the_notebook_use_the_words(
    installed: Path, snapshots: list[Path], tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    run(installed, "report", *snapshots, "-o", report)
    page = report.read_text(encoding="utf-8")
    assert "opened and never closed" in page
    assert "acme_ledgers" in page
    notebook = tmp_path / "post-mortem.ipynb"
    run(installed, "notebook", *snapshots, "-o", notebook)
    assert "opened and never closed" in notebook.read_text(encoding="utf-8")


def test_the_table_is_a_command_and_a_method(installed: Path, snapshots: list[Path]) -> None:
    rows = json.loads(run(installed, "acme-ledgers", snapshots[-1], "--json").stdout)
    assert len(rows) == 600
    assert rows[0]["acme_state"] == "waits for approval"
    assert rows[0]["account"].startswith("account ")
    assert rows[0]["retained_size"] >= rows[0]["shallow_size"] > 0
    brief = run(installed, "acme-ledgers", snapshots[-1]).stdout
    assert "waits for approval" in brief
    assert "600" in brief
    assert "State" in brief or "acme_state" in brief
    code = (
        "import heapnb as hn, sys; snap = hn.load(sys.argv[1], progress=False)\n"
        "table = snap.acme_ledgers(); print(len(table), len(table.heap.retainers()) > 0)\n"
        "print(len(snap.find(class_name='Ledger').heap.table('acme_ledgers')))\n"
        "from heapnb.workbench.subject import Workbench\n"
        "from heapnb.workbench.trees.registry import keys_for\n"
        "print('acme_ledgers' in keys_for(Workbench(snap.graph)))\n"
        "try: snap.acme_ledger()\n"
        "except AttributeError as error: print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(snapshots[-1])],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert done.stdout.splitlines()[:3] == ["600 True", "600", "True"]


def test_the_list_has_versions_and_states(installed: Path, snapshots: list[Path]) -> None:
    rows = json.loads(run(installed, "plugins", "--json").stdout)
    assert [row["group"].removeprefix("heapnb.") for row in rows] == [
        *("detectors", "words", "tables", "known_leaks"),
    ]
    assert {(row["package"], row["version"], row["state"]) for row in rows} == {
        ("acme-heapnb", "1.2.0", "ready")
    }
    assert "acme-heapnb" in run(installed, "plugins").stdout
    off = json.loads(run(installed, "plugins", "--json", is_off=True).stdout)
    assert {row["state"] for row in off} == {"off"}
    diagnosis = run(installed, "diagnose", *snapshots, "--json", is_off=True)
    assert json.loads(diagnosis.stdout)["suspects"][0]["kind"] != _KIND
    refused = run(installed, "acme-ledgers", snapshots[-1], is_off=True, code=2)
    assert "acme-ledgers" in refused.stderr
    assert json.loads(run(None, "plugins", "--json").stdout) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("detectors.py", "interface = 1", "interface = 2", "written for interface 2"),
        ("detectors.py", "import Cause", "import NoSuchName, Cause", "ImportError"),
        ("detectors.py", "fields = snapshot_of(site)", "fields = site.nonsense", "AttributeError"),
        ("words.py", "return Words(", "return str(", "TypeError"),
        ("tables.py", "interface=1", "interface=7", "written for interface 7"),
        ("known_leaks.toml", "advice =", "advise =", "`advise` is unknown"),
    ],
    ids=["version", "import", "recognise", "words", "table", "catalogue"],
)
def test_a_broken_plug_in_is_named_and_left_out(
    installed: Path,
    snapshots: list[Path],
    tmp_path: Path,
    file: str,
    old: str,
    new: str,
    problem: str,
) -> None:
    broken = tmp_path / "plugins"
    shutil.copytree(installed, broken)
    path = broken / "acme_heapnb" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = run(broken, "diagnose", *snapshots, "--json")
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "leak"
    assert len(answer["suspects"][0]["explanation"]) > 50
    if file == "tables.py":
        done = run(broken, "plugins")
    assert problem in done.stderr
    assert "acme-heapnb 1.2.0" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count(problem) == 1


def test_a_table_that_fails_says_whose_it_is(
    installed: Path, snapshots: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "plugins"
    shutil.copytree(installed, broken)
    path = broken / "acme_heapnb" / "tables.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('snap.find(class_name="Ledger")', "snap.ledgers"))
    done = run(broken, "acme-ledgers", snapshots[-1], code=2)
    assert "`acme_ledgers` of the plug-in acme-heapnb 1.2.0 failed" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_import_read_no_entry_points(installed: Path) -> None:
    code = (
        "import sys, heapnb; from heapnb.cli.app import main; main(['--help'])\n"
        "sys.exit('importlib.metadata' in sys.modules or 'acme_heapnb' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_page_shows_the_files_of_the_example() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "acme_heapnb/detectors.py", "acme_heapnb/words.py"):
        text = (EXAMPLE / name).read_text(encoding="utf-8")
        start = text.index("[project.entry-points") if name == "pyproject.toml" else 0
        end = text.index("[tool") if name == "pyproject.toml" else None
        assert text[start:end].strip() in page, f"docs/plugins.md differs from {name}"
