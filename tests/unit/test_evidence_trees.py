"""The tabs of dead variables and native contexts: rows are called what they are."""

from __future__ import annotations

import pytest

import heapnb as hn
from heapnb.workbench.source import Source
from heapnb.workbench.subject import Workbench
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def source() -> Source:
    path = ROOT / "tests/data/contexts/workerd.heapsnapshot.zst"
    return Source(Workbench(hn.load(path, cache=False, progress=False).graph))


def labels(source: Source, view: str) -> list[str]:
    rows = source.answer("rows", {"view": view, "parent": None, "limit": 10})["rows"]
    return ["".join(text for _, text in row["label"]) for row in rows]


def test_groups_of_dead_variables_name_the_variable(source: Source) -> None:
    [label] = labels(source, "dead_variables")
    assert label.startswith("big in makeHandler()")


def test_native_contexts_are_called_by_their_kind(source: Source) -> None:
    assert sorted(labels(source, "native_contexts")) == ["shared", "unattributed", "worker @7511"]
    [view] = [one for one in source.description["views"] if one["key"] == "native_contexts"]
    keys = [column["key"] for column in view["columns"]]
    assert len(keys) == len(set(keys))
