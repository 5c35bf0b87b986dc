"""The kit does not disturb the program, and takes no snapshot that would kill it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, cast

import pytest

from tests.capture.kit.running import KIT, SNAPSHOT, fake_system, running, side_of

pytestmark = pytest.mark.node

IDLE = "setInterval(() => {}, 1000); console.log('ready');"
GROWING = """
globalThis.leaked = [];
setInterval(() => {
  for (let i = 0; i < 2000; i++) leaked.push({ i, text: "x".repeat(20) + i });
  gc();
}, 50);
console.log("ready");
"""


# -- when snapshots are taken ------------------------------------------------------------------


def test_interval_and_most(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "INTERVAL": "1s",
        "COOLDOWN": "100ms",
        "MOST": "2",
        "THRESHOLDS": "off",
    }
    with running(IDLE, tmp_path, **settings) as program:
        program.wait_for("*.gz", 2)
        program.wait_for_message("HEAPNB_KIT_MOST")
        assert len(program.wait_for("*.gz", 2)) == 2
        assert program.messages.count("HEAPNB_KIT_MOST") == 1
        # A signal asks for one all the same.
        program.tell()
        program.wait_for("*-003.*.gz")


def test_a_threshold_counts_once(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "THRESHOLDS": "rss=10MB,heap=1kB,external=900GB",
        "COOLDOWN": "100ms",
    }
    with running(IDLE, tmp_path, **settings) as program:
        (file,) = program.wait_for("*.gz")
        time.sleep(2.5)
        assert len(program.wait_for("*.gz")) == 1
    side = side_of(file)
    assert side["reason"] == "threshold"
    assert "rss" in side["reason_text"]
    assert "heap" in side["reason_text"]
    assert "external" not in side["reason_text"]


@pytest.mark.parametrize("version", [1, 2])
def test_a_share_of_the_cgroup(tmp_path: Path, version: int) -> None:
    usage = 850_000_000
    root = fake_system(tmp_path, limit=1_000_000_000, usage=1_000_000, version=version)
    with running(IDLE, tmp_path, THRESHOLDS="cgroup=80%", SYSTEM_ROOT=root) as program:
        time.sleep(1.5)
        assert not program.out.exists()
        fake_system(tmp_path, limit=1_000_000_000, usage=usage, version=version)
        (file,) = program.wait_for("*.gz")
    side = side_of(file)
    assert side["reason_text"] == "cgroup 849 MB above 80 % of 1,000 MB"
    assert side["cgroup"] == {
        "version": version, "limit": 1_000_000_000, "usage": usage, "oom_kills": None,
    }  # fmt: skip


def test_the_alarm_of_memwatch(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"THRESHOLDS": "off", "COOLDOWN": "100ms", "LOG": "1s", "MOST": "1"}
    with running(GROWING, tmp_path, "--expose-gc", **settings) as program:
        (file, *_) = program.wait_for(SNAPSHOT)
        (log,) = program.wait_for("*.jsonl")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    side = side_of(file)
    assert side["reason"] == "alarm"
    assert side["reason_text"].startswith("5 full GCs in a row left more: +")
    assert {"memory", "gc", "alarm", "snapshot"} <= {line["kind"] for line in lines}
    memory = next(line for line in lines if line["kind"] == "memory")
    assert memory["heap_used"] > 0
    assert memory["pid"] == program.process.pid
    gc = next(line for line in lines if line["kind"] == "gc")
    assert gc["gc_type"] == "major"
    assert gc["heap_used_after"] > 0


def test_near_the_heap_limit(tmp_path: Path) -> None:
    source = """
    const leaked = [];
    console.log("ready");
    setInterval(() => { for (let i = 0; i < 4000; i++) leaked.push({ i, a: [i] }); }, 10);
    """
    flags = ("--max-old-space-size=30", f"--diagnostic-dir={tmp_path}")
    with running(source, tmp_path, *flags, THRESHOLDS="off", ALARM="off") as program:
        program.process.wait(120)
    # V8's own, in Node's folder, or the kit's at 90 %: at least one exists before the end.
    taken = [*tmp_path.glob("Heap.*.heapsnapshot"), *program.out.glob(SNAPSHOT)]
    assert taken, program.messages


# -- what is refused ---------------------------------------------------------------------------


def test_no_snapshot_that_would_kill(tmp_path: Path) -> None:
    root = fake_system(tmp_path, limit=60_000_000, usage=50_000_000)
    with running(IDLE, tmp_path, SYSTEM_ROOT=root, SAMPLING="1s") as program:
        program.tell()
        program.wait_for_message("of the cgroup's limit are left")
        (profile,) = program.wait_for("*.heapprofile")
        assert list(program.out.glob(SNAPSHOT)) == []
    assert "head" in json.loads(profile.read_text())
    assert side_of(profile)["snapshot"] == profile.name


def test_little_memory_of_the_machine_counts(tmp_path: Path) -> None:
    root = fake_system(tmp_path, limit=1 << 40, usage=0)
    (tmp_path / "proc" / "meminfo").write_text("MemTotal: 99000 kB\nMemAvailable: 9000 kB\n")
    with running(IDLE, tmp_path, SYSTEM_ROOT=root, SAMPLING="off") as program:
        program.tell()
        program.wait_for_message("of memory are left")
        assert list(program.out.iterdir()) == []


def test_the_budget_is_the_kits_own_files(tmp_path: Path) -> None:
    out = tmp_path / "heapnb-kit"
    out.mkdir()
    foreign, own = out / "others.bin", out / "heapnb-20260101T000000-9-0-001.heapsnapshot"
    foreign.write_bytes(bytes(90_000_000))
    with running(IDLE, tmp_path, BUDGET="60MB") as program:
        program.tell()
        program.wait_for("*.gz")
        own.write_bytes(bytes(59_000_000))
        program.tell()
        program.wait_for_message("HEAPNB_KIT_BUDGET")
    assert own.exists()
    assert foreign.exists()


def test_one_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "heapnb-kit"
    out.mkdir()
    lock = out / ".heapnb-kit.lock"
    holder = {"host": os.uname().nodename, "pid": os.getpid(), "series": "x"}
    lock.write_text(json.dumps(holder))
    with running(IDLE, tmp_path) as program:
        program.tell()
        time.sleep(2.5)
        assert list(out.glob(SNAPSHOT)) == []
        # The holder has ended without removing it.
        ended = subprocess.Popen(["true"])
        ended.wait()
        lock.write_text(json.dumps({**holder, "pid": ended.pid}))
        program.wait_for("*.gz")
        assert not lock.exists()


CUT_OFF = """
const fs = require("node:fs");
require("node:v8").writeHeapSnapshot = (file) => fs.writeFileSync(file, '{"snapshot":{');
"""


def test_a_snapshot_that_was_cut_off_gets_no_name(tmp_path: Path) -> None:
    with running(CUT_OFF + IDLE, tmp_path) as program:
        program.tell()
        program.wait_for_message("cut off")
        assert list(program.out.iterdir()) == []


# -- the program stays as it is ----------------------------------------------------------------


def test_the_program_ends_by_itself(tmp_path: Path) -> None:
    with running("console.log('ready')", tmp_path, LOG="1s") as program:
        assert program.process.wait(20) == 0
    assert program.messages == ""


@pytest.mark.parametrize(
    ("folder", "code"), [("/proc/no/such", "ENOENT"), ("program.cjs/x", "ENOTDIR")]
)
def test_a_folder_that_cannot_be_written(tmp_path: Path, folder: str, code: str) -> None:
    with running(IDLE, tmp_path, DIR=folder, LOG="1s") as program:
        program.tell()
        program.wait_for_message(f"no snapshot (signal SIGUSR2): {code}")
        time.sleep(1.5)
        assert program.messages.count("no snapshot") == 1
        assert program.messages.count("no memory log") == 1
        assert program.process.poll() is None


def test_a_programs_own_handler_stays_alone(tmp_path: Path) -> None:
    source = """
    setInterval(() => {}, 1000);
    process.once("SIGUSR2", () => process.kill(process.pid, "SIGUSR2"));
    console.log("ready");
    """
    with running(source, tmp_path) as program:
        program.tell()
        # As without the kit: the second signal ends it.
        assert program.process.wait(20) == -signal.SIGUSR2
    assert "the program handles SIGUSR2 itself" in program.messages
    assert not program.out.exists()


def test_nodes_own_signal_stays_alone(tmp_path: Path) -> None:
    with running(IDLE, tmp_path, "--heapsnapshot-signal=SIGUSR2") as program:
        program.tell()
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob("Heap.*.heapsnapshot")) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(list(tmp_path.glob("Heap.*.heapsnapshot"))) == 1
    assert not program.out.exists()
    assert "the kit leaves it alone" in program.messages


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("COOLDOWN", "fast", "is not a time such as 30s or 10m; the default applies: 60s."),
        ("BUDGET", "much", "is not a size such as 400MB; the default applies: 2GB."),
        ("THRESHOLDS", "cpu=1%", "is not a list such as heap=80%,rss=400MB"),
        ("SIGNAL", "SIGNO", "is not a signal such as SIGUSR2"),
        ("MOST", "-1", "is not a number"),
    ],
)
def test_wrong_settings(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    with running(
        "console.log('ready')", tmp_path, **cast("dict[str, Any]", {name: text})
    ) as program:
        assert program.process.wait(20) == 0
    assert f"heapnb-kit: HEAPNB_KIT_{name}={text} {complaint}" in program.messages


def test_off(tmp_path: Path) -> None:
    with running(IDLE, tmp_path, heapnb_kit="off") as program:
        program.tell()
        assert program.process.wait(20) == -signal.SIGUSR2


def test_without_messages(tmp_path: Path) -> None:
    with running(IDLE, tmp_path, MESSAGES="off") as program:
        program.tell()
        program.wait_for("*.gz")
        assert program.messages == ""


def test_fake_timers_do_not_stop_it(tmp_path: Path) -> None:
    source = "setInterval(() => {}, 1000); globalThis.Date = class {}; console.log('ready');"
    with running(source, tmp_path) as program:
        program.tell()
        (file,) = program.wait_for("*.gz")
    assert side_of(file)["time"].startswith("20")


def test_the_kit_is_readable() -> None:
    text = KIT.read_text()
    assert max(map(len, text.splitlines())) <= 180
    requires = {part.split(")")[0].strip('"') for part in text.split("require(")[1:]}
    builtins = {"fs", "os", "path", "v8", "perf_hooks", "worker_threads", "inspector", "stream"}
    assert requires <= builtins | {"zlib", "diagnostics_channel"}
