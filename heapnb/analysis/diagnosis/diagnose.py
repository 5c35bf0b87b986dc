"""Does it leak, what, held by what, and what to change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from heapnb.analysis.diagnosis.accumulation import Accumulation, Accumulations
from heapnb.analysis.diagnosis.apart import apart_of
from heapnb.analysis.diagnosis.confidence import (
    CONFIDENT,
    SNAPSHOTS_FOR_VERDICT,
    SUSPICIOUS,
    HeapGrowth,
)
from heapnb.analysis.diagnosis.consequences import Consequence, causes_of_growth
from heapnb.analysis.diagnosis.detectors import cause_of, warm_up
from heapnb.analysis.diagnosis.detectors.remarks.unmounted_components import UnmountedRemark
from heapnb.analysis.diagnosis.doubts import Doubt, doubts
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.growing import accumulations
from heapnb.analysis.diagnosis.known_leaks import CatalogueFiles, ReportedLeak, catalogue
from heapnb.analysis.diagnosis.known_matching import Finding, known_of
from heapnb.analysis.diagnosis.origins import origin_of
from heapnb.analysis.diagnosis.places import (
    WITHOUT_PARSER,
    lines_of,
    with_addition,
    with_call_of_library,
    with_constructor,
    with_library_function,
    with_mount,
)
from heapnb.analysis.diagnosis.queues import is_growing_queue
from heapnb.analysis.diagnosis.retained_sizes import Sizes
from heapnb.analysis.diagnosis.runtime_bounds import bound_of
from heapnb.analysis.diagnosis.sampled_allocations import SampledAllocations, SampledRemark
from heapnb.analysis.diagnosis.suspects import Diagnosis, Rate, Suspect
from heapnb.analysis.diagnosis.verdicts import Rating, judge
from heapnb.analysis.heap_profiles.profile import HeapProfile
from heapnb.analysis.heap_profiles.reading import read_heap_profile
from heapnb.analysis.known_objects import shape_of
from heapnb.analysis.known_shapes import KnownShape
from heapnb.analysis.series.moments import WorkOption
from heapnb.analysis.series.series import Series, load_series
from heapnb.analysis.source_code.parse import is_available
from heapnb.decode.native_listeners import is_of_browser
from heapnb.errors import HeapnbError
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.graph.source_files import Folders
from heapnb.graph.sources import HeapSource
from heapnb.progress import Advance, ProgressOption, stage

_WEAK_COLLECTIONS: Final = ("WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry")
_METHOD_OF_OBJECT: Final = 3
"""Steps from a variable up to the object whose method sees it: scope, function, object."""

_SHARE_DIGITS: Final = 3


@bounded
def diagnose(
    source: Series | HeapSource | Sequence[HeapSource],
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    work: WorkOption = None,
    known_leaks: CatalogueFiles = None,
    heap_profile: HeapProfile | SnapshotSource | None = None,
) -> Diagnosis:
    """Say whether snapshots show a leak, of what, and what holds it.

    Parameters
    ----------
    source : Series, Snapshot, HeapGraph, path, or a sequence of these
        Three or more snapshots of one process show most: growth through all of them is a leak,
        growth that stops is not. A single one shows what is large.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.
    work : sequence of float or None, optional
        Units of work that were done when each snapshot was taken; see `heapnb.load_series`. Not
        for a `Series`, which has its own.
    known_leaks : str, PathLike or sequence of these, optional
        Files of leaks that you know of, besides those that heapnb knows; see docs/known-leaks.md.
    heap_profile : HeapProfile, path or bytes, optional
        A sampling heap profile of the same program: suspects then say how much the functions that
        add or make their objects allocated; see docs/heap-profiles.md.

    Returns
    -------
    Diagnosis

    Examples
    --------
    >>> import heapnb as hn
    >>> diagnosis = hn.diagnose(["s1.heapsnapshot", "s2.heapsnapshot"])  # doctest: +SKIP
    >>> diagnosis.verdict, diagnosis.suspects[0].anchor  # doctest: +SKIP
    """
    if heap_profile is not None and not isinstance(heap_profile, HeapProfile):
        # An unreadable profile is worth knowing before a large heap is read.
        heap_profile = read_heap_profile(
            heap_profile, source_root=source_root, source_maps=source_maps
        )
    series = series_of(
        source,
        progress=progress,
        cache=cache,
        salvage=salvage,
        source_root=source_root,
        source_maps=source_maps,
        work=work,
    )
    reported = catalogue(known_leaks)
    with stage("Looking for growth"):
        found = accumulations(series)
    with stage("Explaining suspects") as advance:
        diagnosis = _explained(series, found, reported, advance)
    return diagnosis if heap_profile is None else with_heap_profile(diagnosis, heap_profile)


def series_of(
    source: Series | HeapSource | Sequence[HeapSource], *, work: WorkOption = None, **opening: Any
) -> Series:
    """Return the series to diagnose, opened if it is not.

    Parameters
    ----------
    source : Series, Snapshot, HeapGraph, path, or a sequence of these
        See `diagnose`.
    work : sequence of float or None, optional
        See `diagnose`.
    **opening
        Keywords of `heapnb.load_series`.

    Returns
    -------
    Series
    """
    if isinstance(source, Series):
        if work is not None:
            raise HeapnbError("A series has its own units of work.", hint="load_series(…, work=…)")
        return source
    is_content = isinstance(source, str | bytes | bytearray | memoryview)
    is_one = is_content or not isinstance(source, Sequence)
    return load_series(
        [source] if is_one else list(source),  # type: ignore[list-item, arg-type]
        work=work,
        **opening,
    )


def with_heap_profile(diagnosis: Diagnosis, heap_profile: HeapProfile) -> Diagnosis:
    """Add what was sampled: to the suspects of which it says something, and to the whole.

    Parameters
    ----------
    diagnosis : Diagnosis
        What was found. A profile that it has is replaced.
    heap_profile : HeapProfile
        A profile of the same program.

    Returns
    -------
    Diagnosis
    """
    sampled = SampledAllocations.of(heap_profile)
    suspects = []
    for suspect in diagnosis.suspects:
        found = sampled.about(suspect.class_name, suspect.added_at, suspect.defined_at)
        remarks = [one for one in suspect.remarks if not isinstance(one, SampledRemark)]
        more = () if found is None else (found,)
        suspects.append(replace(suspect, remarks=(*remarks, *more)))
    return replace(
        diagnosis,
        suspects=tuple(suspects),
        sampled=sampled.program,
        heap_profile=heap_profile,
        warnings=tuple(dict.fromkeys((*diagnosis.warnings, *heap_profile.warnings))),
    )


def _explained(
    series: Series, found: Accumulations, reported: Sequence[ReportedLeak], advance: Advance
) -> Diagnosis:
    """Rate what grew, and explain what is a suspect."""
    growth = HeapGrowth.of(series, found)
    growing = [
        Evidence(series, accumulation)
        for accumulation in found.growing
        if not _is_weak(series, accumulation)
    ]
    rated = [
        _Rated.of(growth.confidence(one.accumulation, is_queue=is_growing_queue(one)), one)
        for one in growing
    ]
    if len(series) == 1:
        # The runtime has large tables of its own, which need not grow.
        rated = [one for one in rated if one.is_of_program]
    loads = zip(rated, warm_up([one.evidence for one in rated]), strict=True)
    suspicious = [(one, what) for one, what in loads if one.confidence >= SUSPICIOUS]
    loaded = {what for _, what in suspicious if what is not None}
    rated = [one for one, what in suspicious if what is None]
    bounds = [bound_of(one.evidence) if len(series) > 1 else None for one in rated]
    bounded = {bound for bound in bounds if bound is not None}
    rated = [one for one, bound in zip(rated, bounds, strict=True) if bound is None]
    aside = [apart_of(one.evidence) if len(series) > 1 else None for one in rated]
    # A module has several records.
    apart = {(found.keeper, found.class_name): found for found in aside if found is not None}
    rated = [one for one, found in zip(rated, aside, strict=True) if found is None]
    rated.sort(key=lambda one: (one.confidence < CONFIDENT, -one.size))
    rated, consequences = _without_consequences(rated)
    sizes = Sizes.of(series, [one.evidence.accumulation for one in rated])
    suspects: list[Suspect] = []
    for rank, one in enumerate(rated, 1):
        advance(rank - 1, len(rated))
        suspects.append(_suspect(sizes, rank, one, consequences.get(id(one), ()), reported))
    verdict, basis = judge(series, [one.rating for one in rated], found, loaded, bounded)
    basis = replace(basis, apart=tuple(apart.values()))
    warnings = series.warnings
    if suspects and series.last.source_files is not None and not is_available():
        warnings = (*warnings, WITHOUT_PARSER)
    return Diagnosis(series, verdict, tuple(suspects), basis, warnings)


def _without_consequences(
    rated: list[_Rated],
) -> tuple[list[_Rated], dict[int, tuple[Consequence, ...]]]:
    """Take out what grows because of another suspect; return that by the `id` of the other one."""
    suspects: list[_Rated] = []
    found: dict[int, tuple[Consequence, ...]] = {}
    for one, because in zip(rated, causes_of_growth([one.evidence for one in rated]), strict=True):
        if because is None:
            suspects.append(one)
        else:
            key = id(rated[because.place])
            anchor = cause_of(one.evidence).anchor
            consequence = Consequence.of(one.evidence, because.relation, anchor)
            found[key] = (*found.get(key, ()), consequence)
    return suspects, found


@dataclass(frozen=True)
class _Rated:
    """An accumulation, the confidence that it is a leak, and the doubts about that."""

    confidence: float
    evidence: Evidence
    doubts: tuple[Doubt, ...]

    @classmethod
    def of(cls, confidence: float, evidence: Evidence) -> _Rated:
        """Look for doubts, where there is something to doubt."""
        found = doubts(evidence) if confidence >= SUSPICIOUS else ()
        left = confidence * math.prod(doubt.factor for doubt in found)
        if found and len(evidence.accumulation.count) < SNAPSHOTS_FOR_VERDICT:
            # Too few to dismiss anything.
            left = max(left, SUSPICIOUS)
        return cls(round(left, 2), evidence, found)

    @property
    def rating(self) -> Rating:
        """What the verdict asks for."""
        return Rating(self.confidence, self.evidence.accumulation, self.doubts)

    @property
    def size(self) -> int:
        """Growth in bytes; all bytes in a single snapshot."""
        accumulation = self.evidence.accumulation
        grew = len(accumulation.size) > 1
        return accumulation.size_delta if grew else int(accumulation.size[-1])

    @property
    def is_of_program(self) -> bool:
        """Whether the program, not only the runtime, takes part in the accumulation."""
        return self.evidence.is_of_program


def _is_weak(series: Series, accumulation: Accumulation) -> bool:
    """Tell weak collections, whose tables grow without holding anything."""
    return (
        accumulation.is_content
        and series.last.class_name(accumulation.example) in _WEAK_COLLECTIONS
    )


def _suspect(
    sizes: Sizes,
    rank: int,
    rated: _Rated,
    consequences: tuple[Consequence, ...],
    reported: Sequence[ReportedLeak],
) -> Suspect:
    evidence = rated.evidence
    accumulation = evidence.accumulation
    cause = cause_of(evidence)
    subject = evidence if cause.subject is None else evidence.about(cause.subject)
    counts = cause.counts or subject.counts
    size = sizes.of_suspects[rank - 1]
    retained = size.per_snapshot
    lines = with_addition(lines_of(evidence, subject), evidence.graph, cause.addition)
    unmounted = [one for one in cause.remarks if isinstance(one, UnmountedRemark)]
    mounted = [name for one in unmounted for name in one.mounted or ()]
    lines = with_mount(lines, evidence.graph, mounted)
    lines = with_library_function(with_call_of_library(lines, subject), evidence)
    lines = with_constructor(lines, subject)
    # The line that adds says more than the definition of what is added.
    added = lines.added_at[0].location if lines.added_at else None
    defined_at = cause.location or subject.location
    within = sizes.rank_of_enclosing(rank - 1)
    # Where the browser's own objects grow, a person looks for what they are made for.
    is_inner = cause.subject is not None and is_of_browser(
        evidence.graph.name(accumulation.example)
    )
    path = subject.path if is_inner else evidence.path
    known = known_of(Finding(evidence, subject, cause), reported)
    count_delta = counts[-1] - (counts[0] if len(counts) > 1 else 0)
    retained_delta = retained[-1] - (retained[0] if len(retained) > 1 else 0)
    return Suspect(
        rank,
        cause.kind,
        subject.class_name,
        counts,
        retained,
        count_delta,
        retained_delta,
        rated.confidence,
        tuple(path.chain),
        cause.anchor.text,
        added or defined_at,
        int(evidence.graph.node_id[path.target]),
        cause.facts,
        round(sizes.share(rank - 1), _SHARE_DIGITS),
        cause.anchor.held_by,
        path,
        accumulation.members,
        cause.members,
        accumulation.lowest_survival,
        tuple(int(size) for size in accumulation.size),
        None if size.container is None else int(evidence.graph.node_id[size.container]),
        within,
        subject.title[:1].upper() + subject.title[1:],
        evidence.released,
        cause.alternatives,
        Rate.of(evidence.series.span, count_delta, retained_delta),
        consequences,
        cause.remarks,
        known,
        origin_of(evidence, known),
        lines,
        defined_at,
        subject.shape,
        _shape_of_holder(evidence, cause.anchor.place),
    )


def _shape_of_holder(evidence: Evidence, place: int) -> KnownShape | None:
    """Recognise the innermost object around the objects that tells how to release them.

    It is at the anchor, has it, or is between it and the objects; or the anchor is a variable that
    its methods share, as in a store that a function creates.
    """
    steps = evidence.steps
    is_variable = place < len(steps) and steps[place].edge_type == "context"
    above = _METHOD_OF_OBJECT if is_variable else 1
    for step in reversed(steps[max(place - above, 0) : -1]):
        shape = shape_of(evidence.graph, step.node)
        if shape is not None and shape.holding:
            return shape
    return None


__all__ = ["diagnose", "with_heap_profile"]
