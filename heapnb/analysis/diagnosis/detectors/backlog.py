"""Queues and streams that fill faster than they drain."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.accumulation import KEPT
from heapnb.analysis.diagnosis.detectors.base import (
    LISTS,
    Cause,
    capitalised,
    counted,
    growth,
    removals,
    subject_text,
)
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article
from heapnb.graph.edges import child
from heapnb.graph.references import attached

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


class Backlog:
    """Waiting work, which grows while items are added faster than they are removed."""

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
            evidence,
            place,
            stream,
            "controller.enqueue",
            waits="stop while `desiredSize` is 0 or less",
        )
    return None


def _writable(
    evidence: Evidence,
    place: int,
    stream: str,
    call: str,
    waits: str = "when it returns false, wait for 'drain'",
) -> Cause:
    anchor = evidence.anchor_at(place)
    owner = _owner(anchor.expression)
    return Cause(
        Backlog.kind,
        replace(anchor, text=f"the write buffer of {article(stream)} (`{anchor.expression}`)"),
        f"{_what(evidence)}: {growth(evidence)}, waiting in the write buffer of "
        f"{article(stream)} (`{owner}`). This is an unbounded backlog: chunks are written faster "
        "than the destination accepts them.",
        f"Respect backpressure after `{call}`: {waits}. `pipeline` does so for you. If the "
        "destination hangs, set a timeout and destroy the stream.",
        subject=_chunk(evidence),
        members="queued",
    )


def _readable(
    evidence: Evidence,
    place: int,
    stream: str,
    call: str,
    waits: str = "when it returns false, stop until `read()` is called",
) -> Cause:
    anchor = evidence.anchor_at(place)
    owner = _owner(anchor.expression)
    return Cause(
        Backlog.kind,
        replace(anchor, text=f"the read buffer of {article(stream)} (`{anchor.expression}`)"),
        f"{_what(evidence)}: {growth(evidence)}, waiting in the read buffer of "
        f"{article(stream)} (`{owner}`). This is an unbounded backlog: chunks are added faster "
        "than they are read, or nothing reads the stream.",
        "Read the stream, discard its data with `resume()`, or destroy it. Respect backpressure "
        f"after `{call}`: {waits}.",
        subject=_chunk(evidence),
        members="queued",
    )


def _of_queue(evidence: Evidence) -> Cause | None:
    """Recognise an array that loses items, but gains more."""
    if evidence.holder.class_name not in LISTS or evidence.accumulation.is_content:
        return None
    survival = evidence.accumulation.lowest_survival
    if survival is None or survival >= KEPT:
        return None
    anchor = evidence.anchor
    return Cause(
        Backlog.kind,
        anchor,
        f"{counted(evidence)}, waiting in {anchor.text}.{removals(evidence)} This is an "
        "unbounded backlog: items are added faster than they are processed.",
        f"Bound `{anchor.name}`: reject or delay new work when it is full. Process more items at "
        "the same time, or find out why each takes so long.",
        members="queued",
    )


def _what(evidence: Evidence) -> str:
    chunk = _chunk(evidence)
    return capitalised(subject_text(evidence if chunk is None else evidence.about(chunk)))


def _chunk(evidence: Evidence) -> int | None:
    """Find the chunk inside a buffered entry."""
    graph = evidence.graph
    chunk = child(graph, evidence.accumulation.example, *_CHUNKS)
    is_object = chunk is not None and graph.node_type[chunk] == graph.node_type_index("object")
    return chunk if is_object else None


def _owner(expression: str) -> str:
    """Cut an expression before the internals of a stream."""
    for slot in (WRITABLE, READABLE, STATE):
        expression = expression.partition(attached("property", slot))[0]
    return expression
