"""The value that a WeakMap keeps for a long-lived key."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import REFERENCE, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Step
from heapnb.analysis.diagnosis.short_names import article
from heapnb.analysis.diagnosis.site import Site
from heapnb.analysis.retention.weak_tables import is_entry
from heapnb.graph.references import weak_map_of


@dataclass(frozen=True)
class WeakValueFacts(Facts):
    """What grows in the value that a WeakMap keeps for one key.

    Parameters
    ----------
    weak_map : str
        Name of the WeakMap; empty if unknown.
    key : str
        Class of the key.
    is_lasting : bool
        Whether the key was there in the first of several snapshots.
    """

    weak_map: str
    key: str
    is_lasting: bool


@dataclass(frozen=True)
class ManyWeakMapsFacts(Facts):
    """Values that one key has in many WeakMaps.

    Parameters
    ----------
    key : str
        Class of the key.
    is_lasting : bool
        Whether the key was there in the first of several snapshots.
    """

    key: str
    is_lasting: bool


class WeakMapValue:
    """The value of one key of a WeakMap, which grows while the key lives."""

    kind: ClassVar[str] = "weak-map"
    strength: ClassVar[float] = REFERENCE

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = site.anchor
        found = entry_above(site)
        if found is None:
            return _of_many_maps(site)
        edge, key = found
        weak_map = weak_map_of(site.graph, edge)
        name = f"the WeakMap `{weak_map}`" if weak_map else "a WeakMap"
        anchor = replace(
            anchor,
            text=f"the value that {name} keeps for {article(key.class_name)}, {anchor.text}",
        )
        return Cause(
            self.kind,
            WeakValueFacts(
                Group.of(site),
                anchor,
                weak_map or "",
                key.class_name,
                site.is_lasting(key.node),
            ),
        )


def _of_many_maps(site: Site) -> Cause | None:
    """Explain values that one key has in many WeakMaps."""
    accumulation = site.accumulation
    edge = int(site.tree.parent_edge[site.example])
    is_value = accumulation.n_holders == 1 and not accumulation.is_content
    if not is_value or not is_entry(site.graph, edge):
        return None
    return Cause(
        WeakMapValue.kind,
        ManyWeakMapsFacts(
            Group.of(site),
            site.anchor,
            site.holder.class_name,
            site.is_lasting(site.holder.node),
        ),
    )


def entry_above(site: Site) -> tuple[int, Step] | None:
    """Find the entry of a WeakMap through which the holder is reached, below any name.

    Parameters
    ----------
    site : Site
        Where the objects accumulate.

    Returns
    -------
    (int, Step) or None
        The edge from the key to the value, and the key.
    """
    for step, key in itertools.pairwise(site.around):
        if step is site.anchored:
            return None
        edge = int(site.tree.parent_edge[step.node])
        if is_entry(site.graph, edge):
            return edge, key
    return None
