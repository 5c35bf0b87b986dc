"""Inputs that had a problem once, the first inputs of each reader, and the fuzzer itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from tests.conftest import ROOT
from tests.fuzz import harness
from tests.fuzz.harness import Reader, readers
from tests.fuzz.minimising import minimised
from tests.fuzz.mutation import Mutator, Structure
from tests.fuzz.run import CORPUS, JOURNAL, journal, reader_of

FIRST_INPUTS = 40
"""So many inputs of each reader run in every CI; `make fuzz` runs more."""

MOST_CORPUS_BYTES = 300_000


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_inputs_that_had_a_problem_have_none() -> None:
    files = sorted(CORPUS.iterdir())
    assert {reader_of(path) for path in files} <= readers().keys()
    assert sum(path.stat().st_size for path in files) < MOST_CORPUS_BYTES
    result = run("--replay", *map(str, files))
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("no problem") == len(files)


def test_the_first_inputs_of_each_reader_have_no_problem() -> None:
    result = run("--from", "0", "--count", str(FIRST_INPUTS), "--dry")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count(f"0 to {FIRST_INPUTS},") == len(readers())


@pytest.mark.parametrize("reader", readers().values(), ids=lambda reader: reader.name)
def test_valid_inputs_are_read(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(harness.FOLDER_VARIABLE, str(tmp_path))
    for data in reader.mutator.inputs:
        reader.read(data)


def test_input_n_is_the_same_everywhere() -> None:
    mutator = Mutator((b'{"a": [1, 2, {"b": "x"}]}',), Structure.JSON)
    made = [mutator.make("some", number) for number in range(200)]
    assert made == [mutator.make("some", number) for number in range(200)]
    assert made[0] == mutator.inputs[0]
    assert len(set(made)) > 150
    assert made[1:4] != [mutator.make("other", number) for number in (1, 2, 3)]


def test_an_input_becomes_as_small_as_its_problem() -> None:
    data = b"one two (bad) three [four] five" * 20
    assert minimised(data, lambda smaller: b"bad" in smaller and b"four" in smaller) == b"badfour"


def test_the_journal_is_without_gaps() -> None:
    assert JOURNAL.exists()
    reached: dict[str, int] = {}
    for batch in journal():
        if batch["engine"] != "mutator":
            continue
        assert batch["from"] == reached.get(batch["reader"], 0), batch
        assert batch["count"] == batch["to"] - batch["from"]
        reached[batch["reader"]] = batch["to"]


def misbehave(data: bytes) -> None:
    """Do what a bad reader does."""
    import os
    import signal
    import time

    word = data.strip()
    if word == b"segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == b"hang":
        while time.monotonic():
            pass
    elif word == b"allocate":
        assert bytearray(100 << 20).count(b"x") == 0
    elif word == b"allocate too much":
        bytearray(8 << 30)
    elif word == b"raise":
        raise KeyError(word)


def expect(kinds: list[str]) -> NoReturn:
    """Run the bad reader in this process's workers: for the test below."""
    from tests.fuzz import workers as module

    module.SECONDS = 1.0  # type: ignore[misc]
    words = (b"fine", b"segfault", b"fine", b"hang", b"allocate", b"allocate too much", b"raise")
    bad = Reader("bad", lambda: (b"fine",), misbehave, misbehave)
    object.__setattr__(bad, "mutator", _Numbered(dict(enumerate(words))))
    with module.Workers({"bad": bad}) as workers:
        found = list(workers.run(iter([("bad", range(len(words)))])))
        assert workers.problem_of("bad", b"fine") is None
        assert workers.problem_of("bad", b"segfault") is not None
    assert [one.number for one in found] == [1, 3, 4, 5, 6], found
    assert [one.problem.kind for one in found] == kinds, found
    sys.exit(0)


class _Numbered:
    """Stands for a mutator: a few inputs by number."""

    def __init__(self, numbered: dict[int, bytes]) -> None:
        self._numbered = numbered
        self.inputs = (b"fine",)

    def make(self, name: str, number: int) -> bytes:
        return self._numbered[number]


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory by Linux's /proc")
def test_each_problem_is_named_with_its_input() -> None:
    kinds = ["crash", "time", "memory", "MemoryError", "KeyError"]
    code = f"from tests.fuzz.test_fuzzing import expect; expect({kinds})"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
