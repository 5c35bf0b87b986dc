"""``heapnb allocations`` by function, by stack and by age; and without a time line."""

from __future__ import annotations

from pathlib import Path

import pytest

from heapnb.testing import SnapshotBuilder
from tests.cli.conftest import Run
from tests.conftest import ROOT

FILE = str(ROOT / "tests" / "data" / "allocations" / "node-22.heaptimeline.zst")
NUMBERS = ["live_count", "live_size", "allocation_count", "allocation_size", "retained_size"]


def test_functions(run: Run) -> None:
    rows = run("allocations", FILE, "--json").json
    assert list(rows[0]) == ["function", "location", *NUMBERS]
    (maker,) = (row for row in rows if row["function"] == "makeSession")
    assert maker["location"] == "/srv/shop/shop.js:17:21"
    assert any(row["location"] is None for row in rows)
    shown = run("allocations", FILE, "--limit", "3")
    assert "makeSession" in shown.out
    assert "Recorded: " in shown.err


def test_stacks(run: Run) -> None:
    rows = run("allocations", FILE, "--by", "stack", "--json").json
    assert list(rows[0]) == ["function", "location", "callers", *NUMBERS, "trace_id"]
    assert any(row["callers"].startswith("login ← request ← ") for row in rows)


def test_ages(run: Run) -> None:
    rows = run("allocations", FILE, "--by", "age", "--json").json
    assert list(rows[0]) == [
        *("interval", "time_ms", "first_id", "last_id", "live_count", "live_size"),
    ]
    assert rows[0]["live_count"] > 0
    assert "Recorded for " in run("allocations", FILE, "--by", "age").err


def test_sorting(run: Run) -> None:
    rows = run("allocations", FILE, "--json", "--sort", "allocation_size").json
    sizes = [row["allocation_size"] for row in rows]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("by", ["function", "stack", "age"])
def test_without_a_time_line(run: Run, tmp_path: Path, by: str) -> None:
    path = tmp_path / "plain.heapsnapshot"
    path.write_bytes(SnapshotBuilder.from_edges("root>a").to_bytes())
    complaint = run("allocations", str(path), "--by", by).complaint
    assert "plain.heapsnapshot has no " in complaint
    assert "Hint: record an allocation time line" in complaint
