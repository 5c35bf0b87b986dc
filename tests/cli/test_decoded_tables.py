"""The commands that print decoded tables: JSON with fixed columns, and tables for people."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from heapnb.cli import buffers, collections_, globals_, listeners, modules, timers
from tests.cli.conftest import Run
from tests.conftest import ROOT

CAPTURE = ROOT / "tests" / "data" / "decode" / "node-22.heapsnapshot.zst"
COMMANDS = [buffers, collections_, globals_, listeners, modules, timers]


@pytest.mark.parametrize("module", COMMANDS, ids=lambda module: module.command.name)
def test_json(run: Run, module: ModuleType) -> None:
    rows = run(module.command.name, CAPTURE, "--json", "--limit", 0).json
    assert rows
    assert all(list(row) == list(module.COLUMNS) for row in rows)


@pytest.mark.parametrize("module", COMMANDS, ids=lambda module: module.command.name)
def test_tables(run: Run, module: ModuleType, sample: Path) -> None:
    for path in (CAPTURE, sample):
        assert "Retained size" in run(module.command.name, path).out


def test_rows(run: Run) -> None:
    found = run("listeners", CAPTURE, "--json").json
    assert {"onTick", "onAbort"} <= {row["function"] for row in found}
    found = run("timers", CAPTURE, "--json").json
    assert {row["delay"] for row in found if row["function"] == "onInterval"} == {54_321}
    found = run("modules", CAPTURE, "--json").json
    assert max(row["copies"] for row in found) == 3
    found = run("globals", CAPTURE, "--json").json
    assert sorted(row["name"] for row in found if not row["built_in"]) == ["addedGlobal", "decoded"]
