"""Work that waits: timers, promises, suspended calls, streams, requests."""

from __future__ import annotations

from typing import Final, assert_never

from heapnb.analysis.diagnosis.detectors.async_hooks import AsyncHookFacts
from heapnb.analysis.diagnosis.detectors.async_stores import CreatedInStoreFacts, InStoreFacts
from heapnb.analysis.diagnosis.detectors.backlog import QueueFacts, StreamFacts
from heapnb.analysis.diagnosis.detectors.http_agent import AgentFacts
from heapnb.analysis.diagnosis.detectors.pending_promise import (
    PromiseChainFacts,
    PromisesFacts,
    ReactionFacts,
)
from heapnb.analysis.diagnosis.detectors.suspended_calls import SuspendedFacts
from heapnb.analysis.diagnosis.detectors.timers import TimerFacts
from heapnb.analysis.diagnosis.short_names import article
from heapnb.analysis.diagnosis.site import PROMISE_CLASS
from heapnb.views.wording.phrases import (
    BACKLOG,
    bound_the_queue,
    capitalised,
    counted,
    described,
    growth,
    holder,
    removals,
)
from heapnb.views.wording.registry import Words, words_for

_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000))


@words_for.register(TimerFacts)
def _timers(facts: TimerFacts) -> Words:
    delay = "" if facts.delay is None else f" of {_duration(facts.delay)}"
    calls = f", {described(facts.callback)}," if facts.callback else ""
    how = removals(facts.group)
    if facts.is_restarted:
        how = " Probably their callbacks start them again: the timer objects are new each time."
    store = (
        ""
        if facts.store is None
        else " Each also retains the AsyncLocalStorage store it was created in, "
        f"{article(facts.store)}."
    )
    return Words(
        f"Running timers{delay}: {growth(facts.group)}.{how} Each retains its callback{calls} "
        f"and everything that the callback closes over.{store}",
        "Clear each timer when the work ends or its owner closes: `clearInterval(timer)` or "
        "`clearTimeout(timer)`, with what `setInterval` or `setTimeout` returned. Pass an "
        "AbortSignal to `timers/promises`. `unref()` does not stop a timer.",
    )


def _duration(milliseconds: int) -> str:
    for unit, length in _UNITS:
        if milliseconds >= length and milliseconds % length == 0:
            return f"{milliseconds // length:,} {unit}"
    return f"{milliseconds:,} ms"


@words_for.register(ReactionFacts)
def _reactions(facts: ReactionFacts) -> Words:
    return Words(
        f"{_promise(facts)} accumulates reactions: {growth(facts.group)}."
        f"{removals(facts.group)}{_waiting(facts)}",
        f"Resolve or reject `{facts.anchor.name}` in every case, for example after a timeout. Do "
        "not let every request await one long-lived promise: `Promise.race` with it adds a "
        "reaction each time, too. A reaction cannot be taken back: to tell work of an end, use an "
        "`AbortSignal`, and remove the listener when the work is done.",
    )


def _promise(facts: ReactionFacts) -> str:
    """Name the promise, unless the words for its holder do."""
    where = facts.anchor.text
    return capitalised(where) if " promise " in where else f"A pending promise in {where}"


def _waiting(facts: ReactionFacts) -> str:
    """Name the function that continues when the promise settles, and what it retains."""
    function = facts.function
    if function is None:
        if not facts.settles:
            return ""
        return (
            " Each leads to another promise, which is settled, and retains its result. "
            "`Promise.race` leaves such reactions."
        )
    name = described(function) if function.name or function.location else "the function"
    name = f"the function {name}" if function.name else name
    if facts.is_suspended:
        return f" Each retains {name}, suspended with its variables."
    return f" Each retains {name}, with all variables that it closes over."


@words_for.register(PromiseChainFacts)
def _promise_chain(facts: PromiseChainFacts) -> Words:
    last = f" The last one continues {described(facts.function)}." if facts.function else ""
    return Words(
        f"A chain of pending promises grows, held by {facts.anchor.text}: {growth(facts.group)}."
        f"{removals(facts.group)} Each settles only after the next one.{last}",
        "Let each call end before the next one starts: repeat the work in a loop (`while` with "
        "`await`). A function that returns or awaits its own next call (`return loop()`), or a "
        "`then` callback that returns it, lengthens the chain each time.",
    )


@words_for.register(PromisesFacts)
def _promises(facts: PromisesFacts) -> Words:
    who = described(facts.function) if facts.function else "the code that awaits it"
    is_promise = facts.group.class_name == PROMISE_CLASS
    what = "pending promises" if is_promise else "functions that settle pending promises"
    return Words(
        f"{holder(facts.anchor)} holds {what}: {growth(facts.group)}.{removals(facts.group)} Each "
        f"retains {who}, with its variables.",
        f"Settle each entry of `{facts.anchor.name}` on every exit path, in a `finally`, and "
        "remove it then. Reject it after a timeout: its caller then has to handle the error.",
    )


@words_for.register(SuspendedFacts)
def _suspended_calls(facts: SuspendedFacts) -> Words:
    who = described(facts.function) if facts.function else "a function"
    return Words(
        f"Suspended calls of {who}: {growth(facts.group)}, held by {facts.anchor.text}."
        f"{removals(facts.group)} They have not finished; each retains its variables and "
        "arguments.",
        "Finish each call: `iterator.return()`, or leave its loop with `break`. Settle in every "
        f"case what it awaits. Then remove it from `{facts.anchor.name}`.",
    )


@words_for.register(AsyncHookFacts)
def _async_hook(facts: AsyncHookFacts) -> Words:
    name = facts.anchor.name
    return Words(
        f"{counted(facts.group)}, held by {facts.anchor.text}.{removals(facts.group)} A callback "
        f"of an async hook has access to `{name}`, whose keys are numbers, as async ids are"
        + (
            ", and whose entries are of asynchronous resources: probably the hook adds one for "
            "each."
            if facts.is_of_resources
            else ". If they are async ids, the hook adds an entry for each resource."
        ),
        f"Delete the entry of `{name}` in the hook's `destroy`. For a promise "
        "`destroy` fires only after its collection, so delete in `promiseResolve` too. Or "
        "keep the data on `executionAsyncResource()`, in a WeakMap, or in AsyncLocalStorage.",
    )


@words_for.register(CreatedInStoreFacts)
def _created_in_store(facts: CreatedInStoreFacts) -> Words:
    return Words(
        f"{counted(facts.group)}, held by {facts.anchor.text}.{removals(facts.group)} Each was "
        "created inside `run` of an AsyncLocalStorage and retains the store of that call, "
        f"{article(facts.store)}.",
        f"Remove each from `{facts.anchor.name}` when its work ends. Create long-lived objects "
        "outside the request's context: at startup, or inside `storage.exit(…)`. Put ids "
        "into the store instead of whole requests.",
    )


@words_for.register(InStoreFacts)
def _in_store(facts: InStoreFacts) -> Words:
    return Words(
        f"{counted(facts.group)}, held by {facts.anchor.text}.{removals(facts.group)} They are in "
        f"a store of an AsyncLocalStorage, and {article(facts.resource)} created in its "
        "context keeps the store alive.",
        "Start a new store for each unit of work: `storage.run(new Map(), …)`. Or clear "
        f"`{facts.anchor.name}` when a unit of work ends. Create long-lived objects outside any "
        "store.",
    )


@words_for.register(QueueFacts)
def _queue(facts: QueueFacts) -> Words:
    return Words(
        f"{counted(facts.group)}, waiting in {facts.anchor.text}.{removals(facts.group)} {BACKLOG}",
        bound_the_queue(facts.anchor),
    )


@words_for.register(StreamFacts)
def _stream(facts: StreamFacts) -> Words:
    stream = article(facts.stream)
    waiting = (
        f"{counted(facts.group)}, waiting in the "
        f"{facts.buffer} buffer of {stream} (`{facts.owner}`). This is an unbounded backlog: "
        "chunks are "
    )
    if facts.buffer == "write":
        call, waits = f"{facts.stream}.write", "when it returns false, wait for 'drain'"
        if facts.is_web:
            call, waits = "writer.write", "await `writer.ready`"
        return Words(
            f"{waiting}written faster than the destination accepts them.",
            f"Respect backpressure after `{call}`: {waits}. `pipeline` does so for you. If the "
            "destination hangs, set a timeout and destroy the stream.",
        )
    call, waits = f"{facts.stream}.push", "when it returns false, stop until `read()` is called"
    if facts.is_web:
        call, waits = "controller.enqueue", "stop while `desiredSize` is 0 or less"
    return Words(
        f"{waiting}added faster than they are read, or nothing reads the stream.",
        "Read the stream, discard its data with `resume()`, or destroy it. Respect backpressure "
        f"after `{call}`: {waits}.",
    )


@words_for.register(AgentFacts)
def _agent(facts: AgentFacts) -> Words:
    whose, pool = article(facts.agent), f"`{facts.anchor.expression}`"
    match facts.use:
        case "waiting":
            return Words(
                f"Requests waiting in {whose} ({pool}) for a free connection: "
                f"{growth(facts.group)}. This is an unbounded backlog: requests start faster than "
                "its connections finish them, or the connections hang.",
                "Give each request a timeout (`timeout`, `signal`). Read every response to its "
                "end, or discard it with `response.resume()`. Start fewer requests at the same "
                "time, or allow more connections (`maxSockets`, in undici `connections`).",
            )
        case "hosts":
            return Words(
                f"{capitalised(whose)} keeps separate connections for each host, and the number "
                f"of hosts in {pool} grows: {growth(facts.group)}.",
                "Close idle connections: set `timeout`, `maxFreeSockets` or `maxTotalSockets`. "
                "Use an agent without keep-alive for hosts that are called once; each such call "
                "then costs a new connection. If each tenant has an agent, destroy it with the "
                "tenant.",
            )
        case "connections":
            return Words(
                f"Connections in {whose} ({pool}): {growth(facts.group)}. A "
                "connection becomes free only after its response has been read to the end.",
                "Read every response to its end, or discard it with `response.resume()`. Give "
                "each request a timeout. Bound the connections with `maxSockets`.",
            )
        case _:
            assert_never(facts.use)
