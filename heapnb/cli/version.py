"""``heapnb version``: what to write into a bug report."""

from __future__ import annotations

import platform

import click

from heapnb._version import __version__
from heapnb.cli.options import json_option
from heapnb.cli.output import print_json

_DEPENDENCIES = ("numpy", "pandas", "numba", "pyarrow")


@click.command("version")
@json_option
def command(*, as_json: bool) -> None:
    """Print the versions of heapnb and its dependencies."""
    versions = {"heapnb": __version__, "python": platform.python_version()}
    versions |= {name: _installed(name) for name in _DEPENDENCIES}
    if as_json:
        print_json(versions)
        return
    for name, number in versions.items():
        print(f"{name} {number}")


def _installed(name: str) -> str:
    # Slow to load, and only needed here.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
