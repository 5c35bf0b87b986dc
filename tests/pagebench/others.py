"""What memlab and fuite, which know web pages, say about the pages of the bench."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import zstandard

from tests.conftest import find_chromium
from tests.leakbench.capture import HERE as LEAKBENCH
from tests.leakbench.cases import Case
from tests.pagebench.capture import HERE, captured_of, directory
from tests.pagebench.cases import Page
from tests.pagebench.score import expected
from tests.variants.forms import (
    PACKAGE_FILES,
    NotPossibleError,
    executable,
    install,
    last_words,
)
from tests.variants.running import Captured, digest

_PACKAGES: Final = HERE / "tools"
_SECONDS: Final = 300


@dataclass(frozen=True)
class Finding:
    """What a tool says about a page.

    Parameters
    ----------
    n_leaks : int
        How many leaks it lists.
    says_detached : bool
        Whether one of the names it gives says that something is detached.
    has_holder : bool
        Whether one of the names it gives is right for what holds the leaking objects.
    said : str
        The names, for people.
    error : str or None
        Why it could not run.
    """

    n_leaks: int = 0
    says_detached: bool = False
    has_holder: bool = False
    said: str = ""
    error: str | None = None


def ask_memlab(page: Page, form: str) -> Finding:
    """Let memlab compare the three snapshots, with its own rules for what a leak is.

    Parameters
    ----------
    page : Page
        The page.
    form : str
        One of its forms.

    Returns
    -------
    Finding
    """

    def ask(captured: Captured) -> Finding:
        work = workspace() / "memlab" / captured.folder.name
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as unpacked:
            for place, file in enumerate(captured.snapshots, start=1):
                with (
                    zstandard.open(file, "rb") as packed,
                    Path(unpacked, f"{place}.heapsnapshot").open("wb") as plain,
                ):
                    shutil.copyfileobj(packed, plain)
            script = LEAKBENCH / "tools" / "memlab.mjs"
            leaks = _run(script, unpacked, str(work), "default")["leaks"]
        objects = [name for leak in leaks for name in leak["objects"] if name]
        edges = [name for leak in leaks for name in leak["edges"] if name]
        # The last object of each trace is the one that leaks.
        said = ", ".join(leak["objects"][-1] for leak in leaks if leak["objects"])
        return _finding(expected(page, form, captured), len(leaks), objects, edges, said)

    return _kept(page, form, "memlab", ask)


def ask_fuite(page: Page, form: str) -> Finding:
    """Let fuite use the page and take its own snapshots.

    Parameters
    ----------
    page : Page
        The page.
    form : str
        One of its forms.

    Returns
    -------
    Finding
    """

    def ask(captured: Captured) -> Finding:
        script = _PACKAGES / "fuite.mjs"
        use = page.folder / "use.mjs"
        found = _run(script, str(captured.program), str(use), str(workspace()))
        objects, holders = found["objects"], found["holders"]
        n_leaks = len(objects) + len(holders) if found["isLeak"] else 0
        said = ", ".join((*objects, *holders))
        return _finding(expected(page, form, captured), n_leaks, objects, holders, said)

    return _kept(page, form, "fuite", ask)


OTHER_TOOLS: Final[Mapping[str, Callable[[Page, str], Finding]]] = {
    "memlab": ask_memlab,
    "fuite": ask_fuite,
}
"""What answers for each tool."""


def workspace() -> Path:
    """Return the folder in which the tools are; install them if they are not there.

    Returns
    -------
    Path
    """
    files = (_PACKAGES / name for name in PACKAGE_FILES)
    folder = directory() / f"tools-{digest(*files)}"
    install(_PACKAGES, folder)
    return folder


def _finding(
    case: Case, n_leaks: int, objects: list[str], holders: list[str], said: str
) -> Finding:
    names = [*objects, *holders]
    return Finding(
        n_leaks,
        any("detached" in name.lower() for name in names),
        any(fnmatchcase(name, pattern) for name in names for pattern in case.anchors),
        said,
    )


def _kept(page: Page, form: str, tool: str, ask: Callable[[Captured], Finding]) -> Finding:
    """Return what a tool says; ask it once for each set of snapshots."""
    try:
        captured = captured_of(page, form)
    except NotPossibleError as error:
        return Finding(error=str(error))
    file = captured.folder / f"{tool}.json"
    if file.exists():
        return Finding(**json.loads(file.read_text(encoding="utf-8")))
    try:
        found = ask(captured)
    except subprocess.TimeoutExpired:
        found = Finding(error=f"took more than {_SECONDS} s")
    except subprocess.CalledProcessError as error:
        found = Finding(error=last_words(error.stderr))
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(found)), encoding="utf-8")
    unfinished.replace(file)
    return found


def _run(script: Path, *arguments: str) -> dict[str, Any]:
    chromium = find_chromium()
    environment = {**os.environ, "PUPPETEER_EXECUTABLE_PATH": chromium or ""}
    done = subprocess.run(
        [executable("node"), str(script), *arguments],
        env=environment,
        check=True,
        timeout=_SECONDS,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
