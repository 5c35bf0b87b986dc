"""The known leaks that have a program, and with which versions it runs."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from heapnb.analysis.diagnosis.known_leaks import ReportedLeak, shipped_leaks
from tests.leakbench.capture import calling, directory
from tests.leakbench.cases import Case
from tests.node_versions import runtime
from tests.variants.forms import Program, executable
from tests.variants.running import TOOLS, Captured, Start, captured, digest, version_of

PROGRAMS: Final = Path(__file__).parent / "programs"

WARM_UP, UNITS = 40, 100
"""As in the leak bench."""

_MAINS: Final = ("main.cjs", "main.mjs")
_MANIFEST: Final = "package.json"
_NODE: Final = "node"


@dataclass(frozen=True)
class Shipped:
    """A known leak, and the program that has it.

    Parameters
    ----------
    leak : ReportedLeak
        The entry of the catalogue. What it says is what is right to say about the program.
    """

    leak: ReportedLeak

    @property
    def folder(self) -> Path:
        """Where the program is."""
        return PROGRAMS / self.leak.id

    @property
    def main(self) -> Path:
        """The file that exports ``work(number)``."""
        return next(path for name in _MAINS if (path := self.folder / name).exists())

    @property
    def affected(self) -> str:
        """The version with which it leaks."""
        assert self.leak.reproduced_with is not None
        return self.leak.reproduced_with

    @property
    def control(self) -> str | None:
        """The version with which it does not leak; None if there is none yet."""
        return self.leak.control or self.leak.fixed_in

    @property
    def leaking_case(self) -> Case:
        """What is right to say about it with the affected version."""
        leak = self.leak
        names = (leak.classes, leak.holders, leak.kinds)
        return Case(leak.id, self.main.name, leak.title, ("leak",), *names)

    @property
    def healthy_case(self) -> Case:
        """What is right to say about it with the fixed version."""
        return Case(self.leak.id, self.main.name, self.leak.title, ("no-leak", "undecided"))


def shipped_cases() -> list[Shipped]:
    """List the known leaks that have a program.

    Returns
    -------
    list of Shipped
    """
    return [Shipped(leak) for leak in shipped_leaks() if leak.reproduced_with is not None]


def captured_with(case: Shipped, version: str) -> Captured:
    """Return three snapshots of a program with one version of what leaks, and its files.

    Parameters
    ----------
    case : Shipped
        The program.
    version : str
        Of the package, or of Node.js.

    Returns
    -------
    Captured
        The lock file among the files tells the version of the package.
    """
    manifest = _manifest(case, version)
    asked = manifest.get("engines", {}).get(_NODE)
    node = runtime(asked) if asked else executable("node")
    state = digest(
        json.dumps(manifest, sort_keys=True),
        str((WARM_UP, UNITS)),
        version_of(node),
        *TOOLS,
        *sorted(path for path in case.folder.rglob("*") if path.is_file()),
    )
    name = f"shipped-{case.leak.id}-{version}"
    captures = directory() / "captures"
    return captured(
        captures, name, state, node, lambda _, pause: _prepared(case, manifest, name, pause)
    )


def _manifest(case: Shipped, version: str) -> dict[str, Any]:
    """Return the package.json with which the program runs.

    That of its folder may name further packages in exact versions, and as ``engines.node`` the
    version of Node that the packages need.
    """
    path = case.folder / _MANIFEST
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if case.leak.package == _NODE:
        manifest.setdefault("engines", {})[_NODE] = version
    else:
        manifest.setdefault("dependencies", {})[case.leak.package] = version
    return {"private": True, **manifest}


def _prepared(case: Shipped, manifest: dict[str, Any], name: str, pause: int) -> Start:
    """Install what the program needs beside a copy of it."""
    copy = directory() / "shipped" / name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(case.folder, copy)
    (copy / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    if manifest.get("dependencies"):
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        # As the package was when the leak was reported: peers of today would not fit.
        options += ["--legacy-peer-deps"]
        command = [executable("npm"), "install", *options]
        subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL)
    return calling(Program(copy / case.main.name), pause, WARM_UP, UNITS)
