"""Masking a million texts: Arrow sifts them, and only what is suspicious is looked at closely."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import BoolArray
from heapnb.secrets import (
    ENCODED_SEED,
    NAME_SEED,
    PLAIN_FAMILIES,
    find_secrets_of,
    is_secret_name,
)
from heapnb.views.masking import mask_findings

# To Arrow's engine other letters than those of ASCII are none, so that seeds would miss them.
_NOT_ASCII: Final = r"[^\x00-\x7f]"


def mask_texts(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Mask many texts at once.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Any texts; null stays null.

    Returns
    -------
    pyarrow.LargeStringArray
        What `heapnb.views.masking.mask_secrets` returns for each.

    Examples
    --------
    >>> mask_texts(pa.array(["lib/cache.js", "token=abc123"], pa.large_string())).to_pylist()
    ['lib/cache.js', 'token=•••']
    """
    is_foreign = _matches(texts, _NOT_ASCII)
    # One row a family of rules, the last one for encoded texts.
    seeds = [*(family.seed for family in PLAIN_FAMILIES), ENCODED_SEED]
    is_candidate = np.stack([_matches(texts, seed) | is_foreign for seed in seeds])
    rows = np.flatnonzero(is_candidate.any(axis=0))
    chosen = is_candidate[:, rows].T.tolist()
    masked = [
        mask_findings(text, find_secrets_of(text, _places(families), encoded=is_encoded))
        for text, (*families, is_encoded) in zip(
            texts.take(pa.array(rows)).to_pylist(), chosen, strict=True
        )
    ]
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(masked, texts.type))


def secret_names(names: pa.LargeStringArray) -> BoolArray:
    """Tell which names are likely those of secrets.

    Parameters
    ----------
    names : pyarrow.LargeStringArray[k]
        Names of properties or variables.

    Returns
    -------
    bool[k]
        What `heapnb.secrets.is_secret_name` says of each.

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


def _places(flags: list[bool]) -> list[int]:
    return [place for place, flag in enumerate(flags) if flag]
