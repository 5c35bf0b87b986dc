"""Fleets in a store of objects: a local server that speaks S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.fleet.inputs import find_inputs
from tests.fleet.conftest import LEAK, put_series

KEYS = {"key": "testing", "secret": "testing"}


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, Any]]:
    """Options for a server with a bucket ``dumps``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = KEYS | {"client_kwargs": {"endpoint_url": f"http://{host}:{port}"}}
    import s3fs

    s3fs.S3FileSystem(**options).mkdir("dumps")
    yield options
    server.stop()


def upload(folder: Path, options: dict[str, Any], to: str) -> None:
    import s3fs

    files = s3fs.S3FileSystem(**options)
    for path in folder.rglob("*"):
        if path.is_file():
            files.put_file(str(path), f"{to}/{path.relative_to(folder)}")


@pytest.mark.slow
def test_a_bucket_is_scanned(tmp_path: Path, store: dict[str, Any]) -> None:
    put_series(tmp_path / "d" / "pod=a", LEAK, work=True)
    upload(tmp_path / "d", store, "dumps/night")
    fleet = hn.scan(
        "s3://dumps/night", tmp_path / "out", storage_options=store, workers=1, progress=False
    )
    (case,) = fleet.cases.to_dict("records")
    assert (case["pod"], case["verdict"], case["hours"]) == ("a", "leak", 2)
    assert fleet.snapshots["file"].iloc[0].startswith("s3://dumps/night/pod=a/snapshot-1.")
    text = "".join(path.read_text("latin-1") for path in (tmp_path / "out").rglob("*.jsonl"))
    assert "testing" not in text
    assert "127.0.0.1" not in text


def test_patterns_and_side_files_in_a_bucket(tmp_path: Path, store: dict[str, Any]) -> None:
    put_series(tmp_path / "d" / "pod=a", LEAK, work=True)
    upload(tmp_path / "d", store, "dumps/listed")
    found = find_inputs("s3://dumps/listed/*/snapshot-[12].heapsnapshot*", store)
    assert [one.kind for one in found] == ["side file", "snapshot"] * 2
    assert all(one.size and one.stamp for one in found)
    again = find_inputs([found[1].url], store)
    assert again == found[:2]
    before = {one.url: one.stamp for one in found}
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "snapshot-1.heapnb.json").write_text(json.dumps({"other": 1}))
    upload(tmp_path / "new", store, "dumps/listed/pod=a")
    (side, *_) = find_inputs("s3://dumps/listed", store)
    assert side.stamp != before[side.url]


def test_what_is_not_in_the_store(store: dict[str, Any]) -> None:
    with pytest.raises(HeapnbError, match="no snapshots"):
        find_inputs("s3://dumps/none", store)
    with pytest.raises(HeapnbError, match="Cannot open"):
        find_inputs("nonsense://dumps", store)
