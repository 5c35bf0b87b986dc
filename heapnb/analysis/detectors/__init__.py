"""Causes of leaks, each recognised by a class of its own.

To add one, write a class as in `event_listeners` and put it in `DETECTORS`: the first that
recognises a pile explains it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from heapnb.analysis.detectors.abort_signals import AbortSignals
from heapnb.analysis.detectors.async_hooks import AsyncHooks
from heapnb.analysis.detectors.async_stores import AsyncStores
from heapnb.analysis.detectors.backlog import Backlog
from heapnb.analysis.detectors.base import Cause, Detector
from heapnb.analysis.detectors.buffers import Buffers
from heapnb.analysis.detectors.compiled_code import CompiledCode
from heapnb.analysis.detectors.detached_dom import DetachedDom
from heapnb.analysis.detectors.diagnostics_channel import DiagnosticsChannel
from heapnb.analysis.detectors.errors_and_stacks import ErrorsAndStacks
from heapnb.analysis.detectors.event_listeners import EventListeners
from heapnb.analysis.detectors.finalization_registry import FinalizationRegistryHeld
from heapnb.analysis.detectors.growing_string import GrowingString
from heapnb.analysis.detectors.http_agent import HttpAgent
from heapnb.analysis.detectors.keep_alive_listeners import KeepAliveListeners
from heapnb.analysis.detectors.linked_list import LinkedList
from heapnb.analysis.detectors.metric_labels import MetricLabels
from heapnb.analysis.detectors.middleware_stack import MiddlewareStack
from heapnb.analysis.detectors.module_reload import ModuleReload
from heapnb.analysis.detectors.native_handles import NativeHandles
from heapnb.analysis.detectors.other import Other
from heapnb.analysis.detectors.pending_promise import PendingPromise
from heapnb.analysis.detectors.remarks import remarks_on
from heapnb.analysis.detectors.shared_closure_context import SharedClosureContext
from heapnb.analysis.detectors.sliced_strings import SlicedStrings
from heapnb.analysis.detectors.socket_reconnect import SocketReconnect
from heapnb.analysis.detectors.subscribers import Subscribers
from heapnb.analysis.detectors.suspended_calls import SuspendedCalls
from heapnb.analysis.detectors.timers import Timers
from heapnb.analysis.detectors.unbounded_collection import (
    UnboundedArray,
    UnboundedDictionary,
    UnboundedMap,
    UnboundedSet,
)
from heapnb.analysis.detectors.unbounded_memoize import UnboundedMemoize
from heapnb.analysis.detectors.undeclared_global import UndeclaredGlobal
from heapnb.analysis.detectors.warm_up import warm_up
from heapnb.analysis.detectors.weak_map_value import WeakMapValue
from heapnb.analysis.evidence import Evidence

DETECTORS: Final[tuple[Detector, ...]] = (
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
    UnboundedArray(),
    UnboundedMap(),
    UnboundedSet(),
    UnboundedDictionary(),
)
"""In the order in which they are asked: the special ones first."""


def cause_of(evidence: Evidence) -> Cause:
    """Explain a pile.

    Parameters
    ----------
    evidence : Evidence
        The pile.

    Returns
    -------
    Cause
        Of the first detector that recognises it, with what else there is to say.
    """
    found = (detector.recognise(evidence) for detector in DETECTORS)
    cause = next((cause for cause in found if cause is not None), None)
    if cause is None:
        cause = Other().recognise(evidence)
    return replace(cause, explanation=cause.explanation + remarks_on(evidence, cause.kind))


__all__ = ["DETECTORS", "Cause", "Detector", "cause_of", "warm_up"]
