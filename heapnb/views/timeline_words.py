"""Sentences about logs: the facts of `heapnb.timeline` in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from heapnb.timeline.findings import Finding
from heapnb.views import fmt

_MS_PER_HOUR: Final = 3_600_000.0
_SECONDS_ARE_ENOUGH: Final = 600_000.0
"""Rates are told per second for logs that are shorter."""

Values = Mapping[str, Any]


def sentences(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Write findings as sentences.

    Parameters
    ----------
    findings : iterable of Finding
        Facts about a log.

    Returns
    -------
    tuple of str
        One or two sentences each; the subject stands first if a log has several.
    """
    written = []
    for finding in findings:
        writer = _WRITERS.get(finding.kind)
        if writer is not None:
            subject = f"{finding.subject}: " if finding.subject else ""
            written.append(subject + writer(finding.values))
    return tuple(written)


def rate(per_hour: float | None, span_ms: float | None = None) -> str:
    """Write bytes per hour, or per second if the log is short.

    Examples
    --------
    >>> rate(3_600_000_000), rate(3_600_000_000, 5_000), rate(None)
    ('3.6 GB per hour', '1.0 MB per second', '–')
    """
    if per_hour is None:
        return fmt.UNKNOWN
    if span_ms is not None and span_ms < _SECONDS_ARE_ENOUGH:
        return f"{fmt.format_bytes(per_hour / 3_600)} per second"
    return f"{fmt.format_bytes(per_hour)} per hour"


def _out_of_memory(values: Values) -> str:
    return f"The process ended because V8 ran out of memory: {values['text']}."


def _gc_share(values: Values) -> str:
    text = (
        f"Garbage collection took {fmt.format_percent(values['share'])} of the time"
        f" ({fmt.format_duration(values['gc_ms'])} of {fmt.format_duration(values['span_ms'])})."
    )
    if values["worst_share"] > 1.5 * values["share"]:
        text += (
            f" The worst part: {fmt.format_percent(values['worst_share'])}, from"
            f" {fmt.format_duration(values['worst_from_ms'])} to"
            f" {fmt.format_duration(values['worst_to_ms'])} after the start."
        )
    return text


def _longest_pause(values: Values) -> str:
    text = (
        f"Longest pause: {fmt.format_duration(values['pause_ms'])} ({values['collector']},"
        f" {fmt.format_duration(values['elapsed_ms'])} after the start); median"
        f" {fmt.format_duration(values['median_ms'])}."
    )
    if values["over_100"]:
        text += f" {fmt.plural(values['over_100'], 'pause')} over 100 ms."
    return text


def _survival(values: Values) -> str:
    text = (
        f"{fmt.format_percent(values['share'])} of the new bytes survived the next minor"
        " collection."
    )
    if values["allocated_per_second"] is not None:
        text += f" Allocation: {fmt.format_bytes(values['allocated_per_second'])} per second."
    return text


def _promotion(values: Values) -> str:
    return (
        f"{fmt.format_bytes(values['bytes'])} were promoted to the old space,"
        f" {fmt.format_bytes(values['bytes_per_second'])} per second."
    )


def _no_full_gc(values: Values) -> str:
    return (
        f"None of the {fmt.plural(values['collections'], 'collection')} is a full one, so the log"
        " does not show what garbage collection cannot free."
    )


def _floor(values: Values) -> str:
    count = fmt.plural(values["full_gcs"], "full collection")
    text = (
        f"Heap used after {count}: {fmt.format_bytes(values['first'])} →"
        f" {fmt.format_bytes(values['last'])}."
    )
    if "slope_per_hour" not in values:
        return f"{text} A trend needs at least four full collections."
    return text + _trend(values)


def _samples(values: Values) -> str:
    label = _SERIES.get(values["column"], values["column"])
    text = (
        f"{label}: {fmt.format_bytes(values['first'])} → {fmt.format_bytes(values['last'])}"
        f" (most {fmt.format_bytes(values['most'])})"
    )
    if "growing" not in values:
        return f"{text}. A trend needs more samples."
    if "slope_per_hour" not in values:
        how = "grow" if values["growing"] else "shrink" if values["shrinking"] else ""
        course = f"{how} for certain" if how else "neither grow nor shrink for certain"
        return f"{text}. The lowest values {course}; without times there is no rate."
    return f"{text}.{_trend(values).replace(' It ', ' The floor ', 1)}"


def _trend(values: Values) -> str:
    span = values.get("span_ms")
    interval = f"95% interval {_interval(values['low'], values['high'], span)}"
    if values["low"] > 0:
        text = f" It grows by {rate(values['slope_per_hour'], span)} ({interval})."
    elif values["high"] < 0:
        text = f" It shrinks by {rate(-values['slope_per_hour'], span)} ({interval})."
    elif values["low"] == values["high"] == 0:
        return " It stays the same."
    else:
        text = f" It neither grows nor shrinks for certain ({interval})."
    if values.get("hours_left") is not None:
        text += f" {_left(values)}"
    return text


def _left(values: Values) -> str:
    low = fmt.format_duration(values["hours_left_low"] * _MS_PER_HOUR)
    high = values.get("hours_left_high")
    most = (
        "no upper bound"
        if high is None or math.isinf(high)
        else fmt.format_duration(high * _MS_PER_HOUR)
    )
    return (
        f"At this rate it reaches the limit of {fmt.format_bytes(values['heap_limit'])} in"
        f" {fmt.format_duration(values['hours_left'] * _MS_PER_HOUR)} ({low} to {most})."
    )


def _interval(low: float, high: float, span: float | None) -> str:
    return f"{rate(low, span).split(' per ')[0]} to {rate(high, span)}"


def _memwatch(values: Values) -> str:
    text = (
        f"memwatch's leak alarm fires {fmt.plural(values['count'], 'time')}: the heap grew at five"
        f" full collections in a row, by {fmt.format_bytes(values['growth'])}"
    )
    if values["bytes_per_hour"] is not None:
        text += f" ({rate(values['bytes_per_hour'])})"
    return f"{text}."


def _last_resort(values: Values) -> str:
    text = (
        f"V8 collected as a last resort {fmt.plural(values['count'], 'time')}, the last time"
        f" {fmt.format_duration(values['elapsed_ms'])} after the start"
    )
    used, limit = values["heap_used"], values["heap_limit"]
    if used is None:
        return f"{text}."
    if limit is None:
        return f"{text}, with {fmt.format_bytes(used)} still in use. It was about to give up."
    gap = max(limit - used, 0)
    return f"{text}: {fmt.format_bytes(gap)} below the heap limit of {fmt.format_bytes(limit)}."


def _tight(values: Values) -> str:
    used = values["heap_used"]
    in_use = "" if used is None else f", with {fmt.format_bytes(used)} in use"
    return (
        "V8 expected that the old space has no room for what minor collections promote, and ran"
        f" {fmt.plural(values['count'], 'full collection')} instead: the heap is near its limit."
        f" The last one was {fmt.format_duration(values['elapsed_ms'])} after the start{in_use}."
    )


def _near_limit(values: Values) -> str:
    used, limit = values["heap_used"], values["heap_limit"]
    when = "When the report was written" if values.get("now") else "After a full collection"
    return (
        f"{when} {fmt.format_bytes(used)} were in use,"
        f" {fmt.format_percent(used / limit)} of the heap limit of {fmt.format_bytes(limit)}."
    )


def _ineffective(values: Values) -> str:
    return (
        "The last full collections freed little: the program ran for only"
        f" {fmt.format_percent(values['utilisation'])} of the time between them. V8 ends a process"
        " that stays below 40% near the limit."
    )


def _more_isolates(values: Values) -> str:
    return (
        f"The log has {fmt.plural(values['isolates'], 'isolate')}; the facts are about the"
        f" {values['shown']} with the largest heap. `isolates` lists all."
    )


def _outside_heap(values: Values) -> str:
    return (
        f"RSS grew by {fmt.format_bytes(values['rss'])}, the heap by"
        f" {fmt.format_bytes(values['heap_total'])}, external memory by"
        f" {fmt.format_bytes(values['external'])}:"
        f" {fmt.format_percent(values['share'])} of the growth is outside what V8 counts."
        " `heapnb rss` looks for its parts."
    )


def _ticks(values: Values) -> str:
    return (
        f"{fmt.format_count(values['ticks'])} ticks:"
        f" {fmt.format_percent(values['gc_share'])} in garbage collection,"
        f" {fmt.format_percent(values['js_share'])} in JavaScript,"
        f" {fmt.format_percent(values['other_share'])} in the engine, libraries and the system."
    )


def _container(values: Values) -> str:
    rss, limit = values["rss"], values["cgroup_limit"]
    return (
        f"RSS is {fmt.format_bytes(rss)}, {fmt.format_percent(rss / limit)} of the container's"
        f" limit of {fmt.format_bytes(limit)}."
    )


def _handles(values: Values) -> str:
    kinds = ", ".join(f"{fmt.format_count(count)} {kind}" for kind, count in values["kinds"])
    return f"{fmt.plural(values['count'], 'libuv handle')}: {kinds}."


def _event(values: Values) -> str:
    return str(values["text"])


_SERIES: Final = {
    "rss": "RSS",
    "heap_total": "Heap total",
    "heap_used": "Heap used",
    "external": "External memory",
    "array_buffers": "Array buffers",
}

_WRITERS: Final[dict[str, Callable[[Values], str]]] = {
    "container": _container,
    "event": _event,
    "floor": _floor,
    "gc-share": _gc_share,
    "handles": _handles,
    "headroom": _near_limit,
    "ineffective": _ineffective,
    "last-resort": _last_resort,
    "longest-pause": _longest_pause,
    "memwatch": _memwatch,
    "more-isolates": _more_isolates,
    "near-limit": _near_limit,
    "no-full-gc": _no_full_gc,
    "out-of-memory": _out_of_memory,
    "outside-heap": _outside_heap,
    "promotion": _promotion,
    "samples": _samples,
    "survival": _survival,
    "ticks": _ticks,
    "tight": _tight,
}

__all__ = ["rate", "sentences"]
