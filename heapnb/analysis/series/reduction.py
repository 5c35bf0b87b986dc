"""What a series keeps of each snapshot once its graph is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray, SizeArray
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.analysis.series.encoding import encode
from heapnb.analysis.series.id_sets import IdSet
from heapnb.format.arrow import to_arrow, to_numpy
from heapnb.graph import HeapGraph, string_buffers
from heapnb.graph.class_keys import group_by_class_and_site
from heapnb.graph.classes import ClassTable, InterfaceDefinition
from heapnb.graph.edges import edges_where, is_string
from heapnb.graph.group_sizes import counts_and_sizes, retained_by_group
from heapnb.graph.locations import definition_sites
from heapnb.kernels import hashing
from heapnb.kernels import reduction as reduction_kernels
from heapnb.kernels import trees as kernels
from heapnb.kernels.hashing import HashArray
from heapnb.progress import beside

if TYPE_CHECKING:
    import pandas as pd

LONGEST_CYCLE: Final = 8
"""A linked list repeats itself after at most so many steps."""

SHORTEST_LIST: Final = 8
"""Shorter chains are not taken for linked lists."""

_ELEMENT: Final = 1
_ENTRY_VALUE: Final = np.uint64(2)
_OF_CONSOLE: Final = np.uint64(0xC0_50_1E)
_HIDDEN: Final = 3
_FIRST_EDGE_TYPE: Final = 16
_N_HIDDEN_LABELS: Final = 32
_SAMPLED_IDS: Final = 8
_MANY_NODES: Final = 1_000_000
"""With so many nodes, it is worth it to compute sizes and paths at the same time."""

_SCOPE_SUFFIX: Final = r"^(system / Context) / scope @\d+$"


@dataclass(frozen=True)
class ClassTotals:
    """The classes of one snapshot, as DevTools' Summary counts them.

    Parameters
    ----------
    name : pyarrow.LargeStringArray
        Class names; plain objects are named as in the last snapshot of the series.
    site : int64[n_classes, 3]
        Script id, line and column of the definition, -1 where unknown.
    count, shallow_size, retained_size : int64[n_classes]
        Members that have a shallow size; bytes.
    """

    name: pa.LargeStringArray
    site: IntArray
    count: IntArray
    shallow_size: IntArray
    retained_size: IntArray

    def by_name(self) -> pd.DataFrame:
        """Add up the classes of one name: ``count`` and ``size`` in shallow bytes, by name."""
        import pandas as pd

        columns = {
            "class_name": self.name.to_pandas().astype("str"),
            "count": self.count,
            "size": self.shallow_size,
        }
        return pd.DataFrame(columns).groupby("class_name", sort=False).sum()


@dataclass(frozen=True)
class Kinds:
    """What the kinds of a snapshot's nodes are called.

    Parameters
    ----------
    name : pyarrow.LargeStringArray
        Class names.
    site : int64[n_kinds, 3]
        Script id, line and column of the definition, -1 where unknown.
    is_object : bool[n_kinds]
        Whether they are objects, which DevTools tells apart by their definition.
    """

    name: pa.LargeStringArray
    site: IntArray
    is_object: BoolArray


@dataclass(frozen=True)
class ReducedSnapshot:
    """Columns of a snapshot that comparisons over time need.

    Parameters
    ----------
    name : str
        The file's name.
    path : str or None
        Where it is.
    file_size : int
        Bytes of the uncompressed file.
    n_nodes, n_edges : int
        Its extent.
    total_size : int
        Bytes, shallow, of all nodes.
    root : int
        Ordinal of the root.
    node_id : unsigned[n_nodes]
        V8's ids.
    shallow_size : unsigned[n_nodes]
        Bytes, as DevTools counts them.
    retained_size : unsigned[n_nodes]
        Bytes, as DevTools counts them.
    dominator : uint32[n_nodes]
        Immediate dominators; the root dominates itself.
    order : uint32[n_reached]
        The nodes that the program holds, the root first, every node after its owner.
    owner : uint32[n_nodes]
        The holder of a node; backing stores count as part of their owner.
    kind, label : uint32[n_nodes]
        What a node is (class, definition site) and how its owner refers to it, as rows of
        ``kind_hash`` and ``label_hash``, which mean the same in every snapshot.
    kind_hash, label_hash : uint64[…]
        See above.
    kinds : Kinds
        What the rows of ``kind_hash`` are.
    is_storage, is_property : bool[n_nodes]
        Backing stores; nodes that are held by a named property.
    follows : uint32[n_nodes]
        For a member of a linked list the member before it, else `vocab.NO_ORDINAL`.
    sampled_id, fingerprint : uint64[…]
        A sample of ids, and hashes of what never changes about their nodes.
    classes : ClassTotals
        Totals by class.
    warnings : tuple of str
        What the reader of the file said.
    """

    name: str
    path: str | None
    file_size: int
    n_nodes: int
    n_edges: int
    total_size: int
    root: int
    node_id: SizeArray
    shallow_size: SizeArray
    retained_size: SizeArray
    dominator: NodeArray
    order: NodeArray
    owner: NodeArray
    kind: NodeArray
    label: NodeArray
    kind_hash: HashArray
    label_hash: HashArray
    kinds: Kinds
    is_storage: BoolArray
    is_property: BoolArray
    follows: NodeArray
    sampled_id: HashArray
    fingerprint: HashArray
    classes: ClassTotals
    warnings: tuple[str, ...]

    @cached_property
    def ids(self) -> IdSet:
        """The node ids, to look others up."""
        return IdSet(self.node_id)

    @property
    def largest_object_id(self) -> int:
        """The largest odd node id: it grows while the process lives."""
        odd = self.node_id[(self.node_id & 1) == 1]
        return int(odd.max()) if len(odd) else 0

    def first_members(self, heads: NodeArray) -> NodeArray:
        """Return the first members of linked lists, which may have another label than the others.

        Parameters
        ----------
        heads : uint32[n]
            Members of lists that follow none of the same label.

        Returns
        -------
        uint32[n]
            The object of the same kind just above each; itself if there is none.
        """
        first = heads.astype(np.uint32)
        places, above = np.arange(len(heads)), first
        for _ in range(LONGEST_CYCLE):
            above = self.owner[above]
            is_first = self.kind[above] == self.kind[heads[places]]
            first[places[is_first]] = above[is_first]
            places, above = places[~is_first], above[~is_first]
        return first

    @property
    def is_held(self) -> BoolArray:
        """``bool[n_nodes]``: what the program holds, backing stores and the root aside."""
        held = np.zeros(self.n_nodes, np.bool_)
        held[self.order[1:]] = True
        held &= ~self.is_storage
        return held


def reduce_snapshot(
    graph: HeapGraph, definitions: Sequence[InterfaceDefinition]
) -> ReducedSnapshot:
    """Keep of a snapshot what comparisons over time need.

    Parameters
    ----------
    graph : HeapGraph
        The snapshot.
    definitions : sequence of InterfaceDefinition
        What plain objects are named after.

    Returns
    -------
    ReducedSnapshot
    """
    with beside(graph.prepare_sizes, is_worth_it=graph.n_nodes >= _MANY_NODES) as sizes:
        tree = retaining_tree(graph)
        sizes()
    if tuple(definitions) == graph.interface_definitions:
        table = ClassTable(graph.class_names, graph.class_index)
    else:
        table = graph.classes_under(definitions)
    class_key, class_keys = group_by_class_and_site(graph, table)
    order = tree.order[: tree.n_user]
    names = _StringHashes(graph, order[1:], tree)
    class_names = pc.replace_substring_regex(table.names, _SCOPE_SUFFIX, r"\1")
    kind_of_node, kind_hash = encode(_kind_hashes(graph, class_names, table.class_index, names))
    label_of_node, label_hash = encode(_labels(graph, order, tree, names))
    owner = np.full(graph.n_nodes, vocab.NO_ORDINAL, np.uint32)
    owner[graph.root] = graph.root
    is_storage = tree.is_storage | _parts_of_strings(graph, order, tree)
    kernels.skip_storage(order, tree.parent, is_storage, tree.is_cell, label_of_node, owner)
    follows = np.full(graph.n_nodes, vocab.NO_ORDINAL, np.uint32)
    kernels.find_repetitions(
        order,
        owner,
        kind_of_node,
        label_of_node,
        is_storage,
        LONGEST_CYCLE,
        SHORTEST_LIST,
        follows,
    )
    sampled_id, fingerprint = _sample(graph, names)
    source = graph.raw.source
    return ReducedSnapshot(
        source.name,
        source.path,
        source.size_bytes,
        graph.n_nodes,
        graph.n_edges,
        int(graph.shallow_size.sum(dtype=np.uint64)),
        graph.root,
        graph.node_id,
        graph.shallow_size,
        graph.retained_size,
        graph.dominator,
        order,
        owner,
        kind_of_node,
        label_of_node,
        kind_hash,
        label_hash,
        _kinds(graph, class_names, table.class_index, kind_of_node, len(kind_hash)),
        is_storage,
        names.is_property,
        follows,
        sampled_id,
        fingerprint,
        _class_totals(graph, table.names, class_key, class_keys),
        graph.raw.warnings,
    )


class _StringHashes:
    """Hashes of the strings that the columns of a reduced snapshot depend on."""

    def __init__(self, graph: HeapGraph, reached: NodeArray, tree: RetainingTree) -> None:
        wanted = np.zeros(len(graph.strings), np.bool_)
        self.is_property = np.zeros(graph.n_nodes, np.bool_)
        reduction_kernels.mark_labels(
            reached,
            tree.parent_edge,
            graph.edge_type,
            graph.edge_name,
            graph.is_indexed_edge_type,
            graph.edge_type_index("property"),
            wanted,
            self.is_property,
        )
        self.by_text = _named_by_text(graph)
        wanted[graph.node_name[self.by_text]] = True
        # Odd ids, of which every so many are sampled.
        sample = np.flatnonzero((graph.node_id & (2 * _SAMPLED_IDS - 1)) == 1)
        # V8 names what belongs to a function by how far that is compiled.
        is_sampled = graph.node_type[sample] != graph.node_type_index("code")
        self.sample = sample[is_sampled]
        wanted[graph.node_name[self.sample]] = True
        self.contexts, self.scopes = _scopes_of_contexts(graph)
        hashing.mark_target_names(
            graph.first_edge, graph.edge_to, graph.node_name, np.unique(self.scopes), wanted
        )
        self.of_string = np.zeros(len(graph.strings), np.uint64)
        self.is_decimal = np.zeros(len(graph.strings), np.bool_)
        hashing.hash_strings(
            *string_buffers(graph.strings), wanted, self.of_string, self.is_decimal
        )


def _scopes_of_contexts(graph: HeapGraph) -> tuple[NodeArray, NodeArray]:
    """Find the contexts of closures, and for each the description of its variables."""
    edges = edges_where(graph, is_string(graph, ["scope_info"]), "internal")
    contexts = graph.edge_from(edges)
    is_object = graph.node_type[contexts] == graph.node_type_index("object")
    return contexts[is_object].astype(np.uint32), graph.edge_to[edges[is_object]]


def _named_by_text(graph: HeapGraph) -> IntArray:
    """List the nodes of whose kind the name says more than the class."""
    is_type = _are_types(graph, ("closure", *vocab.SYSTEM_TYPES))
    return np.flatnonzero(is_type[graph.node_type])


def _are_types(graph: HeapGraph, names: Sequence[str]) -> BoolArray:
    """Mark node types by their names, as ``bool[256]``."""
    is_type = np.zeros(256, np.bool_)
    known = [index for name in names if (index := graph.node_type_index(name)) >= 0]
    is_type[known] = True
    return is_type


def _kinds(
    graph: HeapGraph,
    class_names: pa.LargeStringArray,
    class_index: NodeArray,
    kind_of_node: NodeArray,
    n_kinds: int,
) -> Kinds:
    """Describe each kind by one of its nodes."""
    example = np.zeros(n_kinds, np.uint32)
    reduction_kernels.last_of_each(kind_of_node, example)
    return Kinds(
        class_names.take(to_arrow(class_index[example])),
        definition_sites(graph, graph.location_of[example].astype(np.int64)),
        graph.node_type[example] == graph.node_type_index("object"),
    )


def _kind_hashes(
    graph: HeapGraph, class_names: pa.LargeStringArray, class_index: NodeArray, names: _StringHashes
) -> HashArray:
    """Hash what each node is: class or name, and where that is defined."""
    class_hash = np.zeros(len(class_names), np.uint64)
    everything = np.ones(len(class_names), np.bool_)
    hashing.hash_strings(
        *string_buffers(class_names), everything, class_hash, np.empty_like(everything)
    )
    kinds = class_hash[class_index]
    _mix_at(kinds, names.by_text, names.of_string[graph.node_name[names.by_text]])
    # Contexts all look alike; the names of their variables tell them apart.
    scopes, which = np.unique(names.scopes, return_inverse=True)
    scope_hash = np.zeros(len(scopes), np.uint64)
    hashing.hash_target_names(
        graph.first_edge, graph.edge_to, graph.node_name, names.of_string, scopes, scope_hash
    )
    _mix_at(kinds, names.contexts, scope_hash[which])
    locations = graph.raw.locations
    if locations is not None:
        # Script ids differ between processes; a line and column hardly ever coincide.
        nodes, rows = np.unique(locations.node[::-1], return_index=True)
        rows = len(locations.node) - 1 - rows
        lines = locations.line[rows].astype(np.uint64)
        _mix_at(kinds, nodes, lines << np.uint64(32) ^ locations.column[rows].astype(np.uint64))
    return kinds


def _labels(
    graph: HeapGraph, order: NodeArray, tree: RetainingTree, names: _StringHashes
) -> HashArray:
    """Hash how each node is referred to; indices and slots are all alike."""
    labels = np.zeros(graph.n_nodes, np.uint64)
    special = np.zeros(len(graph.strings), np.uint64)
    # What the console keeps has handles with running numbers: "57 / DevTools console".
    special[to_numpy(pc.ends_with(graph.strings, vocab.CONSOLE_HANDLE))] = _OF_CONSOLE
    if graph.ephemerons.n_pairs:
        special[graph.ephemerons.pair_of_string >= 0] = _ENTRY_VALUE
    kernels.hash_labels(
        order,
        tree.parent,
        tree.parent_edge,
        graph.edge_type,
        graph.edge_name,
        graph.is_indexed_edge_type,
        (graph.edge_type_index("internal"), graph.edge_type_index("hidden")),
        names.of_string,
        names.is_decimal,
        special,
        tree.is_storage,
        (_ELEMENT, _HIDDEN, _N_HIDDEN_LABELS, _FIRST_EDGE_TYPE),
        labels,
    )
    return labels


def _parts_of_strings(graph: HeapGraph, order: NodeArray, tree: RetainingTree) -> BoolArray:
    """Mark the pieces of ropes and the strings that slices are cut from.

    A rope that the engine has copied into one string is storage of that string instead.
    """
    is_part = np.zeros(graph.n_nodes, np.bool_)
    reduction_kernels.mark_parts_of_strings(
        order,
        tree.parent,
        graph.node_type,
        _are_types(graph, vocab.COMPOSED_STRING_TYPES),
        graph.node_type_index("string"),
        tree.is_storage,
        is_part,
    )
    return is_part


def _sample(graph: HeapGraph, names: _StringHashes) -> tuple[HashArray, HashArray]:
    """Hash type and name of some nodes: of one object they do not change."""
    sample = names.sample
    fingerprint = names.of_string[graph.node_name[sample]]
    _mix_at(fingerprint, slice(None), graph.node_type[sample].astype(np.uint64))
    order = np.argsort(graph.node_id[sample])
    return graph.node_id[sample][order].astype(np.uint64), fingerprint[order]


def _mix_at(hashes: HashArray, places: IntArray | NodeArray | slice, second: HashArray) -> None:
    """Mix more into some hashes, in place."""
    mixed = np.ascontiguousarray(hashes[places])
    hashing.mix_arrays(mixed, np.ascontiguousarray(second), mixed)
    hashes[places] = mixed


def _class_totals(
    graph: HeapGraph, names: pa.LargeStringArray, class_key: NodeArray, class_keys: IntArray
) -> ClassTotals:
    n_keys = len(class_keys)
    retained = retained_by_group(graph, class_key, n_keys)
    counts, sizes = counts_and_sizes(graph, class_key, n_keys)
    used = np.flatnonzero(counts)
    return ClassTotals(
        names.take(to_arrow(class_keys[used, 0])),
        definition_sites(graph, class_keys[used, 1]),
        counts[used],
        sizes[used].astype(np.int64),
        retained[used].astype(np.int64),
    )
