"""Redacted snapshots keep the numbers of dead variables and native contexts."""

from __future__ import annotations

from pathlib import Path

import pytest

import heapnb as hn
from heapnb.redaction.plan import Mode
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, sample_series

WORKERD = ROOT / "tests/data/contexts/workerd.heapsnapshot.zst"
PAGE = sample_series("detached_dom")[-1]
NAMES = {"class_name", "function", "location", "kept_by", "kept_at", "variable", "name", "kind"}
"""Columns of names, which mode `shape` replaces; a context's kind goes by such a name."""


@pytest.mark.parametrize("mode", ["secrets", "strings", "shape"])
@pytest.mark.parametrize("path", [WORKERD, PAGE], ids=["workerd", "page"])
def test_modes(path: Path, mode: Mode, tmp_path: Path) -> None:
    target = tmp_path / "redacted.heapsnapshot"
    hn.redact(path, target, mode=mode)
    before, after = (hn.load(one, cache=False, progress=False) for one in (path, target))
    for table in ("dead_variables", "native_contexts"):
        one, other = (getattr(snap, table)().table for snap in (before, after))
        columns = [name for name in one if mode != "shape" or name not in NAMES]
        assert len(one) == len(other)
        assert one[columns].astype("str").equals(other[columns].astype("str"))
    assert len(before.native_contexts().table) > 2
    assert path != WORKERD or len(before.dead_variables().table) == 20


@pytest.mark.parametrize("prefix", ["", "Detached "])
def test_a_context_stays_one_and_its_origin_does_not(prefix: str, tmp_path: Path) -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b")
    for key, name in (("a", " / http://secret.example"), ("b", "")):
        builder.node(key, type="hidden", name=f"{prefix}system / NativeContext{name}")
    source, target = tmp_path / "a.heapsnapshot", tmp_path / "b.heapsnapshot"
    source.write_bytes(builder.to_bytes())
    hn.redact(source, target, mode="shape")
    assert b"secret.example" not in target.read_bytes()
    found = hn.load(target, cache=False, progress=False).native_contexts().table
    assert found["node_id"].notna().sum() == 2
