"""Building heapnb from copies of its sources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.conftest import ROOT

WORKING_TREE: Final = ""
"""In place of a commit: the files as they are, without those that git ignores."""

_SIGNATURES: Final = Path("heapnb", "kernels", "_signatures.json")


class BuildError(Exception):
    """A build failed, or two builds differ."""


def git(*arguments: str) -> str:
    """Ask git about the repository."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def copy_sources(folder: Path, commit: str, kernels: int | None = None) -> None:
    """Copy what is in the repository.

    Parameters
    ----------
    folder : Path
        A new folder.
    commit : str
        A commit, or `WORKING_TREE`.
    kernels : int, optional
        Keep only so many of the combinations of types that are compiled, for a quick build.
    """
    folder.mkdir(parents=True)
    if commit == WORKING_TREE:
        listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PARTS)
        for name in listed.split("\0"):
            if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
    else:
        archive = folder.with_suffix(".tar")
        git("archive", f"--output={archive}", commit)
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        archive.unlink()
    if kernels is not None:
        keep_kernels(folder, kernels)


PARTS: Final = (
    *("heapnb", ".gitignore", "hatch_build.py", "pyproject.toml", "LICENSE"),
    *("README.md", "ARCHITECTURE.md", "CHANGELOG.md"),
)
"""What a build reads."""


def keep_kernels(folder: Path, count: int) -> None:
    """Keep some of the combinations of types that a copy of the sources compiles."""
    listed = json.loads((folder / _SIGNATURES).read_text("utf-8"))
    step = max(len(listed) // count, 1)
    (folder / _SIGNATURES).write_text(json.dumps(listed[::step][:count]), "utf-8")


def build(
    folder: Path, target: Path, *kinds: str, python: str = sys.executable, umask: int = 0o022
) -> list[Path]:
    """Build a wheel or an sdist from a folder of sources.

    Parameters
    ----------
    folder : Path
        The sources.
    target : Path
        Where to write the files.
    *kinds : str
        ``"sdist"``, ``"wheel"``.
    python : str, optional
        An interpreter that has what `pyproject.toml` requires to build.
    umask : int, optional
        The permissions that new files lack.

    Returns
    -------
    list of Path
        The files.
    """
    target.mkdir(parents=True, exist_ok=True)
    before = set(target.iterdir())
    command = [python, "-m", "hatchling", "build", "-d", str(target)]
    for kind in kinds:
        command += ["-t", kind]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode or "compiled on first use" in ended.stdout + ended.stderr:
        raise BuildError(f"{' and '.join(kinds)} of {folder}:\n{ended.stdout}{ended.stderr}")
    return sorted(set(target.iterdir()) - before)


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist; return the folder of its sources."""
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    (found,) = folder.iterdir()
    return found


def differences(files: Sequence[Path], others: Sequence[Path]) -> list[str]:
    """Return the names of files that are not the same bytes in both lists."""
    left = {path.name: path.read_bytes() for path in files}
    right = {path.name: path.read_bytes() for path in others}
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
