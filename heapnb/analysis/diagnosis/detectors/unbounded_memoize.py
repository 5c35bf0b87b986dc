"""Results of a function cached by its arguments, without a bound."""

from __future__ import annotations

import re
from typing import ClassVar

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import MAPS, Cause, growth, removals, subject_text
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.scopes import is_module_scope

_NAMES = re.compile(r"memo", re.IGNORECASE)
_DICTIONARIES = (*MAPS, vocab.CLASS_OBJECT)


class UnboundedMemoize:
    """A Map or an object in the closure of a function that wraps another one."""

    kind: ClassVar[str] = "unbounded-memoize"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = evidence.anchor
        place = anchor.place
        if evidence.accumulation.is_list or not self._is_dictionary(evidence):
            return None
        is_of_function = self._is_beside_function(evidence, place) or self._is_cache_of_function(
            evidence, place
        )
        if not (is_of_function or _NAMES.search(anchor.expression)):
            return None
        if is_of_function:
            closure = evidence.closure_above(place)
            name = evidence.steps[closure].label if closure is not None else ""
            whose = f"`{name}` caches its results" if name else "A function caches its results"
            what = f"{whose} by its arguments in {anchor.text}"
        else:
            what = f"By its name, {anchor.text} caches the results of a function"
        return Cause(
            self.kind,
            anchor,
            f"{what}: {growth(evidence)} "
            f"{subject_text(evidence)}.{removals(evidence)} Probably the arguments differ on "
            "each call: otherwise the cache would stop growing.",
            "Bound the cache: evict the oldest entries (LRU) or expire them (TTL). Leave out of "
            "the key what differs on each call, such as timestamps and request ids. Or do not "
            "memoize this function, which costs the repeated work.",
        )

    def _is_dictionary(self, evidence: Evidence) -> bool:
        holder = evidence.holder
        is_plain = evidence.graph.name(holder.node) == vocab.CLASS_OBJECT
        return is_plain or holder.class_name in _DICTIONARIES

    def _is_beside_function(self, evidence: Evidence, place: int) -> bool:
        """Tell whether the variable shares an inner scope with a function that it may wrap."""
        step = evidence.steps[place]
        if step.edge_type != "context" or is_module_scope(
            evidence.graph, evidence.steps[place - 1].node
        ):
            return False
        graph = evidence.graph
        return any(
            graph.edge_type[edge] == graph.edge_type_index("context")
            and evidence.is_closure(int(graph.edge_to[edge]))
            for edge in range(*graph.edges_of(evidence.steps[place - 1].node))
        )

    def _is_cache_of_function(self, evidence: Evidence, place: int) -> bool:
        """Tell whether a function has the collection as its property ``cache``, as lodash does."""
        return any(
            step.label == "cache"
            and step.edge_type == "property"
            and evidence.is_closure(evidence.steps[index].node)
            for index, step in enumerate(evidence.steps[1 : place + 1])
        )
