"""The kernels that number a tree agree with walks up its parents."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import intervals

parents = st.lists(st.integers(0, 1 << 30), min_size=0, max_size=25).map(
    lambda drawn: [0, *(number % (node + 1) for node, number in enumerate(drawn))]
)


def above(parent: list[int], node: int) -> list[int]:
    """Return a node and all nodes above it."""
    chain = [node]
    while parent[chain[-1]] != chain[-1]:
        chain.append(parent[chain[-1]])
    return chain


def numbered(parent: list[int]) -> tuple[list[int], list[int]]:
    n_nodes = len(parent)
    number, stop = np.empty(n_nodes, np.uint32), np.ones(n_nodes, np.uint32)
    order = np.arange(n_nodes, dtype=np.uint32)
    intervals.number_tree(order, np.array(parent, np.uint32), number, stop)
    return number.tolist(), stop.tolist()


@given(parents)
def test_what_is_below_a_node_is_a_range_of_numbers(parent: list[int]) -> None:
    number, stop = numbered(parent)
    assert sorted(number) == list(range(len(parent)))
    for node in range(len(parent)):
        below = {number[one] for one in range(len(parent)) if node in above(parent, one)}
        assert below == set(range(number[node], stop[node]))


@given(parents, st.data())
def test_groups_of_rows_count_each_byte_once(parent: list[int], data: st.DataObject) -> None:
    n_nodes = len(parent)
    number, stop = numbered(parent)
    node = data.draw(st.lists(st.integers(-1, n_nodes - 1), max_size=40))
    group = data.draw(st.lists(st.integers(-1, 3), min_size=len(node), max_size=len(node)))
    has_size = data.draw(st.lists(st.booleans(), min_size=n_nodes, max_size=n_nodes))
    retained = [1 << one for one in range(n_nodes)]
    known = [max(one, 0) for one in node]
    total = np.zeros(4, np.uint64)
    by_node = np.array([number[one] for one in known], np.uint32)
    intervals.add_up_outermost_rows(
        np.argsort(by_node, kind="stable"),
        np.array(node, np.int64),
        by_node,
        np.array([stop[one] for one in known], np.uint32),
        np.array([retained[one] for one in known], np.uint64),
        np.array([has_size[one] for one in known], np.bool_),
        np.array(group, np.int64),
        np.zeros(4, np.uint32),
        total,
    )
    # A node in several rows belongs to the group of the last one.
    group_of = {
        one: which for one, which in zip(node, group, strict=True) if one >= 0 and which >= 0
    }
    members = {one: which for one, which in group_of.items() if has_size[one]}
    naive = [0] * 4
    for one, which in members.items():
        if not any(members.get(other) == which for other in above(parent, one)[1:]):
            naive[which] += retained[one]
    assert total.tolist() == naive
