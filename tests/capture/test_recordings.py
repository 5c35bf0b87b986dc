"""Recorded allocations of running processes: time lines and sampling heap profiles."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.capture.plan import plan_for
from heapnb.capture.process_facts import facts_of
from heapnb.capture.targets import open_targets
from heapnb.errors import CaptureError, HeapnbError
from tests.capture.running import (
    IDLE,
    READER,
    chromium_running,
    is_inspector_closed,
    node_running,
    wait_until_listening,
)
from tests.node_versions import NODE_VERSIONS, runtime
from tests.variants.forms import build

pytestmark = pytest.mark.node

ANY_PORT = "--inspect-port=0"

LEAKING = """
class Session { constructor(number) { this.data = new Array(50).fill(number); } }
const sessions = [];
function login() { sessions.push(new Session(sessions.length)); }
function search() { return new Array(500).fill(1).map(String).join(); }
setInterval(() => { for (let i = 0; i < 5; i++) { login(); search(); } }, 5);
console.log("ready");
"""

CALLERS = {"login", "(anonymous)"}
"""What allocates sessions: newer compilers inline `login` into what calls it."""

SERVER = """
class Session { constructor(number) { this.data = new Array(50).fill(number); } }
const sessions = new Map();
function login() { sessions.set(`key ${sessions.size}`, new Session(sessions.size)); }
require("node:http").createServer((request, answer) => { login(); answer.end("ok"); })
  .listen(0, "127.0.0.1", function () { console.log(this.address().port); });
"""

WORKER = """
const { Worker, isMainThread } = require("node:worker_threads");
const kept = [];
function inWorker() { kept.push({ text: `number ${kept.length}` }); }
if (isMainThread) new Worker(__filename).once("online", () => console.log("ready"));
setInterval(() => { if (!isMainThread) inWorker(); }, 1);
"""


def side_file(path: Path) -> dict[str, Any]:
    stem = path.name.partition(".heap")[0]
    content: dict[str, Any] = json.loads(path.with_name(f"{stem}.heapnb.json").read_text())
    assert content["snapshot"] == path.name
    return content


def functions_of(path: Path, class_name: str) -> set[str]:
    """Return the functions that allocated the objects of a class."""
    snap = hn.load(path, cache=False)
    nodes = [snap.node(node_id) for node_id in snap.find(class_name=class_name).node_id.tolist()]
    return {stack.frames[0].function for node in nodes if (stack := node.allocation_stack)}


def is_recording(pid: int, folder: Path) -> bool:
    """Tell whether a process still records: then a new snapshot has call stacks."""
    (path,) = hn.capture(pid, out=folder / "after").files
    return hn.load(path, cache=False).has_allocation_stacks


# -- time lines ---------------------------------------------------------------------------------


def test_a_time_line_of_a_process(tmp_path: Path) -> None:
    with node_running(LEAKING, tmp_path, ANY_PORT) as process:
        result = hn.capture(process.pid, kind="timeline", seconds=1, out=tmp_path / "out")
        assert is_inspector_closed(process)
        assert not is_recording(process.pid, tmp_path)
    (file,) = result.files
    assert file.name.endswith(".heaptimeline.zst")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert side_file(file)["pid"] == process.pid
    assert sorted(one.suffix for one in file.parent.iterdir()) == [".json", ".smaps", ".zst"]
    snap = hn.load(file, cache=False)
    assert "login" in functions_of(file, "Session")
    top = snap.allocations().table.iloc[0]
    assert top["function"] in {"login", "Session"}
    assert top["location"].endswith(("program.cjs:2:28", "program.cjs:4:15"))
    assert snap.allocation_ages().time_ms > 500
    assert result.plan is not None
    assert "times slower" in " ".join(result.plan.reasons)


def test_a_series_of_time_lines_is_one_recording_of_requests(tmp_path: Path) -> None:
    with node_running(SERVER, tmp_path, ANY_PORT) as process:
        hit = f"http://127.0.0.1:{wait_until_listening(process)}/"
        result = hn.capture(
            process.pid, kind="timeline", after_requests=40, hit=hit, series=3, out=tmp_path / "out"
        )
        assert not is_recording(process.pid, tmp_path)
    assert [side_file(file)["work"]["units"] for file in result.files] == [40, 80, 120]
    diagnosis = hn.diagnose(result.files)
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert suspect.count_per_snapshot == (40, 80, 120)
    found = suspect.allocated_at
    assert found is not None
    assert found.function == "login"
    # In some recordings V8 has no stack for a quarter of the objects.
    assert found.share > 0.5
    assert found.location is not None
    assert found.location.endswith("program.cjs:4:15")


def test_times_without_stacks(tmp_path: Path) -> None:
    with node_running(LEAKING, tmp_path, ANY_PORT) as process:
        (file,) = hn.capture(
            process.pid, kind="timeline", stacks=False, seconds=1, out=tmp_path / "t.heaptimeline"
        ).files
    assert file == tmp_path / "t.heaptimeline"
    snap = hn.load(file, cache=False)
    assert not snap.has_allocation_stacks
    assert snap.allocation_ages().live_count > 100


def test_workers_record_as_well(tmp_path: Path) -> None:
    with node_running(WORKER, tmp_path, ANY_PORT) as process:
        result = hn.capture(process.pid, kind="timeline", seconds=1, out=tmp_path / "out")
        again = hn.capture(process.pid, out=tmp_path / "again")
    _, worker = result.series.values()
    functions = set(hn.load(worker[0], cache=False).allocations().table["function"])
    assert "inWorker" in functions
    assert not [one for one in again.files if hn.load(one, cache=False).has_allocation_stacks]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("option", ["--timeline", "--sampling"])
def test_an_interrupt_leaves_no_recording(option: str, how: signal.Signals, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(LEAKING, tmp_path, ANY_PORT) as process:
        heapnb = subprocess.Popen(
            [
                *(sys.executable, "-m", "heapnb", "capture", "--pid", str(process.pid)),
                *(option, "60s", "--out", str(out)),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until_listening(process)
        time.sleep(1.5)
        heapnb.send_signal(how)
        _, said = heapnb.communicate(timeout=60)
        if how == signal.SIGINT:
            assert heapnb.returncode == 130, said
        assert not is_recording(process.pid, tmp_path)
        with open_targets(pid=process.pid) as (target, *_), pytest.raises(HeapnbError):
            # V8 refuses to end a sampling that does not run.
            target.call("HeapProfiler.stopSampling")
    assert not out.exists() or list(out.iterdir()) == []


def test_a_process_that_ends_while_it_is_recorded(tmp_path: Path) -> None:
    source = LEAKING + "setTimeout(() => process.exit(), 1500);"
    with (
        node_running(source, tmp_path, ANY_PORT) as process,
        pytest.raises(CaptureError, match="ended"),
    ):
        hn.capture(process.pid, kind="timeline", seconds=30, out=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_would_kill_the_process_is_refused_before_it_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READER.__class__, "available_memory", lambda _: 20_000_000)
    with node_running(LEAKING, tmp_path, ANY_PORT) as process:
        with pytest.raises(CaptureError, match="would probably kill"):
            hn.capture(process.pid, kind="timeline", seconds=1, out=tmp_path / "out")
        # A heap profile needs next to no memory.
        assert hn.capture(process.pid, kind="heap-profile", seconds=0.5, out=tmp_path / "p").files


def test_a_recording_costs_memory_and_time(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        with open_targets(pid=process.pid) as (target, *_):
            facts = facts_of(target)
            plain, times, stacks = (
                plan_for(target, facts, READER, stacks=one) for one in (None, False, True)
            )
        assert hn.plan_capture(process.pid, stacks=True).reasons[-1].startswith("While allocations")
    assert plain.peak_bytes < times.peak_bytes < stacks.peak_bytes
    assert len(stacks.reasons) == len(plain.reasons) + 1


# -- heap profiles ------------------------------------------------------------------------------


def test_heap_profiles_in_a_row(tmp_path: Path) -> None:
    with node_running(LEAKING, tmp_path, ANY_PORT) as process:
        result = hn.capture(
            process.pid,
            kind="heap-profile",
            seconds=0.7,
            series=2,
            sampling=1024,
            out=tmp_path / "o",
        )
    assert [file.suffix for file in result.files] == [".heapprofile", ".heapprofile"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in result.files)
    assert [side_file(file)["index"] for file in result.files] == [1, 2]
    first, second = map(hn.read_heap_profile, result.files)
    assert "login" in set(second.table["function"])
    assert second.sampled_size > first.sampled_size
    assert result.plan is None


# -- other programs -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("version", NODE_VERSIONS)
def test_every_version_of_node(version: str, tmp_path: Path) -> None:
    with node_running(LEAKING, tmp_path, ANY_PORT, node=runtime(version)) as process:
        (file,) = hn.capture(process.pid, kind="timeline", seconds=1, out=tmp_path / "t").files
        (profile,) = hn.capture(
            process.pid, kind="heap-profile", seconds=1, sampling=1024, out=tmp_path / "p"
        ).files
        assert not is_recording(process.pid, tmp_path)
    assert functions_of(file, "Session") & CALLERS
    assert CALLERS & set(hn.read_heap_profile(profile).table["function"])


@pytest.mark.slow
def test_deno(tmp_path: Path) -> None:
    program = tmp_path / "app.js"
    program.write_text(LEAKING)
    command = [runtime("deno"), "run", "--inspect=127.0.0.1:0", str(program)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        port = wait_until_listening(process)
        (file,) = hn.capture(port=port, kind="timeline", seconds=1, out=tmp_path / "t").files
        (profile,) = hn.capture(
            port=port, kind="heap-profile", seconds=1, sampling=1024, out=tmp_path / "p"
        ).files
    finally:
        process.kill()
        process.wait()
    assert functions_of(file, "Session") & CALLERS
    assert CALLERS & set(hn.read_heap_profile(profile).table["function"])


@pytest.mark.slow
@pytest.mark.browser
def test_a_page(chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<title>A page that leaks</title><script>{LEAKING}</script>")
    with chromium_running(chromium, tmp_path, page, "A page that leaks") as port:
        (file,) = hn.capture(port=port, kind="timeline", seconds=1, out=tmp_path / "t").files
        (profile,) = hn.capture(
            port=port, kind="heap-profile", seconds=1, sampling=1024, out=tmp_path / "p"
        ).files
    assert functions_of(file, "Session") & CALLERS
    assert CALLERS & set(hn.read_heap_profile(profile).table["function"])


# -- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "timeline"}, "A recording needs time or requests"),
        ({"kind": "timeline", "seconds": 0}, "A recording needs time or requests"),
        ({"kind": "timeline", "seconds": -1}, "seconds must be 0 or more"),
        ({"kind": "heap-profile", "after": 3}, "after is not for kind='heap-profile'"),
        ({"seconds": 3}, "seconds is not for kind='snapshot'"),
        ({"kind": "video"}, "There is no kind 'video'"),
        ({"kind": "heap-profile", "seconds": 1, "sampling": 0}, "sampling must be 1 or more"),
        ({"kind": "timeline", "seconds": 1, "signal": "USR2"}, "writes plain snapshots"),
        ({"kind": "timeline", "seconds": 1, "out": "a.heapsnapshot"}, "ends in .heaptimeline"),
    ],
)
def test_options_are_checked_first(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HeapnbError, match=message):
        hn.capture(1, **options)


# -- source maps --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_minified_bundle_is_read_through_its_source_map(tmp_path: Path) -> None:
    written = tmp_path / "src" / "shop.js"
    written.parent.mkdir()
    written.write_text(LEAKING)
    built = build(written, tmp_path / "dist", "minified-map", is_esm=False)
    text = built.main.read_text()
    assert "login" not in text.partition("//# sourceMappingURL")[0]
    process = subprocess.Popen(
        ["node", ANY_PORT, str(built.main)], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        (file,) = hn.capture(process.pid, kind="timeline", seconds=1, out=tmp_path / "t").files
        (profile,) = hn.capture(
            process.pid, kind="heap-profile", seconds=1, sampling=1024, out=tmp_path / "p"
        ).files
    finally:
        process.kill()
        process.wait()
    snap = hn.load(file, cache=False, source_maps=built.main.parent)
    [[top]] = snap.allocations().table.head(1)[["location"]].to_numpy().tolist()
    assert Path(top.rsplit(":", 2)[0]).name == "shop.js"
    assert int(top.rsplit(":", 2)[1]) in {2, 4, 6}
    table = hn.read_heap_profile(profile, source_maps=built.main.parent).table
    assert {"login", "Session"} & set(table["function"].head(4))
