"""DOM nodes that no longer belong to a document."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.evidence import Evidence

WRAPPER_OF_NODE: Final = "Node / "
"""Prefix of the classes of Node's native objects, which Node marks as detached, too."""


class DetachedDom:
    """Elements that were removed from the page while a script still refers to them."""

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
            f"Detached `{class_name}` objects: {growth(evidence)}, held by {anchor.text}."
            f"{removals(evidence)} They belong to no document. Each retains its whole DOM tree, "
            f"parents and children, with their listeners: {n_held:,} detached nodes in total.",
            f"Remove the elements from `{anchor.name}` when they leave the page (`remove`, "
            "`innerHTML`, an unmounted component), and remove their listeners. Or hold them in a "
            "WeakRef, a WeakMap or a WeakSet.",
        )
