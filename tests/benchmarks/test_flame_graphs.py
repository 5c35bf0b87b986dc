"""Drawing a flame graph of a million stacks, against its budget."""

from __future__ import annotations

import time

import numpy as np
import pytest

from heapnb.views.flame_graphs import Frame, flame_graph

pytestmark = pytest.mark.benchmark

N_STACKS = 1_000_000
BUDGET_SECONDS = 2.0


@pytest.mark.parametrize("reach", [3, 1_000])
def test_a_million_stacks(reach: int, capfd: pytest.CaptureFixture[str]) -> None:
    numbers = np.random.default_rng(1)
    parent = np.maximum(np.arange(N_STACKS) - 1 - numbers.integers(0, reach, N_STACKS), 0)
    frame = numbers.integers(0, 50_000, N_STACKS)
    value = (numbers.pareto(1.2, N_STACKS) * 500).astype(np.int64)
    start = time.perf_counter()
    svg = flame_graph(parent, frame, value, lambda number: Frame(f"f{number}"), title="Live bytes")
    seconds = time.perf_counter() - start
    with capfd.disabled():
        print(  # noqa: T201
            f"\nflame graph of {N_STACKS:,} stacks: {seconds:.2f} s, {len(svg):,} bytes"
        )
    assert seconds < BUDGET_SECONDS
    assert len(svg) < 300_000
