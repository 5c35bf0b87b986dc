"""Make a large snapshot of a small one: its heap several times over below one root.

    python -m tests.benchmarks.multiply_snapshot in.heapsnapshot out.heapsnapshot --times 14

A process whose snapshot has gigabytes needs as much memory and minutes to write it. This takes
the columns of a file of some hundred megabytes. Each copy has node ids, texts and entries of
WeakMaps of its own; names of classes and properties are shared, as in a real heap.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.format import RawSnapshot, read_snapshot, write_snapshot
from heapnb.format.raw import Locations
from heapnb.graph import HeapGraph

_ID = re.compile(r"@(\d+)")


def multiplied(raw: RawSnapshot, times: int) -> RawSnapshot:
    """Repeat all nodes but the root.

    Parameters
    ----------
    raw : RawSnapshot
        A heap whose root is the first node, as V8 writes it.
    times : int
        How often.

    Returns
    -------
    RawSnapshot
        Without allocation traces and scopes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> raw = multiplied(SnapshotBuilder.from_edges("root>a a>b").raw(), 2)
    >>> raw.n_nodes, raw.edge_to.tolist()
    (5, [1, 3, 2, 4])
    """
    graph = HeapGraph(raw)
    if graph.root != 0:
        raise click.ClickException("The first node is not the root.")
    below, of_root = raw.n_nodes - 1, int(raw.first_edge[1])
    names = _Names(graph, times)
    counts = np.diff(raw.first_edge)
    first_edge = np.zeros(below * times + 2, np.uint64)
    np.cumsum([of_root * times, *np.tile(counts[1:], times)], out=first_edge[1:])
    is_indexed = graph.is_indexed_edge_type[raw.edge_type]
    targets, edge_names = [], []
    for copy in range(times):
        target = raw.edge_to.astype(np.int64)
        targets.append(np.where(target == 0, 0, target + copy * below).astype(np.uint32))
        named = names.in_copy(copy)[np.where(is_indexed, 0, raw.edge_name)]
        edge_names.append(np.where(is_indexed, raw.edge_name, named).astype(np.uint32))
        edge_names[-1][:of_root] += np.where(is_indexed[:of_root], copy * of_root, 0).astype(
            np.uint32
        )
    step = 2 * (int(raw.node_id.max()) // 2 + 1)
    ids = raw.node_id.astype(np.uint64)
    locations = raw.locations
    return dataclasses.replace(
        raw,
        node_type=_repeated(raw.node_type, times),
        node_name=np.concatenate(
            [raw.node_name[:1], *(names.in_copy(i)[raw.node_name[1:]] for i in range(times))]
        ).astype(np.uint32),
        node_id=np.concatenate([ids[:1], *(ids[1:] + np.uint64(i * step) for i in range(times))]),
        self_size=_repeated(raw.self_size, times),
        first_edge=first_edge,
        detachedness=None if raw.detachedness is None else _repeated(raw.detachedness, times),
        edge_type=_below_root([raw.edge_type] * times, of_root),
        edge_name=_below_root(edge_names, of_root),
        edge_to=_below_root(targets, of_root),
        strings=names.strings,
        locations=None if locations is None else _located(locations, below, times),
        trace_node_id=None,
        scopes=None,
        samples=None,
        trace_function_infos=None,
        trace_tree=None,
    )


class _Names:
    """The string table of all copies, and where each copy finds its strings."""

    def __init__(self, graph: HeapGraph, times: int) -> None:
        self._n_strings = len(graph.strings)
        pairs = graph.ephemerons.string_index
        self._own = np.union1d(_texts(graph), pairs)
        step = 2 * (int(graph.node_id.max()) // 2 + 1)
        texts = graph.strings.take(pa.array(self._own)).to_pylist()
        is_pair = np.isin(self._own, pairs).tolist()
        parts = [graph.strings]
        for copy in range(1, times):
            moved = copy * step
            own = [
                _ID.sub(lambda found: f"@{int(found[1]) + moved}", text)  # noqa: B023  used at once
                if pair
                else f"{text}~{copy}"
                for text, pair in zip(texts, is_pair, strict=True)
            ]
            parts.append(pa.array(own, pa.large_string()))
        self.strings = pa.concat_arrays(parts)

    def in_copy(self, copy: int) -> IntArray:
        """Return for each string of the original the string of a copy."""
        rows = np.arange(self._n_strings)
        if copy:
            first = self._n_strings + (copy - 1) * len(self._own)
            rows[self._own] = first + np.arange(len(self._own))
        return rows


def _texts(graph: HeapGraph) -> IntArray:
    """List the strings that only nodes of type string have, each for one of them."""
    kinds = [graph.node_type_index(name) for name in vocab.STRING_TYPES]
    is_text: BoolArray = np.isin(graph.node_type, kinds)
    count = np.bincount(graph.node_name, minlength=len(graph.strings))
    of_texts = np.bincount(graph.node_name[is_text], minlength=len(graph.strings))
    named = graph.edge_name[~graph.is_indexed_edge_type[graph.edge_type]]
    return np.setdiff1d(np.flatnonzero((count == 1) & (of_texts == 1)), named)


def _repeated(column: AnyArray, times: int) -> AnyArray:
    """Repeat a column of nodes without its first row, the root's."""
    return np.concatenate([column[:1], np.tile(column[1:], times)])


def _below_root(copies: list[AnyArray], of_root: int) -> AnyArray:
    """Put the root's edges of all copies before the others."""
    return np.concatenate(
        [*(edges[:of_root] for edges in copies), *(edges[of_root:] for edges in copies)]
    )


def _located(locations: Locations, below: int, times: int) -> Locations:
    """Repeat the locations of nodes; the root has none."""
    nodes = [locations.node + np.uint32(copy * below) for copy in range(times)]
    return Locations(
        np.concatenate(nodes),
        *(np.tile(c, times) for c in (locations.script_id, locations.line, locations.column)),
    )


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--times", type=click.IntRange(2), required=True, help="How often the heap repeats.")
def main(source: Path, target: Path, times: int) -> None:
    """Write SOURCE's heap several times over to TARGET."""
    write_snapshot(multiplied(read_snapshot(source), times), target)


if __name__ == "__main__":
    main()
