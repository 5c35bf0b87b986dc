"""Queues and streams that are filled faster than they are emptied."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import (
    LISTS,
    Cause,
    capitalised,
    growth,
    subject_text,
)
from heapnb.analysis.diagnosis.evidence import Evidence, article
from heapnb.graph.places import child

WRITABLE: Final = "_writableState"
READABLE: Final = "_readableState"
STATE: Final = "<symbol kState>"

_WRITE_BUFFERS: Final = ("buffered", "bufferedRequest", "<symbol kBufferedValue>")
_READ_BUFFERS: Final = ("buffer",)
_CONTROLLERS: Final = {
    "ReadableStreamDefaultController": "ReadableStream",
    "ReadableByteStreamController": "ReadableStream",
    "WritableStreamDefaultController": "WritableStream",
}
_QUEUE: Final = "queue"
_CHUNKS: Final = ("chunk", "data", "value")
_STAYING: Final = 0.9
"""Of a pile from which less than this stays, something is taken out."""


class Backlog:
    """Work that waits; it grows for as long as more comes in than goes out."""

    kind: ClassVar[str] = "backlog"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        return _of_stream(evidence) or _of_web_stream(evidence) or _of_queue(evidence)


def _of_stream(evidence: Evidence) -> Cause | None:
    steps = evidence.steps
    for place in range(evidence.place_of_holder, 1, -1):
        label, state = steps[place].label, steps[place - 1].label
        stream = steps[place - 2]
        if state == WRITABLE and label in _WRITE_BUFFERS:
            return _writable(evidence, place, stream.class_name, f"{stream.class_name}.write")
        if state == READABLE and label in _READ_BUFFERS:
            return _readable(evidence, place, stream.class_name, f"{stream.class_name}.push")
    return None


def _of_web_stream(evidence: Evidence) -> Cause | None:
    steps = evidence.steps
    for place in range(evidence.place_of_holder, 1, -1):
        stream = _CONTROLLERS.get(steps[place - 2].class_name)
        if stream is None or steps[place].label != _QUEUE or steps[place - 1].label != STATE:
            continue
        if stream == "WritableStream":
            return _writable(evidence, place, stream, "writer.write", waits="await `writer.ready`")
        return _readable(
            evidence, place, stream, "controller.enqueue", waits="look at `desiredSize`"
        )
    return None


def _writable(
    evidence: Evidence,
    place: int,
    stream: str,
    call: str,
    waits: str = "stop when it answers false and go on at 'drain'",
) -> Cause:
    anchor = evidence.anchor_at(place)
    owner = _owner(anchor.expression)
    return Cause(
        Backlog.kind,
        replace(anchor, text=f"the write buffer of {article(stream)} (`{anchor.expression}`)"),
        f"More is written to {article(stream)} (`{owner}`) than what is behind it takes: "
        f"{_what(evidence)} wait in its buffer ({growth(evidence)}). This is a backlog, "
        "nothing forgotten: it would drain if the writers stopped, but nothing bounds it.",
        f"Heed backpressure: {waits} after `{call}`, or let `pipeline` do so. If the destination "
        "hangs, give it a time-out and destroy the stream.",
        subject=_chunk(evidence),
    )


def _readable(
    evidence: Evidence,
    place: int,
    stream: str,
    call: str,
    waits: str = "stop when it answers false and go on in `read()`",
) -> Cause:
    anchor = evidence.anchor_at(place)
    owner = _owner(anchor.expression)
    return Cause(
        Backlog.kind,
        replace(anchor, text=f"the read buffer of {article(stream)} (`{anchor.expression}`)"),
        f"{capitalised(article(stream))} (`{owner}`) is filled faster than it is read, or nobody "
        f"reads it: {_what(evidence)} wait in its buffer ({growth(evidence)}). This is a "
        "backlog, nothing forgotten: it would drain if somebody read on, but nothing bounds it.",
        f"Heed backpressure: {waits} after `{call}`; read the stream, `resume()` it if nobody "
        "wants what it brings, or destroy it.",
        subject=_chunk(evidence),
    )


def _of_queue(evidence: Evidence) -> Cause | None:
    """Recognise an array from which things are taken, though fewer than are put in."""
    if evidence.holder.class_name not in LISTS or evidence.accumulation.is_content:
        return None
    known = [share for share in evidence.accumulation.survival if not math.isnan(share)]
    if not known or min(known) >= _STAYING:
        return None
    anchor = evidence.anchor
    return Cause(
        Backlog.kind,
        anchor,
        f"{capitalised(anchor.text)} is a queue from which things are taken, but more are put in: "
        f"{subject_text(evidence)} wait ({growth(evidence)}), though of those in the first "
        f"snapshot only {min(known):.0%} are left. This is a backlog, nothing forgotten: it would "
        "drain if nothing came, but nothing bounds it.",
        f"Bound `{anchor.name}`: refuse or delay new work when it is full, work on more of it at "
        "once, or find out why each piece takes so long.",
    )


def _what(evidence: Evidence) -> str:
    chunk = _chunk(evidence)
    return subject_text(evidence if chunk is None else evidence.about(chunk))


def _chunk(evidence: Evidence) -> int | None:
    """Find what was written or pushed in what a buffer keeps of it."""
    graph = evidence.graph
    chunk = child(graph, evidence.accumulation.example, *_CHUNKS)
    is_object = chunk is not None and graph.node_type[chunk] == graph.node_type_index("object")
    return chunk if is_object else None


def _owner(expression: str) -> str:
    """Leave out of an expression what is inside of a stream."""
    for slot in (WRITABLE, READABLE, STATE):
        expression = expression.partition(f".{slot}")[0]
    return expression
