"""Call stacks as a tree of flat arrays, with the bytes that each allocated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heapnb._typing import AnyArray, IntArray, NodeArray, SizeArray
from heapnb.kernels.stacks import add_by_group, add_outermost
from heapnb.kernels.trees import add_up_tree


@dataclass(frozen=True, eq=False)
class CallTree:
    """A node for each call stack. Node 0 is the root; every other node comes after its caller.

    Parameters
    ----------
    parent : uint32[n]
        The caller of each node; the root's is itself.
    function : uint32[n]
        What each node is a call of.
    self_size : uint64[n]
        Bytes that each node allocated, without its callees.
    sample_count : uint64[n] or None
        Samples of these bytes; None if the file has none.
    """

    parent: NodeArray
    function: NodeArray
    self_size: SizeArray
    sample_count: SizeArray | None

    @cached_property
    def total_size(self) -> SizeArray:
        """Bytes of each node with its callees: ``uint64[n]``."""
        total = self.self_size.copy()
        add_up_tree(np.arange(len(total), dtype=np.uint32), self.parent, total)
        return total

    @property
    def whole(self) -> int:
        """Bytes of all stacks."""
        return int(self.total_size[0]) if len(self.parent) else 0

    def sums(self, group_of_function: AnyArray, n_groups: int) -> Sums:
        """Add up by groups of functions, such as files.

        Parameters
        ----------
        group_of_function : integer[n_functions]
            The group of each function.
        n_groups : int
            How many there are.

        Returns
        -------
        Sums
        """
        group: NodeArray = np.asarray(group_of_function, np.uint32)[self.function]
        own = np.zeros(n_groups, np.uint64)
        add_by_group(group, self.self_size, own)
        with_callees = np.zeros(n_groups, np.uint64)
        siblings, children = np.empty_like(self.parent), np.empty_like(self.parent)
        depth = np.zeros(n_groups, np.uint32)
        add_outermost(self.parent, group, self.total_size, siblings, children, depth, with_callees)
        count = None
        if self.sample_count is not None:
            count = np.zeros(n_groups, np.uint64)
            add_by_group(group, self.sample_count, count)
        return Sums(own, with_callees, count)

    def calls(self, node: int) -> list[int]:
        """Return the functions from a node to the root, the root left out."""
        functions = []
        while node != 0:
            functions.append(int(self.function[node]))
            node = int(self.parent[node])
        return functions

    def largest(self) -> IntArray:
        """Return the nodes that allocated something, the one with the most bytes first."""
        nodes = np.flatnonzero(self.self_size)
        order = np.argsort(-self.self_size[nodes].astype(np.float64), kind="stable")
        found: IntArray = nodes[order].astype(np.int64)
        return found


@dataclass(frozen=True, eq=False)
class Sums:
    """Bytes and samples by group.

    Parameters
    ----------
    own : uint64[n_groups]
        Bytes that the group's functions allocated themselves.
    with_callees : uint64[n_groups]
        Bytes of all stacks that contain one of them, each stack once.
    count : uint64[n_groups] or None
        Samples of ``own``.
    """

    own: SizeArray
    with_callees: SizeArray
    count: SizeArray | None

    def order(self) -> AnyArray:
        """Return the groups, the one with the most bytes of its own first."""
        return np.lexsort((-self.with_callees.astype(np.float64), -self.own.astype(np.float64)))


__all__ = ["CallTree", "Sums"]
