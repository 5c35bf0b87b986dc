"""A recording ends in time, with all that its program started: also with what holds its pipes."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.errors import RecordingError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

CLEAN = "{ env: { PATH: process.env.PATH }, stdio: 'inherit', detached: true }"
HOLDS = f"spawn('sh', ['-c', 'sleep {{mark}} & wait'], {CLEAN}).unref();"
FLOODS = f"spawn('sh', ['-c', 'while :; do echo {{mark}}; done'], {CLEAN}).unref();"
ORPHANS = f"spawn('sh', ['-c', '(setsid sleep {{mark}} &)'], {CLEAN}).unref();"
STAYS = "setInterval(() => {}, 1000);"
DEAF = "process.on('SIGTERM', () => {}); for (;;);"
STOPPED = "process.kill(process.pid, 'SIGSTOP');"


def running(mark: str) -> list[str]:
    """List the processes with a word in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in line:
            found.append(line.decode("utf-8", "replace"))
    return found


def program(start: str, end: str, mark: str) -> str:
    return f"const {{ spawn }} = require('child_process');\n{start}\n{end}\n".replace(
        "{mark}", mark
    )


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(STAYS, id="stays"),
        pytest.param(DEAF, id="deaf", marks=pytest.mark.slow),
        pytest.param(STOPPED, id="stopped", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("start", [HOLDS, FLOODS, ORPHANS], ids=["holds", "floods", "orphans"])
def test_the_timeout_holds_and_all_end(start: str, end: str) -> None:
    mark = str(86_400 + time.time_ns() % 10_000_000)
    threads = threading.active_count()
    with pytest.raises(RecordingError, match="did not end in time"):
        hn.record(program(start, end, mark), timeout=2)
    assert running(mark) == []
    assert threading.active_count() <= threads


def test_a_service_ends_with_its_orphans(tmp_path: Path) -> None:
    mark = str(86_400 + time.time_ns() % 10_000_000)
    file = tmp_path / "service.js"
    file.write_text(program(ORPHANS, STAYS, mark))
    with pytest.raises(RecordingError, match="did not end within 3 s"):
        hn.record(["node", str(file)], wait=30, timeout=3)
    assert running(mark) == []


def test_a_program_that_ends_before_its_children(tmp_path: Path) -> None:
    mark = str(86_400 + time.time_ns() % 10_000_000)
    recording = hn.record(program(HOLDS, "function load() {}", mark), rounds=2, out=tmp_path)
    assert len(recording) > 1
    assert running(mark) == []
