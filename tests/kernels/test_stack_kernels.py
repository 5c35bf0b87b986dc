"""The kernels for call stacks agree with their naive twins."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import stacks as kernels
from heapnb.kernels.trees import add_up_tree
from tests.naive import stacks as naive


class Stacks(NamedTuple):
    """A tree of stacks: parents, frames and values."""

    parent: list[int]
    frame: list[int]
    value: list[int]


@st.composite
def trees(draw: st.DrawFn) -> Stacks:
    n_nodes = draw(st.integers(1, 30))
    parent = [draw(st.integers(0, max(0, node - 1))) for node in range(n_nodes)]
    small = st.integers(0, 4)
    return Stacks(parent, [draw(small) for _ in parent], [draw(small) for _ in parent])


@given(trees())
def test_merging(tree: Stacks) -> None:
    n_nodes = len(tree.parent)
    parent, frame = np.array(tree.parent, np.uint32), np.array(tree.frame, np.uint32)
    slots = np.full(64, 0xFFFF_FFFF, np.uint32)
    merged, merged_parent, merged_frame = (np.zeros(n_nodes, np.uint32) for _ in range(3))
    n_merged = kernels.merge_stacks(parent, frame, slots, merged, merged_parent, merged_frame)
    values = np.zeros(n_merged, np.uint64)
    kernels.add_by_group(merged, np.array(tree.value, np.uint64), values)
    found: Counter[naive.Stack] = Counter()
    for node in range(n_merged):
        stack = naive.stack_of(merged_parent.tolist(), merged_frame.tolist(), node)
        assert stack not in found
        found[stack] = int(values[node])
    assert found == naive.merged(*tree)
    assert all(merged_parent[node] < node for node in range(1, n_merged))


@given(trees())
def test_totals_of_groups_count_each_stack_once(tree: Stacks) -> None:
    n_nodes = len(tree.parent)
    parent, group = np.array(tree.parent, np.uint32), np.array(tree.frame, np.uint32)
    total = np.array(tree.value, np.uint64)
    add_up_tree(np.arange(n_nodes, dtype=np.uint32), parent, total)
    siblings, children = np.zeros(n_nodes, np.uint32), np.zeros(n_nodes, np.uint32)
    sums = np.zeros(5, np.uint64)
    depth = np.zeros(5, np.uint32)
    kernels.add_outermost(parent, group, total, siblings, children, depth, sums)
    expected = naive.totals_of_groups(*tree)
    assert sums.tolist() == [expected[one] for one in range(5)]
