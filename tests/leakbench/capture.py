"""Runs the programs and takes their snapshots, into a folder outside the project."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import platformdirs

from tests.leakbench.cases import PROGRAMS, Case

HERE: Final = Path(__file__).parent

DIRECTORY_VARIABLE: Final = "HEAPNB_LEAKBENCH_DATA"
"""Environment variable that says where packages, programs and snapshots are kept."""

SNAPSHOTS: Final = ("1.heapsnapshot", "2.heapsnapshot", "3.heapsnapshot")

LONGEST: Final = 60
"""Seconds after which a program is given up."""

_PACKAGE_FILES: Final = ("package.json", "package-lock.json", ".npmrc")
_BUNDLE: Final = "bundle.cjs"


def directory() -> Path:
    """Return where packages, programs and snapshots are kept.

    Returns
    -------
    Path
    """
    return Path(
        os.environ.get(DIRECTORY_VARIABLE) or platformdirs.user_cache_path("heapnb-leakbench")
    )


def snapshots_of(case: Case) -> tuple[Path, ...]:
    """Return the three snapshots of a program; run it if they are not there.

    Parameters
    ----------
    case : Case
        The program.

    Returns
    -------
    tuple of Path
    """
    version = _digest(
        str((case.main, case.warm_up, case.units, case.is_bundled, _node_version())),
        HERE / "capture.cjs",
        HERE / "package-lock.json",
        *sorted(path for path in case.folder.rglob("*") if path.is_file()),
    )
    folder = directory() / "captures" / f"{case.name}-{version}"
    if not folder.exists():
        for outdated in folder.parent.glob(f"{case.name}-*"):
            shutil.rmtree(outdated)
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = folder.with_name(f"unfinished-{case.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        _capture(case, unfinished)
        unfinished.rename(folder)
    return tuple(folder / name for name in SNAPSHOTS)


def workspace() -> Path:
    """Return the folder in which the npm packages are; install them if they are not there.

    Returns
    -------
    Path
    """
    folder = directory() / f"packages-{_digest(*(HERE / name for name in _PACKAGE_FILES))}"
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in _PACKAGE_FILES:
            shutil.copy(HERE / name, folder / name)
        # Without scripts: one of them would download a browser.
        command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def program(name: str) -> str:
    """Return the path of Node or npm.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    str
    """
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed: see https://nodejs.org")
    return path


def _capture(case: Case, folder: Path) -> None:
    packages = workspace()
    # Beside the packages, so that Node finds them from there.
    copy = packages / "programs" / case.name
    shutil.copytree(PROGRAMS / case.name, copy, dirs_exist_ok=True)
    main = _bundled(copy / case.main, packages) if case.is_bundled else copy / case.main
    command: list[str | Path] = [program("node"), "--expose-gc", HERE / "capture.cjs", main, folder]
    command += [str(case.warm_up), str(case.units)]
    # An empty environment: what is in it would be in the snapshots.
    environment = {"PATH": os.defpath}
    subprocess.run(command, cwd=copy, env=environment, check=True, timeout=LONGEST)


def _bundled(main: Path, packages: Path) -> Path:
    """Put a program and its packages into one file, as many are deployed."""
    bundle = main.with_name(_BUNDLE)
    esbuild = packages / "node_modules" / "esbuild" / "bin" / "esbuild"
    options = ["--bundle", "--minify", "--platform=node", "--format=cjs", "--log-level=error"]
    subprocess.run([program("node"), esbuild, main, *options, f"--outfile={bundle}"], check=True)
    return bundle


@cache
def _node_version() -> str:
    command = [program("node"), "--version"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _digest(*parts: str | Path) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
    return digest.hexdigest()[:12]
