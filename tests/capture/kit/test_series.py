"""Series that the kit takes, from the program to the verdict."""

from __future__ import annotations

import json
import re
import stat
import time
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from tests.capture.kit.running import KIT, Running, running, side_of
from tests.node_versions import NODE_VERSIONS, runtime

pytestmark = pytest.mark.node

LEAK = """
const leaked = [];
class Session { constructor(i) { this.number = i; this.data = new Array(50).fill(i); } }
require("node:readline").createInterface({ input: process.stdin }).on("line", (count) => {
  for (let i = 0; i < Number(count); i++) leaked.push(new Session(i));
  process.emit("heapnb:work", Number(count));
  console.log("done");
});
console.log("ready");
"""

SERVER = """
const http = require("node:http");
const server = http.createServer((request, response) => response.end("ok"));
server.listen(0, "127.0.0.1", () => console.log("ready"));
require("node:readline").createInterface({ input: process.stdin }).on("line", async (count) => {
  for (let i = 0; i < Number(count); i++) {
    await new Promise((done) => {
      http.get(server.address(), (response) => response.resume().on("end", done));
    });
  }
  console.log("done");
});
"""


def take_three(program: Running) -> list[Path]:
    for number, count in enumerate((500, 500, 1000), 1):
        program.say(str(count))
        program.tell()
        program.wait_for("*.gz", number)
    return program.wait_for("*.gz", 3)


def test_three_signals_make_a_diagnosis(tmp_path: Path) -> None:
    with running(LEAK, tmp_path, THRESHOLDS="off", ALARM="off") as program:
        files = take_three(program)
        assert program.process.poll() is None
    diagnosis = hn.diagnose(files)
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].class_name == "Session"
    assert diagnosis.suspects[0].count_per_snapshot == (500, 1000, 2000)
    assert len(diagnosis.suspects) == 1, "the kit itself is suspected"
    assert "kit" not in " ".join(diagnosis.suspects[0].chain).lower()
    names = [re.sub(r"\d{8}T\d{6}-\d+", "SERIES", path.name) for path in files]
    assert names == [f"heapnb-SERIES-0-00{number}.heapsnapshot.gz" for number in (1, 2, 3)]


def test_side_files(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "shop", "version": "1.4.2", "x": "secret"}')
    flags = ("--max-old-space-size=512", "--title=secret")
    with running(LEAK, tmp_path, *flags, WORK="orders", password="secret") as program:
        files = take_three(program)
        pid = program.process.pid
    sides = [side_of(path) for path in files]
    assert [side["work"] for side in sides] == [
        {"name": "orders", "units": units} for units in (500, 1000, 2000)
    ]
    assert [side["index"] for side in sides] == [1, 2, 3]
    assert [side["snapshot"] for side in sides] == [path.name for path in files]
    assert len({side["series"] for side in sides}) == 1
    assert sorted(side["time"] for side in sides) == [side["time"] for side in sides]
    last = sides[-1]
    assert last["format"] == "heapnb-side-file"
    assert last["version"] == 1
    assert last["written_by"] == f"heapnb-kit {hn.__version__}"
    assert (last["pid"], last["thread_id"], last["reason"]) == (pid, 0, "signal")
    assert last["app"] == {"name": "shop", "version": "1.4.2"}
    assert last["program"] == "program.cjs"
    assert last["runtime"]["flags"] == ["--max-old-space-size=512"]
    assert last["memory"]["heap_limit"] > 500e6
    assert last["duration_ms"] > 0
    assert last["gc"]["major"] > 0
    assert last["smaps_rollup"]["rss"] > 1e6
    assert {space["name"] for space in last["heap_spaces"]} >= {"new_space", "old_space"}
    assert "secret" not in json.dumps(sides)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["16", *NODE_VERSIONS])
def test_every_version_of_node(tmp_path: Path, version: str) -> None:
    with running(LEAK, tmp_path, node=runtime(version)) as program:
        files = take_three(program)
        assert program.process.poll() is None
    sides = [side_of(path) for path in files]
    assert {side["runtime"]["version"].partition(".")[0] for side in sides} == {version}
    assert [side["work"]["units"] for side in sides] == [500, 1000, 2000]
    assert all(side["memory"]["heap_used"] > 1e6 for side in sides)
    diagnosis = hn.diagnose(files)
    assert diagnosis.verdict == "leak"
    assert [suspect.count_per_snapshot for suspect in diagnosis.suspects] == [(500, 1000, 2000)]


def test_files_are_private(tmp_path: Path) -> None:
    with running(LEAK, tmp_path, LOG="1s") as program:
        program.tell()
        program.wait_for("*.gz")
        program.wait_for("*.jsonl")
        time.sleep(1.5)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in program.out.iterdir()}
        assert stat.S_IMODE(program.out.stat().st_mode) == 0o700
    assert modes == {0o600}


def test_http_requests_are_units_of_work(tmp_path: Path) -> None:
    with running(SERVER, tmp_path) as program:
        program.say("7")
        program.tell()
        (file,) = program.wait_for("*.gz")
    assert side_of(file)["work"] == {"name": "requests", "units": 7}


def test_uncompressed(tmp_path: Path) -> None:
    with running(LEAK, tmp_path, COMPRESS="off") as program:
        program.tell()
        (file,) = program.wait_for("*.heapsnapshot")
        program.wait_for_message(file.name)
        assert [path.name for path in program.out.iterdir() if path.name.startswith(".")] == []
    assert len(hn.load(file).nodes) > 1000
    assert side_of(file)["snapshot"] == file.name


# -- how programs start ------------------------------------------------------------------------


def test_an_es_module_by_node_options(tmp_path: Path) -> None:
    source = "import 'node:fs'; await 1; setInterval(() => {}, 1000); console.log('ready');"
    options = f"--require={KIT}"
    with running(
        source, tmp_path, name="program.mjs", required=False, node_options=options
    ) as program:
        program.tell()
        (file,) = program.wait_for("*.gz")
    assert side_of(file)["program"] == "program.mjs"


WORKERS = """
const { Worker, isMainThread } = require("node:worker_threads");
globalThis.kept = [];
if (isMainThread) {
  new Worker(__filename, OPTIONS).once("online", () => console.log("ready"));
  setInterval(() => {}, 1000);
} else {
  class Job {}
  setInterval(() => { kept.push(new Job()); process.emit("heapnb:work", 1); }, 5);
}
"""


@pytest.mark.parametrize("required", [True, False])
def test_each_worker_has_its_own_series(tmp_path: Path, *, required: bool) -> None:
    # A worker without an environment has no NODE_OPTIONS either.
    source = WORKERS.replace("OPTIONS", "{ env: {} }" if required else "{}")
    options: dict[str, Any] = {} if required else {"node_options": f"--require={KIT}"}
    with running(source, tmp_path, required=required, **options) as program:
        program.tell()
        mains, workers = program.wait_for("*-0-001.*.gz"), program.wait_for("*-1-001.*.gz")
    main, worker = side_of(mains[0]), side_of(workers[0])
    assert (main["target"]["type"], worker["target"]["type"]) == ("node", "worker")
    assert (main["thread_id"], worker["thread_id"]) == (0, 1)
    assert main["series"].rpartition("-")[0] == worker["series"].rpartition("-")[0]
    # The counter of work is the process's.
    assert worker["work"]["units"] >= 1
    jobs = hn.load(workers[0]).constructors().set_index("class_name")
    assert "Job" in jobs.index
    assert "Job" not in hn.load(mains[0]).constructors()["class_name"].tolist()


CLUSTER = """
const cluster = require("node:cluster");
if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork();
  let n = 0;
  cluster.on("online", () => { if (++n === 2) console.log("ready"); });
  process.stdin.on("data", () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill("SIGUSR2");
    console.log("done");
  });
} else setInterval(() => {}, 1000);
process.on("disconnect", () => process.exit());
"""


def test_cluster_workers_take_turns(tmp_path: Path) -> None:
    with running(CLUSTER, tmp_path) as program:
        time.sleep(1)
        program.say("kill")
        files = program.wait_for("*.gz", 2)
        sides = [side_of(path) for path in files]
    assert len({side["pid"] for side in sides}) == 2
    spans = sorted(
        (time_of(side["time"]), time_of(side["time"]) + side["duration_ms"] / 1000)
        for side in sides
    )
    # The time is when the side file was begun, a moment before V8 starts.
    assert spans[0][1] <= spans[1][0] + 0.05


def time_of(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()
