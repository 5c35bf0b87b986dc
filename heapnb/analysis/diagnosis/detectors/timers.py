"""Timers that are not cleared."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.async_stores import kept_store
from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.detectors.callbacks import described, function_behind, user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import child

TIMER_CLASSES: Final = ("Timeout", "Immediate")
LIST_CLASS: Final = "TimersList"
"""Node keeps one for each delay, with the timers of that delay."""

_LIST_CLASSES: Final = (LIST_CLASS, "ImmediateList", "PriorityQueue")
_LISTS: Final = ("timerListMap", "timerListQueue", "lists")
_FIRST: Final = "_idleNext"
_RENEWED: Final = 0.1
_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000))


class Timers:
    """Timeouts and intervals that keep running."""

    kind: ClassVar[str] = "timers"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        timer = _timer(evidence)
        if timer is None:
            return None
        graph = evidence.graph
        function = function_behind(graph, timer)
        calls = f", {described(graph, function)}," if function is not None else ""
        delay = _delay(evidence)
        if evidence.accumulation.first_survival < _RENEWED:
            how = " Probably their callbacks start them again: the timer objects are new each time."
        else:
            how = removals(evidence)
        anchor = evidence.anchor
        return Cause(
            self.kind,
            replace(anchor, text=f"Node's list of running timers (`{anchor.name}`)"),
            f"Running timers{delay}: {growth(evidence)}.{how} Each retains its callback{calls} "
            f"and everything that the callback closes over.{kept_store(evidence, timer)}",
            "Clear each timer when the work ends or its owner closes: keep what `setInterval` or "
            "`setTimeout` returns, and call `clearInterval` or `clearTimeout`. Pass an "
            "AbortSignal to `timers/promises`. `unref()` does not stop a timer.",
            None if function is None else user_location(graph, function),
            timer,
        )


def _timer(evidence: Evidence) -> int | None:
    """Find a timer, if the objects are running timers."""
    graph = evidence.graph
    example = evidence.accumulation.example
    if evidence.class_name == LIST_CLASS:
        # All delays differ, so there is a list for every timer.
        timer = child(graph, example, _FIRST)
        return timer if timer is not None and graph.class_name(timer) in TIMER_CLASSES else None
    is_waiting = any(
        step.class_name in _LIST_CLASSES or step.label in _LISTS for step in evidence.steps
    )
    return example if is_waiting and evidence.class_name in TIMER_CLASSES else None


def _delay(evidence: Evidence) -> str:
    """Return the delay of the timers, if they all have the same."""
    for step in evidence.steps[:-1]:
        if step.class_name == LIST_CLASS and step.label.isdecimal():
            milliseconds = int(step.label)
            for unit, length in _UNITS:
                if milliseconds >= length and milliseconds % length == 0:
                    return f" of {milliseconds // length:,} {unit}"
            return f" of {milliseconds:,} ms"
    return ""
