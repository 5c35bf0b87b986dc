"""Measure what the recording of allocations costs a process, for the plan of time lines.

    python -m tests.benchmarks.recording_cost [--versions 20,26] [--megabytes 10,50]

Each row is one process of Node. It keeps a heap of small objects, then makes as many again while
allocations are recorded: the memory that the recording takes per object, the same without call
stacks, and the CPU time of the main thread for one look at the heap, which V8 takes again 50 ms
after each. Linux only.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import click

from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import Target, open_targets
from tests.benchmarks.capture_cost import PATIENCE, _main_thread_seconds
from tests.node_versions import runtime

PROGRAM: Final = r"""
const bytes = Number(process.argv[2]) * 1e6;
const keep = (globalThis.keep = []);
class Item {
  constructor(i) { this.price = i + 0.5; this.owner = { id: i }; this.count = i & 1023; }
}
const add = (globalThis.add = (n) => { for (let i = 0; i < n; i++) keep.push(new Item(i)); });
const before = process.memoryUsage().heapUsed;
while (process.memoryUsage().heapUsed - before < bytes) add(500);
console.log("ready");
setInterval(() => {}, 1000);
"""
OBJECTS_PER_ITEM: Final = 3
"""An item, its owner, and the number that is no small integer."""

LOOKS: Final = 5
STATISTICS: Final = "HeapProfiler.lastSeenObjectId"


def measure(version: str, megabytes: float, folder: Path, *, stacks: bool | None) -> dict[str, Any]:
    """Measure one process; ``stacks`` is None for none of the recording."""
    program = folder / "program.cjs"
    program.write_text(PROGRAM)
    process = subprocess.Popen(
        [
            *(runtime(version), "--max-old-space-size=8000", "--inspect-port=0"),
            *(str(program), str(megabytes)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        reader = ProcessReader()
        with open_targets(pid=process.pid) as (target, *_):
            return {
                "version": version,
                "megabytes": megabytes,
                "stacks": stacks,
                **_measured(process.pid, target, reader, stacks=stacks),
            }
    finally:
        process.kill()
        process.wait()


def _measured(
    pid: int, target: Target, reader: ProcessReader, *, stacks: bool | None
) -> dict[str, Any]:
    items = int(target.evaluate("keep.length"))
    objects = OBJECTS_PER_ITEM * items
    target.call("HeapProfiler.collectGarbage", timeout=PATIENCE)
    before = reader.status(pid).rss or 0
    look_ms = None
    if stacks is not None:
        start = {"trackAllocations": stacks}
        target.call("HeapProfiler.startTrackingHeapObjects", start, timeout=PATIENCE)
        events = target.inspector.events(STATISTICS, timeout=PATIENCE)
        next(events)
        cpu = _main_thread_seconds(pid)
        for _ in range(LOOKS):
            next(events)
        look_ms = 1000 * (_main_thread_seconds(pid) - cpu) / LOOKS
    begun = time.monotonic()
    target.inspector.call("Runtime.evaluate", {"expression": f"add({items})"}, timeout=PATIENCE)
    wall = time.monotonic() - begun
    target.call("HeapProfiler.collectGarbage", timeout=PATIENCE)
    after = reader.status(pid).rss or 0
    return {
        "objects": objects,
        "look_ms": look_ms,
        "wall_ms": round(wall * 1000),
        "bytes_per_object": round((after - before) / objects, 1),
    }


@click.command()
@click.option("--versions", default="20,26")
@click.option("--megabytes", default="10,50")
def main(versions: str, megabytes: str) -> None:
    """Print a row for each version, size and kind of recording."""
    with tempfile.TemporaryDirectory() as folder:
        for version in versions.split(","):
            for size in megabytes.split(","):
                for stacks in (None, False, True):
                    click.echo(measure(version, float(size), Path(folder), stacks=stacks))


if __name__ == "__main__":
    main()
