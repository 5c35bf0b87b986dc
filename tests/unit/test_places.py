"""What a suspect says about the source code, on samples of this repository."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis import diagnose as diagnosing
from heapnb.analysis.diagnosis.places import WITHOUT_PARSER
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.conftest import ROOT, sample_series

SAMPLE = "module_array_cache"
SOURCES = ROOT / "sample_snapshots" / SAMPLE / "app"


def diagnosed(root: Path | None = SOURCES, name: str = SAMPLE) -> Diagnosis:
    return hn.diagnose(hn.load_series(sample_series(name), source_root=root, progress=False))


def test_the_line_that_adds_and_that_nothing_removes() -> None:
    suspect = diagnosed().suspects[0]
    (added,) = suspect.added_at
    line = int(added.location.rsplit(":", 2)[1])
    source = (SOURCES / "lib" / "searchCache.js").read_text(encoding="utf-8").splitlines()
    assert source[line - 1].strip() == added.snippet == "recentSearches.push(search);"
    assert added.call == "recentSearches.push(…)"
    assert suspect.location == added.location
    assert suspect.source is not None
    assert suspect.source.text == added.snippet
    assert suspect.removed_at == ()


def test_the_sentences() -> None:
    suspect = diagnosed(None).suspects[0]
    assert suspect.nothing_removes
    assert "nothing in the 4 files searched removes any." in suspect.explanation
    queue = diagnosed(None, "queue_backlog").suspects[0]
    assert [place.call for place in queue.removed_at] == ["this.waiting.shift(…)"]
    assert not queue.nothing_removes
    assert "and removed at `lib/printQueue.js:" in queue.explanation
    # A function that is too slow runs for each of them.
    assert "which removes one" not in queue.fix


def test_a_function_that_removes_what_stays_is_pointed_to() -> None:
    (queue,) = diagnosed(None, "queue_backlog").suspects
    fix = replace(queue, members="kept").fix
    assert re.search(r"Or see that `next\(\)` \(`lib/printQueue\.js:\d+`\), which removes one", fix)
    adding = replace(queue.lines, added_at=queue.removed_at)
    assert "which removes one" not in replace(queue, members="kept", lines=adding).fix


def test_the_json() -> None:
    values = json.loads(json.dumps(diagnosed().suspects[0].to_dict()))
    (added,) = values["added_at"]
    assert list(added) == ["location", "function", "call"]
    assert values["removed_at"] == []
    assert values["searched_files"] == diagnosed().suspects[0].searched_files
    assert values["allocated_at"] is None


def test_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (diagnosing, sys.modules["heapnb.analysis.diagnosis.places"]):
        monkeypatch.setattr(module, "is_available", lambda: False)
    diagnosis = diagnosed()
    suspect = diagnosis.suspects[0]
    # Only the line that creates the objects can be found without a parser.
    (place,) = suspect.added_at
    assert place.call == "new CachedSearch(…)"
    assert suspect.removed_at == ()
    assert suspect.searched_files is None
    assert suspect.location == place.location
    assert diagnosis.warnings.count(WITHOUT_PARSER) == 1
    # Who gives no sources needs no parser.
    assert WITHOUT_PARSER not in diagnosed(None).warnings


def test_import_does_not_load_the_parser() -> None:
    code = "import sys, heapnb.analysis.diagnosis.diagnose; sys.exit('tree_sitter' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
