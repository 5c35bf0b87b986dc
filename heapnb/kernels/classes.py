"""Kernels for class names: group plain objects by properties, match them with definitions."""

# Above 500 lines because these are the kernels of one algorithm, DevTools' naming of plain objects,
# which share how they hash and compare properties.

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, BoolArray, ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel

_HASH_SEED = np.uint64(0x9E3779B97F4A7C15)
_HASH_FACTOR = np.uint64(0xBF58476D1CE4E5B9)


@kernel
def mark_strings(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    objects: NodeArray,
    property_type: int,
    used: BoolArray,
) -> int:
    """Mark the strings that name properties of some objects.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    objects : uint32[n_objects]
        Node ordinals.
    property_type : int
        The edge type of properties.
    used : bool[n_strings]
        Receives the marks.

    Returns
    -------
    int
        Number of property edges of the objects.
    """
    total = 0
    for i in range(objects.shape[0]):
        node = objects[i]
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == property_type:
                used[edge_name[edge]] = True
                total += 1
    return total


@kernel
def group_by_properties(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    objects: NodeArray,
    property_type: int,
    canonical: NodeArray,
    shape: NodeArray,
    representative: NodeArray,
) -> int:
    """Number the distinct sequences of property names among some objects.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    objects : uint32[n_objects]
        Node ordinals.
    property_type : int
        The edge type of properties.
    canonical : uint32[n_strings]
        A number for each string; equal strings have equal numbers.
    shape : uint32[n_objects]
        Receives the number of each object's sequence, in order of first occurrence.
    representative : uint32[n_objects]
        Receives the first object with each sequence.

    Returns
    -------
    int
        Number of sequences.
    """
    n_objects = objects.shape[0]
    size = 16
    while size < 2 * n_objects:
        size *= 2
    mask = np.uint64(size - 1)
    table = np.full(size, 0xFFFF_FFFF, np.uint32)
    hashes = np.empty(n_objects, np.uint64)
    n_shapes = 0
    for i in range(n_objects):
        node = objects[i]
        code = _HASH_SEED
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == property_type:
                code = (code ^ np.uint64(canonical[edge_name[edge]])) * _HASH_FACTOR
                code ^= code >> np.uint64(29)
        slot = code & mask
        while True:
            found = table[slot]
            if found == 0xFFFF_FFFF:
                table[slot] = n_shapes
                hashes[n_shapes] = code
                representative[n_shapes] = node
                shape[i] = n_shapes
                n_shapes += 1
                break
            if hashes[found] == code and _same_properties(
                first_edge,
                edge_type,
                edge_name,
                property_type,
                canonical,
                node,
                representative[found],
            ):
                shape[i] = found
                break
            slot = (slot + np.uint64(1)) & mask
    return n_shapes


@kernel
def _same_properties(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    property_type: int,
    canonical: NodeArray,
    a: int,
    b: int,
) -> bool:
    edge_a = np.int64(first_edge[a])
    edge_b = np.int64(first_edge[b])
    end_a = np.int64(first_edge[a + 1])
    end_b = np.int64(first_edge[b + 1])
    while True:
        while edge_a < end_a and edge_type[edge_a] != property_type:
            edge_a += 1
        while edge_b < end_b and edge_type[edge_b] != property_type:
            edge_b += 1
        if edge_a == end_a or edge_b == end_b:
            return edge_a == end_a and edge_b == end_b
        if canonical[edge_name[edge_a]] != canonical[edge_name[edge_b]]:
            return False
        edge_a += 1
        edge_b += 1


@kernel
def interface_prefixes(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    representative: NodeArray,
    property_type: int,
    canonical: NodeArray,
    formatted_length: IntArray,
    skipped: int,
    min_properties: int,
    max_length: int,
    first_name: IntArray,
    names: NodeArray,
) -> None:
    """List the properties that an object's interface name would show.

    The list ends before the property that would make the interface name too long.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    representative : uint32[n_shapes]
        An object of each shape.
    property_type : int
        The edge type of properties.
    canonical : uint32[n_strings]
        A number for each string; equal strings have equal numbers.
    formatted_length : int64[n_canonical]
        UTF-16 length of each name as the interface name shows it.
    skipped : int
        Canonical number of ``__proto__``, -1 if no property has this name.
    min_properties, max_length : int
        DevTools' limits.
    first_name : int64[n_shapes + 1]
        Receives CSR offsets.
    names : uint32[m]
        Receives canonical numbers; m must be at least the number of properties of all
        representatives.

    Notes
    -----
    DevTools: the first step of ``inferInterfaceDefinitions``.
    """
    at = 0
    for i in range(representative.shape[0]):
        node = representative[i]
        length = 1
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] != property_type:
                continue
            name = np.int64(canonical[edge_name[edge]])
            if name == skipped:
                continue
            if length > min_properties and length + formatted_length[name] > max_length:
                break
            if length != 1:
                length += 2
            length += formatted_length[name]
            names[at] = name
            at += 1
        first_name[i + 1] = at


@kernel
def group_sequences(first: IntArray, items: NodeArray, group: IntArray) -> int:
    """Number the distinct non-empty sequences, in order of first occurrence.

    Parameters
    ----------
    first : int64[n + 1]
        CSR offsets of the sequences.
    items : uint32[m]
        Items of the sequences.
    group : int64[n]
        Receives the numbers, -1 for an empty sequence.

    Returns
    -------
    int
        Number of distinct sequences.
    """
    n = group.shape[0]
    size = 16
    while size < 2 * n:
        size *= 2
    mask = np.uint64(size - 1)
    table = np.full(size, -1, np.int64)
    n_groups = 0
    for i in range(n):
        length = first[i + 1] - first[i]
        if length == 0:
            group[i] = -1
            continue
        code = _HASH_SEED
        for k in range(first[i], first[i + 1]):
            code = (code ^ np.uint64(items[k])) * _HASH_FACTOR
            code ^= code >> np.uint64(29)
        slot = code & mask
        while True:
            other = table[slot]
            if other < 0:
                table[slot] = i
                group[i] = n_groups
                n_groups += 1
                break
            same = first[other + 1] - first[other] == length
            k = 0
            while same and k < length:
                same = items[first[i] + k] == items[first[other] + k]
                k += 1
            if same:
                group[i] = group[other]
                break
            slot = (slot + np.uint64(1)) & mask
    return n_groups


@kernel
def _hash_row(rows: IntArray, i: int) -> np.uint64:
    """Hash one row of a table."""
    code = _HASH_SEED
    for k in range(rows.shape[1]):
        code = (code ^ np.uint64(rows[i, k])) * _HASH_FACTOR
        code ^= code >> np.uint64(29)
    return code


@kernel
def _hash_table_of(rows: IntArray, distinct: IntArray, size: int) -> IntArray:
    """Put distinct rows into an open hash table; ``size`` is a power of two."""
    mask = np.uint64(size - 1)
    table = np.full(size, -1, np.int64)
    for number in range(distinct.shape[0]):
        slot = _hash_row(rows, distinct[number]) & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = number
    return table


@kernel
def group_rows(rows: IntArray, group: IntArray, first_row: IntArray) -> int:
    """Number the distinct rows of a table, in order of first occurrence.

    Parameters
    ----------
    rows : int64[n, k]
        The table.
    group : int64[n]
        Receives the number of each row.
    first_row : int64[n]
        Receives the first row with each number.

    Returns
    -------
    int
        Number of distinct rows.
    """
    n, width = rows.shape
    # The table grows with the number of groups, which is usually small: it fits the CPU's cache.
    table = np.full(1024, -1, np.int64)
    n_groups = 0
    for i in range(n):
        mask = np.uint64(table.shape[0] - 1)
        slot = _hash_row(rows, i) & mask
        while True:
            number = table[slot]
            if number < 0:
                table[slot] = n_groups
                first_row[n_groups] = i
                group[i] = n_groups
                n_groups += 1
                if 2 * n_groups > table.shape[0]:
                    table = _hash_table_of(rows, first_row[:n_groups], 2 * table.shape[0])
                break
            other = first_row[number]
            k = 0
            while k < width and rows[i, k] == rows[other, k]:
                k += 1
            if k == width:
                group[i] = number
                break
            slot = (slot + np.uint64(1)) & mask
    return n_groups


@kernel
def match_interfaces(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    representative: NodeArray,
    property_type: int,
    rank: IntArray,
    n_ranks: int,
    first_child: IntArray,
    child_rank: IntArray,
    child_state: IntArray,
    definition: IntArray,
    definition_size: IntArray,
    match: IntArray,
) -> None:
    """Find, for each shape, the largest definition all of whose properties the shape has.

    The definitions form a tree: each is the path of its property names in sorted order. The
    kernel follows all states that the shape's properties reach at the same time. Of definitions
    with equally many properties, the first wins.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    representative : uint32[n_shapes]
        An object of each shape.
    property_type : int
        The edge type of properties.
    rank : int64[n_strings]
        Rank of a name among the sorted names of all definitions, -1 for other strings.
    n_ranks : int
        Number of names.
    first_child : int64[n_states + 1]
        CSR offsets of the tree's branches; state 0 is the root.
    child_rank, child_state : int64[n_branches]
        Name and target state of each branch.
    definition : int64[n_states]
        The definition that ends in a state, -1 if none ends there.
    definition_size : int64[n_definitions]
        Number of properties of each definition.
    match : int64[n_shapes]
        Receives definitions, -1 if none matches.

    Notes
    -----
    DevTools: ``applyInterfaceDefinitions``.
    """
    n_states = definition.shape[0]
    states = np.empty(n_states, np.int64)
    # The last shape that visited a state or a name, so that nothing needs clearing between shapes.
    state_met = np.full(n_states, -1, np.int64)
    times = np.zeros(n_ranks, np.int64)
    times_of = np.full(n_ranks, -1, np.int64)
    met = np.empty(n_ranks, np.int64)
    for i in range(representative.shape[0]):
        node = representative[i]
        n_met = 0
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == property_type:
                r = rank[edge_name[edge]]
                if r >= 0:
                    if times_of[r] != i:
                        times_of[r] = i
                        times[r] = 0
                        met[n_met] = r
                        n_met += 1
                    times[r] += 1
        ordered = np.sort(met[:n_met])
        best = -1
        best_size = 0
        states[0] = 0
        n_active = 1
        state_met[0] = i
        for j in range(n_met):
            r = ordered[j]
            for _ in range(times[r]):
                for k in range(n_active):
                    state = states[k]
                    for branch in range(first_child[state], first_child[state + 1]):
                        if child_rank[branch] != r:
                            continue
                        following = child_state[branch]
                        if state_met[following] != i:
                            state_met[following] = i
                            states[n_active] = following
                            n_active += 1
                            found = definition[following]
                            if found >= 0:
                                size = definition_size[found]
                                if size > best_size or (size == best_size and found < best):
                                    best = found
                                    best_size = size
                        break
        match[i] = best


@kernel
def propagate_detachedness(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    edge_passes: BoolArray,
    is_native: BoolArray,
    state: ByteArray,
    renamed: BoolArray,
) -> None:
    """Propagate attached and detached states along edges to native nodes.

    Parameters
    ----------
    first_edge, edge_to, edge_type
        The edges.
    edge_passes : bool[n_edge_types]
        Edge types that propagate the state.
    is_native : bool[n_nodes]
        Nodes of type native.
    state : uint8[n_nodes]
        0 unknown, 1 attached, 2 detached; receives the result.
    renamed : bool[n_nodes]
        All False; receives True for nodes that DevTools shows as ``Detached …``.

    Notes
    -----
    DevTools: ``propagateDOMState``.
    """
    n_nodes = state.shape[0]
    visited = np.zeros(n_nodes, np.bool_)
    stack = np.empty(n_nodes, np.uint32)
    for node in range(n_nodes):
        if state[node] != 0:
            visited[node] = True
            if is_native[node] and state[node] == 2:
                renamed[node] = True
    for wanted in range(1, 3):
        depth = 0
        for node in range(n_nodes):
            if state[node] == wanted and is_native[node]:
                stack[depth] = node
                depth += 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            for edge in range(first_edge[node], first_edge[node + 1]):
                target = edge_to[edge]
                if visited[target] or not edge_passes[edge_type[edge]]:
                    continue
                visited[target] = True
                if is_native[target]:
                    state[target] = wanted
                    renamed[target] = wanted == 2
                    stack[depth] = target
                    depth += 1


@kernel
def assign_classes(
    node_type: ByteArray,
    node_name: NodeArray,
    type_class: IntArray,
    string_class: NodeArray,
    class_index: AnyArray,
) -> None:
    """Assign each node the class of its type or, if the type has no class, of its name.

    Parameters
    ----------
    node_type : uint8[n_nodes]
        Node types.
    node_name : uint32[n_nodes]
        String indices.
    type_class : int64[n_node_types]
        Class of each type, -1 if the name decides.
    string_class : uint32[n_strings]
        Class of each name.
    class_index : uint32[n_nodes]
        Receives the classes.
    """
    for node in range(node_type.shape[0]):
        fixed = type_class[node_type[node]]
        class_index[node] = string_class[node_name[node]] if fixed < 0 else fixed
