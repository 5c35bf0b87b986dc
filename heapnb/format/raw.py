"""The contents of a snapshot file as columns: the result of reading and the input of writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heapnb._typing import ByteArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.format.meta import SnapshotMeta

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class SourceInfo:
    """The source of a snapshot.

    Parameters
    ----------
    name : str
        The file's name, ``"<stdin>"``, ``"<bytes>"`` or a URL.
    path : str or None
        The absolute path of a file.
    size_bytes : int
        Bytes of uncompressed JSON.
    file_bytes : int
        Bytes on disk; equal to ``size_bytes`` unless compressed.
    compression : str or None
        ``"gzip"``, ``"zstd"`` or None.
    """

    name: str
    path: str | None = None
    size_bytes: int = 0
    file_bytes: int = 0
    compression: str | None = None


@dataclass(frozen=True)
class Locations:
    """Source positions of nodes, from 0 as in the file.

    Parameters
    ----------
    node : uint32[k]
        Node ordinals, in no particular order.
    script_id, line, column : int64[k]
        The script's id and the position in it.
    """

    node: NodeArray
    script_id: IntArray
    line: IntArray
    column: IntArray


@dataclass(frozen=True)
class Scopes:
    """The scopes of scripts: which variables contexts hold, and which scopes use them.

    Newest versions of V8 (Chromium 156, workerd) write them for the program's scripts. Scopes are
    in the order of their parser, each after the one around it.

    Parameters
    ----------
    script : int64[k]
        Ordinal of the script's node.
    scope_id : int64[k]
        The scope's number in its script, by which contexts and functions refer to it; -2 for the
        scope of a script, whose variables other scripts can read.
    depth : int64[k]
        Number of scopes around it.
    variable_count, use_count : int64[k]
        Number of rows of this scope in the arrays below, which have the order of the scopes.
    variable_name : uint32[v]
        Index into ``strings``: the variables of the scope that closures capture, in the order of
        the context's slots. None for scopes of classes, and where `eval` may read any variable.
    use_scope_id, use_slot : int64[u]
        A use of a captured variable in this scope: the scope that declares it, in the same script,
        and the variable's number in that scope.
    """

    script: IntArray
    scope_id: IntArray
    depth: IntArray
    variable_count: IntArray
    use_count: IntArray
    variable_name: NodeArray
    use_scope_id: IntArray
    use_slot: IntArray


@dataclass(frozen=True)
class RawSnapshot:
    """The columns of one snapshot file; arrays are read-only.

    Parameters
    ----------
    meta : SnapshotMeta
        Header and field lists.
    node_type : uint8[n_nodes]
        Index into ``meta.node_types``.
    node_name : uint32[n_nodes]
        Index into ``strings``.
    node_id : uint32 or uint64[n_nodes]
        V8's id; odd ones belong to the V8 heap, even ones to the embedder.
    self_size : uint32 or uint64[n_nodes]
        Bytes as in the file.
    first_edge : uint32 or uint64[n_nodes + 1]
        Node i owns the edges ``first_edge[i]`` up to ``first_edge[i + 1]``.
    detachedness : uint8[n_nodes] or None
        0 unknown, 1 attached, 2 detached; None if the file lacks the field.
    trace_node_id : uint32[n_nodes] or None
        Allocation trace; None if the file lacks the field or all values are 0.
    edge_type : uint8[n_edges]
        Index into ``meta.edge_types``.
    edge_name : uint32[n_edges]
        Index into ``strings``; for element and hidden edges the element's index.
    edge_to : uint32[n_edges]
        Ordinal of the target node.
    strings : pyarrow.LargeStringArray
        The string table.
    locations : Locations or None
        None if the producer does not write them.
    scopes : Scopes or None
        None if the producer does not write them.
    samples, trace_function_infos : int64 array or None
        Allocation timeline, flat as in the file.
    trace_tree : bytes or None
        Allocation tree as JSON text.
    extra_sections : mapping of str to bytes
        Sections that heapnb does not interpret, as JSON text.
    source : SourceInfo
        The source of the snapshot.
    warnings : tuple of str
        Problems of the file that affect results.
    """

    meta: SnapshotMeta
    node_type: ByteArray
    node_name: NodeArray
    node_id: SizeArray
    self_size: SizeArray
    first_edge: OffsetArray
    detachedness: ByteArray | None
    trace_node_id: NodeArray | None
    edge_type: ByteArray
    edge_name: NodeArray
    edge_to: NodeArray
    strings: pa.LargeStringArray
    locations: Locations | None = None
    scopes: Scopes | None = None
    samples: IntArray | None = None
    trace_function_infos: IntArray | None = None
    trace_tree: bytes | None = None
    extra_sections: Mapping[str, bytes] = field(default_factory=dict)
    source: SourceInfo = field(default_factory=lambda: SourceInfo("<memory>"))
    warnings: tuple[str, ...] = ()

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_type)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.edge_type)
