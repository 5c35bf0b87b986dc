"""What a browser keeps for a page until the page releases it, by the name of its node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from heapnb import vocab
from heapnb.decode.native_listeners import REGISTRATION

Keeper: TypeAlias = Literal["browser", "jQuery"]
Family: TypeAlias = Literal["listener", "timer", "observer", "connection", "database"]


@dataclass(frozen=True)
class PageRecord:
    """One kind of what a browser keeps for a page.

    Parameters
    ----------
    family : {"listener", "timer", "observer", "connection", "database"}
        What it is for.
    api : str
        What a page calls it: the class, or the function that creates it.
    adds : tuple of str
        The calls by which a page hands over the function that the browser calls.
    release : str
        The call that releases it.
    is_once : bool
        Whether the browser drops it once it was called: a loop asks for another one each time.
    keeper : {"browser", "jQuery"}
        What keeps it.
    """

    family: Family
    api: str
    adds: tuple[str, ...]
    release: str
    is_once: bool = False
    keeper: Keeper = "browser"


_TIMER: Final = PageRecord(
    "timer",
    "setInterval",
    ("setInterval", "setTimeout"),
    "clearInterval(id)",
)
_FRAME: Final = PageRecord(
    "timer",
    "requestAnimationFrame",
    ("requestAnimationFrame",),
    "cancelAnimationFrame(id)",
    is_once=True,
)
_IDLE: Final = PageRecord(
    "timer",
    "requestIdleCallback",
    ("requestIdleCallback",),
    "cancelIdleCallback(id)",
    is_once=True,
)


def _observer(name: str) -> PageRecord:
    return PageRecord("observer", name, (name,), "disconnect()")


def _connection(name: str, release: str = "close()") -> PageRecord:
    return PageRecord("connection", name, ("addEventListener",), release)


RECORDS: Final[dict[str, PageRecord]] = {
    REGISTRATION: PageRecord(
        "listener", "addEventListener", ("addEventListener",), "removeEventListener"
    ),
    "DOMTimer": _TIMER,
    "FrameCallback": _FRAME,
    "V8FrameCallback": _FRAME,
    "blink::V8FrameCallback": _FRAME,
    "IdleTask": _IDLE,
    "V8IdleRequestCallback": _IDLE,
    "MutationObserver": _observer("MutationObserver"),
    "MutationObserverRegistration": _observer("MutationObserver"),
    "ResizeObserver": _observer("ResizeObserver"),
    "ResizeObservation": _observer("ResizeObserver"),
    "IntersectionObserver": _observer("IntersectionObserver"),
    "IntersectionObservation": _observer("IntersectionObserver"),
    "PerformanceObserver": _observer("PerformanceObserver"),
    "ReportingObserver": _observer("ReportingObserver"),
    "AudioContext": _connection("AudioContext"),
    "BroadcastChannel": _connection("BroadcastChannel"),
    "EventSource": _connection("EventSource"),
    "IDBDatabase": PageRecord("database", "IDBDatabase", ("addEventListener",), "close()"),
    "MediaQueryList": PageRecord(
        "listener", "MediaQueryList", ("addEventListener", "addListener"), "removeEventListener"
    ),
    "MessageChannel": _connection("MessageChannel", "port.close()"),
    "MessagePort": _connection("MessagePort"),
    "RTCPeerConnection": _connection("RTCPeerConnection"),
    "SharedWorker": _connection("SharedWorker", "port.close()"),
    "WebSocket": _connection("WebSocket"),
    "Worker": _connection("Worker", "terminate()"),
    "XMLHttpRequest": _connection("XMLHttpRequest", "abort()"),
}
"""By the name of the native node, without what Blink puts before its internal ones."""


STYLE_SHEET: Final = "CSSStyleSheet"

CONSTRUCTED: Final = frozenset({STYLE_SHEET})
"""Native objects that a page constructs, for each of which the browser keeps larger ones."""


def record_named(name: str) -> PageRecord | None:
    """Find what a browser keeps by the name of its node.

    Parameters
    ----------
    name : str
        Of a native node.

    Returns
    -------
    PageRecord or None

    Examples
    --------
    >>> record_named("Detached ResizeObserver").release
    'disconnect()'
    """
    name = name.removeprefix(vocab.DETACHED_PREFIX)
    return RECORDS.get(name) or RECORDS.get(name.removeprefix("blink::"))


def record_of_call(name: str) -> PageRecord | None:
    """Find the timer that a call starts.

    Parameters
    ----------
    name : str
        Such as ``setInterval``.

    Returns
    -------
    PageRecord or None
        None for other calls.
    """
    return next((one for one in (_TIMER, _FRAME, _IDLE) if name in one.adds), None)


__all__ = [
    "CONSTRUCTED",
    "RECORDS",
    "STYLE_SHEET",
    "Family",
    "PageRecord",
    "record_named",
    "record_of_call",
]
