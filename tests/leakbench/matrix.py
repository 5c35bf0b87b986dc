"""The programs in many variants: what is right about each, in `tests.variants.results`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final

from heapnb.analysis.diagnosis.diagnose import diagnose
from tests.leakbench.capture import captured_of
from tests.leakbench.cases import CASES, Case
from tests.leakbench.lines import ADDING_LINES
from tests.leakbench.score import Score, report_of
from tests.leakbench.variants import ALL, Variant, form_of, is_possible
from tests.variants.command import sampled
from tests.variants.forms import BUNDLES, MINIFIED, TYPESCRIPT, WITH_SOURCES, NotPossibleError
from tests.variants.results import Result, answered, spread
from tests.variants.running import Captured

_EXPORTED_CLASS: Final = "*.exports"
"""What V8 calls the class of `module.exports = class Name {…}` when the name was taken away."""

_WITHOUT_CLASSES: Final = "ts-es5"
"""The form in which classes are functions: what extends `Error` makes a plain `Error`."""

_NAMES_IN_BUNDLES: Final = ("_{}", "{}[2-9]")

_PRIVATE_FIELD: Final = "_*_"
"""Before the name of a private field in the name of the WeakMap that TypeScript makes of it."""


def judged(case: Case, variant: Variant, *, keep: str = "current") -> Result:
    """Diagnose a program in a variant and compare the first suspect with what is right.

    Parameters
    ----------
    case : Case
        The program.
    variant : Variant
        How it runs.
    keep : str, optional
        See `tests.variants.results.answered`.

    Returns
    -------
    Result
    """
    form = form_of(case, variant)
    result = Result(case.name, variant.shape, form, variant.node, case.is_healthy)
    try:
        captured = captured_of(case, variant)
    except NotPossibleError as error:
        return replace(result, reason=str(error))
    wanted = expected(case, form, captured.names)
    return answered(captured, repr(wanted), lambda: _answer(result, wanted, captured), keep=keep)


def _answer(result: Result, wanted: Case, captured: Captured) -> Result:
    roots = captured.program if result.form in WITH_SOURCES else None
    diagnosis = diagnose(captured.snapshots, cache=False, progress=False, source_root=roots)
    score = Score(wanted, report_of(diagnosis))
    checks = {"leak": score.is_verdict_right}
    if not wanted.is_healthy:
        checks |= {
            "class": score.has_class(1),
            "anchor": score.has_anchor(1),
            "cause": score.has_kind(1),
        }
        if roots is not None:
            added = [place for one in diagnosis.suspects[:1] for place in one.added_at[:1]]
            line = captured.line(added[0].location) if added else ""
            checks["line"] = any(piece in line for piece in ADDING_LINES[wanted.name])
    result = replace(
        result,
        verdict=diagnosis.verdict,
        checked=tuple(checks),
        wrong=tuple(what for what, is_right in checks.items() if not is_right),
        n_suspects=len(diagnosis.suspects),
    )
    for suspect in diagnosis.suspects[:1]:
        return replace(
            result,
            kind=suspect.kind,
            class_name=suspect.class_name,
            anchor=suspect.anchor,
            location=suspect.added_at[0].location if suspect.added_at else suspect.location,
            confidence=suspect.confidence,
        )
    return result


def expected(case: Case, form: str, names: Mapping[str, tuple[str, ...]]) -> Case:
    """Say what is right in a form: the names that are in its files.

    Parameters
    ----------
    case : Case
        The program as it is written.
    form : str
        One of `tests.variants.forms.FORMS`.
    names : mapping of str to tuple of str
        What became of each name in a minified file.

    Returns
    -------
    Case
        With the names of the form beside those of the author.
    """

    def in_form(patterns: tuple[str, ...]) -> tuple[str, ...]:
        found = list(patterns)
        if form in TYPESCRIPT:
            found += [_PRIVATE_FIELD + name[1:] for name in patterns if name.startswith("#")]
        if form in BUNDLES:
            # What esbuild calls a class that is mentioned inside itself, and one of two namesakes.
            found += [text.format(name) for name in patterns for text in _NAMES_IN_BUNDLES]
        for name, short in names.items():
            if any(fnmatchcase(name.removeprefix("_"), pattern) for pattern in patterns):
                found += short
        return tuple(dict.fromkeys(found))

    classes = in_form(case.classes)
    if form in MINIFIED:
        classes += (_EXPORTED_CLASS,)
    if form == _WITHOUT_CLASSES and any(name.endswith("Error") for name in classes):
        classes += ("Error",)
    return replace(case, classes=classes, anchors=in_form(case.anchors))


def pairs(
    cases: Sequence[Case], variants: Sequence[Variant], sample: int | None = None, seed: int = 0
) -> Iterator[tuple[Case, Variant]]:
    """List what to run.

    Parameters
    ----------
    cases : sequence of Case
        The programs.
    variants : sequence of Variant
        The variants.
    sample : int, optional
        How many variants of each program to take at random; all if not given.
    seed : int, optional
        Chooses them.

    Yields
    ------
    tuple of (Case, Variant)
    """
    for case in cases:
        possible = [variant for variant in variants if is_possible(case, variant)]
        for variant in sampled(case.name, possible, sample, seed):
            yield case, variant


def rotating(number: int, size: int) -> list[tuple[Case, Variant]]:
    """Choose a few programs and a variant of each, others for each number.

    Parameters
    ----------
    number : int
        Such as that of the week.
    size : int
        How many.

    Returns
    -------
    list of tuple of (Case, Variant)
    """
    return list(pairs(spread(CASES, number, size), ALL, sample=1, seed=number))
