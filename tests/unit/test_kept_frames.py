"""Tables that the cache keeps are the same as those that were made; damaged ones are made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heapnb as hn
from heapnb.analysis.retention.kept_paths import kept_path_edges
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.analysis.tables import TABLES
from heapnb.decode.strings import texts
from heapnb.frames import kept
from heapnb.frames.kept import kept_frame, ordinals_of
from heapnb.graph import HeapGraph
from heapnb.workbench.source import Source
from heapnb.workbench.subject import Workbench
from tests.conftest import sample_series


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sample, and a cache of its own that keeps tables of small heaps, too."""
    monkeypatch.setenv("HEAPNB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_LEAST_NODES", 0)
    return sample_series("listener_per_request")[-1]


def opened(file: Path) -> HeapGraph:
    return hn.load(file, progress=False).graph


def written(heap: HeapGraph) -> None:
    store = heap.results.store
    assert store is not None
    store.wait()  # type: ignore[attr-defined]  # that of the on-disk cache


def no_frame() -> pd.DataFrame:
    raise AssertionError("the table was to be read")


def test_every_table_comes_back_as_it_was(file: Path) -> None:
    heap = opened(file)
    frames = {}
    for name, table in TABLES.items():
        frame = table.frame(heap)
        if "variables" in frame:
            frame = frame.assign(variables=frame["variables"].map(", ".join).astype("string"))
        frames[name] = frame.reset_index(drop=True)
        kept_frame(heap, name, lambda frame=frame: frame)  # type: ignore[misc]
    written(heap)
    again = opened(file)
    read = 0
    for name, frame in frames.items():
        try:
            found, ordinals = kept_frame(again, name, no_frame)
        except AssertionError:
            # Columns of lists are not kept.
            assert object in set(frame.dtypes), name
            continue
        pd.testing.assert_frame_equal(found, frame)
        assert ordinals is not None
        assert ordinals.tolist() == ordinals_of(heap, frame).tolist()
        read += 1
    assert read >= len(frames) - 2


def test_views_show_the_same_from_the_cache(file: Path) -> None:
    def pages(heap: HeapGraph) -> list[object]:
        source = Source(Workbench(heap))
        views = [view["key"] for view in source.description["views"]]
        asked = [{"view": view, "parent": None} for view in views]
        asked += [{"view": "texts", "parent": None, "sort": "label", "descending": False}]
        asked += [{"view": "texts", "parent": None, "filters": {"preset": "secrets"}}]
        return [source.answer("rows", params) for params in asked]

    heap = opened(file)
    first = pages(heap)
    written(heap)
    assert pages(opened(file)) == first


@pytest.mark.parametrize("damage", ["code", "ordinals", "bytes"])
def test_what_is_not_trusted_is_made_again(
    file: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap = opened(file)
    frame = texts(heap)
    expected, _ = kept_frame(heap, "mine", lambda: frame)
    written(heap)
    store = heap.results.store
    assert store is not None
    if damage == "code":
        monkeypatch.setattr(kept, "_code", lambda: b"another")
    elif damage == "ordinals":
        beyond = np.full(len(frame), heap.n_nodes)
        array = kept._written(frame, beyond)
        assert array is not None
        store.save("table_mine", array)
    else:
        array = kept._written(frame, ordinals_of(heap, frame))
        assert array is not None
        store.save("table_mine", array[: len(array) // 2])
    written(heap)
    made = []

    def make() -> pd.DataFrame:
        made.append(True)
        return frame

    found, ordinals = kept_frame(opened(file), "mine", make)
    assert made
    pd.testing.assert_frame_equal(found, expected)
    assert ordinals is not None
    assert ordinals.max() < heap.n_nodes


def test_kept_paths_are_those_of_the_tree(file: Path) -> None:
    heap = opened(file)
    tree = retaining_tree(heap)
    for node in [heap.root, *np.random.default_rng(1).integers(0, heap.n_nodes, 300).tolist()]:
        edges = kept_path_edges(heap, node)
        is_retained = bool(np.isin(node, tree.order))
        assert (edges is not None) == is_retained
        if edges is not None:
            assert edges.tolist() == tree.parent_edge[tree.path(node)[1:]].tolist()
