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

    from heapnb.analysis.cohorts import Cohorts
    from heapnb.analysis.culprits import Culprits, culprits
    from heapnb.analysis.diagnose import Diagnosis, Suspect, diagnose
    from heapnb.analysis.diff import Diff, diff
    from heapnb.analysis.memwatch import MemwatchDiff, read_memwatch
    from heapnb.analysis.packages import Package, package_of
    from heapnb.analysis.series import Series, load_series
    from heapnb.analysis.what_if import WhatIf, what_if
    from heapnb.capture.program import record
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
    from heapnb.notebook import post_mortem as notebook
    from heapnb.redaction import RedactionResult, audit, redact
    from heapnb.report import html_report as report
    from heapnb.snapshot import Snapshot, load
    from heapnb.views.displays import table
    from heapnb.views.dot import RetainerGraph, retainer_graph
    from heapnb.views.masking import mask_output
    from heapnb.widgets import HeapBrowser

__version__ = "0.1.0"

# Public name: where it lives, and what it is called there.
_HOMES = {
    "Cohorts": ("heapnb.analysis.cohorts", "Cohorts"),
    "Culprits": ("heapnb.analysis.culprits", "Culprits"),
    "Diagnosis": ("heapnb.analysis.diagnose", "Diagnosis"),
    "Diff": ("heapnb.analysis.diff", "Diff"),
    "EdgeNotFoundError": ("heapnb.errors", "EdgeNotFoundError"),
    "HeapBrowser": ("heapnb.widgets", "HeapBrowser"),
    "HeapnbError": ("heapnb.errors", "HeapnbError"),
    "MemwatchDiff": ("heapnb.analysis.memwatch", "MemwatchDiff"),
    "MissingExtraError": ("heapnb.errors", "MissingExtraError"),
    "Node": ("heapnb.node", "Node"),
    "NodeNotFoundError": ("heapnb.errors", "NodeNotFoundError"),
    "Package": ("heapnb.analysis.packages", "Package"),
    "PatternError": ("heapnb.errors", "PatternError"),
    "RecordingError": ("heapnb.errors", "RecordingError"),
    "RedactionResult": ("heapnb.redaction", "RedactionResult"),
    "RetainerGraph": ("heapnb.views.dot", "RetainerGraph"),
    "Series": ("heapnb.analysis.series", "Series"),
    "Snapshot": ("heapnb.snapshot", "Snapshot"),
    "SnapshotFormatError": ("heapnb.errors", "SnapshotFormatError"),
    "SqlError": ("heapnb.errors", "SqlError"),
    "Suspect": ("heapnb.analysis.diagnose", "Suspect"),
    "TruncatedSnapshotError": ("heapnb.errors", "TruncatedSnapshotError"),
    "WhatIf": ("heapnb.analysis.what_if", "WhatIf"),
    "audit": ("heapnb.redaction", "audit"),
    "culprits": ("heapnb.analysis.culprits", "culprits"),
    "diagnose": ("heapnb.analysis.diagnose", "diagnose"),
    "diff": ("heapnb.analysis.diff", "diff"),
    "load": ("heapnb.snapshot", "load"),
    "load_series": ("heapnb.analysis.series", "load_series"),
    "mask_output": ("heapnb.views.masking", "mask_output"),
    "notebook": ("heapnb.notebook", "post_mortem"),
    "package_of": ("heapnb.analysis.packages", "package_of"),
    "read_memwatch": ("heapnb.analysis.memwatch", "read_memwatch"),
    "read_snapshot": ("heapnb.format", "read_snapshot"),
    "record": ("heapnb.capture.program", "record"),
    "redact": ("heapnb.redaction", "redact"),
    "report": ("heapnb.report", "html_report"),
    "retainer_graph": ("heapnb.views.dot", "retainer_graph"),
    "table": ("heapnb.views.displays", "table"),
    "what_if": ("heapnb.analysis.what_if", "what_if"),
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
