"""The heap as a graph: columns of a snapshot and what follows from them.

Every derived array is computed when first asked for, once, and is read-only. Right means: the
same number as the Chrome DevTools engine gives (see ARCHITECTURE.md for the intended
differences).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import (
    AnyArray,
    BoolArray,
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
    SizeArray,
)
from heapnb.graph import class_keys, distances, naming, sizes
from heapnb.graph.classes import (
    ClassTable,
    InterfaceDefinition,
    PlainObjects,
    build_class_table,
    find_plain_objects,
    infer_interfaces,
)
from heapnb.graph.columns import Columns, string_buffers
from heapnb.graph.derivation import compute_at_once, derived
from heapnb.kernels import csr, dominators

_COMPUTING_DOMINATORS = "Computing dominators"
_NAMING_CLASSES = "Naming classes"


class HeapGraph(Columns):
    """Nodes, edges and everything that follows from them.

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

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a root>b a>c b>c").graph()
    >>> graph.dominator.tolist()
    [0, 0, 0, 0]
    """

    # -- retainers --------------------------------------------------------------------------

    @derived(keep=False)
    def retainer_count(self) -> NodeArray:
        """``uint32[n_nodes]``: how many edges lead to each node."""
        counts = np.zeros(self.n_nodes, np.uint32)
        csr.count_targets(self.edge_to, counts)
        return counts

    @derived()
    def first_retainer(self) -> OffsetArray:
        """``uint32 or uint64[n_nodes + 1]``: CSR offsets into `retaining_edge`."""
        return csr.unsigned_offsets(self.retainer_count, self.n_edges)

    @derived(title="Indexing retainers")
    def retaining_edge(self) -> OffsetArray:
        """``uint32 or uint64[n_edges]``: edges that lead to each node, in ascending order."""
        edges = np.empty(self.n_edges, self.first_edge.dtype)
        csr.invert_edges(self.first_edge, self.edge_to, self.first_retainer.copy(), edges)
        return edges

    def retaining_edges_of(self, node: int) -> OffsetArray:
        """Return the edges that lead to a node, in ascending order."""
        start, stop = int(self.first_retainer[node]), int(self.first_retainer[node + 1])
        return self.retaining_edge[start:stop]

    # -- sizes and distances ----------------------------------------------------------------

    @derived(title="Attributing sizes")
    def shallow_size(self) -> SizeArray:
        """``uint32 or uint64[n_nodes]``: bytes, with what a node alone owns added to it."""
        return sizes.shallow_sizes(self, self.renamed)

    @derived(title="Computing distances")
    def distance(self) -> DistanceArray:
        """``int32[n_nodes]``: edges from the user roots, as DevTools counts them.

        From `vocab.BASE_SYSTEM_DISTANCE` on the node is only reachable from the engine's own
        roots; `vocab.NO_DISTANCE` is a node that no search reaches.
        """
        return distances.distances_from_roots(self)

    # -- dominators -------------------------------------------------------------------------

    @derived(title="Finding the program's own nodes", keep=False)
    def page_owned(self) -> BoolArray:
        """``bool[n_nodes]``: reachable from the program's globals or the document's nodes."""
        return sizes.mark_page_owned(self)

    @derived(title="Choosing the edges that count", keep=False)
    def essential_edge(self) -> BoolArray:
        """``bool[n_edges]``: the edges that count for dominators."""
        return sizes.mark_essential_edges(self, self.page_owned)

    @derived(title=_COMPUTING_DOMINATORS)
    def dominator(self) -> NodeArray:
        """``uint32[n_nodes]``: immediate dominator; the root's is the root."""
        return self._dominators[0]

    @derived(title=_COMPUTING_DOMINATORS)
    def dominator_order(self) -> NodeArray:
        """``uint32[n_nodes]``: the root first, then every node after its dominator."""
        return self._dominators[1]

    @derived(keep=False)
    def _dominators(self) -> tuple[NodeArray, NodeArray]:
        """Dominators and their order, which come from one computation."""
        both = dominators.compute_dominators(
            self.first_edge, self.edge_to, self.essential_edge, self.root
        )
        self.results.forget(HeapGraph.page_owned, HeapGraph.essential_edge)
        return both

    @derived(title="Adding up retained sizes")
    def retained_size(self) -> SizeArray:
        """``uint64[n_nodes]``: bytes freed if the node went, itself included."""
        dominator, order = self.dominator, self.dominator_order
        retained = self.shallow_size.astype(np.uint64)
        dominators.add_up_dominated(dominator, order, retained)
        self.results.forget(HeapGraph.dominator_order, HeapGraph._dominators)
        return retained

    def prepare_sizes(self) -> None:
        """Compute retained sizes, distances and class keys on two cores, unless that is done.

        No computation needs more memory than that of dominators. Callers that need most arrays
        anyway call this first: later, the other arrays would be in memory as well.
        """
        compute_at_once(self, HeapGraph.retained_size, HeapGraph.distance, HeapGraph.class_key)

    @derived()
    def first_dominated(self) -> NodeArray:
        """``uint32[n_nodes + 1]``: CSR offsets into `dominated`."""
        counts = np.zeros(self.n_nodes, np.uint32)
        csr.count_targets(self.dominator, counts)
        counts[self.root] -= 1
        first: NodeArray = csr.unsigned_offsets(counts, self.n_nodes - 1)
        return first

    @derived()
    def dominated(self) -> NodeArray:
        """``uint32[n_nodes - 1]``: what each node immediately dominates, in ascending order."""
        nodes = np.empty(self.n_nodes - 1, np.uint32)
        csr.invert_tree(self.dominator, self.root, self.first_dominated.copy(), nodes)
        return nodes

    # -- classes ----------------------------------------------------------------------------

    @derived(keep=False)
    def plain_objects(self) -> PlainObjects:
        """The plain objects, grouped by their properties."""
        return find_plain_objects(self.raw)

    @derived(keep=False)
    def interface_definitions(self) -> tuple[InterfaceDefinition, ...]:
        """The names that plain objects get here, such as ``{id, name}``."""
        return infer_interfaces(self.raw, self.plain_objects)

    def classes_under(self, definitions: Sequence[InterfaceDefinition]) -> ClassTable:
        """Give every node its class, naming plain objects by another snapshot's definitions."""
        return build_class_table(self.raw, self.renamed, self.plain_objects, definitions)

    @derived(title=_NAMING_CLASSES, keep=False)
    def _classes(self) -> ClassTable:
        """Names and classes, which come from one computation."""
        return self.classes_under(self.interface_definitions)

    @derived()
    def class_index(self) -> NodeArray:
        """``uint32[n_nodes]``: index into `class_names`."""
        return self._classes.class_index

    @derived(keep=False)
    def class_names(self) -> pa.LargeStringArray:
        """Distinct class names."""
        offsets, text = self._class_name_offsets, self._class_name_text
        return pa.LargeStringArray.from_buffers(
            len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text)
        )

    @derived(name="class_name_offsets")
    def _class_name_offsets(self) -> IntArray:
        """``int64[n_classes + 1]``: where each name begins in the text."""
        return string_buffers(self._classes.names)[0]

    @derived(name="class_name_text")
    def _class_name_text(self) -> ByteArray:
        """``uint8[m]``: all class names in UTF-8."""
        return string_buffers(self._classes.names)[1]

    def class_name(self, node: int) -> str:
        """Return a node's class name."""
        text: str = self.class_names[int(self.class_index[node])].as_py()
        return text

    @derived()
    def location_of(self) -> AnyArray:
        """``int32[n_nodes]``: row of ``raw.locations``, -1 where a node has none."""
        return class_keys.location_rows(self)

    @derived(title="Grouping classes")
    def class_key(self) -> NodeArray:
        """``uint32[n_nodes]``: row of `class_keys`, the group in DevTools' Summary."""
        return self._class_keys[0]

    @derived(shape=(-1, 2))
    def class_keys(self) -> IntArray:
        """``int64[n_keys, 2]``: class index, and row of ``raw.locations`` or -1."""
        return self._class_keys[1]

    @derived(keep=False)
    def _class_keys(self) -> tuple[NodeArray, IntArray]:
        """Keys of nodes and of classes, which come from one computation."""
        table = ClassTable(self.class_names, self.class_index)
        return class_keys.group_by_class_and_site(self, table)

    # -- names ------------------------------------------------------------------------------

    @derived(keep=False)
    def _detachedness(self) -> tuple[ByteArray, BoolArray] | None:
        """States and renamed nodes, which come from one computation."""
        return naming.pass_on_detachedness(self)

    @derived(name="node_state")
    def detachedness(self) -> ByteArray | None:
        """``uint8[n_nodes]`` or None: 0 unknown, 1 attached, 2 detached, passed on."""
        return None if self._detachedness is None else self._detachedness[0]

    @derived()
    def renamed(self) -> BoolArray | None:
        """``bool[n_nodes]`` or None: nodes whose name DevTools puts ``Detached`` before."""
        return None if self._detachedness is None else self._detachedness[1]

    def name(self, node: int) -> str:
        """Return a node's name; DevTools' ``Detached`` is put before those that it renames."""
        name = self.string(self.node_name[node])
        if self.renamed is not None and self.renamed[node]:
            return vocab.DETACHED_PREFIX + name
        return name

    def display_name(self, node: int) -> str:
        """Return the name that DevTools shows: ropes joined, plain objects as ``{a, b}``."""
        kind = self.node_type_names[self.node_type[node]]
        if kind == "concatenated string":
            return naming.rope_text(self, node)
        name = self.name(node)
        if kind == "object" and name == vocab.CLASS_OBJECT:
            return naming.plain_object_name(self, node)
        return name


__all__ = ["HeapGraph"]
