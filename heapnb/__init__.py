"""heapnb: a Jupyter-native forensic toolkit for V8 heap snapshots.

Names are resolved when first used, so that ``import heapnb`` costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from heapnb.analysis.diagnosis.diagnose import Diagnosis, Suspect, diagnose
    from heapnb.analysis.packages import Package, package_of
    from heapnb.analysis.retention.culprits import Culprits, culprits
    from heapnb.analysis.retention.what_if import WhatIf, what_if
    from heapnb.analysis.series.cohorts import Cohorts
    from heapnb.analysis.series.diff import Diff, diff
    from heapnb.analysis.series.memwatch import MemwatchDiff, read_memwatch
    from heapnb.analysis.series.series import Series, load_series
    from heapnb.capture.program import record
    from heapnb.drawing.dot import RetainerGraph, retainer_graph
    from heapnb.errors import (
        EdgeNotFoundError,
        HeapnbError,
        MissingExtraError,
        NodeNotFoundError,
        PatternError,
        RecordingError,
        SnapshotFormatError,
        SqlError,
        TruncatedSnapshotError,
    )
    from heapnb.format import read_snapshot, write_snapshot
    from heapnb.node import Node
    from heapnb.notebooks import post_mortem as notebook
    from heapnb.redaction import RedactionResult, audit, redact
    from heapnb.reports import html_report as report
    from heapnb.snapshot import Snapshot, load
    from heapnb.views.displays import table
    from heapnb.views.masking import mask_output
    from heapnb.widgets import HeapBrowser

__version__ = "0.1.0"

# Public name: where it lives, and what it is called there.
_HOMES = {
    "Cohorts": ("heapnb.analysis.series.cohorts", "Cohorts"),
    "Culprits": ("heapnb.analysis.retention.culprits", "Culprits"),
    "Diagnosis": ("heapnb.analysis.diagnosis.diagnose", "Diagnosis"),
    "Diff": ("heapnb.analysis.series.diff", "Diff"),
    "EdgeNotFoundError": ("heapnb.errors", "EdgeNotFoundError"),
    "HeapBrowser": ("heapnb.widgets", "HeapBrowser"),
    "HeapnbError": ("heapnb.errors", "HeapnbError"),
    "MemwatchDiff": ("heapnb.analysis.series.memwatch", "MemwatchDiff"),
    "MissingExtraError": ("heapnb.errors", "MissingExtraError"),
    "Node": ("heapnb.node", "Node"),
    "NodeNotFoundError": ("heapnb.errors", "NodeNotFoundError"),
    "Package": ("heapnb.analysis.packages", "Package"),
    "PatternError": ("heapnb.errors", "PatternError"),
    "RecordingError": ("heapnb.errors", "RecordingError"),
    "RedactionResult": ("heapnb.redaction", "RedactionResult"),
    "RetainerGraph": ("heapnb.drawing.dot", "RetainerGraph"),
    "Series": ("heapnb.analysis.series.series", "Series"),
    "Snapshot": ("heapnb.snapshot", "Snapshot"),
    "SnapshotFormatError": ("heapnb.errors", "SnapshotFormatError"),
    "SqlError": ("heapnb.errors", "SqlError"),
    "Suspect": ("heapnb.analysis.diagnosis.diagnose", "Suspect"),
    "TruncatedSnapshotError": ("heapnb.errors", "TruncatedSnapshotError"),
    "WhatIf": ("heapnb.analysis.retention.what_if", "WhatIf"),
    "audit": ("heapnb.redaction", "audit"),
    "culprits": ("heapnb.analysis.retention.culprits", "culprits"),
    "diagnose": ("heapnb.analysis.diagnosis.diagnose", "diagnose"),
    "diff": ("heapnb.analysis.series.diff", "diff"),
    "load": ("heapnb.snapshot", "load"),
    "load_series": ("heapnb.analysis.series.series", "load_series"),
    "mask_output": ("heapnb.views.masking", "mask_output"),
    "notebook": ("heapnb.notebooks", "post_mortem"),
    "package_of": ("heapnb.analysis.packages", "package_of"),
    "read_memwatch": ("heapnb.analysis.series.memwatch", "read_memwatch"),
    "read_snapshot": ("heapnb.format", "read_snapshot"),
    "record": ("heapnb.capture.program", "record"),
    "redact": ("heapnb.redaction", "redact"),
    "report": ("heapnb.reports", "html_report"),
    "retainer_graph": ("heapnb.drawing.dot", "retainer_graph"),
    "table": ("heapnb.views.displays", "table"),
    "what_if": ("heapnb.analysis.retention.what_if", "what_if"),
    "write_snapshot": ("heapnb.format", "write_snapshot"),
}

__all__ = [
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


class _Package(ModuleType):
    """The package, where public functions win over subpackages of the same name.

    Importing ``heapnb.report`` makes Python set that attribute to the subpackage, but
    ``heapnb.report`` is the function that users call.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'heapnb' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics ``%heap`` and ``%%heap_record``; what ``%load_ext heapnb`` calls.

    Parameters
    ----------
    shell : InteractiveShell
        The notebook's.
    """
    # Not by `from heapnb import _ipython`, which would ask `__getattr__`.
    import_module("heapnb._ipython").load_ipython_extension(shell)
