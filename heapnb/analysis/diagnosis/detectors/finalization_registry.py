"""Objects that their own registration in a FinalizationRegistry keeps alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.registrations import (
    object_is_kept,
    registered_object,
    registration_above,
)
from heapnb.analysis.diagnosis.site import Site

REGISTRY_CLASS: Final = "FinalizationRegistry"

_MOST_CHECKED: Final = 16


@dataclass(frozen=True)
class RegistryFacts(Facts):
    """Held values of a FinalizationRegistry.

    Parameters
    ----------
    n_checked : int
        Registrations that were examined and whose object is still there.
    n_kept : int
        Those whose held value leads to the registered object, which nothing else keeps.
    n_collected : int
        Registrations that were examined and whose object is gone: their callback has not run yet.
    """

    n_checked: int
    n_kept: int
    n_collected: int


class FinalizationRegistryHeld:
    """Held values of a FinalizationRegistry, and the objects they refer to."""

    kind: ClassVar[str] = "finalization-registry"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        # The registry also holds what its callback closes over, but through a function.
        registry = next((step for step in site.around if step.class_name == REGISTRY_CLASS), None)
        if registry is None:
            return None
        graph, members = site.graph, site.accumulation.members
        chosen = members[:: max(1, len(members) // _MOST_CHECKED)][:_MOST_CHECKED].tolist()
        above = (registration_above(graph, site.tree, node) for node in chosen)
        cells = list(dict.fromkeys(cell for cell in above if cell is not None))
        checked = [cell for cell in cells if registered_object(graph, cell) is not None]
        return Cause(
            self.kind,
            RegistryFacts(
                Group.of(site),
                site.anchor,
                len(checked),
                sum(object_is_kept(graph, cell, registry.node) for cell in checked),
                len(cells) - len(checked),
            ),
        )
