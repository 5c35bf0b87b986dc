# The public names: this stub is their only declaration. Type checkers and editors read it, and
# `heapnb._lazy` reads it at run time to import each name on first use. A new name needs a line here
# and an entry in docs/site/api.md.
# isort: skip_file

from IPython.core.interactiveshell import InteractiveShell

from heapnb.analysis.diagnosis.diagnose import diagnose as diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis as Diagnosis, Suspect as Suspect
from heapnb.analysis.heap_profiles.comparison import (
    HeapProfileDiff as HeapProfileDiff,
    diff_heap_profiles as diff_heap_profiles,
)
from heapnb.analysis.heap_profiles.profile import HeapProfile as HeapProfile
from heapnb.analysis.heap_profiles.reading import read_heap_profile as read_heap_profile
from heapnb.analysis.packages import Package as Package, package_of as package_of
from heapnb.analysis.retention.culprits import Culprits as Culprits, culprits as culprits
from heapnb.analysis.retention.what_if import WhatIf as WhatIf, what_if as what_if
from heapnb.analysis.rss import Rss as Rss, rss as rss
from heapnb.analysis.series.cohorts import Cohorts as Cohorts
from heapnb.analysis.series.diff import Diff as Diff, diff as diff
from heapnb.analysis.series.memwatch import (
    MemwatchDiff as MemwatchDiff,
    read_memwatch as read_memwatch,
)
from heapnb.analysis.series.series import Series as Series, load_series as load_series
from heapnb.analysis.verification.fixes import (
    FixVerification as FixVerification,
    verify_fix as verify_fix,
)
from heapnb.analysis.verification.history import (
    History as History,
    read_history as read_history,
)
from heapnb.analysis.verification.versions import (
    VersionComparison as VersionComparison,
    compare_versions as compare_versions,
)
from heapnb.capture.kit.kit import kit as kit
from heapnb.live.recording import record as record
from heapnb.live.recording_result import Recording as Recording
from heapnb.capture.capturing import CaptureResult as CaptureResult, capture as capture
from heapnb.capture.plan import CapturePlan as CapturePlan, plan_capture as plan_capture
from heapnb.capture.sampling import sample_heap as sample_heap
from heapnb.live.watching import Watch as Watch, watch as watch
from heapnb.drawing.dot import retainer_graph as retainer_graph
from heapnb.drawing.retainer_graph import RetainerGraph as RetainerGraph
from heapnb.errors import (
    CacheChangedError as CacheChangedError,
    CaptureError as CaptureError,
    EdgeNotFoundError as EdgeNotFoundError,
    HeapnbError as HeapnbError,
    InspectorError as InspectorError,
    LogFormatError as LogFormatError,
    MissingExtraError as MissingExtraError,
    NodeNotFoundError as NodeNotFoundError,
    PatternError as PatternError,
    RecordingError as RecordingError,
    SnapshotFormatError as SnapshotFormatError,
    SnapshotNotFoundError as SnapshotNotFoundError,
    SnapshotTooLargeError as SnapshotTooLargeError,
    SqlError as SqlError,
    TruncatedSnapshotError as TruncatedSnapshotError,
    UnknownNameError as UnknownNameError,
)
from heapnb.fleet.fleet import Fleet as Fleet, open_scan as open_scan
from heapnb.fleet.questions import Separation as Separation, SharedLeaks as SharedLeaks
from heapnb.fleet.scanning import scan as scan
from heapnb.format import read_snapshot as read_snapshot, write_snapshot as write_snapshot
from heapnb.node import Node as Node
from heapnb.notebooks import notebook as notebook
from heapnb.redaction import RedactionResult as RedactionResult, audit as audit, redact as redact
from heapnb.reports import report as report
from heapnb.snapshot import (
    Snapshot as Snapshot,
    from_parquet as from_parquet,
    load as load,
)
from heapnb.timeline.diagnostic_report import (
    DiagnosticReport as DiagnosticReport,
    read_diagnostic_report as read_diagnostic_report,
)
from heapnb.timeline.gc_log import GcLog as GcLog, read_trace_gc as read_trace_gc
from heapnb.timeline.native_logs import (
    NativeLog as NativeLog,
    read_native_log as read_native_log,
)
from heapnb.timeline.limits import HeapLimit as HeapLimit, heap_limit as heap_limit
from heapnb.timeline.memory_log import MemoryLog as MemoryLog, read_memory_log as read_memory_log
from heapnb.timeline.prof_log import ProfLog as ProfLog, read_prof_log as read_prof_log
from heapnb.timeline.timeline import Timeline as Timeline, timeline as timeline
from heapnb.views.displays import table as table
from heapnb.views.masking import mask_output as mask_output
from heapnb.views.masking import printable as printable
from heapnb.widgets import HeapBrowser as HeapBrowser

__all__: list[str]  # noqa: PYI035  a list beside the imports would declare each name twice
__version__: str

def load_ipython_extension(shell: InteractiveShell) -> None: ...
