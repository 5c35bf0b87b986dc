"""Trees made from a DataFrame."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd
import pytest

from heapnb.errors import HeapnbError, PatternError
from heapnb.testing import SnapshotBuilder
from heapnb.workbench.model import Column, Page, Window
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.subject import Workbench
from heapnb.workbench.trees.frame_tree import FrameTree


class UserTree(FrameTree):
    """Users, grouped by town."""

    key = "users"
    title = "Users"
    description = "Who is there."
    table = "users()"
    columns: ClassVar = (Column("age", "Age", "count"), *NODE_COLUMNS)
    text_columns = ("user", "town")
    label_column = "user"
    group_by: ClassVar[tuple[str, ...]] = ("town",)

    def make_frame(self) -> pd.DataFrame:
        ids = self.heap.node_id
        return pd.DataFrame(
            {
                "node_id": pd.array([*ids[1:5].tolist(), None], dtype="Int64"),
                "user": ["Ann", "Bob", "Cid", None, "Eve"],
                "town": ["Rome", "Oslo", "Rome", "Rome", None],
                "age": pd.array([30, None, 20, 40, 7], dtype="Int64"),
            }
        )


class FlatUserTree(UserTree):
    """The same without groups."""

    group_by: ClassVar[tuple[str, ...]] = ()


@pytest.fixture
def workbench() -> Workbench:
    builder = SnapshotBuilder.from_edges("root>a root>b root>c a>d a.next>e c>e", size=10)
    return Workbench(builder.graph())


def keys(page: Page) -> list[str]:
    return [row.key for row in page.rows]


def test_rows_are_sorted_with_what_is_missing_at_the_end(workbench: Workbench) -> None:
    tree = FlatUserTree(workbench)
    up = tree.rows(None, Window(sort="age", descending=False))
    down = tree.rows(None, Window(sort="age"))
    assert keys(up) == ["r4", "r2", "r0", "r3", "r1"]
    assert keys(down) == ["r3", "r0", "r2", "r4", "r1"]
    assert keys(tree.rows(None, Window(sort="label", descending=False))) == [
        *("r0", "r1", "r2", "r4", "r3")
    ]
    assert keys(tree.rows(None, Window())) == ["r0", "r1", "r2", "r3", "r4"]


def test_groups_add_up_what_they_hold_each_byte_once(workbench: Workbench) -> None:
    tree = UserTree(workbench)
    page = tree.rows(None, Window(sort="age"))
    assert [row.label for row in page.rows] == [
        (("class", "Rome"),),
        (("class", ""),),
        (("class", "Oslo"),),
    ]
    # Ann (a) retains d, which is the fourth user, of Rome as well: its bytes count once.
    assert page.rows[0].cells == {
        "age": 90,
        "distance": 1,
        "shallow_size": 30,
        "retained_size": 30,
    }
    inside = tree.rows("g0", Window(sort="age"))
    assert keys(inside) == ["g0/r3", "g0/r0", "g0/r2"]
    assert tree.nodes("g0").tolist() == [1, 3, 4]


def test_rows_unfold_into_what_their_node_refers_to(workbench: Workbench) -> None:
    tree = UserTree(workbench)
    row = tree.rows("g0", Window(sort="label", descending=False)).rows[0]
    assert (row.key, row.expandable, row.node_id) == ("g0/r0", True, 3)
    below = tree.rows("g0/r0", Window(sort="label", descending=False))
    assert [row.label[0] for row in below.rows] == [("edge", "d"), ("edge", "next")]
    assert tree.nodes(below.rows[1].key).tolist() == [5]
    assert not tree.rows("g2", Window()).rows[0].expandable
    assert tree.rows("g2/r4", Window()).rows == ()


def test_filters_leave_out_rows_and_empty_groups(workbench: Workbench) -> None:
    tree = UserTree(workbench)
    page = tree.rows(None, Window(filters={"text": "RO"}))
    assert (keys(page), page.rows[0].cells["age"]) == (["g0"], 90)
    page = tree.rows(None, Window(filters={"text": "^A|d$", "regex": True}))
    assert (keys(page), page.rows[0].cells["age"]) == (["g0"], 50)
    assert keys(tree.rows(None, Window(filters={"min_retained_size": 20}))) == ["g0"]
    with pytest.raises(PatternError):
        tree.rows(None, Window(filters={"text": "(", "regex": True}))


def test_a_node_is_found_where_it_stands(workbench: Workbench) -> None:
    tree = UserTree(workbench)
    window = Window(sort="age", descending=False)
    path = tree.locate(3, window)
    assert path == (("g0", 2), ("g0/r2", 0))
    groups = tree.rows(None, window)
    assert groups.rows[2].key == "g0"
    assert FlatUserTree(workbench).locate(3, window) == (("r2", 1),)
    assert tree.locate(5, window) is None
    assert tree.locate(3, Window(filters={"text": "Ann"})) is None


def test_code_gives_the_same_rows(workbench: Workbench) -> None:
    tree = UserTree(workbench)
    code = tree.python(None, Window(sort="age", filters={"text": "o"}))
    frame = tree.make_frame()
    snap = type("Snap", (), {"users": lambda _: frame})()
    shown = eval(code, {"snap": snap})
    assert shown["town"].tolist() == ["Rome", "Rome", "Rome", "Oslo"]
    assert tree.python("g0/r2", Window()) == "snap.node(7)"
    assert tree.python("g0", Window()) == 'snap.nodes.query("node_id in [3, 7, 9]")'


@pytest.mark.parametrize("key", ["", "g9", "g0/r9", "g0/n1", "r1", "g0/r0/e99", "g0/r4/e0", "g-1"])
def test_keys_that_no_row_has_are_refused(workbench: Workbench, key: str) -> None:
    tree = UserTree(workbench)
    with pytest.raises(HeapnbError, match="There is no row"):
        tree.rows(key, Window())
