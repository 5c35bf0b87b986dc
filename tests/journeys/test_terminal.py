"""Someone at a terminal, at night: what leaks, where, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.terminal import Answer, Terminal

pytestmark = [pytest.mark.node, pytest.mark.slow]

OWN_FILES = ("prices.mjs", "sessions.mjs", "audit.mjs", "uploads.mjs", "reminders.mjs", "app.mjs")
ENGINE_SECTION = "JavaScript and runtime:"


@pytest.fixture(params=[80, 160])
def terminal(request: pytest.FixtureRequest, service_files: list[Path], pictures: Path) -> Terminal:
    return Terminal(request.param, service_files[0].parent, pictures)


def assert_fits(answer: Answer, terminal: Terminal) -> None:
    too_long = [line for line in answer.lines if len(line) > terminal.width]
    assert not too_long


def assert_whole(answer: Answer, *texts: str) -> None:
    """Fail unless each text stands on one line."""
    for text in texts:
        assert any(text in line for line in answer.lines), (text, answer.text)


def rows_of(answer: Answer) -> tuple[list[str], list[str]]:
    """Return the rows before the section of the engine, and those in it."""
    place = answer.lines.index(ENGINE_SECTION)
    return answer.lines[:place], answer.lines[place + 1 :]


def test_the_help_tells_how_to_take_snapshots(terminal: Terminal) -> None:
    answer = terminal.run("heapnb --help", "help")
    assert answer.status == 0
    assert_fits(answer, terminal)
    assert_whole(answer, "node --heapsnapshot-signal=SIGUSR2 app.js; kill -USR2 PID")
    assert_whole(answer, "heapnb diagnose Heap.*.heapsnapshot")


def test_a_diagnosis_names_the_leaks_and_the_next_command(
    terminal: Terminal, service_files: list[Path]
) -> None:
    answer = terminal.run("heapnb diagnose Heap.*", "diagnose")
    assert answer.status == 0
    assert_fits(answer, terminal)
    assert "Diagnosis: leak (5 suspects)" in answer.lines
    first = answer.flowing
    assert "A long-lived EventEmitter accumulates `tick` listeners: 40 → 120 → 240" in first
    assert (
        "Fix: Remove the `tick` listener when the work ends: `priceFeed.off('tick', listener)` "
        "in a `finally`." in first
    )
    assert "closures, each retaining a Quote (src/prices.mjs:14:24)" in first
    assert "added at `src/prices.mjs:14` in `quote()`" in first
    assert_whole(answer, "src/prices.mjs:14:13", "`priceFeed._events.tick`")
    # The others by name, the file of each in one piece.
    for name, file in {
        "Session": "src/sessions.mjs",
        "AuditEntry": "src/audit.mjs",
        "Promise": "src/uploads.mjs",
    }.items():
        assert re.search(rf"^ +\d  {name} .*\d", answer.text, re.MULTILINE), name
        assert_whole(answer, file)
    assert "timerListMap" in first
    # As much as one screen shows.
    assert len(answer.lines) < 45

    command = answer.lines[-1].removeprefix("Next: ")
    assert command.startswith(f"heapnb retainers {service_files[-1].name} ")
    chain = terminal.run(command, "retainers")
    assert chain.status == 0
    assert_fits(chain, terminal)
    assert "module variable `priceFeed` of src/prices.mjs" in chain.flowing
    heads = [" ".join(line.split()) for line in chain.lines]
    assert any("Edge name" in head or "Edge Edge" in head for head in heads)
    assert_whole(chain, "priceFeed ", "EventEmitter ")


def test_all_leaks_are_explained_on_request(terminal: Terminal) -> None:
    answer = terminal.run("heapnb diagnose --all Heap.*", "diagnose-all")
    assert answer.status == 0
    assert_fits(answer, terminal)
    told = answer.flowing
    for place in (
        "`src/prices.mjs:14` in `quote()`",
        "`src/uploads.mjs:18` in `receive()`",
        "`src/sessions.mjs:12` in `startSession()`",
        "`src/reminders.mjs:14` in `remind()`",
    ):
        assert f"added at {place}" in told


def test_stages_are_told_while_a_terminal_waits(terminal: Terminal) -> None:
    answer = terminal.run("heapnb report --no-cache --force Heap.*", "report")
    assert answer.status == 0
    assert_fits(answer, terminal)
    # Progress that has gone by leaves nothing behind.
    assert answer.lines[0].startswith("leak: ")
    assert "in the `tick` listeners of an EventEmitter" in answer.flowing
    assert answer.lines[-1] == "Report: report.html"
    assert (terminal.folder / "report.html").stat().st_size > 100_000
    stages = re.findall(r"[A-Z][a-z]+(?: [a-z0-9.]+)+ +[━╸╺]+", answer.told)
    assert len({stage.split(" ━")[0] for stage in stages}) >= 3, answer.told


@pytest.mark.parametrize("table", ["closures", "listeners", "constructors"])
def test_own_code_comes_before_the_engine(
    terminal: Terminal, service_files: list[Path], table: str
) -> None:
    answer = terminal.run(f"heapnb {table} {service_files[-1].name}", table)
    assert answer.status == 0
    assert_fits(answer, terminal)
    own, rest = rows_of(answer)
    places = [line for line in own if re.search(r":\d+:\d+ ", line)]
    assert places
    for line in places:
        assert "node:" not in line
        # Folders may be left out, but no name is cut.
        assert any(re.search(rf"[ /]{re.escape(file)}:\d+", line) for file in OWN_FILES) or (
            "script 2:" in line
        ), line
    assert not any(f"/{file}:" in line for line in rest for file in OWN_FILES)


def test_a_slip_of_the_finger_gets_a_suggestion(
    terminal: Terminal, service_files: list[Path]
) -> None:
    last = service_files[-1].name
    for command, wanted in {
        "heapnb diagnos Heap.*": "`diagnose`",
        f"heapnb closures --sotr location {last}": "--sort",
    }.items():
        answer = terminal.run(command, "slip")
        assert answer.status == 2
        assert len(answer.lines) == 1
        assert wanted in answer.text
    answer = terminal.run(f"heapnb find {last} --class Sesion", "slip-of-class")
    assert "did you mean `Session`?" in answer.lines[0]


def test_a_missing_file_is_one_line(terminal: Terminal) -> None:
    answer = terminal.run("heapnb diagnose Heap.missing.heapsnapshot", "missing")
    assert answer.status == 2
    assert len(answer.lines) == 1
    assert "Heap.missing.heapsnapshot" in answer.text
    assert "Hint:" in answer.text
