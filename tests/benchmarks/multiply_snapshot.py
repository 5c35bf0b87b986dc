"""Make a large snapshot of a small one: its heap several times over below one root.

    python -m tests.benchmarks.multiply_snapshot in.heapsnapshot out.heapsnapshot --times 14

A process whose snapshot has gigabytes needs as much memory and minutes to write it. This takes
the columns of a file of some hundred megabytes, and holds one copy and the texts of all in memory.
Each copy has node ids, texts and entries of WeakMaps of its own; names of classes and properties
are shared, as in a real heap.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.format import RawSnapshot, read_snapshot, write_snapshot
from heapnb.format.raw import Locations
from heapnb.graph import HeapGraph

_MOST_NODES = 1 << 32
_ID = re.compile(r"@(\d+)")


def multiplied(raw: RawSnapshot, times: int, folder: Path | None = None) -> RawSnapshot:
    """Repeat all nodes but the root.

    Parameters
    ----------
    raw : RawSnapshot
        A heap whose root is the first node, as V8 writes it.
    times : int
        How often.
    folder : Path, optional
        Where the columns are written copy by copy, and mapped into memory; without it they are
        in memory.

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
    if 1 + times * below > _MOST_NODES:
        raise click.ClickException(f"{times} copies have more than 2^32 nodes.")
    names = _Names(graph, times)
    copies = range(times)
    is_indexed = graph.is_indexed_edge_type[raw.edge_type]
    step = 2 * (int(raw.node_id.max()) // 2 + 1)
    ids = raw.node_id.astype(np.uint64)
    ends = raw.first_edge[1:].astype(np.uint64) - np.uint64(of_root)
    per_copy = int(ends[-1])
    locations = raw.locations

    def target(copy: int, edges: slice) -> AnyArray:
        original = raw.edge_to[edges]
        return np.where(original == 0, 0, original + np.uint32(copy * below)).astype(np.uint32)

    def edge_name(copy: int, edges: slice) -> AnyArray:
        original, indexed = raw.edge_name[edges], is_indexed[edges]
        named = names.in_copy(copy)[np.where(indexed, 0, original)]
        # The root's elements of a copy follow those of the copies before.
        first = copy * of_root if edges.start is None else 0
        return np.where(indexed, original + np.uint32(first), named).astype(np.uint32)

    def joined(name: str, parts: Iterable[AnyArray]) -> AnyArray:
        return _joined(None if folder is None else folder / name, parts)

    def of_edges(name: str, part: Callable[[int, slice], AnyArray]) -> AnyArray:
        """Put the root's edges of all copies before the others."""
        slices = slice(None, of_root), slice(of_root, None)
        return joined(name, (part(copy, edges) for edges in slices for copy in copies))

    def repeated(name: str, column: AnyArray) -> AnyArray:
        """Repeat a column of nodes without its first row, the root's."""
        return joined(name, chain([column[:1]], (column[1:] for _ in copies)))

    return dataclasses.replace(
        raw,
        node_type=repeated("node_type", raw.node_type),
        node_name=joined(
            "node_name",
            chain(
                [raw.node_name[:1]],
                (names.in_copy(i)[raw.node_name[1:]].astype(np.uint32) for i in copies),
            ),
        ),
        node_id=joined(
            "node_id", chain([ids[:1]], (ids[1:] + np.uint64(i * step) for i in copies))
        ),
        self_size=repeated("self_size", raw.self_size),
        first_edge=joined(
            "first_edge",
            chain(
                [np.array([0, of_root * times], np.uint64)],
                (ends[1:] + np.uint64(of_root * times + i * per_copy) for i in copies),
            ),
        ),
        detachedness=(
            None if raw.detachedness is None else repeated("detachedness", raw.detachedness)
        ),
        edge_type=of_edges("edge_type", lambda _, edges: raw.edge_type[edges]),
        edge_name=of_edges("edge_name", edge_name),
        edge_to=of_edges("edge_to", target),
        strings=names.strings,
        locations=(
            None
            if locations is None
            else Locations(
                joined("location", (locations.node + np.uint32(i * below) for i in copies)),
                *(
                    joined(f"location_{name}", (getattr(locations, name) for _ in copies))
                    for name in ("script_id", "line", "column")
                ),
            )
        ),
        trace_node_id=None,
        scopes=None,
        samples=None,
        trace_function_infos=None,
        trace_tree=None,
    )


def _joined(path: Path | None, parts: Iterable[AnyArray]) -> AnyArray:
    """Put arrays one after the other: in memory, or in a file that is mapped."""
    if path is None:
        return np.concatenate(list(parts))
    dtype = np.dtype(np.uint8)
    with path.open("wb") as file:
        for part in parts:
            dtype = part.dtype
            file.write(np.ascontiguousarray(part).data)
    return np.memmap(path, dtype, "r")


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


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--times", type=click.IntRange(2), required=True, help="How often the heap repeats.")
def main(source: Path, target: Path, times: int) -> None:
    """Write SOURCE's heap several times over to TARGET."""
    # Columns of gigabytes wait in files beside the target: only one copy is in memory.
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as folder:
        write_snapshot(multiplied(read_snapshot(source), times, Path(folder)), target)


if __name__ == "__main__":
    main()
