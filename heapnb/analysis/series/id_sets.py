"""Looking node ids up in sets of others."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb._typing import BoolArray, SizeArray
from heapnb.kernels.reduction import look_up

BITMAP_SPAN: Final = 64
"""Up to so many possible ids for each actual one, a bitmap is smaller than a search is slow."""


class IdSet:
    """A set of node ids in which many ids are looked up.

    Parameters
    ----------
    ids : unsigned[m]
        Node ids, in any order.

    Examples
    --------
    >>> known = IdSet(np.array([3, 5], np.uint32))
    >>> known.contains(np.array([1, 5], np.uint32)).tolist()
    [False, True]
    """

    def __init__(self, ids: SizeArray) -> None:
        span = int(ids.max()) + 1 if len(ids) else 0
        self._bitmap: BoolArray | None = None
        if span <= BITMAP_SPAN * len(ids):
            self._bitmap = np.zeros(span, np.bool_)
            self._bitmap[ids] = True
        else:
            # Embedders give ids as large as addresses.
            self._ordered = np.sort(ids)

    def contains(self, values: SizeArray) -> BoolArray:
        """Look ids up.

        Parameters
        ----------
        values : unsigned[n]
            Node ids.

        Returns
        -------
        bool[n]
        """
        if self._bitmap is None:
            places = np.minimum(np.searchsorted(self._ordered, values), len(self._ordered) - 1)
            matches: BoolArray = self._ordered[places] == values
            return matches
        found = np.zeros(len(values), np.bool_)
        if len(self._bitmap):
            look_up(np.ascontiguousarray(values), self._bitmap, found)
        return found


def is_member(values: SizeArray, of: SizeArray) -> BoolArray:
    """Look ids up in others once.

    Parameters
    ----------
    values : unsigned[n]
        Node ids to look up.
    of : unsigned[m]
        The node ids to look in.

    Returns
    -------
    bool[n]

    Examples
    --------
    >>> is_member(np.array([1, 5], np.uint32), np.array([3, 5], np.uint32)).tolist()
    [False, True]
    """
    if len(values) == 0:
        return np.zeros(0, np.bool_)
    return IdSet(of).contains(values)
