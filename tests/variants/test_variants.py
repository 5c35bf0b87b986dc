"""The parts that both benches share: forms, kept answers, tables, the spread of a week."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.variants.forms import FORMS, MINIFIED, NotPossibleError, build
from tests.variants.results import Result, answered, read, spread, table_by, write
from tests.variants.running import Captured, captured

PROGRAM = """
import { createHash } from 'node:crypto';

class Session {
  #parts = [];
  add(part) { this.#parts.push(createHash('sha1').update(part).digest('hex')); }
}
export const sessions = new Map();
export async function work(number) {
  const session = new Session();
  session.add(`part ${number}`);
  sessions.set(number, session);
}
for (let left = 3; left > 0; left--) await work(left);
"""

WRONG = Result(
    "sessions", "events", "esm", "22", verdict="leak", checked=("leak", "class"), wrong=("class",)
)


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("commonjs", "ts-es5")])
def test_a_form(form: str, tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "main.mjs").write_text(PROGRAM, encoding="utf-8")
    program = build(source / "main.mjs", tmp_path / "dist", form, is_esm=True)
    code = program.main.read_text(encoding="utf-8")
    assert ("#parts" in code) == (form in ("esm", "bundled"))
    assert ("WeakMap" in code) == (form == "ts-es2020")
    assert ("sourceMappingURL" in code) == (form in ("ts-es2020", "minified-map"))
    if form in MINIFIED:
        short = program.names["Session"][0]
        assert f"class {short}" in code or f"{short}=class" in code


@pytest.mark.slow
@pytest.mark.node
def test_old_typescript_has_neither_classes_nor_async_functions(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    text = PROGRAM.rpartition("for (")[0]
    (source / "main.mjs").write_text(text, encoding="utf-8")
    code = build(source / "main.mjs", tmp_path / "dist", "ts-es5", is_esm=False).main.read_text()
    assert "__awaiter" in code
    assert "class Session" not in code
    assert "async " not in code


@pytest.mark.slow
@pytest.mark.node
def test_a_common_js_module_becomes_an_es_module(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    text = (
        "'use strict';\nconst { join: put } = require('node:path');\nexports.work = () => put();\n"
    )
    (source / "main.cjs").write_text(text, encoding="utf-8")
    program = build(source / "main.cjs", tmp_path / "dist", "esm", is_esm=True)
    code = program.main.read_text(encoding="utf-8")
    assert "import { join as put } from 'node:path';" in code
    assert "export const work = () => put();" in code


def test_a_program_that_cannot_run_is_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "one-1").mkdir()
    (tmp_path / "one-1" / "failure.txt").write_text("SyntaxError: await", encoding="utf-8")
    with pytest.raises(NotPossibleError, match="SyntaxError: await"):
        captured(tmp_path, "one", "1", "no node", lambda *_: pytest.fail("was run"))


def test_answers_are_kept_until_heapnb_changes(tmp_path: Path) -> None:
    place = Captured(tmp_path)
    asked = []

    def ask() -> Result:
        asked.append(1)
        return WRONG

    assert answered(place, "expected", ask, keep="current") == WRONG
    assert answered(place, "expected", ask, keep="current") == WRONG
    assert len(asked) == 1
    answered(place, "other expectations", ask, keep="current")
    assert len(asked) == 2
    for file in tmp_path.glob("answer-*.json"):
        kept = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**kept, "heapnb": "older"}), encoding="utf-8")
    answered(place, "expected", ask, keep="all")
    assert len(asked) == 2
    answered(place, "expected", ask, keep="right")
    assert len(asked) == 3


def test_results_are_written_and_read(tmp_path: Path) -> None:
    write([WRONG], tmp_path / "results.json")
    assert read(tmp_path / "results.json") == [WRONG]


def test_a_table_counts_what_is_right() -> None:
    healthy = replace(WRONG, is_healthy=True, checked=("leak",), wrong=("leak",), shape="worker")
    not_run = replace(WRONG, reason="SyntaxError")
    table = table_by("shape", [WRONG, replace(WRONG, wrong=()), healthy, not_run], markdown=False)
    rows = [line.split("  ") for line in table.splitlines()]
    cells = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert cells["events"] == ["2", "2 of 2", "1 of 2", "–", "–", "–", "0", "0"]
    assert cells["worker"] == ["0", "–", "–", "–", "–", "–", "1", "1"]


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 10**6))
def test_the_spread_gives_each_item_its_turn(n_items: int, size: int, first: int) -> None:
    items = list(range(n_items))
    size = min(size, n_items)
    n_numbers = -(-n_items // size)
    numbers = range(first * n_numbers, (first + 1) * n_numbers + 1)
    chosen = [spread(items, number, size) for number in numbers]
    assert all(len(set(one)) == size for one in chosen)
    assert {item for one in chosen for item in one} == set(items)
