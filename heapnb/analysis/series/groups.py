"""Groups of nodes that are held alike, so that they can be counted in every snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.series.encoding import encode_where
from heapnb.analysis.series.id_sets import is_member
from heapnb.analysis.series.reduction import LONGEST_CYCLE, ReducedSnapshot
from heapnb.analysis.series.series_data import ObjectNumbers, SeriesData
from heapnb.analysis.series.shapes import families
from heapnb.kernels import reduction as kernels_of_ids
from heapnb.kernels import trees as kernels
from heapnb.kernels.hashing import HashArray

DICTIONARY_CHANGES: Final = 16
"""An object with so many properties that come and go is taken for a dictionary."""

DICTIONARY_CHANGES_ALIKE: Final = 6
"""So few are enough if what they lead to is all of one kind."""

DICTIONARY_SIZE: Final = 64
"""The same where there is only one snapshot: so many properties at all."""

_AT_ONCE: Final = 1 << 18
"""Nodes that are copied at once, in memory that stays in the processor's cache."""

_KEY: Final = np.uint64(0xD1C7)
"""Label of the entries of dictionaries."""


@dataclass(frozen=True)
class Groups:
    """The nodes of one snapshot, grouped by what holds them.

    Parameters
    ----------
    hash : uint64[n_groups]
        Means the same group in every snapshot of the series.
    of_node : uint32[n_nodes]
        The group of each node, as a row of ``hash``; `vocab.NO_ORDINAL` for others.
    is_lasting : bool[n_nodes]
        What is the same object in every snapshot and no member of a list.
    route : uint64[n_nodes]
        A hash of the labels and kinds on the path from the root.
    count, size, own_size : int64[n_groups]
        Members; bytes of all that they hold in the retaining tree, without what had another owner
        in another snapshot; bytes of their own, backing stores included.
    fresh : int64[n_groups]
        Members that are not lasting.
    chained : int64[n_groups]
        Members that come after another one in a linked list.
    head : uint32[n_groups]
        A member that comes after no other.
    label : uint64[n_groups]
        A hash of how the members are referred to; entries of dictionaries are all alike.
    kind_hash : uint64[n_kinds]
        That of the snapshot, with one hash for shapes that differ by an optional property.
    owner_of_bytes : uint32[n_nodes]
        For whom the bytes of each node count: its owner; the root if it had several over time.
    """

    hash: HashArray
    of_node: NodeArray
    is_lasting: BoolArray
    route: HashArray
    count: IntArray
    size: IntArray
    own_size: IntArray
    fresh: IntArray
    chained: IntArray
    head: NodeArray
    label: HashArray
    kind_hash: HashArray
    owner_of_bytes: NodeArray


def group_series(series: SeriesData) -> Iterator[Groups]:
    """Group the nodes of every snapshot of a series.

    Parameters
    ----------
    series : Series
        The snapshots.

    Yields
    ------
    Groups
        One a snapshot.
    """
    marks = series.everywhere if series.one_process else None
    in_lists = _ids_where(series, [_in_list(snapshot) for snapshot in series.snapshots])
    lasting = []
    for number, snapshot in enumerate(series.snapshots):
        keeps = np.zeros(snapshot.n_nodes, np.bool_)
        if marks is not None:
            keeps = marks[number] & ~is_member(snapshot.node_id, in_lists)
        lasting.append(keeps)
    dictionaries = _ids_where(
        series,
        [
            _dictionaries(snapshot, keeps, alone=len(series) == 1)
            for snapshot, keeps in zip(series.snapshots, lasting, strict=True)
        ],
    )
    per_snapshot = zip(
        series.snapshots,
        lasting,
        families(series.snapshots),
        _owners_of_bytes(series.snapshots, marks),
        strict=True,
    )
    for snapshot, keeps, kind_hash, owner in per_snapshot:
        yield _group(snapshot, keeps, dictionaries, kind_hash, owner)


def _ids_where(series: SeriesData, masks: list[BoolArray]) -> HashArray:
    """Collect the ids of marked nodes of all snapshots."""
    ids = [s.node_id[mask] for s, mask in zip(series.snapshots, masks, strict=True)]
    return np.concatenate(ids).astype(np.uint64)


def _in_list(snapshot: ReducedSnapshot) -> BoolArray:
    """Mark the members of linked lists."""
    follows = snapshot.follows
    is_in_list: BoolArray = follows != vocab.NO_ORDINAL
    is_in_list[follows[is_in_list]] = True
    heads = np.flatnonzero(is_in_list & (follows == vocab.NO_ORDINAL)).astype(np.uint32)
    is_in_list[snapshot.first_members(heads)] = True
    return is_in_list


def _dictionaries(snapshot: ReducedSnapshot, is_lasting: BoolArray, *, alone: bool) -> BoolArray:
    """Mark objects whose properties come and go."""
    entries = snapshot.is_held & snapshot.is_property
    least = DICTIONARY_SIZE
    if not alone:
        entries &= ~is_lasting
        least = DICTIONARY_CHANGES
    n_entries = np.bincount(snapshot.owner[entries], minlength=snapshot.n_nodes)
    is_dictionary: BoolArray = n_entries >= least
    if not alone:
        is_candidate = ~is_dictionary & (n_entries >= DICTIONARY_CHANGES_ALIKE)
        nodes = np.flatnonzero(entries)
        nodes = nodes[is_candidate[snapshot.owner[nodes]]]
        n_kinds = len(snapshot.kind_hash)
        keys = snapshot.owner[nodes].astype(np.int64) * n_kinds + snapshot.kind[nodes]
        distinct, n_alike = np.unique(keys, return_counts=True)
        is_dictionary[distinct[n_alike >= DICTIONARY_CHANGES_ALIKE] // n_kinds] = True
    return is_dictionary


def _group(
    snapshot: ReducedSnapshot,
    is_lasting: BoolArray,
    dictionaries: HashArray,
    kind_hash: HashArray,
    owner_of_bytes: NodeArray,
) -> Groups:
    n_nodes = snapshot.n_nodes
    held = snapshot.is_held
    label = snapshot.label
    label_hash = np.append(snapshot.label_hash, _KEY)
    if len(dictionaries):
        label = label.copy()
        is_dictionary = is_member(snapshot.node_id, dictionaries)
        kernels_of_ids.label_keys(
            held, snapshot.is_property, snapshot.owner, is_dictionary, len(label_hash) - 1, label
        )
    identity = np.zeros(n_nodes, np.uint64)
    np.copyto(identity, snapshot.node_id, where=is_lasting)
    group = np.zeros(n_nodes, np.uint64)
    route = np.zeros(n_nodes, np.uint64)
    kernels.group_nodes(
        snapshot.order,
        snapshot.owner,
        kind_hash,
        label_hash,
        snapshot.kind,
        label,
        snapshot.is_storage,
        identity,
        snapshot.follows,
        group,
        route,
    )
    of_node, hashes = encode_where(group, held)
    # The same memory, for the bytes.
    total = group
    total[:] = 0
    for start in range(0, len(snapshot.order), _AT_ONCE):
        some = snapshot.order[start : start + _AT_ONCE]
        total[some] = snapshot.shallow_size[some]
    kernels.add_up_tree(snapshot.order, owner_of_bytes, total)
    sums = np.zeros((len(hashes), 5), np.int64)
    head = np.empty(len(hashes), np.uint32)
    kernels.describe_groups(
        snapshot.order,
        snapshot.owner,
        snapshot.is_storage,
        snapshot.shallow_size,
        total,
        identity,
        snapshot.follows,
        of_node,
        sums,
        head,
    )
    count, size, own_size, fresh, chained = sums.T.copy()
    return Groups(
        hashes,
        of_node,
        is_lasting,
        route,
        count,
        size,
        own_size,
        fresh,
        chained,
        head,
        label_hash[label[head]],
        kind_hash,
        owner_of_bytes,
    )


def _owners_of_bytes(
    snapshots: Sequence[ReducedSnapshot], marks: Sequence[BoolArray] | None
) -> Iterator[NodeArray]:
    """Yield for whom the bytes of each node count: not for one of several owners over time.

    What had another owner in another snapshot is not kept by one of them alone. The callbacks of
    all timers of a module lead to its scope, for example: once no function runs, the scope is below
    one of them, and all that its variables hold would count for the timers.
    """
    if marks is None or len(snapshots) == 1:
        yield from (snapshot.owner for snapshot in snapshots)
        return
    numbers = ObjectNumbers(snapshots)
    compared = np.zeros(numbers.n_numbers, np.uint32)
    owner_id = np.zeros(numbers.n_numbers, np.uint64)
    is_moved = np.zeros(numbers.n_numbers, np.bool_)
    for place, (snapshot, is_everywhere) in enumerate(zip(snapshots, marks, strict=True)):
        objects = (snapshot.node_id, numbers.of(snapshot), is_everywhere)
        kernels_of_ids.compare_owners(*objects, snapshot.owner, place, compared, owner_id, is_moved)
    del compared, owner_id
    for snapshot, is_everywhere in zip(snapshots, marks, strict=True):
        objects = (snapshot.node_id, numbers.of(snapshot), is_everywhere)
        owner = snapshot.owner.copy()
        # The newest member of a linked list holds all the older ones.
        is_link = _links(snapshot)
        is_done = np.zeros(numbers.n_numbers, np.bool_)
        kernels_of_ids.disown_moved(*objects, is_moved, is_link, snapshot.root, is_done, owner)
        del objects, is_link, is_done
        yield owner


def _links(snapshot: ReducedSnapshot) -> BoolArray:
    """Mark members of linked lists that follow another one, and what is between the two."""
    is_link: BoolArray = snapshot.follows != vocab.NO_ORDINAL
    members = np.flatnonzero(is_link).astype(np.uint32)
    above = members
    for _ in range(LONGEST_CYCLE):
        above = snapshot.owner[above]
        is_between = above != snapshot.follows[members]
        members, above = members[is_between], above[is_between]
        is_link[above] = True
    return is_link
