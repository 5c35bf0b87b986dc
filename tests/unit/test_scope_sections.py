"""The sections that list scopes: read, checked, written, cached, and redacted."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

import heapnb as hn
from heapnb.errors import SnapshotFormatError
from heapnb.format import RawSnapshot, read_snapshot, write_snapshot
from heapnb.format.cache import read_cached
from heapnb.format.raw import Scopes
from tests.conftest import ROOT
from tests.unit.test_format_errors import document

CAPTURE = ROOT / "tests" / "data" / "contexts" / "workerd.heapsnapshot.zst"
FIELDS = {
    "scope_fields": [
        "script_node_index",
        "scope_id",
        "depth",
        "scope_context_vars_count",
        "scope_uses_count",
    ],
    "scope_context_var_fields": ["name"],
    "scope_use_fields": ["declaring_scope_id", "slot_index"],
}
# A script, a function with one variable, a function in it that uses this variable.
SCOPES = [6, -2, 0, 0, 0, 6, 10, 1, 1, 0, 6, 20, 2, 0, 1]


def with_scopes() -> dict[str, Any]:
    """Make a snapshot of three nodes with three scopes."""
    made = document()
    made["snapshot"]["meta"] |= FIELDS
    made["scopes"] = list(SCOPES)
    made["scope_context_vars"] = [3]
    made["scope_uses"] = [10, 0]
    made["strings"] = made.pop("strings")
    return made


def same(one: RawSnapshot, other: RawSnapshot) -> bool:
    assert one.scopes is not None
    assert other.scopes is not None
    return all(
        np.array_equal(getattr(one.scopes, field.name), getattr(other.scopes, field.name))
        for field in dataclasses.fields(Scopes)
    )


def test_scopes_are_read() -> None:
    scopes = read_snapshot(orjson.dumps(with_scopes())).scopes
    assert scopes is not None
    assert scopes.script.tolist() == [1, 1, 1]
    assert scopes.scope_id.tolist() == [-2, 10, 20]
    assert scopes.variable_name.tolist() == [3]
    assert scopes.use_scope_id.tolist() == [10]


def test_a_file_without_scopes_has_none() -> None:
    assert read_snapshot(orjson.dumps(document())).scopes is None
    announced = with_scopes()
    for name in ("scopes", "scope_context_vars", "scope_uses"):
        del announced[name]
    assert read_snapshot(orjson.dumps(announced)).scopes is None
    unannounced = document() | {"scopes": ["of", "another", "kind"]}
    assert read_snapshot(orjson.dumps(unannounced)).extra_sections["scopes"].startswith(b"[")


def test_sections_may_precede_the_header() -> None:
    made = with_scopes()
    turned = dict(reversed(made.items()))
    assert same(read_snapshot(orjson.dumps(made)), read_snapshot(orjson.dumps(turned)))
    with pytest.raises(SnapshotFormatError, match="not an array of integers"):
        read_snapshot(orjson.dumps(turned | {"scopes": [1.5]}))


@pytest.mark.parametrize("path", [CAPTURE], ids=["workerd"])
def test_written_and_cached_scopes_are_the_same(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = read_snapshot(path)
    out = io.BytesIO()
    write_snapshot(raw, out)
    assert same(raw, read_snapshot(out.getvalue()))
    monkeypatch.setenv("HEAPNB_CACHE_DIR", str(tmp_path))
    _, store = read_cached(path)
    assert store is not None
    store.wait()
    assert same(raw, read_cached(path)[0])


@pytest.mark.parametrize(
    ("section", "index", "value", "message"),
    [
        ("scopes", 0, 7, "script_node_index is not the offset of a node: 7"),
        ("scopes", 0, 18, "script_node_index is not the offset of a node"),
        ("scopes", 0, -6, "script_node_index is not the offset of a node"),
        ("scopes", 2, 1, "depth is not the depth of a scope in its place: 1"),
        ("scopes", 12, 3, "depth is not the depth of a scope in its place: 3"),
        ("scopes", 7, -1, "depth is not the depth"),
        ("scopes", 8, -1, "scope_context_vars_count is not a count: -1"),
        ("scopes", 8, 2, "The scopes declare 2 records, the array has 1"),
        ("scopes", 8, 2**50, "scope_context_vars_count is not a count"),
        ("scopes", 14, 2, "The scopes declare 2 records, the array has 1"),
        ("scope_context_vars", 0, 4, "name is not an index of a string: 4"),
        ("scope_context_vars", 0, -1, "name is not an index of a string: -1"),
        ("scopes", 1, 0.5, "Expected an integer"),
    ],
)
def test_damage_is_refused(section: str, index: int, value: float, message: str) -> None:
    made = with_scopes()
    made[section][index] = value
    with pytest.raises(SnapshotFormatError, match=message) as caught:
        read_snapshot(orjson.dumps(made))
    assert caught.value.section in {section, "scope_context_vars", "scope_uses"}
    assert caught.value.byte_offset is not None


@pytest.mark.parametrize("section", ["scopes", "scope_uses"])
def test_incomplete_records_are_refused(section: str) -> None:
    made = with_scopes()
    made[section].append(1)
    with pytest.raises(SnapshotFormatError, match="not a multiple of the record size"):
        read_snapshot(orjson.dumps(made))


def test_salvage_leaves_incomplete_scopes_out() -> None:
    data = orjson.dumps(with_scopes())
    cut = data[: data.index(b'"scope_uses"') - 1]
    raw = read_snapshot(cut, salvage=True)
    assert raw.scopes is None
    assert any("scopes" in warning for warning in raw.warnings)


def test_salvage_keeps_complete_scopes_whose_names_are_missing() -> None:
    data = orjson.dumps(with_scopes())
    raw = read_snapshot(data[: data.index(b'"Entry"')], salvage=True)
    assert raw.scopes is not None
    assert raw.scopes.scope_id.tolist() == [-2, 10, 20]
    (name,) = raw.scopes.variable_name.tolist()
    assert raw.strings[name].as_py() == "(missing from the truncated file)"


def test_uses_of_what_no_scope_declares_mean_nothing() -> None:
    made = with_scopes()
    made["scope_uses"] = [99, -7]
    assert read_snapshot(orjson.dumps(made)).scopes is not None


@pytest.mark.parametrize("mode", ["secrets", "shape"])
def test_redaction_covers_the_names_of_variables(mode: str, tmp_path: Path) -> None:
    made = with_scopes()
    # No edge has this name: only the scopes mention it.
    made["strings"].append("sk_live_51HG4vKexampleSecret99aBcDeFgH")
    made["scope_context_vars"] = [4]
    hn.redact(orjson.dumps(made), tmp_path / "out.heapsnapshot", mode=mode)  # type: ignore[arg-type]
    assert b"sk_live_51HG4vK" not in (tmp_path / "out.heapsnapshot").read_bytes()
    if mode == "shape":
        made["strings"][4] = "customerLedger"
        hn.redact(orjson.dumps(made), tmp_path / "names.heapsnapshot", mode="shape")
        assert b"customerLedger" not in (tmp_path / "names.heapsnapshot").read_bytes()
