"""Shapes of plain objects that differ by one optional property, and so are one kind of record."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.kernels.hashing import HashArray

MOST_PAIRS: Final = 512
"""So many pairs of shapes are compared, those of most objects first."""

_OMITTED: Final = "…"
_SEPARATOR: Final = ", "

Shape = frozenset[str]


def properties_of(class_name: str) -> tuple[str, ...]:
    """Return the properties in the name of a plain object's class.

    Parameters
    ----------
    class_name : str
        As DevTools writes it.

    Returns
    -------
    tuple of str
        Empty for other classes, and where the name leaves some out.

    Examples
    --------
    >>> properties_of("{id, name}"), properties_of("Session")
    (('id', 'name'), ())
    """
    is_whole = class_name.startswith("{") and class_name.endswith("}")
    if not is_whole or _OMITTED in class_name:
        return ()
    return tuple(class_name[1:-1].split(_SEPARATOR))


def families(snapshots: Sequence[ReducedSnapshot]) -> list[HashArray]:
    """Give the kinds of one family the same hash.

    Parameters
    ----------
    snapshots : sequence of ReducedSnapshot
        Those of a series.

    Returns
    -------
    list of uint64[n_kinds]
        For each snapshot its ``kind_hash``, in which shapes that belong together have the hash of
        one of them.

    Notes
    -----
    Two shapes belong together if one has a single property more than the other, and if some
    object holds records of both.
    """
    shapes = _shapes(snapshots)
    pairs = _related(shapes)
    if not pairs:
        return [snapshot.kind_hash for snapshot in snapshots]
    wanted = np.array(sorted({one for pair in pairs for one in pair}), np.uint64)
    held = [_owners(snapshot, wanted) for snapshot in snapshots]
    amount = {one: sum(len(owners.get(one, ())) for owners in held) for one in wanted.tolist()}
    pairs.sort(key=lambda pair: -min(amount[pair[0]], amount[pair[1]]))
    first: dict[int, int] = {}
    for one, other in pairs[:MOST_PAIRS]:
        if any(_share_an_owner(owners, one, other) for owners in held):
            roots = sorted({_root(first, one), _root(first, other)})
            for joined in roots[1:]:
                first[joined] = roots[0]
    return [_replaced(snapshot.kind_hash, first) for snapshot in snapshots]


def _shapes(snapshots: Sequence[ReducedSnapshot]) -> dict[Shape, int]:
    """List the shapes of all snapshots, with the hash of each."""
    found: dict[Shape, int] = {}
    for snapshot in snapshots:
        names = snapshot.kinds.name.to_pylist()
        for name, kind in zip(names, snapshot.kind_hash.tolist(), strict=True):
            if properties := properties_of(name):
                found.setdefault(frozenset(properties), kind)
    return found


def _related(shapes: dict[Shape, int]) -> list[tuple[int, int]]:
    """Pair the shapes of which one has a single property more."""
    return [
        (shapes[smaller], kind)
        for shape, kind in shapes.items()
        for smaller in (shape - {one} for one in shape)
        if smaller in shapes and shapes[smaller] != kind
    ]


def _owners(snapshot: ReducedSnapshot, wanted: HashArray) -> dict[int, IntArray]:
    """List the owners of the objects of some kinds, by hash."""
    kinds = np.flatnonzero(np.isin(snapshot.kind_hash, wanted))
    is_wanted = np.zeros(len(snapshot.kind_hash), np.bool_)
    is_wanted[kinds] = True
    nodes = np.flatnonzero(is_wanted[snapshot.kind] & snapshot.is_held)
    order = np.argsort(snapshot.kind[nodes], kind="stable")
    nodes = nodes[order]
    starts = np.searchsorted(snapshot.kind[nodes], [*kinds, len(snapshot.kind_hash)])
    return {
        int(snapshot.kind_hash[kind]): np.unique(snapshot.owner[nodes[start:stop]])
        for kind, (start, stop) in zip(kinds, itertools.pairwise(starts), strict=True)
    }


def _share_an_owner(owners: dict[int, IntArray], one: int, other: int) -> bool:
    """Tell whether some object holds records of both kinds."""
    if one not in owners or other not in owners:
        return False
    return bool(len(np.intersect1d(owners[one], owners[other], assume_unique=True)))


def _root(first: dict[int, int], kind: int) -> int:
    """Follow the kinds that stand for others."""
    while kind in first:
        kind = first[kind]
    return kind


def _replaced(hashes: HashArray, first: dict[int, int]) -> HashArray:
    """Replace the hashes of kinds by those that stand for them."""
    result = hashes.copy()
    for kind in first:
        result[hashes == kind] = _root(first, kind)
    return result


__all__ = ["families", "properties_of"]
