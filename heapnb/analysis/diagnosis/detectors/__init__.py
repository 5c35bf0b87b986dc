"""Detectors: each recognises one cause of leaks.

To add one, write a class and a dataclass of its facts as in `event_listeners`, add the class to
`DETECTORS`, and write about the facts in `heapnb.views.wording`. All that may find something are
asked; the strongest answer explains the accumulation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from heapnb.analysis.diagnosis.accumulation import Alternative
from heapnb.analysis.diagnosis.detectors.abort_signals import AbortSignals
from heapnb.analysis.diagnosis.detectors.async_hooks import AsyncHooks
from heapnb.analysis.diagnosis.detectors.async_stores import AsyncStores
from heapnb.analysis.diagnosis.detectors.attached_dom import AttachedDom
from heapnb.analysis.diagnosis.detectors.backlog import Backlog
from heapnb.analysis.diagnosis.detectors.base import Cause, Detector
from heapnb.analysis.diagnosis.detectors.buffers import Buffers
from heapnb.analysis.diagnosis.detectors.compiled_code import CompiledCode
from heapnb.analysis.diagnosis.detectors.console import Console
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
from heapnb.analysis.diagnosis.detectors.page_objects import (
    PageConnections,
    PageDatabases,
    PageListeners,
    PageObservers,
    PageTimers,
)
from heapnb.analysis.diagnosis.detectors.pending_promise import PendingPromise
from heapnb.analysis.diagnosis.detectors.performance_entries import PerformanceEntries
from heapnb.analysis.diagnosis.detectors.plugged import plugged_detectors
from heapnb.analysis.diagnosis.detectors.remarks import remarks_on
from heapnb.analysis.diagnosis.detectors.shared_closure_context import SharedClosureContext
from heapnb.analysis.diagnosis.detectors.sliced_strings import SlicedStrings
from heapnb.analysis.diagnosis.detectors.socket_reconnect import SocketReconnect
from heapnb.analysis.diagnosis.detectors.style_sheets import StyleSheets
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
from heapnb.analysis.diagnosis.site import Site

DETECTORS: Final[tuple[Detector, ...]] = tuple(
    sorted(
        (
            AbortSignals(),
            AsyncHooks(),
            AsyncStores(),
            AttachedDom(),
            Backlog(),
            Buffers(),
            CompiledCode(),
            Console(),
            DetachedDom(),
            DiagnosticsChannel(),
            ErrorsAndStacks(),
            EventListeners(),
            FinalizationRegistryHeld(),
            GrowingString(),
            HttpAgent(),
            KeepAliveListeners(),
            LinkedList(),
            MetricLabels(),
            MiddlewareStack(),
            ModuleReload(),
            NativeHandles(),
            PageConnections(),
            PageDatabases(),
            PageListeners(),
            PageObservers(),
            PageTimers(),
            PendingPromise(),
            PerformanceEntries(),
            SharedClosureContext(),
            SlicedStrings(),
            SocketReconnect(),
            StyleSheets(),
            Subscribers(),
            SuspendedCalls(),
            Timers(),
            UnboundedArray(),
            UnboundedDictionary(),
            UnboundedMap(),
            UnboundedMemoize(),
            UnboundedSet(),
            UndeclaredGlobal(),
            WeakMapValue(),
        ),
        key=lambda detector: -detector.strength,
    )
)
"""All of heapnb's own, the strongest first."""

NEAR: Final = 0.1
"""Causes that are weaker than the strongest one by at most this are alternatives.

It reaches from the class of the holder (0.5) to a guess from its name (0.4), and from the contents
of the members (0.74) to what they were created in (0.7); not from any of these to the class of the
holder, which says nothing new.
"""


_KINDS: Final = frozenset({*(detector.kind for detector in DETECTORS), Other.kind})


def all_detectors() -> tuple[Detector, ...]:
    """List heapnb's detectors and those of plug-ins, the strongest first.

    Returns
    -------
    tuple of Detector
        Of equal strength, heapnb's own come first.
    """
    plugged = plugged_detectors(_KINDS)
    if not plugged:
        return DETECTORS
    return tuple(sorted((*DETECTORS, *plugged), key=lambda detector: -detector.strength))


def cause_of(evidence: Evidence) -> Cause:
    """Explain an accumulation.

    Parameters
    ----------
    evidence : Evidence
        The accumulated objects.

    Returns
    -------
    Cause
        The strongest that a detector finds, with all remarks and with its alternatives.
    """
    best, *others = causes_at(Site(evidence))
    return replace(
        best,
        remarks=remarks_on(evidence, best.kind),
        alternatives=tuple(
            Alternative(other.kind, other.strength)
            for other in others
            if other.kind != best.kind and best.strength - other.strength <= NEAR
        ),
    )


def causes_at(site: Site) -> list[Cause]:
    """List the causes that detectors find, the strongest first.

    Parameters
    ----------
    site : Site
        Where objects accumulate.

    Returns
    -------
    list of Cause
        At least one. Detectors that can find only what is much weaker are not asked.
    """
    found: list[Cause] = []
    strongest = Other.strength
    for detector in all_detectors():
        if detector.strength < strongest - NEAR:
            break
        cause = detector.recognise(site)
        if cause is not None:
            cause = replace(cause, strength=cause.strength or detector.strength)
            found.append(cause)
            strongest = max(strongest, cause.strength)
    if not found:
        found = [replace(Other().recognise(site), strength=Other.strength)]
    return sorted(found, key=lambda cause: -cause.strength)


__all__ = [
    "DETECTORS",
    "NEAR",
    "Alternative",
    "Cause",
    "Detector",
    "all_detectors",
    "cause_of",
    "causes_at",
    "warm_up",
]
