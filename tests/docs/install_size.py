"""What heapnb and its dependencies take on disk: ``python -m tests.docs.install_size WHEEL``.

Installs the wheel with the newest versions into a new environment, then each extra on top, and
writes the tables of docs/installing.md. It needs uv and an index of packages.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Final

from tests.conftest import ROOT

PAGE: Final = ROOT / "docs" / "installing.md"
FOR_DEVELOPERS: Final = frozenset({"docs", "dev"})
SHOWN: Final = 1_000_000
"""Packages with fewer bytes share a row."""

LIST: Final = """
import importlib.metadata, json
found = {}
for one in importlib.metadata.distributions():
    paths = [path.locate() for path in one.files or ()]
    found[one.metadata["Name"].lower().replace("_", "-")] = sum(
        path.stat().st_size for path in paths if path.is_file() and path.suffix != ".pyc"
    )
print(json.dumps(found))
"""


def sizes(python: Path) -> dict[str, int]:
    """Return the bytes of each package of an environment, without compiled bytecode."""
    command = [str(python), "-c", LIST]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, int] = json.loads(shown)
    return found


def install(folder: Path, requirement: str) -> dict[str, int]:
    """Install into a new environment; return the bytes of each package."""
    subprocess.run(["uv", "venv", "--quiet", str(folder)], check=True)
    python = folder / "bin" / "python"
    command = ["uv", "pip", "install", "--quiet", "--python", str(python), requirement]
    subprocess.run(command, check=True)
    return sizes(python)


def megabytes(size: int) -> str:
    """Write a size in MB."""
    return f"{size / 1e6:,.1f} MB"


def tables(wheel: Path) -> dict[str, str]:
    """Measure; return the tables by their names."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    with tempfile.TemporaryDirectory() as folder:
        base = install(Path(folder, "base"), str(wheel))
        rows = ["| extra | adds | most of it |", "|---|--:|---|"]
        for extra in sorted(extras.keys() - FOR_DEVELOPERS):
            all_of_it = install(Path(folder, extra), f"{wheel}[{extra}]")
            added = {name: size for name, size in all_of_it.items() if name not in base}
            largest = sorted(added, key=lambda name: -added[name])[:2]
            most = ", ".join(f"{name} {megabytes(added[name])}" for name in largest)
            rows.append(f"| `{extra}` | {megabytes(sum(added.values()))} | {most} |")
    listed = ["| package | size |", "|---|--:|"]
    large = sorted((name for name in base if base[name] >= SHOWN), key=lambda name: -base[name])
    listed += [f"| {name} | {megabytes(base[name])} |" for name in large]
    rest = [size for size in base.values() if size < SHOWN]
    listed.append(f"| {len(rest)} others | {megabytes(sum(rest))} |")
    listed.append(f"| all {len(base)} packages | {megabytes(sum(base.values()))} |")
    return {"packages": "\n".join(listed), "extras": "\n".join(rows)}


def write(page: Path, found: dict[str, str]) -> None:
    """Put tables between their marks on a page."""
    text = page.read_text("utf-8")
    for name, table in found.items():
        start, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, mark, after = text.partition(start)
        _, closing, behind = after.partition(end)
        if not mark or not closing:
            raise ValueError(f"{page.name} has no place for the table {name}")
        text = f"{before}{start}{table}\n{end}{behind}"
    page.write_text(text, "utf-8")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, metavar="WHEEL")
    write(PAGE, tables(parser.parse_args().wheel.resolve()))


if __name__ == "__main__":
    main()
