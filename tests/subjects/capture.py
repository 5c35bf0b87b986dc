"""Runs the programs and keeps their snapshots in a folder outside the project."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from typing import Final

import platformdirs

from tests.subjects.cases import PROGRAMS
from tests.variants.forms import Program, executable
from tests.variants.running import TOOLS, Start, captured, digest, version_of

DIRECTORY_VARIABLE: Final = "HEAPNB_SUBJECTS_DATA"
"""Environment variable that says where the snapshots are kept."""

_PACKAGES: Final = "packages"
_PAUSE: Final = "400"
"""Milliseconds between two rounds, as the programs have it."""


def snapshots_of(program: str) -> tuple[Path, ...]:
    """Return the three snapshots of a program; run it if they are not there.

    Parameters
    ----------
    program : str
        Its folder in ``programs``.

    Returns
    -------
    tuple of Path
    """
    node = executable("node")
    folder = PROGRAMS / program
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    version = version_of(node)
    directory = Path(
        os.environ.get(DIRECTORY_VARIABLE) or platformdirs.user_cache_path("heapnb-subjects")
    )
    return captured(
        directory,
        f"{program}-{version}",
        digest(version, *files, *TOOLS),
        node,
        partial(_prepared, folder),
    ).snapshots


def _prepared(program: Path, place: Path, pause: int) -> Start:
    """Copy a program, with its packages where Node looks for them."""
    copy = place / program.name
    shutil.copytree(program, copy)
    packages = copy / _PACKAGES
    if packages.exists():
        packages.rename(copy / "node_modules")
    (main,) = copy.glob("main.*")
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace(_PAUSE, str(pause)), encoding="utf-8")
    return Start(Program(main), main)
