"""Files that a process has not finished: empty, cut off, or still growing."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.errors import SnapshotFormatError, TruncatedSnapshotError
from heapnb.format import read_snapshot
from heapnb.testing import SnapshotBuilder

HOUR = 3600


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "app.heapsnapshot"
    edges = " ".join(f"root>a{n}" for n in range(200))
    path.write_bytes(SnapshotBuilder.from_edges(edges).to_bytes())
    return path


def make_old(path: Path) -> None:
    then = time.time() - HOUR
    os.utime(path, (then, then))


def test_an_old_empty_file(snapshot: Path) -> None:
    snapshot.write_bytes(b"")
    make_old(snapshot)
    with pytest.raises(
        TruncatedSnapshotError, match="heapsnapshot is empty: its process was"
    ) as error:
        hn.load(snapshot)
    assert "--plan" in (error.value.hint or "")


def test_a_new_empty_file(snapshot: Path) -> None:
    snapshot.write_bytes(b"")
    with pytest.raises(TruncatedSnapshotError, match=r"began to write it \d s ago, and may still"):
        hn.load(snapshot)


def test_a_file_that_was_cut_off(snapshot: Path) -> None:
    content = snapshot.read_bytes()
    snapshot.write_bytes(content[: len(content) // 2])
    make_old(snapshot)
    start = time.monotonic()
    with pytest.raises(
        TruncatedSnapshotError, match=r"ends too early: [\d,]+ bytes, and it no"
    ) as error:
        hn.load(snapshot)
    # An old file needs no second look after a second.
    assert time.monotonic() - start < 1
    assert "--salvage" in (error.value.hint or "")
    assert hn.load(snapshot, salvage=True).warnings


def test_a_file_that_still_grows(snapshot: Path) -> None:
    content = snapshot.read_bytes()
    half = len(content) // 2
    snapshot.write_bytes(content[:half])

    def grow() -> None:
        time.sleep(0.3)
        with snapshot.open("ab") as file:
            file.write(content[half : half + 100])

    thread = threading.Thread(target=grow)
    thread.start()
    with pytest.raises(TruncatedSnapshotError, match="is still being written") as error:
        hn.load(snapshot)
    thread.join()
    assert f"grew from {half:,} to {half + 100:,} bytes in the last second" in str(error.value)


def test_a_file_that_is_complete_a_second_later_can_be_read(snapshot: Path) -> None:
    content = snapshot.read_bytes()
    snapshot.write_bytes(content[:-10])
    with pytest.raises(TruncatedSnapshotError):
        hn.load(snapshot)
    snapshot.write_bytes(content)
    assert hn.load(snapshot).graph.n_nodes == 201


def test_bytes_and_other_errors_stay_as_they_are(snapshot: Path) -> None:
    with pytest.raises(SnapshotFormatError, match=r"<bytes> is empty \(section"):
        read_snapshot(b"")
    snapshot.write_text("[1, 2]")
    with pytest.raises(SnapshotFormatError, match="is not a JSON object"):
        hn.load(snapshot)
