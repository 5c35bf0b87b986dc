"""JavaScript without a page: what Node can test on its own, and what it shares with Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from heapnb.views import fmt
from tests.conftest import find_node

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = json.loads((HERE / "format_cases.json").read_text("utf-8"))


@pytest.mark.node
@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_in_node(path: Path) -> None:
    node = find_node()
    assert node is not None
    done = subprocess.run(
        [node, "--test", path], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['function']}-{case['text'][:20]}")
def test_python_writes_what_the_shared_cases_say(case: dict[str, Any]) -> None:
    """The same file holds format.js to the same texts, in format.test.mjs."""
    assert getattr(fmt, case["function"])(*case["arguments"]) == case["text"]
