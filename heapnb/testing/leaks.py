"""Assert in a test that a Node.js program does not leak."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.known_leaks import CatalogueFiles
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.series.series import Series
    from heapnb.graph.sources import HeapSource


def assert_no_leak(
    source: Diagnosis | Series | Sequence[HeapSource],
    *,
    baseline: str | os.PathLike[str] | None = None,
    allow_undecided: bool = True,
    known_leaks: CatalogueFiles = None,
) -> Diagnosis:
    """Fail the test if the snapshots show a leak.

    Parameters
    ----------
    source : Diagnosis, Series, or sequence of paths or snapshots
        Three or more snapshots in the order of capture, or their series or diagnosis.
    baseline : str or PathLike, optional
        A file of accepted leaks, which do not fail the test: see
        `heapnb.analysis.diagnosis.baseline`.
    allow_undecided : bool, default True
        Whether the test passes if the verdict is undecided.
    known_leaks : str, PathLike or sequence of these, optional
        Files of leaks that you know of; see `heapnb.diagnose`. The message says of a known leak
        which version fixes it. Not for a `Diagnosis`.

    Returns
    -------
    Diagnosis
        The diagnosis, for further checks.

    Raises
    ------
    AssertionError
        If there is a leak, or with a baseline a new one. The message names the objects, their
        holder, the location and the fix.

    Examples
    --------
    >>> def test_orders_do_not_leak():
    ...     assert_no_leak(["before.heapsnapshot", "after1.heapsnapshot", "after2.heapsnapshot"])
    """
    # pytest's traceback ends at the test.
    __tracebackhide__ = True
    from heapnb.analysis.diagnosis.baseline import Baseline
    from heapnb.analysis.diagnosis.diagnose import diagnose
    from heapnb.analysis.diagnosis.suspects import Diagnosis

    if isinstance(source, Diagnosis):
        diagnosis = source
    else:
        diagnosis = diagnose(source, known_leaks=known_leaks)
    if diagnosis.verdict == "undecided" and not allow_undecided:
        raise AssertionError(repr(diagnosis))
    if diagnosis.verdict != "leak":
        return diagnosis
    if baseline is not None and not Baseline.read(baseline).compare(diagnosis).new:
        return diagnosis
    raise AssertionError(repr(diagnosis))
