"""What the file says about nodes and edges, and looking them up."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import (
    AnyArray,
    BoolArray,
    ByteArray,
    IntArray,
    NodeArray,
    OffsetArray,
    SizeArray,
)
from heapnb.errors import NodeNotFoundError
from heapnb.format import RawSnapshot
from heapnb.format.arrow import string_buffers, to_numpy, to_text
from heapnb.graph.classes import index_of
from heapnb.graph.derivation import DerivedStore, Results, bytes_of, derived
from heapnb.graph.ephemerons import Ephemerons
from heapnb.graph.source_files import SourceFiles
from heapnb.kernels import lookup
from heapnb.progress import ProgressReporter, no_progress

_UINT64_MAX = 0xFFFF_FFFF_FFFF_FFFF


class Columns:
    """The columns of a snapshot; `HeapGraph` adds what is computed from all of them.

    Parameters
    ----------
    raw : RawSnapshot
        The columns of the file.
    store : DerivedStore, optional
        Where derived arrays are looked up and kept.
    progress : callable, optional
        Opens a context in which long computations report; see `heapnb.progress.progress_bar`.
    source_files : SourceFiles, optional
        The program's sources and source maps, by which locations are named.
    """

    def __init__(
        self,
        raw: RawSnapshot,
        store: DerivedStore | None = None,
        progress: ProgressReporter = no_progress,
        source_files: SourceFiles | None = None,
    ) -> None:
        self.raw = raw
        self.source_files = source_files
        self.results = Results(store, progress)

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}({self.raw.source.name!r}, {self.n_nodes} nodes, {self.n_edges} edges)"

    @property
    def n_bytes(self) -> int:
        """Bytes of the columns and of all that was derived so far, mapped files included."""
        columns = [getattr(self.raw, field.name) for field in dataclasses.fields(self.raw)]
        return bytes_of(columns) + self.results.n_bytes

    # -- columns of the file ----------------------------------------------------------------

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.raw.n_nodes

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return self.raw.n_edges

    @property
    def root(self) -> int:
        """Ordinal of the root."""
        return self.raw.meta.root_offset // len(self.raw.meta.node_fields)

    @property
    def node_type(self) -> ByteArray:
        """``uint8[n_nodes]``: index into `node_type_names`."""
        return self.raw.node_type

    @property
    def node_name(self) -> NodeArray:
        """``uint32[n_nodes]``: index into `strings`."""
        return self.raw.node_name

    @property
    def node_id(self) -> SizeArray:
        """``uint32 or uint64[n_nodes]``: V8's ids."""
        return self.raw.node_id

    @property
    def self_size(self) -> SizeArray:
        """``uint32 or uint64[n_nodes]``: bytes, as the file has them."""
        return self.raw.self_size

    @property
    def first_edge(self) -> OffsetArray:
        """``uint32 or uint64[n_nodes + 1]``: CSR offsets of each node's edges."""
        return self.raw.first_edge

    @property
    def edge_type(self) -> ByteArray:
        """``uint8[n_edges]``: index into `edge_type_names`."""
        return self.raw.edge_type

    @property
    def edge_name(self) -> NodeArray:
        """``uint32[n_edges]``: index into `strings`, or an element's index."""
        return self.raw.edge_name

    @property
    def edge_to(self) -> NodeArray:
        """``uint32[n_edges]``: ordinal of the target."""
        return self.raw.edge_to

    @derived(keep=False)
    def edge_count(self) -> NodeArray:
        """``uint32[n_nodes]``: how many edges each node has."""
        return np.diff(self.first_edge).astype(np.uint32, copy=False)

    @property
    def strings(self) -> pa.LargeStringArray:
        """The string table."""
        return self.raw.strings

    @property
    def node_type_names(self) -> tuple[str, ...]:
        """Names of the node types."""
        return self.raw.meta.node_types

    @property
    def edge_type_names(self) -> tuple[str, ...]:
        """Names of the edge types."""
        return self.raw.meta.edge_types

    def node_type_index(self, name: str) -> int:
        """Index of a node type, -1 where the file does not know it."""
        return index_of(self.node_type_names, name)

    def edge_type_index(self, name: str) -> int:
        """Index of an edge type, -1 where the file does not know it."""
        return index_of(self.edge_type_names, name)

    # -- looking things up ------------------------------------------------------------------

    def string(self, index: int) -> str:
        """Return one string of the table."""
        text: str = self.strings[int(index)].as_py()
        return text

    def edges_of(self, node: int) -> tuple[int, int]:
        """Return the range of a node's edge ordinals."""
        return int(self.first_edge[node]), int(self.first_edge[node + 1])

    def edge_from(self, edges: AnyArray | Sequence[int]) -> IntArray:
        """Find the nodes that edges leave, as ``int64[k]``."""
        wanted = np.asarray(edges).astype(self.first_edge.dtype)
        found: IntArray = np.searchsorted(self.first_edge, wanted, side="right") - 1
        return found

    def edge_label(self, edge: int) -> str:
        """Return an edge's name, or its index in decimal."""
        kind = self.edge_type[edge]
        if self.is_indexed_edge_type[kind]:
            return str(self.edge_name[edge])
        name = self.string(self.edge_name[edge])
        if kind == self.edge_type_index("shortcut"):
            # A global object's number; what follows it does not count.
            number = re.match(r"\s*([+-]?[0-9]+)", name)
            return str(int(number[1])) if number else name
        return name

    @derived(keep=False)
    def is_indexed_edge_type(self) -> BoolArray:
        """``bool[n_edge_types]``: types whose edges carry an index in place of a name."""
        return np.isin(self.edge_type_names, vocab.INDEXED_EDGE_TYPES)

    def ordinal_of(self, node_id: int) -> int:
        """Find a node by its id.

        Parameters
        ----------
        node_id : int
            V8's id.

        Returns
        -------
        int
            The ordinal.

        Raises
        ------
        NodeNotFoundError
            If no node has it.
        """
        is_id = 0 <= node_id <= _UINT64_MAX
        ordinal = int(self.ordinals_of(np.array([node_id]))[0]) if is_id else vocab.NO_INDEX
        if ordinal < 0:
            raise NodeNotFoundError(node_id)
        return ordinal

    def ordinals_of(self, node_ids: AnyArray | Sequence[int]) -> IntArray:
        """Find nodes by their ids.

        Parameters
        ----------
        node_ids : integer[k]
            Ids.

        Returns
        -------
        int64[k]
            Ordinals, -1 where no node has the id.
        """
        wanted = np.asarray(node_ids)
        ordinals = np.full(len(wanted), vocab.NO_INDEX, np.int64)
        is_id = np.flatnonzero(wanted >= 0)
        found = np.empty(len(is_id), np.int64)
        lookup.find_ids(self.node_id, self.id_order, wanted[is_id].astype(np.uint64), found)
        ordinals[is_id] = found
        return ordinals

    @derived()
    def id_order(self) -> NodeArray:
        """``uint32[n_nodes]``: ordinals in ascending order of the node ids."""
        return np.argsort(self.node_id, kind="stable").astype(np.uint32)

    def is_named(self, nodes: AnyArray, name: str) -> BoolArray:
        """Tell which of some nodes have a given name, as ``bool[k]``."""
        matches = to_numpy(pc.equal(self.strings, to_text(name)))
        named: BoolArray = matches[self.node_name[nodes]]
        return named

    @property
    def user_roots(self) -> NodeArray:
        """``uint32[k]``: where distances start, one entry for each of the root's edges."""
        start, stop = self.edges_of(self.root)
        targets = self.edge_to[start:stop]
        synthetic = self.node_type[targets] == self.node_type_index("synthetic")
        roots: NodeArray = targets[~synthetic | self.is_named(targets, vocab.DOCUMENT_DOM_TREES)]
        return roots

    @derived(keep=False)
    def ephemerons(self) -> Ephemerons:
        """The names of edges that belong to entries of WeakMaps."""
        return Ephemerons.find(self.strings)


__all__ = ["Columns", "string_buffers"]
