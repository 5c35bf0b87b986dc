"""What a snapshot will cost: the coefficients against what was measured, and the verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from heapnb.capture.plan import coefficients, plan_for, predict
from heapnb.capture.process_facts import ProcessFacts
from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import Target
from heapnb.errors import CaptureError
from tests.benchmarks.capture_cost import ROWS, fit
from tests.node_versions import NODE_VERSIONS

MEASURED: list[dict[str, Any]] = [json.loads(line) for line in ROWS.read_text().splitlines()]
MB = 1_000_000


def product(version: str) -> str:
    return f"node.js/v{version}.1.0"


# -- the regression -----------------------------------------------------------------------------


def test_the_measurements_cover_what_the_page_says() -> None:
    assert {row["version"] for row in MEASURED} == set(NODE_VERSIONS)
    for version in NODE_VERSIONS:
        heaps = [row["heap_bytes"] for row in MEASURED if row["version"] == version]
        assert min(heaps) < 6 * MB
        assert max(heaps) > 1400 * MB


def test_the_coefficients_are_those_of_the_measurements() -> None:
    assert fit(MEASURED) == coefficients()


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: f"{row['version']}-{row['shape']}")
def test_predictions_with_the_number_of_nodes(row: dict[str, Any]) -> None:
    expected, _, high = predict(row["heap_bytes"], product(row["version"]), nodes=row["nodes"])
    assert row["peak_bytes"] < 1.4 * expected.extra_bytes
    assert row["peak_bytes"] <= 1.01 * high.extra_bytes
    assert row["file_bytes"] <= 1.01 * high.file_bytes
    assert expected.file_bytes == pytest.approx(row["file_bytes"], rel=0.25)


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: f"{row['version']}-{row['shape']}")
def test_no_heap_exceeds_the_range(row: dict[str, Any]) -> None:
    _, _, high = predict(row["heap_bytes"], product(row["version"]))
    assert row["peak_bytes"] < high.extra_bytes


def test_unknown_versions_cost_as_much_as_the_costliest() -> None:
    unknown, _, _ = predict(100 * MB, "Chrome/156.0")
    known = [predict(100 * MB, product(version))[0] for version in NODE_VERSIONS]
    assert unknown.extra_bytes == max(one.extra_bytes for one in known)
    assert unknown.pause_ms == max(one.pause_ms for one in known)


# -- verdicts -----------------------------------------------------------------------------------

STATUS = "Name:\tnode\nVmRSS:\t{rss} kB\nVmSize:\t1000000 kB\n"


def reader(root: Path, *, rss: int, limit: int | None, available: int) -> ProcessReader:
    """Return a reader for a machine where process 7 has a control group of version 2."""
    group = "sys/fs/cgroup/pod"
    for name, text in {
        "proc/7/status": STATUS.format(rss=rss // 1024),
        "proc/7/cgroup": "0::/pod\n",
        "proc/meminfo": f"MemAvailable: {available // 1024} kB\n",
        f"{group}/memory.max": "max" if limit is None else str(limit),
        f"{group}/memory.current": str(rss),
        f"{group}/memory.stat": "inactive_file 0\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return ProcessReader(root)


def target(local_pid: int | None = 7) -> Target:
    return Target(
        kind="node",
        title="app.js",
        url="",
        pid=7,
        thread_id=0,
        inspector=cast("Any", SimpleNamespace()),
        session=None,
        product=product("22"),
        local_pid=local_pid,
    )


def facts(heap_bytes: int, **answer: object) -> ProcessFacts:
    return ProcessFacts(heap_bytes, heap_bytes, answer)


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [(4000 * MB, "safe"), (1200 * MB, "risky"), (600 * MB, "would-kill")],
)
def test_the_limit_of_the_control_group_decides(limit: int, verdict: str, tmp_path: Path) -> None:
    processes = reader(tmp_path, rss=200 * MB, limit=limit, available=8000 * MB)
    plan = plan_for(target(), facts(100 * MB), processes)
    assert (plan.verdict, plan.limited_by) == (verdict, "cgroup")
    assert plan.limit_bytes == pytest.approx(limit, rel=1e-3)
    assert f"{limit // MB:,} MB (cgroup)" in plan.reasons[0]
    if verdict == "would-kill":
        with pytest.raises(CaptureError, match="would probably kill process 7"):
            plan.check()
    else:
        plan.check()


def test_the_memory_of_the_machine_decides_if_it_is_less(tmp_path: Path) -> None:
    processes = reader(tmp_path, rss=200 * MB, limit=None, available=300 * MB)
    plan = plan_for(target(), facts(100 * MB), processes)
    assert (plan.verdict, plan.limited_by) == ("would-kill", "system memory")


def test_a_process_elsewhere_says_itself_what_is_left(tmp_path: Path) -> None:
    processes = ProcessReader(tmp_path)
    memory = {"rss": 200 * MB}
    told = facts(100 * MB, memory=memory, available=300 * MB)
    plan = plan_for(target(None), told, processes)
    assert (plan.verdict, plan.limited_by, plan.limit_bytes) == ("would-kill", "Node", 500 * MB)
    plan = plan_for(target(None), facts(100 * MB, memory=memory), processes)
    assert (plan.verdict, plan.limit_bytes) == ("unknown", None)
    plan.check()


def test_a_heap_near_its_limit_and_a_long_pause_are_risks(tmp_path: Path) -> None:
    processes = reader(tmp_path, rss=200 * MB, limit=None, available=90_000 * MB)
    near = facts(100 * MB, heap={"heap_size_limit": 105 * MB})
    plan = plan_for(target(), near, processes)
    assert plan.verdict == "risky"
    assert "95% of V8's limit" in plan.reasons[1]
    plan = plan_for(target(), facts(2000 * MB), processes)
    assert plan.verdict == "risky"
    assert "stands still" in plan.reasons[1]


def test_an_earlier_snapshot_makes_the_prediction_exact(tmp_path: Path) -> None:
    processes = reader(tmp_path, rss=200 * MB, limit=4000 * MB, available=8000 * MB)
    plan = plan_for(target(), facts(100 * MB), processes, nodes=400_000)
    assert plan.low.nodes == plan.high.nodes == 400_000
    assert plan.peak_bytes < plan_for(target(), facts(100 * MB), processes).peak_bytes


def test_what_an_earlier_snapshot_left_is_used_again(tmp_path: Path) -> None:
    # After a snapshot of a heap of 100 MB the process has 1,000 MB, of which 800 MB are free.
    processes = reader(tmp_path, rss=1000 * MB, limit=1100 * MB, available=8000 * MB)
    told = facts(100 * MB)
    assert plan_for(target(), told, processes, nodes=1_000_000).verdict == "would-kill"
    plan = plan_for(target(), told, processes, nodes=1_000_000, reusable=800 * MB)
    assert plan.verdict == "safe"
    assert plan.peak_bytes == pytest.approx(1000 * MB, rel=0.01)


def test_a_plan_shows_itself(tmp_path: Path) -> None:
    processes = reader(tmp_path, rss=200 * MB, limit=600 * MB, available=8000 * MB)
    plan = plan_for(target(), facts(100 * MB), processes)
    assert "would-kill" in repr(plan)
    assert "the limit is 600 MB (cgroup)" in repr(plan)
    assert plan.to_dict()["verdict"] == "would-kill"
