"""What goes wrong while a process is captured: no half file, no open inspector, a clear error."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import heapnb as hn
from heapnb.capture.capturing import capture
from heapnb.capture.processes import ProcessReader
from heapnb.errors import CaptureError
from tests.capture.running import (
    IDLE,
    READER,
    is_inspector_closed,
    node_running,
    wait_until_listening,
)

pytestmark = [pytest.mark.node, pytest.mark.slow]

ANY_PORT = "--inspect-port=0"

MANY = "globalThis.many = Array.from({ length: 200_000 }, (_, i) => ({ id: i, half: i / 2 }));"
"""A heap whose snapshot takes a second or two."""


def wait_until_closed(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not is_inspector_closed(process):
        assert process.poll() is None, "the program ended"
        assert time.monotonic() < deadline, "the inspector stays open"
        time.sleep(0.05)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "heapnb", "capture", *map(str, arguments)]


# -- the process ends ---------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["Building the snapshot", "Receiving"])
def test_the_process_dies_in_mid_capture(stage: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(MANY + IDLE, tmp_path, ANY_PORT) as process:

        def kill(title: str, done: int, total: int) -> None:
            if title.startswith(stage) and done:
                process.kill()

        with pytest.raises(CaptureError, match="the process ended") as caught:
            hn.capture(process.pid, out=out, progress=kill)
    assert f"Snapshot 1 of 1 of process {process.pid} is missing" in caught.value.message
    assert "--sampling" in (caught.value.hint or "")
    assert list(out.iterdir()) == []


def test_snapshots_before_the_end_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(IDLE, tmp_path, ANY_PORT) as process:

        def kill(title: str, done: int, total: int) -> None:
            if title == "Waiting" and done:
                process.kill()

        with pytest.raises(CaptureError, match=f"Process {process.pid} ended"):
            hn.capture(process.pid, out=out, series=2, after=30, progress=kill)
    (snapshot,) = out.glob("*.heapsnapshot.zst")
    assert len(hn.load(snapshot, cache=False).nodes) > 10_000
    assert len(list(out.iterdir())) == 3


def test_a_worker_that_ends_is_left_out(tmp_path: Path) -> None:
    source = (
        "const { Worker } = require('node:worker_threads');"
        "const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });"
        "worker.once('online', () => console.log('online'));"
        "process.on('SIGWINCH', () => worker.terminate());"
    )
    with node_running(source + IDLE, tmp_path, ANY_PORT, ready=2) as process:

        def end_worker(title: str, done: int, total: int) -> None:
            if title == "Waiting":
                process.send_signal(signal.SIGWINCH)

        result = hn.capture(
            process.pid, out=tmp_path / "out", series=2, after=1, progress=end_worker
        )
        assert is_inspector_closed(process)
    assert [len(files) for files in result.series.values()] == [2, 1]


def test_a_program_that_ended_waits_for_its_inspector(tmp_path: Path) -> None:
    source = "process.on('SIGWINCH', () => clearInterval(timer)); const timer = " + IDLE
    with node_running(source, tmp_path, "--inspect=0") as process:
        port = wait_until_listening(process)

        def end_program(title: str, done: int, total: int) -> None:
            if title == "Waiting":
                process.send_signal(signal.SIGWINCH)

        with pytest.raises(CaptureError, match="The program has ended"):
            hn.capture(port=port, out=tmp_path / "out", series=2, after=1, progress=end_program)
        assert process.wait(timeout=10) == 0


# -- the disk -----------------------------------------------------------------------------------


@pytest.mark.parametrize("compress", [True, False])
def test_a_file_that_may_not_grow_further(compress: bool, tmp_path: Path) -> None:
    out = tmp_path / "out"
    flags = [] if compress else ["--no-compress"]

    def limit() -> None:
        # As a full disk: writing fails half-way.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    with node_running(MANY + IDLE, tmp_path, ANY_PORT) as process:
        result = subprocess.run(
            command("--pid", process.pid, "--out", out, *flags),
            preexec_fn=limit,
            capture_output=True,
            text=True,
            check=False,
        )
        wait_until_closed(process)
    assert result.returncode == 2
    assert "File too large. The incomplete file was removed." in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(out.iterdir()) == []


def test_a_disk_without_room_is_refused_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100_000))
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        with pytest.raises(CaptureError, match=r"has 0 MB left, and the snapshot needs about 1 MB"):
            capture(process.pid, out=tmp_path / "out")
        assert is_inspector_closed(process)


# -- interruptions ------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0])
def test_interrupted_at_any_point(seconds: float, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(MANY + IDLE, tmp_path, ANY_PORT) as process:
        heapnb = subprocess.Popen(
            command("--pid", process.pid, "--out", out, "--series", 3, "--after", "1s"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until_listening(process)
        time.sleep(seconds)
        heapnb.send_signal(signal.SIGINT)
        _, said = heapnb.communicate(timeout=60)
        wait_until_closed(process)
    assert heapnb.returncode == 130, said
    assert said == "heapnb: Interrupted.\n"
    names = sorted(path.name for path in out.iterdir()) if out.exists() else []
    assert not [name for name in names if name.endswith(".part")]
    snapshots = [out / name for name in names if name.endswith(".zst")]
    assert len(names) == 3 * len(snapshots)
    for snapshot in snapshots:
        assert len(hn.load(snapshot, cache=False).nodes) > 200_000


def test_interrupted_in_mid_snapshot(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(MANY + IDLE, tmp_path, ANY_PORT) as process:

        def interrupt(title: str, done: int, total: int) -> None:
            if title.startswith("Receiving") and done:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            hn.capture(process.pid, out=out, progress=interrupt)
        wait_until_closed(process)
    assert list(out.iterdir()) == []


def test_interrupted_twice(tmp_path: Path) -> None:
    # The first interrupt waits for the process; the second one does not, and Node closes the
    # inspector all the same.
    out = tmp_path / "out"
    many = MANY.replace("200_000", "600_000")
    with node_running(many + IDLE, tmp_path, ANY_PORT) as process:
        heapnb = subprocess.Popen(
            command("--pid", process.pid, "--out", out),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while not list(out.glob(".*.part")) and time.monotonic() < deadline:
            time.sleep(0.05)
        for _ in range(2):
            time.sleep(0.5)
            heapnb.send_signal(signal.SIGINT)
        heapnb.communicate(timeout=60)
        assert heapnb.returncode == 130
        wait_until_closed(process)
    assert not list(out.glob("*.zst"))
    assert not list(out.glob("*.json"))


# -- others at the same time --------------------------------------------------------------------


def test_two_captures_at_once(tmp_path: Path) -> None:
    with node_running(MANY + IDLE, tmp_path, ANY_PORT) as process:
        errors: list[str] = []

        def capture_again(title: str, done: int, total: int) -> None:
            if title.startswith("Building") and not errors:
                second = subprocess.run(
                    command("--pid", process.pid, "--out", tmp_path / "second"),
                    capture_output=True,
                    text=True,
                    check=False,
                )
                errors.append(second.stderr)

        first = hn.capture(process.pid, out=tmp_path / "out", progress=capture_again)
        assert is_inspector_closed(process)
    assert f"Process {process.pid} is being captured by another heapnb" in errors[0]
    assert len(hn.load(first.files[0], cache=False).nodes) > 200_000
    assert list((tmp_path / "second").iterdir()) == []


# -- the connection -----------------------------------------------------------------------------


@contextlib.contextmanager
def forwarding(port: int, *, bytes_per_step: int, stop_after: int | None = None) -> Iterator[int]:
    """Forward a port, slowly; after some bytes of answers, forward nothing more."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def pump(source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        n_bytes = 0
        with contextlib.suppress(OSError):
            while data := source.recv(bytes_per_step if is_answer else 1 << 16):
                n_bytes += len(data)
                if is_answer and stop_after is not None and n_bytes > stop_after:
                    ended.wait()
                    return
                sink.sendall(data)
                if is_answer and n_bytes > 100_000:
                    time.sleep(0.001)
            sink.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                inner = socket.create_connection(("127.0.0.1", port))
                for ends in ((client, inner, False), (inner, client, True)):
                    threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        ended.set()
        server.close()


def test_a_slow_connection(tmp_path: Path) -> None:
    with (
        node_running(MANY + IDLE, tmp_path, "--inspect=0") as process,
        forwarding(wait_until_listening(process), bytes_per_step=1 << 14) as port,
    ):
        start = time.monotonic()
        (file,) = hn.capture(port=port, out=tmp_path / "out", silence=20).files
        assert time.monotonic() - start > 2
    assert len(hn.load(file, cache=False).nodes) > 200_000


def test_a_connection_that_falls_silent(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(MANY + IDLE, tmp_path, "--inspect=0") as process:
        inner = wait_until_listening(process)
        with (
            forwarding(inner, bytes_per_step=1 << 16, stop_after=3_000_000) as port,
            pytest.raises(CaptureError, match="nothing received within 3 s"),
        ):
            hn.capture(port=port, out=out, silence=3)
        assert process.poll() is None
    assert list(out.iterdir()) == []


# -- limits -------------------------------------------------------------------------------------


@pytest.fixture
def memory_group() -> Iterator[Path]:
    """Return a control group of version 1 or 2 that tests may limit."""
    for parent, own in (
        (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), "memory.max"),
    ):
        group = parent / f"heapnb-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / own).exists():
            yield group
            _remove(group)
            return
        group.rmdir()
    pytest.skip("needs the right to make control groups")


def _remove(group: Path) -> None:
    deadline = time.monotonic() + 10
    while (group / "cgroup.procs").read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    group.rmdir()


def limited(group: Path, megabytes: int, pid: int) -> None:
    name = "memory.max" if (group / "memory.max").exists() else "memory.limit_in_bytes"
    (group / name).write_text(str(megabytes * 1_000_000))
    (group / "cgroup.procs").write_text(str(pid))


def test_a_limit_that_is_too_small(memory_group: Path, tmp_path: Path) -> None:
    # The process moves into the group before it makes its heap, whose memory counts there.
    many = MANY.replace("200_000", "500_000")
    source = f"process.stdin.once('data', () => {{ {many} console.log('full'); }}); {IDLE}"
    out = tmp_path / "out"
    with node_running(source, tmp_path, ANY_PORT, stdin=subprocess.PIPE) as process:
        limited(memory_group, 150, process.pid)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "full\n"
        plan = hn.plan_capture(process.pid)
        assert plan.verdict == "would-kill"
        assert plan.limited_by == "cgroup"
        assert plan.peak_bytes > (plan.limit_bytes or 0)
        with pytest.raises(CaptureError, match="would probably kill process") as caught:
            hn.capture(process.pid, out=out)
        assert "--sampling 30s" in (caught.value.hint or "")
        assert is_inspector_closed(process)
        before = READER.cgroup(process.pid)
        assert before is not None
        assert before.limit is not None
        assert before.limit <= 150_000_000
        # The plan was right.
        with pytest.raises(CaptureError, match="the process ended"):
            hn.capture(process.pid, out=out, force=True)
        assert process.wait() == -signal.SIGKILL
    assert list(out.iterdir()) == []


def test_a_limit_of_the_address_space(tmp_path: Path) -> None:
    with node_running(MANY + IDLE, tmp_path, ANY_PORT) as process:
        size = ProcessReader().status(process.pid).address_space
        assert size is not None
        resource.prlimit(process.pid, resource.RLIMIT_AS, (size + 40_000_000, -1))
        plan = hn.plan_capture(process.pid)
        assert (plan.verdict, plan.limited_by) == ("would-kill", "ulimit")


def test_a_series_in_a_group_that_has_room_for_one_snapshot(
    memory_group: Path, tmp_path: Path
) -> None:
    # What the first snapshot leaves to the allocator does not count twice.
    source = f"process.stdin.once('data', () => {{ {MANY} console.log('full'); }}); {IDLE}"
    with node_running(source, tmp_path, ANY_PORT, stdin=subprocess.PIPE) as process:
        limited(memory_group, 550, process.pid)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "full\n"
        result = hn.capture(process.pid, out=tmp_path / "out", series=3, after=0)
        group = READER.cgroup(process.pid)
        assert process.poll() is None
    assert len(result.files) == 3
    assert group is not None
    assert group.oom_kills in {0, None}
