"""Kernels that hash texts and combine hashes.

Hashes are unsigned 64-bit numbers. They depend on texts and node ids only, so the same object has
the same hash in each snapshot of a process.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel

HashArray = npt.NDArray[np.uint64]

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_27 = np.uint64(27)
_SHIFT_30 = np.uint64(30)
_SHIFT_31 = np.uint64(31)


@kernel
def mix(first: np.uint64, second: np.uint64) -> np.uint64:
    """Combine two hashes; their order matters.

    Parameters
    ----------
    first, second : uint64
        Hashes.

    Returns
    -------
    uint64
    """
    value = (first * _MIX_1 ^ (first >> _SHIFT_31)) + GOLDEN + second
    value = (value ^ (value >> _SHIFT_30)) * _MIX_1
    value = (value ^ (value >> _SHIFT_27)) * _MIX_2
    return value ^ (value >> _SHIFT_31)


@kernel
def mix_arrays(first: HashArray, second: HashArray, mixed: HashArray) -> None:
    """Combine hashes element by element.

    Parameters
    ----------
    first, second : uint64[n]
        Hashes.
    mixed : uint64[n]
        Receives the combinations; may be ``first``.
    """
    for i in range(first.shape[0]):
        mixed[i] = mix(first[i], second[i])


@kernel
def hash_strings(
    offsets: IntArray,
    text: ByteArray,
    wanted: BoolArray,
    hashes: HashArray,
    is_decimal: BoolArray,
) -> None:
    """Hash the wanted strings, and mark those that are decimal numbers.

    Parameters
    ----------
    offsets : int64[n + 1]
        String i is ``text[offsets[i]:offsets[i + 1]]``.
    text : uint8[m]
        UTF-8.
    wanted : bool[n]
        The strings to hash.
    hashes : uint64[n]
        Receives the hashes of wanted strings; the others keep their values.
    is_decimal : bool[n]
        Receives True for strings of digits only.

    Notes
    -----
    FNV-1a, followed by a finalizer.
    """
    for i in range(wanted.shape[0]):
        if not wanted[i]:
            continue
        value = _FNV_OFFSET
        only_digits = offsets[i + 1] > offsets[i]
        for position in range(offsets[i], offsets[i + 1]):
            byte = text[position]
            value = (value ^ np.uint64(byte)) * _FNV_PRIME
            only_digits = only_digits and 0x30 <= byte <= 0x39
        hashes[i] = mix(value, GOLDEN)
        is_decimal[i] = only_digits


@kernel
def mark_target_names(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    node_name: NodeArray,
    nodes: NodeArray,
    wanted: BoolArray,
) -> None:
    """Mark the names of the nodes to which some nodes refer.

    Parameters
    ----------
    first_edge, edge_to
        The edges.
    node_name : uint32[n_nodes]
        String indices.
    nodes : uint32[k]
        Sources of the edges.
    wanted : bool[n_strings]
        Changed in place.
    """
    for i in range(nodes.shape[0]):
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            wanted[node_name[edge_to[edge]]] = True


@kernel
def hash_target_names(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    node_name: NodeArray,
    string_hash: HashArray,
    nodes: NodeArray,
    hashes: HashArray,
) -> None:
    """Hash the names of all nodes to which a node refers, in order.

    Parameters
    ----------
    first_edge, edge_to
        The edges.
    node_name : uint32[n_nodes]
        String indices.
    string_hash : uint64[n_strings]
        Hashes of the names.
    nodes : uint32[k]
        Sources of the edges.
    hashes : uint64[k]
        Receives the hashes.
    """
    for i in range(nodes.shape[0]):
        value = GOLDEN
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            value = mix(value, string_hash[node_name[edge_to[edge]]])
        hashes[i] = value
