"""What a snapshot says cannot act on a terminal, and reaches JSON unchanged."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.cli.conftest import HOSTILE_TEXTS, Run


def assert_tame(text: str) -> None:
    for line in text.splitlines():
        acting = [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
        assert not acting, line


@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", "FILE"),
        ("constructors", "FILE"),
        ("closures", "FILE"),
        ("strings", "FILE"),
        ("find", "FILE", "--name", "."),
        ("diff", "FILE", "FILE"),
        ("diagnose", "FILE"),
    ],
    ids=" ".join,
)
def test_tables_show_what_would_act(run: Run, hostile: Path, arguments: tuple[str, ...]) -> None:
    answer = run(*(hostile if word == "FILE" else word for word in arguments))
    assert answer.exit_code == 0, answer.err
    assert_tame(answer.out)
    assert_tame(answer.err)


@pytest.mark.parametrize("number", range(len(HOSTILE_TEXTS)))
def test_retainers_show_what_would_act(run: Run, hostile: Path, number: int) -> None:
    rows = run("find", hostile, "--class", HOSTILE_TEXTS[number], "--json").json
    for row in rows:
        answer = run("retainers", hostile, row["node_id"])
        assert answer.exit_code == 0
        assert_tame(answer.out)


def test_json_has_the_very_strings(run: Run, hostile: Path) -> None:
    rows = run("strings", hostile, "--json").json
    assert set(HOSTILE_TEXTS) <= {row["string"] for row in rows}
    rows = run("constructors", hostile, "--json").json
    # The angle bracket makes an element's name: DevTools keeps it as it is.
    assert set(HOSTILE_TEXTS) <= {row["class_name"] for row in rows}
    for text in HOSTILE_TEXTS:
        [row] = run("find", hostile, "--class", text, "--json").json
        retainers = run("retainers", hostile, row["node_id"], "--json").json
        assert retainers["path"][-1]["edge_name"] == text


def test_file_names_that_are_not_utf8(run: Run, hostile: Path, tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.heapsnapshot"
    try:
        path.write_bytes(hostile.read_bytes())
    except (OSError, UnicodeEncodeError):
        pytest.skip("the file system wants UTF-8")
    assert run("summary", path, "--no-cache").exit_code == 0
    summary = run("summary", path, "--no-cache", "--json").json
    assert summary["name"] == "caf\ufffd.heapsnapshot"
