"""Open handles, which the runtime keeps alive until they are closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import Callback, function_below, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
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
class HandleFacts(Facts):
    """Open handles.

    Parameters
    ----------
    handle : str
        Kind of the handle; see `KINDS`.
    callback : Callback or None
        A function of the program that one of them calls.
    """

    handle: str
    callback: Callback | None


KINDS: Final = {
    "ContextifyContext": "contexts of `node:vm`",
    "FSEventWrap": "file watchers",
    "FileHandle": "open files",
    "HTTPParser": "HTTP parsers",
    "Http2Session": "HTTP/2 sessions",
    "JSUDPWrap": "UDP sockets",
    "MessagePort": "message ports",
    "PipeWrap": "pipes",
    "ProcessWrap": "child processes",
    "SignalWrap": "signal handlers",
    "StatWatcher": "watchers of `fs.watchFile`",
    "TCPServerWrap": "servers",
    "TCPSocketWrap": "TCP connections",
    "TLSWrap": "TLS connections",
    "TTYWrap": "terminals",
    "UDPWrap": "UDP sockets",
    "Worker": "workers",
    "WriteWrap": "unfinished writes",
}
"""What each handle is for, by its class."""

UNKNOWN: Final = "handles"


class NativeHandles:
    """Objects that only their open handles keep alive."""

    kind: ClassVar[str] = "native-handles"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        handle = _handle(site)
        if handle is None:
            return None
        graph = site.graph
        owner = _owner(site) if handle in _PARTS else None
        if owner is not None:
            handle, site = _OWNERS[graph.class_name(owner)], site.about(owner)
        what = KINDS.get(handle, UNKNOWN)
        function = _function(site)
        name = site.class_name
        anchor = replace(
            site.anchor,
            name=name,
            text=f"the open {what} (`{PREFIX}{handle}`) of the process",
            held_by=f"{PREFIX}{handle}",
            expression=name,
            is_code=False,
        )
        return Cause(
            self.kind,
            HandleFacts(
                Group.of(site),
                anchor,
                handle,
                None if function is None else Callback.of(graph, function),
            ),
            None if function is None else user_location(graph, function),
            owner,
        )


def _handle(site: Site) -> str | None:
    """Name the kind of handle, if only the handles hold the objects."""
    if site.accumulation.is_content:
        return None
    if site.has_holder and site.holder.class_name != _ROOTS:
        return None
    graph = site.graph
    for step in site.evidence.path.steps[1:]:
        native = child(graph, step.ordinal, *_TO_NATIVE)
        for node in (step.ordinal, native):
            if node is not None and graph.name(node).startswith(PREFIX):
                return graph.name(node).removeprefix(PREFIX)
    return site.class_name if site.class_name in KINDS else None


def _owner(site: Site) -> int | None:
    """Find the child process or the worker that owns the pipes or ports, if one does."""
    graph = site.graph
    members = site.accumulation.members
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


def _function(site: Site) -> int | None:
    """Find a function of the program that one of the handles will call."""
    members = site.accumulation.members
    step = max(1, len(members) // _MOST_MEMBERS)
    return function_below(site, [site.example, *members[::step].tolist()])
