"""Allocation traces in plain Python: the twins of the kernel and of the sums, for small files."""

from __future__ import annotations

import json
from typing import NamedTuple


class NaiveTrace(NamedTuple):
    """A call of the tree of stacks."""

    values: dict[str, int]
    parent: int


def parse_trace_tree(text: bytes, fields: tuple[str, ...]) -> list[NaiveTrace]:
    """Parse nested arrays of trace nodes, each after its caller.

    Parameters
    ----------
    text : bytes
        JSON.
    fields : tuple of str
        The fields of a node, in order; ``children`` holds the nested array.

    Returns
    -------
    list of NaiveTrace
    """
    rows: list[NaiveTrace] = []

    def visit(nodes: list[object], parent: int) -> None:
        assert len(nodes) % len(fields) == 0
        for start in range(0, len(nodes), len(fields)):
            node = dict(zip(fields, nodes[start : start + len(fields)], strict=True))
            children = node.pop("children")
            assert isinstance(children, list)
            assert all(type(value) is int and value >= 0 for value in node.values())
            rows.append(NaiveTrace(node, parent))  # type: ignore[arg-type]
            visit(children, len(rows) - 1)

    visit(json.loads(text), -1)
    return rows


def retained_of(
    dominator: list[int], root: int, group: list[int], sizes: list[tuple[int, int]], wanted: int
) -> int:
    """Add up what the members of a group retain, without those that another member dominates.

    Parameters
    ----------
    dominator : list of int
        The immediate dominator of each node.
    root : int
        Its own dominator.
    group : list of int
        The group of each node.
    sizes : list of (int, int)
        Shallow and retained size of each node.
    wanted : int
        The group.

    Returns
    -------
    int
        Bytes.
    """

    def is_below_member(node: int) -> bool:
        while node != root:
            node = dominator[node]
            if group[node] == wanted and sizes[node][0]:
                return True
        return False

    return sum(
        retained
        for node, (shallow, retained) in enumerate(sizes)
        if group[node] == wanted and shallow and not is_below_member(node)
    )
