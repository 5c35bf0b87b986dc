"""The site of several versions side by side.

``python -m tests.docs.versions OUT`` builds the documentation of the newest release of each minor
version (tags such as ``v0.2.1``) and of the current commit into folders of their own: ``0.2/``,
``latest/``. Each page gets a list of the versions and, where it is not of the newest release, a
line that says so. ``stable/`` leads to the newest release, or without one to ``latest/``, and so
does ``index.html``. What is built already stays; a version that cannot be built keeps the pages
that it had.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from tests.conftest import ROOT

LATEST: Final = "latest"
STABLE: Final = "stable"
_BUILT_OF: Final = "built-of.txt"
_SCRIPT: Final = Path(__file__).with_name("versions.js")
_TAG: Final = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Version:
    """One version of the documentation.

    Parameters
    ----------
    folder, title : str
        Where it is, and what the list calls it.
    commit : str
        What it is built of.
    is_released : bool
        Whether it has a tag.
    """

    folder: str
    title: str
    commit: str
    is_released: bool


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--repository", type=click.Path(path_type=Path), default=ROOT, help="Another one.")
@click.option("--base-url", default="", help="Where the site will be, for canonical links.")
def main(out: Path, repository: Path, base_url: str) -> None:
    """Build the site of all versions."""
    versions = versions_of(repository)
    failed = [one for one in versions if not built(repository, one, out / one.folder)]
    present = [one for one in versions if (out / one.folder / "index.html").exists()]
    if not present:
        raise click.ClickException("no version could be built.")
    join(present, out, base_url)
    for one in present:
        click.echo(f"{one.title}: {out / one.folder / 'index.html'}")
    if failed:
        names = ", ".join(one.title for one in failed)
        raise click.ClickException(f"not built: {names}; pages of earlier builds stay.")


def versions_of(repository: Path) -> list[Version]:
    """List the current commit, and the newest release of each minor version, newest first."""
    newest: dict[tuple[int, int], tuple[int, str]] = {}
    for tag in _git(repository, "tag").split():
        found = _TAG.fullmatch(tag)
        if found is not None:
            major, minor, patch = map(int, found.groups())
            newest[major, minor] = max(newest.get((major, minor), (patch, tag)), (patch, tag))
    versions = [Version(LATEST, LATEST, _git(repository, "rev-parse", "HEAD"), is_released=False)]
    for (major, minor), (_, tag) in sorted(newest.items(), reverse=True):
        commit = _git(repository, "rev-parse", f"{tag}^{{commit}}")
        versions.append(Version(f"{major}.{minor}", tag[1:], commit, is_released=True))
    return versions


def built(repository: Path, version: Version, folder: Path) -> bool:
    """Build one version unless it is built; tell whether its pages are those of its commit."""
    mark = folder / _BUILT_OF
    if mark.exists() and mark.read_text("utf-8") == version.commit:
        return True
    with TemporaryDirectory() as place:
        source, made = Path(place, "source"), Path(place, "made")
        archive = subprocess.run(
            ["git", "-C", repository, "archive", version.commit], check=True, capture_output=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(source, filter="data")
        # The reference is made of the docstrings of that version.
        ended = subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-E", "-c", "docs/site", ".", made],
            cwd=source,
            env={**os.environ, "PYTHONPATH": str(source)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode or not (made / "index.html").exists():
            reason = ended.stderr.strip() or "it has no index.html"
            click.echo(f"{version.title} cannot be built:\n{reason}", err=True)
            return False
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, folder)
    mark.write_text(version.commit, "utf-8")
    return True


def join(versions: list[Version], out: Path, base_url: str = "") -> None:
    """Write what the versions share: the list, the ways to the newest release."""
    pages = {one.folder: _pages(out / one.folder) for one in versions}
    listed = [
        {
            "folder": one.folder,
            "title": one.title,
            "isReleased": one.is_released,
            "pages": pages[one.folder],
        }
        for one in versions
    ]
    data = json.dumps(listed, indent=1).replace("</", "<\\/")
    script = _SCRIPT.read_text("utf-8")
    (out / "versions.js").write_text(f"const VERSIONS = {data};\n{{\n{script}}}\n", "utf-8")
    stable = next((one for one in versions if one.is_released), versions[0])
    for one in versions:
        for page in pages[one.folder]:
            canonical = f"{base_url.rstrip('/')}/{STABLE}/{page}"
            has_canonical = base_url and page in pages[stable.folder]
            _decorate(out / one.folder, one.folder, page, canonical if has_canonical else "")
    shutil.rmtree(out / STABLE, ignore_errors=True)
    for page in pages[stable.folder]:
        _lead(out / STABLE / page, f"{_up(page)}../{stable.folder}/{page}")
    _lead(out / "index.html", f"{STABLE}/index.html")


def _pages(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def _up(page: str) -> str:
    return "../" * page.count("/")


def _decorate(folder: Path, name: str, page: str, canonical: str) -> None:
    """Add the list of versions to a page, once."""
    path = folder / page
    text = path.read_text("utf-8")
    if "versions.js" in text:
        return
    added = (
        f'<script src="{_up(page)}../versions.js" data-folder="{escape(name)}" '
        f'data-page="{escape(page)}"></script>'
    )
    if canonical:
        added += f'<link rel="canonical" href="{escape(canonical)}">'
    path.write_text(text.replace("</head>", f"{added}</head>", 1), "utf-8")


def _lead(path: Path, target: str) -> None:
    """Write a page that leads to another one, for browsers with and without scripts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    link = escape(target)
    path.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>heapnb</title>'
        f'<meta http-equiv="refresh" content="0; url={link}"><link rel="canonical" href="{link}">'
        f'</head><body><p><a href="{link}">Documentation of heapnb</a></p></body></html>\n',
        "utf-8",
    )


def _git(repository: Path, *arguments: str) -> str:
    ended = subprocess.run(
        ["git", "-C", repository, *arguments], check=True, capture_output=True, text=True
    )
    return ended.stdout.strip()


if __name__ == "__main__":
    main(prog_name="python -m tests.docs.versions")
