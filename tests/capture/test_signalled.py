"""Snapshots that a process writes itself when it gets a signal."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.capture.signalled import is_complete, signal_number
from heapnb.errors import CaptureError, HeapnbError
from tests.capture.running import IDLE, is_inspector_closed, node_running

pytestmark = pytest.mark.node

FLAG = "--heapsnapshot-signal=SIGUSR2"
MANY = "globalThis.many = Array.from({ length: 300_000 }, (_, i) => ({ id: i, half: i / 2 }));"


def test_the_file_of_the_process_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(IDLE, tmp_path, FLAG, "--disable-proto=throw") as process:
        result = hn.capture(process.pid, signal="SIGUSR2", out=out, series=2, after=0)
        assert is_inspector_closed(process)
    assert len(result.files) == 2
    assert result.plan is None
    assert not list(tmp_path.glob("*.heapsnapshot"))
    for index, file in enumerate(result.files, 1):
        assert file.name.endswith(f".{process.pid}.0.00{index}.heapsnapshot.zst")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(hn.load(file, cache=False).nodes) > 10_000
        side = json.loads(
            file.with_name(file.name.replace(".heapsnapshot.zst", ".heapnb.json")).read_text()
        )
        assert (side["reason"], side["index"], side["pid"]) == ("signal", index, process.pid)
        assert side["smaps_rollup"]["rss"] > 1 << 20
    assert len(list(out.iterdir())) == 6


def test_another_folder_by_flag_and_by_option(tmp_path: Path) -> None:
    named = tmp_path / "diagnostics"
    named.mkdir()
    with node_running(IDLE, tmp_path, FLAG, f"--diagnostic-dir={named}") as process:
        found = hn.capture(process.pid, signal=signal.SIGUSR2, out=tmp_path / "a")
        told = hn.capture(process.pid, signal="usr2", folder=named, out=tmp_path / "b")
        with pytest.raises(CaptureError, match=r"has written no snapshot to .* within 2 s"):
            hn.capture(process.pid, signal="USR2", folder=tmp_path, out=tmp_path / "c", silence=2)
    assert len(found.files) == len(told.files) == 1
    assert not list((tmp_path / "c").iterdir())


def test_a_signal_that_would_end_the_process_is_not_sent(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path) as process:
        with pytest.raises(CaptureError, match="does not handle SIGUSR2") as caught:
            hn.capture(process.pid, signal="SIGUSR2", out=tmp_path / "out")
        time.sleep(0.2)
        assert process.poll() is None
    assert "--heapsnapshot-signal=SIGUSR2" in (caught.value.hint or "")


def test_the_process_is_killed_while_it_writes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(MANY + IDLE, tmp_path, FLAG) as process:

        def kill() -> None:
            deadline = time.monotonic() + 30
            while not list(tmp_path.glob("*.heapsnapshot")) and time.monotonic() < deadline:
                time.sleep(0.01)
            process.kill()

        thread = threading.Thread(target=kill)
        thread.start()
        with pytest.raises(CaptureError, match="ended while it wrote its snapshot") as caught:
            hn.capture(process.pid, signal="SIGUSR2", out=out)
        thread.join()
    (rest,) = tmp_path.glob("*.heapsnapshot")
    assert str(rest.name) in caught.value.message
    assert not is_complete(rest)
    assert list(out.iterdir()) == []
    with pytest.raises(HeapnbError, match=r"is empty|ends too early"):
        hn.load(rest)


def test_files_of_other_processes_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    with (
        node_running(IDLE, tmp_path, FLAG) as process,
        node_running(IDLE, tmp_path / "first", FLAG, f"--diagnostic-dir={tmp_path}") as other,
    ):
        other.send_signal(signal.SIGUSR2)
        result = hn.capture(process.pid, signal="SIGUSR2", out=tmp_path / "out")
        deadline = time.monotonic() + 20
        while not list(tmp_path.glob(f"Heap.*.{other.pid}.*")) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert f".{process.pid}." in result.files[0].name
    assert len(list(tmp_path.glob(f"Heap.*.{other.pid}.*.heapsnapshot"))) == 1


def test_programs_that_are_not_there() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with pytest.raises(CaptureError, match="no process"):
        hn.capture(ended.pid, signal="SIGUSR2")
    with pytest.raises(HeapnbError, match="needs the process's id"):
        hn.capture(port=9229, signal="SIGUSR2")


@pytest.mark.parametrize("name", ["SIGNONE", "", "99999", "0"])
def test_signals_that_do_not_exist(name: str) -> None:
    with pytest.raises(HeapnbError, match="There is no signal"):
        signal_number(name)
