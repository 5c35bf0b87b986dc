"""What there is to show of a result: a title, facts, tables, a drawing. Text and HTML share it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, runtime_checkable

from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.columns import kind_of

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.decode.source_text import SourceText

MOST_REMOVALS: Final = 3
"""Suspects of which is said what their removal would free."""

_MAX_NAMES: Final = 4
_MAX_SUSPECTS: Final = 5
_MAX_NOTES: Final = 10

_MORE: Final = 1.02
"""What frees this times the retained size of a suspect's objects frees other objects, too."""


@dataclass(frozen=True)
class Fact:
    """A named value.

    Parameters
    ----------
    label : str
        Its name; also tells its kind unless that is given.
    value : object
        A number, text or sequence of either.
    kind : Kind, optional
        What the value is.
    """

    label: str
    value: object
    kind: Kind | None = None

    @property
    def written_as(self) -> Kind:
        """What the value is, by its name if need be."""
        return self.kind or kind_of(self.label)


@dataclass(frozen=True)
class View:
    """What there is to show of a result. Nothing in it is escaped, shortened or formatted.

    Parameters
    ----------
    title : str
        What it is.
    badge : str, optional
        One word that matters most, such as a verdict.
    lead : tuple of str
        Sentences.
    facts : tuple of Fact
        Named values.
    chain : tuple of str
        What retains what, root first; edge names with a leading dot.
    drawing : object, optional
        What `heapnb.drawing.dot.retainer_graph` draws, or a drawing as ``markupsafe.Markup``.
    source : SourceText, optional
        Lines of the program.
    table : pandas.DataFrame, optional
        Rows.
    notes : tuple of str
        What a reader should know.
    parts : tuple of View
        What it consists of.
    """

    title: str
    badge: str | None = None
    lead: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    chain: tuple[str, ...] = ()
    drawing: object | None = None
    source: SourceText | None = None
    table: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[View, ...] = ()


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
    for describers in _WINGS:
        for base in type(result).__mro__:
            if (describer := describers().get(base)) is not None:
                return describer(result)
    return _any_result(result)


def _any_result(result: Any) -> View:
    values = dict(_attributes(result))
    parts = tuple(
        dataclasses.replace(describe(value), title=_words(name))
        for name, value in values.items()
        # The snapshots that a result was made from are shown elsewhere.
        if hasattr(value, "table") and not _is_source(value)
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
    from heapnb.analysis.series.series_data import SeriesData

    return isinstance(value, SeriesData | Described)


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


def _table_of(result: Any) -> pd.DataFrame | None:
    table: pd.DataFrame | None = getattr(result, "table", None)
    return table


def notes_of(result: Any) -> tuple[str, ...]:
    """Return the warnings of a result, the first ten in full."""
    notes = tuple(getattr(result, "warnings", ()))
    if len(notes) > _MAX_NOTES:
        more = fmt.plural(len(notes) - _MAX_NOTES, "further warning")
        return (*notes[:_MAX_NOTES], f"{more}.")
    return notes


# -- results that show themselves in a way of their own -----------------------------------------


def _summary(summary: Any) -> View:
    view = _any_result(summary)
    if summary.suspects.empty:
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
    largest = View(title="What holds most of the heap", table=summary.suspects[columns])
    return dataclasses.replace(view, parts=(*view.parts, largest))


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
    package = suspect.package
    is_series = len(suspect.retained_per_snapshot) > 1
    facts = [
        Fact("kind", suspect.kind),
        Fact("objects", suspect.count_per_snapshot, Kind.COUNT),
        Fact("retained size", suspect.retained_per_snapshot, Kind.BYTES),
        Fact("share of the heap's growth" if is_series else "share", suspect.share, Kind.SHARE),
        Fact("held by", suspect.anchor),
        Fact("location", suspect.location, Kind.LOCATION),
        Fact("package", None if package is None or package.kind != "npm" else str(package)),
        Fact("confidence", suspect.confidence, Kind.SHARE),
        Fact("example node id", suspect.node_id, Kind.IDENTIFIER),
    ]
    fix = (f"Fix: {suspect.fix}",) if suspect.fix else ()
    effect = removal(suspect)
    return View(
        title=f"{suspect.rank}. {suspect.subject.replace('`', '')}",
        lead=(suspect.explanation, *fix, *([effect] if effect else [])),
        facts=tuple(fact for fact in facts if fact.value is not None),
        chain=tuple(suspect.words),
        drawing=suspect,
        source=suspect.source,
    )


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

    return {Summary: _summary}


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


_WINGS: Final = (_of_heaps, _of_retention_and_series, _of_diagnosis)
"""Describers by type. Each wing is imported only if those before it do not know the type."""
