"""The summary of a build's job: a verdict, what became of each leak, and the last builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.reports.plain import HEADLINES, UNDECIDED, code, escaped, prose
from heapnb.reports.tables import Writer
from heapnb.schema import Kind
from heapnb.views.columns import write as write_value
from heapnb.views.masking import Masking, masked
from heapnb.views.wording.changes import details_of

if TYPE_CHECKING:
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.history import History
    from heapnb.analysis.verification.versions import VersionComparison

_MOST_BUILDS: Final = 10
_MOST_SUSPECTS: Final = 3
_OF_CHANGES: Final = {
    "fixed": "The leaks are fixed",
    "improved": "The program leaks less",
    "not-fixed": "The program still leaks",
    "cannot-tell": "The snapshots do not show whether the leaks are fixed",
    "better": "The later build leaks less",
    "worse": "The later build leaks more",
    "mixed": "The later build leaks less in one place and more in another",
    "same": "Both builds leak the same",
}


def job_summary(
    result: Diagnosis | FixVerification | VersionComparison, history: History | None
) -> str:
    """Write an answer for the summary of a build's job.

    Parameters
    ----------
    result : Diagnosis, FixVerification or VersionComparison
        The answer.
    history : History or None
        The builds; the last ten follow as a table.

    Returns
    -------
    str
        GitHub's Markdown. What looks like a secret is masked.
    """
    masking = Masking.when(True)
    write = Writer(masking)
    with masked(masking):
        return "\n".join([*_answer(write, result), *_builds(write, history), ""])


def _answer(
    write: Writer, result: Diagnosis | FixVerification | VersionComparison
) -> Iterator[str]:
    if isinstance(result, Diagnosis):
        yield f"### heapnb: {HEADLINES.get(result.verdict, UNDECIDED)}"
        yield from ("", prose(write, result.reason), "")
        for suspect in result.suspects[:_MOST_SUSPECTS]:
            yield f"- {prose(write, suspect.explanation)} **Fix:** {prose(write, suspect.fix)}"
    else:
        yield f"### heapnb: {_OF_CHANGES[result.verdict]}"
        yield from ("", prose(write, result.reason), "")
        yield from (f"- {prose(write, text)}" for text in details_of(result.changes))
    yield from ("", *(f"> {escaped(write, text)}\n" for text in result.warnings))


def _builds(write: Writer, history: History | None) -> Iterator[str]:
    """Write a row for each of the last builds: verdict, growth of the heap, number of leaks."""
    if history is None or not history.builds:
        return
    yield "| Build | Verdict | Leaks | Heap grows by | Per |"
    yield "|---|---|---:|---:|---|"
    rows = history.last_rows()
    for build in history.builds[-_MOST_BUILDS:]:
        of_build = [row for row in rows if row["build"] == build]
        whole = next(row for row in of_build if row["fingerprint"] is None)
        cells = (
            code(write, build).replace("|", "\\|"),
            whole["fix_verdict"] or whole["verdict"],
            f"{len(of_build) - 1:,}",
            escaped(write, write_value(whole["bytes_rate"], Kind.BYTES)),
            escaped(write, whole["per"] or ""),
        )
        yield f"| {' | '.join(cells)} |"


__all__ = ["job_summary"]
