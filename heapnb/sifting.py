"""Find secrets in millions of texts: Arrow filters, and Python searches the suspicious ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import BoolArray
from heapnb.secrets import (
    ENCODED_SEED,
    NAME_SEED,
    PLAIN_FAMILIES,
    Finding,
    find_secrets_of,
    is_secret_name,
)

_AT_ONCE: Final = 1 << 16

# Arrow's engine knows only ASCII letters, so seeds would miss others: Python searches these texts.
_NOT_ASCII: Final = r"[^\x00-\x7f]"


def sift(texts: pa.LargeStringArray) -> Iterator[tuple[int, str, list[Finding]]]:
    """Find secrets in many texts.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Any texts; null has no secrets.

    Yields
    ------
    tuple of int, str, list of Finding
        Index, text, and the result of `heapnb.secrets.find_secrets`, for texts with secrets.

    Examples
    --------
    >>> texts = pa.array(["lib/cache.js", "token=abc123"], pa.large_string())
    >>> [(index, text) for index, text, findings in sift(texts)]
    [(1, 'token=abc123')]
    """
    seeds = [*(family.seed for family in PLAIN_FAMILIES), ENCODED_SEED]
    encoded = 1 << (len(seeds) - 1)
    # One bit for each family of rules, the highest for encoded texts.
    hits = np.where(_matches(texts, _NOT_ASCII), np.uint32(2 * encoded - 1), np.uint32(0))
    for bit, seed in enumerate(seeds):
        hits |= _matches(texts, seed).astype(np.uint32) << np.uint32(bit)
    rows = np.flatnonzero(hits)
    families = {
        bits: [i for i in range(len(seeds) - 1) if bits >> i & 1]
        for bits in np.unique(hits[rows]).tolist()
    }
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        chosen = texts.take(pa.array(some)).to_pylist()
        for index, bits, text in zip(some.tolist(), hits[some].tolist(), chosen, strict=True):
            findings = find_secrets_of(text, families[bits], encoded=bool(bits & encoded))
            if findings:
                yield index, text, findings


def secret_names(names: pa.LargeStringArray) -> BoolArray:
    """Apply `heapnb.secrets.is_secret_name` to many names; return ``bool[k]``.

    Examples
    --------
    >>> secret_names(pa.array(["password", "name"], pa.large_string())).tolist()
    [True, False]
    """
    found = _matches(names, NAME_SEED)
    rows = np.flatnonzero(found)
    found[rows] = [is_secret_name(name) for name in names.take(pa.array(rows)).to_pylist()]
    return found


def _matches(texts: pa.LargeStringArray, pattern: str) -> BoolArray:
    found = pc.match_substring_regex(texts, pattern).fill_null(False)
    return np.array(found.to_numpy(zero_copy_only=False), np.bool_)
