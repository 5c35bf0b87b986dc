"""What a browser keeps for a page, and DOM trees that left the document."""

from __future__ import annotations

import re
from typing import Final

from heapnb.analysis.diagnosis.detectors.attached_dom import AttachedFacts
from heapnb.analysis.diagnosis.detectors.console import ConsoleFacts
from heapnb.analysis.diagnosis.detectors.page_objects import PageFacts
from heapnb.analysis.diagnosis.detectors.remarks.detached_trees import DetachedTreesRemark
from heapnb.analysis.diagnosis.detectors.remarks.unmounted_components import UnmountedRemark
from heapnb.analysis.diagnosis.detectors.style_sheets import StyleSheetFacts
from heapnb.analysis.diagnosis.short_names import clipped, listed
from heapnb.views.wording.phrases import (
    capitalised,
    counted,
    described,
    growth,
    in_component,
    removals,
    subject,
)
from heapnb.views.wording.registry import Words, sentence_for, words_for

_EVENT: Final = re.compile(r"[\w:.-]+")
_RETAINS: Final = "Each retains all variables that it closes over."
_FUNCTION: Final = "The function retains all variables that it closes over."


@words_for.register(PageFacts)
def _page(facts: PageFacts) -> Words:
    match facts.record.family:
        case "listener":
            return _listeners(facts)
        case "timer":
            return _timers(facts)
        case "observer":
            return _observers(facts)
        case _:
            return _connections(facts)


def _listeners(facts: PageFacts) -> Words:
    event = f"`{clipped(facts.event)}` " if facts.event else ""
    emitter = _emitter(facts)
    is_many = facts.n_targets > 1
    who = f"{facts.n_targets:,} `{clipped(facts.target)}` targets have"
    who = who if is_many else f"{emitter} has"
    group = facts.group
    listeners = subject(group, None if facts.callback is None else facts.callback.location)
    return Words(
        f"{capitalised(who)} {event}listeners that are never removed: {growth(group)} {listeners}."
        f"{removals(group)} {_RETAINS}",
        f"Remove the {event}listener when its owner is closed: {_removal(facts)}, with the same "
        f"{'object' if facts.is_object else 'function'}{_other_way(facts)}."
        f"{in_component(facts.framework, facts.hook)}",
    )


def _other_way(facts: PageFacts) -> str:
    """Say how else a listener is removed."""
    if facts.record.keeper == "jQuery":
        return ", or in a namespace of its owner's own"
    return ", or pass `{ signal }` when you add it and abort the signal"


def _emitter(facts: PageFacts) -> str:
    """Write what emits the event."""
    is_known = facts.anchor.is_code or not facts.target
    name = clipped(facts.anchor.expression if is_known else facts.target)
    return f"the `{name}` element" if name.startswith("<") else f"`{name}`"


def _removal(facts: PageFacts) -> str:
    """Write the call that removes a listener."""
    event = f"'{facts.event}'" if _EVENT.fullmatch(facts.event) else "type"
    is_known = facts.target in {"window", "document"}
    target = facts.anchor.expression if facts.anchor.is_code else "target"
    target = facts.target if is_known else target
    name = facts.callback.name if facts.callback is not None else ""
    listener = name if name.isidentifier() else "listener"
    if facts.record.keeper == "jQuery":
        return f"`$({clipped(target)}).off({event}, {listener})`"
    return f"`{clipped(target)}.removeEventListener({event}, {listener})`"


def _timers(facts: PageFacts) -> Words:
    call = _call(facts)
    release = {
        "setInterval": "clearInterval(id)",
        "setTimeout": "clearTimeout(id)",
    }.get(call, facts.record.release)
    what = {
        "setInterval": "running intervals (`setInterval`)",
        "setTimeout": "pending timeouts (`setTimeout`)",
    }.get(call, f"pending callbacks of `{call}`")
    if facts.record.is_once:
        return _loops(facts, what)
    return Words(
        f"The page has more and more {what}: {growth(facts.group)}.{removals(facts.group)} The "
        f"browser keeps each until it is cleared{_calls(facts)}. {_FUNCTION}",
        f"Keep what `{call}` returns, and clear it when its owner is closed: `{release}`."
        f"{in_component(facts.framework, facts.hook)}",
    )


def _loops(facts: PageFacts, what: str) -> Words:
    call, release = facts.record.api, facts.record.release
    return Words(
        f"The page has more and more {what}: {growth(facts.group)}. The browser drops each once it "
        f"was called{_calls(facts)}, so these are loops that ask for another one each time and "
        f"never end. {_FUNCTION}",
        f"End the loop when its owner is closed: keep what `{call}` returns and call `{release}`, "
        f"or return before the next `{call}`.{in_component(facts.framework, facts.hook)}",
    )


def _call(facts: PageFacts) -> str:
    return facts.record.api if facts.addition is None else facts.addition.call


def _calls(facts: PageFacts) -> str:
    return "" if facts.callback is None else f", to call {described(facts.callback)}"


def _observers(facts: PageFacts) -> Words:
    api, component = facts.record.api, in_component(facts.framework, facts.hook)
    can_share = api in {"ResizeObserver", "IntersectionObserver"}
    share = f" Or observe with one `{api}` for all, and call `unobserve(element)`."
    return Words(
        f"`{api}` objects that are never disconnected: {growth(facts.group)}."
        f"{removals(facts.group)} The browser keeps an observer as long as what it observes is in "
        f"the page{_calls(facts)}. {_FUNCTION}",
        f"Call `observer.disconnect()` when the owner of the `{api}` is closed."
        f"{share if can_share else ''}{component}",
    )


def _connections(facts: PageFacts) -> Words:
    api, release = facts.record.api, facts.record.release
    name = _VARIABLES.get(api, "connection")
    return Words(
        f"Open `{api}` objects: {growth(facts.group)}.{removals(facts.group)} The browser keeps "
        f"each as long as it is open{_calls(facts)}, with everything that its listeners close "
        "over, although nothing in the page refers to it.",
        f"Keep a reference to each `{api}`, and call `{name}.{release}` when its owner is closed. "
        f"Or share one `{api}`.{in_component(facts.framework, facts.hook)}",
    )


_VARIABLES: Final = {
    "AudioContext": "context",
    "BroadcastChannel": "channel",
    "EventSource": "source",
    "IDBDatabase": "database",
    "MessagePort": "port",
    "SharedWorker": "worker",
    "WebSocket": "socket",
    "Worker": "worker",
    "XMLHttpRequest": "request",
}


@words_for.register(AttachedFacts)
def _attached(facts: AttachedFacts) -> Words:
    parent, element = clipped(facts.parent), clipped(facts.group.class_name)
    rendered = (
        f" In {facts.framework.name}, bound the list that renders them."
        if facts.framework is not None
        else ""
    )
    return Words(
        f"The `{parent}` element of the page gets more and more `{element}` elements: "
        f"{growth(facts.group)}. They are in the document, so the page itself holds them: nothing "
        "is detached. For each the browser keeps style, layout and paint objects, too.",
        "Remove old elements beyond a limit, such as `while (list.childElementCount > 1_000) "
        "list.firstElementChild.remove()`. Or render only the rows in view (a virtual list)."
        f"{rendered}",
    )


@words_for.register(StyleSheetFacts)
def _style_sheets(facts: StyleSheetFacts) -> Words:
    owner = clipped(facts.owner)
    adopted = f"{owner}.adoptedStyleSheets"
    return Words(
        f"`{owner}` adopts more and more style sheets, and keeps them: {counted(facts.group)}."
        f"{removals(facts.group)} For each the browser keeps its rules, and searches all of "
        "them whenever it styles an element.",
        f"Remove the sheet when its owner is closed: `{adopted} = {adopted}.filter((one) => one "
        "!== sheet)`. Or create one sheet for all of them, and set custom properties of elements.",
    )


@words_for.register(ConsoleFacts)
def _console(facts: ConsoleFacts) -> Words:
    return Words(
        f"{counted(facts.group)}, which the page logged, or which a test driver has looked "
        f"up.{removals(facts.group)} The console keeps every object of its last {facts.most:,} "
        "messages, with all that it refers to, so that DevTools can show it.",
        "Log what you need of an object instead of the object: its id, or "
        "`console.log(JSON.stringify(object))`. Or remove the call from production builds. "
        "`console.clear()` releases what was logged. In a test, dispose of handles.",
    )


@sentence_for.register(UnmountedRemark)
def _unmounted(remark: UnmountedRemark) -> str:
    names = f"{listed(remark.components)} " if remark.components else ""
    whose = f" of {remark.framework}" if remark.framework else ""
    subject_of = "These are unmounted" if remark.are_members else "Each keeps unmounted"
    return (
        f"{subject_of} {names}components{whose}: they left the page, and would be freed without "
        "this reference. Drop it when the component is unmounted."
    )


@sentence_for.register(DetachedTreesRemark)
def _detached(remark: DetachedTreesRemark) -> str:
    kinds = f" ({listed(remark.roots)})" if remark.roots else ""
    each = "Each keeps a" if remark.is_each else f"They keep {remark.n_trees:,}"
    trees = "tree" if remark.is_each or remark.n_trees == 1 else "trees"
    held = f" in `{clipped(remark.label)}`" if remark.label else ""
    return (
        f"{each} detached DOM {trees}{held}{kinds}: elements that were removed from the document, "
        f"{remark.n_nodes:,} detached nodes in total. Drop the reference to the element when it "
        "leaves the page, or keep what you need of it instead."
    )


__all__: list[str] = []
