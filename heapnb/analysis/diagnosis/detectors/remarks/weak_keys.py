"""Accumulated objects that are also keys of WeakMaps."""

from __future__ import annotations

import numpy as np

from heapnb.analysis.diagnosis.detectors.weak_map_value import WeakMapValue
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article
from heapnb.analysis.retention.weak_tables import are_entries
from heapnb.graph.references import weak_map_of
from heapnb.kernels.edges import count_of_type, list_of_type


class WeakKeys:
    """WeakMap values that live as long as the objects."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
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
        name = weak_map_of(graph, edge)
        value = article(graph.class_name(int(graph.edge_to[edge])))
        return (
            f"{n_keys:,} of them are keys of {f'the WeakMap `{name}`' if name else 'a WeakMap'}, "
            f"which keeps {value} for each until the key is released."
        )
