# The public names: this stub is their only declaration. Type checkers and editors read it, and
# `heapnb._lazy` reads it at run time to import each name on first use. A new name needs a line here
# and an entry in docs/site/api.md.
# isort: skip_file

from IPython.core.interactiveshell import InteractiveShell

from heapnb.analysis.diagnosis.diagnose import diagnose as diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis as Diagnosis, Suspect as Suspect
from heapnb.analysis.packages import Package as Package, package_of as package_of
from heapnb.analysis.retention.culprits import Culprits as Culprits, culprits as culprits
from heapnb.analysis.retention.what_if import WhatIf as WhatIf, what_if as what_if
from heapnb.analysis.series.cohorts import Cohorts as Cohorts
from heapnb.analysis.series.diff import Diff as Diff, diff as diff
from heapnb.analysis.series.memwatch import (
    MemwatchDiff as MemwatchDiff,
    read_memwatch as read_memwatch,
)
from heapnb.analysis.series.series import Series as Series, load_series as load_series
from heapnb.capture.program import record as record
from heapnb.drawing.dot import retainer_graph as retainer_graph
from heapnb.drawing.retainer_graph import RetainerGraph as RetainerGraph
from heapnb.errors import (
    EdgeNotFoundError as EdgeNotFoundError,
    HeapnbError as HeapnbError,
    MissingExtraError as MissingExtraError,
    NodeNotFoundError as NodeNotFoundError,
    PatternError as PatternError,
    RecordingError as RecordingError,
    SnapshotFormatError as SnapshotFormatError,
    SnapshotNotFoundError as SnapshotNotFoundError,
    SqlError as SqlError,
    TruncatedSnapshotError as TruncatedSnapshotError,
    UnknownNameError as UnknownNameError,
)
from heapnb.format import read_snapshot as read_snapshot, write_snapshot as write_snapshot
from heapnb.node import Node as Node
from heapnb.notebooks import notebook as notebook
from heapnb.redaction import RedactionResult as RedactionResult, audit as audit, redact as redact
from heapnb.reports import report as report
from heapnb.snapshot import Snapshot as Snapshot, load as load
from heapnb.views.displays import table as table
from heapnb.views.masking import mask_output as mask_output
from heapnb.widgets import HeapBrowser as HeapBrowser

__all__: list[str]  # noqa: PYI035  a list beside the imports would declare each name twice
__version__: str

def load_ipython_extension(shell: InteractiveShell) -> None: ...
