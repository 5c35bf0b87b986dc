"""Assert in a test that a Node.js program does not leak, or that a change fixed its leaks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.known_leaks import CatalogueFiles
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.series.moments import WorkOption
    from heapnb.analysis.series.series import Series
    from heapnb.analysis.verification.cases import SeriesSource
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.graph.sources import HeapSource


def assert_no_leak(
    source: Diagnosis | Series | Sequence[HeapSource],
    *,
    baseline: str | os.PathLike[str] | None = None,
    allow_undecided: bool = True,
    known_leaks: CatalogueFiles = None,
    history: str | os.PathLike[str] | None = None,
    build: str | None = None,
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
    history : str or PathLike, optional
        A file to which the verdict and the rates are added, whether the test passes or not; see
        `heapnb.read_history`. Needs ``build``.
    build : str, optional
        Name of the build: a version or a commit.

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
    _keep(diagnosis, history, build)
    if diagnosis.verdict == "undecided" and not allow_undecided:
        raise AssertionError(repr(diagnosis))
    if not diagnosis.leaks:
        return diagnosis
    if baseline is not None and not Baseline.read(baseline).compare(diagnosis).new:
        return diagnosis
    raise AssertionError(repr(diagnosis))


def assert_fixed(
    before: SeriesSource,
    after: SeriesSource,
    *,
    work: WorkOption = None,
    work_after: WorkOption = None,
    history: str | os.PathLike[str] | None = None,
    build: str | None = None,
) -> FixVerification:
    """Fail the test unless a change fixed all leaks and added none.

    Parameters
    ----------
    before, after : folder, pattern, sequence of snapshots, Series, or Diagnosis
        The series before and after the change; see `heapnb.verify_fix`.
    work, work_after : sequence of float or None, optional
        Units of work done when each snapshot was taken.
    history, build
        Where the verdict and the rates are kept; see `assert_no_leak`.

    Returns
    -------
    FixVerification
        The answer, for further checks.

    Raises
    ------
    AssertionError
        If a leak is not fixed, if there is a new one, or if the series cannot tell. The message
        says how each leak grows before and after.

    Examples
    --------
    >>> def test_the_cache_is_bounded():
    ...     assert_fixed("heaps/main", "heaps/this-branch", work=[100, 200, 400])
    """
    __tracebackhide__ = True
    from heapnb.analysis.verification.fixes import verify_fix

    found = verify_fix(before, after, work=work, work_after=work_after)
    _keep(found, history, build)
    if not found.is_proven:
        raise AssertionError(repr(found))
    return found


def _keep(
    result: Diagnosis | FixVerification,
    history: str | os.PathLike[str] | None,
    build: str | None,
) -> None:
    """Add an answer to a history file, if one is named."""
    if history is None and build is None:
        return
    if history is None or build is None:
        raise TypeError("history and build belong together")
    from heapnb.analysis.verification.history import read_history

    read_history(history).append(result, build)
