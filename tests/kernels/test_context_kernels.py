"""The kernels behind dead variables and native contexts agree with their naive twins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.graph.native_contexts import native_context_of, native_contexts
from heapnb.kernels import scopes as kernels
from heapnb.testing import SnapshotBuilder
from tests.naive import contexts as naive


@st.composite
def forests(draw: st.DrawFn, most: int = 8) -> list[int]:
    """Parents of nodes, with cycles, as damaged files have them."""
    n_nodes = draw(st.integers(0, most))
    return [draw(st.integers(-1, n_nodes - 1)) for _ in range(n_nodes)]


@st.composite
def trees(draw: st.DrawFn, most: int = 7) -> list[int]:
    """Depths of scopes, listed depth first."""
    depths: list[int] = []
    for _ in range(draw(st.integers(1, most))):
        depths.append(draw(st.integers(0, depths[-1] + 1)) if depths else 0)
    return depths


def numbered(outer: list[int]) -> tuple[np.ndarray, np.ndarray]:
    enter, leave = np.empty((2, len(outer)), np.int64)
    kernels.number_forest(
        np.array(outer, np.int64),
        np.zeros(len(outer) + 1, np.int64),
        np.empty(len(outer), np.int64),
        enter,
        leave,
    )
    return enter, leave


def parents_of(depths: list[int]) -> list[int]:
    parent = np.empty(len(depths), np.int64)
    kernels.parents_by_depth(
        np.array(depths, np.int64), np.empty(len(depths) + 1, np.int64), parent
    )
    return parent.tolist()


@given(forests())
def test_intervals_tell_what_is_inside_what(outer: list[int]) -> None:
    enter, leave = numbered(outer)
    for inner in range(len(outer)):
        if naive.is_in_cycle_or_inside(outer, inner):
            assert enter[inner] == kernels.UNKNOWN
            continue
        for around in range(len(outer)):
            is_inside = bool(0 <= enter[around] <= enter[inner] < leave[around])
            assert is_inside == (around in naive.chain(outer, inner))


@given(trees())
def test_parents_follow_from_depths(depths: list[int]) -> None:
    for scope, parent in enumerate(parents_of(depths)):
        before = [i for i in range(scope) if depths[i] == depths[scope] - 1]
        assert parent == (before[-1] if before else -1)


@given(st.data())
def test_readable_variables(data: st.DataObject) -> None:
    outer = data.draw(forests())
    parent = parents_of(data.draw(trees()))
    if not outer:
        return
    any_context = st.integers(0, len(outer) - 1)
    any_scope = st.integers(0, len(parent) - 1)
    closures = data.draw(st.lists(st.tuples(any_scope, any_context), max_size=6))
    uses = data.draw(st.lists(st.lists(any_scope, max_size=3), min_size=1, max_size=3))
    captured = data.draw(
        st.lists(st.tuples(any_context, st.integers(0, len(uses) - 1)), max_size=6)
    )
    enter, leave = numbered(outer)
    is_alive = np.zeros(len(parent), np.bool_)
    is_alive[[scope for scope, _ in closures]] = True
    first_use = np.append(0, np.cumsum([len(one) for one in uses])).astype(np.int64)
    use_scope = np.array([scope for one in uses for scope in one], np.int64)
    first_reader = np.zeros(len(uses) + 1, np.int64)
    readers = np.empty(0, np.int64)
    for _ in range(2):
        stamp = np.full(len(parent), -1, np.int64)
        n_readers = kernels.list_readers(
            first_use,
            use_scope,
            np.array(parent, np.int64),
            is_alive,
            stamp,
            first_reader,
            readers,
            1 << 20,
        )
        readers = np.empty(n_readers, np.int64) if len(readers) == 0 else readers
    known = sorted(
        (scope, int(enter[context])) for scope, context in closures if enter[context] >= 0
    )
    counts = np.bincount([scope for scope, _ in known], minlength=len(parent))
    captured = [one for one in captured if enter[one[0]] >= 0]
    readable = np.zeros(len(captured), np.bool_)
    kernels.mark_readable(
        np.array([enter[context] for context, _ in captured], np.int64),
        np.array([leave[context] for context, _ in captured], np.int64),
        np.array([variable for _, variable in captured], np.int64),
        first_reader,
        readers,
        np.append(0, np.cumsum(counts)).astype(np.int64),
        np.array([number for _, number in known], np.int64),
        readable,
    )
    assert readable.tolist() == [
        naive.is_readable(outer, parent, closures, context, uses[variable])
        for context, variable in captured
    ]


def test_the_search_for_readers_gives_up() -> None:
    first_use, use_scope, parent = (np.array(one, np.int64) for one in ([0, 1], [3], [-1, 0, 1, 2]))
    stamp = np.full(4, -1, np.int64)
    first_reader = np.zeros(2, np.int64)
    none = np.empty(0, np.int64)
    alive = np.ones(4, np.bool_)
    arguments = (first_use, use_scope, parent, alive, stamp, first_reader, none)
    assert kernels.list_readers(*arguments, 2) == -1


@given(st.data())
def test_owners(data: st.DataObject) -> None:
    builder = SnapshotBuilder()
    keys = [f"n{i}" for i in range(data.draw(st.integers(1, 7)))]
    n_contexts = data.draw(st.integers(0, min(3, len(keys))))
    for place, key in enumerate(keys):
        if place < n_contexts:
            builder.node(key, type="hidden", name="system / NativeContext")
        else:
            builder.node(key)
    edges = []
    for _ in range(data.draw(st.integers(0, 12))):
        source, target = (data.draw(st.sampled_from(keys)) for _ in range(2))
        kind = data.draw(st.sampled_from(["property", "internal", "weak", "shortcut"]))
        builder.edge(source, target, "x", type=kind)
        edges.append((builder.ordinal(source), builder.ordinal(target), kind))
    # A map whose own map names a context decides, whoever refers to the object.
    fixed = {builder.ordinal(key): place for place, key in enumerate(keys[:n_contexts])}
    others = keys[n_contexts:]
    if n_contexts and others and data.draw(st.booleans()):
        key, place = data.draw(st.sampled_from(others)), data.draw(st.integers(0, n_contexts - 1))
        builder.node("map").node("meta")
        for source, target, name in [
            (key, "map", "map"),
            ("map", "meta", "map"),
            ("meta", keys[place], "native_context"),
        ]:
            builder.edge(source, target, name, type="internal")
            edges.append((builder.ordinal(source), builder.ordinal(target), "internal"))
        fixed[builder.ordinal(key)] = place
    graph = builder.graph()
    assert native_contexts(graph).tolist() == sorted(
        builder.ordinal(key) for key in keys[:n_contexts]
    )
    assert native_context_of(graph).tolist() == naive.owners(graph.n_nodes, edges, fixed)
