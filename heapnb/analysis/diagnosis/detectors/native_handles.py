"""Open handles, which the runtime keeps alive until they are closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.detectors.callbacks import described, function_below, user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import child
from heapnb.graph.locations import location_of

PREFIX: Final = "Node / "
"""Prefix of the names of Node's objects outside V8's heap."""

_TO_NATIVE: Final = ("javascript_to_native", "wrapper")
_ROOTS: Final = "(synthetic)"
_PARTS: Final = ("MessagePort", "PipeWrap")
_OWNERS: Final = {"ChildProcess": "ProcessWrap", "Worker": "Worker"}
_MOST_SAMPLED: Final = 8
_MOST_MEMBERS: Final = 32


@dataclass(frozen=True)
class _Kind:
    """The purpose of a handle, and how to close it."""

    what: str
    close: str


_KINDS: Final = {
    "ContextifyContext": _Kind("contexts of `node:vm`", "release every function created in it"),
    "FSEventWrap": _Kind("file watchers", "call `watcher.close()`"),
    "FileHandle": _Kind("open files", "call `await handle.close()`"),
    "HTTPParser": _Kind("HTTP parsers", "end or destroy its connection"),
    "Http2Session": _Kind("HTTP/2 sessions", "call `session.close()` or `destroy()`"),
    "JSUDPWrap": _Kind("UDP sockets", "call `socket.close()`"),
    "MessagePort": _Kind("message ports", "call `port.close()` at one end"),
    "PipeWrap": _Kind("pipes", "end or destroy the stream"),
    "ProcessWrap": _Kind("child processes", "end it with `child.kill()` and wait for 'exit'"),
    "SignalWrap": _Kind("signal handlers", "remove the handler"),
    "StatWatcher": _Kind("watchers of `fs.watchFile`", "call `fs.unwatchFile`"),
    "TCPServerWrap": _Kind("servers", "call `server.close()`"),
    "TCPSocketWrap": _Kind("TCP connections", "end or destroy it, also after `socket.setTimeout`"),
    "TLSWrap": _Kind("TLS connections", "end or destroy it, also after `socket.setTimeout`"),
    "TTYWrap": _Kind("terminals", "destroy the stream"),
    "UDPWrap": _Kind("UDP sockets", "call `socket.close()`"),
    "Worker": _Kind("workers", "call `await worker.terminate()`, or let it end"),
    "WriteWrap": _Kind("unfinished writes", "set a timeout on the connection and destroy it"),
}
_UNKNOWN: Final = _Kind("handles", "call its `close()` or `destroy()`")


class NativeHandles:
    """Objects that only their open handles keep alive."""

    kind: ClassVar[str] = "native-handles"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        handle = _handle(evidence)
        if handle is None:
            return None
        graph = evidence.graph
        owner = _owner(evidence) if handle in _PARTS else None
        if owner is not None:
            handle, evidence = _OWNERS[graph.class_name(owner)], evidence.about(owner)
        kind = _KINDS.get(handle, _UNKNOWN)
        function = _function(evidence)
        used_by = f" One of them calls {described(graph, function)}." if function else ""
        name = evidence.class_name
        anchor = replace(
            evidence.anchor,
            name=name,
            text=f"the open {kind.what} (`{PREFIX}{handle}`) of the process",
            held_by=f"{PREFIX}{handle}",
            expression=name,
        )
        return Cause(
            self.kind,
            anchor,
            f"Open {kind.what} (`{name}`): {growth(evidence)}.{removals(evidence)} Only the open "
            "handle keeps each alive: Node retains it until it is closed, with its listeners and "
            f"everything that they close over.{used_by}",
            f"Close each `{name}` when its work ends or fails: {kind.close}. To do so, keep a "
            "reference to it.",
            None if function is None else user_location(graph, function),
            owner,
        )


def _handle(evidence: Evidence) -> str | None:
    """Name the kind of handle, if only the handles hold the objects."""
    if evidence.accumulation.is_content:
        return None
    if evidence.place_of_holder >= 0 and evidence.holder.class_name != _ROOTS:
        return None
    graph = evidence.graph
    for step in evidence.path.steps[1:]:
        native = child(graph, step.ordinal, *_TO_NATIVE)
        for node in (step.ordinal, native):
            if node is not None and graph.name(node).startswith(PREFIX):
                return graph.name(node).removeprefix(PREFIX)
    return evidence.class_name if evidence.class_name in _KINDS else None


def _owner(evidence: Evidence) -> int | None:
    """Find the child process or the worker that owns the pipes or ports, if one does."""
    graph = evidence.graph
    members = evidence.accumulation.members
    middle = max(0, len(members) // 2 - _MOST_SAMPLED)
    # Handles of one owner are neighbours.
    sample = members[middle : middle + _MOST_SAMPLED].tolist()
    owners: list[int] = []
    n_owned = 0
    for node in sample:
        start, stop = int(graph.first_retainer[node]), int(graph.first_retainer[node + 1])
        holders = graph.edge_from(graph.retaining_edge[start:stop]).tolist()
        found = [holder for holder in holders if graph.class_name(holder) in _OWNERS]
        owners += found
        n_owned += bool(found)
    if 2 * n_owned <= len(sample):
        return None
    # The handle of a worker has the same class name, but no definition site.
    return next((one for one in owners if location_of(graph, one) is not None), owners[0])


def _function(evidence: Evidence) -> int | None:
    """Find a function of the program that one of the handles will call."""
    members = evidence.accumulation.members
    step = max(1, len(members) // _MOST_MEMBERS)
    return function_below(evidence, [evidence.accumulation.example, *members[::step].tolist()])
