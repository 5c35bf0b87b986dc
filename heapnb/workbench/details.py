"""Facts about one node: its sizes, retaining path, source and text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.analysis.allocation.ages import allocated_ms
from heapnb.analysis.allocation.stacks import allocation_stack
from heapnb.analysis.packages import package_of
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.retaining_path import ROOT_LABEL, RetainingPath
from heapnb.decode.native_listeners import plain_name
from heapnb.decode.preview import preview
from heapnb.decode.source_text import source_text
from heapnb.drawing.folding import is_engine_node
from heapnb.errors import SnapshotFormatError
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.locations import location_of
from heapnb.views import fmt
from heapnb.views.masking import MASK, OFF, printable

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph
    from heapnb.workbench.subject import Workbench

LONGEST_WHOLE_TEXT: Final = 1_000_000
"""Characters of a whole text that are shown at most."""

_LONGEST_NAME: Final = 1_000
_FIRST_CRUMBS: Final = 6
_LAST_CRUMBS: Final = 14
_MOST_FRAMES: Final = 40
"""Frames of a call stack that are shown, what allocated first."""

_SPOKEN_EDGES: Final = ("property", "context")


def details(workbench: Workbench, node: int) -> dict[str, Any]:
    """Collect facts about a node.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    node : int
        Ordinal.

    Returns
    -------
    dict
        ``node_id``, ``class_name``, ``name``, ``node_type``, ``shallow_size``,
        ``retained_size``, ``distance``, ``detachedness`` (None where the file does not say),
        ``location``, ``preview``, ``source`` (of a function: ``location``, ``text`` and
        ``is_cut``, or None), ``allocated`` (None where the file does not say; else ``when``, and
        ``frames`` with ``function``, ``location`` and ``is_own``, what allocated first, and
        ``n_more`` frames), ``dominator_id`` (None for the root), and ``breadcrumbs``:
        ``label`` and ``node_id`` of the nodes on the retaining path, the root first;
        ``node_id`` is None for the nodes that are left out of a long path.
    """
    heap = workbench.heap
    labels = workbench.labels
    states = heap.detachedness
    location = location_of(heap, node)
    is_secret = bool(labels.is_named_as_secret(np.array([node]))[0])
    return {
        "node_id": int(heap.node_id[node]),
        "class_name": labels.text(heap.class_name(node)),
        "name": MASK if is_secret else labels.text(heap.display_name(node), _LONGEST_NAME),
        "node_type": heap.node_type_names[int(heap.node_type[node])],
        "shallow_size": int(heap.shallow_size[node]),
        "retained_size": int(heap.retained_size[node]),
        "distance": int(heap.distance[node]),
        "detachedness": None if states is None else int(states[node]),
        "location": None if location is None else fmt.clean_location(location, _LONGEST_NAME),
        "preview": MASK if is_secret else labels.text(preview(heap, node), _LONGEST_NAME),
        "source": _source(workbench, node),
        "allocated": _allocated(workbench, node),
        "breadcrumbs": breadcrumbs(workbench, node),
        "dominator_id": None if node == heap.root else int(heap.node_id[int(heap.dominator[node])]),
    }


def _source(workbench: Workbench, node: int) -> dict[str, Any] | None:
    """Return the source lines of a function, if they can be read quickly."""
    heap = workbench.heap
    if heap.node_type_names[int(heap.node_type[node])] != "closure":
        return None
    source = source_text(heap, node)
    if source is None:
        return None
    return {
        "location": fmt.clean_location(source.location, _LONGEST_NAME),
        "text": printable(source.text, workbench.masking),
        "is_cut": source.is_cut,
    }


def _allocated(workbench: Workbench, node: int) -> dict[str, Any] | None:
    """Say when a node was allocated, and by which call stack."""
    try:
        time = allocated_ms(workbench.heap, node)
        stack = allocation_stack(workbench.heap, node)
    except SnapshotFormatError:
        # Damaged call stacks leave the other facts as they are.
        return None
    if time is None and stack is None:
        return None
    frames = () if stack is None else stack.frames
    return {
        "when": None if time is None else _when(time, has_stack=stack is not None),
        "frames": [
            {
                "function": workbench.labels.text(frame.function),
                "location": None
                if frame.location is None
                else fmt.clean_location(frame.location, masking=workbench.masking),
                "is_own": frame.file is not None and package_of(frame.file).kind == "own",
            }
            for frame in frames[:_MOST_FRAMES]
        ],
        "n_more": max(len(frames) - _MOST_FRAMES, 0),
    }


def _when(time: float, *, has_stack: bool) -> str:
    if time == 0:
        return "when the recording began" if has_stack else "before the recording, or as it began"
    return f"about {fmt.format_duration(time)} after the recording began"


def breadcrumbs(workbench: Workbench, node: int) -> list[dict[str, Any]]:
    """Return the retaining path of a node without the engine's own nodes.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    node : int
        Ordinal.

    Returns
    -------
    list of dict
        ``label`` and ``node_id``; see `details`.
    """
    heap = workbench.heap
    path = preferred_path(heap, node) or RetainingPath(heap, np.empty(0, np.int64))
    nodes = path.nodes
    is_shown = ~is_engine_node(heap, nodes)
    is_shown[[0, -1]] = True
    if nodes[-1] != node:
        # Nothing retains the node: the path is the node alone.
        nodes, is_shown = np.array([node]), np.ones(1, np.bool_)
    places = np.flatnonzero(is_shown)
    n_shown = _FIRST_CRUMBS + _LAST_CRUMBS
    n_left_out = max(len(places) - n_shown, 0)
    first, last = places, places[:0]
    if n_left_out:
        first, last = places[:_FIRST_CRUMBS], places[-_LAST_CRUMBS:]
    gap = [{"label": f"… {fmt.format_count(n_left_out)} more …", "node_id": None}]
    return [
        *_crumbs(workbench, path, nodes, first),
        *(gap if n_left_out else []),
        *_crumbs(workbench, path, nodes, last),
    ]


def _crumbs(
    workbench: Workbench, path: RetainingPath, nodes: IntArray, places: IntArray
) -> list[dict[str, Any]]:
    heap = workbench.heap
    crumbs = []
    labels = workbench.labels.of_nodes(nodes[places])
    for place, pieces in zip(places.tolist(), labels, strict=True):
        node = int(nodes[place])
        label = ROOT_LABEL if node == heap.root else plain_name(pieces[0][1])
        edge = int(path.edges[place - 1]) if place and len(path.edges) else None
        if edge is not None and variable_or_edge(heap, edge)[0] in _SPOKEN_EDGES:
            label = f"{workbench.labels.reference(edge)[0]}: {label}"
        crumbs.append({"label": fmt.shorten(label), "node_id": int(heap.node_id[node])})
    return crumbs


def whole_text(workbench: Workbench, node: int, *, reveal: bool) -> dict[str, Any]:
    """Return the text of a string, or the name of anything else.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    node : int
        Ordinal.
    reveal : bool
        Whether secrets are shown.

    Returns
    -------
    dict
        ``text``, with invisible characters other than line breaks made visible; ``length``, its
        characters before heapnb cut it; ``is_cut``, by heapnb or by V8; ``is_masked``.
    """
    heap = workbench.heap
    text, is_cut = _text_of(heap, node)
    length = len(text)
    shown = text[:LONGEST_WHOLE_TEXT]
    is_masked = False
    if workbench.masking.is_on and not reveal:
        is_secret = bool(workbench.labels.is_named_as_secret(np.array([node]))[0])
        masked = MASK if is_secret else workbench.masking.text(shown)
        is_masked = masked != shown
        shown = masked
    return {
        "text": printable(shown, OFF),
        "length": length,
        "is_cut": is_cut or length > LONGEST_WHOLE_TEXT,
        "is_masked": is_masked,
    }


def _text_of(heap: HeapGraph, node: int) -> tuple[str, bool]:
    kind = heap.node_type_names[int(heap.node_type[node])]
    name = heap.display_name(node)
    return name, kind in vocab.STRING_TYPES and len(name) >= vocab.LONGEST_STRING
