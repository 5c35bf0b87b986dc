"""``heapnb capture``: what it prints, as JSON and for people."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from heapnb.cli.capture import command
from heapnb.cli.options import parse_time
from tests.capture.running import IDLE, is_inspector_closed, node_running
from tests.cli.conftest import Run

ANY_PORT = "--inspect-port=0"


@pytest.mark.node
def test_a_capture_prints_the_files_and_what_next(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        answer = run("capture", "--pid", process.pid, "--out", out)
        assert is_inspector_closed(process)
    (file,) = out.glob("*.zst")
    assert answer.exit_code == 0
    assert answer.out.replace("\n", "") == str(file)
    assert answer.err.splitlines()[-1] == f"Next: heapnb report {file}"
    assert run("summary", file, "--json").json


@pytest.mark.node
def test_json_of_captures_and_plans(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        plan = run("capture", "--pid", process.pid, "--plan", "--json").json
        taken = run("capture", "--pid", process.pid, "--out", out, "--json").json
        profile = run(
            "capture", "--pid", process.pid, "--sampling", "200ms", "--out", out, "--json"
        ).json
        told = run("capture", "--pid", process.pid, "--plan").out
    assert list(plan) == [
        *("target", "verdict", "reasons", "heap_bytes", "rss_bytes", "pause_ms", "pause_ms_range"),
        *("peak_bytes", "peak_bytes_range", "file_bytes", "file_bytes_range"),
        *("limit_bytes", "limited_by"),
    ]
    assert list(taken) == ["files", "series", "plan", "warnings"]
    assert taken["series"] == {f"process {process.pid}": taken["files"]}
    assert Path(profile["files"][0]).suffix == ".heapprofile"
    assert told.startswith(f"A snapshot of process {process.pid}: ")
    assert "expected peak" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name one process"),
        (("--pid", "7", "--port", "9229"), "Name one process"),
        (("--pid", "7", "--series", "3"), "needs work or time"),
        (("--pid", "7", "--series", "3", "--plan"), "--series needs snapshots"),
        (("--pid", "7", "--series", "3", "--after", "soon"), "'soon' is not a time"),
        (("--pid", "7", "--series", "3", "--after-requests", "3"), "needs the address"),
        (("--url", "http://example.org:9229"), "is not this machine"),
        (("--port", "70000"), "port must be between"),
        (("--port", "9229", "--signal", "USR2"), "needs the process's id"),
        (("--pid", "7", "--signal", "NONE"), "no signal"),
    ],
)
def test_wrong_use(run: Run, arguments: tuple[str, ...], message: str) -> None:
    assert message in run("capture", *arguments).complaint


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("500ms", 0.5), ("5m", 300), ("1.5h", 5400), ("7", 7)]
)
def test_times(text: str, seconds: float) -> None:
    option = next(one for one in command.params if one.name == "after")
    assert parse_time(click.Context(command), option, text) == seconds
