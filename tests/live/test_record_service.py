"""Programs that serve, recorded under load."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError, RecordingError
from heapnb.live.load_drivers import Hit
from heapnb.timeline.side_files import side_file_path
from tests.live.conftest import PROGRAMS

LEAKING = ["node", str(PROGRAMS / "leaking.js")]
HEALTHY = ["node", str(PROGRAMS / "healthy.mjs")]
FEW: dict[str, Any] = {"requests": 60, "concurrency": 3}


def written(folder: Path, text: str) -> list[str]:
    """Write a program, and return the command that starts it."""
    file = folder / "program.js"
    file.write_text(text)
    return ["node", str(file)]


# -- what is found ------------------------------------------------------------------------------


def test_a_session_for_each_request(tmp_path: Path) -> None:
    recording = hn.record(LEAKING, hit="/orders/{n}", **FEW, out=tmp_path / "out")
    diagnosis = recording.diagnosis
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    # Three snapshots are certain enough.
    assert suspect.count_per_snapshot == (60, 120, 180)
    assert "`sessions`" in suspect.anchor
    assert recording.work == (60, 120, 180)
    assert recording.bytes_per_request == suspect.retained_delta / 120
    assert suspect.rate is not None
    assert (suspect.rate.per, round(suspect.rate.objects, 3)) == ("request", 1.0)
    assert 900 < (recording.bytes_per_request or 0) < 1300
    assert [path.name for path in recording] == [f"snapshot-{n}.heapsnapshot" for n in (1, 2, 3)]
    assert sorted((tmp_path / "out").glob("*.heapsnapshot")) == list(recording)
    assert {path.stat().st_mode & 0o777 for path in recording} == {0o600}
    sides = [json.loads(side_file_path(path).read_text()) for path in recording]
    assert [side["work"]["units"] for side in sides] == [60, 120, 180]
    assert {side["program"] for side in sides} == {"leaking.js"}
    assert sides[-1]["memory"]["heap_used"] > 0
    assert sides[-1]["smaps_rollup"]["rss"] > 0
    # The answer is an object like any other list of snapshots.
    assert hn.load_series(recording).one_process
    assert "Each request leaks" in repr(recording)


@pytest.mark.slow
def test_a_healthy_es_module() -> None:
    recording = hn.record(HEALTHY, hit="http://127.0.0.1:PORT/", **FEW)
    assert recording.diagnosis.verdict == "no-leak"
    assert recording.bytes_per_request == 0
    assert 3 <= len(recording) <= 6


@pytest.mark.slow
def test_npm_start_records_the_program_and_not_npm(tmp_path: Path) -> None:
    command = ["npm", "--prefix", str(PROGRAMS / "npm_start"), "start"]
    recording = hn.record(command, hit="/", **FEW)
    suspect = recording.diagnosis.suspects[0]
    assert (suspect.kind, suspect.count_per_snapshot[:2]) == ("event-listeners", (60, 120))
    recording.report(tmp_path / "report.html")
    assert "event-listeners" in (tmp_path / "report.html").read_text()


@pytest.mark.slow
def test_one_worker_of_a_cluster_with_its_own_requests() -> None:
    command = ["node", str(PROGRAMS / "clustered.js")]
    recording = hn.record(command, hit="/", requests=120, concurrency=4)
    suspect = recording.diagnosis.suspects[0]
    assert (suspect.class_name, recording.diagnosis.verdict) == ("Receipt", "leak")
    # One of two workers answers some of the requests, and keeps as many receipts.
    assert recording.work == suspect.count_per_snapshot
    assert all(units is not None and 0 < units < 120 * 6 for units in recording.work)


@pytest.mark.slow
def test_requests_with_methods_and_bodies() -> None:
    hits = ['POST /orders {"id": {n}}', "PUT /items/{n} text", "/plain"]
    recording = hn.record(LEAKING, hit=hits, **FEW)
    strings = hn.load(recording[-1], progress=False).strings["string"]
    for text in ('{"id": 3}', "/items/4", "/plain"):
        assert (strings == text).any(), text


# -- load other than requests -------------------------------------------------------------------


@pytest.mark.slow
def test_a_python_function() -> None:
    urls: list[str] = []

    def load(url: str) -> int:
        urls.append(url)
        for number in range(40):
            urllib.request.urlopen(f"{url}/{number}").read()
        return 40

    recording = hn.record(LEAKING, load=load)
    assert recording.work == (40, 80, 120)
    assert recording.diagnosis.suspects[0].count_per_snapshot == (40, 80, 120)
    assert re.fullmatch(r"http://localhost:\d+", urls[0])


@pytest.mark.slow
def test_a_command_for_the_shell_counts_what_the_program_answers(tmp_path: Path) -> None:
    script = tmp_path / "load.js"
    script.write_text(
        "const url = `http://127.0.0.1:${process.argv[2]}/`;"
        "(async () => { for (let i = 0; i < 40; i++) await (await fetch(url)).text(); })();"
    )
    printed: list[str] = []
    recording = hn.record(
        LEAKING,
        load=f"echo driving && node {script} $PORT",
        output=lambda _, said: printed.append(said),
    )
    assert recording.work == (40, 80, 120)
    assert "".join(printed).count("driving") == 3


@pytest.mark.slow
def test_time_passes_for_a_program_that_works_by_itself(tmp_path: Path) -> None:
    text = """
    class Tick { constructor() { this.data = new Array(50).fill(1.5); } }
    const ticks = [];
    setInterval(() => ticks.push(new Tick()), 5);
    """
    recording = hn.record(written(tmp_path, text), wait=0.5)
    assert recording.diagnosis.suspects[0].class_name == "Tick"
    assert recording.bytes_per_request is None


# -- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "console.error('no DATABASE_URL'); process.exit(3);",
            "exit code 3: no DATABASE_URL. Hint: see what it printed. The program gets few",
        ),
        ("require('./missing');", "exit code 1: Error: Cannot find module './missing'. Hint"),
        ("console.log('done');", "The program ended before the recording did. Hint: without --hit"),
        (
            """let n = 0;
            require('node:http').createServer((_, answer) => {
              answer.end();
              if (++n > 40) process.exit(4);
            }).listen(process.env.PORT);""",
            "The program ended with exit code 4.",
        ),
    ],
)
def test_programs_that_end(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError) as caught:
        hn.record(written(tmp_path, text), hit="/", **FEW, out=tmp_path / "out")
    assert message in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_complete_snapshots_remain_if_the_program_fails_later(tmp_path: Path) -> None:
    text = """
    let n = 0;
    require("node:http").createServer((_, answer) => {
      answer.end();
      if (++n > 90) process.exit(4);
    }).listen(process.env.PORT);
    """
    with pytest.raises(RecordingError, match="exit code 4"):
        hn.record(written(tmp_path, text), hit="/", **FEW, out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "snapshot-1.heapnb.json",
        "snapshot-1.heapsnapshot",
        "snapshot-1.smaps",
    ]


def test_a_port_that_never_opens(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        hn.record(written(tmp_path, "setInterval(() => {}, 50);"), hit="/", start_timeout=1.5)
    assert re.search(r"did not open port \d+ within 1\.5 s\. Hint: let it", str(caught.value))


def test_another_port_that_opens(tmp_path: Path) -> None:
    text = "require('node:http').createServer().listen(0, () => console.log('up'));"
    with pytest.raises(RecordingError) as caught:
        hn.record(written(tmp_path, text), hit="/", start_timeout=1.5)
    assert re.search(r"did not open port \d+; it listens on \d+\. Hint: ", str(caught.value))


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RecordingError, match=f"Port {port} is in use by another program"):
            hn.record(LEAKING, hit=f"http://127.0.0.1:{port}/")


@pytest.mark.slow
def test_a_named_port_is_the_programs_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    recording = hn.record(LEAKING, hit=f"http://127.0.0.1:{port}/", **FEW)
    assert recording.work == (60, 120, 180)


def test_a_line_of_output_that_never_comes(tmp_path: Path) -> None:
    command = written(tmp_path, "console.log('starting'); setInterval(() => {}, 50);")
    with pytest.raises(RecordingError, match="No line of output matched 'ready'"):
        hn.record(command, load=lambda: None, ready="ready", start_timeout=1.5)


def test_a_load_command_that_fails() -> None:
    with pytest.raises(RecordingError, match="The load command ended with exit code 7: no wrk"):
        hn.record(LEAKING, load="echo no wrk >&2; exit 7")


def test_a_function_that_fails() -> None:
    def load() -> None:
        raise LookupError("no such user")

    with pytest.raises(LookupError, match="no such user"):
        hn.record(LEAKING, load=load)


@pytest.mark.slow
def test_requests_without_success_are_reported(tmp_path: Path) -> None:
    text = """
    const http = require("node:http");
    http.createServer((_, answer) => { answer.statusCode = 503; answer.end(); })
      .listen(process.env.PORT);
    """
    recording = hn.record(written(tmp_path, text), hit="/", **FEW)
    sent = 60 * len(recording)
    assert recording.warnings == (f"{sent} of {sent} requests were answered with 503.",)


@pytest.mark.slow
@pytest.mark.parametrize("load", [lambda: time.sleep(1000), "sleep 1000"])
def test_the_time_limit_holds_for_load(load: object) -> None:
    started = time.monotonic()
    with pytest.raises(RecordingError, match="did not end within 3 s"):
        hn.record(LEAKING, load=load, timeout=3)  # type: ignore[arg-type]
    assert time.monotonic() - started < 60


@pytest.mark.slow
def test_the_time_limit_holds_for_requests_without_an_answer(tmp_path: Path) -> None:
    text = "require('node:http').createServer(() => {}).listen(process.env.PORT);"
    with pytest.raises(RecordingError, match="did not end within 3 s"):
        hn.record(written(tmp_path, text), hit="/", timeout=3)


@pytest.mark.slow
def test_an_interrupt_at_any_point(tmp_path: Path) -> None:
    """The fixture asserts that nothing runs afterwards."""
    for n_ticks in (1, 5, 20, 60):
        left = [n_ticks]

        def interrupt(_: str, said: str, left: list[int] = left) -> None:
            left[0] -= said.count("answered")
            if left[0] <= 0:
                raise KeyboardInterrupt

        text = """
        require("node:child_process").spawn("sleep", ["1000"], { detached: true }).unref();
        require("node:http").createServer((_, answer) => { console.log("answered"); answer.end(); })
          .listen(process.env.PORT);
        """
        with pytest.raises(KeyboardInterrupt):
            hn.record(written(tmp_path, text), hit="/", **FEW, output=interrupt)
    assert not [one for one in threading.enumerate() if one.name.startswith("heapnb reads")]


@pytest.mark.parametrize(
    ("program", "options", "message"),
    [
        (LEAKING, {"hit": "/", "requests": 0}, "requests must be 1 or more (got 0)."),
        (LEAKING, {"hit": "/", "snapshots": 2}, "snapshots must be 3 or more (got 2)."),
        (LEAKING, {"hit": "/", "wait": 1}, "hit, load and wait exclude each other."),
        (LEAKING, {"wait": 0}, "wait must be greater than 0 (got 0)."),
        (LEAKING, {"hit": "https://127.0.0.1:PORT/"}, "is not a URL such as http://127.0.0.1"),
        (LEAKING, {"hit": "http://127.0.0.1/"}, "is not a URL such as http://127.0.0.1"),
        (LEAKING, {"hit": "http://10.0.0.7:80/"}, "10.0.0.7 is not this machine."),
        (LEAKING, {"hit": ["http://localhost:1/", "http://localhost:2/"]}, "several ports: 1, 2."),
        ("server()", {"hit": "/"}, "JavaScript given as text cannot be driven"),
        ([], {"hit": "/"}, "The command line is empty."),
        (["no-such-program"], {"hit": "/"}, "no-such-program: command not found."),
    ],
)
def test_wrong_use(program: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(HeapnbError) as caught:
        hn.record(program, **options)  # type: ignore[arg-type]
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("/", Hit("GET", "localhost", None, "/", "")),
        ("DELETE /a?b=1", Hit("DELETE", "localhost", None, "/a?b=1", "")),
        ("http://127.0.0.1:PORT/a", Hit("GET", "127.0.0.1", None, "/a", "")),
        ("http://[::1]:8080", Hit("GET", "::1", 8080, "/", "")),
        ('POST /a {"b": "c d"}', Hit("POST", "localhost", None, "/a", '{"b": "c d"}')),
    ],
)
def test_requests_are_read(text: str, hit: Hit) -> None:
    assert Hit.parse(text) == hit


@pytest.mark.slow
def test_a_program_without_node_says_what_to_do() -> None:
    server = "import http.server, os; http.server.test(port=int(os.environ['PORT']))"
    with pytest.raises(RecordingError, match=r"No Node\.js process of the program answers"):
        hn.record(["python3", "-c", server], hit="/", requests=3)
