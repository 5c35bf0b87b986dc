"""What plug-ins use: detectors, their words, tables and known leaks.

docs/plugins.md describes the interface and has an example. A plug-in is a package with entry points
in the groups ``heapnb.detectors``, ``heapnb.words``, ``heapnb.tables`` and ``heapnb.known_leaks``.
"""

from __future__ import annotations

from heapnb._plugins import INTERFACE, PluginWarning
from heapnb.analysis.diagnosis.detectors.base import Cause, Detector
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.analysis.plugged_tables import Table
from heapnb.schema import Column, Kind
from heapnb.snapshot import Snapshot
from heapnb.views.wording.registry import Words


def snapshot_of(site: Site) -> Snapshot:
    """Return the last snapshot of the series in which objects accumulate.

    Parameters
    ----------
    site : Site
        Where they accumulate.

    Returns
    -------
    Snapshot
        ``snapshot_of(site).node_at(site.example)`` is one of the objects.
    """
    return Snapshot(site.graph)


__all__ = [
    "INTERFACE",
    "Cause",
    "Column",
    "Detector",
    "Facts",
    "Group",
    "Kind",
    "PluginWarning",
    "Site",
    "Snapshot",
    "Table",
    "Words",
    "snapshot_of",
]
