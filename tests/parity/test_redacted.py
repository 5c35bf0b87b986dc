"""The DevTools engine computes the same numbers from a redacted snapshot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heapnb as hn
from heapnb.redaction import Mode
from tests.oracle import oracle

DATA = Path(__file__).parents[1] / "data"
SNAPSHOTS = {
    "node-20": DATA / "planted" / "planted.heapsnapshot.zst",
    "node-12": DATA / "formats" / "node-12.heapsnapshot.zst",
    "node-26": DATA / "formats" / "node-26.heapsnapshot.zst",
    "deno": DATA / "formats" / "deno.heapsnapshot.zst",
}


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("producer", "mode"),
    [("node-20", "secrets"), ("node-20", "strings"), *((name, "shape") for name in SNAPSHOTS)],
)
def test_the_engine_computes_the_same(producer: str, mode: Mode, tmp_path: Path) -> None:
    path = tmp_path / "redacted.heapsnapshot"
    hn.redact(SNAPSHOTS[producer], path, mode=mode)
    before, after = (oracle.node_columns(one) for one in (SNAPSHOTS[producer], path))
    for name in oracle.NUMBER_COLUMNS:
        assert np.array_equal(before.columns[name], after.columns[name]), name
    # Other names at the most, but for the same nodes.
    pairs = np.unique(
        np.stack([one.columns["class_index"] for one in (before, after)], axis=1), axis=0
    )
    assert len(pairs) == len(before.class_names) == len(after.class_names)
    assert oracle.statistics(SNAPSHOTS[producer]) == oracle.statistics(path)
    counts = [
        sorted(
            (row["count"], row["distance"], row["self"], row["maxRet"], row["ids_sha256"])
            for row in rows
        )
        for rows in (oracle.summary(SNAPSHOTS[producer]), oracle.summary(path))
    ]
    assert counts[0] == counts[1]
