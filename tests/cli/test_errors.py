"""Whatever goes wrong: one line on stderr that says what and where, and an exit code."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from heapnb.cli import main
from heapnb.cli.app import application
from heapnb.format import read_snapshot, write_snapshot
from tests.cli.conftest import Run, Start
from tests.conftest import all_samples

COMMANDS = sorted(application.commands)
READING_COMMANDS = {
    "summary": ("FILE",),
    "constructors": ("FILE",),
    "collections": ("FILE",),
    "closures": ("FILE",),
    "listeners": ("FILE",),
    "timers": ("FILE",),
    "modules": ("FILE",),
    "globals": ("FILE",),
    "buffers": ("FILE",),
    "strings": ("FILE",),
    "find": ("FILE", "--class", "Map"),
    "retainers": ("FILE", "1"),
    "sql": ("FILE", "select count(*) from nodes"),
    "diff": ("FILE", "FILE"),
    "diagnose": ("FILE",),
    "report": ("FILE", "-o", "OUT"),
    "export": ("FILE", "--nodes", "OUT"),
}
"""Command lines that read FILE and may write OUT."""


def command_line(command: str, file: str | Path, out: str | Path = "out") -> list[str]:
    places = {"FILE": str(file), "OUT": str(out)}
    return [command, *(places.get(word, word) for word in READING_COMMANDS[command])]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return an uncompressed snapshot."""
    smallest = min(all_samples(), key=lambda path: path.stat().st_size)
    path = tmp_path / "app.heapsnapshot"
    write_snapshot(read_snapshot(smallest), path)
    return path


# -- wrong use --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each(run: Run, command: str) -> None:
    answer = run(command, "--help")
    assert (answer.exit_code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: heapnb {command} ")
    assert run(command, "-h") == answer


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_the_commands(run: Run, arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert (answer.exit_code, answer.err) == (0, "")
    assert all(f"  {command} " in answer.out for command in COMMANDS)
    assert "..." not in answer.out.partition("From a running program:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_option(run: Run, command: str) -> None:
    complaint = run(command, "--nonsense").complaint
    assert "No such option '--nonsense'" in complaint.replace(": --nonsense", " '--nonsense'")
    assert f"Hint: see heapnb {command} --help." in complaint


@pytest.mark.parametrize("command", READING_COMMANDS)
def test_missing_argument(run: Run, command: str) -> None:
    assert "Missing argument" in run(command).complaint


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "No such command"),
        (["find", "FILE"], "No condition"),
        (["export", "FILE"], "Nothing to export"),
        (["export", "FILE", "--nodes", "x", "--edges", "x"], "cannot hold both nodes and edges"),
        (["retainers", "FILE", "twelve"], "'twelve' is not a node id"),
        (["retainers", "FILE", "1.5"], "'1.5' is not a node id"),
        (["retainers", "FILE", str(2**64)], "is not a node id"),
        (["retainers", "FILE", "9" * 10_000], "is not a node id"),
        (["retainers", "FILE", "²"], "'²' is not a node id"),
        (["constructors", "FILE", "--sort", "colour"], "'colour' is not one of"),
        (["constructors", "FILE", "--limit", "-1"], "--limit"),
        (["find", "FILE", "--name", "("], "Not a regular expression: '('"),
        (["find", "FILE", "--string", "(?=x)"], "Not a regular expression"),
        (["strings", "FILE", "--match", "[a"], "Not a regular expression"),
        (["find", "FILE", "--class", "\udcff"], "is not UTF-8"),
        (["strings", "FILE", "--match", "\udcff"], "is not UTF-8"),
        (["diff", "FILE"], "Missing argument 'AFTER'"),
        (["diff", "-", "-"], "stdin can be only one"),
        (["diagnose", "-", "-"], "stdin can be only one"),
    ],
)
def test_wrong_use(run: Run, small: Path, arguments: list[str], message: str) -> None:
    complaint = run(*(str(small) if word == "FILE" else word for word in arguments)).complaint
    assert message in complaint
    assert "Hint: " in complaint


def test_wrong_use_is_noticed_before_a_file_is_read(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.heapsnapshot"
    broken.write_bytes(b"{")
    for arguments in (
        ["find", broken, "--name", "("],
        ["constructors", broken, "--sort", "colour"],
        ["retainers", broken, "twelve"],
        ["export", broken, "--nodes", "no/such/directory/x"],
        ["report", broken, "-o", "no/such/directory/x"],
    ):
        complaint = run(*arguments).complaint
        assert "section" not in complaint
        assert complaint


# -- unreadable input -------------------------------------------------------------------------


@pytest.mark.parametrize("command", READING_COMMANDS)
class TestUnreadable:
    def test_missing_file(self, run: Run, command: str, tmp_path: Path) -> None:
        complaint = run(*command_line(command, "missing.heapsnapshot", tmp_path / "o")).complaint
        assert "missing.heapsnapshot: No such file or directory" in complaint
        assert "Hint: " in complaint

    def test_directory(self, run: Run, command: str, tmp_path: Path) -> None:
        complaint = run(*command_line(command, tmp_path, tmp_path / "o")).complaint
        assert f"{tmp_path}: Is a directory" in complaint

    @pytest.mark.parametrize(
        "content",
        [b"", b"\0" * 100, b"hello", b"{}", b"[1, 2]", b'{"snapshot": {}}', gzip.compress(b"")],
        ids=["empty", "zeros", "text", "object", "list", "no-meta", "packed-nothing"],
    )
    def test_no_snapshot(self, run: Run, command: str, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "bad.heapsnapshot"
        path.write_bytes(content)
        complaint = run(*command_line(command, path, tmp_path / "o")).complaint
        assert "(section '" in complaint
        assert "Hint: " in complaint
        assert [path.name for path in tmp_path.iterdir()] == ["bad.heapsnapshot"]


def test_unreadable_file(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by its permissions, which mean nothing to root.
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    for options in ([], ["--no-cache"]):
        complaint = run("strings", small, *options).complaint
        assert "app.heapsnapshot: Permission denied" in complaint
        assert "Hint: check the path" in complaint


def test_truncated_file_and_salvage(run: Run, small: Path) -> None:
    content = small.read_bytes()
    small.write_bytes(content[: len(content) * 9 // 10])
    complaint = run("strings", small).complaint
    assert "--salvage" in complaint or "salvage" in complaint
    answer = run("strings", small, "--salvage", "--json", "--limit", 1)
    assert len(answer.json) == 1
    assert answer.err.startswith("Warning: ")


def test_a_file_that_is_larger_than_allowed(run: Run, small: Path) -> None:
    options = ("--no-cache", "--max-size")
    complaint = run("summary", small, *options, "100 kB").complaint
    assert "larger than allowed: more than 100,000 bytes." in complaint
    assert "--max-size 50GB" in complaint
    assert "--max-size much is not a size" in run("summary", small, *options, "much").complaint
    assert run("summary", small, *options, "1GB").exit_code == 0


@pytest.mark.parametrize("command", ["summary", "diagnose"])
def test_warnings_come_once(run: Run, small: Path, command: str) -> None:
    content = small.read_bytes()
    small.write_bytes(content[: len(content) * 9 // 10])
    for_people = run(command, small, "--salvage")
    assert for_people.err == ""
    assert for_people.out.count("is truncated") == 1
    for_programs = run(command, small, "--salvage", "--json")
    assert for_programs.err.count("is truncated") == 1
    assert for_programs.json


def test_node_that_is_not_there(run: Run, small: Path) -> None:
    complaint = run("retainers", small, 4_000_000_001).complaint
    assert "No node has the id 4000000001" in complaint
    assert "Hint: " in complaint
    assert "No node has the id" in run("retainers", small, 2**64 - 1).complaint


def test_names_of_files_cannot_act_on_the_terminal(run: Run) -> None:
    complaint = run("summary", "\x1b[31mred\n\u202e.heapsnapshot").complaint
    assert "\x1b" not in complaint
    assert "\\u001b[31mred" in complaint
    assert "\u202e" not in complaint


# -- where the answer goes --------------------------------------------------------------------


@pytest.mark.parametrize("command", ["report", "export"])
class TestTarget:
    def test_directory(self, run: Run, command: str, small: Path, tmp_path: Path) -> None:
        assert "is a directory" in run(*command_line(command, small, tmp_path)).complaint

    def test_no_such_directory(self, run: Run, command: str, small: Path, tmp_path: Path) -> None:
        target = tmp_path / "no" / "out"
        complaint = run(*command_line(command, small, target)).complaint
        assert f"there is no directory {target.parent}" in complaint

    def test_stdout(self, run: Run, command: str, small: Path) -> None:
        assert "does not go to stdout" in run(*command_line(command, small, "-")).complaint

    def test_a_snapshot_is_never_overwritten(
        self, run: Run, command: str, small: Path, tmp_path: Path
    ) -> None:
        content = small.read_bytes()
        other_name = tmp_path / "link"
        other_name.symlink_to(small)
        for target in (small, other_name):
            assert "is one of the snapshots" in run(*command_line(command, small, target)).complaint
        assert small.read_bytes() == content

    def test_unwritable_directory(
        self, run: Run, command: str, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        complaint = run(*command_line(command, small, tmp_path / "out")).complaint
        assert f"Cannot write to {tmp_path}" in complaint

    def test_target_that_appears_by_no_other_name(
        self, run: Run, command: str, small: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "answers"
        folder.mkdir()
        assert run(*command_line(command, small, folder / "out")).exit_code == 0
        assert [path.name for path in folder.iterdir()] == ["out"]


def test_full_disk(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("heapnb.export.write_parquet", fail)
    complaint = run("export", small, "--nodes", tmp_path / "out").complaint
    assert "No space left on device" in complaint


# -- the process ------------------------------------------------------------------------------


def test_interrupt(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("heapnb.graph.sources.open_graph", interrupt)
    answer = run("summary", small)
    assert (answer.exit_code, answer.out, answer.err) == (130, "", "heapnb: Interrupted.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_interrupt_of_a_process() -> None:
    # What runs in the background of a shell inherits that interrupts are ignored.
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from heapnb.cli import main; sys.exit(main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "summary", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        # Filling more than a pipe holds shows that the program is there and reads.
        process.stdin.write(b'{"snapshot": {' + b" " * (1 << 20))
        process.stdin.flush()
        # The thread that waits for stdin cannot be woken; who insists is obeyed.
        for _ in range(60):
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
                break
        assert process.returncode == 130
        assert process.stderr.read() in {b"", b"heapnb: Interrupted.\n"}


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("too deep"), KeyError("odd")])
def test_a_bug_is_not_an_answer(
    run: Run, small: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("heapnb.graph.sources.open_graph", fail)
    assert "Traceback" not in run("summary", small).complaint
    monkeypatch.setenv("HEAPNB_TRACEBACK", "1")
    answer = run("summary", small)
    assert answer.exit_code == 2
    assert ("Traceback" in answer.err) is not isinstance(error, MemoryError)


def test_reader_that_has_seen_enough(small: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "heapnb", "strings", str(small), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_stdout_that_is_full(small: Path) -> None:
    for options in (["--json"], ["--limit", "5"]):
        with Path("/dev/full").open("wb") as full:
            process = subprocess.run(
                [sys.executable, "-m", "heapnb", "strings", str(small), *options],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
                timeout=60,
            )
        assert process.returncode == 2
        lines = process.stderr.decode().splitlines()
        assert [line for line in lines if "No space left on device" in line] == lines[-1:]


def test_stdin(start: Start, small: Path) -> None:
    process = start("strings", "-", "--json", "--limit", "1", stdin=small.read_bytes())
    assert (process.returncode, process.stderr) == (0, b"")
    assert process.stdout == start("strings", small, "--json", "--limit", "1").stdout
    packed = start(
        "strings", "-", "--json", "--limit", "1", stdin=gzip.compress(small.read_bytes())
    )
    assert packed.stdout == process.stdout
    nothing = start("strings", "-")
    assert nothing.returncode == 2
    assert nothing.stderr.startswith(b"heapnb: <stdin>")


def test_module_and_program_are_the_same(start: Start) -> None:
    program = Path(sys.executable).with_name("heapnb")
    process = subprocess.run([program, "--help"], capture_output=True, check=True)
    assert process.stdout == start("--help").stdout


def test_output_is_utf8_whatever_the_locale(start: Start, hostile: Path) -> None:
    for changes in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}):
        environment = os.environ | changes
        process = start("strings", hostile, "--json", environment=environment)
        assert process.returncode == 0
        assert "zero\u200bwidth" in process.stdout.decode("utf-8")
        table = start("strings", hostile, environment=environment)
        assert (table.returncode, table.stderr) == (0, b"")


def test_results_can_be_captured_as_text(
    monkeypatch: pytest.MonkeyPatch, small: Path, run: Run
) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    assert main(["strings", str(small), "--json", "--limit", "1"]) == 0
    monkeypatch.undo()
    assert stdout.getvalue() == run("strings", small, "--json", "--limit", 1).out
