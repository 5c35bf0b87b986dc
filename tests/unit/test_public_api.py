"""The public names of the package: a change here is a change for users."""

from __future__ import annotations

import inspect

import pytest

import heapnb

PUBLIC = [
    "Cohorts",
    "Culprits",
    "Diagnosis",
    "Diff",
    "EdgeNotFoundError",
    "HeapBrowser",
    "HeapnbError",
    "MemwatchDiff",
    "MissingExtraError",
    "Node",
    "NodeNotFoundError",
    "Package",
    "PatternError",
    "RecordingError",
    "RedactionResult",
    "RetainerGraph",
    "Series",
    "Snapshot",
    "SnapshotFormatError",
    "SqlError",
    "Suspect",
    "TruncatedSnapshotError",
    "WhatIf",
    "__version__",
    "audit",
    "culprits",
    "diagnose",
    "diff",
    "load",
    "load_series",
    "mask_output",
    "notebook",
    "package_of",
    "read_memwatch",
    "read_snapshot",
    "record",
    "redact",
    "report",
    "retainer_graph",
    "table",
    "what_if",
    "write_snapshot",
]


def test_the_names() -> None:
    assert heapnb.__all__ == PUBLIC
    assert dir(heapnb) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_resolves_and_is_documented(name: str) -> None:
    value = getattr(heapnb, name)
    if name != "__version__":
        assert inspect.getdoc(value)


def test_other_names_do_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        heapnb.nonsense  # noqa: B018


def test_functions_win_over_subpackages_of_the_same_name() -> None:
    import heapnb.reports

    assert callable(heapnb.report)
