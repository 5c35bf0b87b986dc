"""Several versions of the site side by side, of a small repository with two tags."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import find_chromium
from tests.docs.versions import main, versions_of

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CONF = """
project = "small"
root_doc = "README"
html_theme = "furo"
html_additional_pages = {"index": "index.html"}
templates_path = ["templates"]
extensions = ["myst_nb"]
"""
INDEX = (
    "{% extends 'page.html' %}{% block content %}<article><h1>Small</h1></article>{% endblock %}"
)
START = "# Small\n\n```{toctree}\nguide\n```\n"


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def commit(folder: Path, files: dict[str, str], tag: str = "") -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    if tag:
        git(folder, "tag", tag)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "-q")
    start = {
        "docs/site/conf.py": CONF,
        "docs/site/templates/index.html": INDEX,
        "README.md": START,
        "guide.md": "# Guide\n\nThe first words.\n",
    }
    commit(folder, start, "v0.1.0")
    commit(folder, {"guide.md": "# Guide\n\nCorrected words.\n"}, "v0.1.1")
    more = {"README.md": START.replace("guide\n", "guide\nmore\n"), "more.md": "# More\n"}
    commit(folder, more, "v0.2.0")
    commit(folder, {"guide.md": "# Guide\n\nWords to come.\n"})
    return folder


def build(repository: Path, out: Path) -> Result:
    return CliRunner().invoke(
        main,
        [str(out), "--repository", str(repository), "--base-url", "https://docs.example.org/"],
    )


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    result = build(repository, out)
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


def test_the_newest_release_of_each_minor_version(repository: Path) -> None:
    assert [(one.folder, one.title) for one in versions_of(repository)] == [
        ("latest", "latest"),
        ("0.2", "0.2.0"),
        ("0.1", "0.1.1"),
    ]


def test_each_version_has_its_own_pages(site: Path) -> None:
    for folder, words in (
        ("0.1", "Corrected words"),
        ("0.2", "Corrected words"),
        ("latest", "to come"),
    ):
        text = (site / folder / "guide.html").read_text()
        assert words in text
        assert 'href="https://docs.example.org/stable/guide.html"' in text
    assert not (site / "0.1" / "more.html").exists()


def test_one_chooses_a_version_by_mouse_and_by_keys(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / "0.1" / "guide.html").as_uri())
    note = page.locator(".heapnb-version-note")
    expect(note).to_contain_text("describes heapnb 0.1.1, which is not the newest")
    page.get_by_label("Version").select_option("0.2.0")
    page.wait_for_url("**/0.2/guide.html")
    expect(note).to_have_count(0)
    page.get_by_label("Version").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/latest/guide.html")
    expect(note).to_contain_text("a version that is not released")
    note.get_by_role("link").click()
    page.wait_for_url("**/0.2/guide.html")
    page.goto((site / "0.2" / "more.html").as_uri())
    page.get_by_label("Version").select_option("0.1.1")
    page.wait_for_url("**/0.1/index.html")
    page.close()


def test_stable_and_the_start_lead_to_the_newest_release(site: Path, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    for start, end in (("index.html", "0.2/index.html"), ("stable/more.html", "0.2/more.html")):
        page.goto((site / start).as_uri())
        page.wait_for_url(f"**/{end}")
    page.close()


def test_a_version_that_fails_keeps_its_pages(repository: Path, site: Path) -> None:
    commit(repository, {"docs/site/conf.py": "raise ValueError('no theme')\n"}, "v0.2.1")
    result = build(repository, site)
    assert result.exit_code == 1
    assert "not built: latest, 0.2.1; pages of earlier builds stay." in result.output
    assert "no theme" in result.output
    assert "Corrected words" in (site / "0.2" / "guide.html").read_text()
