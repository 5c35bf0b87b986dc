"""Measure whole processes: wall time, peak memory, and how busy the machine was with other work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_LAUNCHER = HERE / "launch.py"
_PROC_STAT = Path("/proc/stat")
_IDLE_FIELDS = (3, 4)  # of /proc/stat: idle, and waiting for a disk

PATIENCE = float(os.environ.get("HEAPNB_BENCHMARK_PATIENCE", "30"))
"""Seconds to wait for a quiet machine before each run."""

_QUIET_LOAD = 0.1
_BUSY_LOAD = 0.15


@dataclass(frozen=True)
class Measurement:
    """One run of one program.

    Parameters
    ----------
    exit_code : int
        0 if it did what it was asked to; negative for a signal; 124 for a timeout.
    seconds : float
        Wall time of the whole process.
    cpu_seconds : float
        Time that its threads spent on processors, in all.
    peak_bytes : int
        Largest resident set of the process, threads and mapped files included.
    other_load : float
        CPUs that other programs kept busy meanwhile; 0.0 where that cannot be told.
    stdout, stderr : str
        What it printed.
    """

    exit_code: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    other_load: float
    stdout: str
    stderr: str

    @property
    def is_noisy(self) -> bool:
        """Whether other programs took enough time to disturb the measurement."""
        return self.other_load > _BUSY_LOAD


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float = 600.0,
) -> Measurement:
    """Run a program and measure it.

    Parameters
    ----------
    command : sequence of str or Path
        The program, with its full path, and its arguments.
    environment : mapping, optional
        Added to the variables of this process.
    timeout : float, default 600.0
        Seconds after which it is killed.

    Returns
    -------
    Measurement
    """
    # An installed package has its byte code.
    variables = {**os.environ, **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    busy_before = _busy_seconds()
    done = subprocess.run(
        [sys.executable, "-I", "-S", _LAUNCHER, str(timeout), *command],
        env=variables,
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    stderr, _, figures = done.stderr.rstrip("\n").rpartition("\n")
    code, seconds, cpu_seconds, peak_bytes = figures.split()
    others = max(_busy_seconds() - busy_before - float(cpu_seconds), 0.0)
    return Measurement(
        exit_code=int(code),
        seconds=float(seconds),
        cpu_seconds=float(cpu_seconds),
        peak_bytes=int(peak_bytes),
        other_load=others / float(seconds),
        stdout=done.stdout,
        stderr=stderr,
    )


def best_of(measurements: Sequence[Measurement]) -> Measurement:
    """Return the fastest run that succeeded, or the last that failed."""
    good = [each for each in measurements if each.exit_code == 0]
    return min(good, key=lambda each: each.seconds) if good else measurements[-1]


def wait_until_quiet(patience: float = PATIENCE) -> None:
    """Wait until other programs leave the machine alone, or patience ends.

    Parameters
    ----------
    patience : float, default PATIENCE
        Seconds.
    """
    deadline = time.monotonic() + patience
    while _PROC_STAT.exists() and time.monotonic() < deadline:
        before = _busy_seconds()
        time.sleep(1.0)
        if _busy_seconds() - before < _QUIET_LOAD:
            return


def read_through(path: Path) -> None:
    """Read a file once, so that it comes from memory from now on."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _busy_seconds() -> float:
    """CPU time that all programs of the machine have taken since it started."""
    if not _PROC_STAT.exists():
        return 0.0
    ticks = [int(field) for field in _PROC_STAT.read_text().splitlines()[0].split()[1:9]]
    idle = sum(ticks[field] for field in _IDLE_FIELDS)
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")
