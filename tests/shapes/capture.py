"""Runs the programs and keeps their snapshots, compressed, in a folder outside the project."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Final

import platformdirs

from tests.node_versions import runtime
from tests.shapes.programs import Site, program
from tests.variants.forms import build, executable
from tests.variants.running import TOOLS, Captured, Start, captured, digest, version_of

DIRECTORY_VARIABLE: Final = "HEAPNB_SHAPES_DATA"
"""Environment variable that says where the snapshots are kept."""

_PAUSE: Final = "400"
"""Milliseconds between two rounds, as frames have it."""


def written_form(frame: str) -> str:
    """Return the form in which a frame is written.

    Parameters
    ----------
    frame : str
        How the program runs.

    Returns
    -------
    str
    """
    return "esm" if frame.endswith(".mjs") else "commonjs"


def captured_of(site: Site, frame: str, form: str = "", node: str = "") -> Captured:
    """Return the snapshots and the files of a program; run it if they are not there.

    Parameters
    ----------
    site : Site
        What leaks.
    frame : str
        How the program runs.
    form : str, optional
        One of `tests.variants.forms.FORMS`; that of the frame if not given.
    node : str, optional
        The version of Node.js; the one on the path if not given.

    Returns
    -------
    Captured

    Raises
    ------
    NotPossibleError
        If the program does not run that way.
    """
    form = form or written_form(frame)
    path = runtime(node) if node else executable("node")
    code = program(site, frame)
    version = version_of(path)
    return captured(
        _directory(),
        f"{site.name}-{frame}-{form}-{version}",
        digest(code, form, version, *TOOLS),
        path,
        partial(_prepared, code, frame, form),
    )


def source_of(site: Site, frame: str) -> list[str]:
    """Return the lines of a program.

    Parameters
    ----------
    site : Site
        What leaks.
    frame : str
        How the program runs.

    Returns
    -------
    list of str
    """
    return program(site, frame).splitlines()


def _prepared(code: str, frame: str, form: str, place: Path, pause: int) -> Start:
    source = place / "src"
    source.mkdir()
    main = source / f"main{Path(frame).suffix}"
    main.write_text(code.replace(_PAUSE, str(pause)), encoding="utf-8")
    built = build(main, place / "dist", form, is_esm=main.suffix == ".mjs")
    return Start(built, built.main)


def _directory() -> Path:
    return Path(os.environ.get(DIRECTORY_VARIABLE) or platformdirs.user_cache_path("heapnb-shapes"))
