"""Snapshots of the sizes that are measured, made on demand and kept outside the project."""

from __future__ import annotations

import os
import shutil
import subprocess
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
    path = directory / f"{megabytes}.heapsnapshot"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        unfinished = directory / f"unfinished-{megabytes}.heapsnapshot"
        maker = HERE / "make_big_snapshot.mjs"
        subprocess.run(
            [find_node(), maker, "--target-mb", str(megabytes), "--out", unfinished],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        unfinished.replace(path)
    return path


def find_node() -> str:
    """Return the path of Node."""
    path = shutil.which("node")
    if path is None:
        raise FileNotFoundError("Node is not installed: see https://nodejs.org")
    return path
