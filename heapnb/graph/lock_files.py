"""Lock files of npm, pnpm and Yarn: which versions of a package are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

_VERSION: Final = r"\d+\.\d+\.\d+[0-9A-Za-z.+-]*"
_PACKAGES: Final = "node_modules/"


def npm_versions(text: str, package: str) -> Iterator[str]:
    """Find the versions of a package in a ``package-lock.json`` of any format.

    Parameters
    ----------
    text : str
        The file.
    package : str
        Name of the package.

    Yields
    ------
    str
    """
    try:
        lock = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not isinstance(lock, dict):
        return
    for path, entry in _items(lock.get("packages")):
        if path.endswith(f"{_PACKAGES}{package}") and isinstance(entry.get("version"), str):
            yield entry["version"]
    # npm 6 and earlier nest the entries; files that have both formats have the same versions.
    waiting = [lock]
    while waiting:
        for name, entry in _items(waiting.pop().get("dependencies")):
            waiting.append(entry)
            if name == package and isinstance(entry.get("version"), str):
                yield entry["version"]


def pnpm_versions(text: str, package: str) -> Iterator[str]:
    """Find the versions of a package in a ``pnpm-lock.yaml``; see `npm_versions`."""
    # Keys such as `/ws/8.1.0:`, `/ws@8.1.0(peer@1.0.0):`, `'@scope/name@1.0.0':`.
    pattern = rf"^ {{2}}['\"]?/?{re.escape(package)}[@/](?P<version>{_VERSION}?)(?:[_(].*)?['\"]?:"
    return _found(pattern, text)


def yarn_versions(text: str, package: str) -> Iterator[str]:
    """Find the versions of a package in a ``yarn.lock`` of any format; see `npm_versions`."""
    name = re.escape(package)
    pattern = rf"^\"?{name}@[^\n]*:\n {{2}}version:? \"?(?P<version>{_VERSION})\"?$"
    return _found(pattern, text)


LOCK_FILES: Final[dict[str, Callable[[str, str], Iterator[str]]]] = {
    "package-lock.json": npm_versions,
    "npm-shrinkwrap.json": npm_versions,
    "pnpm-lock.yaml": pnpm_versions,
    "yarn.lock": yarn_versions,
}
"""What reads each file."""


def _items(value: Any) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict):
        return []
    return [(name, entry) for name, entry in value.items() if isinstance(entry, dict)]


def _found(pattern: str, text: str) -> Iterator[str]:
    lines = text.replace("\r\n", "\n")
    return (found["version"] for found in re.finditer(pattern, lines, re.MULTILINE | re.ASCII))


__all__ = ["LOCK_FILES", "npm_versions", "pnpm_versions", "yarn_versions"]
