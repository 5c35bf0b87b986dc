"""The tree of suspects: reasons, chain, objects."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.errors import HeapnbError
from heapnb.views.masking import MASK
from heapnb.workbench.model import LONGEST_TEXT, Window
from heapnb.workbench.subject import Workbench
from heapnb.workbench.trees.suspects import SuspectsTree
from tests.conftest import sample_series
from tests.unit.decoded_trees import (
    default_window,
    row_with,
    rows_of,
    sample_diagnosis,
    shown,
    text_of,
)
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible

CASES = ["listener_per_request", "unbounded_memoize", "shared_closure_context"]


def tree_of(diagnosis: Diagnosis) -> SuspectsTree:
    return SuspectsTree(Workbench(diagnosis.series.last, diagnosis=diagnosis))


@pytest.mark.parametrize("case", CASES)
def test_suspects_with_their_figures(case: str) -> None:
    diagnosis = sample_diagnosis(case)
    tree = tree_of(diagnosis)
    rows = rows_of(tree)
    assert len(rows) == len(diagnosis.suspects) > 0
    for row, suspect in zip(rows, diagnosis.suspects, strict=True):
        assert row.cells["rank"] == suspect.rank
        assert row.cells["count"] == suspect.count_per_snapshot[-1]
        assert row.cells["retained_size"] == suspect.retained_per_snapshot[-1]
        assert row.cells["confidence"] == suspect.confidence
        assert row.label[0] == ("class", suspect.class_name)
        assert row.node_id == suspect.node_id
        assert tree.nodes(row.key).tolist() == suspect.nodes.tolist()


@pytest.mark.parametrize("case", CASES)
def test_below_a_suspect_is_all_that_is_known_of_it(case: str) -> None:
    diagnosis = sample_diagnosis(case)
    tree = tree_of(diagnosis)
    suspect = diagnosis.suspects[0]
    rows = rows_of(tree, "r0")
    names = [text for row in rows for role, text in row.label if role == "badge"]
    assert names == ["Cause", "Fix", "Origin", "Trend", "Example", "Retaining path", "Objects"]
    assert " ".join(row.label[-1][1] for row in rows if "/w" in row.key) == suspect.explanation
    assert " ".join(row.label[-1][1] for row in rows if "/f" in row.key) == suspect.fix
    trend = text_of(row_with(tree, "Trend", "r0"))
    assert " → ".join(f"{count:,}" for count in suspect.count_per_snapshot) in trend
    chain = rows_of(tree, row_with(tree, "Retaining path", "r0").key)
    ids = tree.heap.node_id[suspect.path.nodes].tolist()
    assert [row.node_id for row in chain] == ids
    objects = rows_of(tree, row_with(tree, "Objects", "r0").key)
    assert sorted(row.node_id or 0 for row in objects) == sorted(
        tree.heap.node_id[suspect.nodes].tolist()
    )
    unfolded = rows_of(tree, objects[0].key)
    assert objects[0].expandable is bool(unfolded)
    assert tree.rows(rows[0].key, Window()).rows == ()
    assert tree.nodes(chain[-1].key).tolist() == [suspect.path.nodes[-1]]
    assert tree.nodes(rows[0].key).tolist() == []


def test_an_object_is_located_below_its_suspect() -> None:
    diagnosis = sample_diagnosis("listener_per_request")
    tree = tree_of(diagnosis)
    node = int(diagnosis.suspects[0].nodes[7])
    path = tree.locate(node, default_window(tree))
    assert path is not None
    parent = None
    for key, place in path:
        window = default_window(tree)
        row = tree.rows(parent, Window(place, 1, window.sort, window.descending)).rows[0]
        assert row.key == key
        parent = key
    assert row.node_id == tree.heap.node_id[node]
    assert tree.locate(tree.heap.root, default_window(tree)) is None


def test_the_example_is_a_row_of_its_own() -> None:
    diagnosis = sample_diagnosis("listener_per_request")
    tree = tree_of(diagnosis)
    suspect = diagnosis.suspects[0]
    node = tree.heap.ordinal_of(suspect.node_id)
    path = tree.locate(node, default_window(tree))
    assert path is not None
    assert [key for key, _ in path] == ["r0", f"r0/n{node}"]
    row = rows_of(tree, "r0")[path[-1][1]]
    assert (row.key, row.node_id, row.label[0]) == (
        path[-1][0],
        suspect.node_id,
        ("badge", "Example"),
    )
    assert tree.nodes(row.key).tolist() == [node]
    assert tree.python(row.key, Window()) == f"snap.node({suspect.node_id})"
    below = rows_of(tree, row.key)
    assert below
    assert tree.nodes(below[0].key).tolist() == [tree.heap.ordinal_of(below[0].node_id or 0)]


def test_a_long_path_keeps_its_roots_and_its_end() -> None:
    labels = Workbench(sample_diagnosis("listener_per_request").series.last).labels
    steps = ["(GC roots)", "global", *(f".step{i}" for i in range(99)), "Map", "[7]", "Session"]
    shown = labels.path(steps).split(" → ")
    assert (shown[:3], shown[-3:]) == (["(GC roots)", "global", "…"], ["Map", "[7]", "Session"])
    assert len(" → ".join(shown)) <= 210
    assert labels.path(steps[:5]) == " → ".join(steps[:5])


def test_code_for_suspects() -> None:
    diagnosis = sample_diagnosis("listener_per_request")
    tree = tree_of(diagnosis)
    names = {"diagnosis": diagnosis}
    table = eval(tree.python(None, default_window(tree)), names)
    assert table["rank"].tolist() == [suspect.rank for suspect in diagnosis.suspects]
    assert eval(tree.python("r0", default_window(tree)), names) is diagnosis.suspects[0]
    objects = rows_of(tree, row_with(tree, "Objects", "r0").key)
    assert tree.python(objects[0].key, Window()) == f"snap.node({objects[0].node_id})"


@pytest.mark.parametrize(
    "key",
    [
        "r99",
        "r0/z1",
        "r0/z1/n1",
        "r0/c0/n1",
        "r0/c0/t9999",
        "r0/o0/x1",
        "r0/o0/n99999999",
        "r0/n0",
        "r0/n99999999",
    ],
)
def test_keys_that_lead_nowhere_are_refused(key: str) -> None:
    tree = tree_of(sample_diagnosis("listener_per_request"))
    with pytest.raises(HeapnbError, match="There is no row"):
        tree.rows(key, Window())


def test_hostile_and_secret_texts() -> None:
    diagnosis = sample_diagnosis("listener_per_request")
    texts = [*HOSTILE_UNICODE.values(), "password=hunter2"]
    suspects = tuple(
        replace(
            diagnosis.suspects[0],
            rank=rank,
            class_name=text,
            anchor=text,
            chain=(text, text),
            location=text,
        )
        for rank, text in enumerate(texts, 1)
    )
    for suspect, text in zip(suspects, texts, strict=True):
        vars(suspect).update(explanation=f"It is `{text}`.", fix=text)
    tree = tree_of(replace(diagnosis, suspects=suspects))
    for row in rows_of(tree):
        everything = [row, *rows_of(tree, row.key)]
        for each in everything:
            assert_nothing_invisible(text_of(each))
            assert all(len(text) <= LONGEST_TEXT * 8 for _, text in each.label)
            assert "hunter2" not in repr(each)
    assert MASK in "".join(shown(tree))
    assert tree.rows(None, Window(filters={"text": "hunter2"})).total == 0


def test_no_suspects() -> None:
    diagnosis = replace(sample_diagnosis("healthy_levels_off"), suspects=())
    page = tree_of(diagnosis).rows(None, Window())
    assert (page.total, page.note) == (0, diagnosis.reason)


def test_a_single_snapshot_has_no_columns_of_growth() -> None:
    files = sample_series("listener_per_request")
    of_series = {column.key for column in tree_of(diagnose(list(files))).columns}
    of_one = {column.key for column in tree_of(diagnose([files[-1]])).columns}
    assert of_series - of_one == {"count_delta", "retained_delta"}
    assert of_one < of_series
