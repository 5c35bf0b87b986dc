"""Runs the programs of this folder, which write snapshots, side files and copies of smaps."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

import heapnb as hn
from tests.conftest import find_node

FOLDER = Path(__file__).parent

Capture: TypeAlias = Callable[[str], list[Path]]
Measure: TypeAlias = Callable[[str], hn.Rss]


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """Return a function from a program's name to its three snapshots; each program runs once."""
    known: dict[str, list[Path]] = {}

    def run(program: str) -> list[Path]:
        if program not in known:
            folder = tmp_path_factory.mktemp(program)
            subprocess.run(
                [
                    *(find_node() or "node", "--expose-gc", "--require", FOLDER / "moment.cjs"),
                    FOLDER / "programs" / f"{program}.cjs",
                ],
                check=True,
                timeout=120,
                capture_output=True,
                env={"PATH": os.environ["PATH"], "RSS_TEST_FOLDER": str(folder)},
            )
            known[program] = [folder / f"s{number}.heapsnapshot" for number in (1, 2, 3)]
        return known[program]

    return run


@pytest.fixture(scope="session")
def measured(capture: Capture) -> Measure:
    """Return a function from a program's name to its memory."""
    known: dict[str, hn.Rss] = {}

    def run(program: str) -> hn.Rss:
        if program not in known:
            known[program] = hn.rss(capture(program), progress=False)
        return known[program]

    return run
