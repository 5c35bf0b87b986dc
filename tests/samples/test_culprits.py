"""In every sample program that leaks, the culprit edges are the anchor that its author knows."""

from __future__ import annotations

import re

import numpy as np
import pytest

import heapnb as hn
from heapnb.analysis.retention.reachability import reachability
from heapnb.views.describe import removal
from heapnb.views.text import result_text
from tests.conftest import sample_series
from tests.samples.test_diagnosis import LEAKING, case_of, diagnosis_of

FREED = 0.6
"""Share of the growth that removing the edges frees at least."""


@pytest.mark.parametrize("name", LEAKING)
def test_the_culprit_edges_are_the_anchor(name: str) -> None:
    expected = case_of(name)["expected"]
    anchor = expected["anchor"]
    found = diagnosis_of(name).suspects[0].culprits
    assert len(found.edges) == expected.get("culprit_edges", 1)
    assert found.share > 0.99
    if expected.get("in_browser", False):
        # References between objects of the browser have numbers, and no place in the program.
        assert {edge.kind for edge in found.edges} <= {"element", "hidden"}
        return
    words = {word for edge in found.edges for word in re.split(r"\W+", edge.expression)}
    assert words & {anchor["name"], *anchor["other_names"]}
    assert found.edges[0].location or found.edges[0].holder_class == "global"


@pytest.mark.parametrize("name", LEAKING)
def test_removing_them_frees_what_grew(name: str) -> None:
    diagnosis = diagnosis_of(name)
    suspect = diagnosis.suspects[0]
    sizes = [snapshot.total_size for snapshot in diagnosis.series.snapshots]
    assert suspect.culprits.freed_size > FREED * (sizes[-1] - sizes[0])
    assert suspect.culprits.freed_size > FREED * suspect.retained_delta
    assert suspect.culprits.still_held == ()


@pytest.mark.parametrize("name", LEAKING)
def test_the_removal_is_told(name: str) -> None:
    diagnosis = diagnosis_of(name)
    sentence = removal(diagnosis.suspects[0])
    if case_of(name)["expected"].get("in_browser", False):
        assert sentence.startswith("Removing them frees")
        return
    assert sentence.startswith("Removing `")
    assert sentence.split("`")[1] in " ".join(result_text(diagnosis, width=400).split())


@pytest.mark.parametrize("name", LEAKING)
def test_a_node_without_its_references_frees_its_retained_size(name: str) -> None:
    snap = hn.load(sample_series(name)[-1], progress=False)
    graph = snap.graph
    held = np.flatnonzero(reachability(graph).held & (graph.retained_size > 10_000))
    nodes = held[~np.isin(held, reachability(graph).start)]
    for node in nodes[:: max(1, len(nodes) // 10)].tolist():
        freed = snap.node_at(node).what_if().freed_size
        # What is in a WeakMap goes with the map as well as with the key.
        assert freed >= int(graph.retained_size[node])
        assert freed <= 1.05 * int(graph.retained_size[node]) + 10_000


def test_packages_of_a_sample() -> None:
    table = hn.load(sample_series("listener_per_request")[-1], progress=False).packages()
    assert set(table["package"]) == {"Node.js", "own code"}
    assert (table["retained_size"] >= table["shallow_size"]).all()


@pytest.mark.parametrize("name", LEAKING)
def test_the_code_is_the_programs_own_or_the_runtimes(name: str) -> None:
    package = diagnosis_of(name).suspects[0].package
    assert package is not None
    assert package.kind == "own"
