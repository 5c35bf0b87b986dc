"""Data that accumulates in a property of the global object."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import GUESS, REFERENCE, Cause
from heapnb.analysis.diagnosis.detectors.weak_map_value import entry_above
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.own_calls import only_own_call
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.additions import calls_in_scripts
from heapnb.decode.frameworks import is_page
from heapnb.decode.global_object import builtin_globals
from heapnb.graph.references import attached, is_identifier


@dataclass(frozen=True)
class GlobalFacts(Facts):
    """Data in one property of the global object.

    Parameters
    ----------
    access : str
        How one writes the property after ``globalThis``.
    """

    access: str


@dataclass(frozen=True)
class GlobalsFacts(Facts):
    """Properties of the global object, of which each object adds one.

    Parameters
    ----------
    example : str
        One of them.
    """

    example: str


def _is_on_purpose(site: Site) -> bool:
    """Tell whether the source text of a page assigns the property to the window by its name."""
    graph = site.graph
    if not is_page(graph):
        return False
    name = re.escape(site.anchored.label)
    pattern = re.compile(
        rf"(?P<call>\b(?:window|globalThis|self)\.{name})\s*(?:\?\?=|\|\|=|=(?![=>]))"
    )
    return bool(calls_in_scripts(graph, pattern))


class UndeclaredGlobal:
    """A variable assigned without a declaration, or a global on purpose."""

    kind: ClassVar[str] = "undeclared-global"
    strength: ClassVar[float] = REFERENCE

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        known = builtin_globals(site.graph)
        if site.holder_is_global:
            return (
                None if site.last.label in known or not site.last.is_named else self._entries(site)
            )
        anchor = site.anchor
        # Properties of the runtime, and variables of global functions, are not undeclared globals.
        is_function = site.is_closure(site.anchored.node)
        if entry_above(site) is not None:
            # The value that a WeakMap keeps for a global object: see `WeakMapValue`.
            return None
        if not site.anchored.is_named or not is_identifier(site.anchored.label):
            # A window or document of a browser, which its global object leads to; or a symbol or
            # another key that no variable can have.
            return None
        is_declared = is_function or site.anchored.label in known
        if is_declared or not site.anchor_is_global:
            return None
        strength = GUESS if _is_on_purpose(site) else 0.0
        return Cause(
            self.kind,
            GlobalFacts(
                Group.of(site),
                replace(anchor, held_by="global"),
                attached("property", site.anchored.label),
            ),
            strength=strength,
        )

    def _entries(self, site: Site) -> Cause:
        """Explain globals of which each object adds one."""
        step = site.last
        anchor = replace(
            site.anchor,
            name="globalThis",
            text=f"the global object (`{step.written}`, for one)",
            held_by="global",
            expression="globalThis",
        )
        found = only_own_call(site.graph, _COMPUTED)
        added = None if found is None else replace(found, call=f"{found.call}[…] =")
        facts = GlobalsFacts(Group.of(site), anchor, step.written)
        return Cause(self.kind, facts, addition=added)


_COMPUTED: Final = re.compile(
    r"\b(?P<call>window|globalThis|self)\s*\[[^\]'\"\n]{1,80}\]\s*(?:\?\?=|\|\|=|=(?![=>]))"
)
"""An assignment to a property of the global object whose name is computed."""
