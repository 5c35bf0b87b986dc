"""``heapnb heapprofile``: tables, JSON, flame graphs, errors."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT, sample_series

DATA = ROOT / "tests" / "data" / "heap_profiles"
FIRST, SECOND = (str(DATA / f"node-26-{n}.heapprofile.gz") for n in (1, 2))


def test_it_says_which_function_allocated(run: Run) -> None:
    answer = run("heapprofile", FIRST)
    assert "of the sampled bytes" in answer.out.splitlines()[0]
    assert "search" in answer.out
    assert "Packages:" in answer.out


@pytest.mark.parametrize(
    ("by", "columns"),
    [
        ("function", ["function", "location", "package"]),
        ("file", ["filename", "package"]),
        ("package", ["package", "version", "kind"]),
        ("stack", ["function", "location", "callers"]),
    ],
)
def test_json(run: Run, by: str, columns: list[str]) -> None:
    rows = run("heapprofile", FIRST, "--by", by, "--json").json
    sizes = ["sampled_size", "sampled_share", "sampled_total", "sample_count"]
    expected = [*columns, *(one for one in sizes if by != "stack" or one != "sampled_total")]
    assert all(list(row) == expected for row in rows)
    assert rows[0]["sampled_size"] > 1_000_000


def test_two_profiles(run: Run) -> None:
    rows = run("heapprofile", FIRST, SECOND, "--json").json
    assert {"sampled_delta", "sampled_before", "sampled_after"} < set(rows[0])
    assert rows[0]["function"] == "search"
    assert "largest growth" in run("heapprofile", FIRST, SECOND).out


def test_a_flame_graph(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "flames.svg"
    assert "flame graph" in run("heapprofile", FIRST, SECOND, "--svg", str(target)).err
    assert ET.fromstring(target.read_text("utf-8")).tag.endswith("svg")
    assert "exists" in run("heapprofile", FIRST, "--svg", str(target)).complaint
    assert run("heapprofile", FIRST, "--svg", str(target), "--force").exit_code == 0


def test_errors_are_one_line(run: Run, tmp_path: Path) -> None:
    assert "No such file" in run("heapprofile", "missing.heapprofile").complaint
    assert "No such file" in run("heapprofile", FIRST, "missing.heapprofile").complaint
    assert "not compared by stack" in run("heapprofile", FIRST, SECOND, "--by", "stack").complaint
    cpu = tmp_path / "x.cpuprofile"
    cpu.write_text('{"nodes":[{"id":1,"callFrame":{},"hitCount":0}]}')
    assert "it is a CPU profile" in run("heapprofile", str(cpu)).complaint


def test_a_heap_profile_beside_snapshots(run: Run, tmp_path: Path) -> None:
    snapshots = [str(path) for path in sample_series("module_array_cache")]
    answer = run("diagnose", *snapshots, "--heap-profile", FIRST, "--json").json
    assert answer["heap_profile"]["function"] == "search"
    assert "Sampled allocations" in answer["reason"]
    assert "Sampled allocations" in run("diagnose", *snapshots, "--heap-profile", FIRST).out
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    complaint = run("diagnose", *snapshots, "--heap-profile", str(wrong)).complaint
    assert "it has no `head` with call frames" in complaint


@pytest.mark.parametrize("command", ["summary", "diagnose", "constructors"])
def test_commands_for_snapshots_say_what_reads_it(run: Run, command: str) -> None:
    assert "heapnb heapprofile FILE" in run(command, FIRST).complaint
