"""Components that a framework has unmounted, among the objects that accumulate or below them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heapnb.analysis.diagnosis.facts import Remark
from heapnb.analysis.diagnosis.original_names import original_names
from heapnb.decode.components import component_function, component_of, is_unmounted
from heapnb.decode.frameworks import SVELTE, framework_of

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.evidence import Evidence

MOST_OF_THEM: Final = 0.5
"""So many of the members looked at must have an unmounted component. Bench: not measured yet."""

_MOST_SAMPLED: Final = 12
_MOST_BELOW: Final = 96
_MOST_NAMED: Final = 3


@dataclass(frozen=True)
class UnmountedRemark(Remark):
    """Components that left the page and are still retained.

    Parameters
    ----------
    components : tuple of str
        Their names, the most frequent first; empty in a minified bundle without names.
    framework : str
        The framework; empty if unknown.
    are_members : bool
        Whether the accumulated objects are the components, rather than what keeps one each.
    """

    components: tuple[str, ...]
    framework: str
    are_members: bool

    @property
    def mounted(self) -> tuple[str, ...] | None:
        """Those of Svelte, which a call of the program may have mounted; None for others."""
        return self.components if self.framework == SVELTE.name else None


class UnmountedComponents:
    """Components that a framework unmounted while something still refers to them."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:  # noqa: ARG002
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        graph = evidence.graph
        framework = framework_of(graph)
        if framework is None or evidence.accumulation.is_content:
            return None
        kinds = [graph.node_type_index(kind) for kind in ("object", "closure")]
        sample = evidence.accumulation.sample[:_MOST_SAMPLED]
        found: list[str] = []
        n_members = 0
        for member in sample:
            for node in (member, *evidence.below(member, most=_MOST_BELOW)):
                if graph.node_type[node] in kinds and is_unmounted(graph, node):
                    function = component_function(graph, node)
                    name = component_of(graph, node)
                    found.append(
                        name if function is None else original_names(graph).function(function)
                    )
                    n_members += node == member
                    break
        if not found or len(found) < MOST_OF_THEM * len(sample):
            return None
        count = Counter(name for name in found if name)
        return UnmountedRemark(
            tuple(name for name, _ in count.most_common(_MOST_NAMED)),
            framework.name,
            n_members >= MOST_OF_THEM * len(found),
        )


__all__ = ["UnmountedComponents", "UnmountedRemark"]
