"""What Summary can be narrowed down to."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb._typing import BoolArray, IntArray
from heapnb.analysis import filters
from heapnb.analysis.constructors import ClassSums, class_sums
from heapnb.analysis.filters import given_between, largest_object_id
from heapnb.decode.native_contexts import NativeContexts, find_native_contexts
from heapnb.errors import HeapnbError
from heapnb.graph import Derived, HeapGraph, derived
from heapnb.graph.edges import is_string
from heapnb.graph.native_contexts import native_contexts
from heapnb.views import fmt
from heapnb.workbench.model import Filter

if TYPE_CHECKING:
    from heapnb.views.masking import Masking
    from heapnb.workbench.subject import Workbench

PRESET: Final = "preset"
"""The filter's key."""

_ALL: Final = "all"
_MOST_CONTEXTS: Final = 30
"""Native contexts among the options, the largest; the table of native contexts lists all."""

_BETWEEN_PREFIX: Final = "between:"
_BETWEEN = re.compile(r"between:([0-9]{1,6}):([0-9]{1,6})")


def preset_filter(workbench: Workbench) -> Filter:
    """Make the filter with its options.

    Parameters
    ----------
    workbench : Workbench
        Earlier snapshots of it give choices of their own.

    Returns
    -------
    Filter
    """
    heap = workbench.heap
    options = [(_ALL, "All objects")]
    if heap.detachedness is not None:
        options.append((filters.DETACHED, "Retained by detached DOM nodes"))
    if len(filters.console_edges(heap)):
        options.append((filters.CONSOLE, "Retained by the console"))
    if is_string(heap, [filters.EVENT_LISTENER]).any():
        options.append((filters.EVENT_HANDLERS, "Retained by event handlers"))
    options.append((filters.CONTEXTS, "Retained by contexts of functions"))
    options.append((filters.DUPLICATES, "Duplicate strings"))
    if len(native_contexts(heap)) > 1:
        options += _of_native_contexts(find_native_contexts(heap), workbench.masking)
    n_snapshots = len(workbench.earlier_ids) + 1
    if n_snapshots > 1:
        spans = [*itertools.pairwise(range(1, n_snapshots + 1))]
        if n_snapshots > 2:  # noqa: PLR2004  else it is the same
            spans.append((1, n_snapshots))
        options += [
            (f"between:{i}:{j}", f"Allocated between snapshots {i} and {j}") for i, j in spans
        ]
    return Filter(PRESET, "Show", "choice", tuple(options))


def preset_sums(workbench: Workbench, preset: str) -> ClassSums:
    """Sum the classes of what a preset leaves.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    preset : str
        One of the filter's options.

    Returns
    -------
    ClassSums
        The cache keeps those of DevTools' own filters.
    """
    kept = _KEPT_SUMS.get(preset)
    if kept is not None:
        return ClassSums.of(kept(workbench.heap))
    return class_sums(workbench.heap, preset_nodes(workbench, preset))


def preset_nodes(workbench: Workbench, preset: str) -> BoolArray | None:
    """Find the nodes that a preset leaves.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    preset : str
        One of the filter's options.

    Returns
    -------
    bool[n_nodes] or None
        None for all.

    Raises
    ------
    HeapnbError
        If there is no such preset.
    """
    heap = workbench.heap
    if preset == _ALL:
        return None
    if not preset.startswith(_BETWEEN_PREFIX):
        return _filtered(workbench, preset)
    match = _BETWEEN.fullmatch(preset)
    # Snapshots are counted from 1; the last one is the heap itself.
    moments = (*workbench.earlier_ids, largest_object_id(heap.node_id))
    if match is None or not 1 <= int(match[1]) < int(match[2]) <= len(moments):
        raise _no_preset(workbench, preset)
    return given_between(heap.node_id, moments[int(match[1]) - 1], moments[int(match[2]) - 1])


def _filtered(workbench: Workbench, preset: str) -> BoolArray:
    kept = _KEPT_NODES.get(preset)
    if kept is not None:
        return kept(workbench.heap)
    try:
        return filters.filtered_nodes(workbench.heap, preset)
    except HeapnbError:
        raise _no_preset(workbench, preset) from None


def _no_preset(workbench: Workbench, preset: str) -> HeapnbError:
    options = ", ".join(key for key, _ in preset_filter(workbench).options)
    return HeapnbError(f"There is no preset {fmt.clean(preset)!r}.", hint=f"one of {options}.")


def _of_native_contexts(found: NativeContexts, masking: Masking) -> list[tuple[str, str]]:
    """Make the options for native contexts, with their sizes, as DevTools has them."""
    options = []
    columns = (found.rows[name] for name in ("node_id", "kind", "name", "shallow_size"))
    contexts = [row for row in zip(*columns, strict=True) if row[0] is not None]
    for node_id, kind, name, size in contexts[:_MOST_CONTEXTS]:
        called = f" {masking.text(fmt.clean(name))}" if name else ""
        title = f"Native context: {kind}{called} @{node_id} ({fmt.format_bytes(size)})"
        options.append((f"native_context:{node_id}", title))
    shared, none = fmt.format_bytes(found.shared_size), fmt.format_bytes(found.unattributed_size)
    options.append((filters.SHARED_NODES, f"Shared between native contexts ({shared})"))
    options.append((filters.UNATTRIBUTED, f"Not attributed to a native context ({none})"))
    return options


def _nodes_of(preset: str) -> Derived[HeapGraph, BoolArray]:
    @derived(name=f"filter_{preset}")
    def nodes(heap: HeapGraph) -> BoolArray:
        return filters.filtered_nodes(heap, preset)

    return nodes


def _sums_of(preset: str) -> Derived[HeapGraph, IntArray]:
    @derived(name=f"filter_{preset}_sums", shape=(len(fields(ClassSums)), -1))
    def sums(heap: HeapGraph) -> IntArray:
        found = class_sums(heap, _KEPT_NODES[preset](heap))
        return np.stack([getattr(found, each.name).astype(np.int64) for each in fields(found)])

    return sums


_KEPT_NODES: Final = {preset: _nodes_of(preset) for preset in filters.NAMES}
_KEPT_SUMS: Final = {preset: _sums_of(preset) for preset in filters.NAMES}
