"""What there is to show of a result: a title, facts, tables, a drawing. Text and HTML share it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, runtime_checkable

from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.columns import kind_of
from heapnb.views.rates import rate_text
from heapnb.views.rows import Rows
from heapnb.views.view_parts import Fact, View, notes_of

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.capture.capturing import CaptureResult
    from heapnb.capture.plan import CapturePlan
    from heapnb.decode.dead_variables import DeadVariables
    from heapnb.decode.native_contexts import NativeContexts

MOST_REMOVALS: Final = 3
"""Suspects of which is said what their removal would free."""

_SERIES_DATA: Final = "heapnb.analysis.series.series_data.SeriesData"
_NATIVE_CONTEXTS: Final = "Native contexts"
_MAX_NAMES: Final = 4
_MAX_SUSPECTS: Final = 5
_MAX_NOTES: Final = 10
_MAX_CLASSES: Final = 20

_MORE: Final = 1.02
"""What frees this times the retained size of a suspect's objects frees other objects, too."""


@runtime_checkable
class Described(Protocol):
    """An object of a layer above that says itself what there is to show: a snapshot, a node."""

    def _describe(self) -> View: ...


def describe(result: object) -> View:
    """Collect what there is to show of a result.

    Parameters
    ----------
    result : object
        A result of heapnb: ``table``, ``warnings`` and plain attributes are found on any.

    Returns
    -------
    View
    """
    if isinstance(result, Described):
        return result._describe()  # noqa: SLF001  the protocol of objects above this layer
    bases = type(result).__mro__
    for rooms, describers in _WINGS:
        if any(base.__module__.startswith(rooms) for base in bases):
            for base in bases:
                if (describer := describers().get(base)) is not None:
                    return describer(result)
    return _any_result(result)


def _any_result(result: Any) -> View:
    values = dict(_attributes(result))
    parts = tuple(
        dataclasses.replace(describe(value), title=_words(name))
        for name, value in values.items()
        # The snapshots that a result was made from are shown elsewhere.
        if (hasattr(type(value), "table") or hasattr(value, "table")) and not _is_source(value)
    )
    return View(
        title=_words(type(result).__name__),
        facts=tuple(
            Fact(name, value, kind_of(name, is_numeric=not isinstance(value, str)))
            for name, value in values.items()
            if isinstance(value, str | int | float)
        ),
        table=_table_of(result),
        notes=notes_of(result),
        parts=parts,
    )


def _is_source(value: object) -> bool:
    # By name: importing the module takes longer than describing most results.
    names = (f"{base.__module__}.{base.__qualname__}" for base in type(value).__mro__)
    return isinstance(value, Described) or _SERIES_DATA in names


def _attributes(result: object) -> Iterator[tuple[str, object]]:
    """List the public fields of a dataclass."""
    if dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            if field.repr and not field.name.startswith("_"):
                yield field.name, getattr(result, field.name)


def _words(name: str) -> str:
    """Turn a name of Python's into words: ``GCRootCount`` and ``file_size`` alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:].lower() if spaced else name


def _table_of(result: Any) -> pd.DataFrame | Rows | None:
    """Return the table of a result; its columns where the result has them without pandas."""
    if (columns := getattr(result, "_columns", None)) is not None:
        return Rows(columns)
    table: pd.DataFrame | None = getattr(result, "table", None)
    return table


# -- results that show themselves in a way of their own -----------------------------------------


def _summary(summary: Any) -> View:
    view = _any_result(summary)
    contexts = summary.native_context_columns
    if contexts:
        part = View(title=_NATIVE_CONTEXTS, table=Rows(contexts))
        view = dataclasses.replace(view, parts=(*view.parts, part))
    suspects = Rows(summary.suspect_columns)
    if not len(suspects):
        return view
    columns = [
        "node_id",
        "class_name",
        "holder",
        "retained_size",
        "share",
        "child_count",
        "content_class",
        "content_count",
    ]
    largest = View(title="What holds most of the heap", table=suspects.select(columns))
    return dataclasses.replace(view, parts=(*view.parts, largest))


def _totals(totals: Any) -> View:
    view = _any_result(totals)
    sections = [f"{name} ({length:,})" for name, length in totals.sections.items()]
    facts = (*view.facts, Fact("other sections", ", ".join(sections) or "none", Kind.TEXT))
    classes = View(title="Largest classes", table=Rows(totals.class_columns).head(_MAX_CLASSES))
    left_out = (
        "Sizes are those of the file: backing stores do not count for their owners, as they do in "
        "DevTools. Not computed, because it needs the whole graph: unreachable nodes, bytes by "
        "kind, retained sizes, what holds most of the heap."
    )
    return dataclasses.replace(
        view, facts=facts, notes=(*view.notes, left_out), parts=(*view.parts, classes)
    )


def _native_contexts(found: NativeContexts) -> View:
    return View(title=_NATIVE_CONTEXTS, table=Rows(found.rows))


def _dead_variables(found: DeadVariables) -> View:
    from heapnb.views.wording.dead_variables import evidence_sentence

    return View(
        title="Dead captured variables",
        lead=(evidence_sentence(found.evidence, found.judged_count, found.unknown_count),),
        facts=(Fact("freed_size", found.freed_size),) if len(found.table) else (),
        table=found.table,
    )


def _retaining_path(path: Any) -> View:
    return View(
        title="Retaining path",
        facts=(Fact("steps", len(path) - 1, Kind.COUNT),),
        chain=tuple(path.words),
        drawing=path,
        table=path.table,
    )


def _path_graph(paths: Any) -> View:
    return View(
        title="Retaining paths",
        facts=(
            Fact("targets", len(paths.targets), Kind.COUNT),
            Fact("nodes", len(paths.nodes), Kind.COUNT),
        ),
        drawing=paths,
    )


def _diff(diff: Any) -> View:
    return View(
        title="Comparison",
        facts=(
            Fact("before", diff.before.raw.source.name, Kind.LOCATION),
            Fact("after", diff.after.raw.source.name, Kind.LOCATION),
            Fact("added", len(diff.added_nodes), Kind.COUNT),
            Fact("removed", len(diff.removed_nodes), Kind.COUNT),
            Fact("size delta", int(diff.table["size_delta"].sum()), Kind.BYTES_DELTA),
        ),
        table=diff.table,
        notes=notes_of(diff),
    )


def _series(series: Any) -> View:
    return View(
        title="Series of snapshots",
        facts=(
            Fact("snapshots", len(series), Kind.COUNT),
            Fact("one process", series.one_process),
        ),
        table=series.table,
        notes=notes_of(series),
    )


def _suspect(suspect: Any) -> View:
    # Not above: the families bring the detectors, which most commands do not need.
    from heapnb.views.wording.known import known_text, origin_text
    from heapnb.views.wording.libraries import called

    package = suspect.package
    library = suspect.shape
    is_series = len(suspect.retained_per_snapshot) > 1
    facts = [
        Fact("kind", suspect.kind),
        Fact("objects", suspect.count_per_snapshot, Kind.COUNT),
        Fact("retained size", suspect.retained_per_snapshot, Kind.BYTES),
        Fact("growth", rate_text(suspect)),
        Fact("share of the heap's growth" if is_series else "share", suspect.share, Kind.SHARE),
        Fact("held by", suspect.anchor),
        Fact("location", suspect.location, Kind.LOCATION),
        Fact("package", None if package is None or package.kind != "npm" else str(package)),
        Fact("library", None if library is None else f"{library.package}, {library.role}"),
        Fact("origin", origin_text(suspect)),
        Fact("known leak", None if suspect.known is None else known_text(suspect.known)),
        Fact("confidence", suspect.confidence, Kind.SHARE),
        Fact("dismissed", suspect.dismissed),
        Fact("notes", "; ".join(suspect.notes) or None),
        Fact("example node id", suspect.node_id, Kind.IDENTIFIER),
    ]
    fix = (f"Fix: {suspect.fix}",) if suspect.fix else ()
    effect = removal(suspect)
    return View(
        title=f"{suspect.rank}. {called(suspect)}",
        lead=(suspect.explanation, *fix, *([effect] if effect else []), *_stack_text(suspect)),
        facts=tuple(fact for fact in facts if fact.value is not None),
        chain=tuple(suspect.words),
        drawing=suspect,
        source=suspect.source,
    )


def _stack_text(suspect: Any) -> tuple[str, ...]:
    """Write the call stack that allocated most of a suspect's objects, what allocated first."""
    from heapnb.views.wording.allocations import stack_words

    found = suspect.allocated_at
    return () if found is None else (f"Allocated by: {' ← '.join(stack_words(found.stack))}",)


def removal(suspect: Any) -> str:
    """Say what would be freed without the references that keep a suspect's objects.

    Parameters
    ----------
    suspect : Suspect
        Only for the first ones this is looked up: in a large heap it takes seconds.

    Returns
    -------
    str
        A sentence such as "Removing `inventory._events.error` frees 1.2 MB."; empty where no
        small set of references keeps the objects alive.
    """
    found = suspect.culprits if suspect.rank <= MOST_REMOVALS else None
    if found is None or not found.edges:
        return ""
    # Several references to one thing are told as one.
    expressions: dict[int, list[str]] = {}
    for edge in found.edges:
        expressions.setdefault(edge.target_id, []).append(edge.expression)
    names = [
        f"`{known_as[0]}`" + (f" (all {len(known_as)} references)" if len(known_as) > 1 else "")
        for known_as in list(expressions.values())[:_MAX_NAMES]
    ]
    if len(expressions) > _MAX_NAMES:
        names.append(fmt.plural(len(expressions) - _MAX_NAMES, "more reference"))
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    if not all(any(map(str.isalpha, edge.expression)) for edge in found.edges):
        # Objects of a browser have indices for names, which are in no program.
        listed = "them"
    partly = "" if found.share == 1 else f", {fmt.format_percent(found.share)} of the objects"
    beside = ""
    if found.freed_size > _MORE * suspect.retained_per_snapshot[-1]:
        beside = ", other objects included"
    return f"Removing {listed} frees {fmt.format_bytes(found.freed_size)}{beside}{partly}."


def _culprits(found: Any) -> View:
    facts = [
        Fact("objects", len(found.nodes), Kind.COUNT),
        Fact("share freed", found.share, Kind.SHARE),
        Fact("freed size", found.freed_size, Kind.BYTES),
        Fact("freed count", found.freed_count, Kind.COUNT),
    ]
    lead = () if found.edges else ("No small set of references keeps these objects alive.",)
    return View(
        title="Culprit edges",
        lead=lead,
        facts=tuple(facts),
        table=found.table if found.edges else None,
    )


def _what_if(answer: Any) -> View:
    notes = tuple(
        f"Still held: {' → '.join(path.words)}" for path in answer.still_held[:_MAX_NOTES]
    )
    return View(
        title="What if",
        facts=(
            Fact("edges removed", len(answer.edges), Kind.COUNT),
            Fact("freed size", answer.freed_size, Kind.BYTES),
            Fact("freed count", answer.freed_count, Kind.COUNT),
        ),
        table=answer.table,
        notes=notes,
    )


def shown_of_all(n_suspects: int, most: int) -> str:
    """Say how many suspects a view shows, where it does not show all."""
    return f"Shown: {most:,} of {n_suspects:,} suspects." if n_suspects > most else ""


def _diagnosis(diagnosis: Any) -> View:
    suspects = diagnosis.suspects
    left_out = shown_of_all(len(suspects), _MAX_SUSPECTS)
    return View(
        title="Diagnosis",
        badge=diagnosis.verdict,
        lead=(diagnosis.reason, *filter(None, [left_out])),
        notes=notes_of(diagnosis),
        parts=tuple(_suspect(suspect) for suspect in suspects[:_MAX_SUSPECTS]),
    )


_Describers: TypeAlias = dict[type, Callable[[Any], View]]


@cache
def _of_heaps() -> _Describers:
    from heapnb.analysis.summary import Summary
    from heapnb.analysis.totals import Totals

    return {Summary: _summary, Totals: _totals}


@cache
def _of_decoded_heaps() -> _Describers:
    from heapnb.decode.dead_variables import DeadVariables
    from heapnb.decode.native_contexts import NativeContexts

    return {DeadVariables: _dead_variables, NativeContexts: _native_contexts}


@cache
def _of_retention_and_series() -> _Describers:
    from heapnb.analysis.retention.culprits import Culprits
    from heapnb.analysis.retention.retaining_path import PathGraph, RetainingPath
    from heapnb.analysis.retention.what_if import WhatIf
    from heapnb.analysis.series.diff import Diff
    from heapnb.analysis.series.series import Series

    return {
        Culprits: _culprits,
        Diff: _diff,
        PathGraph: _path_graph,
        RetainingPath: _retaining_path,
        Series: _series,
        WhatIf: _what_if,
    }


@cache
def _of_diagnosis() -> _Describers:
    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

    return {Diagnosis: _diagnosis, Suspect: _suspect}


@cache
def _of_allocations() -> _Describers:
    from heapnb.views.allocation_views import views_of_allocations

    return views_of_allocations()


@cache
def _of_fleets() -> _Describers:
    from heapnb.views.fleet_views import views_of_fleets

    return views_of_fleets()


def _of_timelines() -> _Describers:
    from heapnb.views.timeline_views import views_of_timelines

    return views_of_timelines()


@cache
def _of_captures() -> _Describers:
    from heapnb.capture.capturing import CaptureResult
    from heapnb.capture.plan import CapturePlan

    return {CapturePlan: _plan, CaptureResult: _capture}


def _plan(plan: CapturePlan) -> View:
    return View(
        title=f"A snapshot of {plan.label}",
        badge=plan.verdict,
        lead=plan.reasons,
        facts=(
            Fact("heap", plan.heap_bytes, Kind.BYTES),
            Fact("resident memory", plan.rss_bytes, Kind.BYTES),
            Fact("expected peak", plan.peak_bytes, Kind.BYTES),
            Fact("limit", plan.limit_bytes, Kind.BYTES),
            Fact("expected pause (ms)", plan.pause_ms, Kind.MILLISECONDS),
            Fact("file without compression", plan.file_bytes, Kind.BYTES),
        ),
    )


def _capture(result: CaptureResult) -> View:
    return View(
        title=fmt.plural(len(result.files), "snapshot"),
        lead=tuple(
            f"{label}: {', '.join(str(path) for path in paths)}"
            for label, paths in result.series.items()
        ),
        facts=()
        if result.plan is None
        else (Fact("expected peak of the process", result.plan.peak_bytes, Kind.BYTES),),
        notes=result.warnings,
    )


@cache
def _of_heap_profiles() -> _Describers:
    from heapnb.views.heap_profile_views import views_of_heap_profiles

    return views_of_heap_profiles()


@cache
def _of_changes() -> _Describers:
    from heapnb.views.change_views import views_of_changes

    return views_of_changes()


@cache
def _of_processes() -> _Describers:
    from heapnb.views.rss_views import views_of_processes

    return views_of_processes()


_WINGS: Final = (
    (("heapnb.analysis.summary", "heapnb.analysis.totals"), _of_heaps),
    (("heapnb.decode.",), _of_decoded_heaps),
    (("heapnb.analysis.retention.", "heapnb.analysis.series."), _of_retention_and_series),
    (("heapnb.analysis.diagnosis.",), _of_diagnosis),
    (("heapnb.analysis.allocation.",), _of_allocations),
    (("heapnb.analysis.heap_profiles.",), _of_heap_profiles),
    (("heapnb.analysis.verification.",), _of_changes),
    (("heapnb.fleet.",), _of_fleets),
    (("heapnb.timeline.",), _of_timelines),
    (("heapnb.capture.",), _of_captures),
    (("heapnb.analysis.rss", "heapnb.timeline."), _of_processes),
)
"""How the modules begin that define types, and the describers of these; imported only for them."""

__all__ = ["Described", "Fact", "View", "describe", "notes_of", "removal", "shown_of_all"]
