"""Does it leak, what, held by what, and what to change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from heapnb._showing import Browsed, Charted
from heapnb._typing import NodeArray
from heapnb.analysis.diagnosis.accumulation import Accumulation, Accumulations, accumulations
from heapnb.analysis.diagnosis.detectors import cause_of, warm_up
from heapnb.analysis.diagnosis.detectors.backlog import Backlog
from heapnb.analysis.diagnosis.doubts import Doubt, doubts
from heapnb.analysis.diagnosis.evidence import Evidence, clipped, is_internal
from heapnb.analysis.diagnosis.fingerprints import fingerprint
from heapnb.analysis.packages import Package, package_of
from heapnb.analysis.retention.culprits import Culprits, culprits_of_objects
from heapnb.analysis.retention.paths import RetainingPath
from heapnb.analysis.series.series import Series, load_series
from heapnb.decode.source_text import SourceText, source_at
from heapnb.graph.sources import HeapSource

if TYPE_CHECKING:
    import pandas as pd


Verdict = Literal["leak", "no-leak", "undecided"]

CONFIDENT: Final = 0.5
"""From here on a suspect makes the verdict a leak."""

SUSPICIOUS: Final = 0.2
"""Below this, growth is not worth mentioning."""

SNAPSHOTS_FOR_VERDICT: Final = 3
"""With fewer, growth cannot be told from warming up."""

MOST_SUSPECTS: Final = 10

_LARGEST_CONFIDENCE: Final = 0.99
_TWO_SNAPSHOTS: Final = 0.45
_ONE_SNAPSHOT: Final = 0.3
_SEVERAL_PROCESSES: Final = 0.45
_MANY_OBJECTS: Final = 12
_MUCH_MEMORY: Final = 1 << 20
_MUCH_IN_ONE: Final = 1 << 16
_LITTLE_MEMORY: Final = 2048
_LARGE_SHARE: Final = 0.2
_RENEWED: Final = 0.1
_UNCLEAR: Final = 0.45
_FEWEST_SHARE_IN_ONE: Final = 0.01
_LEAST_LEVELLED: Final = 8
_WEAK_COLLECTIONS: Final = ("WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry")
_ELLIPSIS: Final = "…"
_LONGEST_TURN: Final = 24
_MAIN_MODULE: Final = ("process", ".mainModule")
_IF_IT_GROWS: Final = "This is large; whether it grows, a single snapshot cannot tell. If it does:"
_FIELDS: Final = (
    "rank",
    "kind",
    "class_name",
    "count_per_snapshot",
    "retained_per_snapshot",
    "count_delta",
    "retained_delta",
    "confidence",
    "chain",
    "anchor",
    "location",
    "node_id",
    "explanation",
    "fix",
)


@dataclass(frozen=True, repr=False)
class Suspect(Charted):
    """A group of objects that grows: what retains it, and why it grows.

    Parameters
    ----------
    rank : int
        1 for the most likely culprit.
    kind : str
        The cause, such as ``"event-listeners"``.
    class_name : str
        Their class.
    count_per_snapshot : tuple of int
        How many there are of that class and definition site; of classes without a site, how
        many are held here.
    retained_per_snapshot : tuple of int
        Bytes of all that the objects held here keep, each byte counted once.
    count_delta, retained_delta : int
        Growth from the first to the last snapshot; in a single one, all.
    confidence : float
        0 to 1.
    chain : tuple of str
        The way from the root: names of edges begin with a dot. Turns of a linked list are left
        out (``"…"``).
    anchor : str
        The container or variable that holds the objects.
    location : str or None
        ``file.js:12:5``: where the objects, or what adds them, are defined.
    node_id : int
        One of the objects in the last snapshot.
    explanation, fix : str
        For people.
    share : float
        Which part of the growth of the heap this is, 0 to 1.
    held_by : str
        Class of what has the anchor.
    path : RetainingPath
        From the root to the object ``node_id``.
    nodes : uint32[k]
        The objects, as ordinals in the last snapshot.
    """

    rank: int
    kind: str
    class_name: str
    count_per_snapshot: tuple[int, ...]
    retained_per_snapshot: tuple[int, ...]
    count_delta: int
    retained_delta: int
    confidence: float
    chain: tuple[str, ...]
    anchor: str
    location: str | None
    node_id: int
    explanation: str
    fix: str
    share: float
    held_by: str
    path: RetainingPath = field(repr=False, compare=False)
    nodes: NodeArray = field(repr=False, compare=False)

    @cached_property
    def culprits(self) -> Culprits:
        """The fewest references to take out so that the objects go, and what that frees.

        Computed when it is first asked for; see `heapnb.analysis.retention.culprits.culprits`.
        """
        return culprits_of_objects(self.path.heap, self.nodes, self.retained_per_snapshot[-1])

    @property
    def fingerprint(self) -> str:
        """A name for this leak that the next build's snapshots give it, too."""
        return fingerprint(self.class_name, self.chain)

    @cached_property
    def source(self) -> SourceText | None:
        """The lines of the program at ``location``, where the snapshot or its sources have them."""
        if self.location is None:
            return None
        heap = self.path.heap
        way = [step.ordinal for step in reversed(self.path.steps)]
        return source_at(heap, self.location, way)

    @property
    def package(self) -> Package | None:
        """Whose code ``location`` is: an npm package's, the runtime's, or the program's own."""
        if self.location is None:
            return None
        package = package_of(self.location)
        files = self.path.heap.source_files
        if package.kind == "npm" and package.version is None and files is not None:
            return replace(package, version=files.package_version(package.name))
        return package

    def to_dict(self) -> dict[str, Any]:
        """Return the suspect as ``heapnb diagnose --json`` prints it.

        Returns
        -------
        dict
        """
        values = {name: getattr(self, name) for name in _FIELDS}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }


@dataclass(frozen=True, repr=False)
class Diagnosis(Browsed):
    """Whether a series of snapshots shows a leak, and of what.

    Parameters
    ----------
    series : Series
        The snapshots.
    verdict : {"leak", "no-leak", "undecided"}
        The answer.
    reason : str
        Why, in a sentence or two.
    suspects : tuple of Suspect
        The most likely culprit first; none if there is no leak.
    warnings : tuple of str
        What a reader should know.
    """

    series: Series
    verdict: Verdict
    reason: str
    suspects: tuple[Suspect, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a suspect.

        ``rank``, ``kind``, ``class_name``, ``count_per_snapshot``, ``count_delta``,
        ``retained_delta``, ``confidence``, ``anchor``, ``location``, ``node_id``.
        """
        import pandas as pd

        columns = (
            "rank",
            "kind",
            "class_name",
            "count_per_snapshot",
            "count_delta",
            "retained_delta",
            "confidence",
            "anchor",
            "location",
            "node_id",
        )
        return pd.DataFrame(
            {name: [getattr(suspect, name) for suspect in self.suspects] for name in columns}
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as ``heapnb diagnose --json`` prints it.

        Returns
        -------
        dict
            ``verdict``, ``reason``, ``suspects``.
        """
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "suspects": [suspect.to_dict() for suspect in self.suspects],
        }


def diagnose(source: Series | HeapSource | Sequence[HeapSource]) -> Diagnosis:
    """Say whether snapshots show a leak, of what, and what holds it.

    Parameters
    ----------
    source : Series, Snapshot, HeapGraph, path, or a sequence of these
        Three or more snapshots of one process show most: growth through all of them is a leak,
        growth that stops is not. A single one shows what is large.

    Returns
    -------
    Diagnosis

    Examples
    --------
    >>> import heapnb as hn
    >>> diagnosis = hn.diagnose(["s1.heapsnapshot", "s2.heapsnapshot"])  # doctest: +SKIP
    >>> diagnosis.verdict, diagnosis.suspects[0].anchor  # doctest: +SKIP
    """
    series = _series_of(source)
    found = accumulations(series)
    growth = _Growth.of(series, found)
    rated = [
        _Rated.of(growth.confidence(accumulation), Evidence(series, accumulation))
        for accumulation in found.growing
        if not _is_weak(series, accumulation)
    ]
    if len(series) == 1:
        # The runtime has large tables of its own, which need not grow.
        rated = [one for one in rated if one.is_of_program]
    excused = zip(rated, warm_up([one.evidence for one in rated]), strict=True)
    suspicious = [(one, excuse) for one, excuse in excused if one.confidence >= SUSPICIOUS]
    rated = [one for one, excuse in suspicious if excuse is None]
    rated.sort(key=lambda one: (one.confidence < CONFIDENT, -one.size))
    suspects = tuple(
        _suspect(growth, rank, one) for rank, one in enumerate(rated[:MOST_SUSPECTS], 1)
    )
    excuses = {excuse for _, excuse in suspicious if excuse is not None}
    doubt = next((doubt for one in rated[:1] for doubt in one.doubts), None)
    verdict, reason = _judge(series, suspects, found, excuses, doubt)
    if verdict == "no-leak":
        suspects = ()
    return Diagnosis(series, verdict, reason, suspects, series.warnings)


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
    def size(self) -> int:
        """Growth in bytes; all bytes in a single snapshot."""
        accumulation = self.evidence.accumulation
        return accumulation.size_delta if len(accumulation.size) > 1 else int(accumulation.size[-1])

    @property
    def is_of_program(self) -> bool:
        """Whether the program, not only the runtime, takes part in the accumulation."""
        location = self.evidence.location
        return location is not None and not is_internal(location)


def _series_of(source: Series | HeapSource | Sequence[HeapSource]) -> Series:
    if isinstance(source, Series):
        return source
    if isinstance(source, list | tuple):
        return load_series(source)
    return load_series([source])  # type: ignore[list-item]


def _is_weak(series: Series, accumulation: Accumulation) -> bool:
    """Tell weak collections, whose tables grow without holding anything."""
    return (
        accumulation.is_content
        and series.last.class_name(accumulation.example) in _WEAK_COLLECTIONS
    )


@dataclass(frozen=True)
class _Growth:
    """How the heap as a whole grew: what accumulations are measured by."""

    n_snapshots: int
    one_process: bool
    total: int

    @classmethod
    def of(cls, series: Series, found: Accumulations) -> _Growth:
        sizes = [snapshot.total_size for snapshot in series.snapshots]
        total = sizes[-1] - (sizes[0] if len(sizes) > 1 else 0)
        if len(sizes) > 1:
            # The heap may have shrunk elsewhere meanwhile.
            total = max(total, sum(accumulation.size_delta for accumulation in found.growing))
        return cls(len(sizes), series.one_process, max(total, 1))

    def share(self, accumulation: Accumulation) -> float:
        """Return the accumulation's share of the growth, 0 to 1."""
        amount = accumulation.size_delta if self.n_snapshots > 1 else int(accumulation.size[-1])
        return min(1.0, max(0.0, amount / self.total))

    def confidence(self, accumulation: Accumulation) -> float:
        """Return the confidence that an accumulation is a leak, 0 to 1."""
        share = self.share(accumulation)
        if self.n_snapshots == 1:
            if share < _FEWEST_SHARE_IN_ONE:
                return 0.0
            above = (_ONE_SNAPSHOT - SUSPICIOUS) * min(1.0, share / _LARGE_SHARE)
            return round(SUSPICIOUS + above, 2)
        amount = 1 - math.exp(-max(accumulation.count_delta, 0) / _MANY_OBJECTS)
        much = _MUCH_IN_ONE if accumulation.is_content else _MUCH_MEMORY
        amount = max(amount, 1 - math.exp(-max(accumulation.size_delta, 0) / much))
        relative = accumulation.size_delta / max(int(accumulation.size[-1]), 1)
        weight = max(min(1.0, share / _LARGE_SHARE), min(1.0, relative / _LARGE_SHARE))
        little = 0.5 if accumulation.size_delta < _LITTLE_MEMORY and share < _LARGE_SHARE else 1.0
        confidence = amount * (0.3 + 0.7 * weight) * little
        confidence *= (0.85 + 0.15 * min(1.0, share / _LARGE_SHARE)) * _permanence(accumulation)
        if self.n_snapshots < SNAPSHOTS_FOR_VERDICT:
            confidence *= _TWO_SNAPSHOTS
        confidence = min(confidence, _LARGEST_CONFIDENCE)
        if not self.one_process:
            confidence = min(confidence, _SEVERAL_PROCESSES)
        return round(confidence, 2)


def _permanence(accumulation: Accumulation) -> float:
    """Return 1 for what stays, less for what is replaced by others."""
    if accumulation.is_content:
        return 1.0
    known = [share for share in accumulation.survival if not math.isnan(share)]
    if not known:
        return 0.9
    if max(known) < _RENEWED and accumulation.first_survival < _RENEWED:
        # Made anew all the time: that the old ones are gone says nothing.
        return _UNCLEAR
    if all(_RENEWED <= share <= 1 - _RENEWED for share in (accumulation.first_survival, known[-1])):
        # A queue that is worked off all the time, but too slowly.
        return max(_UNCLEAR, min(known))
    return min(known)


def _suspect(growth: _Growth, rank: int, rated: _Rated) -> Suspect:
    evidence = rated.evidence
    accumulation = evidence.accumulation
    cause = cause_of(evidence)
    subject = evidence if cause.subject is None else evidence.about(cause.subject)
    counts = subject.counts
    sizes = tuple(int(size) for size in accumulation.size)
    location = cause.location or subject.location
    explanation = _with_package(cause.explanation, location)
    if growth.n_snapshots == 1:
        explanation = f"{_IF_IT_GROWS} {explanation}"
    return Suspect(
        rank,
        cause.kind,
        subject.class_name,
        counts,
        sizes,
        counts[-1] - (counts[0] if len(counts) > 1 else 0),
        sizes[-1] - (sizes[0] if len(sizes) > 1 else 0),
        rated.confidence,
        tuple(_readable(evidence.path.chain, is_list=accumulation.is_list)),
        cause.anchor.text,
        location,
        int(evidence.graph.node_id[accumulation.example]),
        explanation,
        cause.fix,
        round(growth.share(accumulation), 3),
        cause.anchor.held_by,
        evidence.path,
        accumulation.members,
    )


def _with_package(explanation: str, location: str | None) -> str:
    """Say whose code it is, if it is not the program's own."""
    package = None if location is None else package_of(location)
    if package is None or package.kind != "npm":
        return explanation
    return f"{explanation} The code is that of the npm package `{clipped(str(package))}`."


def _readable(chain: list[str], *, is_list: bool) -> list[str]:
    """Leave out the way to the main module, and all but one turn of a linked list."""
    for place in range(1, len(chain) - 1):
        if tuple(chain[place : place + 2]) == _MAIN_MODULE:
            chain = [chain[0], _ELLIPSIS, *chain[place:]]
            break
    return _folded(chain) if is_list else chain


def _folded(chain: list[str]) -> list[str]:
    """Show only the first of several turns that are alike."""
    for place in range(len(chain)):
        for length in range(2, _LONGEST_TURN):
            turn = chain[place : place + length]
            after = place + length
            if not turn[0].startswith(".") or chain[after : after + length] != turn:
                continue
            while chain[after : after + length] == turn:
                after += length
            return [*chain[: place + length], _ELLIPSIS, *chain[after:]]
    return chain


def _judge(
    series: Series,
    suspects: tuple[Suspect, ...],
    found: Accumulations,
    excuses: set[str],
    doubt: Doubt | None,
) -> tuple[Verdict, str]:
    n_snapshots = len(series)
    if n_snapshots == 1:
        return "undecided", (
            "A single snapshot shows what is large, not what grows"
            + ("; the suspects are the largest piles in it. " if suspects else ". ")
            + "Take two more of the same process, with the same work in between."
        )
    first = suspects[0] if suspects else None
    if first is not None and not series.one_process:
        return "undecided", (
            "The snapshots are of different processes: what is larger in one need not have grown. "
            f"The largest difference is {_described(first)}. Take them of one process."
        )
    if first is not None and n_snapshots < SNAPSHOTS_FOR_VERDICT:
        return "undecided", (
            f"{_described(first)} grew between the two snapshots, but two cannot tell whether "
            "that goes on. Take a third one after the same work again."
        )
    if first is not None and first.confidence >= CONFIDENT:
        return "leak", (
            f"{_described(first)} grew all through the series, and {_what_became(first)}; "
            f"this is {first.share:.0%} of the growth of the heap.{_others(suspects)}"
        )
    if first is not None and doubt is not None:
        return "undecided", (
            f"{_described(first)} grew through all snapshots, but {doubt.reason}. {doubt.decider}"
        )
    if first is not None:
        return "undecided", (
            f"{_described(first)} grew through all snapshots, but too little, or with too many "
            "of the old ones gone, to call it a leak. Take another snapshot after more work."
        )
    if not series.one_process:
        return "undecided", (
            "Nothing stands out, but the snapshots are of different processes, where growth cannot "
            "be told from a difference. Take them of one process."
        )
    what_else = _loaded(excuses) or _levelled(series, found)
    return "no-leak", f"Nothing piles up through the whole series.{what_else}"


def _others(suspects: tuple[Suspect, ...]) -> str:
    n_others = sum(suspect.confidence >= CONFIDENT for suspect in suspects) - 1
    if n_others == 0:
        return ""
    return f" There {'is one more pile' if n_others == 1 else f'are {n_others} more piles'}."


def _what_became(suspect: Suspect) -> str:
    """Say what became of that which came: through a queue it passes."""
    return "more came than went" if suspect.kind == Backlog.kind else "what came stayed"


def _described(suspect: Suspect) -> str:
    if suspect.count_delta == 0:
        return f"The {suspect.class_name} in {suspect.anchor}"
    counts = " → ".join(f"{count:,}" for count in suspect.count_per_snapshot)
    return f"{suspect.class_name} in {suspect.anchor} ({counts})"


def _loaded(excuses: set[str]) -> str:
    """Mention what grew because the program is still warming up."""
    listed = ", ".join(sorted(excuses))
    return f" What grew will end by itself: {listed}." if excuses else ""


def _levelled(series: Series, found: Accumulations) -> str:
    """Mention what grew at first and then stopped, or grew by replacing."""
    for accumulation in found.levelled_off + found.growing:
        if accumulation.count_delta >= _LEAST_LEVELLED and not accumulation.is_content:
            counts = " → ".join(f"{count:,}" for count in accumulation.count.tolist())
            name = Evidence(series, accumulation).class_name
            how = (
                "levelled off" if accumulation in found.levelled_off else "replaces its old members"
            )
            return f" {name} grew most, but {how} ({counts})."
    return ""


__all__ = ["Diagnosis", "Suspect", "Verdict", "diagnose"]
