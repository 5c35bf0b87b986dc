"""The kernels that reduce and compare snapshots agree with their naive twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import AnyArray
from heapnb.analysis.series.encoding import encode_where
from heapnb.analysis.series.id_sets import is_member
from heapnb.kernels import edges as edge_kernels
from heapnb.kernels import reduction as kernels
from tests.kernels.arrays import graphs, to_arrays
from tests.naive.graphs import Edge

NO_NODE = kernels.NO_NODE
STRING, ROPE, OBJECT = 0, 1, 2


def bools(draw: st.DataObject, n: int) -> list[bool]:
    return draw.draw(st.lists(st.booleans(), min_size=n, max_size=n))


def numbers(draw: st.DataObject, n: int, most: int) -> list[int]:
    return draw.draw(st.lists(st.integers(0, most), min_size=n, max_size=n))


@given(st.data())
def test_labels_of_a_tree_are_marked(data: st.DataObject) -> None:
    n_nodes, n_edges, n_strings = 6, 8, 5
    nodes = sorted(data.draw(st.sets(st.integers(0, n_nodes - 1))))
    parent_edge = numbers(data, n_nodes, n_edges - 1)
    edge_type, edge_name = numbers(data, n_edges, 2), numbers(data, n_edges, n_strings - 1)
    wanted, is_property = np.zeros(n_strings, np.bool_), np.zeros(n_nodes, np.bool_)
    kernels.mark_labels(
        np.array(nodes, np.uint32),
        np.array(parent_edge, np.uint32),
        np.array(edge_type, np.uint8),
        np.array(edge_name, np.uint32),
        np.array([True, False, False]),
        2,
        wanted,
        is_property,
    )
    used = [parent_edge[node] for node in nodes]
    assert set(np.flatnonzero(wanted).tolist()) == {
        edge_name[edge] for edge in used if edge_type[edge] != 0
    }
    assert np.flatnonzero(is_property).tolist() == [
        node for node in nodes if edge_type[parent_edge[node]] == 2
    ]


@given(st.data(), st.integers(1, 10))
def test_parts_of_strings_are_marked(data: st.DataObject, n_nodes: int) -> None:
    parent = [data.draw(st.integers(0, max(node - 1, 0))) for node in range(n_nodes)]
    kind = numbers(data, n_nodes, 2)
    is_storage = bools(data, n_nodes)
    is_composed = np.zeros(256, np.bool_)
    is_composed[ROPE] = True
    found = np.zeros(n_nodes, np.bool_)
    kernels.mark_parts_of_strings(
        np.arange(n_nodes, dtype=np.uint32),
        np.array(parent, np.uint32),
        np.array(kind, np.uint8),
        is_composed,
        STRING,
        np.array(is_storage),
        found,
    )
    strings = [node for node in range(n_nodes) if kind[node] in {STRING, ROPE}]
    pieces = {
        node for node in strings if kind[parent[node]] == ROPE and not is_storage[parent[node]]
    }
    copied = {node for node in strings if is_storage[parent[node]] and parent[node] in pieces}
    assert set(np.flatnonzero(found).tolist()) == pieces | copied


@given(st.lists(st.integers(0, 3)))
def test_the_last_of_each_group_is_found(groups: list[int]) -> None:
    last = np.full(4, NO_NODE, np.uint32)
    kernels.last_of_each(np.array(groups, np.uint32), last)
    expected = {group: place for place, group in enumerate(groups)}
    assert last.tolist() == [expected.get(group, NO_NODE) for group in range(4)]


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@given(data=st.data(), ids=st.lists(st.lists(st.integers(1, 12), max_size=8), min_size=1))
def test_objects_are_compared_by_id(
    dtype: type[np.unsignedinteger], data: st.DataObject, ids: list[list[int]]
) -> None:
    columns = [np.array(some, dtype) for some in ids]
    n_numbers = 7
    odd = [{one for one in some if one % 2} for some in ids]
    everywhere = set.intersection(*odd)
    seen_in = np.zeros(n_numbers, np.uint32)
    for before, some in enumerate(columns):
        kernels.count_snapshots(some, some >> 1, before, seen_in)
    marks = [np.empty(len(some), np.bool_) for some in columns]
    for some, mark in zip(columns, marks, strict=True):
        kernels.mark_seen(some, some >> 1, len(ids), seen_in, mark)
    assert [mark.tolist() for mark in marks] == [
        [one in everywhere for one in some] for some in ids
    ]

    born = np.full(n_numbers, len(ids), np.uint8)
    for number, some in enumerate(columns):
        births = np.empty(len(some), np.uint8)
        kernels.first_births(some, some >> 1, number, born, births)
        assert births.tolist() == [
            next(i for i, other in enumerate(odd) if one in other) if one % 2 else number
            for one in ids[number]
        ]

    owners: list[AnyArray] = [
        np.array(
            [data.draw(st.sampled_from([NO_NODE, *range(len(some))])) for _ in some], np.uint32
        )
        for some in ids
    ]
    compared, owner_id = np.zeros(n_numbers, np.uint32), np.zeros(n_numbers, np.uint64)
    is_moved = np.zeros(n_numbers, np.bool_)
    for place, (some, mark, owner) in enumerate(zip(columns, marks, owners, strict=True)):
        kernels.compare_owners(some, some >> 1, mark, owner, place, compared, owner_id, is_moved)
    firsts = [{one: some.index(one) for one in everywhere} for some in ids]
    held_by = [
        {
            one: 0 if owner[node] == NO_NODE else some[int(owner[node])]
            for one, node in first.items()
        }
        for some, owner, first in zip(ids, owners, firsts, strict=True)
    ]
    moved = {one for one in everywhere if len({held[one] for held in held_by}) > 1}
    assert set(np.flatnonzero(is_moved).tolist()) == {one >> 1 for one in moved}

    for some, mark, owner, first in zip(columns, marks, owners, firsts, strict=True):
        is_link = np.array(bools(data, len(some)), np.bool_)
        given_to = owner.copy()
        is_done = np.zeros(n_numbers, np.bool_)
        kernels.disown_moved(some, some >> 1, mark, is_moved, is_link, 5, is_done, given_to)
        expected = owner.tolist()
        for one in moved:
            node = first[one]
            if not is_link[node] and expected[node] != NO_NODE:
                expected[node] = 5
        assert given_to.tolist() == expected


@given(st.data(), st.integers(0, 8))
def test_entries_of_dictionaries_have_one_label(data: st.DataObject, n_nodes: int) -> None:
    held, is_property, is_dictionary = (bools(data, n_nodes) for _ in range(3))
    owner = numbers(data, n_nodes, max(n_nodes - 1, 0))
    label = np.zeros(n_nodes, np.uint32)
    masks = (np.array(held, np.bool_), np.array(is_property, np.bool_))
    kernels.label_keys(
        *masks, np.array(owner, np.uint32), np.array(is_dictionary, np.bool_), 9, label
    )
    assert label.tolist() == [
        9 if held[node] and is_property[node] and is_dictionary[owner[node]] else 0
        for node in range(n_nodes)
    ]


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_ids_are_looked_up(values: list[int], known: list[int]) -> None:
    found = is_member(np.array(values, np.uint32), np.array(known, np.uint32))
    assert found.tolist() == [value in known for value in values]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans())))
def test_only_wanted_hashes_get_numbers(pairs: list[tuple[int, bool]]) -> None:
    hashes = np.array([one for one, _ in pairs], np.uint64)
    codes, distinct = encode_where(hashes, np.array([wanted for _, wanted in pairs], np.bool_))
    order = list(dict.fromkeys(one for one, wanted in pairs if wanted))
    assert distinct.tolist() == order
    assert codes.tolist() == [order.index(one) if wanted else NO_NODE for one, wanted in pairs]


@given(st.lists(st.sampled_from([0, 1, 2, 3, NO_NODE])))
def test_members_of_merged_groups_are_listed(groups: list[int]) -> None:
    place_of_group = np.array([1, -1, 0, 1])
    counts = np.zeros(3, np.int64)
    column = np.array(groups, np.uint32)
    kernels.count_members(column, place_of_group, counts)
    wanted = [
        [
            node
            for node, group in enumerate(groups)
            if group != NO_NODE and place_of_group[group] == i
        ]
        for i in range(3)
    ]
    assert counts.tolist() == [len(nodes) for nodes in wanted]
    nodes = np.empty(int(counts.sum()), np.uint32)
    kernels.list_members(column, place_of_group, np.cumsum(counts) - counts, nodes)
    assert nodes.tolist() == [node for nodes in wanted for node in nodes]


@given(graphs(), st.data())
def test_edges_to_nodes_are_listed(graph: tuple[int, list[Edge]], data: st.DataObject) -> None:
    n_nodes, edges = graph
    arrays = to_arrays(n_nodes, edges)
    wanted = np.array(bools(data, n_nodes), np.bool_)
    found = np.empty(edge_kernels.count_leading_to(arrays.edge_to, wanted), np.int64)
    edge_kernels.list_leading_to(arrays.edge_to, wanted, found)
    assert found.tolist() == [
        edge for edge, target in enumerate(arrays.edge_to.tolist()) if wanted[target]
    ]
