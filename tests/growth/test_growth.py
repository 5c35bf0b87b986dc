"""Growth that slows down is no leak, and a queue that gets longer is one, in running programs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.runtime_bounds import runtime_bounds
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.conftest import REQUIRE_EVERYTHING
from tests.growth.cases import ABOVE, BOUNDS, SHAPES, Case, capture
from tests.node_versions import NODE_VERSIONS, runtime

VERSIONS_VARIABLE = "HEAPNB_GROWTH_NODE"
"""Versions of Node.js that run the programs, with commas, or ``all``; by default that on PATH."""

pytestmark = pytest.mark.slow


def _versions() -> list[str]:
    named = os.environ.get(VERSIONS_VARIABLE, "")
    return list(NODE_VERSIONS) if named == "all" else named.split(",")


@pytest.fixture(scope="module", params=_versions())
def node(request: pytest.FixtureRequest) -> str:
    if request.param:
        return runtime(request.param)
    found = shutil.which("node")
    if found is None and os.environ.get(REQUIRE_EVERYTHING):
        pytest.fail("needs Node", pytrace=False)
    return found or pytest.skip("needs Node")


def diagnosis_of(case: Case, node: str, folder: Path) -> Diagnosis:
    return diagnose(capture(case, node, folder), work=case.stops if case.is_told else None)


@pytest.mark.parametrize("case", [*SHAPES, ABOVE], ids=str)
def test_shape(case: Case, node: str, tmp_path: Path) -> None:
    diagnosis = diagnosis_of(case, node, tmp_path)
    if not case.leaks:
        assert diagnosis.verdict != "leak", diagnosis.reason
        return
    assert diagnosis.verdict == "leak", diagnosis.reason
    first = diagnosis.suspects[0]
    assert case.said in first.anchor
    assert not case.kinds or first.kind in case.kinds


@pytest.mark.parametrize(("bound", "case"), BOUNDS.items(), ids=list(BOUNDS))
def test_below_a_bound_of_the_runtime(bound: str, case: Case, node: str, tmp_path: Path) -> None:
    diagnosis = diagnosis_of(case, node, tmp_path)
    assert (diagnosis.verdict, diagnosis.suspects) == ("no-leak", ())
    assert diagnosis.basis is not None
    assert bound in {one.id for one in diagnosis.basis.bounded}
    assert "by default at most" in diagnosis.reason


def test_every_bound_of_node_has_a_program() -> None:
    assert {one.id for one in runtime_bounds() if one.runtime == "node"} == set(BOUNDS)
