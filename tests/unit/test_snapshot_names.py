from __future__ import annotations

import pytest

from heapnb.views.snapshot_names import LONGEST, short_names


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (
            [
                "Heap.20261129.074706.288.0.001.heapsnapshot",
                "Heap.20261129.074752.288.0.002.heapsnapshot",
            ],
            ["001 · 07:47:06", "002 · 07:47:52"],
        ),
        (
            [
                "Heap.20261129.235906.288.0.001.heapsnapshot.gz",
                "Heap.20261130.000106.311.0.001.heapsnapshot.gz",
            ],
            ["001 · process 288 · 2026-11-29 23:59:06", "001 · process 311 · 2026-11-30 00:01:06"],
        ),
        (["before.heapsnapshot", "after.heapsnapshot.zst"], ["before", "after"]),
        (
            ["checkout-service-production-a1-x", "checkout-service-production-b2-x"],
            ["a1", "b2"],
        ),
        # The same name twice, names that begin alike, and one that is part of the other.
        (["s.heapsnapshot"] * 2, ["s", "s"]),
        (["a" * 30, "a" * 29 + "b"], ["…" + "a" * 19, "…" + "a" * 18 + "b"]),
        (["a-very-long-name-of-a-file", "a-very-long-name-of-a-file-2"], None),
        ([".heapsnapshot"], None),
    ],
)
def test_names_are_cut_to_what_tells_them_apart(names: list[str], short: list[str] | None) -> None:
    found = short_names(names)
    assert short is None or found == short
    assert all(found)
    assert len(set(found)) == len(set(names))
    assert all(len(name) <= LONGEST or "process" in name for name in found)
