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
    OF_PEOPLE_SEED,
    Finding,
    families,
    find_secrets,
    find_secrets_of,
    is_personal_name,
    is_secret_name,
    name_seed,
)

_AT_ONCE: Final = 1 << 16
_FEW: Final = 150

# Arrow's engine knows only ASCII letters, so seeds would miss others: Python searches these texts.
_NOT_ASCII: Final = r"[^\x00-\x7f]"
_LONGEST_NAME: Final = 320
"""Bytes of a name; longer texts are not searched for words of names."""


def sift(
    texts: pa.LargeStringArray, *, personal: bool = False
) -> Iterator[tuple[int, str, list[Finding]]]:
    """Find secrets in many texts.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Any texts; null has no secrets.
    personal : bool, default False
        See `heapnb.secrets.find_secrets`.

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
    if len(texts) <= _FEW:
        # To compile the seeds takes longer than to search these.
        for index, text in enumerate(texts.to_pylist()):
            findings = [] if text is None else find_secrets(text, personal=personal)
            if findings:
                yield index, text, findings
        return
    seeds = [*(family.seed for family in families(personal=personal)), ENCODED_SEED]
    encoded = 1 << (len(seeds) - 1)
    # One bit for each family of rules, the highest for encoded texts.
    hits = np.where(_matches(texts, _NOT_ASCII), np.uint32(2 * encoded - 1), np.uint32(0))
    for bit, seed in enumerate(seeds):
        hits |= _matches(texts, seed).astype(np.uint32) << np.uint32(bit)
    rows = np.flatnonzero(hits)
    matching = {
        bits: [i for i in range(len(seeds) - 1) if bits >> i & 1]
        for bits in np.unique(hits[rows]).tolist()
    }
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        chosen = texts.take(pa.array(some)).to_pylist()
        for index, bits, text in zip(some.tolist(), hits[some].tolist(), chosen, strict=True):
            findings = find_secrets_of(
                text, matching[bits], encoded=bool(bits & encoded), personal=personal
            )
            if findings:
                yield index, text, findings


def secret_names(names: pa.LargeStringArray, *, personal: bool = False) -> BoolArray:
    """Apply `heapnb.secrets.is_secret_name` to many names; return ``bool[k]``.

    Parameters
    ----------
    names : pyarrow.LargeStringArray
        Any texts.
    personal : bool, default False
        Whether names of a person's data count too.

    Examples
    --------
    >>> secret_names(pa.array(["password", "name"], pa.large_string())).tolist()
    [True, False]
    """
    seed = f"{name_seed()}|{OF_PEOPLE_SEED}" if personal else name_seed()
    is_short = pc.less_equal(pc.binary_length(names), _LONGEST_NAME).fill_null(False)
    rows = np.flatnonzero(is_short.to_numpy(zero_copy_only=False))
    short = names.take(pa.array(rows))
    rows = rows[_matches(short, f"{_NOT_ASCII}|{seed}")]
    found = np.zeros(len(names), np.bool_)
    found[rows] = [
        is_secret_name(name) or (personal and is_personal_name(name))
        for name in names.take(pa.array(rows)).to_pylist()
    ]
    return found


def _matches(texts: pa.LargeStringArray, pattern: str) -> BoolArray:
    found = pc.match_substring_regex(texts, pattern).fill_null(False)
    return np.array(found.to_numpy(zero_copy_only=False), np.bool_)
