"""Runs the programs and takes their snapshots, into a folder outside the project."""

from __future__ import annotations

import os
import re
import shutil
from functools import partial
from pathlib import Path
from typing import Final

import platformdirs

from tests.leakbench.cases import Case
from tests.leakbench.variants import CALLED, DRIVERS, WORKER, WRITTEN, Variant, form_of, waits
from tests.variants.forms import PACKAGE_FILES, Program, build, install
from tests.variants.running import TOOLS, Captured, Start, captured, digest, version_of

HERE: Final = Path(__file__).parent

DIRECTORY_VARIABLE: Final = "HEAPNB_LEAKBENCH_DATA"
"""Environment variable that says where packages, programs and snapshots are kept."""

_STARTERS: Final = {CALLED: "called.cjs", WORKER: "starter.cjs"}
"""Programs that run the program."""

_PLACE: Final = "/* PROGRAM */"
"""Where a driver takes a program."""

_IMPORT: Final = re.compile(r"^import (.*) from (.*);$", re.MULTILINE)
_REQUIRE: Final = re.compile(r"^const (.*) = require\((.*)\);$", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)
_EXPORTED_WORK: Final = re.compile(r"^(?:module\.)?exports\.work = (?!work;)", re.MULTILINE)


def directory() -> Path:
    """Return where packages, programs and snapshots are kept.

    Returns
    -------
    Path
    """
    return Path(
        os.environ.get(DIRECTORY_VARIABLE) or platformdirs.user_cache_path("heapnb-leakbench")
    )


def snapshots_of(case: Case, variant: Variant = WRITTEN) -> tuple[Path, ...]:
    """Return the three snapshots of a program; run it if they are not there.

    Parameters
    ----------
    case : Case
        The program.
    variant : Variant, optional
        How it runs.

    Returns
    -------
    tuple of Path
    """
    return captured_of(case, variant).snapshots


def captured_of(case: Case, variant: Variant = WRITTEN) -> Captured:
    """Return the snapshots and the files of a program; run it if they are not there.

    Parameters
    ----------
    case : Case
        The program.
    variant : Variant, optional
        How it runs.

    Returns
    -------
    Captured

    Raises
    ------
    NotPossibleError
        If it does not run that way.
    """
    node = variant.program
    form = form_of(case, variant)
    version = digest(
        str((case.main, *_batches(case), variant.shape, form, version_of(node))),
        HERE / "package-lock.json",
        *TOOLS,
        *sorted(DRIVERS.iterdir()),
        *sorted(path for path in case.folder.rglob("*") if path.is_file()),
    )
    name = f"{case.name}-{variant.shape}-{form}-{version_of(node)}"
    return captured(
        directory() / "captures", name, version, node, partial(_prepared, case, variant)
    )


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


def _prepared(case: Case, variant: Variant, _place: Path, pause: int) -> Start:
    """Write a program in its shape and form, beside its packages, so that Node finds them."""
    form = form_of(case, variant)
    name = "-".join((case.name, variant.shape, form, variant.node or "node"))
    place = workspace() / "programs" / name
    shutil.rmtree(place, ignore_errors=True)
    source = place / "src"
    shutil.copytree(case.folder, source)
    main = source / case.main
    batches = _batches(case)
    driver = DRIVERS / f"{variant.shape}.js"
    if driver.exists():
        text = driver.read_text(encoding="utf-8").replace("/* PAUSE */", str(pause))
        text = text.replace("/* BATCHES */", ", ".join(map(str, batches)))
        main.write_text(_driven(main, text), encoding="utf-8")
    program = build(main, place / "dist", form, is_esm=waits(case, variant))
    if variant.shape in _STARTERS:
        return _started(_STARTERS[variant.shape], program, pause, batches)
    return Start(program, program.main)


def _driven(main: Path, driver: str) -> str:
    """Put a program and what calls its ``work`` into one module."""
    program = main.read_text(encoding="utf-8")
    is_esm = main.suffix == ".mjs"
    is_named = is_esm
    if not is_esm:
        driver = _IMPORT.sub(r"const \1 = require(\2);", driver)
    if not driver.startswith(_PLACE):
        # The program's variables become those of a function; imports stay outside.
        needed = _IMPORT if is_esm else _REQUIRE
        driver = "".join(f"{one.group()}\n" for one in needed.finditer(program)) + driver
        program = needed.sub("", program)
        if is_esm:
            program = _EXPORT.sub("", program)
        else:
            program, n_exported = _EXPORTED_WORK.subn("const work = ", program)
            is_named = n_exported > 0
    if not is_named:
        driver = re.sub(r"\bwork\(", "module.exports.work(", driver)
    return driver.replace(_PLACE, program)


def calling(program: Program, pause: int, warm_up: int, units: int) -> Start:
    """Start a program that exports ``work(number)``.

    Parameters
    ----------
    program : Program
        The program.
    pause : int
        Milliseconds between two rounds.
    warm_up, units : int
        See `Case`.

    Returns
    -------
    Start
    """
    return _started(_STARTERS[CALLED], program, pause, (warm_up, units, 2 * units))


def _started(starter: str, program: Program, pause: int, batches: tuple[int, ...]) -> Start:
    arguments = tuple(map(str, (program.main, pause, *batches)))
    return Start(program, DRIVERS / starter, arguments)


def _batches(case: Case) -> tuple[int, int, int]:
    return case.warm_up, case.units, 2 * case.units
