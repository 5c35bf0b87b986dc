"""What follows from a graph is computed once, kept and announced."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections import Counter
from contextlib import nullcontext

import numpy as np
import pytest

import heapnb
from heapnb._typing import AnyArray, IntArray
from heapnb.graph import Derived, HeapGraph, derived
from heapnb.graph.derivation import compute_at_once
from heapnb.graph.edges import is_string
from heapnb.testing import SnapshotBuilder

CALLS: Counter[str] = Counter()


@derived(title="Counting edges", name="test_pairs", shape=(-1, 2))
def pairs(graph: HeapGraph) -> IntArray:
    """Edges, each with twice its number."""
    CALLS["pairs"] += 1
    return np.arange(2 * graph.n_edges).reshape(-1, 2)


@derived(keep=False)
def labels(graph: HeapGraph) -> list[str]:
    return [graph.edge_label(edge) for edge in range(graph.n_edges)]


@derived(title="Asking others", keep=False)
def asking_others(graph: HeapGraph) -> int:
    return len(pairs(graph))


class Store:
    def __init__(self) -> None:
        self.arrays: dict[str, AnyArray] = {}

    def load(self, name: str) -> AnyArray | None:
        return self.arrays.get(name)

    def save(self, name: str, array: AnyArray) -> None:
        self.arrays[name] = array

    def check(self) -> None:
        pass


def small(store: Store | None = None, stages: list[str] | None = None) -> HeapGraph:
    raw = SnapshotBuilder.from_edges("root.x>a a.y>b").raw()
    if stages is None:
        return HeapGraph(raw, store)
    return HeapGraph(raw, store, lambda: nullcontext(lambda stage, *_: stages.append(stage)))


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


def test_it_is_computed_once_and_read_only() -> None:
    graph = small()
    assert pairs(graph) is pairs(graph)
    assert CALLS["pairs"] == 1
    with pytest.raises(ValueError, match="read-only"):
        pairs(graph)[0] = 1
    assert labels(graph) is labels(graph)


def test_arrays_outlive_the_graph_flat_and_come_back_in_their_shape() -> None:
    store = Store()
    first = pairs(small(store))
    assert store.arrays["test_pairs"].tolist() == [0, 1, 2, 3]
    again = pairs(small(store))
    assert CALLS["pairs"] == 1
    assert again.tolist() == first.tolist() == [[0, 1], [2, 3]]


def test_what_is_not_to_be_kept_is_not_looked_up() -> None:
    store = Store()
    store.arrays["labels"] = np.zeros(1)
    assert labels(small(store)) == ["x", "y"]
    assert set(store.arrays) == {"labels"}


def test_what_is_forgotten_is_computed_again() -> None:
    graph = small()
    pairs(graph)
    graph.results.forget(pairs)
    assert "test_pairs" not in graph.results
    assert pairs(graph).tolist() == [[0, 1], [2, 3]]
    assert CALLS["pairs"] == 2


def test_memory_that_only_dominators_need_is_freed() -> None:
    graph = small()
    graph.prepare_sizes()
    for name in ("page_owned", "essential_edge", "dominator_order", "_dominators"):
        assert name not in graph.results
    assert graph.dominator_order.tolist() == [0, 1, 2]


def test_nested_stages_share_one_report_and_return_to_the_outer_one() -> None:
    stages: list[str] = []
    assert asking_others(small(stages=stages)) == 2
    assert stages == ["Asking others", "Counting edges", "Asking others"]


def test_an_attribute_reads_like_a_property() -> None:
    graph = small()
    assert isinstance(HeapGraph.distance, Derived)
    assert inspect.isdatadescriptor(HeapGraph.distance)
    assert (inspect.getdoc(HeapGraph.distance) or "").startswith("``int32[n_nodes]``")
    assert inspect.getdoc(pairs) == "Edges, each with twice its number."
    assert str(inspect.signature(pairs)) == "(graph: 'HeapGraph') -> 'IntArray'"
    with pytest.raises(AttributeError, match="distance"):
        graph.distance = graph.distance  # type: ignore[assignment]


def test_no_two_results_share_a_name() -> None:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(heapnb.__path__, "heapnb.")
        if not module.name.endswith("__main__")
    ]
    classes = {one for m in modules for one in vars(m).values() if isinstance(one, type)}
    owners = [*modules, *classes]
    found = {one for owner in owners for one in vars(owner).values() if isinstance(one, Derived)}
    names = Counter(one.name for one in found)
    assert len(names) > 35
    assert [name for name, count in names.items() if count > 1] == []


def test_strings_are_searched_for_once_and_marked_by_their_text() -> None:
    graph = SnapshotBuilder.from_edges("root.cache>Map root.owner>User").graph()
    first = is_string(graph, ["cache", "nowhere", "cache"])
    assert [graph.string(row) for row in np.flatnonzero(first).tolist()] == ["cache"]
    both = is_string(graph, ["owner", "cache"])
    assert {graph.string(row) for row in np.flatnonzero(both).tolist()} == {"cache", "owner"}
    both[:] = False
    assert is_string(graph, ["cache"]).sum() == 1
    assert not is_string(graph, []).any()


def test_two_threads_compute_what_both_need_once() -> None:
    CALLS.clear()
    reported: list[str] = []
    graph = HeapGraph(
        SnapshotBuilder.from_edges("root>a a>b").raw(),
        progress=lambda: nullcontext(lambda title, _done, _total: reported.append(title)),
    )
    compute_at_once(graph, asking_others, pairs, labels)
    assert CALLS == {"pairs": 1}
    assert all(one.name in graph.results for one in (asking_others, pairs, labels))
    assert reported[0] == "Asking others"


def test_an_error_of_the_other_thread_is_raised() -> None:
    @derived(keep=False)
    def failing(graph: HeapGraph) -> int:
        raise ValueError(str(graph.n_nodes))

    graph = SnapshotBuilder.from_edges("root>a a>b").graph()
    with pytest.raises(ValueError, match=r"^3$"):
        compute_at_once(graph, labels, failing)
