"""Masking a million texts at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb.sifting import sift
from heapnb.views.masking import mask_findings


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
    found = [(index, mask_findings(text, findings)) for index, text, findings in sift(texts)]
    is_masked = np.zeros(len(texts), np.bool_)
    is_masked[[index for index, _ in found]] = True
    masked = pa.array([text for _, text in found], texts.type)
    return pc.replace_with_mask(texts, pa.array(is_masked), masked)
