"""V8's heap limit: every measured one, and the Node.js of this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from tests.conftest import ROOT

MEASURED: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "data" / "heap_limits.json").read_text()
)


def name(row: Mapping[str, Any]) -> str:
    container = "" if row["container"] is None else f" container {row['container'] >> 20}"
    return f"{row['version']} {row['memory'] >> 20}{container} {' '.join(row['flags'])}"


@pytest.mark.parametrize("row", MEASURED, ids=name)
def test_the_limit_is_what_was_measured(row: Mapping[str, Any]) -> None:
    found = hn.heap_limit(
        row["version"],
        memory=row["memory"],
        container=row["container"],
        cgroup=1,
        flags=row["flags"],
    )
    assert found.limit == row["limit"]
    assert found.is_measured


def test_the_table_has_versions_and_containers() -> None:
    majors = {row["version"].split(".")[0] for row in MEASURED}
    assert majors >= {"4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "24", "26"}
    assert sum(row["container"] is not None for row in MEASURED) >= 30


@pytest.mark.parametrize(
    ("version", "arch", "megabytes"),
    # Verbose logs of Node.js 0.10 and 0.12 in tests/data/gc_logs: used + available = 1464 MiB.
    [("0.10.48", "x64", 1464), ("v0.12.18", "x64", 1464), ("0.10", "ia32", 732)],
)
def test_the_old_formula(version: str, arch: str, megabytes: int) -> None:
    assert hn.heap_limit(version, arch=arch).limit == megabytes << 20


def test_containers_of_cgroup_2_are_seen_from_node_20_on() -> None:
    # Measured with a replaced /sys/fs/cgroup and /proc/self/cgroup: 4144 MiB and 524 MiB.
    old, new = (hn.heap_limit(version, container=1 << 30) for version in (18, 20))
    assert (old.limit >> 20, old.container_is_ignored, old.rule) == (4144, True, "memory")
    assert (new.limit >> 20, new.container_is_ignored, new.rule) == (524, False, "container")


@pytest.mark.parametrize(
    "flags",
    [
        "--max-old-space-size=512 --inspect",
        "--max_old_space_size 512",
        ["--max-old-space-size=9000", "--max-old-space-size=512"],
    ],
)
def test_forms_of_flags(flags: str | list[str]) -> None:
    found = hn.heap_limit(20, flags=flags)
    assert found.old_space == 512 << 20
    assert found.rule == "--max-old-space-size"


def test_a_share_of_the_memory() -> None:
    # Measured on 24,684,096 kB: 6369050624 bytes.
    found = hn.heap_limit(22, memory=24_684_096 * 1024, flags="--max-old-space-size-percentage=25")
    assert found.limit == pytest.approx(6369050624, abs=1 << 20)


def test_headroom() -> None:
    limit = hn.heap_limit(20, flags="--max-heap-size=1000")
    assert limit.headroom(250 << 20) == 0.75
    assert limit.headroom(5000 << 20) == 0
    assert limit.limit == limit.old_space + limit.young_space


@pytest.mark.parametrize("version", ["", "twenty", "20.x", "-1", "9999"])
def test_versions_that_are_none(version: str) -> None:
    with pytest.raises(HeapnbError, match="version"):
        hn.heap_limit(version)


@pytest.mark.parametrize("flags", ["--max-old-space-size=lots", "--max-old-space-size", "'"])
def test_flags_that_are_none(flags: str) -> None:
    with pytest.raises(HeapnbError):
        hn.heap_limit(20, flags=flags)


@pytest.mark.node
@pytest.mark.parametrize("flags", [[], ["--max-old-space-size=300"], ["--max-semi-space-size=32"]])
def test_the_node_of_this_machine(flags: list[str]) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    script = (
        "console.log(JSON.stringify([process.version, process.arch, os.totalmem(),"
        " process.constrainedMemory ? process.constrainedMemory() : 0,"
        " v8.getHeapStatistics().heap_size_limit]))"
    )
    command = [node, *flags, "-e", script]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout
    version, arch, memory, container, limit = json.loads(said)
    found = hn.heap_limit(
        version, memory=memory, container=container or None, flags=flags, arch=arch, cgroup=1
    )
    assert found.limit == limit


def test_the_page_shows_the_measured_limits() -> None:
    page = Path(ROOT / "docs" / "logs.md").read_text()
    default = {
        row["version"].split(".")[0]: row["limit"]
        for row in MEASURED
        if row["memory"] == 32 << 30 and not row["flags"] and row["container"] is None
    }
    for major, limit in default.items():
        rows = [line for line in page.splitlines() if line.startswith("|") and f" {major}" in line]
        assert any(f"{limit / (1 << 20):,.0f}" in line for line in rows), major
