"""How many secrets of each part of the corpus stay readable: docs/redaction.md has the numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.secretsbench.corpus import PARTS, corpus
from tests.secretsbench.outlets import OUTLETS, Program, file_names, readable
from tests.secretsbench.rules import count
from tests.secretsbench.run import is_left, plant

# Of each part, by the rules alone: secrets that stay readable, harmless texts that are masked.
MOST: dict[str, tuple[int, int]] = {
    "development": (5, 0),
    "held_out": (6, 0),
    "third": (0, 0),
    "fourth": (0, 1),
    "fifth": (0, 0),
    "sixth": (0, 0),
    "seventh": (2, 11),
    "eighth": (7, 16),
}


@pytest.mark.parametrize("part", PARTS)
def test_the_rules_find_what_they_found(part: str) -> None:
    missed, hit = count(corpus(part))
    assert len(missed) <= MOST[part][0], missed
    assert len(hit) <= MOST[part][1], hit


@pytest.mark.node
def test_one_heap_in_the_outlets(tmp_path: Path) -> None:
    # The live outlets take minutes for a whole part.
    entries = corpus("fourth")[::8]
    plant(entries, tmp_path, 0)
    secrets = [one.secret for one in entries if one.role in {"shape", "named", "text"}]
    shapes = [one.text for one in entries if one.role == "shape"][:3]
    program = Program(tmp_path)
    outlets = {name: OUTLETS[name](program) for name in ("redact secrets", "Markdown", "terminal")}
    outlets["file names"] = file_names(program, shapes)
    plain = readable(OUTLETS["redact secrets"](Program(tmp_path, on=False)))
    assert sum(is_left(one, plain) for one in secrets) > 0.9 * len(secrets)
    for name, text in outlets.items():
        left = [one for one in secrets if is_left(one, readable(text))]
        assert not left, name
