"""Every door shows the same retaining path of the leaked objects."""

from __future__ import annotations

import json

import numpy as np
import pytest

import heapnb as hn
from heapnb.cli.app import main
from heapnb.drawing.dot import retainer_graph
from heapnb.views import describe
from heapnb.workbench.details import breadcrumbs
from heapnb.workbench.path_drawing import draw
from heapnb.workbench.subject import Workbench
from tests.conftest import sample_cases, sample_series
from tests.samples.test_diagnosis import LEAKING, diagnosis_of


def test_there_are_samples() -> None:
    assert set(LEAKING) <= set(sample_cases())


@pytest.mark.parametrize("name", LEAKING)
def test_all_doors_show_one_path(name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    suspect = diagnosis_of(name).suspects[0]
    file = sample_series(name)[-1]
    node = hn.load(file).node(suspect.node_id)
    path = node.retaining_path()
    assert path is not None
    assert np.array_equal(path.edges, suspect.path.edges)
    assert path.chain == list(suspect.chain)
    assert describe.describe(node).chain == describe.describe(suspect).chain

    assert main(["retainers", str(file), str(suspect.node_id), "--json"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["path"] == suspect.path.to_dict()

    drawn = retainer_graph(node)._node_ids
    assert drawn == retainer_graph(suspect)._node_ids
    workbench = Workbench(suspect.path.heap)
    assert draw(workbench, suspect.node_id)["node_ids"] == list(drawn.values())
    crumbs = [crumb["node_id"] for crumb in breadcrumbs(workbench, node.ordinal)]
    assert set(crumbs) - {None} <= {step.node_id for step in suspect.path.steps}


@pytest.mark.parametrize("name", LEAKING)
def test_no_chain_shows_references_of_the_engine(name: str) -> None:
    for suspect in diagnosis_of(name).suspects:
        assert not [step for step in suspect.words if step.startswith(".(")]
