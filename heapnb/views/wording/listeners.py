"""Listeners, subscribers and callbacks that accumulate."""

from __future__ import annotations

import re
from typing import Final, assert_never

from heapnb.analysis.diagnosis.detectors.abort_signals import AbortSignalFacts
from heapnb.analysis.diagnosis.detectors.diagnostics_channel import ChannelFacts
from heapnb.analysis.diagnosis.detectors.event_listeners import PROCESS, SIGNAL_CLASS, ListenerFacts
from heapnb.analysis.diagnosis.detectors.keep_alive_listeners import KeepAliveFacts
from heapnb.analysis.diagnosis.detectors.socket_reconnect import ReconnectFacts
from heapnb.analysis.diagnosis.detectors.subscribers import SubscriberFacts
from heapnb.analysis.diagnosis.short_names import article, clipped, listed
from heapnb.views.wording.phrases import (
    capitalised,
    growth,
    holder,
    in_component,
    removals,
    subject,
)
from heapnb.views.wording.registry import Words, words_for

_EVENT: Final = re.compile(r"[\w:.-]+")
"""Names of events that need no escaping in a string of JavaScript."""


@words_for.register(ListenerFacts)
def _listeners(facts: ListenerFacts) -> Words:
    is_process = facts.emitter == PROCESS
    lasting = f"a long-lived {facts.emitter}" if facts.is_lasting else article(facts.emitter)
    emitter = f"`{PROCESS}`" if is_process else capitalised(lasting)
    event = f"`{facts.event}`" if facts.event else "the event"
    once = f" `once` would remove them, but {event} has not fired since."
    return Words(
        f"{emitter} accumulates {_events(facts)}listeners: {growth(facts.group)} "
        f"{subject(facts.group, facts.location)}.{removals(facts.group)} Each retains all "
        f"variables that it closes over.{once if facts.is_once else ''}"
        + (" Node has reported a MaxListenersExceededWarning." if facts.is_warned else ""),
        _removal(facts),
    )


def _events(facts: ListenerFacts) -> str:
    return f"{listed(facts.events)} " if facts.events else ""


def _removal(facts: ListenerFacts) -> str:
    events = f"{_events(facts)}listener{'s' if len(facts.events) > 1 else ''}"
    if facts.emitter == SIGNAL_CLASS:
        return (
            f"Remove the {events} when the operation ends: "
            f"{_call(facts, 'removeEventListener', 'signal')} in a `finally`. `{{ once: true }}` "
            "removes it only when the signal is aborted. Or give each operation its own signal."
        )
    if facts.emitter == PROCESS:
        return (
            f"Add one {_events(facts)}listener at startup that handles everything still open. Or "
            f"remove each when its work ends: {_call(facts, 'off', PROCESS)} in a `finally`."
        )
    off = (
        f"{_call(facts, 'off', 'emitter')} in a `finally`. Or add it with `once` if one event is "
        "enough"
    )
    if facts.is_target:
        off = (
            f"{_call(facts, 'removeEventListener', 'target')} in a `finally`, or pass "
            "`{ signal }` when you add it"
        )
    return (
        f"Remove the {events} when the work ends: {off}. Or add one listener where the "
        f"{facts.emitter} is created."
    )


def _call(facts: ListenerFacts, method: str, emitter: str) -> str:
    """Write the call that removes a listener."""
    event = f"'{facts.event}'" if _EVENT.fullmatch(facts.event) else "event"
    return f"`{clipped(facts.expression) or emitter}.{method}({event}, listener)`"


@words_for.register(KeepAliveFacts)
def _on_reused_connection(facts: KeepAliveFacts) -> Words:
    return Words(
        f"A connection of an HTTP agent accumulates `{facts.event}` listeners: "
        f"{growth(facts.group)} {subject(facts.group, facts.location)}.{removals(facts.group)} "
        "Probably every request adds one: the agent reuses its connections (keep-alive). "
        "Each listener retains the variables that it closes over.",
        "Listen on the request or the response instead of the socket: `request.setTimeout(ms)`, "
        f"`request.on('error', …)`. Or add the `{facts.event}` listener only to a new socket "
        "(`if (!request.reusedSocket)`), or remove it when the response ends.",
    )


@words_for.register(ReconnectFacts)
def _at_each_reconnect(facts: ReconnectFacts) -> Words:
    event, socket = facts.event, facts.socket
    return Words(
        f"A long-lived {socket} accumulates `{event}` listeners: {growth(facts.group)} "
        f"{subject(facts.group)}.{removals(facts.group)} Probably each reconnect adds one: "
        f"`{event}` fires once for each connection. Every connection calls all of them, and "
        "each retains the variables that it closes over.",
        f"Add the `{event}` listener once, where the {socket} is created. Or add it with "
        f"`once`, which removes it after it has run. Or create a new {socket} for each "
        "connection.",
    )


@words_for.register(ChannelFacts)
def _of_a_channel(facts: ChannelFacts) -> Words:
    called = f" `{facts.channel}`" if facts.channel else ""
    return Words(
        f"The diagnostics channel{called} accumulates subscribers: {growth(facts.group)} "
        f"{subject(facts.group)}.{removals(facts.group)} Every message calls all of them, "
        "and each retains what it closes over. A channel with subscribers lives as long as "
        "the process.",
        "Subscribe once, when the program starts. Or remove the subscriber when its owner closes: "
        "`channel.unsubscribe(listener)`, with the same function.",
    )


@words_for.register(SubscriberFacts)
def _subscribers(facts: SubscriberFacts) -> Words:
    return Words(
        f"{holder(facts.anchor)} accumulates {subject(facts.group)}: {growth(facts.group)}."
        f"{removals(facts.group)} {_sign(facts)} {_retained(facts)}",
        f"Unsubscribe when the work ends or its owner closes: {_unsubscribing(facts)}. Or "
        f"subscribe once, at startup.{in_component(facts.framework, facts.hook)}",
    )


def _unsubscribing(facts: SubscriberFacts) -> str:
    if facts.removal:
        return f"call `{facts.removal}` with the same function"
    return "call what subscribing returned, or use `takeUntil` in RxJS"


def _sign(facts: SubscriberFacts) -> str:
    """Say what shows that they are subscribers."""
    match facts.sign:
        case "know-owner":
            return f"Each refers back to {article(facts.owner)}: probably every event calls them."
        case "bus":
            which = f", which has `{facts.removal}`" if facts.removal else ""
            return f"It belongs to an event bus{which}: every event calls them."
        case "functions":
            return "They are functions: probably every event calls them."
        case "name":
            return "By its name, it holds subscribers: probably every event calls them."
        case _:
            assert_never(facts.sign)


def _retained(facts: SubscriberFacts) -> str:
    if facts.is_function:
        return "Each retains all variables that it closes over."
    return "Each has a function of the program, which retains all variables that it closes over."


@words_for.register(AbortSignalFacts)
def _of_composite_signals(facts: AbortSignalFacts) -> Words:
    return Words(
        f"Signals from `AbortSignal.any`: {growth(facts.group)}, which follow "
        f"`{facts.anchor.expression}`. {_why_followed(facts)}",
        "Remove the listener when the operation ends: `removeEventListener` in a `finally`. "
        "Or pass the long-lived signal itself and check `signal.aborted`. Newer versions of "
        "Node release a composite signal once it has no listeners.",
    )


def _why_followed(facts: AbortSignalFacts) -> str:
    """Say what keeps the signals, as far as those that were checked show it."""
    until = "Node keeps it until one of its source signals is aborted"
    if facts.n_checked and not facts.n_alive:
        return "The signals are gone; what accumulates are the weak references to them."
    if facts.n_listening == facts.n_checked:
        return (
            f"While such a signal has a listener, {until}. Each retains everything that its "
            "listeners close over."
        )
    return (
        f"Of {facts.n_checked:,} that were checked, {facts.n_listening:,} have a listener. While a "
        f"signal has one, {until}."
    )
