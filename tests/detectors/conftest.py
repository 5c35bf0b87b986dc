"""Captures the small programs of this folder on demand."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.conftest import REQUIRE_EVERYTHING, SERIES_NAMES

FOLDER = Path(__file__).parent
DEFAULT_UNITS = 60

Capture: TypeAlias = Callable[..., list[Path]]
Diagnose: TypeAlias = Callable[..., Diagnosis]


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """Return a function from a program's name to its three snapshots, each captured once.

    The number of units of work is that of the warm-up and of the first interval; the second
    interval has three times as many.
    """
    node = shutil.which("node")
    if node is None:
        if os.environ.get(REQUIRE_EVERYTHING):
            pytest.fail("needs Node", pytrace=False)
        pytest.skip("needs Node")
    captured: dict[tuple[str, int], list[Path]] = {}

    def run(program: str, units: int = DEFAULT_UNITS) -> list[Path]:
        key = (program, units)
        if key not in captured:
            directory = tmp_path_factory.mktemp(program)
            script = FOLDER / "programs" / f"{program}.cjs"
            options = ["--expose-gc", str(FOLDER / "capture.cjs"), str(script), str(directory)]
            command = [node, *options, str(units)]
            subprocess.run(command, check=True, timeout=60, capture_output=True)
            captured[key] = [directory / f"{name}.heapsnapshot" for name in SERIES_NAMES]
        return captured[key]

    return run


@pytest.fixture(scope="session")
def diagnosed(capture: Capture) -> Diagnose:
    """Return a function from a program's name to its diagnosis, each made once."""
    known: dict[tuple[str, int], Diagnosis] = {}

    def run(program: str, units: int = DEFAULT_UNITS) -> Diagnosis:
        key = (program, units)
        if key not in known:
            known[key] = diagnose(capture(program, units))
        return known[key]

    return run
