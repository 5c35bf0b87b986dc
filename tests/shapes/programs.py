"""Programs put together from a leak and a shape: what leaks, and how the program runs.

A *site* (`sites/`) declares what grows and a function ``unit(i)``, which does one unit of work. A
*frame* (`frames/`) is a program that calls ``unit``: from a timer, in a loop of an async function,
at the top level of an ES module, in a worker. What a diagnosis says of a site must not depend on
the frame around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
PLACE: Final = "/* SITE */"
"""Where a frame takes the code of a site."""

PLACE_OF_UNIT: Final = "/* UNIT */"
"""Where a frame takes the code of one unit of work, if it has that in its own code."""

_UNIT: Final = "function unit(i) {"

NAMELESS: Final = "inline.mjs"
"""The frame in which the variables of a site are locals, of which a heap has no names."""

LOCAL_VARIABLE: Final = "a local variable of the suspended module"

_REQUIRED: Final = re.compile(r"^const (.*) = require\((.*)\);$", re.MULTILINE)

PER_ROUND: Final = (60, 120, 300)
"""Units of work done before each snapshot."""


@dataclass(frozen=True)
class Site:
    """A leak, and what a diagnosis has to say about it.

    Parameters
    ----------
    name : str
        Of the file in `sites/`.
    kind : str
        The cause.
    class_name : str
        The class of what accumulates.
    anchor : str
        What the anchor contains.
    line : str
        What the line has that the location names.
    """

    name: str
    kind: str
    class_name: str
    anchor: str
    line: str

    def __str__(self) -> str:
        return self.name


SITES: Final = (
    Site("map", "unbounded-map", "Session", "`sessions`", "class Session"),
    Site("set", "unbounded-set", "Receipt", "`receipts`", "class Receipt"),
    Site("array", "unbounded-array", "Visit", "`visits`", "class Visit"),
    Site("dictionary", "unbounded-dictionary", "Counter", "`counters`", "class Counter"),
    Site("tenants", "unbounded-array", "Job", "`jobsOf`", "class Job"),
    Site("named_tenants", "unbounded-array", "Job", "`jobsOf`", "class Job"),
    Site("field", "unbounded-set", "Upload", "`#open`", "class Upload "),
    Site("closures", "unbounded-array", "Function", "`undos`", "return () =>"),
    Site("listeners", "event-listeners", "Function", "bus._events.price", "bus.on("),
    Site("once", "event-listeners", "Function", "pool._events.drain", "pool.once("),
    Site("abort", "event-listeners", "Function", "shutdown", "addEventListener("),
    Site("timers", "timers", "Timeout", "running timers", "setInterval("),
    Site("resolvers", "pending-promise", "Function", "`waiting`", "async function request"),
    Site("reactions", "pending-promise", "Generator", "`ready`", "async function lookup"),
    Site("settled", "unbounded-array", "Row", "`writes`", ""),
    Site("suspended", "suspended-calls", "read", "`cursors`", "function* read"),
    Site("linked", "linked-list", "Version", "`current`", "class Version"),
    Site("weak_map", "weak-map", "Access", "the WeakMap `accessOf`", "class Access"),
    Site("weak_keys", "unbounded-set", "Member", "`members`", "class Member"),
    Site("weak_tables", "unbounded-set", "Request", "`requests`", "class Request"),
    Site("weak_values", "unbounded-array", "Info", "`infos`", "class Info"),
    Site("weak_values_keys", "unbounded-array", "State", "`states`", "class State"),
    Site("text", "growing-string", "(concatenated string)", "`log`", ""),
    Site("buffers", "buffers", "Buffer", "`chunks`", ""),
    Site("slices", "sliced-strings", "(sliced string)", "`titles`", ""),
    Site("memoize", "unbounded-memoize", "Price", "`known`", "class Price"),
    Site("queue", "backlog", "Task", "`tasks`", "class Task"),
    Site("stream", "backlog", "Measure", "the write buffer of a Writable", "class Measure"),
    Site("errors", "errors-and-stacks", "RequestError", "`failures`", "class RequestError"),
    Site("compiled", "compiled-code", "Function", "`templates`", "new Function("),
    Site(
        "global", "undeclared-global", "Trace", "`lastTraces` of the global object", "class Trace"
    ),
    Site("registry", "finalization-registry", "Handle", "`registry`", "class Handle"),
    Site("async_stores", "async-local-storage", "AsyncResource", "`connections`", ""),
)
"""Where the location is not to be checked, because the heap has none or several are right, `line`
is empty."""

ADDING_LINES: Final = {
    "map": "sessions.set(",
    "set": "receipts.add(",
    "array": "visits.push(",
    "dictionary": "counters[`page",
    "tenants": "jobsOf.get(",
    "named_tenants": "jobsOf[names[",
    "field": "this.#open.add(",
    "closures": "undos.push(",
    "listeners": "bus.on(",
    "once": "pool.once(",
    "abort": "addEventListener(",
    "timers": "setInterval(",
    "resolvers": "waiting.set(",
    "reactions": "await ready",
    "settled": "writes.push(",
    "suspended": "cursors.push(",
    "linked": "current = new Version(",
    "weak_map": "accessOf.get(server).push(",
    "weak_keys": "members.add(",
    "weak_tables": "requests.add(",
    "weak_values": "infos.push(",
    "weak_values_keys": "states.push(",
    "text": "log +=",
    "buffers": "chunks.push(",
    "slices": "titles.push(",
    "memoize": "known.set(",
    "queue": "tasks.push(",
    "stream": "sink.write(",
    "errors": "failures.push(",
    "compiled": "templates.set(",
    "global": "lastTraces.push(",
    "registry": "registry.register(",
    "async_stores": "connections.push(",
}
"""A piece of the line in which each site adds to what leaks, from reading it."""

FRAMES: Final = tuple(sorted(path.name for path in (HERE / "frames").iterdir()))
"""Files in `frames/`; the ending says whether it is a CommonJS or an ES module."""


def program(site: Site, frame: str) -> str:
    """Write a program.

    Parameters
    ----------
    site : Site
        What leaks.
    frame : str
        One of `FRAMES`.

    Returns
    -------
    str
        JavaScript.

    Examples
    --------
    >>> "sessions.set" in program(SITES[0], "top_level.mjs")
    True
    """
    code = (HERE / "sites" / f"{site.name}.js").read_text(encoding="utf-8")
    text = (HERE / "frames" / frame).read_text(encoding="utf-8")
    if PLACE_OF_UNIT in text:
        code, unit = _without_unit(code)
        text = text.replace(PLACE_OF_UNIT, unit)
    before, indent, after = _split(text)
    whole = before + "".join(indent + line for line in code.splitlines(keepends=True)) + after
    return _REQUIRED.sub(_imported, whole) if frame.endswith(".mjs") else whole


def _imported(required: re.Match[str]) -> str:
    """Write an `import` for a `require`."""
    names, module = required.groups()
    return f"import {names.replace(':', ' as')} from {module};"


def _without_unit(code: str) -> tuple[str, str]:
    """Take the function `unit`, which has one line, out of a site; return its body, too."""
    start = code.index(_UNIT)
    end = code.index("\n", start)
    unit = code[start + len(_UNIT) : end].rstrip().removesuffix("}").strip()
    return code[:start] + code[end + 1 :], unit


def _split(text: str) -> tuple[str, str, str]:
    """Cut a frame at the line of its place."""
    start = text.index(PLACE)
    before, after = text[:start], text[start + len(PLACE) + 1 :]
    head, newline, indent = before.rpartition("\n")
    return head + newline, indent, after
