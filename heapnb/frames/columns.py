"""Columns of texts and signed integers, some of which are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapnb._typing import AnyArray, BoolArray, IntArray


def texts(values: pa.Array) -> Any:
    """Wrap Arrow strings as a pandas column, without copying; null becomes ``<NA>``."""
    import pandas as pd

    return pd.array(values, dtype=pd.StringDtype("pyarrow"))


def named(names: Sequence[str | None], numbers: AnyArray) -> pa.LargeStringArray:
    """Return the texts that numbers stand for.

    Parameters
    ----------
    names : sequence of str or None
        A few texts.
    numbers : integer[k]
        Indices into them; -1 for none.

    Returns
    -------
    pyarrow.LargeStringArray
        Null for -1.

    Examples
    --------
    >>> named(["object", "closure"], np.array([1, -1, 0])).to_pylist()
    ['closure', None, 'object']
    """
    is_missing = numbers < 0
    places = pa.array(numbers, mask=is_missing) if is_missing.any() else pa.array(numbers)
    return pa.array(names, pa.large_string()).take(places)


def signed(values: AnyArray) -> IntArray:
    """Return integers as ``int64``, so that differences may be negative.

    Parameters
    ----------
    values : integer[k]
        Ids, sizes or counts, below 2^63: the reader refuses a file with larger ones.

    Returns
    -------
    int64[k]
        A view where the values have 64 bits already.

    Examples
    --------
    >>> signed(np.array([1, 3], np.uint32)) - 2
    array([-1,  1])
    """
    if values.dtype == np.uint64:
        return values.view(np.int64)
    return values.astype(np.int64, copy=False)


def masked(values: AnyArray, is_missing: BoolArray) -> Any:
    """Make a column of integers of which some are ``<NA>``."""
    import pandas as pd

    is_short = values.dtype in {np.dtype(np.int16), np.dtype(np.int32)}
    return pd.arrays.IntegerArray(values if is_short else signed(values), is_missing)


def distances(distance: AnyArray) -> Any:
    """Make a column of distances."""
    is_missing = (distance < 0) | (distance >= vocab.BASE_SYSTEM_DISTANCE)
    return masked(distance.astype(np.int32, copy=False), is_missing)


def known_distance(distance: int) -> int | None:
    """Return one distance of DevTools, None where the program's roots do not reach the node."""
    return distance if 0 <= distance < vocab.BASE_SYSTEM_DISTANCE else None


def with_detached(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """Put DevTools' ``Detached`` before names."""
    prefix, separator = (pa.scalar(text, names.type) for text in (vocab.DETACHED_PREFIX, ""))
    return pc.binary_join_element_wise(prefix, names, separator)


def by_type(flags: AnyArray) -> AnyArray:
    """Spread one value per type over all that a type column can hold."""
    spread = np.zeros(1 << 8, flags.dtype)
    spread[: len(flags)] = flags
    return spread
