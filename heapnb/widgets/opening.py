"""What a browser is opened on, and what Python calls it."""

from __future__ import annotations

import sys
from typing import TypeAlias

from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.series.diff import Diff
from heapnb.analysis.series.series import Series
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph
from heapnb.node import Node
from heapnb.snapshot import Snapshot
from heapnb.workbench.subject import Workbench

Browsable: TypeAlias = Snapshot | HeapGraph | Node | Diff | Series | Diagnosis | Workbench
"""What there are views of."""


def workbench_of(what: Browsable) -> Workbench:
    """Lay out what is to be browsed.

    Parameters
    ----------
    what : Snapshot, HeapGraph, Node, Diff, Series, Diagnosis or Workbench
        Of several snapshots, the last one is browsed; the others are what it is compared with.

    Returns
    -------
    Workbench
        Its expression is what the user's notebook calls the snapshot, as far as that is known.

    Raises
    ------
    HeapnbError
        If it is anything else.
    """
    match what:
        case Workbench():
            return what
        case Snapshot():
            return _workbench(what.graph, _name_of(what, "snap"))
        case HeapGraph():
            return _workbench(what, f"hn.Snapshot({_name_of(what, 'graph')})")
        case Node():
            return _workbench(what.heap, f"hn.Snapshot({_name_of(what, 'node')}.heap)")
        case Diff():
            expression = f"hn.Snapshot({_name_of(what, 'diff')}.after)"
            return _workbench(what.after, expression, before=what.before)
        case Series():
            expression = f"hn.Snapshot({_name_of(what, 'series')}.last)"
            return _workbench(what.last, expression, series=what)
        case Diagnosis():
            expression = f"hn.Snapshot({_name_of(what, 'diagnosis')}.series.last)"
            return _workbench(what.series.last, expression, series=what.series, diagnosis=what)
    raise HeapnbError(
        f"There is no view of {type(what).__name__!r}.",
        hint="browse a Snapshot, Node, Diff, Series or Diagnosis.",
    )


def _workbench(
    heap: HeapGraph,
    expression: str,
    *,
    before: HeapGraph | None = None,
    series: Series | None = None,
    diagnosis: Diagnosis | None = None,
) -> Workbench:
    return Workbench(
        heap,
        before=before,
        diagnosis=diagnosis,
        series=series,
        title=heap.raw.source.name,
        expression=expression,
    )


def _name_of(value: object, otherwise: str) -> str:
    """Return the variable of the notebook that holds a value."""
    if "IPython" not in sys.modules:
        return otherwise
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    variables = {} if shell is None else shell.user_ns
    names = (name for name, held in variables.items() if held is value)
    return next((name for name in names if not name.startswith("_")), otherwise)
