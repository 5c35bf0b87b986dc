"""Programs run under Node: which snapshots there are of them, and what happens if they fail."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.capture.program import Program
from heapnb.capture.supervising import MOST_OUTPUT
from heapnb.errors import HeapnbError, RecordingError
from tests.conftest import REQUIRE_EVERYTHING

LISTENERS = """
const { EventEmitter } = require("node:events");
const bus = new EventEmitter().setMaxListeners(0);
class Order { constructor(number) { this.number = number; this.note = "note of " + number; } }

function load(round) {
  const order = new Order(round);
  const onChange = () => order.number;
  bus.on("change", onChange);
  bus.emit("change");
  %s
} // the end
"""
CACHE = """
const sessions = new Map();
class Session { constructor(number) { this.data = new Array(50).fill(number); } }

const load = async (round) => {
  await null;
  sessions.set(`key ${round}`, new Session(round));
  %s
};
"""


@pytest.fixture(autouse=True)
def _node() -> None:
    if shutil.which("node") is None:
        if os.environ.get(REQUIRE_EVERYTHING):
            pytest.fail("needs Node", pytrace=False)
        pytest.skip("needs Node")


def diagnosed(program: Program, folder: Path) -> hn.Diagnosis:
    return hn.diagnose(hn.record(program, out=folder))


# -- what is found ------------------------------------------------------------------------------


def test_a_listener_for_each_call(tmp_path: Path) -> None:
    diagnosis = diagnosed(LISTENERS % "", tmp_path)
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert suspect.kind == "event-listeners"
    assert "`bus._events.change`" in suspect.anchor
    assert suspect.count_per_snapshot == (100, 200, 400)


def test_listeners_that_are_taken_off(tmp_path: Path) -> None:
    assert diagnosed(LISTENERS % 'bus.off("change", onChange);', tmp_path).verdict == "no-leak"


def test_a_cache_without_a_bound(tmp_path: Path) -> None:
    diagnosis = diagnosed(CACHE % "", tmp_path)
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert (suspect.kind, suspect.class_name) == ("unbounded-map", "Session")
    assert suspect.anchor.startswith("the module variable `sessions` of ")
    assert suspect.location is not None
    assert suspect.location.endswith("program.js:7:12")


def test_a_cache_with_a_bound(tmp_path: Path) -> None:
    bound = "if (sessions.size > 20) sessions.delete(sessions.keys().next().value);"
    assert diagnosed(CACHE % bound, tmp_path).verdict == "no-leak"


def test_places_that_the_program_chooses(tmp_path: Path) -> None:
    diagnosis = diagnosed(
        """
        class Row { constructor(number) { this.number = number; } }
        const rows = [];
        for (const number of [100, 100, 200]) {
          for (let i = 0; i < number; i++) rows.push(new Row(i));
          await heapSnapshot();
        }
        """,
        tmp_path,
    )
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert (suspect.class_name, suspect.count_per_snapshot) == ("Row", (100, 200, 400))
    assert "`rows`" in suspect.anchor


@pytest.mark.parametrize(
    "end", ["", "process.exit();", "process.exitCode = 0; setTimeout(() => {}, 20);"]
)
def test_without_load_one_at_the_start_and_one_at_the_end(tmp_path: Path, end: str) -> None:
    text = f"class Kept {{}}\nglobalThis.kept = [new Kept(), new Kept()];\n{end}"
    before, after = (hn.load(file, progress=False) for file in hn.record(text, out=tmp_path))
    assert len(before.find(class_name="Kept")) == 0
    assert len(after.find(class_name="Kept")) == 2


# -- how programs are run -----------------------------------------------------------------------

EXPORTING = {
    "program.cjs": "const seen = [];\nexports.load = (round) => seen.push({ round });\n",
    "program.mjs": "const seen = [];\nexport const load = (round) => seen.push({ round });\n",
}


@pytest.mark.parametrize("name", EXPORTING)
@pytest.mark.parametrize("as_command", [False, True])
def test_files(tmp_path: Path, name: str, *, as_command: bool) -> None:
    file = tmp_path / name
    file.write_text(EXPORTING[name])
    program = ["node", "--no-warnings", str(file), "an argument"] if as_command else file
    diagnosis = diagnosed(program, tmp_path / "out")
    assert diagnosis.verdict == "leak"
    assert f"`seen` of {tmp_path.name}/{name}" in diagnosis.suspects[0].anchor
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "snapshot-1.heapsnapshot",
        "snapshot-2.heapsnapshot",
        "snapshot-3.heapsnapshot",
    ]


def test_rounds_are_numbered_and_awaited(tmp_path: Path) -> None:
    text = """
    let isBusy = false;
    async function load(round) {
      if (isBusy) throw new Error("one at a time");
      isBusy = true;
      await new Promise((resolve) => setImmediate(resolve));
      isBusy = false;
      console.log(round);
    }
    """
    printed: list[str] = []
    hn.record(text, rounds=3, out=tmp_path, output=lambda _, said: printed.append(said))
    assert "".join(printed).split() == [str(number) for number in range(12)]


def test_what_stands_around_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.js").write_text("module.exports = 'helped';")
    text = (
        "console.log(require('./helper.js'), require.main === module, __filename,"
        " ...process.argv.slice(1), typeof gc);"
    )
    printed: list[str] = []
    files = hn.record(text, name="cell.js", output=lambda _, said: printed.append(said))
    cell = tmp_path / "cell.js"
    assert "".join(printed) == f"helped true {cell} {cell} function\n"
    assert not cell.exists()
    assert files[0].is_file()


def test_the_environment_is_not_in_the_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "correct-horse-battery")
    text = "globalThis.all = JSON.stringify({ ...process.env }) + process.env.REGION;"
    *_, last = hn.record(text, out=tmp_path, environment={"REGION": "north-west"})
    content = last.read_bytes()
    assert b"correct-horse-battery" not in content
    assert b"north-west" in content


def test_output_comes_as_it_is_printed_up_to_a_limit(tmp_path: Path) -> None:
    text = "process.stdout.write('ß'.repeat(3_000_000)); console.error('the end');"
    printed: dict[str, list[str]] = {"stdout": [], "stderr": []}
    hn.record(text, out=tmp_path, output=lambda stream, said: printed[stream].append(said))
    out, err = ("".join(parts) for parts in printed.values())
    assert set(out) == {"ß"}
    assert len(out) <= MOST_OUTPUT
    assert "more characters of output" in err


# -- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "function load(round) {\n  if (round === 7) throw new TypeError('no order');\n}",
            "The program failed: TypeError: no order (program.js:2:26, round 7).",
        ),
        ("let x = ;", "The program failed: SyntaxError: Unexpected token ';' (program.js:1)."),
        (
            "await null;\nmissing();",
            "The program failed: ReferenceError: missing is not defined (program.js:2:1).",
        ),
        ("throw null", "The program failed: null."),
        ("import fs from 'node:fs';", "Cannot use import statement outside a module (program"),
        ("import fs from 'node:fs';", "Hint: write `const { name } = await import("),
        ("heapSnapshot();\nheapSnapshot();", "await it (program.js:2:1)."),
        ("process.exit(3);", "The program ended with exit code 3."),
        ("console.error('no disk'); process.exit(3);", "ended with exit code 3: no disk."),
        ("process.abort();", "The program ended with SIGABRT."),
    ],
)
def test_programs_that_fail(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError) as caught:
        hn.record(text, out=tmp_path)
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_error_that_the_program_handles_is_none(tmp_path: Path) -> None:
    text = "process.on('uncaughtException', () => {}); setImmediate(() => { throw new Error(); });"
    assert len(hn.record(text, out=tmp_path)) == 2


@pytest.mark.parametrize("text", ["setInterval(() => {}, 1000);", "for (;;);"])
def test_programs_that_do_not_end(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingError, match=r"did not end in time\. Hint: let it define load"):
        hn.record(text, timeout=1, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="groups of processes")
@pytest.mark.parametrize("ending", ["process.exit();", "setInterval(() => {}, 1000);"])
def test_nothing_is_left_running(tmp_path: Path, ending: str) -> None:
    # The other program has the pipes of this one, which would never be at their end.
    text = f"""
    const other = require("node:child_process").spawn("sleep", ["1000"], {{ stdio: "inherit" }});
    console.log(other.pid);
    other.unref();
    {ending}
    """
    printed: list[str] = []
    try:
        hn.record(
            text,
            timeout=4 if "setInterval" in ending else 60,
            out=tmp_path,
            output=lambda _, said: printed.append(said),
        )
    except RecordingError:
        assert "setInterval" in ending
    deadline = time.monotonic() + 10
    while is_running(int(printed[0])):
        assert time.monotonic() < deadline


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_an_interrupt_ends_the_program(tmp_path: Path) -> None:
    printed: list[str] = []

    def interrupt(_: str, said: str) -> None:
        printed.append(said)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hn.record("console.log(process.pid); for (;;);", out=tmp_path, output=interrupt)
    assert not is_running(int(printed[0]))
    assert not [thread for thread in threading.enumerate() if "heapnb reads" in thread.name]


@pytest.mark.parametrize(
    ("program", "options", "message"),
    [
        ("1", {"rounds": 0}, "rounds must be 1 or more (got 0)."),
        ("1", {"timeout": 0}, "timeout must be greater than 0 (got 0)."),
        ("1", {"timeout": float("nan")}, "timeout must be greater than 0 (got nan)."),
        ("1", {"node": "no-such-node"}, "no-such-node: Node.js not found. Hint: install Node.js"),
        ("1", {"node": shutil.which("true")}, "The program ended without a snapshot."),
        ("server.js", {}, "is the name of a file, not JavaScript."),
        ("'\ud800'", {}, "The JavaScript is not valid Unicode."),
        (Path("missing.js"), {}, "missing.js: file not found."),
        (["npm", "start"], {}, "'npm start' does not start a program under Node."),
        ([], {}, "'' does not start a program under Node."),
    ],
)
def test_wrong_use(program: Program, options: dict[str, object], message: str) -> None:
    with pytest.raises(HeapnbError) as caught:
        hn.record(program, **options)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecordingError, match=r"Node\.js not found on PATH"):
        hn.record("1")


def test_folders_that_will_not_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "snapshot-1.heapsnapshot").touch()
    for name, message in [
        ("file", "is a file"),
        ("full", "already contains snapshots"),
        ("a/b", "there is no directory"),
    ]:
        with pytest.raises(HeapnbError, match=message):
            hn.record("1", out=tmp_path / name)


def test_much_output_does_not_block(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="did not end in time"):
        hn.record("for (;;) console.log('x'.repeat(10_000));", timeout=1, out=tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found by /proc")
@pytest.mark.parametrize("ending", ["process.exit();", "setInterval(() => {}, 1000);"])
def test_a_daemon_that_holds_the_pipes_ends_too(tmp_path: Path, ending: str) -> None:
    # In a session of its own: not in the process group that is ended.
    text = f"""
    const {{ spawn }} = require("node:child_process");
    const other = spawn("sleep", ["1000"], {{ stdio: "inherit", detached: true }});
    console.log(other.pid);
    other.unref();
    {ending}
    """
    printed: list[str] = []
    started = time.monotonic()
    try:
        hn.record(
            text,
            timeout=4 if "setInterval" in ending else 60,
            out=tmp_path,
            output=lambda _, said: printed.append(said),
        )
    except RecordingError:
        assert "setInterval" in ending
    assert time.monotonic() - started < 60
    assert not is_running(int(printed[0]))
