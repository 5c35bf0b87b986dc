"""Functions that open files take the same keywords, with the same meaning."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.progress import reporter_of
from heapnb.testing import SnapshotBuilder

KEYWORDS = ("progress", "cache", "salvage", "source_root", "source_maps")
FUNCTIONS = (hn.load_series, hn.diagnose, hn.diff, hn.what_if, hn.culprits, hn.report)
SOME = {
    # Redaction reads past the cache, and changes no location.
    hn.redact: ("progress", "salvage"),
    hn.audit: ("progress", "salvage"),
    # Its kernel opens the files, through the cache.
    hn.notebook: ("progress", "salvage", "source_root", "source_maps"),
}


def described(function: Callable[..., Any], name: str) -> tuple[object, object, object]:
    parameter = inspect.signature(function).parameters[name]
    return parameter.kind, parameter.default, parameter.annotation


@pytest.mark.parametrize("name", KEYWORDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_take_the_keywords_of_load(function: Callable[..., Any], name: str) -> None:
    assert described(function, name) == described(hn.load, name)


@pytest.mark.parametrize("function", SOME)
def test_functions_that_need_only_some(function: Callable[..., Any]) -> None:
    taken = tuple(name for name in KEYWORDS if name in inspect.signature(function).parameters)
    assert taken == SOME[function]
    for name in taken:
        assert described(function, name) == described(hn.load, name)


def test_progress_of_any_kind(tmp_path: Path) -> None:
    path = tmp_path / "app.heapsnapshot"
    path.write_bytes(SnapshotBuilder.from_edges("root.a>Map").to_bytes())
    calls: list[tuple[str, int, int]] = []

    def note(stage: str, done: int, total: int) -> None:
        calls.append((stage, done, total))

    opened = hn.load_series([path], progress=note, cache=False)
    assert calls
    assert opened.snapshots[0].n_nodes == 2
    n_calls = len(calls)
    for progress in (False, None, True, reporter_of(note)):
        hn.diagnose(path, progress=progress, cache=False)
    assert len(calls) > n_calls
    answer = hn.what_if(path, (1, "a"), progress=False, cache=False)
    assert answer.freed_size > 0
