"""Queues and streams that fill faster than they drain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal

from heapnb.analysis.diagnosis.accumulation import KEPT
from heapnb.analysis.diagnosis.detectors.base import LINKS, LISTS, RUNTIME, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Step
from heapnb.analysis.diagnosis.short_names import article
from heapnb.analysis.diagnosis.site import Site
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
DEEPEST_BUFFER: Final = 2
"""Objects between the buffer of a stream and what holds its chunks: a ring and its array."""

_N_OWNERS: Final = 3
"""The buffer, the state, the stream."""

_CHUNKS: Final = ("chunk", "data", "value")

Buffer = Literal["read", "write"]
"""Which buffer of a stream."""


@dataclass(frozen=True)
class StreamFacts(Facts):
    """Chunks in a buffer of a stream.

    Parameters
    ----------
    stream : str
        Class of the stream.
    owner : str
        How the program refers to it.
    buffer : {"read", "write"}
        Which buffer.
    is_web : bool
        Whether it is a stream of the Web instead of one of Node.
    """

    stream: str
    owner: str
    buffer: Buffer
    is_web: bool


@dataclass(frozen=True)
class QueueFacts(Facts):
    """An array that loses items, but gains more."""


class Backlog:
    """Waiting work, which grows while items are added faster than they are removed."""

    kind: ClassVar[str] = "backlog"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        return _of_stream(site) or _of_web_stream(site) or _of_queue(site)


def _of_stream(site: Site) -> Cause | None:
    for distance, (buffer, state, stream) in enumerate(_owners(site)):
        name = stream.class_name
        if state.label == WRITABLE and buffer.label in _WRITE_BUFFERS:
            return _in_buffer(site, distance, name, "write", is_web=False)
        if state.label == READABLE and buffer.label in _READ_BUFFERS:
            return _in_buffer(site, distance, name, "read", is_web=False)
    return None


def _of_web_stream(site: Site) -> Cause | None:
    for distance, (queue, state, controller) in enumerate(_owners(site)):
        stream = _CONTROLLERS.get(controller.class_name)
        if stream is None or queue.label != _QUEUE or state.label != STATE:
            continue
        buffer: Buffer = "write" if stream == "WritableStream" else "read"
        return _in_buffer(site, distance, stream, buffer, is_web=True)
    return None


def _owners(site: Site) -> list[tuple[Step, Step, Step]]:
    """List the holder and what it is part of, each with its two owners, the holder first."""
    around = site.around[: DEEPEST_BUFFER + _N_OWNERS]
    return list(zip(around, around[1:], around[2:], strict=False))


def _in_buffer(site: Site, distance: int, stream: str, buffer: Buffer, *, is_web: bool) -> Cause:
    anchor = site.anchor_above(distance)
    text = f"the {buffer} buffer of {article(stream)} (`{anchor.expression}`)"
    chunk = _chunk(site)
    return Cause(
        Backlog.kind,
        StreamFacts(
            # Without the entries that the buffer makes of the chunks.
            Group.of(site if chunk is None else site.about(chunk)),
            replace(anchor, text=text),
            stream,
            _owner(anchor.expression),
            buffer,
            is_web=is_web,
        ),
        subject=chunk,
        members="queued",
    )


def _of_queue(site: Site) -> Cause | None:
    """Recognise an array or a linked list that loses items, but gains more."""
    accumulation = site.accumulation
    has_order = accumulation.is_list or site.holder.class_name in LISTS
    if not has_order or accumulation.is_content:
        return None
    survival = accumulation.lowest_survival
    if survival is None or survival >= KEPT:
        return None
    return Cause(
        Backlog.kind,
        QueueFacts(Group.of(site), site.anchor),
        members="queued",
        strength=LINKS,
    )


def _chunk(site: Site) -> int | None:
    """Find the chunk inside a buffered entry."""
    graph = site.graph
    chunk = child(graph, site.example, *_CHUNKS)
    is_object = chunk is not None and graph.node_type[chunk] == graph.node_type_index("object")
    return chunk if is_object else None


def _owner(expression: str) -> str:
    """Cut an expression before the internals of a stream."""
    for slot in (WRITABLE, READABLE, STATE):
        expression = expression.partition(attached("property", slot))[0]
    return expression
