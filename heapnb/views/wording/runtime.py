"""What a runtime or a browser keeps until the program releases it."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors.detached_dom import DetachedFacts
from heapnb.analysis.diagnosis.detectors.finalization_registry import RegistryFacts
from heapnb.analysis.diagnosis.detectors.native_handles import KINDS, UNKNOWN, HandleFacts
from heapnb.analysis.diagnosis.detectors.performance_entries import EntryFacts
from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.views.wording.handles import closing
from heapnb.views.wording.phrases import described, growth, removals
from heapnb.views.wording.registry import Words, words_for


@words_for.register(HandleFacts)
def _handles(facts: HandleFacts) -> Words:
    name, what = facts.group.class_name, KINDS.get(facts.handle, UNKNOWN)
    used_by = f" One of them calls {described(facts.callback)}." if facts.callback else ""
    return Words(
        f"Open {what} (`{name}`): {growth(facts.group)}.{removals(facts.group)} Only the "
        "open handle keeps each alive: Node retains it until it is closed, with its listeners and "
        f"everything that they close over.{used_by}",
        f"Close each `{name}` when its work ends or fails: {closing(facts.handle)}. To do so, keep "
        "a reference to it.",
    )


@words_for.register(EntryFacts)
def _entries(facts: EntryFacts) -> Words:
    such_as = f", such as `{clipped(facts.example)}`" if facts.example else ""
    clear = f"clear{facts.method.capitalize()}s"
    return Words(
        f"Each call of `performance.{facts.method}` adds an entry to the performance timeline: "
        f"{growth(facts.group)} entries{such_as}.{removals(facts.group)} {facts.keeper} keeps "
        "every entry, with its `detail`, until the program clears it.",
        f"Call `performance.{clear}(name)` once the entry is read, for example in the callback "
        "of a PerformanceObserver: observing an entry does not clear it. To record durations "
        f"only, use `performance.now()`{' or `createHistogram()`' * (facts.keeper == 'Node')}.",
    )


@words_for.register(RegistryFacts)
def _registry(facts: RegistryFacts) -> Words:
    anchor = facts.anchor
    return Words(
        f"`{facts.group.class_name}` objects: {growth(facts.group)}, held by {anchor.text}, a "
        f"FinalizationRegistry.{removals(facts.group)} The registry retains the second argument "
        "of `register`, the held value, until the first argument is collected. "
        f"{_held_values(facts)}",
        f"Register with `{anchor.name}` a held value that does not refer to the object: a "
        "number, a path, its own handle. A function as held value must not close over the "
        "object.",
    )


def _held_values(facts: RegistryFacts) -> str:
    """Say whether held values lead to the objects that they were registered for."""
    n_checked, n_kept, n_collected = facts.n_checked, facts.n_kept, facts.n_collected
    if not n_checked and n_collected:
        return (
            f"In {_registrations(n_collected)} that were checked, that first argument is gone, and "
            "the callback has not run yet."
        )
    if not n_checked:
        return "Each held value stays with everything that it refers to."
    checked = f"{_registrations(n_checked)} that were checked"
    if n_kept == n_checked:
        return (
            f"In {checked}, the held value leads to that first argument, and nothing else keeps "
            "it: so neither is ever collected, and the callback never runs."
        )
    if n_kept:
        return (
            f"In {n_kept:,} of {checked}, the held value leads to that first argument, and nothing "
            "else keeps it: then neither is ever collected, and the callback never runs."
        )
    return (
        f"In {checked}, the held value is not what keeps that first argument: something else "
        "keeps the registered objects alive."
    )


def _registrations(number: int) -> str:
    return f"{number:,} registrations" if number > 1 else "one registration"


@words_for.register(DetachedFacts)
def _detached(facts: DetachedFacts) -> Words:
    return Words(
        f"Detached `{facts.node}` objects: {growth(facts.group)}, held by {facts.anchor.text}."
        f"{removals(facts.group)} They belong to no document. Each retains its whole DOM tree, "
        f"parents and children, with their listeners: {facts.n_detached:,} detached nodes in "
        "total.",
        f"Remove the elements from `{facts.anchor.name}` when they leave the page (`remove`, "
        "`innerHTML`, an unmounted component), and remove their listeners. Or hold them in a "
        "WeakRef, a WeakMap or a WeakSet.",
    )
