"""Pages of sorted rows: the first of millions at once, any other from an order that is kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.kernels.ordering import smallest, sort_by_digits
from heapnb.kernels.selecting import N_BUCKETS, rank_of, rows_between

FIRST_ROWS: Final = 1_000
"""Rows that are found without sorting the others."""

_BLOCK_ROWS: Final = 2_000
"""Rows further down are found in blocks of so many, which are kept."""

_ALL_AT_ONCE: Final = 20_000
"""Up to so many rows are sorted as a whole."""

_MANY_ROWS: Final = 100_000
"""From so many rows on they are sorted by their digits."""

_KEY_BITS: Final = 63
_MOST_KEPT_BYTES: Final = 256 << 20


@dataclass(frozen=True, eq=False)
class Key:
    """What sorts rows.

    Parameters
    ----------
    values : integer[…]
        Any integers from -(2 ** 63) to 2 ** 63 - 1.
    rows : unsigned[n], optional
        Indices into ``values``, one for each row; without it ``values`` has one for each row.
    descending : bool
        Whether the largest comes first.
    """

    values: AnyArray
    rows: AnyArray | None = None
    descending: bool = False

    def __len__(self) -> int:
        return len(self.values if self.rows is None else self.rows)

    def of_rows(self) -> IntArray:
        """Return one number for each row; the smallest comes first."""
        values = self.values if self.rows is None else self.values[self.rows]
        numbers = values.astype(np.int64, copy=False)
        return ~numbers if self.descending else numbers


Keys: TypeAlias = Sequence[Key]
"""The one that matters most first; rows that agree in all keep their order."""


def sorted_places(keys: Keys) -> IntArray:
    """Sort rows.

    Parameters
    ----------
    keys : sequence of Key
        By what; at least one.

    Returns
    -------
    int64[n]
        Places, the first row's first.

    Examples
    --------
    >>> sorted_places([Key(np.array([2, 1, 2])), Key(np.array([5, 6, 4]))]).tolist()
    [1, 2, 0]
    """
    n_rows = len(keys[0])
    bits = n_rows.bit_length()
    packed = pack(keys, _KEY_BITS - bits)
    if packed is None:
        order: IntArray = np.lexsort(tuple(key.of_rows() for key in reversed(keys)))
        return order
    # Sorting numbers is faster than sorting places by them; places make them differ.
    n_bits = int(packed.max(initial=0)).bit_length() + bits
    packed <<= bits
    packed |= np.arange(n_rows)
    if n_rows < _MANY_ROWS:
        packed.sort()
    else:
        scratch = np.empty_like(packed)
        packed = scratch if sort_by_digits(packed, scratch, bits, n_bits) else packed
    packed &= (1 << bits) - 1
    return packed


def first_places(keys: Keys, n_wanted: int) -> IntArray:
    """Find the first rows of an order, without sorting all of them.

    Parameters
    ----------
    keys : sequence of Key
        As for `sorted_places`.
    n_wanted : int
        How many.

    Returns
    -------
    int64[n_wanted]
        The same as ``sorted_places(keys)[:n_wanted]``.
    """
    one = _single(keys)
    if one is None:
        return sorted_places(keys)[:n_wanted]
    values, rows, sign = one
    places = np.empty(min(n_wanted, len(rows)), np.int64)
    smallest(values, rows, sign, np.empty_like(places), places)
    return places


def places_between(keys: Keys, start: int, stop: int) -> IntArray:
    """Find the rows of an order from one rank to another, without sorting all of them.

    Parameters
    ----------
    keys : sequence of Key
        As for `sorted_places`.
    start, stop : int
        Ranks; there are rows between them.

    Returns
    -------
    int64[k]
        The same as ``sorted_places(keys)[start:stop]``.
    """
    one = _single(keys)
    stop = min(stop, len(keys[0]))
    if one is None:
        return sorted_places(keys)[start:stop]
    values, rows, sign = one
    places, found = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    counts = np.zeros(N_BUCKETS, np.int64)
    least = 0 if values.dtype.kind in "bu" else int(values.min())
    n_found, n_before = rows_between(values, rows, least, sign, start, stop, counts, places, found)
    # Places ascend, so a stable sort leaves equal rows in their order.
    order = np.argsort(found[:n_found], kind="stable")[n_before : n_before + stop - start]
    return places[order]


def _single(keys: Keys) -> tuple[AnyArray, AnyArray, int] | None:
    """Make one key of several: values, the rows that index them, a sign; None if none is wide."""
    values, rows, sign = keys[0].values, keys[0].rows, -1 if keys[0].descending else 1
    if len(keys) > 1:
        packed = pack(keys, _KEY_BITS - 1)
        if packed is None:
            return None
        values, rows, sign = packed, None, 1
    if rows is None:
        rows = np.arange(len(values), dtype=np.uint32)
    return values, rows, sign


def pack(keys: Keys, n_bits: int) -> IntArray | None:
    """Put several keys into one number.

    Parameters
    ----------
    keys : sequence of Key
        By what to sort.
    n_bits : int
        How many bits the numbers may take.

    Returns
    -------
    int64[n] or None
        Numbers from 0 that sort alike; None where the bits do not suffice.
    """
    packed: IntArray = np.zeros(len(keys[0]), np.int64)
    if not len(packed):
        return packed
    for key in keys:
        numbers = key.of_rows()
        least, most = int(numbers.min()), int(numbers.max())
        width = (most - least).bit_length()
        n_bits -= width
        if n_bits < 0:
            return None
        if width:
            packed <<= width
            packed |= numbers - least
    return packed


class Recent:
    """Arrays that were asked for last; those asked for longest ago go when they are too large."""

    def __init__(self) -> None:
        self._arrays: OrderedDict[Hashable, AnyArray] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()

    def get(self, name: Hashable) -> AnyArray | None:
        """Return a kept array, or None."""
        with self._lock:
            array = self._arrays.get(name)
            if array is not None:
                self._arrays.move_to_end(name)
            return array

    def keep(self, name: Hashable, array: AnyArray) -> None:
        """Keep an array for a while."""
        with self._lock:
            replaced = self._arrays.get(name)
            self._n_bytes += array.nbytes - (0 if replaced is None else replaced.nbytes)
            self._arrays[name] = array
            while self._n_bytes > _MOST_KEPT_BYTES and len(self._arrays) > 1:
                _, oldest = self._arrays.popitem(last=False)
                self._n_bytes -= oldest.nbytes

    def take(self, name: Hashable, make: Callable[[], AnyArray]) -> AnyArray:
        """Return a kept array, or make and keep it."""
        array = self.get(name)
        if array is None:
            array = make()
            self.keep(name, array)
        return array


class Orders:
    """Orders of rows; those that were asked for last are kept."""

    def __init__(self) -> None:
        self._orders = Recent()

    def page(
        self, name: Hashable, n_rows: int, keys: Callable[[], Keys], offset: int, limit: int
    ) -> IntArray:
        """Return the places of some rows of an order.

        Parameters
        ----------
        name : hashable
            What is sorted, and how.
        n_rows : int
            How many rows there are.
        keys : callable
            Returns what to sort by; nothing at all leaves rows as they are.
        offset, limit : int
            Which rows of the order.

        Returns
        -------
        int64[≤ limit]
        """
        stop = min(offset + limit, n_rows)
        if offset >= stop:
            return np.empty(0, np.int64)
        if n_rows > _ALL_AT_ONCE:
            return self._of_many(name, n_rows, keys, offset, stop)
        order = self._orders.get(name)
        if order is None:
            by = keys()
            if not by:
                return np.arange(offset, stop)
            order = sorted_places(by).astype(np.uint32)
            self._orders.keep(name, order)
        return order[offset:stop].astype(np.int64)

    def _of_many(
        self, name: Hashable, n_rows: int, keys: Callable[[], Keys], offset: int, stop: int
    ) -> IntArray:
        """Find a page of very many rows; the rows around it are kept."""
        start = 0 if stop <= FIRST_ROWS else offset - offset % _BLOCK_ROWS
        end = FIRST_ROWS if stop <= FIRST_ROWS else stop - stop % -_BLOCK_ROWS
        block = self._orders.get((name, start, end))
        if block is None:
            by = keys()
            if not by:
                return np.arange(offset, stop)
            found = places_between(by, start, end)
            block = found.astype(np.uint32 if n_rows <= np.iinfo(np.uint32).max else np.int64)
            self._orders.keep((name, start, end), block)
        return block[offset - start : stop - start].astype(np.int64)

    def place_of(self, name: Hashable, keys: Callable[[], Keys], row: int) -> int:
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
        order = self._orders.get(name)
        if order is not None:
            return int(np.flatnonzero(order == row)[0])
        by = keys()
        if not by:
            return row
        if len(by) == 1 and by[0].rows is not None:
            return rank_of(by[0].values, by[0].rows, -1 if by[0].descending else 1, row)
        is_before, is_equal = _compare(by, row)
        return int(np.count_nonzero(is_before) + np.count_nonzero(is_equal[:row]))


def _compare(keys: Keys, row: int) -> tuple[BoolArray, BoolArray]:
    """Tell which rows come before one, and which are equal to it."""
    is_before = np.zeros(len(keys[0]), np.bool_)
    is_equal = np.ones(len(keys[0]), np.bool_)
    for key in keys:
        numbers = key.of_rows()
        is_before |= is_equal & (numbers < numbers[row])
        is_equal &= numbers == numbers[row]
    return is_before, is_equal
