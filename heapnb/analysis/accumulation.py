"""Where objects pile up: groups of nodes that one holder holds alike, counted in each snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb._typing import IntArray, NodeArray
from heapnb.kernels.retaining import HashArray

DICTIONARY_CHANGES: Final = 16
"""An object with so many properties that come and go is taken for a dictionary."""

DICTIONARY_SIZE: Final = 64
"""The same where there is only one snapshot: so many properties at all."""

UNEXPLAINED_FACTOR: Final = 2.0
"""What is below something that grows piles up by itself if it grows so much faster."""

_KEY: Final = np.uint64(0xD1C7)
"""Label of the entries of dictionaries."""


@dataclass(frozen=True)
class Groups:
    """The nodes of one snapshot, grouped by what holds them.

    Parameters
    ----------
    hash : uint64[n_groups]
        Means the same group in every snapshot of the series.
    of_node : uint32[n_nodes]
        The group of each node, as a row of ``hash``; `vocab.NO_ORDINAL` for others.
    identity : uint64[n_nodes]
        Node ids of what is the same object in every snapshot and no member of a list, else 0.
    route : uint64[n_nodes]
        A hash of the labels and kinds on the way from the root.
    count, size, own_size : int64[n_groups]
        Members; bytes of all they hold in the retaining tree; bytes of their own.
    """

    hash: HashArray
    of_node: NodeArray
    identity: HashArray
    route: HashArray
    count: IntArray
    size: IntArray
    own_size: IntArray


@dataclass(frozen=True)
class Accumulation:
    """Objects that one holder, or several alike, hold in the same way.

    Parameters
    ----------
    groups : tuple of int
        Rows of the last snapshot's groups, the one that grew most first.
    members : uint32[k]
        The objects, as ordinals in the last snapshot.
    holder : int
        The holder that gained most, as an ordinal in the last snapshot.
    n_holders : int
        How many holders gained.
    is_list : bool
        Whether the members are chained to each other.
    count, size : int64[n_snapshots]
        Members; bytes of all they hold in the retaining tree.
    own_size_delta : int
        Bytes, by which the members themselves grew.
    """

    groups: tuple[int, ...]
    members: NodeArray
    holder: int
    n_holders: int
    is_list: bool
    count: IntArray
    size: IntArray
    own_size_delta: int

    @property
    def count_delta(self) -> int:
        """Growth in members from the first to the last snapshot."""
        return int(self.count[-1] - self.count[0])

    @property
    def size_delta(self) -> int:
        """Growth in bytes from the first to the last snapshot."""
        return int(self.size[-1] - self.size[0])
