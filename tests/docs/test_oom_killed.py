"""docs/oom-killed.md works as written: its commands, on its service, in a container's limits."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("curl") is None, reason="the page uses curl"),
]

PAGE = (ROOT / "docs" / "oom-killed.md").read_text()
GROUPS = Path("/sys/fs/cgroup/memory")
LIMIT = 1 << 30
PATIENCE = 300.0


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def cgroup() -> Iterator[Path | None]:
    """A control group with a memory limit, where this machine lets a test make one."""
    group = GROUPS / f"heapnb-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(LIMIT))
    except OSError:
        yield None
        return
    yield group
    for _ in range(100):
        try:
            group.rmdir()
        except OSError:
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until_listening(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert server.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the service does not listen")


def test_the_page_as_written(tmp_path: Path, cgroup: Path | None) -> None:
    port = free_port()
    make_kit, start, load, diagnose, report = (
        block.replace("8080", str(port)) for block in blocks("sh")
    )
    (script,) = blocks("js")
    (tmp_path / "server.js").write_text(script.replace("8080", str(port)))
    binary = tmp_path / "bin"
    binary.mkdir()
    heapnb = binary / "heapnb"
    heapnb.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m heapnb "$@"\n')
    heapnb.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{binary}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }

    def run(command: str) -> str:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(make_kit)
    enter = "" if cgroup is None else f"echo $$ > {cgroup}/cgroup.procs; "
    command = start.strip().removesuffix("&").replace(" node ", " exec node ")
    with (tmp_path / "stderr.txt").open("w") as errors:
        server = subprocess.Popen(
            ["sh", "-c", enter + command], cwd=tmp_path, env=environment, stderr=errors
        )
    try:
        wait_until_listening(port, server)
        run(load)
        snapshots = tmp_path / "snapshots"
        deadline = time.monotonic() + PATIENCE
        while len(list(snapshots.glob("*.gz"))) < 3 and time.monotonic() < deadline:
            assert server.poll() is None
            time.sleep(0.5)
        log = (tmp_path / "stderr.txt").read_text()
        assert len(list(snapshots.glob("*.gz"))) >= 3, log
        assert re.search(r"heap \d+ MB above \d+ % of [\d,]+ MB", log)
        if cgroup is not None:
            # The end that the page is about. Nothing of it reaches the files.
            subprocess.run(
                ["curl", "-s", "-o", os.devnull, f"http://127.0.0.1:{port}/?[1-400000]"],
                check=False,
                timeout=PATIENCE,
            )
            assert server.wait(PATIENCE) in {-signal.SIGKILL, -signal.SIGABRT}
    finally:
        server.kill()
        server.wait()
    shown = " ".join(run(diagnose).split())
    for line in blocks("console")[-1].splitlines():
        if line != "…":
            expected = re.escape(" ".join(line.split())).replace(r"6\.5\ kB", r"6\.\d\ kB")
            assert re.search(expected.replace(r"of\ server", r"of\ \S*server"), shown), (
                line,
                shown,
            )
    run(report)
    assert "per request" in (tmp_path / "report.html").read_text()
