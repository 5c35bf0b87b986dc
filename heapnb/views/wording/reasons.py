"""Why a result has its verdict, whatever kind of result it is."""

from __future__ import annotations

from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.verification.fixes import FixVerification
from heapnb.analysis.verification.versions import VersionComparison
from heapnb.views.wording.sampled_program import sampled_program
from heapnb.views.wording.verdicts import reason_of


def reason_of_result(result: Diagnosis | FixVerification | VersionComparison) -> str:
    """Say why a result has its verdict.

    Parameters
    ----------
    result : Diagnosis, FixVerification or VersionComparison
        The result.

    Returns
    -------
    str
        A few sentences.
    """
    if isinstance(result, Diagnosis):
        reason = reason_of(result.basis, result.suspects)
        sampled = result.sampled
        return reason if sampled is None else f"{reason} {sampled_program(sampled)}"
    from heapnb.views.wording.changes import reason_of_fix, reason_of_versions

    if isinstance(result, FixVerification):
        return reason_of_fix(result)
    return reason_of_versions(result)


__all__ = ["reason_of_result"]
