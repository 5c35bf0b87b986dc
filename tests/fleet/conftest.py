"""A small fleet of sample snapshots, and its scan."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, SERIES_NAMES

SAMPLES = ROOT / "sample_snapshots"
LEAK = "undeclared_global"
OTHER_LEAK = "module_array_cache"


def put_series(folder: Path, sample: str, *, fixed: bool = False, work: bool = False) -> list[Path]:
    """Copy a sample's three snapshots as a recording names them."""
    folder.mkdir(parents=True)
    source = SAMPLES / sample / ("fixed" if fixed else "")
    copies = []
    for number, name in enumerate(SERIES_NAMES, 1):
        (file,) = source.glob(f"{name}.heapsnapshot.*")
        copies.append(folder / f"snapshot-{number}{''.join(file.suffixes)}")
        shutil.copy(file, copies[-1])
        if work:
            put_side_file(copies[-1], time=f"2026-11-30T{9 + number:02}:00:00Z")
    return copies


def put_side_file(snapshot: Path, **values: Any) -> None:
    """Write a side file beside a snapshot."""
    stem = snapshot.name.partition(".heapsnapshot")[0]
    content: Mapping[str, Any] = {"format": "heapnb-side-file", "version": 1, **values}
    (snapshot.parent / f"{stem}.heapnb.json").write_text(json.dumps(content))


def put_small(folder: Path, *names: str, entries: int = 10) -> list[Path]:
    """Write tiny snapshots, of which each is read in no time."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, name in enumerate(names, 1):
        edges = " ".join(f"cache[{i}]>Entry{i}" for i in range(entries * number))
        builder = SnapshotBuilder.from_edges(f"root.cache>cache {edges}")
        files.append(folder / name)
        files[-1].write_bytes(builder.to_bytes())
    return files


@pytest.fixture(scope="session")
def pods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pods that leak the same thing, one that leaks another, a healthy one; a bad file."""
    folder = tmp_path_factory.mktemp("pods")
    for pod in ("a", "b"):
        put_series(folder / "build=1.4.2" / f"pod={pod}", LEAK, work=True)
    put_series(folder / "build=1.4.2" / "pod=c", OTHER_LEAK)
    put_series(folder / "build=1.4.1" / "pod=d", LEAK, fixed=True)
    (folder / "build=1.4.1" / "pod=d" / "snapshot-4.heapsnapshot").write_text('{"snapshot": 1}')
    (folder / "build=1.4.2" / "pod=a" / "exit_code").write_text("137\n")
    (folder / "build=1.4.2" / "pod=b" / "exit_code").write_text("137\n")
    (folder / "build=1.4.1" / "pod=d" / "exit_code").write_text("0\n")
    return folder


@pytest.fixture(scope="session")
def fleet(pods: Path, tmp_path_factory: pytest.TempPathFactory) -> hn.Fleet:
    """The scan of these pods, by two processes."""
    out = tmp_path_factory.mktemp("scan") / "fleet"
    return hn.scan(pods, out, workers=2, progress=False)
