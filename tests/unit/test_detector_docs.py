"""Every cause has its words in the documents, and only causes that exist have."""

from __future__ import annotations

import re

import pytest

from heapnb.analysis.diagnosis.detectors import DETECTORS
from heapnb.analysis.diagnosis.detectors.other import Other
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### ([a-z-]+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))
PARTS = ("Cause:", "In the heap:", "Fix:")


def test_every_cause_has_a_section() -> None:
    assert set(SECTIONS) == {detector.kind for detector in DETECTORS} | {Other.kind}


@pytest.mark.parametrize("kind", sorted(set(SECTIONS) - {Other.kind}))
def test_a_section_says_what_why_and_how(kind: str) -> None:
    assert [part for part in PARTS if f"**{part}" not in SECTIONS[kind]] == []
