"""What objects retain: buffers, strings, code, errors, modules, contexts."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors.buffers import BufferFacts, OutsideMemory
from heapnb.analysis.diagnosis.detectors.compiled_code import CompiledFacts
from heapnb.analysis.diagnosis.detectors.errors_and_stacks import ErrorFacts
from heapnb.analysis.diagnosis.detectors.growing_string import StringFacts
from heapnb.analysis.diagnosis.detectors.module_reload import ModuleFacts
from heapnb.analysis.diagnosis.detectors.shared_closure_context import (
    DeadVariable,
    SharedContextFacts,
)
from heapnb.analysis.diagnosis.detectors.sliced_strings import SliceFacts
from heapnb.analysis.diagnosis.short_names import short_location, short_script
from heapnb.views.wording.phrases import (
    code,
    counted,
    growth,
    growth_in_bytes,
    holder,
    removals,
)
from heapnb.views.wording.registry import Words, words_for


@words_for.register(BufferFacts)
def _buffers(facts: BufferFacts) -> Words:
    group, anchor, memory = facts.group, facts.anchor, facts.memory
    what = f"{counted(group)}, held by {anchor.text}"
    if group.is_content:
        what = f"{holder(anchor)} grows: {growth_in_bytes(group)}"
    return Words(
        f"{what}.{removals(group)} {memory.share:.0%} of the bytes they retain "
        f"({memory.size:,} bytes) belong to {memory.n_stores:,} ArrayBuffers outside V8's "
        f"heap, where `--max-old-space-size` does not apply. {_stores(memory)}",
        f"Remove them from `{anchor.name}` when they are no longer needed. To keep only a "
        "part of a Buffer, copy that part: `Buffer.from(slice)` if it is large, "
        "`Buffer.alloc` and `copy` if it is small (these do not use the pool).",
    )


def _stores(memory: OutsideMemory) -> str:
    if memory.is_pooled:
        return (
            f"They are slabs of {memory.typical:,} bytes, which small Buffers share "
            "(`Buffer.from`, `Buffer.allocUnsafe`): one small Buffer keeps the whole slab "
            "alive."
        )
    if memory.is_shared:
        return (
            f"{memory.n_views:,} views share them: each view made by `subarray` or `slice` "
            "keeps the whole ArrayBuffer alive."
        )
    return (
        f"The median ArrayBuffer has {memory.typical:,} bytes. If the program needs only a "
        "slice of each (`subarray`, `slice`), the slice keeps the whole ArrayBuffer alive."
    )


@words_for.register(SliceFacts)
def _slices(facts: SliceFacts) -> Words:
    return Words(
        f"{counted(facts.group)}, held by {facts.anchor.text}.{removals(facts.group)} They contain "
        f"{facts.n_slices:,} sliced strings, which retain {facts.n_parents:,} whole strings of "
        f"{facts.parent_size:,} bytes on average. `slice`, `substring`, `split`, `trim` "
        "and RegExp matches do not copy: a slice of a long string refers to the whole.",
        f"Copy the slice before you store it in `{facts.anchor.name}`: "
        "`Buffer.from(slice).toString()`, `structuredClone(slice)` or "
        "`JSON.parse(JSON.stringify(slice))`.",
    )


@words_for.register(StringFacts)
def _string(facts: StringFacts) -> Words:
    return Words(
        f"{holder(facts.anchor)} is a string that grows: {growth_in_bytes(facts.group)}.",
        "Write the text to a file or a stream and start a new string. Or keep only its end: "
        f"{code(facts.anchor, '.slice(-limit)')}.",
    )


@words_for.register(CompiledFacts)
def _compiled(facts: CompiledFacts) -> Words:
    what, scripts = "Regular expressions compiled at run time", ""
    retained = "and its compiled code"
    if facts.n_scripts is not None:
        what = "Code compiled from strings at run time (templates, schemas, rules)"
        scripts = f" (with {facts.n_scripts:,} scripts)"
        retained = "its scopes and its machine code"
    return Words(
        f"{what}: {growth(facts.group)}{scripts}, held by {facts.anchor.text}."
        f"{removals(facts.group)} Each retains its source, {retained}. Either the sources differ "
        "each time, or the cache key does: otherwise the number would not grow.",
        "Compile once at startup, and pass what differs as data. Use the source text as the "
        f"key in `{facts.anchor.name}`, not a new object, and bound it.",
    )


@words_for.register(ErrorFacts)
def _errors(facts: ErrorFacts) -> Words:
    if facts.n_call_sites is not None:
        why = (
            f"They hold {facts.n_call_sites:,} call sites of structured stacks "
            "(`Error.prepareStackTrace`). Each call site retains the function that ran and "
            "its receiver (`this`)."
        )
    elif facts.has_unread_stacks:
        why = (
            "Until `stack` is read, an error retains the functions on its stack and their "
            "receivers (`this`). It also retains every property added to it, such as `cause`."
        )
    else:
        why = "Each retains its stack as a string and every property added to it, such as `cause`."
    return Words(
        f"{counted(facts.group)}, held by {facts.anchor.text}.{removals(facts.group)} {why}",
        f"Keep in `{facts.anchor.name}` only what you need of an error: its message, or "
        "`String(error.stack)`. Keep only the last few. Do not attach a `request`, a "
        "`response` or a `cause`.",
    )


@words_for.register(ModuleFacts)
def _modules(facts: ModuleFacts) -> Words:
    which = f" of {short_script(facts.script)}" if facts.script else ""
    return Words(
        f"Modules{which}: {growth(facts.group)}, held by {facts.anchor.text}."
        f"{removals(facts.group)} The program loads the code repeatedly, and each version stays "
        "with its exports, functions and source, even if the program deletes it from "
        "`require.cache`.",
        "Reload data instead of code: `JSON.parse` of a file. Or remove the old Module from "
        "`module.children` when you delete it from `require.cache`. Or load new code in a "
        "worker or a new process, which costs its startup time.",
    )


def _dead_variable(name: str, dead: DeadVariable | None) -> str:
    """Say that no code reads a variable any more, how that is known, and what keeps it."""
    if dead is None:
        return ""
    place = f" ({short_location(dead.location)})" if dead.location else ""
    keeper = f"`{dead.keeper}`{place}" if dead.keeper else f"A closure without a name{place}"
    known = (
        "the snapshot lists no living closure that reads it"
        if dead.evidence == "scopes"
        else "the source text of no living closure mentions it"
    )
    return f" `{name}` is dead: {known}. {keeper} keeps the context and with it `{name}`."


@words_for.register(SharedContextFacts)
def _shared_context(facts: SharedContextFacts) -> Words:
    name, location = facts.anchor.name, facts.group.location
    owner = f"`{facts.function}`" if facts.function else "one function"
    where = f" ({short_location(location)})" if location else ""
    wrapped = facts.wrapped
    wraps = f" Each wraps `{wrapped}` once more." if wrapped else ""
    back = f"Wrap `{wrapped}` once, or put back what it was when the work ends. " if wrapped else ""
    return Words(
        f"Closures{where}: {growth(facts.group)}, in a chain that starts at `{facts.start}`. "
        f"All closures created by one call of {owner} share one context, which holds every "
        f"variable that any of them uses. So each retains `{name}`, the previous "
        f"generation, which retains the one before it.{_dead_variable(name, facts.dead)}"
        f"{wraps}",
        f"{back}Move the closure that needs `{name}` out of {owner}, into a function that "
        f"takes it as an argument. Or set `{name} = null` after its last use.",
    )
