"""Collections that grow, and what holds them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from heapnb.analysis.diagnosis.detectors.linked_list import ListFacts
from heapnb.analysis.diagnosis.detectors.metric_labels import MetricFacts
from heapnb.analysis.diagnosis.detectors.middleware_stack import MiddlewareFacts
from heapnb.analysis.diagnosis.detectors.other import OtherFacts
from heapnb.analysis.diagnosis.detectors.unbounded_collection import (
    ArrayFacts,
    CollectionFacts,
    DictionaryFacts,
    MapFacts,
    PropertyNameFacts,
    SetFacts,
)
from heapnb.analysis.diagnosis.detectors.unbounded_memoize import MemoizeFacts
from heapnb.analysis.diagnosis.detectors.undeclared_global import GlobalFacts, GlobalsFacts
from heapnb.analysis.diagnosis.detectors.weak_map_value import ManyWeakMapsFacts, WeakValueFacts
from heapnb.analysis.diagnosis.short_names import article, clipped
from heapnb.views.wording.phrases import (
    BACKLOG,
    STRINGS,
    bound_the_queue,
    capitalised,
    code,
    counted,
    described,
    growth,
    growth_in_bytes,
    holder,
    nearest,
    removals,
    subject,
    the_weak_map,
)
from heapnb.views.wording.registry import Words, words_for

CACHE_ADVICE: Final = "For a cache, "
"""How the advice on caches begins, which is the last one of a collection."""

_CACHE: Final = (
    f"{CACHE_ADVICE}evict the oldest entries (LRU) or let them expire (TTL): what is gone has to "
    "be computed again."
)


@words_for.register(ArrayFacts)
def _array(facts: ArrayFacts) -> Words:
    if facts.group.is_functions:
        return _bounding(
            facts,
            "Remove each function when its owner closes: keep the function, and call "
            f"{_call(facts, '.splice(index, 1)')}. Or add it once, at startup.",
        )
    return _bounding(
        facts,
        f"Remove each item once it is used: {_call(facts, '.shift()')}. Or do so after each "
        "`push` beyond a limit, to keep only the newest ones. "
        f"{CACHE_ADVICE}use a Map that evicts its oldest entries (LRU): what is gone has to be "
        "computed again.",
    )


@words_for.register(MapFacts)
def _map(facts: MapFacts) -> Words:
    return _bounding(
        facts,
        f"Delete each entry when its owner ends: {_call(facts, '.delete(key)')}, in a "
        f"`finally` if that can fail. {_CACHE} If the keys are objects that live elsewhere, use a "
        "WeakMap, which cannot be iterated.",
    )


@words_for.register(SetFacts)
def _set(facts: SetFacts) -> Words:
    if facts.group.is_functions:
        return _bounding(
            facts,
            "Remove each function when its owner closes: keep the function, and call "
            f"{_call(facts, '.delete(function)')}. Or add it once, at startup.",
        )
    weakly = " If the members live elsewhere, use a WeakSet, which cannot be iterated."
    return _bounding(
        facts,
        f"Delete each member on every exit path, errors included: "
        f"{_call(facts, '.delete(member)')} in a `finally`."
        + ("" if facts.group.class_name in STRINGS else weakly),
    )


@words_for.register(DictionaryFacts)
def _dictionary(facts: DictionaryFacts) -> Words:
    return _bounding(facts, _emptying(facts))


@words_for.register(PropertyNameFacts)
def _property_names(facts: PropertyNameFacts) -> Words:
    return _bounding(facts, _emptying(facts), "property names")


def _emptying(facts: DictionaryFacts) -> str:
    return (
        f"Delete each property when its owner ends: {_call(facts, '[key]', 'delete ')}. "
        f"{_CACHE} A Map suits both better than a plain object."
    )


def _call(facts: CollectionFacts, after: str, before: str = "") -> str:
    """Write what a program does to a collection; only the call if the anchor leads elsewhere."""
    anchor = facts.anchor if facts.is_anchored else replace(facts.anchor, is_code=False)
    return code(anchor, after, before)


def _bounding(facts: CollectionFacts, fix: str, members: str = "") -> Words:
    """Write about a collection that has to be bounded."""
    group, anchor = facts.group, facts.anchor
    many = f" (and {facts.n_holders - 1:,} more like it)" if facts.n_holders > 1 else ""
    if group.is_content:
        what = f"that grows: {growth_in_bytes(group)}"
    else:
        what = f"that accumulates {members or subject(group)}: {growth(group)}"
    return Words(
        f"{holder(anchor)} holds {article(facts.holder)}{many} {what}.{removals(group)}",
        fix,
    )


@words_for.register(MemoizeFacts)
def _memoize(facts: MemoizeFacts) -> Words:
    text = facts.anchor.text
    if facts.function is None:
        what = f"By its name, {text} caches the results of a function"
    else:
        whose = f"`{clipped(facts.function)}`" if facts.function else "A function"
        what = f"{whose} caches its results by its arguments in {text}"
    return Words(
        f"{what}: {growth(facts.group)} {subject(facts.group)}.{removals(facts.group)} Probably "
        "the arguments differ on each call: otherwise the cache would stop growing.",
        "Leave out of the key what differs on each call, such as timestamps and request ids. "
        "Bound the cache: evict the oldest entries (LRU) or let them expire (TTL). Or do not "
        "memoize this function, which costs the repeated work.",
    )


@words_for.register(MetricFacts)
def _metric(facts: MetricFacts) -> Words:
    among = "" if facts.n_sampled is None else f" among {facts.n_sampled:,} entries"
    return Words(
        f"{holder(facts.anchor)} has one entry for each combination of labels: "
        f"{growth(facts.group)}.{removals(facts.group)} The label `{facts.label}` has "
        f"{facts.n_values:,} different values{among}, so probably they come from data.",
        f"Remove `{facts.label}` from the labels of the {facts.owner}, or give it few values: the "
        "route `/users/:id` instead of the path, a class of status codes. Delete series that are "
        "no longer used (`remove`, `reset`).",
    )


@words_for.register(MiddlewareFacts)
def _middleware(facts: MiddlewareFacts) -> Words:
    what = "Interceptors" if facts.is_interceptor else "Routes or middleware"
    return Words(
        f"{what} in {facts.anchor.text}: {growth(facts.group)}, such as "
        f"{described(facts.example)}.{removals(facts.group)} They are registered repeatedly, not "
        "only at startup. Every request passes all of them and becomes slower, and each retains "
        f"what it closes over as long as the {facts.owner} lives.",
        "Register each once, at startup: move the call of `use`, `get` or "
        "`interceptors.request.use` out of what serves a request. Remove a temporary interceptor "
        "with `eject(id)`. Or use a router of its own that is dropped afterwards.",
    )


@words_for.register(GlobalFacts)
def _global(facts: GlobalFacts) -> Words:
    name = facts.anchor.name
    return Words(
        f"The global `{name}` accumulates {subject(facts.group)}: {growth(facts.group)}."
        f"{removals(facts.group)} It lives as long as the process. The program either sets it on "
        f"purpose (`globalThis{facts.access}`), or assigns to a name that it never declared with "
        "`const`, `let` or `var`.",
        f"Declare `{name}` where it belongs if it is global by mistake: `const` or `let`; "
        "`'use strict'` makes the mistake an error. In both cases remove what is no longer needed, "
        "or bound it.",
    )


@words_for.register(GlobalsFacts)
def _globals(facts: GlobalsFacts) -> Words:
    return Words(
        f"The global object accumulates properties such as `{facts.example}`: "
        f"{growth(facts.group)} {subject(facts.group)}.{removals(facts.group)}",
        "Keep them in a bounded Map instead, and delete each when its owner ends: "
        "`map.delete(key)`.",
    )


@words_for.register(WeakValueFacts)
def _weak_value(facts: WeakValueFacts) -> Words:
    name = facts.anchor.name
    return Words(
        f"{counted(facts.group)}, in the value that {the_weak_map(facts.weak_map)} keeps for "
        f"{article(facts.key)}."
        f"{removals(facts.group)} A WeakMap keeps a value as long as its key lives"
        + (f", and this key in `{name}` is long-lived." if facts.is_lasting else "."),
        f"Release the key (`{name}`), delete its entry, or bound its value. A WeakMap "
        "helps only if its keys are released.",
    )


@words_for.register(ManyWeakMapsFacts)
def _many_weak_maps(facts: ManyWeakMapsFacts) -> Words:
    return Words(
        f"{counted(facts.group)}, each the value that a WeakMap of its own keeps for "
        f"{article(facts.key)}, {facts.anchor.text}.{removals(facts.group)} "
        + ("The key is long-lived, so each" if facts.is_lasting else "While the key lives, each")
        + " value lives as long as its WeakMap: the WeakMaps accumulate.",
        f"Release the WeakMaps that have `{facts.anchor.name}` as a key, or delete it from them.",
    )


@words_for.register(ListFacts)
def _list(facts: ListFacts) -> Words:
    group, anchor = facts.group, facts.anchor
    starts = "starts at" if facts.starts_at_anchor else "is held by"
    where = f"linked by `{facts.links}` in a list that {starts} {anchor.text}"
    if facts.is_queue:
        return Words(
            f"{counted(group)}, waiting, {where}.{removals(group)} {BACKLOG}",
            bound_the_queue(anchor),
        )
    is_first = anchor.is_code and facts.starts_at_anchor
    first = nearest(anchor.expression) if is_first else "first"
    part = f"`{anchor.name}`" if is_first else "the list"
    return Words(
        f"{counted(group)}, {where}.{removals(group)}",
        f"Drop each member once it is processed: `{first} = {first}{facts.links}`. Or cut "
        f"off the part of {part} that is no longer needed.",
    )


@words_for.register(OtherFacts)
def _other(facts: OtherFacts) -> Words:
    """Write about what no detector recognises."""
    group = facts.group
    what = counted(group)
    if group.is_content:
        what = f"{capitalised(subject(group))} that grow: {growth_in_bytes(group)}"
    return Words(
        f"{what}, held by {facts.anchor.text}.{removals(group)}",
        f"Find the code that adds to `{facts.anchor.name}`, and remove what is no longer needed.",
    )
