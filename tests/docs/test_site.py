"""The site builds without a warning, its links lead somewhere, and the network is not needed."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest

import heapnb
from heapnb.cli.app import application
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

LOADED_BY = {"img": "src", "link": "href", "script": "src", "iframe": "src", "source": "src"}
"""Elements, and which of their attributes a browser follows by itself."""

NO_FETCH = {"canonical", "prev", "next", "index", "search"}
"""Values of ``rel`` of links that are only followed on a click."""


class Page(NamedTuple):
    """What matters of a page."""

    ids: set[str]
    links: list[str]
    loaded: list[str]
    text: str


class PageParser(HTMLParser):
    """Collects what a `Page` is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page(set(), [], [], "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.page.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.page.links.append(values["href"])
        elif values.get("rel") not in NO_FETCH and LOADED_BY.get(tag) in values:
            self.page.loaded.append(values[LOADED_BY[tag]])

    @classmethod
    def read(cls, path: Path) -> Page:
        parser = cls()
        text = path.read_text()
        parser.feed(text)
        return parser.page._replace(text=text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    strict = ["-q", "-W", "--keep-going", "-E", "-c", "docs/site", "-d", str(folder / "trees")]
    subprocess.run(
        [sys.executable, "-m", "sphinx", *strict, ".", str(folder / "html")], cwd=ROOT, check=True
    )
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: PageParser.read(path) for path in site.rglob("*.html")}


def test_links_lead_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = target.exists() and (
                not parts.fragment or unquote(parts.fragment) in pages[target].ids
            )
            if not known:
                broken.append(f"{path.relative_to(site)}: {link}")
    assert not broken


def test_nothing_comes_from_the_network(site: Path, pages: dict[Path, Page]) -> None:
    loaded = [url for page in pages.values() for url in page.loaded]
    assert any(url.endswith(".css") or ".css?" in url for url in loaded)
    assert not [
        url for url in loaded if urlsplit(url).scheme not in {"", "data"} or url[:2] == "//"
    ]
    styles = [path.read_text() for path in site.rglob("*.css")]
    assert styles
    assert not [style for style in styles if "url(http" in style or "@import" in style]


def test_every_page_of_the_repository_is_there(site: Path) -> None:
    sources = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    missing = [
        source
        for source in sources
        if not (site / source.relative_to(ROOT)).with_suffix(".html").exists()
    ]
    assert not missing
    assert 'url=README.html"' in (site / "index.html").read_text()


def test_notebooks_have_their_outputs_and_widgets_what_stands_for_them(
    site: Path, pages: dict[Path, Page]
) -> None:
    shown = pages[site / "notebooks" / "first-look.html"].text
    assert 'class="heapnb' in shown
    assert "<svg" in shown
    assert "heapnb-static" in shown
    assert "application/vnd.jupyter.widget" not in shown


def test_the_reference_has_every_public_name_and_every_command(
    site: Path, pages: dict[Path, Page]
) -> None:
    names = {f"heapnb.{name}" for name in heapnb.__all__}
    methods = {f"heapnb.Snapshot.{name}" for name in ("nodes", "sql", "find", "browse")}
    assert names | methods <= pages[site / "docs" / "site" / "api.html"].ids
    commands = {f"heapnb-{name}" for name in application.commands}
    assert commands <= pages[site / "docs" / "site" / "commands.html"].ids
