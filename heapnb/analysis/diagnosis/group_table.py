"""Groups of objects that are held alike, numbered alike in all snapshots of a series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.diagnosis.accumulation import REPLACED, Accumulation
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.analysis.series.encoding import encode
from heapnb.analysis.series.groups import DICTIONARY_CHANGES_ALIKE, Groups, group_series
from heapnb.analysis.series.id_sets import is_member
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.analysis.series.series import Series
from heapnb.decode.native_listeners import INTERNAL_PREFIX
from heapnb.graph.references import attached
from heapnb.kernels import hashing
from heapnb.kernels import reduction as kernels
from heapnb.kernels.hashing import HashArray

UNEXPLAINED_FACTOR: Final = 2.0
"""Growth per holder above this limit counts as its own suspect.

At 1, each holder that holds a second object would be one; much higher hides a leak below a
leak. Bench: no program moves between 1 and 4.
"""

LEAST_MEMBERS: Final = 64
"""In a single snapshot, so many objects held alike are an accumulation.

Fewer are common in any program: configurations, tables of routes. Bench: no program moves
between 32 and 128.
"""

MOST_BYTES_PER_MEMBER: Final = 128
"""A collection needs no more bytes for one member.

A Map needs 3 words an entry, a dictionary 3, and up to four times as much after it has grown.
Bench: no program moves between 64 and 256.
"""

_LINKS: Final = 2
_LINKS_OF_SCOPES: Final = 6
"""The first scopes of a chain may be those of the functions that run the program."""

MOST_ACCUMULATIONS: Final = 512
"""So many accumulations are described: the largest growth first.

It bounds the time of a diagnosis where a program has thousands of small groups that grow; what
is left out is smaller than all of these. Bench: no program moves between 16 and 1,024.
"""


@dataclass(frozen=True)
class GroupTable:
    """The groups of all snapshots: one row a group, the same row in every snapshot.

    Parameters
    ----------
    series : Series
        The snapshots.
    groups : tuple of Groups
        The groups of each snapshot; routes and owners only of the last one.
    rows : tuple of int64[n_groups]
        Row of each group, for each snapshot.
    count, size, own_size, fresh : int64[n_rows, n_snapshots]
        As in `Groups`; 0 where a snapshot lacks the group. Sizes are bytes.
    is_last : bool[n_rows]
        Whether the last snapshot has the group.
    is_chained : bool[n_rows]
        Whether most members hold each other.
    head : uint32[n_rows]
        A member in the last snapshot, where `is_last`.
    row_of_holder : int64[n_rows]
        Row of the group that has the holder; -1 for the root.
    explaining : int64[n_rows]
        The same; -1 also where the holder is one object throughout the series.
    """

    series: Series
    groups: tuple[Groups, ...]
    rows: tuple[IntArray, ...]
    count: IntArray
    size: IntArray
    own_size: IntArray
    fresh: IntArray
    is_last: BoolArray
    is_chained: BoolArray
    head: NodeArray
    row_of_holder: IntArray
    explaining: IntArray

    @classmethod
    def of(cls, series: Series) -> GroupTable:
        """Number the groups of all snapshots of a series alike."""
        groups = tuple(
            group if number == len(series) else _without_routes(group)
            for number, group in enumerate(group_series(series), 1)
        )
        codes, distinct = encode(np.concatenate([group.hash for group in groups]))
        ends = np.cumsum([len(group.hash) for group in groups])[:-1]
        rows = tuple(part.astype(np.int64) for part in np.split(codes, ends))
        shape = (len(distinct), len(groups))
        count = np.zeros(shape, np.int64)
        size, own_size, fresh = count.copy(), count.copy(), count.copy()
        for number, (group, places) in enumerate(zip(groups, rows, strict=True)):
            count[places, number] = group.count
            size[places, number] = group.size
            own_size[places, number] = group.own_size
            fresh[places, number] = group.fresh
        last, places = groups[-1], rows[-1]
        snapshot = series.snapshots[-1]
        head = np.zeros(len(distinct), np.uint32)
        head[places] = last.head
        is_last = np.zeros(len(distinct), np.bool_)
        is_last[places] = True
        is_chained = np.zeros(len(distinct), np.bool_)
        is_chained[places] = 2 * last.chained >= last.count
        holder = snapshot.owner[last.head]
        group_of_holder = last.of_node[holder]
        is_grouped = group_of_holder != vocab.NO_ORDINAL
        row_of_holder = np.full(len(distinct), vocab.NO_INDEX, np.int64)
        row_of_holder[places[is_grouped]] = places[group_of_holder[is_grouped]]
        explaining = row_of_holder.copy()
        explaining[places[last.is_lasting[holder]]] = vocab.NO_INDEX
        return cls(
            series,
            groups,
            rows,
            count,
            size,
            own_size,
            fresh,
            is_last,
            is_chained,
            head,
            row_of_holder,
            explaining,
        )

    def is_explained(self, growing: BoolArray) -> BoolArray:
        """Tell which groups grow only because their holders do."""
        holder = self.explaining
        has_holder = holder >= 0
        # Those that are the same object throughout have groups of their own below them.
        held_by = self.fresh[holder]
        # Where there was no holder at first, as many as the first ones held is the measure.
        start = np.argmax(held_by > 0, axis=1)
        every = np.arange(len(holder))
        at_first = self.count[every, start] / np.maximum(held_by[every, start], 1)
        at_last = self.count[:, -1] / np.maximum(held_by[:, -1], 1)
        alike = growing[holder] & (at_last <= UNEXPLAINED_FACTOR * np.maximum(at_first, 1))
        # One or none per holder: there can be no more of them than holders.
        bounded = (at_last <= 1) & ~self.is_chained
        explained: BoolArray = has_holder & (alike | (bounded & (held_by[:, -1] > 1)))
        return explained

    @property
    def fills_holder(self) -> BoolArray:
        """Whether there are so many members that they account for the bytes of their holder."""
        holder = self.row_of_holder
        own = np.where(holder >= 0, self.own_size[holder, -1], 0)
        fills: BoolArray = self.count[:, -1] * MOST_BYTES_PER_MEMBER >= own
        return fills & (self.count[:, -1] >= LEAST_MEMBERS)

    @property
    def is_synthetic(self) -> BoolArray:
        """Whether the head is one of the engine's lists of roots, which has no bytes."""
        graph = self.series.last
        heads: BoolArray = graph.node_type[self.head] == graph.node_type_index("synthetic")
        return heads

    def unmark_holders(self, rows: BoolArray, marked: BoolArray) -> None:
        """Unmark what holds some groups: a collection grows with what is put into it."""
        holders = self.row_of_holder[rows]
        marked[holders[holders >= 0]] = False

    def collect(self, rows: IntArray, *, content: bool) -> list[Accumulation]:
        """Put groups together that are on the same route; describe the largest ones."""
        if len(rows) == 0:
            return []
        _, merged = np.unique(self._merge_keys(rows, content=content), return_inverse=True)
        n_merged = int(merged.max()) + 1
        amount = self.own_size if content else self.size
        gains = amount[rows, -1] - (amount[rows, 0] if len(self.groups) > 1 else 0)
        gain = np.bincount(merged, weights=gains, minlength=n_merged)
        chosen = np.argsort(-gain, kind="stable")[:MOST_ACCUMULATIONS]
        number = np.full(n_merged, vocab.NO_INDEX, np.int64)
        number[chosen] = np.arange(len(chosen))
        merged_of_row = np.full(len(self.count), vocab.NO_INDEX, np.int64)
        merged_of_row[rows] = number[merged]
        members = [self._members(k, merged_of_row, len(chosen)) for k in range(len(self.groups))]
        return [
            self._describe(
                rows[merged == place],
                gains[merged == place],
                [nodes[i] for nodes in members],
                content=content,
            )
            for i, place in enumerate(chosen.tolist())
        ]

    def _merge_keys(self, rows: IntArray, *, content: bool) -> HashArray:
        """Hash what groups that are merged have in common."""
        last, snapshot = self.groups[-1], self.series.snapshots[-1]
        heads = self.head[rows]
        if content:
            return last.route[heads]
        # The halves of a list that is linked in both directions belong together.
        label = np.zeros(len(self.count), np.uint64)
        label[self.rows[-1]] = last.label
        is_list = self.is_chained[rows]
        kinds = last.kind_hash[snapshot.kind[heads]]
        common = np.where(is_list, kinds, label[rows])
        holders = snapshot.owner[np.where(is_list, snapshot.first_members(heads), heads)]
        keys = last.route[holders]
        hashing.mix_arrays(keys, common, keys)
        # A browser's lists have all kinds of objects of a page: channels, workers, sockets.
        is_of_browser = self._are_of_browser(holders)
        hashing.mix_arrays(keys, np.where(is_of_browser, kinds, 0).astype(np.uint64), keys)
        # Properties of one object that hold such groups are keys: arrays by tenant, say.
        alike = last.route[snapshot.owner[holders]]
        for part in (common, last.kind_hash[snapshot.kind[holders]]):
            hashing.mix_arrays(alike, part, alike)
        hashing.mix_arrays(alike, kinds, alike)
        _, which, n_alike = np.unique(alike, return_inverse=True, return_counts=True)
        n_alike = n_alike[which]
        is_property = snapshot.is_property[holders]
        is_key = is_property & (n_alike >= DICTIONARY_CHANGES_ALIKE)
        for place in np.flatnonzero(is_property & ~is_key & (n_alike > 1)).tolist():
            is_key[place] = self._is_data(int(holders[place]))
        return np.where(is_key, alike, keys)

    def _is_data(self, node: int) -> bool:
        """Tell whether the name of a property is no name that a program would write in code."""
        graph = self.series.last
        edge = int(retaining_tree(graph).parent_edge[node])
        written = attached("property", graph.edge_label(edge))
        return written.startswith("[") and not written.startswith("[Symbol(")

    def _are_of_browser(self, nodes: NodeArray) -> BoolArray:
        """Tell which nodes are a browser's own objects."""
        graph = self.series.last
        names, which = np.unique(graph.node_name[nodes], return_inverse=True)
        marked = [graph.string(name).startswith(INTERNAL_PREFIX) for name in names.tolist()]
        return np.array(marked, np.bool_)[which]

    def _members(self, number: int, merged_of_row: IntArray, n_merged: int) -> list[NodeArray]:
        """List the nodes of each merged group in one snapshot."""
        group = self.groups[number]
        place_of_group = merged_of_row[self.rows[number]]
        counts = np.zeros(n_merged, np.int64)
        kernels.count_members(group.of_node, place_of_group, counts)
        ends = np.cumsum(counts)
        nodes = np.empty(int(ends[-1]), np.uint32)
        kernels.list_members(group.of_node, place_of_group, ends - counts, nodes)
        return np.split(nodes, ends[:-1])

    def _describe(
        self, rows: IntArray, gains: IntArray, members: list[NodeArray], *, content: bool
    ) -> Accumulation:
        snapshot = self.series.snapshots[-1]
        # A Map has keys and values in one group: the kind of object that takes most bytes names it.
        of_rows = self.groups[-1].kind_hash[snapshot.kind[self.head[rows]]]
        _, kind = np.unique(of_rows, return_inverse=True)
        main = kind == np.argmax(np.bincount(kind, weights=self._without_keys(rows, gains)))
        best = int(rows[main][np.argmax(gains[main])])
        wanted = of_rows[main][0]
        members = [
            nodes[group.kind_hash[other.kind[nodes]] == wanted]
            for nodes, other, group in zip(members, self.series.snapshots, self.groups, strict=True)
        ]
        in_best = members[-1][self.rows[-1][self.groups[-1].of_node[members[-1]]] == best]
        is_list = bool(self.is_chained[best])
        heads = members[-1][snapshot.follows[members[-1]] == vocab.NO_ORDINAL]
        if is_list:
            head = int(self.head[best])
            is_scope = self.series.last.name(head).startswith(vocab.CONTEXT_NAME)
            n_links = _LINKS_OF_SCOPES if is_scope else _LINKS
            example = _near_head(snapshot.follows, in_best, head, n_links)
            holder = int(snapshot.owner[self.head[best]])
        else:
            owners, n_held = np.unique(snapshot.owner[in_best], return_counts=True)
            holder = int(owners[np.argmax(n_held)])
            example = self._typical(
                _of_one_shape(snapshot.kind, in_best[snapshot.owner[in_best] == holder])
            )
        survival, first_survival, removals = self._survival(members)
        return Accumulation(
            members[-1],
            example,
            holder,
            _n_distinct(snapshot.owner[heads], snapshot.n_nodes),
            is_list,
            content,
            self.count[rows[main]].sum(axis=0),
            (self.own_size if content else self.size)[rows].sum(axis=0),
            survival,
            first_survival,
            tuple(members[:-1]),
            removals,
        )

    def _without_keys(self, rows: IntArray, gains: IntArray) -> IntArray:
        """Count texts and numbers for nothing where there is an object for every other one."""
        graph = self.series.last
        primitive = [graph.node_type_index(name) for name in vocab.PRIMITIVE_TYPES]
        is_primitive = np.isin(graph.node_type[self.head[rows]], primitive)
        n_primitives = int(self.count[rows[is_primitive], -1].sum())
        n_objects = int(self.count[rows[~is_primitive], -1].sum())
        if n_objects == 0 or 2 * n_objects < n_primitives:
            return gains
        weights: IntArray = np.where(is_primitive, np.minimum(gains, 0), np.maximum(gains, 1))
        return weights

    def _typical(self, nodes: NodeArray) -> int:
        """Choose a node that came while the series was taken."""
        births = self.series.births[nodes]
        middle = nodes[(births > 0) & (births < len(self.series) - 1)]
        late = nodes[births > 0]
        choice = next((some for some in (middle, late) if len(some)), nodes)
        return int(choice[len(choice) // 2])

    def _survival(
        self, members: list[NodeArray]
    ) -> tuple[tuple[float, ...], float, tuple[int, int] | None]:
        """Return the shares that survive, that of the first snapshot's in the second, removals."""
        if not self.series.one_process:
            return (np.nan,) * (len(members) - 1), np.nan, None
        ids = [
            snapshot.node_id[nodes]
            for snapshot, nodes in zip(self.series.snapshots, members, strict=True)
        ]
        survival = tuple(_share(ids[k], ids[-1]) for k in range(len(ids) - 1))
        removals = None
        if len(ids) > 1 and len(ids[-2]):
            removals = int(np.count_nonzero(~is_member(ids[-2], ids[-1]))), len(ids[-2])
        if survival and max(survival) < REPLACED:
            # New wrappers of old things (timers that start anew) come and stay all the same.
            held = [
                _ids_held_by(snapshot, nodes)
                for snapshot, nodes in zip(self.series.snapshots, members, strict=True)
            ]
            of_held = tuple(_share(held[k], held[-1]) for k in range(len(held) - 1))
            if not np.isnan(of_held).any():
                survival = of_held
                removals = None
        first = _share(ids[0], ids[1]) if len(ids) > 1 else np.nan
        return survival, first, removals


def _without_routes(group: Groups) -> Groups:
    """Free what is asked only of the last snapshot: eight bytes a node and more."""
    return replace(group, route=np.empty(0, np.uint64), owner_of_bytes=np.empty(0, np.uint32))


def _of_one_shape(kind: NodeArray, nodes: NodeArray) -> NodeArray:
    """Choose the nodes of the kind that most of them have."""
    kinds, which, count = np.unique(kind[nodes], return_inverse=True, return_counts=True)
    return nodes if len(kinds) == 1 else nodes[which == np.argmax(count)]


def _share(ids: NodeArray, of: NodeArray) -> float:
    """Return which share of some ids others have; NaN if there are none."""
    return float(is_member(ids, of).mean()) if len(ids) else np.nan


def _ids_held_by(snapshot: ReducedSnapshot, nodes: NodeArray) -> NodeArray:
    """List the ids of what some nodes hold as their properties."""
    is_holder = np.zeros(snapshot.n_nodes, np.bool_)
    is_holder[nodes] = True
    # Members of a list hold each other.
    held = np.flatnonzero(snapshot.is_held & snapshot.is_property & ~is_holder)
    ids: NodeArray = snapshot.node_id[held[is_holder[snapshot.owner[held]]]]
    return ids


def _n_distinct(nodes: NodeArray, n_nodes: int) -> int:
    """Count different nodes."""
    is_there = np.zeros(n_nodes, np.bool_)
    is_there[nodes] = True
    return int(np.count_nonzero(is_there))


def _near_head(follows: NodeArray, nodes: NodeArray, head: int, n_links: int) -> int:
    """Choose a member of a list that is some links away from its head, or as near to that."""
    near = np.array([head], np.uint32)
    for _ in range(n_links):
        after = nodes[is_member(follows[nodes], near)]
        if len(after) == 0:
            break
        near = after
    return int(near[0])


__all__ = ["LEAST_MEMBERS", "GroupTable"]
