"""What a diagnosis of a page got right."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from tests.leakbench.cases import Case
from tests.leakbench.matrix import expected as expected_of_program
from tests.leakbench.score import Score, full_report_of
from tests.pagebench.capture import captured_of, chromium_version
from tests.pagebench.cases import DEVELOPMENT, WITH_SOURCES, Page
from tests.variants.forms import NotPossibleError
from tests.variants.results import Result, answered
from tests.variants.running import Captured

DETACHED = "detached"


def judged(page: Page, form: str, *, keep: str = "current") -> Result:
    """Diagnose a page in a form and compare the first suspect with what is right.

    Parameters
    ----------
    page : Page
        The page.
    form : str
        One of its forms.
    keep : str, optional
        See `tests.variants.results.answered`.

    Returns
    -------
    Result
        Its shape is the framework.
    """
    result = Result(page.name, page.framework, form, chromium_version(), page.case.is_healthy)
    try:
        captured = captured_of(page, form)
    except NotPossibleError as error:
        return replace(result, reason=str(error))
    return answered(captured, repr(page), lambda: _answer(result, page, captured), keep=keep)


def _answer(result: Result, page: Page, captured: Captured) -> Result:
    roots = captured.program if result.form in WITH_SOURCES else None
    diagnosis = diagnose(
        captured.snapshots, cache=False, progress=False, source_root=roots, source_maps=roots
    )
    score = Score(expected(page, result.form, captured), full_report_of(diagnosis))
    checks = {"leak": score.is_verdict_right}
    first = diagnosis.suspects[0] if diagnosis.suspects else None
    if not page.case.is_healthy:
        checks |= {
            "class": score.has_class(1),
            "anchor": score.has_anchor(1),
            "cause": score.has_kind(1),
            "call": first is not None and names_call(first.fix, page.calls),
        }
        if roots is not None:
            checks["line"] = first is not None and is_place_right(first, page.place)
        if page.keeps_detached:
            checks[DETACHED] = first is not None and says_detached(first)
    result = replace(
        result,
        verdict=diagnosis.verdict,
        checked=tuple(checks),
        wrong=tuple(what for what, is_right in checks.items() if not is_right),
        n_suspects=len(diagnosis.suspects),
    )
    if first is None:
        return result
    return replace(
        result,
        kind=first.kind,
        class_name=first.class_name,
        anchor=first.anchor,
        location=first.added_at[0].location if first.added_at else first.location,
        confidence=first.confidence,
    )


def expected(page: Page, form: str, captured: Captured) -> Case:
    """Say what is right in a form: the names that are in its files.

    Parameters
    ----------
    page : Page
        The page.
    form : str
        One of its forms.
    captured : Captured
        What it left.

    Returns
    -------
    Case
    """
    # A development build names classes as bundles do.
    return expected_of_program(
        page.case, "bundled" if form == DEVELOPMENT else form, captured.names
    )


def names_call(fix: str, calls: tuple[str, ...]) -> bool:
    """Tell whether a fix names one of some calls, as a whole word.

    Parameters
    ----------
    fix : str
        What a suspect's fix says.
    calls : tuple of str
        Each is right alone.

    Returns
    -------
    bool
    """
    return any(re.search(rf"\b{re.escape(call)}\b", fix) for call in calls)


def is_place_right(suspect: Suspect, places: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether the first place that adds is in one of some files and functions.

    Parameters
    ----------
    suspect : Suspect
        Of a diagnosis.
    places : tuple of (str, str)
        Files and patterns of functions.

    Returns
    -------
    bool
    """
    for place in suspect.added_at[:1]:
        file = Path(place.location.rsplit(":", 2)[0].partition("?")[0]).name
        return any(
            file == name and fnmatchcase((place.function or "").removeprefix("new "), function)
            for name, function in places
        )
    return False


def says_detached(suspect: Suspect) -> bool:
    """Tell whether a suspect says that detached DOM is kept.

    Parameters
    ----------
    suspect : Suspect
        Of a diagnosis.

    Returns
    -------
    bool
    """
    said = (suspect.kind, suspect.title, suspect.class_name, suspect.explanation)
    return any(DETACHED in text.lower() for text in said)
