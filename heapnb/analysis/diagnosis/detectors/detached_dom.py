"""DOM nodes that no longer belong to a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import CONTENT, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site

WRAPPER_OF_NODE: Final = "Node / "
"""Prefix of the classes of Node's native objects, which Node marks as detached, too."""


@dataclass(frozen=True)
class DetachedFacts(Facts):
    """DOM nodes that belong to no document.

    Parameters
    ----------
    node : str
        Their class.
    n_detached : int
        All detached nodes that they retain.
    """

    node: str
    n_detached: int


class DetachedDom:
    """Elements that were removed from the page while a script still refers to them."""

    kind: ClassVar[str] = "detached-dom"
    strength: ClassVar[float] = CONTENT

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph, members = site.graph, site.accumulation.members
        states = graph.detachedness
        if states is None:
            return None
        n_detached = np.count_nonzero(states[members] == vocab.DETACHEDNESS_DETACHED)
        class_name = site.class_name.removeprefix(vocab.DETACHED_PREFIX)
        if 2 * n_detached < len(members) or class_name.startswith(WRAPPER_OF_NODE):
            return None
        held = site.held
        n_held = np.count_nonzero(states[held] == vocab.DETACHEDNESS_DETACHED)
        return Cause(self.kind, DetachedFacts(Group.of(site), site.anchor, class_name, int(n_held)))
