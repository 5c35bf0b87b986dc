"""Pages of sorted rows: the first of millions at once, any other from an order that is kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np

from heapnb._typing import AnyArray, IntArray
from heapnb.kernels.ordering import smallest

_ALL_AT_ONCE: Final = 50_000
"""Up to so many rows are sorted as a whole."""

_FIRST_ROWS: Final = 1_000
"""Rows that are found without sorting the others."""

_KEY_BITS: Final = 64
_MOST_KEPT_BYTES: Final = 256 << 20


def sorted_places(keys: Sequence[AnyArray]) -> IntArray:
    """Sort rows by several keys.

    Parameters
    ----------
    keys : sequence of integer[n]
        The one that matters most first; rows that agree in all keep their order.

    Returns
    -------
    int64[n]
        Places, the smallest keys first.

    Examples
    --------
    >>> sorted_places([np.array([2, 1, 2]), np.array([5, 6, 4])]).tolist()
    [1, 2, 0]
    """
    packed = pack(keys)
    if packed is None:
        order: IntArray = np.lexsort(tuple(reversed(keys)))
        return order
    n_rows = len(packed)
    bits = n_rows.bit_length()
    largest = int(packed.max()) if n_rows else 0
    if largest.bit_length() + bits > _KEY_BITS:
        return np.argsort(packed, kind="stable")
    # Sorting numbers is faster than sorting places by them; a row's place makes them differ.
    packed <<= np.uint64(bits)
    packed |= np.arange(n_rows, dtype=np.uint64)
    packed.sort()
    packed &= np.uint64((1 << bits) - 1)
    return packed.view(np.int64)


def first_places(keys: Sequence[AnyArray], n_wanted: int) -> IntArray:
    """Find the first rows of an order, without sorting all of them.

    Parameters
    ----------
    keys : sequence of integer[n]
        As for `sorted_places`.
    n_wanted : int
        How many.

    Returns
    -------
    int64[n_wanted]
        The same as ``sorted_places(keys)[:n_wanted]``.
    """
    packed = pack(keys)
    if packed is None:
        return sorted_places(keys)[:n_wanted]
    places = np.empty(min(n_wanted, len(packed)), np.int64)
    smallest(packed, places)
    return places


def pack(keys: Sequence[AnyArray]) -> AnyArray | None:
    """Put several keys into one number.

    Parameters
    ----------
    keys : sequence of integer[n]
        The one that matters most first.

    Returns
    -------
    uint64[n] or None
        New numbers that are in the same order; None where 64 bits do not suffice.
    """
    if len(keys[0]) == 0:
        return np.empty(0, np.uint64)
    ranges = [(int(key.min()), int(key.max())) for key in keys]
    widths = [(most - least).bit_length() for least, most in ranges]
    if sum(widths) > _KEY_BITS:
        return None
    packed: AnyArray | None = None
    for key, (least, _), width in zip(keys, ranges, widths, strict=True):
        if width:
            # Negative numbers wrap around, and back when the least is taken off.
            part = key.astype(np.uint64) - np.uint64(least % (1 << _KEY_BITS))
            packed = part if packed is None else (packed << np.uint64(width)) | part
    return np.zeros(len(keys[0]), np.uint64) if packed is None else packed


def descending(key: AnyArray) -> AnyArray:
    """Turn a key around: largest first.

    Parameters
    ----------
    key : integer[n]
        Any integers.

    Returns
    -------
    integer[n]
        Numbers in the opposite order.
    """
    return ~key


class Orders:
    """Orders of rows that were asked for last."""

    def __init__(self) -> None:
        self._orders: OrderedDict[Hashable, AnyArray] = OrderedDict()
        self._lock = threading.Lock()

    def page(
        self,
        name: Hashable,
        n_rows: int,
        keys: Callable[[], Sequence[AnyArray]],
        offset: int,
        limit: int,
    ) -> IntArray:
        """Return the places of some rows of an order.

        Parameters
        ----------
        name : hashable
            What is sorted, and how.
        n_rows : int
            How many rows there are.
        keys : callable
            Makes the keys, as `sorted_places` takes them; none at all leave rows as they are.
        offset, limit : int
            Which rows of the order.

        Returns
        -------
        int64[≤ limit]
        """
        stop = min(offset + limit, n_rows)
        if offset >= stop:
            return np.empty(0, np.int64)
        with self._lock:
            order = self._orders.get(name)
            if order is not None:
                self._orders.move_to_end(name)
        if order is None:
            columns = keys()
            if not columns:
                return np.arange(offset, stop)
            if n_rows > _ALL_AT_ONCE and stop <= _FIRST_ROWS:
                return first_places(columns, stop)[offset:]
            dtype = np.uint32 if n_rows <= np.iinfo(np.uint32).max else np.int64
            order = sorted_places(columns).astype(dtype)
            self._keep(name, order)
        return order[offset:stop].astype(np.int64)

    def place_of(self, name: Hashable, keys: Callable[[], Sequence[AnyArray]], row: int) -> int:
        """Return where a row comes in an order.

        Parameters
        ----------
        name : hashable
            What is sorted, and how.
        keys : callable
            As for `page`.
        row : int
            The row's place before sorting.

        Returns
        -------
        int
        """
        with self._lock:
            order = self._orders.get(name)
        if order is None:
            columns = keys()
            if not columns:
                return row
            packed = pack(columns)
            if packed is not None:
                n_before = np.count_nonzero(packed < packed[row])
                return int(n_before + np.count_nonzero(packed[:row] == packed[row]))
            order = sorted_places(columns)
        return int(np.flatnonzero(order == row)[0])

    def _keep(self, name: Hashable, order: AnyArray) -> None:
        with self._lock:
            self._orders[name] = order
            while (
                len(self._orders) > 1
                and sum(kept.nbytes for kept in self._orders.values()) > _MOST_KEPT_BYTES
            ):
                self._orders.popitem(last=False)
