"""Builds the pages, uses them in Chromium and takes their snapshots, outside the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path
from typing import Final

import platformdirs

from tests.conftest import find_chromium
from tests.pagebench.cases import Page
from tests.variants.forms import (
    PACKAGE_FILES,
    NotPossibleError,
    Program,
    executable,
    install,
    last_words,
)
from tests.variants.running import LONGEST, Captured, digest, keep_files, kept

HERE: Final = Path(__file__).parent

DIRECTORY_VARIABLE: Final = "HEAPNB_PAGEBENCH_DATA"
"""Environment variable that says where packages, pages and snapshots are kept."""

_TOOLS: Final = (
    HERE / "build.mjs",
    HERE / "capture.mjs",
    HERE / "package-lock.json",
    HERE.parent / "variants" / "names.cjs",
)


def directory() -> Path:
    """Return where packages, pages and snapshots are kept.

    Returns
    -------
    Path
    """
    return Path(
        os.environ.get(DIRECTORY_VARIABLE) or platformdirs.user_cache_path("heapnb-pagebench")
    )


def captured_of(page: Page, form: str) -> Captured:
    """Return the snapshots and the files of a page; use it if they are not there.

    Parameters
    ----------
    page : Page
        The page.
    form : str
        One of its forms.

    Returns
    -------
    Captured

    Raises
    ------
    NotPossibleError
        If it does not run that way.
    """
    version = digest(
        str((page.case.warm_up, page.case.units, form, chromium_version())),
        *_TOOLS,
        *sorted(path for path in page.folder.rglob("*") if path.is_file()),
    )
    captures = directory() / "captures"
    return kept(captures, f"{page.name}-{form}", version, partial(_capture, page, form))


def built(source: Path, name: str, form: str) -> Program:
    """Build a page beside the npm packages.

    Parameters
    ----------
    source : Path
        Its folder.
    name : str
        Of the folder that is written.
    form : str
        One of `FORMS`.

    Returns
    -------
    Program
        Its main file is the document.

    Raises
    ------
    NotPossibleError
        If it cannot have this form.
    """
    place = workspace() / "pages" / f"{name}-{form}"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(source, place / "src")
    folder = place / "dist"
    parts = (HERE / "build.mjs", workspace(), place / "src", folder, form)
    command = [executable("node"), *map(str, parts)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotPossibleError(last_words(done.stderr))
    names = {name: tuple(short) for name, short in json.loads(done.stdout).items()}
    return Program(folder / "index.html", names)


def workspace() -> Path:
    """Return the folder in which the npm packages are; install them if they are not there.

    Returns
    -------
    Path
    """
    files = (HERE / name for name in PACKAGE_FILES)
    folder = directory() / f"packages-{digest(*files)}"
    install(HERE, folder)
    return folder


@cache
def chromium_version() -> str:
    """Return the version of Chromium.

    Returns
    -------
    str
    """
    command = [_chromium(), "--version"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip().split(" built ")[0]


def _chromium() -> str:
    program = find_chromium()
    if program is None:
        raise FileNotFoundError("Chromium is not installed, or HEAPNB_CHROMIUM does not name it.")
    return program


def _capture(page: Page, form: str, folder: Path) -> None:
    program = built(page.folder, page.name, form)
    units = (page.case.warm_up, page.case.units, 2 * page.case.units)
    parts = (program.main.parent, page.folder / "use.mjs", page.origin, *units)
    command = [executable("node"), str(HERE / "capture.mjs"), *map(str, parts)]
    done = subprocess.run(
        command,
        env={**os.environ, "HEAPNB_CHROMIUM": _chromium()},
        check=False,
        timeout=LONGEST,
        capture_output=True,
        text=True,
        errors="replace",
    )
    keep_files(program, folder, done.stderr)
