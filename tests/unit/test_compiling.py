"""Whatever compiles kernels says so, to the reporter in force."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from heapnb.kernels._compiling import COMPILING
from heapnb.kernels._native import SWITCH
from tests.conftest import sample_series

COLLECTING = """
import json
from contextlib import nullcontext
stages = []
def report(stage, done, total):
    if [stage] != stages[-1:]:
        stages.append(stage)
"""


def stages_of(program: str, cache: Path) -> list[str]:
    """Run a program in a process of its own, and return the stages that it collected."""
    code = f"{COLLECTING}\n{textwrap.dedent(program)}\nprint(json.dumps(stages))"
    environment = {
        **os.environ,
        SWITCH: "0",
        "NUMBA_CACHE_DIR": str(cache / "kernels"),
        "HEAPNB_CACHE_DIR": str(cache / "snapshots"),
    }
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    stages: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return stages


ONE_KERNEL = """
from heapnb.progress import report_to
from heapnb.testing import SnapshotBuilder
report_to(lambda: nullcontext(report))
graph = SnapshotBuilder.from_edges("root>a a>b").graph()
graph.retainer_count
"""

WITHIN_A_STAGE = f"""
{ONE_KERNEL}
from heapnb.graph import HeapGraph
HeapGraph(graph.raw, progress=lambda: nullcontext(report)).retaining_edge
"""

OF_THE_PROGRAM = """
import numba
from heapnb.progress import report_to
import heapnb.kernels.csr
report_to(lambda: nullcontext(report))
numba.njit(lambda x: x + 1)(1)
"""


def test_a_kernel_is_announced_once_on_a_machine(tmp_path: Path) -> None:
    assert stages_of(ONE_KERNEL, tmp_path) == [COMPILING]
    assert stages_of(ONE_KERNEL, tmp_path) == []


NOWHERE_TO_WRITE = f"""
from numba.core.caching import CacheImpl
CacheImpl._locator_classes = []
{ONE_KERNEL}
assert graph.retainer_count.tolist() == [0, 1, 1]
"""


def test_kernels_compile_where_nothing_can_be_written(tmp_path: Path) -> None:
    """As in a container with a read-only package and no home: in each process anew."""
    assert stages_of(NOWHERE_TO_WRITE, tmp_path) == [COMPILING]
    assert stages_of(NOWHERE_TO_WRITE, tmp_path) == [COMPILING]


def test_the_stage_that_compiling_interrupts_comes_back(tmp_path: Path) -> None:
    title = "Indexing retainers"
    assert stages_of(WITHIN_A_STAGE, tmp_path) == [COMPILING, title, COMPILING, title]


def test_functions_of_the_program_are_its_own_business(tmp_path: Path) -> None:
    assert stages_of(OF_THE_PROGRAM, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        "snap.browse()._repr_mimebundle_()",
        "hn.diagnose(hn.load_series([snap]))",
        "snap.closures()",
    ],
)
def test_questions_announce_the_kernels_that_they_need(call: str, tmp_path: Path) -> None:
    path = str(sample_series("listener_per_request")[0])
    program = f"""
    import heapnb as hn
    snap = hn.load({path!r}, progress=report)
    stages.clear()
    {call}
    """
    assert COMPILING in stages_of(program, tmp_path)
