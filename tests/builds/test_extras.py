"""Extras of pyproject.toml: a feature works with its extra, and names the extra without it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT, sample_series

EXTRAS: Final[dict[str, list[str]]] = tomllib.loads(
    (ROOT / "pyproject.toml").read_text(encoding="utf-8")
)["project"]["optional-dependencies"]

FOR_DEVELOPERS: Final = frozenset({"docs", "dev"})
"""Extras that no feature of heapnb needs."""


@dataclass(frozen=True)
class Door:
    """A feature that needs an extra.

    Parameters
    ----------
    extra : str
        What the message must name.
    hidden : tuple of str
        Modules of the extra that are not found.
    program : str
        Python code that uses the feature, with ``snapshot``, ``series``, ``folder`` and ``main``.
    works : str
        What it prints where the extra is installed.
    note : bool
        Whether the answer only lacks a part without the extra, and says so.
    """

    extra: str
    hidden: tuple[str, ...]
    program: str = field(repr=False)
    works: str = ""
    note: bool = False


DOORS: Final = {
    "sql command": Door(
        "sql",
        ("duckdb",),
        "sys.exit(main(['sql', snapshot, 'select count(*) as found from nodes']))",
        "found",
    ),
    "sql function": Door(
        "sql", ("duckdb",), "print(hn.load(snapshot).sql('select 1 as found'))", "found"
    ),
    "file on the web": Door(
        "remote",
        ("fsspec",),
        "sys.exit(main(['summary', 'memory://none.heapsnapshot']))",
        "none.heapsnapshot",
    ),
    "process": Door(
        "live",
        ("websockets",),
        "from heapnb.capture.inspector import Inspector\nInspector.connect('ws://127.0.0.1:9/x')",
        "127.0.0.1:9",
    ),
    "page": Door(
        "page",
        ("playwright",),
        "from heapnb.live import pages; pages._require_playwright(); print('found')",
        "found",
    ),
    "assistants": Door(
        "mcp", ("mcp",), "sys.stdin.close(); sys.exit(main(['mcp', '--root', folder]))"
    ),
    "fleet": Door(
        "fleet",
        ("dask", "distributed"),
        "sys.exit(main(['scan', folder, '--output', folder + '/out']))",
    ),
    "lines of sources": Door(
        "source",
        ("tree_sitter", "tree_sitter_javascript", "tree_sitter_typescript"),
        "sys.exit(main(['diagnose', *series, '--source-root', sources]))",
        "",
        note=True,
    ),
    "source maps": Door(
        "sourcemaps",
        ("symbolic",),
        "from heapnb.graph.source_files import _parse_map\n"
        'print(_parse_map(b\'{"version":3,"sources":[],"names":[],"mappings":""}\'))',
        "SourceMapView",
    ),
}

PROGRAM: Final = """
import sys
sys.modules.update(dict.fromkeys({hidden!r}))
snapshot, series, folder, sources = {snapshot!r}, {series!r}, {folder!r}, {sources!r}
import heapnb as hn
from heapnb.cli import main
{program}
"""


def run(door: Door, folder: Path, hidden: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Use a feature in a process of its own, without some modules."""
    series = [str(path) for path in sample_series("listener_per_request")]
    program = PROGRAM.format(
        hidden=hidden,
        snapshot=series[-1],
        series=series,
        folder=str(folder),
        sources=str(ROOT / "sample_snapshots" / "listener_per_request" / "app"),
        program=door.program,
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_each_extra_has_a_feature() -> None:
    assert {door.extra for door in DOORS.values()} == EXTRAS.keys() - FOR_DEVELOPERS


def test_the_extra_of_developers_has_all_packages_of_features() -> None:
    every = {Requirement(text).name for text in EXTRAS["dev"]}
    for extra in EXTRAS.keys() - FOR_DEVELOPERS:
        assert {Requirement(text).name for text in EXTRAS[extra]} <= every, extra


@pytest.mark.parametrize("name", DOORS)
def test_without_its_extra_a_feature_names_it(name: str, tmp_path: Path) -> None:
    door = DOORS[name]
    ended = run(door, tmp_path, door.hidden)
    wanted = f"pip install 'heapnb[{door.extra}]'"
    assert wanted in " ".join((ended.stdout + ended.stderr).split())
    if door.note:
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr
    elif "main(" in door.program:
        assert ended.returncode == 2
        assert len(ended.stderr.strip().splitlines()) == 1
        assert not ended.stdout
    else:
        assert ended.stderr.strip().splitlines()[-1].startswith("heapnb.errors.MissingExtraError:")


@pytest.mark.parametrize("name", DOORS)
def test_with_its_extra_a_feature_does_not_ask_for_it(name: str, tmp_path: Path) -> None:
    door = DOORS[name]
    ended = run(door, tmp_path, ())
    assert "pip install" not in ended.stdout + ended.stderr
    assert door.works in ended.stdout + ended.stderr
    assert "MissingExtraError" not in ended.stderr
