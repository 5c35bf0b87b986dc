"""Random graphs for kernel tests, as edge lists and as the arrays that kernels take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from heapnb._typing import BoolArray, ByteArray, NodeArray
from tests.naive.graphs import Edge

WEAK = 6
STRONG = 2


@dataclass(frozen=True)
class EdgeArrays:
    """The CSR form of an edge list; ``edges`` in the same order."""

    edges: list[Edge]
    first_edge: NodeArray
    edge_to: NodeArray
    counts: BoolArray
    edge_type: ByteArray


def to_arrays(n_nodes: int, edges: list[Edge]) -> EdgeArrays:
    """Sort edges by source and make arrays of them."""
    ordered = sorted(edges, key=lambda edge: edge.source)
    per_node = np.bincount([e.source for e in ordered], minlength=n_nodes)
    first = np.zeros(n_nodes + 1, np.uint32)
    first[1:] = np.cumsum(per_node)
    counts = np.array([e.counts for e in ordered], np.bool_)
    return EdgeArrays(
        ordered,
        first,
        np.array([e.target for e in ordered], np.uint32),
        counts,
        np.where(counts, STRONG, WEAK).astype(np.uint8),
    )


@st.composite
def graphs(draw: st.DrawFn, max_nodes: int = 9) -> tuple[int, list[Edge]]:
    """Graphs with self-loops, multiple edges, unreachable and weakly reached nodes."""
    n_nodes = draw(st.integers(1, max_nodes))
    node = st.integers(0, n_nodes - 1)
    edges = draw(
        st.lists(
            st.builds(Edge, node, node, st.sampled_from([True, True, True, False])),
            max_size=3 * n_nodes,
        )
    )
    return n_nodes, edges
