"""Lines of ``--trace-gc`` in every dialect from Node.js 0.10 to 26: one line to one event.

V8 prints them in `GCTracer::Print` and `GCTracer::PrintNVP` (src/heap/gc-tracer.cc). The logs in
tests/data/gc_logs, one for each version, are the reference.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Final, TypedDict

import orjson

MEBIBYTE: Final = 1 << 20
"""V8 writes "MB" and "KB" for multiples of 1,024."""

_MOST_REASON: Final = 160

MARK: Final = b" ms: "
"""Every line of a garbage collection contains this."""

PREFIX: Final = re.compile(
    rb"(?:\[(?P<pid>\d{1,10})(?::(?P<isolate>(?:0x)?[0-9A-Fa-f]{1,16}))?(?::\d{1,10})?\] *|"
    rb"(?P<bare_pid>\d{1,10}):(?P<bare_isolate>0x[0-9a-f]{1,16}) +)?"
    rb"(?:\[I:[0-9a-fx]{1,18}\] *)?(?<!\d)(?P<elapsed>\d{1,15}(?:\.\d{1,6})?) ms: "
)
"""``[pid:isolate] elapsed ms:``; Windows writes addresses without 0x, Node.js 4 writes them twice,
"Last few GCs" of early versions leave the bracket out, later ones may lose it."""

_NUMBER: Final = rb"(\d{1,12}(?:\.\d{1,3})?)"
_PLAIN: Final = re.compile(
    rb"(?P<collector>(?:Incremental )?Mark-[sS]weep|(?:Incremental )?Mark-[cC]ompact|Scavenge|"
    rb"Minor Mark-\w{1,10}|Minor MS|Minor MC)(?P<variant> \([a-z ]{1,20}\))? "
    + _NUMBER
    + rb"(?: \("
    + _NUMBER
    + rb"\))? -> "
    + _NUMBER
    + rb"(?: \("
    + _NUMBER
    + rb"\))? MB, (?:pooled: [\d.]{1,12} MB, )?(?P<pause>\d{1,12}(?:\.\d{1,6})?)"
    rb"(?: / \d{1,12}(?:\.\d{1,6})?)? ms(?P<rest>.*)"
)
_STEPS: Final = re.compile(rb"\(\+ (\d{1,12}(?:\.\d{1,6})?) ms in (\d{1,9}) steps[^)]{0,160}\)")
_UTILISATION: Final = re.compile(
    rb"\(average mu = -?(\d{1,3}\.\d{1,6}), current mu = -?(\d{1,3}\.\d{1,6})\)"
)
_REASON: Final = re.compile(rb"[A-Za-z][A-Za-z0-9 _;,:/\[\]-]*")
_BRACKETS: Final = re.compile(rb"\]\s*\[")

_NVP: Final = re.compile(
    rb"(?<![\w.])(pause|gc|total_size_before|total_size_after|start_object_size|end_object_size|"
    rb"start_memory_size|end_memory_size|promoted|semi_space_copied|new_space_survived|"
    rb"promotion_ratio|semi_space_copy_rate|new_space_survive_rate_?|steps_?took|steps_?count|"
    rb"incremental|incremental\.steps_took|incremental_steps_count)=(-?[\w.]{1,24})"
)
_START: Final = re.compile(
    rb"(?:(?:Scavenge|(?:Incremental |Minor )?Mark-\w{5,7}|Minor M[SC])(?: \([a-z ]{1,20}\))?"
    rb"(?: [\d.]|$)|pause=|GC: \{)"
)
"""How a collection starts; V8 14 writes "Scavenge stack scanning", too, which is none."""

_COLLECTORS: Final = {
    "s": "Scavenge",
    "fs": "Scavenge",
    "ms": "Mark-Compact",
    "mc": "Mark-Compact",
    "imc": "Mark-Compact",
    "mmc": "Minor Mark-Compact",
    "mms": "Minor Mark-Sweep",
}

_SPACES: Final = re.compile(
    rb"\] (?:Memory allocator, +used: +(?P<used>\d{1,12}) KB, available: +(?P<left>\d{1,12}) ?KB|"
    rb"External memory reported: +(?P<external>\d{1,12}) KB|"
    rb"Fast promotion mode: \w+ survival rate: (?P<survival>\d{1,3})%)"
)
_OWNER: Final = re.compile(rb"\[(\d{1,10})(?::((?:0x)?[0-9A-Fa-f]{1,16}))?(?::\d{1,10})?\]")

FATAL: Final = re.compile(
    rb"FATAL ERROR: (?P<text>[A-Za-z0-9_:, -]{0,100}(?:out of memory|Allocation failed|heap limit)"
    rb"[A-Za-z -]{0,60})"
)


@dataclass(frozen=True, slots=True)
class GcEvent:
    """One garbage collection. Sizes are bytes; None is what the line does not say.

    Parameters
    ----------
    pid : int or None
        The process.
    isolate : str or None
        Address of the isolate; a worker thread has its own.
    elapsed_ms : float
        Milliseconds since the isolate started, at the end of the collection.
    collector : str
        ``"Scavenge"``, ``"Mark-Compact"``, ``"Mark-sweep"`` … as V8 writes it.
    pause_ms : float
        The pause at the end.
    used_before, used_after, total_before, total_after : float or None
        Sizes of objects and of the heap.
    steps_ms : float or None
        Incremental marking in steps before the pause.
    utilisation : float or None
        V8's current mutator utilisation: the share of time that JavaScript ran.
    promoted, survived : float or None
        Bytes that a minor GC moved to the old space, and copied within the new space.
    survival : float or None
        Share of the new space that survived.
    reason : str or None
        Why V8 collected.
    """

    pid: int | None
    isolate: str | None
    elapsed_ms: float
    collector: str
    pause_ms: float
    used_before: float | None = None
    used_after: float | None = None
    total_before: float | None = None
    total_after: float | None = None
    steps_ms: float | None = None
    utilisation: float | None = None
    promoted: float | None = None
    survived: float | None = None
    survival: float | None = None
    reason: str | None = None

    @property
    def is_minor(self) -> bool:
        """Whether it collects only the new space."""
        return self.collector.startswith(("Scavenge", "Minor"))


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """What a line of ``--trace-gc-verbose`` adds to a collection."""

    pid: int | None
    isolate: str | None
    heap_limit: float | None = None
    external: float | None = None
    survival: float | None = None


def parse_events(line: bytes) -> tuple[list[GcEvent], int]:
    """Read the garbage collections of a line.

    Parameters
    ----------
    line : bytes
        A line, perhaps with other output before it. Two processes that write at once, and V8's
        "Last few GCs", put several collections in one line.

    Returns
    -------
    events : list of GcEvent
        Empty for other lines.
    n_cut : int
        How many collections were cut off.

    Examples
    --------
    >>> events, _ = parse_events(
    ...     b"[9:0x1] 85 ms: Scavenge 3.9 (4.0) -> 3.7 (5.0) MB, 1.2 / 0.0 ms"
    ... )
    >>> [(event.collector, event.elapsed_ms, event.pause_ms) for event in events]
    [('Scavenge', 85.0, 1.2)]
    """
    prefixes = list(PREFIX.finditer(line))
    ends = [*(prefix.start() for prefix in prefixes[1:]), len(line)]
    events, n_cut = [], 0
    for prefix, end in zip(prefixes, ends, strict=False):
        body = line[prefix.end() : end]
        if body.startswith(b"pause="):
            event = _nvp(prefix, body)
        elif body.startswith(b"GC: {"):
            event = _json(prefix, body[4:])
        else:
            match = _PLAIN.match(body)
            event = None if match is None else _plain(prefix, match)
        if event is not None:
            events.append(event)
        else:
            n_cut += _START.match(body) is not None
    return events, n_cut


def parse_spaces(line: bytes) -> SpaceLine | None:
    """Read a line of ``--trace-gc-verbose``.

    Examples
    --------
    >>> parse_spaces(b"[9:0x1] External memory reported:     10 KB").external
    10240.0
    """
    match = _SPACES.search(line)
    owner = None if match is None else _OWNER.search(line)
    if match is None or owner is None:
        return None
    used, left, external, survival = match.group("used", "left", "external", "survival")
    return SpaceLine(
        int(owner[1]),
        _text(owner[2]),
        heap_limit=None if used is None else (float(used) + float(left)) * 1_024,
        external=None if external is None else float(external) * 1_024,
        survival=None if survival is None else int(survival) / 100,
    )


def _plain(prefix: re.Match[bytes], match: re.Match[bytes]) -> GcEvent:
    before, total_before, after, total_after = (match[i] for i in range(3, 7))
    rest = match["rest"]
    steps = _STEPS.search(rest)
    if steps is not None:
        rest = rest[: steps.start()] + rest[steps.end() :]
    utilisation = _UTILISATION.search(rest)
    if utilisation is not None:
        rest = rest[utilisation.end() :]
    collector = match["collector"] + (match["variant"] or b"")
    if collector.startswith((b"Scavenge", b"Minor")):
        # Steps since the last collection; the full collection at the end counts them again.
        steps = None
    return GcEvent(
        **_head(prefix),
        collector=collector.decode("ascii"),
        pause_ms=float(match["pause"]),
        used_before=_mebibytes(before),
        used_after=_mebibytes(after),
        total_before=_mebibytes(total_before),
        total_after=_mebibytes(total_after),
        steps_ms=None if steps is None else float(steps[1]),
        utilisation=None if utilisation is None else float(utilisation[2]),
        reason=_reason(rest),
    )


def _nvp(prefix: re.Match[bytes], body: bytes) -> GcEvent | None:
    # Node.js 8 lacks some spaces between the pairs; those pairs are not read.
    pairs = {key.decode(): value.decode() for key, value in _NVP.findall(body)}
    numbers = {
        key: number for key, value in pairs.items() if (number := _number(value)) is not None
    }
    return _named(prefix, pairs.get("gc"), numbers)


def _json(prefix: re.Match[bytes], body: bytes) -> GcEvent | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    numbers = {
        key: float(value)
        for key, value in found.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
    reason = found.get("reason")
    event = _named(prefix, found.get("gc"), numbers)
    text = _reason(reason.encode("utf-8", "replace")) if isinstance(reason, str) else None
    if event is None or text is None:
        return event
    return replace(event, reason=text)


def _named(prefix: re.Match[bytes], code: object, numbers: dict[str, float]) -> GcEvent | None:
    """Make an event of name-value pairs, whose names changed over the years."""

    def first(*names: str) -> float | None:
        # Times and sizes are never negative: such a number counts as absent.
        return next((numbers[name] for name in names if numbers.get(name, -1.0) >= 0), None)

    pause, collector = first("pause"), _COLLECTORS.get(str(code))
    if pause is None or collector is None:
        return None
    before = first("total_size_before", "start_object_size")
    if before is None:
        # The line was cut off before the sizes.
        return None
    is_minor = collector.startswith(("Scavenge", "Minor"))
    promotion = first("promotion_ratio")
    copied = first("semi_space_copy_rate", "new_space_survive_rate", "new_space_survive_rate_")
    survival = (
        min(max((promotion + copied) / 100, 0.0), 1.0)
        if is_minor and promotion is not None and copied is not None
        else None
    )
    steps = first("incremental.steps_took", "steps_took", "stepstook", "incremental")
    return GcEvent(
        **_head(prefix),
        collector=collector,
        pause_ms=pause,
        used_before=before,
        used_after=first("total_size_after", "end_object_size"),
        total_before=first("start_memory_size"),
        total_after=first("end_memory_size"),
        steps_ms=None if is_minor else steps,
        promoted=first("promoted") if is_minor else None,
        survived=first("semi_space_copied", "new_space_survived") if is_minor else None,
        survival=survival,
    )


class _Head(TypedDict):
    pid: int | None
    isolate: str | None
    elapsed_ms: float


def _head(prefix: re.Match[bytes]) -> _Head:
    pid = prefix["pid"] or prefix["bare_pid"]
    return {
        "pid": None if pid is None else int(pid),
        "isolate": _text(prefix["isolate"] or prefix["bare_isolate"]),
        "elapsed_ms": float(prefix["elapsed"]),
    }


def _reason(rest: bytes) -> str | None:
    """Return V8's reason: several in brackets become one text."""
    rest = _BRACKETS.sub(b"; ", rest.strip())
    match = _REASON.search(rest[:_MOST_REASON])
    if match is None:
        return None
    text = match[0].decode("ascii").replace("[", "").replace("]", "")
    return text.strip(" ;,:") or None


def _mebibytes(text: bytes | None) -> float | None:
    return None if text is None else float(round(float(text) * MEBIBYTE))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("ascii")


__all__ = ["FATAL", "MARK", "GcEvent", "SpaceLine", "parse_events", "parse_spaces"]
