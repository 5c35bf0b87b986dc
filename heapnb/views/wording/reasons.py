"""Why a result has its verdict, whatever kind of result it is."""

from __future__ import annotations

from collections.abc import Iterator

from heapnb.analysis.diagnosis.short_names import clipped
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
        said = [reason_of(result.basis, result.suspects)]
        if result.sampled is not None:
            said.append(sampled_program(result.sampled))
        return " ".join([*said, *_remarks_made(result)])
    from heapnb.views.wording.changes import reason_of_fix, reason_of_versions

    if isinstance(result, FixVerification):
        return reason_of_fix(result)
    return reason_of_versions(result)


def _remarks_made(diagnosis: Diagnosis) -> Iterator[str]:
    """Say which suspects a person dismissed, and what was noted."""
    dismissed = [suspect for suspect in diagnosis.suspects if suspect.dismissed is not None]
    if dismissed:
        reasons = "; ".join(
            f"`{clipped(one.class_name)}` in {one.anchor} ({one.dismissed})" for one in dismissed
        )
        yield f"Dismissed by a person: {reasons}."
    if diagnosis.notes:
        yield f"Notes: {'; '.join(note.rstrip('.') for note in diagnosis.notes)}."


__all__ = ["reason_of_result"]
