"""The catalogue of known leaks: every entry that heapnb comes with, and what a file may contain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.analysis.diagnosis.known_leaks import (
    ReportedLeak,
    catalogue,
    parsed_catalogue,
    read_catalogue,
    shipped_leaks,
)
from heapnb.errors import HeapnbError

ENTRY = {
    "id": "cache-keeps-entries",
    "package": "some-cache",
    "affected": ">=1.2.0 <1.4.1",
    "fixed_in": "1.4.1",
    "issue": "https://github.com/someone/some-cache/issues/1",
    "title": "`delete` leaves the entry",
    "class": ["Entry"],
    "holder": ["entries"],
    "kind": ["unbounded-map"],
    "advice": "Update to 1.4.1.",
}

TOML = """
[[leak]]
id = "cache-keeps-entries"
package = "some-cache"
affected = "*"
issue = "https://github.com/someone/some-cache/issues/1"
title = "`delete` leaves the entry"
class = ["Entry"]
holder = ["entries"]
advice = "Do not delete."
"""


def test_what_heapnb_comes_with_is_valid() -> None:
    leaks = shipped_leaks()
    assert leaks


def test_an_entry() -> None:
    (leak,) = parsed_catalogue({"leak": [ENTRY]}, "own.toml")
    assert leak == ReportedLeak(
        "cache-keeps-entries",
        "some-cache",
        ">=1.2.0 <1.4.1",
        "https://github.com/someone/some-cache/issues/1",
        "`delete` leaves the entry",
        ("Entry",),
        ("entries",),
        ("unbounded-map",),
        "Update to 1.4.1.",
        "1.4.1",
    )
    assert [leak.affects(version) for version in ("1.1.9", "1.2.0", "v1.4.0", "1.4.1", "x")] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "Two Words"}, "lowercase"),
        ({"issue": "no address"}, "https://"),
        ({"affected": "from 1 to 2"}, "not a range"),
        ({"affected": ">=2.0.0", "fixed_in": "2.1.0"}, "contains the version of `fixed_in`"),
        ({"reproduced_with": "1.4.1"}, "does not contain the version of `reproduced_with`"),
        ({"control": "1.3.0"}, "contains the version of `control`"),
        ({"fixed_in": "soon"}, "must be a version"),
        ({"class": "Entry"}, "list of texts"),
        ({"holder": []}, "`holder` is missing"),
        ({"title": ""}, "`title` must be a text"),
        ({"versions": "1"}, "`versions` is unknown"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(change: dict[str, Any], said: str) -> None:
    with pytest.raises(HeapnbError, match=r"own\.toml: leak 1") as error:
        parsed_catalogue({"leak": [{**ENTRY, **change}]}, "own.toml")
    assert said in str(error.value)


@pytest.mark.parametrize("missing", ["id", "package", "affected", "issue", "title", "advice"])
def test_missing_fields(missing: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != missing}
    with pytest.raises(HeapnbError, match=f"`{missing}` must be a text"):
        parsed_catalogue({"leak": [entry]}, "own.toml")


def test_ids_are_unique() -> None:
    with pytest.raises(HeapnbError, match="two leaks have the id"):
        parsed_catalogue({"leak": [ENTRY, ENTRY]}, "own.toml")


@pytest.mark.parametrize("content", [{"leaks": []}, {"leak": {}}, {"leak": ["text"]}])
def test_other_content(content: dict[str, Any]) -> None:
    with pytest.raises(HeapnbError, match=r"own\.toml contains"):
        parsed_catalogue(content, "own.toml")


def test_an_own_file_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    replaced = shipped_leaks()[0].id
    file.write_text(TOML + TOML.replace("cache-keeps-entries", replaced), encoding="utf-8")
    own = read_catalogue(file)
    leaks = catalogue(file)
    assert leaks[:2] == own
    assert len(leaks) == len(shipped_leaks()) + 1
    assert catalogue() == shipped_leaks()
    with pytest.raises(HeapnbError, match="two leaks have the id"):
        catalogue([file, file])


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(HeapnbError, match="cannot be read"):
        read_catalogue(tmp_path / "missing.toml")
    file = tmp_path / "own.toml"
    file.write_text("[[leak", encoding="utf-8")
    with pytest.raises(HeapnbError, match="is not TOML"):
        read_catalogue(file)


@given(st.text())
def test_no_version_is_too_strange(version: str) -> None:
    leak = ReportedLeak("a", "b", ">=1.0.0", "", "", (), (), (), "")
    assert leak.affects(version) in {True, False}
