"""The lock file of CI fits pyproject.toml, and packages whose internals are used have a limit."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PACKAGE, ROOT

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK: Final = (ROOT / "requirements" / "ci.txt").read_text(encoding="utf-8")

INTERNAL: Final = re.compile(r"(numba)\.core\b|(llvmlite)\b|(\w+)(?:\.\w+)*\._\w+")
"""Modules without a promise of compatibility."""


def declared() -> list[Requirement]:
    """Return every requirement of pyproject.toml: to run, of extras, and to build."""
    project = PROJECT["project"]
    texts = [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    return [Requirement(text) for text in texts]


def locked() -> dict[str, str]:
    """Return the versions that the lock file has for this machine."""
    found: dict[str, str] = {}
    for line in LOCK.splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\"))
            (pin,) = requirement.specifier
            if requirement.marker is None or requirement.marker.evaluate():
                found[canonicalize_name(requirement.name)] = pin.version
    return found


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_the_lock_file_fits(requirement: Requirement) -> None:
    version = locked().get(canonicalize_name(requirement.name))
    assert version is not None, "run: make lock"
    assert requirement.specifier.contains(version), "run: make lock"


def test_every_locked_package_has_hashes() -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert len(blocks) > 100
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)


def imported_internals() -> Iterator[tuple[str, str]]:
    """Yield each package with an internal module that heapnb imports."""
    for path in [ROOT / "hatch_build.py", *PACKAGE.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                match = INTERNAL.match(name)
                if match is not None and not name.startswith(("heapnb", "__future__")):
                    yield next(filter(None, match.groups())), name


def test_packages_whose_internals_are_used_have_an_upper_limit() -> None:
    limits = {
        requirement.name.replace("-", "_"): any(
            one.operator in {"<", "<=", "==", "~="} for one in requirement.specifier
        )
        for requirement in declared()
    }
    used = set(imported_internals())
    assert {package for package, _ in used} >= {"numba", "llvmlite"}
    assert not {name for package, name in used if not limits.get(package, False)}
