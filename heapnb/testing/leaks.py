"""For tests of Node.js programs: fail where snapshots show a leak."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.series.series import Series
    from heapnb.graph.sources import HeapSource


def assert_no_leak(
    source: Diagnosis | Series | Sequence[HeapSource],
    *,
    baseline: str | os.PathLike[str] | None = None,
    allow_undecided: bool = True,
) -> Diagnosis:
    """Fail a test if snapshots show a leak.

    Parameters
    ----------
    source : Diagnosis, Series, or sequence of paths or snapshots
        What to look at: three snapshots or more, as they were taken.
    baseline : str or PathLike, optional
        A file of known leaks, which do not fail the test; see `heapnb.analysis.diagnosis.baseline`.
    allow_undecided : bool, default True
        Whether a test passes if the snapshots do not tell.

    Returns
    -------
    Diagnosis
        To look further.

    Raises
    ------
    AssertionError
        If there is a leak, or a new one where a baseline is given. The message names what leaks,
        what holds it, where and what to change.

    Examples
    --------
    >>> def test_orders_do_not_leak():
    ...     assert_no_leak(["before.heapsnapshot", "after1.heapsnapshot", "after2.heapsnapshot"])
    """
    # pytest's traceback then ends at the test, not in here.
    __tracebackhide__ = True
    from heapnb.analysis.diagnosis.baseline import Baseline
    from heapnb.analysis.diagnosis.diagnose import diagnose
    from heapnb.analysis.diagnosis.suspects import Diagnosis

    diagnosis = source if isinstance(source, Diagnosis) else diagnose(source)
    if diagnosis.verdict == "undecided" and not allow_undecided:
        raise AssertionError(repr(diagnosis))
    if diagnosis.verdict != "leak":
        return diagnosis
    if baseline is not None and not Baseline.read(baseline).compare(diagnosis).new:
        return diagnosis
    raise AssertionError(repr(diagnosis))
