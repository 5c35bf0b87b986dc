"""Programs that are watched: numbers, alarms, what is done about them, and what remains after."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.capture import inspector
from heapnb.capture.targets import open_targets
from heapnb.errors import CaptureError, HeapnbError
from heapnb.live.probe import GcEvent, Sample
from heapnb.live.terminal import view
from heapnb.live.watch_alarms import Alarm, Judge, duration_text
from heapnb.live.watch_text import sparkline
from heapnb.live.watching import Watch
from tests.live.conftest import PROGRAMS

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

Start = Callable[..., "subprocess.Popen[str]"]
MB = 1_000_000


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a program that is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: str) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(["node", *words], text=True, **pipes)  # type: ignore[call-overload]
        started.append(process)
        process.stdout.readline()
        return process  # type: ignore[no-any-return]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


GROWING = str(PROGRAMS / "growing.js")


def test_numbers_garbage_collections_and_the_log(start: Start, tmp_path: Path) -> None:
    process = start("--expose-gc", GROWING)
    log = tmp_path / "memory.jsonl"
    with hn.watch(process.pid, interval=0.1, log=log) as watch:
        wait_until(lambda: len(watch.table) >= 12)
        assert watch.state == "watching"
    table = watch.table
    assert table.columns.tolist()[:4] == ["time", "pid", "thread_id", "rss"]
    assert set(table["pid"]) == {process.pid}
    assert table["time"].is_monotonic_increasing
    assert (table["heap_used"] < table["heap_total"]).all()
    assert (table["rss"] > table["heap_used"]).all()
    assert table["heap_limit"].nunique() == 1
    assert table["event_loop_delay_ms"].notna().any()
    full = watch.gcs
    assert (full["heap_used_after"] > MB).all()
    lines = lines_of(log)
    assert len(lines) >= 12
    assert {"memory", "gc"} <= {line["kind"] for line in lines}
    assert {line["pid"] for line in lines} == {process.pid}
    major = next(line for line in lines if line.get("gc_type") == "major")
    assert major["pause_ms"] > 0
    assert log.stat().st_mode & 0o777 == 0o600
    # The file is one that heapnb reads.
    read = hn.read_memory_log(log)
    assert (read.table["kind"] == "memory").sum() == len(watch.table)


def test_the_program_is_as_before(start: Start) -> None:
    process = start(GROWING, "0")
    hn.watch(process.pid, interval=0.1).stop()
    assert process.poll() is None
    with open_targets(pid=process.pid) as targets:
        # The inspector that heapnb opened was closed again, and nothing of it is left.
        assert targets[0].evaluate('globalThis[Symbol.for("heapnb.watch")] === undefined') is True


@pytest.mark.slow
def test_two_watches_of_one_program_see_the_same(start: Start) -> None:
    process = start("--expose-gc", GROWING)
    with hn.watch(process.pid, interval=0.1) as one, hn.watch(process.pid, interval=0.1) as other:
        wait_until(lambda: len(one.gcs) > 8 and len(other.gcs) > 8)
        one.stop()
        seen = len(other.gcs)
        wait_until(lambda: len(other.gcs) > seen + 3)
    assert other.state == "stopped"


@pytest.mark.slow
def test_a_leak_raises_alarms(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heapnb.live.watch_alarms.LEAST_SECONDS", 3)
    process = start("--expose-gc", GROWING, "40")
    seen: list[Alarm] = []
    log = tmp_path / "memory.jsonl"
    with hn.watch(process.pid, interval=0.1, log=log, on_alarm=seen.append) as watch:
        wait_until(lambda: {"memwatch", "floor"} <= {alarm.kind for alarm in watch.alarms})
        wait_until(lambda: bool(seen))
    memwatch = next(alarm for alarm in watch.alarms if alarm.kind == "memwatch")
    assert memwatch.text.startswith("The heap grew in five full GCs in a row: ")
    floor = next(alarm for alarm in watch.alarms if alarm.kind == "floor")
    assert 0 < floor.details["low"] <= floor.details["bytes_per_hour"] <= floor.details["high"]
    assert "What remains after GC grows by" in floor.text
    assert seen == [watch.alarms[0]]
    logged = [line for line in lines_of(log) if line["kind"] == "alarm"]
    assert [line["alarm"] for line in logged] == [alarm.kind for alarm in watch.alarms]


@pytest.mark.slow
def test_a_healthy_program_raises_none(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heapnb.live.watch_alarms.LEAST_SECONDS", 3)
    process = start("--expose-gc", GROWING, "0")
    with hn.watch(process.pid, interval=0.1) as watch:
        wait_until(lambda: len(watch.gcs) > 30 and len(watch.table) > 60)
    # Noise alone makes five garbage collections grow now and then: memwatch's rule, as it is.
    assert [alarm for alarm in watch.alarms if alarm.kind != "memwatch"] == []


@pytest.mark.slow
def test_the_command_for_alarms(start: Start, tmp_path: Path) -> None:
    process = start("--expose-gc", GROWING, "40")
    written = tmp_path / "alarm.txt"
    command = f'echo "$HEAPNB_ALARM $HEAPNB_PID" > {written}'
    with hn.watch(process.pid, interval=0.1, on_alarm=command) as watch:
        wait_until(lambda: any("Ran the command" in news for news in watch.news))
    assert written.read_text() == f"{watch.alarms[0].kind} {process.pid}\n"


@pytest.mark.slow
def test_a_command_that_fails_does_not_end_the_watch(start: Start) -> None:
    process = start("--expose-gc", GROWING, "40")
    with hn.watch(process.pid, interval=0.1, on_alarm="echo no mail >&2; exit 3") as watch:
        wait_until(lambda: any("ended with 3: no mail." in news for news in watch.news))
        before = len(watch.table)
        wait_until(lambda: len(watch.table) > before + 2)


@pytest.mark.slow
def test_snapshots_a_diagnosis_and_a_report(start: Start, tmp_path: Path) -> None:
    process = start("--expose-gc", GROWING, "40")
    report, log, answer = (tmp_path / name for name in ("leak.html", "log.jsonl", "answer"))
    command = f'echo "$HEAPNB_VERDICT:$HEAPNB_REPORT:$HEAPNB_SNAPSHOTS" > {answer}'
    options: dict[str, Any] = {"out": tmp_path / "out", "after": 0.5, "report": report}
    with hn.watch(process.pid, interval=0.1, log=log, on_alarm=command, **options) as watch:
        wait_until(lambda: any("Ran the command" in news for news in watch.news), 120)
    verdict, written, *files = answer.read_text().strip().split(":")
    assert (verdict, written) == ("leak", str(report))
    assert [Path(file).is_file() for file in files] == [True] * 3
    assert "orders" in report.read_text()
    diagnosis = hn.diagnose([*files])
    # What heapnb installed in the program does not grow.
    assert {suspect.class_name for suspect in diagnosis.suspects} <= {"Order", "Array"}
    assert "heapnb" not in repr(diagnosis).replace("heapnb/", "")
    assert [line["path"] for line in lines_of(log) if line["kind"] == "snapshot"] == files


@pytest.mark.slow
def test_a_stop_ends_the_snapshots_of_an_alarm(start: Start, tmp_path: Path) -> None:
    process = start("--expose-gc", GROWING, "40")
    watch = hn.watch(process.pid, interval=0.1, out=tmp_path / "out", after=1000)
    wait_until(lambda: watch.is_reacting and bool(list((tmp_path / "out").glob("*.zst"))))
    started = time.monotonic()
    watch.stop()
    assert time.monotonic() - started < 25
    assert not watch.is_reacting
    assert process.poll() is None


def test_workers_are_watched(start: Start, tmp_path: Path) -> None:
    program = tmp_path / "workers.js"
    program.write_text(
        "const { Worker } = require('node:worker_threads');"
        "const code = 'globalThis.kept = new Array(1e6).fill(1.5); setInterval(() => {}, 50)';"
        "new Worker(code, { eval: true }).on('online', () => console.log('online'));"
    )
    process = start(str(program))
    with hn.watch(process.pid, interval=0.1) as watch:
        wait_until(lambda: set(watch.table["thread_id"]) >= {0, 1})
    last = watch.table.groupby("thread_id").last()
    assert last["heap_used"][1] > 8 * MB
    assert "Worker 1" in repr(watch)


# -- what goes wrong ----------------------------------------------------------------------------


def test_a_program_that_dies(start: Start, tmp_path: Path) -> None:
    process = start(GROWING)
    log = tmp_path / "memory.jsonl"
    watch = hn.watch(process.pid, interval=0.1, log=log)
    wait_until(lambda: len(watch.table) > 3)
    process.kill()
    assert watch.wait(30)
    assert watch.state == "ended"
    assert "The program ended, or closed its inspector." in watch.news[-1]
    lines = lines_of(log)
    assert lines[-1]["name"] == "connection-lost"
    watch.stop()
    assert watch.state == "ended"


@pytest.mark.slow
def test_a_program_that_restarts_at_its_port(start: Start) -> None:
    first = start("--inspect=127.0.0.1:0", GROWING)
    with open_targets(pid=first.pid) as targets:
        port = int(targets[0].inspector.url.split(":")[2].split("/")[0])
    watch = hn.watch(port=port, interval=0.1)
    wait_until(lambda: len(watch.table) > 3)
    first.kill()
    first.wait()
    second = start(f"--inspect=127.0.0.1:{port}", GROWING)
    wait_until(lambda: second.pid in set(watch.table["pid"].dropna()))
    assert any(f"is back, as process {second.pid}" in news for news in watch.news)
    watch.stop()


@pytest.mark.slow
def test_a_program_that_is_busy(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "DEFAULT_TIMEOUT", 0.5)
    process = start(GROWING)
    with hn.watch(process.pid, interval=0.1) as watch:
        wait_until(lambda: len(watch.table) > 1)
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: watch.state == "busy")
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: watch.state == "watching")
    assert any("does not answer" in news for news in watch.news)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Name one process."),
        ({"pid": 1, "port": 2}, "Name one process."),
        ({"pid": 2**22 + 1}, "There is no process"),
        ({"port": 1}, "Nothing listens at 127.0.0.1:1"),
        ({"url": "http://192.0.2.1:9229"}, "192.0.2.1 is not this machine"),
        ({"pid": 1, "interval": 0}, "interval must be greater than 0 (got 0)."),
        ({"pid": 1, "after": -1}, "after must be 0 or more (got -1)."),
    ],
)
def test_wrong_use(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HeapnbError) as caught:
        hn.watch(**options)
    assert message in str(caught.value)


def test_a_process_that_is_not_node() -> None:
    with subprocess.Popen(["sleep", "1000"]) as process:
        with pytest.raises(CaptureError, match="is not Node"):
            hn.watch(process.pid)
        process.kill()


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(HeapnbError, match="Cannot write"):
        hn.watch(1, log=tmp_path / "missing" / "memory.jsonl")


# -- alarms from samples ------------------------------------------------------------------------


def sample(at: float, used: int, *, limit: int = 4000 * MB, after: int | None = None) -> Sample:
    gc = () if after is None else (GcEvent(at, "major", 5.0, after),)
    return Sample(at, {"heap_used": used, "rss": used + MB, "heap_limit": limit}, gc=gc)


def alarms_of(samples: list[Sample], **options: int) -> list[Alarm]:
    judge = Judge(4711, 0)
    return [alarm for one in samples for alarm in judge.add(one, **options)]


def test_memwatch_alarms_at_the_fifth_growth_and_is_quiet_then() -> None:
    found = alarms_of([sample(n, 10 * MB, after=(10 + n) * MB) for n in range(20)])
    first = [alarm for alarm in found if alarm.kind == "memwatch"]
    assert [(alarm.time, alarm.details["growth"]) for alarm in first] == [(5, 4 * MB)]


def test_a_saw_tooth_raises_no_alarm() -> None:
    assert alarms_of([sample(n, (20 + n % 10) * MB) for n in range(400)]) == []


def test_a_floor_that_grows_below_a_saw_tooth() -> None:
    found = alarms_of([sample(n, (20 + n % 10) * MB + n * 100_000) for n in range(400)])
    assert [alarm.kind for alarm in found] == ["floor"]
    assert found[0].details["low"] <= 360 * MB <= found[0].details["high"]


def test_a_limit_that_is_near() -> None:
    found = alarms_of([sample(n, 95 * MB, limit=100 * MB) for n in range(10)])
    assert [alarm.kind for alarm in found] == ["limit"]
    assert found[0].text == "The heap is near its limit: 95.0 MB of 100 MB (V8's limit)."


def test_a_container_limit_that_is_reached_soon() -> None:
    samples = [sample(n, 20 * MB + n * 50_000) for n in range(200)]
    found = [one for one in alarms_of(samples, rss_limit=100 * MB) if one.kind == "limit"]
    assert found[0].text.startswith("RSS reaches its limit in about ")
    assert found[0].details["number"] == "rss"


def test_texts() -> None:
    assert [duration_text(hours) for hours in (0.001, 1, 30, 1000)] == [
        "4 s",
        "60 min",
        "30.0 h",
        "41.7 days",
    ]
    assert sparkline([], 5) == ""
    assert sparkline([0, 100, 0, 100], 2) == "▁▁"
    assert len(sparkline(list(range(1000)), 40)) == 40


# -- how it looks -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_terminal(start: Start, width: int) -> None:
    from rich.console import Console

    process = start("--expose-gc", GROWING)
    with hn.watch(process.pid, interval=0.1) as watch:
        wait_until(lambda: len(watch.gcs) > 3)
        console = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
        console.print(view(watch, width))
    text = console.export_text()
    assert all(len(line) <= width for line in text.splitlines())
    for word in ("Heap used", "RSS", "GC", "After full GC", "Heap limit", "growing.js", "▁"):
        assert word in text
    assert ("Heap space" in text) == (width == 160)


def test_the_notebook(start: Start) -> None:
    process = start("--expose-gc", GROWING)
    with hn.watch(process.pid, interval=0.1) as watch:
        wait_until(lambda: len(watch.table) > 3)
        bundle = watch._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        assert "Heap used" in data["text/plain"]
        assert "application/vnd.jupyter.widget-view+json" in data
        chart = watch._chart
        assert chart is not None
        n_points = len(chart.data["lines"][0]["points"])
        wait_until(lambda: len(chart.data["lines"][0]["points"]) > n_points)
    assert chart.data["state"] == "stopped"


def test_texts_of_a_program_are_harmless(start: Start, tmp_path: Path) -> None:
    program = tmp_path / "evil\x1b[31m<img src=x>.js"
    program.write_text("setInterval(() => {}, 50); console.log('up');")
    process = start(str(program))
    with hn.watch(process.pid, interval=0.1) as watch:
        wait_until(lambda: len(watch.table) > 1)
        bundle = watch._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "\x1b" not in repr(watch)
    assert "<img" not in data["text/html"]


# -- the command --------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "heapnb", "watch", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_json_lines_on_stdout(start: Start) -> None:
    process = start("--expose-gc", GROWING, "40")
    options = ["--interval", "0.1", "--duration", "6", "--json", "--fail-on-alarm"]
    code, out, _ = run("--pid", str(process.pid), *options)
    lines = [json.loads(line) for line in out.splitlines()]
    kinds = {line["kind"] for line in lines}
    assert (code, kinds >= {"memory", "gc", "alarm"}) == (1, True)


@pytest.mark.slow
def test_lines_for_a_log(start: Start, tmp_path: Path) -> None:
    process = start(GROWING)
    log = tmp_path / "memory.jsonl"
    code, out, err = run(
        "--pid", str(process.pid), "--interval", "0.2", "--duration", "3", "--log", str(log)
    )
    assert code == 0
    assert "RSS " in out
    assert "Heap used " in out
    assert err == f"Log: {log}\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_the_usual_end(start: Start, number: signal.Signals) -> None:
    process = start(GROWING)
    words = ["-m", "heapnb", "watch", "--pid", str(process.pid), "--json", "--interval", "0.2"]
    watching = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    assert watching.stdout is not None
    watching.stdout.readline()
    time.sleep(0.5)
    watching.send_signal(number)
    watching.communicate(timeout=60)
    assert watching.returncode == 0
    with open_targets(pid=process.pid) as targets:
        assert targets[0].evaluate('globalThis[Symbol.for("heapnb.watch")] === undefined') is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Name one process. Hint: pass either --pid, --port or --url."),
        (["--pid", "1", "--port", "2"], "Name one process."),
        (["--port", "1"], "Nothing listens at 127.0.0.1:1"),
    ],
)
def test_wrong_use_of_the_command(words: list[str], message: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert message in err


def test_the_public_class_is_the_answer() -> None:
    assert hn.Watch is Watch
