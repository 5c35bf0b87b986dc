"""Accumulated objects that are also keys of WeakMaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heapnb.analysis.diagnosis.detectors.weak_map_value import WeakMapValue
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark
from heapnb.analysis.retention.weak_tables import are_entries
from heapnb.graph.references import weak_map_of
from heapnb.kernels.edges import count_of_type, list_of_type


@dataclass(frozen=True)
class WeakKeyRemark(Remark):
    """Objects that are keys of a WeakMap.

    Parameters
    ----------
    n_keys : int
        How many.
    weak_map : str
        Name of the WeakMap; empty if unknown.
    value : str
        Class of the value that it keeps for one of them.
    """

    n_keys: int
    weak_map: str
    value: str


class WeakKeys:
    """WeakMap values that live as long as the objects."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        graph = evidence.graph
        if kind == WeakMapValue.kind or not graph.ephemerons.n_pairs:
            return None
        members = evidence.accumulation.members.astype(np.int64)
        first = np.empty(len(members) + 1, np.int64)
        internal = graph.edge_type_index("internal")
        count_of_type(graph.first_edge, graph.edge_type, internal, members, first)
        edges = np.empty(int(first[-1]), np.int64)
        list_of_type(graph.first_edge, graph.edge_type, internal, members, edges)
        edges = edges[are_entries(graph, edges)]
        n_keys = len(np.unique(graph.edge_from(edges)))
        if 2 * n_keys < len(members):
            return None
        edge = int(edges[len(edges) // 2])
        value = graph.class_name(int(graph.edge_to[edge]))
        return WeakKeyRemark(n_keys, weak_map_of(graph, edge) or "", value)
