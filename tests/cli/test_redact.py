"""``heapnb redact``."""

from __future__ import annotations

from pathlib import Path

import pytest

import heapnb as hn
from heapnb.testing import SnapshotBuilder
from tests.cli.conftest import Run

PASSWORD = "s3cr3t-Pa55w0rd"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    builder = SnapshotBuilder.from_edges("root.config>config config.password>text")
    builder.node("text", type="string", name=PASSWORD).node("config", name="Settings")
    path = tmp_path / "in.heapsnapshot"
    path.write_bytes(builder.to_bytes())
    return path


def test_writes_a_snapshot(source: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "out.heapsnapshot"
    answer = run("redact", source, target)
    assert answer.exit_code == 0
    assert PASSWORD not in target.read_text() + answer.out + answer.err
    assert "Settings" in target.read_text()
    assert f"The redacted snapshot is in {target}" in answer.err
    run("redact", source, target, "--mode", "shape", "--force")
    assert "Settings" not in target.read_text()


def test_json(source: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "out.heapsnapshot.zst"
    answer = run("redact", source, target, "--json").json
    finding = {"kind": "password", "place": "string", "name": "password", "count": 1, "node_id": 5}
    assert answer == {
        "source": "in.heapsnapshot",
        "target": str(target),
        "mode": "secrets",
        "n_replaced": 1,
        "counts": {"password": 1},
        "findings": [finding],
    }
    assert hn.load(target, cache=False).graph.n_nodes == 3


def test_an_audit_writes_nothing(source: Path, tmp_path: Path, run: Run) -> None:
    before = sorted(tmp_path.iterdir())
    assert run("redact", source, "--audit", "--json").json["counts"] == {"password": 1}
    shown = run("redact", source, "--audit").out
    assert "password" in shown
    assert PASSWORD not in shown
    assert sorted(tmp_path.iterdir()) == before


def test_one_salt_for_a_series(
    source: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    run("redact", source, one, "--salt", "abc")
    monkeypatch.setenv("HEAPNB_REDACTION_SALT", "abc")
    run("redact", source, two)
    monkeypatch.delenv("HEAPNB_REDACTION_SALT")
    run("redact", source, three)
    assert one.read_bytes() == two.read_bytes() != three.read_bytes()


def test_complaints(source: Path, tmp_path: Path, run: Run) -> None:
    assert "Name the file to write" in run("redact", source).complaint
    assert "leave OUT away" in run("redact", source, tmp_path / "x", "--audit").complaint
    assert "one of the snapshots" in run("redact", source, source, "--force").complaint
    (tmp_path / "there").write_text("")
    assert "--force" in run("redact", source, tmp_path / "there").complaint
    assert "no directory" in run("redact", source, tmp_path / "no" / "x").complaint
    assert "is a directory" in run("redact", source, tmp_path).complaint
    assert run("redact", tmp_path / "missing", tmp_path / "x").exit_code == 2
    assert not (tmp_path / "x").exists()
