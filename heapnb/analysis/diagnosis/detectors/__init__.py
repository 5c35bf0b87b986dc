"""Detectors: each recognises one cause of leaks.

To add one, write a class as in `event_listeners` and add it to `DETECTORS`: the first detector
that recognises an accumulation explains it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from heapnb.analysis.diagnosis.detectors.abort_signals import AbortSignals
from heapnb.analysis.diagnosis.detectors.async_hooks import AsyncHooks
from heapnb.analysis.diagnosis.detectors.async_stores import AsyncStores
from heapnb.analysis.diagnosis.detectors.backlog import Backlog
from heapnb.analysis.diagnosis.detectors.base import Cause, Detector, Precedence
from heapnb.analysis.diagnosis.detectors.buffers import Buffers
from heapnb.analysis.diagnosis.detectors.compiled_code import CompiledCode
from heapnb.analysis.diagnosis.detectors.detached_dom import DetachedDom
from heapnb.analysis.diagnosis.detectors.diagnostics_channel import DiagnosticsChannel
from heapnb.analysis.diagnosis.detectors.errors_and_stacks import ErrorsAndStacks
from heapnb.analysis.diagnosis.detectors.event_listeners import EventListeners
from heapnb.analysis.diagnosis.detectors.finalization_registry import FinalizationRegistryHeld
from heapnb.analysis.diagnosis.detectors.growing_string import GrowingString
from heapnb.analysis.diagnosis.detectors.http_agent import HttpAgent
from heapnb.analysis.diagnosis.detectors.keep_alive_listeners import KeepAliveListeners
from heapnb.analysis.diagnosis.detectors.linked_list import LinkedList
from heapnb.analysis.diagnosis.detectors.metric_labels import MetricLabels
from heapnb.analysis.diagnosis.detectors.middleware_stack import MiddlewareStack
from heapnb.analysis.diagnosis.detectors.module_reload import ModuleReload
from heapnb.analysis.diagnosis.detectors.native_handles import NativeHandles
from heapnb.analysis.diagnosis.detectors.other import Other
from heapnb.analysis.diagnosis.detectors.pending_promise import PendingPromise
from heapnb.analysis.diagnosis.detectors.performance_entries import PerformanceEntries
from heapnb.analysis.diagnosis.detectors.remarks import remarks_on
from heapnb.analysis.diagnosis.detectors.shared_closure_context import SharedClosureContext
from heapnb.analysis.diagnosis.detectors.sliced_strings import SlicedStrings
from heapnb.analysis.diagnosis.detectors.socket_reconnect import SocketReconnect
from heapnb.analysis.diagnosis.detectors.subscribers import Subscribers
from heapnb.analysis.diagnosis.detectors.suspended_calls import SuspendedCalls
from heapnb.analysis.diagnosis.detectors.timers import Timers
from heapnb.analysis.diagnosis.detectors.unbounded_collection import (
    UnboundedArray,
    UnboundedDictionary,
    UnboundedMap,
    UnboundedSet,
)
from heapnb.analysis.diagnosis.detectors.unbounded_memoize import UnboundedMemoize
from heapnb.analysis.diagnosis.detectors.undeclared_global import UndeclaredGlobal
from heapnb.analysis.diagnosis.detectors.warm_up import warm_up
from heapnb.analysis.diagnosis.detectors.weak_map_value import WeakMapValue
from heapnb.analysis.diagnosis.evidence import Evidence

SPECIFIC: Final[tuple[Detector, ...]] = (
    SocketReconnect(),
    KeepAliveListeners(),
    EventListeners(),
    AbortSignals(),
    ModuleReload(),
    Timers(),
    PendingPromise(),
    HttpAgent(),
    Backlog(),
    MiddlewareStack(),
    DiagnosticsChannel(),
    Subscribers(),
    AsyncHooks(),
    NativeHandles(),
    PerformanceEntries(),
    FinalizationRegistryHeld(),
    SharedClosureContext(),
    LinkedList(),
    DetachedDom(),
    GrowingString(),
    UndeclaredGlobal(),
    WeakMapValue(),
    MetricLabels(),
    UnboundedMemoize(),
    SlicedStrings(),
    Buffers(),
    CompiledCode(),
    ErrorsAndStacks(),
    SuspendedCalls(),
    AsyncStores(),
)
"""Detectors that know what the objects are, or who holds them."""

GENERAL: Final[tuple[Detector, ...]] = (
    UnboundedArray(),
    UnboundedMap(),
    UnboundedSet(),
    UnboundedDictionary(),
)
"""Detectors that know only the class of the holder. They come last; no two of them overlap."""

DETECTORS: Final = (*SPECIFIC, *GENERAL)
"""In the order in which they are asked: the first that recognises an accumulation explains it."""

PRECEDENCE: Final[tuple[Precedence, ...]] = (
    Precedence(SocketReconnect, EventListeners, "names the event that fires on each reconnect"),
    Precedence(KeepAliveListeners, EventListeners, "names the agent that keeps the socket"),
    Precedence(KeepAliveListeners, HttpAgent, "the listeners leak, not the agent's sockets"),
    Precedence(DiagnosticsChannel, Subscribers, "names the channel"),
    Precedence(EventListeners, LinkedList, "an EventTarget links its listeners"),
    Precedence(Timers, LinkedList, "Node links timers of the same delay"),
    Precedence(PendingPromise, LinkedList, "V8 links the reactions of one promise"),
    Precedence(Backlog, LinkedList, "streams of Node up to 20 link their chunks"),
    Precedence(Backlog, Buffers, "the chunks of a stream are buffers"),
    Precedence(FinalizationRegistryHeld, LinkedList, "V8 links the cells of a registry"),
    Precedence(SharedClosureContext, LinkedList, "a list whose links are closures"),
    Precedence(LinkedList, ErrorsAndStacks, "errors linked by `cause`: the link is the leak"),
    Precedence(LinkedList, AsyncStores, "resources linked by their stores: the link is the leak"),
)
"""Which of two specific detectors comes first where both recognise the same objects, and why.

Other detectors of `SPECIFIC` may come in any order. Tests check that the order follows, and that
every overlap of two detectors in their test heaps is listed here.
"""


def cause_of(evidence: Evidence) -> Cause:
    """Explain an accumulation.

    Parameters
    ----------
    evidence : Evidence
        The accumulated objects.

    Returns
    -------
    Cause
        From the first detector that recognises it, with all remarks.
    """
    found = (detector.recognise(evidence) for detector in DETECTORS)
    cause = next((cause for cause in found if cause is not None), None)
    if cause is None:
        cause = Other().recognise(evidence)
    return replace(cause, explanation=cause.explanation + remarks_on(evidence, cause.kind))


__all__ = ["DETECTORS", "Cause", "Detector", "cause_of", "warm_up"]
