"""Style sheets that a page constructs, and its documents or shadow roots adopt."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import REFINED, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.own_calls import only_own_call
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.additions import Addition
from heapnb.decode.native_listeners import DOCUMENTS
from heapnb.decode.page_records import STYLE_SHEET
from heapnb.graph import HeapGraph

LIST: Final = "adoptedStyleSheets"

_OWNERS: Final = (
    *("<style", "<link", "HTMLStyleElement", "HTMLLinkElement", "SVGStyleElement"),
    "CSSImportRule",
)
"""How the names of elements and rules begin that have a sheet of their own."""

_ADDS: Final = re.compile(rf"\b(?P<call>{LIST}\s*(?:\.(?:push|unshift)\s*\(|=\s*\[))")


@dataclass(frozen=True)
class StyleSheetFacts(Facts):
    """Constructed style sheets.

    Parameters
    ----------
    owner : str
        What has adopted them, as a page writes it: ``document``, or a class.
    """

    owner: str


class StyleSheets:
    """Constructed style sheets that stay adopted."""

    kind: ClassVar[str] = "style-sheets"
    strength: ClassVar[float] = REFINED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph = site.graph
        is_sheet = site.class_name.removeprefix(vocab.DETACHED_PREFIX) == STYLE_SHEET
        if not is_sheet or site.accumulation.is_content or site.last.is_named:
            return None
        if any(_has_owner(graph, sheet) for sheet in site.sample):
            return None
        owner = _owner(site)
        anchor = replace(
            site.anchor,
            name=LIST,
            text=f"the `{LIST}` of `{owner}`",
            expression=f"{owner}.{LIST}",
            is_code=False,
        )
        return Cause(
            self.kind, StyleSheetFacts(Group.of(site), anchor, owner), addition=_add(graph)
        )


def _has_owner(graph: HeapGraph, sheet: int) -> bool:
    """Tell whether a sheet is that of an element, not a constructed one."""
    return any(
        graph.name(node).removeprefix(vocab.DETACHED_PREFIX).startswith(_OWNERS)
        for node in graph.edge_to[slice(*graph.edges_of(sheet))].tolist()
    )


def _owner(site: Site) -> str:
    """Name the document or shadow root from which the sheets are reached."""
    names = (site.graph.class_name(step.node) for step in reversed(site.evidence.steps[:-1]))
    found = next((name for name in names if name in (*DOCUMENTS, "ShadowRoot")), DOCUMENTS[0])
    return "document" if found in DOCUMENTS else found


def _add(graph: HeapGraph) -> Addition | None:
    """Find the only call of the program that adds to the list."""
    found = only_own_call(graph, _ADDS)
    return None if found is None else replace(found, call=f"{LIST}.push")


__all__ = ["StyleSheetFacts", "StyleSheets"]
