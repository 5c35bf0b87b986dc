"""Add the answer of a command to the history of builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapnb.cli.output import note

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.versions import VersionComparison


def keep(result: Diagnosis | FixVerification | VersionComparison, history: str, build: str) -> None:
    """Add the verdict and the rates of a build to a history file, and say so.

    Parameters
    ----------
    result : Diagnosis, FixVerification or VersionComparison
        The answer.
    history : str
        The file; created if it does not exist.
    build : str
        Name of the build.
    """
    from heapnb.analysis.verification.history import read_history
    from heapnb.views.fmt import plural

    whole = read_history(history).append(result, build)
    note(f"{history} has {plural(len(whole.builds), 'build')}. Next: heapnb history {history}")


__all__ = ["keep"]
