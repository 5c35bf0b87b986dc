"""Parts of sentences that the families share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

from heapnb.analysis.diagnosis.detectors.callbacks import Callback
from heapnb.analysis.diagnosis.facts import COLLECTIONS, Group
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.short_names import clipped, short_location
from heapnb.decode.frameworks import Framework
from heapnb.views.wording.libraries import library_text

HALF: Final = 50
"""Percent; from this survival on, a sentence stresses survivors, below it removals."""

BACKLOG: Final = "This is an unbounded backlog: items are added faster than they are processed."
"""What is said about queues."""

_MOST_NAMES: Final = 3
_FEW_NAMES: Final = 2
"""Names that are left of an expression with more."""

_PARENTHESES: Final = re.compile(r"\([^()]*\)")
STRINGS: Final = ("(concatenated string)", "(sliced string)", "(string)")


def series(numbers: Iterable[int]) -> str:
    """Write a number for each snapshot, such as "20 → 100 → 260"."""
    return " → ".join(f"{number:,}" for number in numbers)


def growth(group: Group) -> str:
    """Write the number of objects in each snapshot."""
    return series(group.counts)


def growth_in_bytes(group: Group) -> str:
    """Write the size in each snapshot, such as "1,024 → 4,096 bytes"."""
    return f"{series(group.sizes)} bytes"


def subject(group: Group, location: str | None = None) -> str:
    """Name the accumulated objects.

    Parameters
    ----------
    group : Group
        The accumulated objects.
    location : str, optional
        Where they are created, if that is a better place than that of the group.

    Returns
    -------
    str
        Such as "`Session` objects" or "`cancel` closures, each retaining a `CallContext`".
    """
    location = location or group.location
    library = "" if group.shape is None else library_text(group.shape, group.class_name)
    about = [part for part in (library, short_location(location) if location else "") if part]
    where = f" ({', '.join(about)})" if about else ""
    if group.class_name in STRINGS and not group.title:
        return "strings"
    if group.class_name in COLLECTIONS and group.content and not group.title:
        where = f" of `{group.content}` objects{where}"
    return f"{objects(group.class_name, group.title)}{where}"


def objects(class_name: str, title: str = "") -> str:
    """Name objects by what they are called, or else by their class."""
    if class_name in STRINGS and not title:
        return "strings"
    return title or f"`{class_name}` objects"


def described(callback: Callback) -> str:
    """Name a function, such as "`poll` (lib/feed.js:12:5)"."""
    where = short_location(callback.location) if callback.location else ""
    if not callback.name:
        return f"the function at {where}" if where else "a function"
    return f"`{clipped(callback.name)}`" + (f" ({where})" if where else "")


def code(anchor: Anchor, after: str, before: str = "") -> str:
    """Write what a program does to what the anchor leads to, as code.

    Parameters
    ----------
    anchor : Anchor
        Such as that of ``registry.#byId``.
    after, before : str
        The code after and before it, such as ``.delete(key)``.

    Returns
    -------
    str
        Such as "`registry.#byId.delete(key)`"; only the call where the anchor is not code.
    """
    if anchor.is_code:
        return f"`{before}{nearest(anchor.expression)}{after}`"
    return f"`{before}{after.removeprefix('.')}`"


def nearest(expression: str) -> str:
    """Shorten an expression to the names that a reader looks for.

    Parameters
    ----------
    expression : str
        Such as ``_process.mainModule.exports.orders.placed``.

    Returns
    -------
    str

    Examples
    --------
    >>> nearest("_process.mainModule.exports.orders.placed"), nearest("app.orders.byId")
    ('orders.placed', 'app.orders.byId')
    """
    names = expression.split(".")
    is_long = len(names) > _MOST_NAMES and names[-_FEW_NAMES].isidentifier()
    return clipped(".".join(names[-_FEW_NAMES:]) if is_long else expression)


def holder(anchor: Anchor) -> str:
    """Begin a sentence with what holds the objects; a comma ends what is said about it."""
    text = capitalised(anchor.text)
    return f"{text}," if "," in _PARENTHESES.sub("", text) else text


def counted(group: Group) -> str:
    """Name the objects and their number, such as "`Session` objects: 20 → 100 → 260"."""
    return f"{capitalised(subject(group))}: {growth(group)}"


_MOUNTED_CLASS: Final = "componentDidMount"
"""The hook of a class component of React."""


def in_component(framework: Framework | None, hook: str) -> str:
    """Say where a component of a framework releases what it added.

    Parameters
    ----------
    framework : Framework or None
        The framework that renders the page.
    hook : str
        The hook in which the component adds it; empty if unknown.

    Returns
    -------
    str
        A sentence after a blank; empty without a framework.
    """
    if framework is None:
        return ""
    releasing = framework.releasing.format(
        hook=hook if hook.startswith("use") else framework.adding
    )
    if hook == _MOUNTED_CLASS:
        releasing = "do so in `componentWillUnmount`"
    if hook:
        return f" In this {framework.name} component, {releasing}."
    return f" If a {framework.name} component adds it, {releasing}."


def removals(group: Group) -> str:
    """Say how many objects of the previous snapshot were released since, as node ids show.

    Objects that came and went within one interval are in no snapshot, so nothing is said of them.

    Returns
    -------
    str
        A sentence after a blank; empty if the snapshots do not tell, or if one object grows.
    """
    if group.survival is None:
        return ""
    if group.released is not None:
        n_released, n_before = group.released
        if n_released:
            return (
                f" In the last interval, {n_released:,} of the {n_before:,} {were(n_released)} "
                "released."
            )
        if group.survival == 1 and n_before:
            # Counted by class here, by what is held there.
            number = f"the {n_before:,}" if n_before in group.counts[-2:-1] else "those"
            return f" None of {number} in the previous snapshot has been released."
    percent = whole_percent(group.survival)
    least = f"at least {percent}%" if percent >= HALF else f"as few as {percent}%"
    return f" Of those in each earlier snapshot, {least} are still in the last one."


def the_weak_map(name: str) -> str:
    """Name a WeakMap; "a WeakMap" if the name is empty, as it is where the heap lacks it."""
    return f"the WeakMap `{name}`" if name else "a WeakMap"


def function_at(name: str, location: str | None) -> str:
    """Name a function, and where it begins."""
    return f"`{clipped(name)}`" + ("" if location is None else f" ({location})")


def were(number: int) -> str:
    """Return "was" for one, "were" for more."""
    return "was" if number == 1 else "were"


def capitalised(text: str) -> str:
    """Capitalise the first letter and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def whole_percent(share: float) -> int:
    """Return a share in percent, rounded down: 100 says that all survived."""
    return math.floor(100 * share)


def bound_the_queue(anchor: Anchor) -> str:
    """Say how to bound a queue that fills faster than it drains."""
    return (
        f"Bound {code(anchor, '') if anchor.is_code else 'it'}: reject or delay new work when it "
        "is full; callers then have to handle the refusal. Or process more items at the same "
        "time. Or find out why each takes so long."
    )
