"""Snapshots of running processes: what is in the files, and what is beside them."""

from __future__ import annotations

import dataclasses
import json
import re
import stat
import subprocess
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.capture import session
from heapnb.capture.plan import CapturePlan, plan_for
from heapnb.capture.sampling import sample_heap
from heapnb.errors import HeapnbError
from tests.capture.running import (
    IDLE,
    READER,
    WORKERS,
    chromium_running,
    is_inspector_closed,
    node_running,
    wait_until_listening,
)
from tests.node_versions import NODE_VERSIONS, runtime

pytestmark = pytest.mark.node

ANY_PORT = "--inspect-port=0"
NAME = re.compile(r"Heap\.\d{8}\.\d{6}\.(\d+)\.(\d+)\.(\d{3})\.heapsnapshot\.zst")

KEEPING = """
class Order { constructor(number) { this.number = number; } }
globalThis.orders = Array.from({ length: 500 }, (_, i) => new Order(i));
"""

LEAKING_SERVER = """
class Session { constructor(number) { this.data = new Array(50).fill(number); } }
const sessions = new Map();
require("node:http").createServer((request, answer) => {
  const number = sessions.size;
  sessions.set(`key ${number}`, new Session(number));
  answer.end("ok");
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
"""


def side_file(snapshot: Path) -> dict[str, object]:
    path = snapshot.with_name(snapshot.name.partition(".heapsnapshot")[0] + ".heapnb.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content: dict[str, object] = json.loads(path.read_text())
    return content


def n_orders(snapshot: Path) -> int:
    return len(hn.load(snapshot, cache=False).find(class_name="Order"))


def test_a_snapshot_of_a_process(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(KEEPING + IDLE, tmp_path, ANY_PORT) as process:
        result = hn.capture(process.pid, out=out)
        assert is_inspector_closed(process)
        usage = READER.status(process.pid)
    (file,) = result.files
    assert result.series == {f"process {process.pid}": (file,)}
    name = NAME.fullmatch(file.name)
    assert name
    assert name.groups() == (str(process.pid), "0", "001")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert n_orders(file) == 500
    assert len(list(out.iterdir())) == 3
    side = side_file(file)
    assert side["format"] == "heapnb-side-file"
    assert side["snapshot"] == file.name
    assert (side["pid"], side["thread_id"], side["index"]) == (process.pid, 0, 1)
    assert side["program"] == "program.cjs"
    memory = side["memory"]
    assert isinstance(memory, dict)
    assert memory["heap_used"] < memory["heap_total"] < memory["heap_limit"]
    assert memory["rss"] < (usage.rss_peak or 0)
    assert side["smaps_rollup"]
    memory_map = file.with_name(file.name.partition(".heapsnapshot")[0] + ".smaps")
    assert stat.S_IMODE(memory_map.stat().st_mode) == 0o600
    parts = hn.rss(file).table["part"]
    assert {"allocator", "thread stacks"} <= set(parts)
    assert result.plan is not None
    assert result.plan.verdict == "safe"
    assert "snapshot" in repr(result)


def test_a_risk_is_told_before_the_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def risky(*arguments: object, **options: object) -> CapturePlan:
        plan = plan_for(*arguments, **options)  # type: ignore[arg-type]
        return dataclasses.replace(plan, verdict="risky", reasons=("The peak is large.",))

    monkeypatch.setattr(session, "plan_for", risky)
    with (
        node_running(IDLE, tmp_path, ANY_PORT) as process,
        pytest.warns(UserWarning, match=f"process {process.pid}: The peak is large."),
    ):
        assert hn.capture(process.pid, out=tmp_path / "out").files


def test_flags_lose_their_values_and_code(tmp_path: Path) -> None:
    (tmp_path / "secret-module.cjs").write_text("")
    flags = ("--require=./secret-module.cjs", "--max-old-space-size=300", "--expose-gc")
    with node_running(IDLE, tmp_path, ANY_PORT, *flags, SECRET_TOKEN="hunter2") as process:
        (file,) = hn.capture(process.pid, out=tmp_path / "out").files
    text = json.dumps(side_file(file))
    assert "secret-module" not in text
    assert "hunter2" not in text
    runtime_ = side_file(file)["runtime"]
    assert isinstance(runtime_, dict)
    assert runtime_["flags"] == [
        "--inspect-port=0",
        "--require=…",
        "--max-old-space-size=300",
        "--expose-gc",
    ]


def test_a_series_over_requests_is_diagnosed(tmp_path: Path) -> None:
    # The program says at which port it serves by its only line, which `ready` has read.
    with node_running(LEAKING_SERVER, tmp_path, ANY_PORT) as process:
        hit = f"http://127.0.0.1:{wait_until_listening(process)}/"
        result = hn.capture(
            process.pid,
            out=tmp_path / "out",
            series=3,
            after_requests=200,
            hit=hit,
            concurrency=4,
        )
    assert [NAME.fullmatch(file.name)[3] for file in result.files] == ["001", "002", "003"]  # type: ignore[index]
    work = [side_file(file)["work"] for file in result.files]
    assert work == [{"name": "requests", "units": n} for n in (0, 200, 400)]
    assert len({side_file(file)["series"] for file in result.files}) == 1
    diagnosis = hn.diagnose(result.files)
    assert diagnosis.verdict == "leak"
    assert "sessions" in diagnosis.suspects[0].anchor


@pytest.mark.slow
def test_workers_become_series_of_their_own(tmp_path: Path) -> None:
    with node_running(WORKERS, tmp_path, ANY_PORT, ready=2) as process:
        result = hn.capture(process.pid, out=tmp_path / "out", series=2, after=0)
        main_only = hn.capture(process.pid, out=tmp_path / "main", workers=False)
    pid = process.pid
    assert list(result.series) == [
        f"process {pid}",
        f"worker 1 of process {pid}",
        f"worker 2 of process {pid}",
    ]
    for thread, files in enumerate(result.series.values()):
        assert [NAME.fullmatch(file.name)[2] for file in files] == [str(thread)] * 2  # type: ignore[index]
        assert [side_file(file)["thread_id"] for file in files] == [thread] * 2
        assert len(hn.load(files[0], cache=False).nodes) > 10_000
    assert len(result.files) == 6
    assert len(main_only.files) == 1


@pytest.mark.slow
def test_names_and_compression(tmp_path: Path) -> None:
    with node_running(KEEPING + IDLE, tmp_path, ANY_PORT) as process:
        pid = process.pid
        (plain,) = hn.capture(pid, out=tmp_path / "plain.heapsnapshot").files
        (packed,) = hn.capture(pid, out=tmp_path / "packed.heapsnapshot.gz").files
        (bare,) = hn.capture(pid, out=tmp_path / "folder", compress=False).files
        two = hn.capture(pid, out=tmp_path / "two.heapsnapshot.zst", series=2, after=0).files
        with pytest.raises(HeapnbError, match="exists"):
            hn.capture(pid, out=tmp_path / "plain.heapsnapshot")
        with pytest.raises(HeapnbError, match=r"ends in \.heapsnapshot"):
            hn.capture(pid, out=tmp_path / "file.json")
    assert json.loads(plain.read_text())["snapshot"]["node_count"]
    assert packed.read_bytes()[:2] == b"\x1f\x8b"
    assert bare.name.endswith(".001.heapsnapshot")
    assert [file.name for file in two] == [
        "two.0.001.heapsnapshot.zst",
        "two.0.002.heapsnapshot.zst",
    ]
    assert n_orders(plain) == n_orders(packed) == n_orders(two[0]) == 500


@pytest.mark.slow
def test_numeric_values_and_internals(tmp_path: Path) -> None:
    with node_running(KEEPING + IDLE, tmp_path, ANY_PORT) as process:
        usual, values, internals = (
            hn.capture(process.pid, out=tmp_path / name, **options).files[0]  # type: ignore[arg-type]
            for name, options in (
                ("usual", {}),
                ("values", {"numeric_values": True}),
                ("internals", {"internals": True}),
            )
        )
    sizes = [len(hn.load(file, cache=False).nodes) for file in (usual, values, internals)]
    assert sizes[0] < sizes[1]
    assert sizes[0] != sizes[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"series": 3}, "needs work or time"),
        ({"series": 0}, "series must be 1 or more"),
        ({"after": -1.0}, "after must be 0 or more"),
        ({"after_requests": 3, "series": 3}, "needs the address"),
        ({"signal": "SIGNONE"}, "no signal"),
    ],
)
def test_options_are_checked_first(options: dict[str, object], message: str) -> None:
    with pytest.raises(HeapnbError, match=message):
        hn.capture(1, **options)  # type: ignore[arg-type]


def test_a_url_beside_a_pid_is_where_requests_go(tmp_path: Path) -> None:
    with node_running(LEAKING_SERVER, tmp_path, ANY_PORT) as process:
        url = f"http://127.0.0.1:{wait_until_listening(process)}/"
        result = hn.capture(process.pid, url=url, out=tmp_path / "out", series=2, after_requests=10)
    assert side_file(result.files[1])["work"] == {"name": "requests", "units": 10}


def test_progress_is_reported(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with node_running(KEEPING + IDLE, tmp_path, ANY_PORT) as process:
        hn.capture(process.pid, out=tmp_path / "out", progress=lambda *stage: told.append(stage))
    stages = {title.partition(":")[0] for title, _, _ in told}
    assert {"Building the snapshot", "Receiving", "Collecting garbage"} <= stages
    assert any(0 < done <= total for title, done, total in told if "Building" in title)


def test_a_sampling_profile(tmp_path: Path) -> None:
    source = (
        "globalThis.kept = []; setInterval(() => kept.push(new Array(1000).fill(1)), 1);" + IDLE
    )
    with node_running(source, tmp_path, ANY_PORT) as process:
        path = sample_heap(process.pid, seconds=1, out=tmp_path / "out")
        assert is_inspector_closed(process)
    assert path.suffix == ".heapprofile"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    profile = json.loads(path.read_text())
    assert profile["head"]["children"]
    assert profile["samples"]


@pytest.mark.slow
@pytest.mark.parametrize("version", NODE_VERSIONS)
def test_every_version_of_node(version: str, tmp_path: Path) -> None:
    with node_running(KEEPING + IDLE, tmp_path, ANY_PORT, node=runtime(version)) as process:
        (file,) = hn.capture(process.pid, out=tmp_path / "out").files
        assert is_inspector_closed(process)
    assert n_orders(file) == 500
    side = side_file(file)
    assert side["runtime"]["version"].startswith(f"{version}.")  # type: ignore[index]


@pytest.mark.slow
def test_deno(tmp_path: Path) -> None:
    program = tmp_path / "main.js"
    program.write_text(KEEPING + IDLE)
    command = [runtime("deno"), "run", "--inspect=127.0.0.1:0", str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            (listening,) = READER.listening(process.pid) or ()
            (file,) = hn.capture(port=listening.port, out=tmp_path / "out").files
        finally:
            process.kill()
    assert n_orders(file) == 500
    assert side_file(file)["runtime"]["name"] == "deno"  # type: ignore[index]


@pytest.mark.browser
def test_a_page_and_its_worker(chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        f"<title>The shop</title><script>{KEEPING} globalThis.worker = new Worker("
        "URL.createObjectURL(new Blob(['setInterval(() => {}, 1000)'])));</script>"
    )
    with chromium_running(chromium, tmp_path, page, "The shop") as port:
        result = hn.capture(port=port, page="shop", out=tmp_path / "out")
    assert len(result.files) == 2
    assert next(iter(result.series)) == "page 'The shop'"
    assert n_orders(result.files[0]) == 500
    assert n_orders(result.files[1]) == 0
    assert side_file(result.files[0])["target"]["type"] == "page"  # type: ignore[index]


def test_requests_without_success_are_a_warning(tmp_path: Path) -> None:
    source = LEAKING_SERVER.replace('answer.end("ok")', "answer.writeHead(500).end()")
    with node_running(source, tmp_path, ANY_PORT) as process:
        hit = f"http://127.0.0.1:{wait_until_listening(process)}/"
        result = hn.capture(process.pid, out=tmp_path / "out", series=2, after_requests=10, hit=hit)
    (warning,) = result.warnings
    assert warning == "10 of 10 requests before snapshot 2 were not answered with success."
    assert warning in repr(result)
