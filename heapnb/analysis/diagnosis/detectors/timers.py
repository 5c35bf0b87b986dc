"""Timers that are not cleared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.async_stores import store_of
from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import Callback, function_behind, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.edges import child

TIMER_CLASSES: Final = ("Timeout", "Immediate")
LIST_CLASS: Final = "TimersList"
"""Node keeps one for each delay, with the timers of that delay."""

_LIST_CLASSES: Final = (LIST_CLASS, "ImmediateList", "PriorityQueue")
_LISTS: Final = ("timerListMap", "timerListQueue", "lists")
_FIRST: Final = "_idleNext"
_RENEWED: Final = 0.1


@dataclass(frozen=True)
class TimerFacts(Facts):
    """Running timers.

    Parameters
    ----------
    callback : Callback or None
        What one of them will call.
    delay : int or None
        Milliseconds, if all have the same delay.
    store : str or None
        Class of the store of an AsyncLocalStorage that each retains.
    is_restarted : bool
        Whether the timer objects are new in each snapshot.
    """

    callback: Callback | None
    delay: int | None
    store: str | None
    is_restarted: bool


class Timers:
    """Timeouts and intervals that keep running."""

    kind: ClassVar[str] = "timers"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        timer = _timer(site)
        if timer is None:
            return None
        graph = site.graph
        function = function_behind(graph, timer)
        store = store_of(site, timer)
        anchor = site.anchor
        return Cause(
            self.kind,
            TimerFacts(
                Group.of(site),
                replace(anchor, text=f"Node's list of running timers (`{anchor.name}`)"),
                None if function is None else Callback.of(graph, function),
                _delay(site),
                None if store is None else graph.class_name(store),
                is_restarted=bool(site.accumulation.first_survival < _RENEWED),
            ),
            None if function is None else user_location(graph, function),
            timer,
        )


def _timer(site: Site) -> int | None:
    """Find a timer, if the objects are running timers."""
    graph = site.graph
    example = site.example
    if site.class_name == LIST_CLASS:
        # All delays differ, so there is a list for every timer.
        timer = child(graph, example, _FIRST)
        return timer if timer is not None and graph.class_name(timer) in TIMER_CLASSES else None
    is_waiting = any(
        step.class_name in _LIST_CLASSES or step.label in _LISTS
        for step in (*site.around, *site.inside)
    )
    return example if is_waiting and site.class_name in TIMER_CLASSES else None


def _delay(site: Site) -> int | None:
    """Return the delay of the timers in milliseconds, if they all have the same."""
    for step in (*site.around, *site.inside[:-1]):
        if step.class_name == LIST_CLASS and step.label.isdecimal():
            return int(step.label)
    return None
