"""A few of many values."""

from __future__ import annotations

import numpy as np

from heapnb._typing import IntArray


def evenly(number: int, most: int) -> IntArray:
    """Choose places in a sequence, evenly from the first to the last.

    Parameters
    ----------
    number : int
        The length of the sequence.
    most : int
        How many places to choose at most.

    Returns
    -------
    int64[min(number, most)]
        Ascending.

    Examples
    --------
    >>> evenly(9, 3).tolist(), evenly(2, 3).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.linspace(0, max(number - 1, 0), min(number, most)).astype(np.int64)


__all__ = ["evenly"]
