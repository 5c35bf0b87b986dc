"""Sentences about a process's memory, from the facts of `heapnb.analysis.rss`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from heapnb.analysis import rss_findings as facts
from heapnb.analysis import rss_parts as parts
from heapnb.analysis.rss_findings import HANDLE_KINDS, RssFinding
from heapnb.views import fmt
from heapnb.views.wording.handles import closing

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.rss import Rss

PART_TITLES: Final = {
    parts.HEAP_USED: "V8 heap, objects",
    parts.HEAP_FREE: "V8 heap, free pages",
    parts.BUFFERS: "Buffers (ArrayBuffers)",
    parts.EXTERNAL: "Other external memory",
    parts.HANDLES: "Native handles",
    parts.V8_MALLOC: "V8's own allocations",
    parts.ISOLATES: "Worker threads' heaps",
    parts.ALLOCATOR: "Allocator: free or native",
    parts.STACKS: "Thread stacks",
    parts.CODE: "Code and libraries",
    parts.SHARED: "Shared memory",
    parts.UNEXPLAINED: "Unexplained",
}
"""Parts of the RSS, as tables name them."""

TOTAL: Final = "RSS"

LAYERS: Final = {
    "V8 heap": (parts.HEAP_USED, parts.HEAP_FREE),
    "Buffers": (parts.BUFFERS,),
    "Native handles and other external memory": (parts.HANDLES, parts.EXTERNAL, parts.V8_MALLOC),
    "Worker threads": (parts.ISOLATES, parts.STACKS),
    "Allocator and unexplained": (parts.ALLOCATOR, parts.UNEXPLAINED),
    "Code and libraries": (parts.CODE, parts.SHARED),
}
"""Layers of the chart, from the bottom up, and their parts."""

_MOST_COLUMNS: Final = 4
_MOST_WORKERS: Final = 8

_LEAST_ARENAS: Final = 0.2
"""Arenas that hold a smaller share of the allocator's memory are not worth a sentence."""


def verdict_sentence(rss: Rss) -> str:
    """Say how the RSS went, or how large it is."""
    known = [one for one in rss.moments if one.rss is not None]
    if not rss.moments:
        return "Only logs of native allocations were given."
    if not known:
        return "The RSS is unknown: no source has numbers of the process."
    sizes = [one.rss or 0 for one in known]
    if len(sizes) == 1:
        n_workers = known[0].n_workers
        beside = f", with {fmt.plural(n_workers, 'worker thread')}" if n_workers else ""
        return f"The RSS is {fmt.format_bytes(sizes[0])}{beside}."
    first, last = fmt.format_bytes(sizes[0]), fmt.format_bytes(sizes[-1])
    change = fmt.format_bytes_delta(sizes[-1] - sizes[0])
    span = f"{first} → {last} ({change}) over {fmt.plural(len(sizes), 'moment')}"
    left_over = next((one.delta for one in rss.findings if one.kind == facts.SNAPSHOTS), None)
    beside = ""
    if left_over is not None:
        beside = f", of which up to {fmt.format_bytes(left_over)} come from taking the snapshots"
    return {
        facts.GROWING: f"The RSS grows: {span}{beside}.",
        facts.LEVELLED: f"The RSS grew and has levelled off: {span}{beside}.",
        facts.STEADY: f"The RSS is steady: {span}{beside}.",
        facts.SHRINKING: f"The RSS shrinks: {span}{beside}.",
    }[rss.verdict]


def finding_sentences(finding: RssFinding) -> tuple[str, ...]:
    """Say what was found, and what to try.

    Parameters
    ----------
    finding : RssFinding
        The facts.

    Returns
    -------
    tuple of str
        The finding, then one sentence or two for each advice. Names from the snapshot are in
        them: they are untrusted.
    """
    said = _SENTENCES[finding.kind](finding)
    return (said, *(f"Try: {text}" for one in finding.advice if (text := _advice(one, finding))))


def sentences(rss: Rss) -> Iterator[str]:
    """Yield everything there is to say: the verdict, the findings, what is unknown."""
    yield verdict_sentence(rss)
    for finding in rss.findings:
        yield from finding_sentences(finding)
    yield from _gaps(rss)


def part_table(rss: Rss) -> pd.DataFrame:
    """Make the table that people read: parts by their titles, and the RSS as the last row.

    Parameters
    ----------
    rss : Rss
        The memory of a process.

    Returns
    -------
    pandas.DataFrame
        As `Rss.by_part`, of the first and the last moments where there are many. Parts that are 0
        in all moments are left out; unknown ones stay.
    """
    import pandas as pd

    frame = rss.by_part
    n_moments = len(rss)
    shown = list(range(1, n_moments + 1))
    if n_moments > _MOST_COLUMNS:
        shown = [1, *shown[1 - _MOST_COLUMNS :]]
    sizes = [f"resident_size_{number}" for number in shown]
    is_empty = frame[[f"resident_size_{number}" for number in range(1, n_moments + 1)]].eq(0)
    frame = frame[~is_empty.fillna(value=False).all(axis=1)]
    columns = ["part", *sizes, *(["resident_delta"] if n_moments > 1 else []), "known_by"]
    frame = frame[columns].assign(part=frame["part"].map(PART_TITLES))
    totals = [rss.moments[number - 1].rss for number in shown]
    known_by = None if totals[-1] is None else parts.MEASURED
    total: dict[str, Any] = {"part": TOTAL, "known_by": known_by}
    total |= dict(zip(sizes, totals, strict=True))
    if n_moments > 1 and totals[0] is not None and totals[-1] is not None:
        total["resident_delta"] = totals[-1] - totals[0]
    row = pd.DataFrame([total]).reindex(columns=columns)
    return pd.concat([frame, row.astype(frame.dtypes.to_dict())], ignore_index=True)


def layers(rss: Rss) -> list[tuple[str, list[int]]]:
    """Return the layers of the chart: their names, and bytes for each moment.

    Unknown parts count as 0, and the rest of the RSS as unexplained.
    """
    return [
        (title, [sum(moment.size(name) or 0 for name in names) for moment in rss.moments])
        for title, names in LAYERS.items()
    ]


# -- findings -----------------------------------------------------------------------------------


def _grown(finding: RssFinding, what: str) -> str:
    share = "" if finding.share is None else f" ({fmt.format_percent(finding.share)} of the growth)"
    return f"{what}: {fmt.format_bytes_delta(finding.delta)}{share}."


def _heap(finding: RssFinding) -> str:
    return f"{_grown(finding, 'Objects in the V8 heap')} The heap snapshots show them."


def _free_pages(finding: RssFinding) -> str:
    text = _grown(finding, "Free pages of the V8 heap")
    new_space = finding.details.get("new_space")
    if facts.SEMI_SPACE in finding.advice and new_space:
        span = " → ".join(map(fmt.format_bytes, new_space))
        return f"{text} The new generation has grown: {span}."
    return f"{text} V8 keeps them for new objects, and releases them when it is idle."


def _buffers(finding: RssFinding) -> str:
    text = _grown(finding, "Buffers outside the heap")
    named = [
        f"{fmt.clean(one['class_name'])}, held by {fmt.clean(one['held_by'])}: "
        f"{_span(one['count'], fmt.format_count)} ArrayBuffers, "
        f"{_span(one['size'], fmt.format_bytes)}."
        for one in finding.details.get("buffers", ())
    ]
    return " ".join([text, *named])


def _external(finding: RssFinding) -> str:
    return (
        f"{_grown(finding, 'Other external memory')} It belongs to JavaScript objects: external "
        "strings, objects of native add-ons, or buffers that V8 has not yet subtracted."
    )


def _handles(finding: RssFinding) -> str:
    text = _grown(finding, "Native handles")
    handles = finding.details.get("handles", ())
    named = [f"{_what(one)}: {_span(one['count'], fmt.format_count)}." for one in handles]
    n_more = sum(one["count"][-1] - one["count"][0] for one in handles)
    if n_more > 0 and finding.delta and len(handles) == 1:
        each = fmt.format_bytes(finding.delta // n_more)
        named.append(f"Estimate: {each} for each.")
    return " ".join([text, *named])


def _what(handle: dict[str, Any]) -> str:
    name = handle["class_name"]
    if name not in HANDLE_KINDS:
        return f"`{fmt.clean(name)}`"
    what = HANDLE_KINDS[name]
    return f"{what[:1].upper()}{what[1:]} (`{fmt.clean(name)}`)"


def _isolates(finding: RssFinding) -> str:
    known = [count for count in finding.details.get("workers", ()) if count is not None]
    shown = known if len(known) <= _MOST_WORKERS else [known[0], known[-1]]
    counts = " → ".join(map(fmt.format_count, shown))
    text = f"Worker threads: {counts}."
    if finding.delta is None:
        return (
            f"{text} The size of their heaps is unknown; up to "
            f"{fmt.format_bytes(finding.details['within'])} of the growth that no source explains."
        )
    grown = _grown(finding, "Their heaps, allocations and stacks")
    return f"{text} {grown}" if counts else grown


def _allocator(finding: RssFinding) -> str:
    whose = "object of the main thread" if finding.details.get("workers") else "JavaScript object"
    what = f"Memory that the allocator holds and no {whose} accounts for"
    if finding.kind == parts.UNEXPLAINED:
        what = "Memory that no source explains"
    text = _grown(finding, what)
    released = finding.details.get("released") or 0
    if facts.JEMALLOC in finding.advice:
        why = (
            f"The program released {fmt.format_bytes(released)} since its peak, but the process "
            "kept it: free blocks lie between used ones (fragmentation)."
        )
    elif facts.ARENA_MAX in finding.advice:
        why = "Threads do not use the free blocks in each other's arenas."
    elif n_snapshots := finding.details.get("snapshots"):
        why = (
            f"{fmt.plural(n_snapshots, 'snapshot')} of this thread, and those of others, left over "
            "a part of it; give the snapshots, too. A native add-on may allocate the rest."
        )
    else:
        why = "A native add-on or a library may allocate it."
    return " ".join(filter(None, [text, why, _arenas(finding)]))


def _arenas(finding: RssFinding) -> str:
    n_arenas = finding.details.get("n_arenas")
    if not n_arenas or finding.details["arenas"] < _LEAST_ARENAS * finding.details["malloc"]:
        return ""
    return (
        f"{fmt.plural(n_arenas, 'arena')} of threads hold "
        f"{fmt.format_bytes(finding.details['arenas'])} of the allocator's "
        f"{fmt.format_bytes(finding.details['malloc'])}."
    )


def _stacks(finding: RssFinding) -> str:
    return f"{_grown(finding, 'Thread stacks')} Threads were started, or calls nest deeply."


def _code(finding: RssFinding) -> str:
    return (
        f"{_grown(finding, 'Code and libraries')} These are pages of files that were used for the "
        "first time. The kernel can drop them."
    )


def _shared(finding: RssFinding) -> str:
    return f"{_grown(finding, 'Shared memory')} Other processes may use the same pages."


def _v8_malloc(finding: RssFinding) -> str:
    return (
        f"{_grown(finding, 'Allocations of V8 itself')} It needs them to parse and compile; a "
        "peak passes."
    )


def _snapshots(finding: RssFinding) -> str:
    return (
        f"Taking the earlier snapshots may have left over {fmt.format_bytes(finding.delta)}: V8 "
        "allocates memory for each node and edge, and the allocator keeps it for the process. "
        "Growth outside of V8 below that size cannot be told from it."
    )


def _kept(finding: RssFinding) -> str:
    released, returned = finding.details["released"], finding.details["returned"]
    fell = f"fell by only {fmt.format_bytes(returned)}" if returned > 0 else "did not fall"
    text = (
        f"The program released {fmt.format_bytes(released)} since its peak, but the RSS {fell}: "
        "the allocator keeps free blocks."
    )
    return " ".join(filter(None, [text, _arenas(finding)]))


def _not_resident(finding: RssFinding) -> str:
    return (
        f"The parts exceed the RSS by {fmt.format_bytes(finding.details['excess'])}: pages of "
        "buffers that were never written are not resident, nor are swapped ones."
    )


def _swapped(finding: RssFinding) -> str:
    return f"{fmt.format_bytes(finding.details['swap'])} are swapped out and not in the RSS."


_SENTENCES: Final[dict[str, Callable[[RssFinding], str]]] = {
    parts.HEAP_USED: _heap,
    parts.HEAP_FREE: _free_pages,
    parts.BUFFERS: _buffers,
    parts.EXTERNAL: _external,
    parts.HANDLES: _handles,
    parts.V8_MALLOC: _v8_malloc,
    parts.ISOLATES: _isolates,
    parts.ALLOCATOR: _allocator,
    parts.UNEXPLAINED: _allocator,
    parts.STACKS: _stacks,
    parts.CODE: _code,
    parts.SHARED: _shared,
    facts.SNAPSHOTS: _snapshots,
    facts.KEPT: _kept,
    facts.NOT_RESIDENT: _not_resident,
    facts.SWAPPED: _swapped,
}


def _span(values: Sequence[Any], write: Callable[[Any], str]) -> str:
    """Write a change; an unknown start is left out."""
    return " → ".join(write(value) for value in values if value is not None)


# -- advice -------------------------------------------------------------------------------------

_ADVICE: Final = {
    facts.ARENA_MAX: (
        "start the program with `MALLOC_ARENA_MAX=2`. Threads then share two arenas and reuse "
        "each other's free blocks; they may wait for each other more often."
    ),
    facts.JEMALLOC: (
        "start the program with jemalloc, which returns free memory to the system: "
        "`LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=background_thread:true node app.js` (Debian: "
        "package libjemalloc2)."
    ),
    facts.HEAPTRACK: (
        "record native allocations with `heaptrack node app.js`, and give the output of "
        "`heaptrack_print` to `heapnb rss`: it names the functions that allocate. The program "
        "runs several times slower."
    ),
    facts.SEMI_SPACE: (
        "limit the new generation with `--max-semi-space-size=16` (MB; it takes up to three times "
        "as much). Collections become more frequent."
    ),
    facts.TERMINATE: (
        "end workers whose work is done (`await worker.terminate()`), or reuse a fixed number of "
        "them."
    ),
    facts.TAKE_SMAPS: (
        "copy `/proc/PID/smaps` to `NAME.smaps` beside each snapshot, or run `heapnb rss --pid "
        "PID`: it tells the allocator, its arenas and thread stacks apart."
    ),
}


def _advice(advice: str, finding: RssFinding) -> str:
    if advice == facts.DIAGNOSE:
        if finding.kind == parts.BUFFERS:
            return (
                "`heapnb diagnose FILE…` names the line that adds them. `--max-old-space-size` "
                "does not limit buffers."
            )
        return "`heapnb diagnose FILE…` names the objects, what retains them, and the line."
    if advice == facts.CLOSE:
        handles = [one["class_name"] for one in finding.details["handles"]]
        known = [handle for handle in handles if handle in HANDLE_KINDS]
        how = dict.fromkeys(closing(handle) for handle in known or [""])
        return f"close each when its work ends or fails: {'; '.join(how)}."
    return _ADVICE[advice]


def _gaps(rss: Rss) -> Iterator[str]:
    """Say what the last moment leaves unknown, and what does not add up."""
    last = rss.moments[-1] if rss.moments else None
    if last is None or last.rss is None:
        return
    unknown = {part.name for part in last.parts if part.size is None}
    pages = last.parts[parts.PARTS.index(parts.HEAP_USED)]
    if pages.known_by == parts.ESTIMATED:
        # From smaps alone: all pages of V8.
        unknown -= {parts.HEAP_FREE, parts.ISOLATES}
        yield f"“{PART_TITLES[parts.HEAP_USED]}” contains free pages, and the heaps of workers."
    if parts.BUFFERS in unknown and parts.EXTERNAL not in unknown:
        unknown.discard(parts.BUFFERS)
        yield f"“{PART_TITLES[parts.EXTERNAL]}” contains buffers."
    rest = parts.ALLOCATOR if last.memory_map is not None else parts.UNEXPLAINED
    named = [PART_TITLES[name] for name in parts.PARTS if name in unknown - {parts.SHARED, rest}]
    if named:
        yield f"Unknown, and thus within “{PART_TITLES[rest]}”: {', '.join(named)}."
    said = any(one.kind == facts.NOT_RESIDENT for one in rss.findings)
    if last.excess and not said:
        yield (
            f"The parts exceed the RSS by {fmt.format_bytes(last.excess)}: not all of them is "
            "resident."
        )


__all__ = ["LAYERS", "PART_TITLES", "finding_sentences", "layers", "part_table", "sentences"]
