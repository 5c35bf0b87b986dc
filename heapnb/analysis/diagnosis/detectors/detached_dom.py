"""DOM nodes that belong to no document any more."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.evidence import Evidence

WRAPPER_OF_NODE: Final = "Node / "
"""How the classes begin of Node's own native objects, which it marks as detached, too."""


class DetachedDom:
    """Elements that were taken out of the page while a script goes on referring to them."""

    kind: ClassVar[str] = "detached-dom"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph, members = evidence.graph, evidence.accumulation.members
        states = graph.detachedness
        if states is None:
            return None
        n_detached = np.count_nonzero(states[members] == vocab.DETACHEDNESS_DETACHED)
        class_name = evidence.class_name.removeprefix(vocab.DETACHED_PREFIX)
        if 2 * n_detached < len(members) or class_name.startswith(WRAPPER_OF_NODE):
            return None
        held = evidence.held
        n_held = np.count_nonzero(states[held] == vocab.DETACHEDNESS_DETACHED)
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"`{class_name}` objects pile up in {anchor.text} ({growth(evidence)}) though they "
            f"are in no document any more. Each keeps the whole tree that it is part of, parents "
            f"and children, with their listeners: {n_held:,} detached nodes in all.",
            f"Let go of the elements in `{anchor.name}` when they are taken out of the page "
            "(`remove`, `innerHTML`, an unmounted component), or keep them in a WeakRef, a "
            "WeakMap or a WeakSet; take their listeners off.",
        )
