"""`heapnb record` as a process: what it prints, how it exits, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.live.conftest import PROGRAMS

LEAKING = ["--", "node", str(PROGRAMS / "leaking.js")]


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "heapnb", "record", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*words: str) -> tuple[int, str, str]:
    process = start(*words)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.slow
def test_json_report_and_exit_code(tmp_path: Path) -> None:
    report, keep = tmp_path / "report.html", tmp_path / "kept"
    options = ["--requests", "60", "-o", str(report), "--keep", str(keep), "--fail-on-leak"]
    code, out, err = run("--hit", "/", *options, "--json", *LEAKING)
    answer = json.loads(out)
    assert (code, answer["verdict"], answer["report"]) == (1, "leak", str(report))
    assert answer["work"] == [60, 120, 180]
    assert answer["bytes_per_request"] > 900
    assert [Path(path).is_file() for path in answer["snapshots"]] == [True] * 3
    assert "listening" in err
    assert "sessions" in report.read_text()


@pytest.mark.slow
def test_the_answer_for_people() -> None:
    code, out, err = run("--hit", "/", "--requests", "60", "--quiet", *LEAKING)
    assert code == 0
    assert "Each request leaks " in out
    assert "(120 requests between the first and the last of 3 snapshots)" in out
    assert err == "The snapshots are deleted now; --keep DIR keeps them.\n"


@pytest.mark.slow
def test_a_script_as_before(tmp_path: Path) -> None:
    script = tmp_path / "script.cjs"
    script.write_text("const seen = [];\nexports.load = (round) => seen.push({ round });\n")
    code, out, _ = run("--rounds", "50", "--json", str(script))
    answer = json.loads(out)
    assert (code, answer["verdict"]) == (0, "leak")
    assert (answer["bytes_per_request"], answer["snapshots"]) == (None, [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Name the program to run. Hint: such as: heapnb record -- npm start"),
        (["--hit", "ftp://x/", *LEAKING], "'ftp://x/' is not a URL such as http://127.0.0.1"),
        (["--hit", "/", "--", "no-such-program"], "no-such-program: command not found."),
        (["--requests", "0", *LEAKING], "'--requests': 0 is not in the range x>=1."),
    ],
)
def test_wrong_use(words: list[str], message: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("seconds", [0, 3])
def test_a_signal_ends_everything(number: signal.Signals, seconds: int) -> None:
    """Also where heapnb itself is killed: the fixture asserts that nothing runs afterwards."""
    process = start("--hit", "/", "--requests", "100000", *LEAKING)
    while not psutil.Process(process.pid).children():
        time.sleep(0.01)
    time.sleep(seconds)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == (-9 if number == signal.SIGKILL else 130), err


@pytest.mark.slow
def test_heapnb_leaves_no_files_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = start("--hit", "/", "--requests", "100000", *LEAKING)
    while not list(tmp_path.glob("heapnb-*")):
        time.sleep(0.02)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert not list(tmp_path.glob("heapnb-*"))
