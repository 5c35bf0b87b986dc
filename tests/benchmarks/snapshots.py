"""Snapshots of the sizes that are measured, made on demand and kept outside the project."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent

DIRECTORY_VARIABLE = "HEAPNB_BENCHMARK_DATA"
"""Environment variable that says where the snapshots are kept."""

SIZES = (10, 100, 1350)
"""Megabytes."""


def default_directory() -> Path:
    """Return where snapshots are kept unless something else is asked for."""
    override = os.environ.get(DIRECTORY_VARIABLE)
    return Path(override or platformdirs.user_cache_path("heapnb-benchmarks"))


def snapshot(megabytes: int, directory: Path) -> Path:
    """Return a snapshot of about a given size; make it if it is not there.

    Parameters
    ----------
    megabytes : int
        Its size.
    directory : Path
        Where snapshots are kept.

    Returns
    -------
    Path
    """
    (path,) = _made(megabytes, directory, f"{megabytes}", [""])
    return path


def series(megabytes: int, directory: Path) -> tuple[Path, ...]:
    """Return three snapshots of a process that leaks, each of about a given size.

    Parameters
    ----------
    megabytes : int
        The size of each.
    directory : Path
        Where snapshots are kept.

    Returns
    -------
    tuple of Path
    """
    steps = ["-before", "-after1", "-after2"]
    return _made(megabytes, directory, f"growing-{megabytes}", steps, "--growth")


def _made(
    megabytes: int, directory: Path, name: str, steps: Sequence[str], *options: str
) -> tuple[Path, ...]:
    """Return the snapshots of some steps of a process; make them if they are not there."""
    paths = tuple(directory / f"{name}{step}.heapsnapshot" for step in steps)
    if not all(path.exists() for path in paths):
        directory.mkdir(parents=True, exist_ok=True)
        unfinished = directory / f"unfinished-{name}.heapsnapshot"
        maker = HERE / "make_big_snapshot.mjs"
        subprocess.run(
            [find_node(), maker, "--target-mb", str(megabytes), "--out", unfinished, *options],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        for path in paths:
            (directory / f"unfinished-{path.name}").replace(path)
    return paths


def find_node() -> str:
    """Return the path of Node."""
    path = shutil.which("node")
    if path is None:
        raise FileNotFoundError("Node is not installed: see https://nodejs.org")
    return path
