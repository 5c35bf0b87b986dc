"""What grows in a process's memory over a series, and what the numbers suggest to try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from heapnb.analysis import rss_parts as parts
from heapnb.analysis.diagnosis.detectors.native_handles import KINDS
from heapnb.analysis.rss_parts import RssMoment
from heapnb.timeline import smaps

GROWING: Final = "growing"
LEVELLED: Final = "levelled off"
STEADY: Final = "steady"
SHRINKING: Final = "shrinking"
ONE_MOMENT: Final = "one moment"
UNKNOWN: Final = "unknown"

HANDLE_KINDS: Final = {
    **KINDS,
    "BrotliCompressionStream": "Brotli streams",
    "CipherBase": "ciphers",
    "Hash": "hashes",
    "SecureContext": "TLS contexts",
    "Timeout": "timers",
    "ZlibStream": "zlib streams",
    "ZstdStream": "Zstandard streams",
}
"""Native objects that a program opens and closes, by class."""

SNAPSHOTS: Final = "snapshots"
KEPT: Final = "kept"
NOT_RESIDENT: Final = "not resident"
SWAPPED: Final = "swapped"

LEAST_GROWTH: Final = 8_000_000
"""Bytes of growth that a healthy Node.js process shows by itself: compiled code, pools."""

LEAST_SHARE: Final = 0.05
"""Changes by a smaller share of the RSS count as steady."""

LEVEL_SHARE: Final = 0.15
"""Growth has levelled off if the last interval has less than this share of it."""

MINOR_SHARE: Final = 0.2
"""Parts with a smaller share of the growth are not named."""

_MOST: Final = 0.5
_FEWEST_ARENAS: Final = 3
_LEAST_HANDLES: Final = 20
_MORE_HANDLES: Final = 1.5
_MOST_NAMED: Final = 4
_MB: Final = 1_000_000

ARENA_MAX: Final = "MALLOC_ARENA_MAX"
JEMALLOC: Final = "jemalloc"
HEAPTRACK: Final = "heaptrack"
SEMI_SPACE: Final = "max-semi-space-size"
DIAGNOSE: Final = "diagnose"
CLOSE: Final = "close"
TERMINATE: Final = "terminate"
TAKE_SMAPS: Final = "smaps"
"""Advice, as the views know it."""


@dataclass(frozen=True)
class RssFinding:
    """One fact about the memory of a process.

    Parameters
    ----------
    kind : str
        A part of the RSS that grew (`heapnb.analysis.rss_parts.PARTS`), or ``"snapshots"`` (left
        over from taking the earlier snapshots), ``"kept"`` (the program released memory, the
        process did not), ``"not resident"``, ``"swapped"``.
    delta : int or None
        Bytes, the last moment minus the first; None if unknown.
    share : float or None
        Share of the RSS's growth.
    details : mapping
        Numbers and names behind it, by the kind.
    advice : tuple of str
        What the numbers suggest to try, most promising first.
    """

    kind: str
    delta: int | None = None
    share: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    advice: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "kind": self.kind,
            "delta": self.delta,
            "share": self.share,
            "details": dict(self.details),
            "advice": list(self.advice),
        }


def verdict_of(moments: Sequence[RssMoment]) -> str:
    """Say how the RSS went, without what the earlier snapshots left over.

    Parameters
    ----------
    moments : sequence of RssMoment
        In order of time.

    Returns
    -------
    str
        ``"growing"``, ``"levelled off"``, ``"steady"``, ``"shrinking"``, ``"one moment"``, or
        ``"unknown"`` if no source tells the RSS.
    """
    known = [one for one in moments if one.rss is not None]
    if len(known) < 2:  # noqa: PLR2004  a change needs two
        return ONE_MOMENT if known else UNKNOWN
    left_over = leftovers(known)
    sizes = [(one.rss or 0) - left for one, left in zip(known, left_over, strict=True)]
    growth = sizes[-1] - sizes[0]
    if abs(growth) < threshold(sizes[0]):
        return STEADY
    if growth < 0:
        return SHRINKING
    has_levelled = len(sizes) > 2 and sizes[-1] - sizes[-2] < LEVEL_SHARE * growth  # noqa: PLR2004
    return LEVELLED if has_levelled else GROWING


def leftovers(moments: Sequence[RssMoment]) -> list[int]:
    """Estimate what is left over from taking the earlier snapshots, at each moment.

    While V8 takes a snapshot it allocates up to `COST_OF_SNAPSHOT` bytes for each node and edge,
    and glibc keeps most of them for the process. At most that much of the growth outside of V8
    says nothing about the program.

    Parameters
    ----------
    moments : sequence of RssMoment
        In order of time, with known RSS.

    Returns
    -------
    list of int
        Bytes.
    """
    found, most = [], 0
    for moment in moments:
        outside = _outside(moment) - _outside(moments[0])
        found.append(min(most + moment.workers_cost, max(0, outside)))
        most = max(most, 0 if moment.heap is None else moment.heap.snapshot_cost)
    return found


def _outside(moment: RssMoment) -> int:
    """Return the bytes of the allocator, which are unexplained without smaps."""
    return (moment.size(parts.ALLOCATOR) or 0) + (moment.size(parts.UNEXPLAINED) or 0)


def threshold(rss: int) -> float:
    """Return the bytes from which on a change counts."""
    return max(LEAST_GROWTH, LEAST_SHARE * rss)


def findings_of(moments: Sequence[RssMoment]) -> tuple[RssFinding, ...]:
    """Find what grows, and what it consists of.

    Parameters
    ----------
    moments : sequence of RssMoment
        In order of time.

    Returns
    -------
    tuple of RssFinding
        The largest growth first; then other facts.
    """
    known = [one for one in moments if one.rss is not None]
    found: list[RssFinding] = []
    if len(known) > 1:
        series = _Series(tuple(known), leftovers(known)[-1])
        if series.growth >= threshold(series.first.rss or 0):
            found = sorted(series.growing(), key=_importance)
        found += series.kept(named={one.kind for one in found})
        if series.left_over >= threshold(series.first.rss or 0):
            found.append(RssFinding(SNAPSHOTS, series.left_over))
    return (*found, *_remarks(moments))


def _importance(finding: RssFinding) -> int:
    """Sort by growth; where that is unknown, by the growth that it may be part of."""
    return -(finding.details.get("within", 0) if finding.delta is None else finding.delta)


def _remarks(moments: Sequence[RssMoment]) -> Iterator[RssFinding]:
    last = moments[-1] if moments else None
    if last is not None and last.excess > threshold(last.rss or 0):
        yield RssFinding(NOT_RESIDENT, details={"excess": last.excess, "swap": last.swap})
    if last is not None and (last.swap or 0) > LEAST_GROWTH:
        yield RssFinding(SWAPPED, details={"swap": last.swap})


@dataclass(frozen=True)
class _Series:
    """At least two moments with a known RSS, and what earlier snapshots left over at the last."""

    moments: tuple[RssMoment, ...]
    left_over: int

    @property
    def first(self) -> RssMoment:
        return self.moments[0]

    @property
    def last(self) -> RssMoment:
        return self.moments[-1]

    @property
    def growth(self) -> int:
        return (self.last.rss or 0) - (self.first.rss or 0) - self.left_over

    def delta(self, part: str) -> int | None:
        """Return how a part grew, None if either end is unknown."""
        before, after = self.first.size(part), self.last.size(part)
        return None if before is None or after is None else after - before

    def growing(self) -> Iterator[RssFinding]:
        """Explain each part that has a share of the growth."""
        deltas = {name: self.delta(name) or 0 for name in parts.PARTS}
        left_over = self.left_over
        for name in (parts.ALLOCATOR, parts.UNEXPLAINED):
            explained = min(left_over, max(0, deltas[name]))
            deltas[name] -= explained
            left_over -= explained
        workers = self._new_workers()
        if workers and deltas[parts.ISOLATES] >= 0:
            # A worker also has a stack and an arena, and brings more code into memory.
            along = (parts.ALLOCATOR, parts.STACKS)
            beside = sum(max(0, deltas[name]) for name in along)
            own = deltas[parts.ISOLATES]
            is_unknown = self.delta(parts.ISOLATES) is None
            if is_unknown or beside <= own:
                within = sum(max(0, deltas[name]) for name in (parts.ALLOCATOR, parts.UNEXPLAINED))
                yield self._of_workers(None if is_unknown else own + beside, within)
                for name in (*along, parts.ISOLATES, *([parts.UNEXPLAINED] if is_unknown else [])):
                    deltas.pop(name)
        handles = self._handles()
        declared = max(0, deltas[parts.HANDLES])
        if not handles and self._is_major(declared):
            handles = self._native_objects(declared)
        outside = sum(max(0, deltas.get(name, 0)) for name in (parts.ALLOCATOR, parts.UNEXPLAINED))
        own = max(0, deltas.pop(parts.HANDLES)) + max(0, deltas.get(parts.EXTERNAL, 0))
        if handles and self._is_major(own + outside):
            for name in (parts.ALLOCATOR, parts.UNEXPLAINED, parts.EXTERNAL):
                deltas.pop(name, None)
            yield self._finding(
                parts.HANDLES, own + outside, {"handles": handles, "declared": own}, (CLOSE,)
            )
        elif self._is_major(own):
            deltas.pop(parts.EXTERNAL, None)
            yield self._finding(parts.EXTERNAL, own, {}, (DIAGNOSE,))
        for name, delta in deltas.items():
            if self._is_major(delta):
                details, advice = self._explain(name, delta)
                yield self._finding(name, delta, details, advice)

    def kept(self, named: set[str]) -> Iterator[RssFinding]:
        """Tell that the program released memory, but the process did not."""
        if named & {parts.ALLOCATOR, parts.UNEXPLAINED}:
            return
        peak, released = self._released()
        if released < threshold(peak.rss or 0) or peak is self.last:
            return
        returned = (peak.rss or 0) - (self.last.rss or 0)
        if returned + self.left_over < _MOST * released:
            details = {"released": released, "returned": returned, **self._of_allocator()}
            yield RssFinding(KEPT, released - returned, None, details, self._advice(released))

    # -- single parts -------------------------------------------------------------------------

    def _explain(self, name: str, delta: int) -> tuple[dict[str, Any], tuple[str, ...]]:
        if name == parts.HEAP_USED:
            return {}, (DIAGNOSE,)
        if name == parts.HEAP_FREE:
            return self._of_free_pages(delta)
        if name == parts.BUFFERS:
            return {"buffers": self._buffers()}, (DIAGNOSE,)
        if name == parts.ISOLATES:
            return {"workers": self._workers()}, (TERMINATE,)
        if name in {parts.ALLOCATOR, parts.UNEXPLAINED}:
            _, released = self._released()
            details: dict[str, Any] = {"released": released, **self._of_allocator()}
            if self.last.n_workers:
                details["workers"] = self.last.n_workers
            if self.last.numbers is not None and self.last.numbers.n_snapshots:
                details["snapshots"] = self.last.numbers.n_snapshots
            return details, self._advice(min(released, delta))
        return {}, ()

    def _of_free_pages(self, delta: int) -> tuple[dict[str, Any], tuple[str, ...]]:
        new = [one.numbers.main.new_space if one.numbers else None for one in self._ends]
        if new[0] is None or new[1] is None:
            return {}, ()
        grown = new[1] - new[0]
        return {"new_space": new}, (SEMI_SPACE,) if grown >= _MOST * delta else ()

    def _of_workers(self, delta: int | None, within: int) -> RssFinding:
        details = {"workers": self._workers(), "within": within}
        return self._finding(parts.ISOLATES, delta, details, (TERMINATE,))

    def _buffers(self) -> list[dict[str, Any]]:
        """Name the buffers that grew, by what holds them."""
        if self.last.heap is None:
            return []
        is_known = self.first.heap is not None
        before = _by_key(self.first)
        grown = []
        for group in self.last.heap.buffer_groups:
            count, size = before.get(group.key, (0, 0))
            if group.size - size > _MB:
                start = (count, size) if is_known else (None, None)
                named = {"class_name": group.class_name, "held_by": group.held_by}
                spans = {"count": [start[0], group.count], "size": [start[1], group.size]}
                grown.append((group.size - size, named | spans))
        grown.sort(key=lambda one: -one[0])
        return [named for _, named in grown[:_MOST_NAMED]]

    def _handles(self) -> list[dict[str, Any]]:
        """List the classes of native handles of which there are many more."""
        before, after = self.first.handle_counts, self.last.handle_counts
        grown = [
            (count - before.get(name, 0), name)
            for name, count in after.items()
            if name in HANDLE_KINDS
            and count - before.get(name, 0) >= _LEAST_HANDLES
            and count >= _MORE_HANDLES * before.get(name, 0)
        ]
        return [
            {"class_name": name, "count": [before.get(name, 0), after[name]]}
            for _, name in sorted(grown, reverse=True)[:_MOST_NAMED]
        ]

    def _native_objects(self, grown: int) -> list[dict[str, Any]]:
        """List the classes of native objects that have most of the growth, whatever they are."""
        before = {} if self.first.heap is None else self.first.heap.handles
        after = {} if self.last.heap is None else self.last.heap.handles
        found = []
        for name, group in after.items():
            count, size = (before[name].count, before[name].size) if name in before else (0, 0)
            if group.size - size >= MINOR_SHARE * grown:
                named = {"class_name": name, "count": [count, group.count]}
                found.append((group.size - size, named))
        found.sort(key=lambda one: -one[0])
        return [named for _, named in found[:_MOST_NAMED]]

    # -- workers ------------------------------------------------------------------------------

    @property
    def _ends(self) -> tuple[RssMoment, RssMoment]:
        return self.first, self.last

    def _workers(self) -> list[int | None]:
        return [one.n_workers for one in self.moments]

    def _new_workers(self) -> int:
        before, after = (one.n_workers for one in self._ends)
        return 0 if before is None or after is None else max(0, after - before)

    # -- the allocator --------------------------------------------------------------------------

    def _released(self) -> tuple[RssMoment, int]:
        """Return the moment at which the program held most, and the bytes released since then."""
        held = [_held(one) for one in self.moments]
        peak = max(range(len(held)), key=held.__getitem__)
        return self.moments[peak], held[peak] - held[-1]

    def _of_allocator(self) -> dict[str, Any]:
        """Collect what the mappings tell of the allocator at the last moment."""
        memory_map = self.last.memory_map
        if memory_map is None:
            return {}
        return {
            "malloc": memory_map.malloc,
            "arenas": memory_map.areas[smaps.ARENA],
            "n_arenas": memory_map.count(smaps.ARENA),
            "allocator": memory_map.allocator,
        }

    def _advice(self, released: int) -> tuple[str, ...]:
        """Choose what to try against memory that the allocator holds."""
        found = self._of_allocator()
        advice = []
        is_glibc = found.get("allocator") is None
        has_arenas = found and is_glibc and found["n_arenas"] >= _FEWEST_ARENAS
        if has_arenas and found["arenas"] >= _MOST * found["malloc"]:
            advice.append(ARENA_MAX)
        is_fragmented = released >= threshold(self.first.rss or 0)
        if is_fragmented and is_glibc:
            advice.append(JEMALLOC)
        if not is_fragmented:
            advice.append(HEAPTRACK)
        if not found:
            advice.append(TAKE_SMAPS)
        return tuple(advice)

    # -- shares ---------------------------------------------------------------------------------

    def _is_major(self, delta: int) -> bool:
        return delta >= MINOR_SHARE * self.growth

    def _finding(
        self, kind: str, delta: int | None, details: Mapping[str, Any], advice: tuple[str, ...]
    ) -> RssFinding:
        share = None if delta is None else delta / self.growth
        return RssFinding(kind, delta, share, details, advice)


def _by_key(moment: RssMoment) -> dict[str, tuple[int, int]]:
    groups = () if moment.heap is None else moment.heap.buffer_groups
    return {group.key: (group.count, group.size) for group in groups}


def _held(moment: RssMoment) -> int:
    """Return the bytes that the program holds through V8.

    Not other external memory: V8 counts released buffers there until it has swept them.
    """
    names = (parts.HEAP_USED, parts.BUFFERS, parts.HANDLES)
    return sum(moment.size(name) or 0 for name in names)
