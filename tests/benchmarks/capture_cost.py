"""Measure what a snapshot costs the process that it is taken of, and fit the numbers of the plan.

    python -m tests.benchmarks.capture_cost [--versions 18,20] [--megabytes 1,10,100]
        [--shapes objects,strings] [--rows FILE] [--fit] [--markdown]

Each row is one process of Node with a heap of one shape and size, whose snapshot is taken through
its inspector. Rows are added to a file of JSON lines. ``--fit`` computes the coefficients from that
file and writes ``heapnb/capture/capture_cost.json``, which `heapnb.plan_capture` reads.

Pauses are CPU time of the main thread, which other load of the machine does not change; the wall
time stands beside it. Peaks are the kernel's (``VmHWM``). Linux only.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeAlias

import click
import numpy as np
import numpy.typing as npt

from heapnb.capture.plan import COEFFICIENTS
from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import open_targets
from heapnb.format import read_snapshot
from tests.conftest import sample_cases, sample_series
from tests.node_versions import NODE_VERSIONS, runtime

CHUNK: Final = "HeapProfiler.addHeapSnapshotChunk"
ROWS: Final = Path(__file__).with_suffix(".jsonl")
PATIENCE: Final = 900.0
LARGE: Final = 50
"""Megabytes from which the shape of a heap outweighs what Node itself has in it."""

PROGRAM: Final = r"""
const [shape, bytes] = [process.argv[2], Number(process.argv[3]) * 1e6];
const keep = (globalThis.keep = []);
class Item {
  constructor(i) { this.price = i + 0.5; this.owner = { id: i }; this.count = i & 1023; }
}
const makers = {
  objects: (i) => new Item(i),
  strings: (i) => `number ${i} ${Math.random().toString(36).repeat(4)}`,
  arrays: (i) => new Array(100).fill(i),
  texts: (i) => Buffer.alloc(4000, 97 + (i % 26)).toString("latin1") + i,
};
const before = process.memoryUsage().heapUsed;
for (let i = 0; process.memoryUsage().heapUsed - before < bytes; ) {
  for (let k = 0; k < 500; k++, i++) keep.push(makers[shape](i));
}
console.log("ready");
setInterval(() => {}, 1000);
"""
"""Heaps of 35 to 4,000 bytes per node; a maker's result is kept, so nothing is collected."""

QUANTILE: Final = 0.75
STEPS: Final = 50

Row = dict[str, Any]
FloatArray: TypeAlias = npt.NDArray[np.float64]


def measure(version: str, shape: str, megabytes: float, folder: Path) -> Row:
    """Take a snapshot of one process."""
    program = folder / "program.cjs"
    program.write_text(PROGRAM)
    process = subprocess.Popen(
        [
            runtime(version),
            "--max-old-space-size=8000",
            "--inspect-port=0",
            str(program),
            shape,
            str(megabytes),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        return {
            "version": version,
            "shape": shape,
            "megabytes": megabytes,
            **_measured(process.pid),
        }
    finally:
        process.kill()
        process.wait()


def _measured(pid: int) -> Row:
    reader = ProcessReader()
    with open_targets(pid=pid) as (target, *_):
        target.call("HeapProfiler.enable")
        target.call("HeapProfiler.collectGarbage", timeout=PATIENCE)
        heap = int(target.call("Runtime.getHeapUsage")["usedSize"])
        rss = reader.status(pid).rss or 0
        # From here on VmHWM is the peak since now.
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        cpu, start = _main_thread_seconds(pid), time.monotonic()
        file_bytes, head = 0, ""
        for event in target.stream(
            "HeapProfiler.takeHeapSnapshot", events=(CHUNK,), silence=PATIENCE
        ):
            text = event.params["chunk"]
            head = head if len(head) > 1 << 12 else head + text
            file_bytes += len(text.encode())
        wall = time.monotonic() - start
        peak = (reader.status(pid).rss_peak or 0) - rss
        return {
            "heap_bytes": heap,
            "nodes": _count("node_count", head),
            "edges": _count("edge_count", head),
            "pause_ms": round((_main_thread_seconds(pid) - cpu) * 1000),
            "wall_ms": round(wall * 1000),
            "rss_bytes": rss,
            "peak_bytes": peak,
            "file_bytes": file_bytes,
        }


def _main_thread_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _count(name: str, head: str) -> int:
    found = re.search(rf'"{name}":(\d+)', head)
    assert found
    return int(found[1])


def fit(rows: Sequence[Row]) -> dict[str, Any]:
    """Return coefficients: each quantity is ``base + per_node x nodes + per_byte x heap bytes``.

    Three of four heaps need no more than that (a regression of the upper quartile): a plan that
    promises too little would kill a process. Errors are relative, so that small heaps count as
    much as large ones, and no coefficient is negative. ``worst`` is the largest quotient of
    measured and predicted.
    """
    fitted: dict[str, Any] = {"bytes_per_node": _bytes_per_node(rows)}
    for name in ("pause_ms", "peak_bytes", "file_bytes"):
        fitted[name] = {}
        for version in sorted({row["version"] for row in rows}, key=int):
            some = [row for row in rows if row["version"] == version]
            measured = np.array([max(row[name], 1) for row in some], float)
            columns = np.array([[1, row["nodes"], row["heap_bytes"]] for row in some], float)
            values = _quantile(columns / measured[:, None])
            ratio = measured / (columns @ values)
            fitted[name][version] = {
                "base": round(float(values[0])),
                "per_node": _rounded(values[1]),
                "per_byte": _rounded(values[2]),
                "worst": round(float(ratio.max()), 2),
            }
    return fitted


def _quantile(columns: FloatArray) -> FloatArray:
    """Fit coefficients so that a share of `QUANTILE` of the rows is at most 1.

    By least squares whose weights are adjusted until they act as the quantile's loss does.
    """
    values = _non_negative(columns, np.ones(len(columns)))
    for _ in range(STEPS):
        rest = 1 - columns @ values
        loss = np.where(rest > 0, QUANTILE, 1 - QUANTILE) / np.maximum(np.abs(rest), 1e-6)
        values = _non_negative(columns, loss)
    return values


def _non_negative(columns: FloatArray, weights: FloatArray) -> FloatArray:
    """Solve a weighted least-squares problem of few columns without negative coefficients."""
    scale = np.sqrt(weights)
    best, least = np.zeros(columns.shape[1]), np.inf
    for chosen in product((False, True), repeat=columns.shape[1]):
        if not any(chosen):
            continue
        values = np.zeros(columns.shape[1])
        some = list(chosen)
        values[some] = np.linalg.lstsq(columns[:, some] * scale[:, None], scale)[0]
        loss = float((weights * (columns @ values - 1) ** 2).sum())
        if (values >= 0).all() and loss < least:
            best, least = values, loss
    return best


def _bytes_per_node(rows: Sequence[Row]) -> dict[str, float]:
    """Return how large nodes are: in the densest heap, in real programs, as much above them."""
    ratios = [row["heap_bytes"] / row["nodes"] for row in rows if row["megabytes"] >= LARGE]
    real = []
    for path in (path for case in sample_cases() for path in sample_series(case)):
        raw = read_snapshot(path)
        real.append(int(raw.self_size.sum()) / raw.n_nodes)
    dense, usual = min(ratios), float(np.median(real))
    return {
        "dense": _rounded(dense),
        "usual": _rounded(usual),
        "loose": _rounded(usual**2 / dense),
    }


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def table(rows: Iterable[Row]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| Node | heap of | heap | nodes | pause (CPU) | wall | peak above RSS | file |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['version']} | {row['shape']} | {row['heap_bytes'] / 1e6:,.0f} MB"
        f" | {row['nodes']:,} | {row['pause_ms'] / 1000:,.1f} s | {row['wall_ms'] / 1000:,.1f} s"
        f" | {row['peak_bytes'] / 1e6:,.0f} MB | {row['file_bytes'] / 1e6:,.0f} MB |"
        for row in sorted(
            rows, key=lambda row: (int(row["version"]), row["shape"], row["heap_bytes"])
        )
    ]
    return "\n".join(lines)


@click.command()
@click.option("--versions", default=",".join(NODE_VERSIONS), show_default=True)
@click.option("--megabytes", default="1,10,50,150", show_default=True)
@click.option("--shapes", default="objects,strings,arrays,texts", show_default=True)
@click.option("--rows", "path", type=click.Path(path_type=Path), default=ROWS, show_default=True)
@click.option("--fit", "is_fit", is_flag=True, help="Fit the rows of the file; measure nothing.")
@click.option("--markdown", is_flag=True, help="Print the rows of the file; measure nothing.")
def main(
    versions: str, megabytes: str, shapes: str, path: Path, *, is_fit: bool, markdown: bool
) -> None:
    """Measure the cost of snapshots, or fit what was measured."""
    if is_fit or markdown:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        if markdown:
            click.echo(table(rows))
        if is_fit:
            fitted = fit(rows)
            COEFFICIENTS.write_text(json.dumps(fitted, indent=2) + "\n")
            click.echo(json.dumps(fitted, indent=2))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    for size in map(float, megabytes.split(",")):
        for version in versions.split(","):
            for shape in shapes.split(","):
                with tempfile.TemporaryDirectory() as folder:
                    row = measure(version, shape, size, Path(folder))
                click.echo(json.dumps(row))
                with path.open("a") as file:
                    file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
