"""Does it leak, what, held by what, and what to change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.accumulation import Accumulation, Accumulations
from heapnb.analysis.diagnosis.confidence import (
    CONFIDENT,
    SNAPSHOTS_FOR_VERDICT,
    SUSPICIOUS,
    HeapGrowth,
)
from heapnb.analysis.diagnosis.detectors import cause_of, warm_up
from heapnb.analysis.diagnosis.detectors.base import capitalised
from heapnb.analysis.diagnosis.doubts import Doubt, doubts
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.growing import accumulations
from heapnb.analysis.diagnosis.retained_sizes import Sizes
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.diagnosis.verdicts import Rating, judge
from heapnb.analysis.diagnosis.wording import explanation_of, reason_of
from heapnb.analysis.packages import package_of
from heapnb.analysis.series.series import Series, load_series
from heapnb.graph.source_files import Folders
from heapnb.graph.sources import HeapSource
from heapnb.progress import Advance, ProgressOption, stage

_WEAK_COLLECTIONS: Final = ("WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry")
_SHARE_DIGITS: Final = 3


def diagnose(
    source: Series | HeapSource | Sequence[HeapSource],
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
) -> Diagnosis:
    """Say whether snapshots show a leak, of what, and what holds it.

    Parameters
    ----------
    source : Series, Snapshot, HeapGraph, path, or a sequence of these
        Three or more snapshots of one process show most: growth through all of them is a leak,
        growth that stops is not. A single one shows what is large.
    progress, cache, salvage, source_root, source_maps
        How files are opened; see `heapnb.load`.

    Returns
    -------
    Diagnosis

    Examples
    --------
    >>> import heapnb as hn
    >>> diagnosis = hn.diagnose(["s1.heapsnapshot", "s2.heapsnapshot"])  # doctest: +SKIP
    >>> diagnosis.verdict, diagnosis.suspects[0].anchor  # doctest: +SKIP
    """
    if isinstance(source, Series):
        series = source
    else:
        series = load_series(
            source if isinstance(source, list | tuple) else [source],  # type: ignore[list-item]
            progress=progress,
            cache=cache,
            salvage=salvage,
            source_root=source_root,
            source_maps=source_maps,
        )
    with stage("Looking for growth"):
        found = accumulations(series)
    with stage("Explaining suspects") as advance:
        return _explained(series, found, advance)


def _explained(series: Series, found: Accumulations, advance: Advance) -> Diagnosis:
    """Rate what grew, and explain what is a suspect."""
    growth = HeapGrowth.of(series, found)
    rated = [
        _Rated.of(growth.confidence(accumulation), Evidence(series, accumulation))
        for accumulation in found.growing
        if not _is_weak(series, accumulation)
    ]
    if len(series) == 1:
        # The runtime has large tables of its own, which need not grow.
        rated = [one for one in rated if one.is_of_program]
    loads = zip(rated, warm_up([one.evidence for one in rated]), strict=True)
    suspicious = [(one, what) for one, what in loads if one.confidence >= SUSPICIOUS]
    loaded = sorted({what for _, what in suspicious if what is not None})
    rated = [one for one, what in suspicious if what is None]
    rated.sort(key=lambda one: (one.confidence < CONFIDENT, -one.size))
    sizes = Sizes.of(series, [one.evidence.accumulation for one in rated])
    suspects: list[Suspect] = []
    for rank, one in enumerate(rated, 1):
        advance(rank - 1, len(rated))
        suspects.append(_suspect(sizes, rank, one))
    verdict, basis = judge(series, [one.rating for one in rated], found, loaded)
    reason = reason_of(basis, suspects)
    return Diagnosis(series, verdict, reason, tuple(suspects), series.warnings, basis)


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


def _suspect(sizes: Sizes, rank: int, rated: _Rated) -> Suspect:
    evidence = rated.evidence
    accumulation = evidence.accumulation
    cause = cause_of(evidence)
    subject = evidence if cause.subject is None else evidence.about(cause.subject)
    counts = subject.counts
    size = sizes.of_suspects[rank - 1]
    retained = size.per_snapshot
    location = cause.location or subject.location
    package = None if location is None else package_of(location)
    within = sizes.rank_of_enclosing(rank - 1)
    explanation = explanation_of(cause.explanation, package, grows=len(counts) > 1, within=within)
    return Suspect(
        rank,
        cause.kind,
        subject.class_name,
        counts,
        retained,
        counts[-1] - (counts[0] if len(counts) > 1 else 0),
        retained[-1] - (retained[0] if len(retained) > 1 else 0),
        rated.confidence,
        tuple(evidence.path.chain),
        cause.anchor.text,
        location,
        int(evidence.graph.node_id[accumulation.example]),
        explanation,
        cause.fix,
        round(sizes.share(rank - 1), _SHARE_DIGITS),
        cause.anchor.held_by,
        evidence.path,
        accumulation.members,
        cause.members,
        accumulation.lowest_survival,
        tuple(int(size) for size in accumulation.size),
        None if size.container is None else int(evidence.graph.node_id[size.container]),
        within,
        capitalised(subject.title),
        evidence.released,
    )


__all__ = ["diagnose"]
