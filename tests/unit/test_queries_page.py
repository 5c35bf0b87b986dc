"""Every example of docs/queries.md runs, and answers."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from heapnb.cli import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "queries.md").read_text()

_BLOCK = re.compile(r"```(?P<language>\w+)\n(?P<code>.*?)```", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_STARTS = ("snap", "series", "node", "hn.")


def blocks(language: str) -> list[str]:
    return [match["code"] for match in _BLOCK.finditer(PAGE) if match["language"] == language]


def expressions() -> Iterator[str]:
    """Return the code in the last cells of rows of tables."""
    for line in PAGE.splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and len(cells) > 1:
            yield from (code for code in _CODE.findall(cells[-1]) if code.startswith(_STARTS))


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        exec(compile(blocks("python")[0], "queries.md", "exec"), found)
    return found


@pytest.mark.parametrize("expression", [code for code in expressions() if "(" in code])
def test_every_expression_answers(names: dict[str, Any], expression: str) -> None:
    answer = eval(compile(expression, "queries.md", "eval"), names)
    assert answer is not None
    assert repr(answer)


@pytest.mark.parametrize(
    "statement",
    [ast.unparse(node) for block in blocks("python")[1:] for node in ast.parse(block).body],
)
def test_every_query_answers(names: dict[str, Any], statement: str) -> None:
    answer = eval(compile(statement, "queries.md", "eval"), names)
    assert len(answer) > 0


def test_every_command_answers(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for line in "".join(blocks("sh")).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "heapnb"
        assert main(arguments) == 0
        assert capfd.readouterr().out


def test_the_page_lists_the_columns_of_every_table(names: dict[str, Any]) -> None:
    snap = names["snap"]
    for table in ("nodes", "edges", "strings", "constructors", "dominators"):
        row = re.search(rf"^\| `{table}` \| (.*) \|$", PAGE, re.MULTILINE)
        assert row is not None
        assert _CODE.findall(row[1]) == snap.sql(f"describe {table}")["column_name"].tolist()
    for function in re.findall(r"^\| `(?:from )?(\w+)\(id\)`", PAGE, re.MULTILINE):
        assert function in {"retained", "class_of", "path", "preview", "retainers", "children"}
