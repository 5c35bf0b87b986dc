"""Looking ids up agrees with a dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import SizeArray
from heapnb.kernels.lookup import find_ids


@pytest.mark.parametrize("dtype", ["uint32", "uint64"])
@given(
    ids=st.lists(st.integers(0, 20), max_size=12), wanted=st.lists(st.integers(0, 22), max_size=9)
)
def test_find_ids(dtype: str, ids: list[int], wanted: list[int]) -> None:
    node_id: SizeArray = np.array(ids).astype(dtype)
    order = np.argsort(node_id, kind="stable").astype(np.uint32)
    found = np.empty(len(wanted), np.int64)
    find_ids(node_id, order, np.array(wanted, np.uint64), found)
    assert found.tolist() == [ids.index(one) if one in ids else -1 for one in wanted]
