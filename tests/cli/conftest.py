"""Running command lines, in this process and as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
import pytest

from heapnb.cli import main
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_series

LEAKING_CASE = "listener_per_request"

HOSTILE_TEXTS = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "two\nlines\rand a return",
    "user\u202etxt.exe",
    "zero\u200bwidth",
    "<script>alert(1)</script>",
    "[bold]not markup[/bold]",
    "nul\x00and del\x7f",
)
"""Names that would do something where they are only to be shown."""


@dataclass(frozen=True)
class Answer:
    """What a command line did."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON that stdout is, and nothing else."""
        assert self.exit_code in {0, 1}, self.err
        return orjson.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line that says what is wrong."""
        assert self.exit_code == 2
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("heapnb: ")
        return lines[0]


Run = Callable[..., Answer]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_here(*arguments: str | Path) -> Answer:
        capfd.readouterr()
        exit_code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Answer(exit_code, captured.out, captured.err)

    return run_here


class Start(Protocol):
    """Starts ``python -m heapnb``."""

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str] = os.environ,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""


@pytest.fixture
def start() -> Start:
    """Run a command line as a program of its own."""

    def start_program(
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str] = os.environ,
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "heapnb", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env=environment,
            timeout=120,
            check=False,
        )

    return start_program


@pytest.fixture(scope="session")
def series() -> list[Path]:
    """Return three snapshots of a program that leaks."""
    return sample_series(LEAKING_CASE)


@pytest.fixture(scope="session")
def sample(series: list[Path]) -> Path:
    """Return a snapshot of a real program."""
    return series[-1]


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot whose classes, names, properties and strings are hostile."""
    builder = SnapshotBuilder()
    for number, text in enumerate(HOSTILE_TEXTS):
        builder.node(f"class{number}", type="object", name=text, size=100)
        builder.node(f"text{number}", type="string", name=text, size=50)
        builder.edge("root", f"class{number}", text)
        builder.edge(f"class{number}", f"text{number}", text)
    path = tmp_path_factory.mktemp("hostile") / "hostile.heapsnapshot"
    path.write_bytes(builder.to_bytes())
    return path
