"""Naive twins of the kernels for call stacks: they spell out every stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

Stack = tuple[int, ...]


def stack_of(parent: Sequence[int], frame: Sequence[int], node: int) -> Stack:
    """Return the frames from the root to a node."""
    stack = [frame[node]]
    while node != 0:
        node = parent[node]
        stack.append(frame[node])
    return tuple(reversed(stack))


def merged(parent: Sequence[int], frame: Sequence[int], value: Sequence[int]) -> Counter[Stack]:
    """Sum values by stack."""
    sums: Counter[Stack] = Counter()
    for node, amount in enumerate(value):
        sums[stack_of(parent, frame, node)] += amount
    return sums


def totals_of_groups(
    parent: Sequence[int], group: Sequence[int], value: Sequence[int]
) -> Counter[int]:
    """Sum the values of all stacks that contain each group."""
    sums: Counter[int] = Counter()
    for node, amount in enumerate(value):
        for one in set(stack_of(parent, group, node)):
            sums[one] += amount
    return sums
