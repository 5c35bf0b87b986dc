"""Test programs in the forms in which programs are deployed: compiled, bundled, minified."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import platformdirs

HERE: Final = Path(__file__).parent

TYPESCRIPT: Final = ("ts-es5", "ts-es2020")
"""What the TypeScript compiler emits for old and for new engines, with source maps."""

MINIFIED: Final = ("minified", "minified-map")
"""One file with short names, without and with a source map."""

BUNDLES: Final = ("bundled", *MINIFIED)
"""One file with the program and its packages."""

FORMS: Final = ("commonjs", "esm", *TYPESCRIPT, *BUNDLES)
"""All of them."""

WITH_SOURCES: Final = ("commonjs", "esm", *TYPESCRIPT, "minified-map")
"""Those whose files, or source maps, have the text that the author wrote."""

PACKAGE_FILES: Final = ("package.json", "package-lock.json", ".npmrc")


class NotPossibleError(Exception):
    """A program cannot have this form, or cannot run in it."""


@dataclass(frozen=True)
class Program:
    """A program that is ready to run.

    Parameters
    ----------
    main : Path
        The file to run; all its files are in the same folder.
    names : dict of str to tuple of str
        What became of each name of the author in a minified file.
    """

    main: Path
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


def build(main: Path, folder: Path, form: str, *, is_esm: bool) -> Program:
    """Bring a program into a form.

    Parameters
    ----------
    main : Path
        Its main file. The folder of this file has nothing else than the program's files, and may
        change.
    folder : Path
        Where the result is written.
    form : str
        One of `FORMS`.
    is_esm : bool
        Whether compilers and bundlers are to make ES modules rather than CommonJS.

    Returns
    -------
    Program

    Raises
    ------
    NotPossibleError
        If the program cannot have this form.
    """
    if form in ("commonjs", "esm"):
        form, is_esm = "plain", form == "esm"
    kind = "esm" if is_esm else "commonjs"
    places = (HERE / "build.cjs", _compilers(), main, folder)
    command = [executable("node"), *map(str, places), form, kind]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotPossibleError(last_words(done.stderr))
    made = json.loads(done.stdout)
    names = {name: tuple(short) for name, short in made["names"].items()}
    return Program(Path(made["main"]), names)


def install(packages: Path, folder: Path) -> None:
    """Install npm packages, unless they are there.

    Parameters
    ----------
    packages : Path
        The folder with `PACKAGE_FILES`.
    folder : Path
        Where they are installed.
    """
    if (folder / "node_modules").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in PACKAGE_FILES:
        shutil.copy(packages / name, folder / name)
    # Without scripts: one of them would download a browser.
    command = [executable("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def executable(name: str) -> str:
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


def last_words(text: str) -> str:
    """Return the line that says what went wrong.

    Parameters
    ----------
    text : str
        What Node printed.

    Returns
    -------
    str
    """
    lines = [line.strip() for line in text.splitlines() if "Error" in line and "node:" not in line]
    return lines[0] if lines else text.strip()[-200:]


@cache
def _compilers() -> Path:
    """Return the folder with esbuild and TypeScript."""
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    versions = json.loads(lock)["packages"]
    name = "-".join(versions[f"node_modules/{one}"]["version"] for one in ("esbuild", "typescript"))
    folder = platformdirs.user_cache_path("heapnb-tests") / f"compilers-{name}"
    install(HERE, folder)
    return folder
