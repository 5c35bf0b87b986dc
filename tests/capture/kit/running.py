"""Programs that run with the kit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heapnb.capture.kit import kit as kit_module

KIT = Path(kit_module.__file__).with_name(kit_module.SCRIPT)
PATIENCE = 60.0
SNAPSHOT = "heapnb-*.heapsnapshot*"


@dataclass
class Running:
    """A program under Node, and what the kit wrote."""

    process: subprocess.Popen[str]
    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "heapnb-kit"

    @property
    def messages(self) -> str:
        return (self.folder / "stderr.txt").read_text()

    def tell(self, signal_number: int = signal.SIGUSR2) -> None:
        self.process.send_signal(signal_number)

    def wait_for(self, pattern: str, count: int = 1) -> list[Path]:
        """Wait until there are so many files of a pattern."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = sorted(self.out.glob(pattern))
            if len(found) >= count:
                return found
            time.sleep(0.05)
        files = [path.name for path in self.out.glob("*")]
        raise AssertionError(f"no {count} × {pattern} in {files}; {self.messages}")

    def wait_for_message(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.messages:
            assert time.monotonic() < deadline, self.messages
            time.sleep(0.05)

    def say(self, line: str) -> None:
        """Send the program a line, and wait until it answers with one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline()


@contextmanager
def running(
    source: str,
    folder: Path,
    *flags: str,
    node: str = "node",
    name: str = "program.cjs",
    required: bool = True,
    ready: bool = True,
    **settings: str,
) -> Iterator[Running]:
    """Run JavaScript with the kit, once it has printed a line."""
    program = folder / name
    program.write_text(source)
    variables = {f"HEAPNB_KIT_{key}": value for key, value in settings.items() if key.isupper()}
    others = {key.upper(): value for key, value in settings.items() if not key.isupper()}
    require = ["--require", str(KIT)] if required else []
    with (folder / "stderr.txt").open("w") as errors:
        process = subprocess.Popen(
            [node, *require, *flags, str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=folder,
            env={"PATH": os.environ["PATH"], **variables, **others},
        )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        if ready:
            assert process.stdout.readline(), (folder / "stderr.txt").read_text()
        yield Running(process, folder)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def side_of(snapshot: Path) -> dict[str, Any]:
    """Return the content of a snapshot's side file."""
    stem = snapshot.name.split(".heap")[0]
    content: dict[str, Any] = json.loads(snapshot.with_name(f"{stem}.heapnb.json").read_text())
    return content


def fake_system(folder: Path, *, limit: int, usage: int, version: int = 2) -> str:
    """Write files as in /proc and /sys/fs/cgroup; usage of the cgroup is in bytes."""
    proc = folder / "proc"
    (proc / "self").mkdir(parents=True, exist_ok=True)
    (proc / "meminfo").write_text("MemTotal: 64000000 kB\nMemAvailable: 60000000 kB\n")
    memory = folder / "sys" / "fs" / "cgroup"
    if version == 1:
        memory /= "memory"
    group = memory / "pod"
    group.mkdir(parents=True, exist_ok=True)
    (proc / "self" / "cgroup").write_text("0::/pod\n" if version == 2 else "4:memory:/pod\n")
    limits, usages = (
        ("memory.max", "memory.current")
        if version == 2
        else ("memory.limit_in_bytes", "memory.usage_in_bytes")
    )
    (group / limits).write_text(f"{limit}\n")
    (group / usages).write_text(f"{usage}\n")
    cache = "inactive_file" if version == 2 else "total_inactive_file"
    (group / "memory.stat").write_text(f"anon 1\n{cache} 1000000\n")
    return str(folder)
