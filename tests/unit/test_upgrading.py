"""Names that changed warn and go as docs/upgrading.md says; its notes have one form."""

from __future__ import annotations

import re
import tomllib
import warnings
from dataclasses import dataclass
from typing import Final

import pytest

import heapnb as hn
from heapnb import _deprecation
from heapnb._deprecation import FORMER_NAMES, FormerName, current_name
from tests.conftest import ROOT, sample_series

PAGE: Final = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
FIELDS: Final = ("Affected", "Reason", "Find")


@dataclass(frozen=True)
class Note:
    """What one version asks of users."""

    version: str
    title: str
    text: str

    def code(self, name: str) -> str:
        found = re.search(
            rf"^{name}:\n\n```python\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE
        )
        assert found is not None, f"{self.title}: no code under {name}"
        return found[1]

    def __str__(self) -> str:
        return self.title


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def notes() -> list[Note]:
    return [
        Note(version, *part.split("\n", 1))
        for version, section in re.findall(
            r"^## (\d+\.\d+\.\d+)\n(.*?)(?=^## )", PAGE, re.DOTALL | re.MULTILINE
        )
        for part in section.split("\n### ")[1:]
    ]


NOTES: Final = notes()


def test_versions_come_newest_first() -> None:
    versions = [numbers(note.version) for note in NOTES]
    assert versions == sorted(versions, reverse=True)
    assert versions[0] <= numbers(hn.__version__)


def test_the_changelog_begins_with_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == hn.__version__
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)[0] == hn.__version__


@pytest.mark.parametrize("note", NOTES, ids=str)
def test_notes_have_one_form(note: Note) -> None:
    assert re.findall(r"^- \*\*(\w+):\*\* \S", note.text, re.MULTILINE) == list(FIELDS)
    assert note.text.index("Before:") < note.text.index("After:")


@pytest.mark.parametrize("note", NOTES, ids=str)
def test_the_search_finds_what_is_replaced(note: Note) -> None:
    pattern = re.search(r"`grep -rnE '([^']+)'", note.text)
    assert pattern is not None
    assert all(re.search(pattern[1], line) for line in note.code("Before").splitlines())
    assert not re.search(pattern[1], note.code("After"))


@pytest.mark.parametrize("note", NOTES, ids=str)
def test_what_a_note_advises_works_and_what_it_replaces_warns(note: Note) -> None:
    snap = hn.load(sample_series("undeclared_global")[0], progress=False)
    names = {"snap": snap, "hn": hn}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(note.code("After"), dict(names))
    for line in note.code("Before").splitlines():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                exec(line, dict(names))
            except (AttributeError, TypeError, hn.HeapnbError):
                continue
        assert any(one.category is DeprecationWarning for one in caught), line


@pytest.mark.parametrize("former", FORMER_NAMES, ids=lambda former: former.name)
def test_each_former_name_has_a_note_and_is_not_due(former: FormerName) -> None:
    assert any(former.name in note.code("Before") for note in NOTES)
    assert any(former.current in note.code("After") for note in NOTES)
    assert numbers(former.since) <= numbers(hn.__version__) < numbers(former.gone_in)
    first, last = numbers(former.since), numbers(former.gone_in)
    assert (last[0] - first[0], last[1] - first[1]) >= (0, 2), "a name stays for two minor versions"


def test_the_warning_stands_at_the_callers_line(monkeypatch: pytest.MonkeyPatch) -> None:
    former = FormerName("option", "old", "new", "0.1.0", "0.3.0")
    monkeypatch.setattr(_deprecation, "FORMER_NAMES", (former,))
    with pytest.deprecated_call(match="The option 'old' is now called 'new'") as caught:
        assert current_name("option", "old") == "new"
    assert caught[0].filename == __file__
    assert "heapnb 0.3.0 will no longer know" in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert current_name("option", "new") == "new"
        assert current_name("view", "old") == "old"
