"""Which functions can read each captured variable, by the scopes that V8 writes into a file.

Source: *analyzeContexts* in ContextAnalyzer.ts of ``chrome-devtools-frontend`` 1.0.1705227.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.decode.links import edges_named, has_name, has_type, places_in, property_of
from heapnb.format.arrow import to_arrow, to_numpy
from heapnb.kernels.scopes import list_readers, parents_by_depth

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray
    from heapnb.decode.context_forest import ContextForest
    from heapnb.format.raw import Scopes
    from heapnb.graph import HeapGraph

_SCOPE_INFO: Final = "system / ScopeInfo"
_SCRIPT: Final = "system / Script"
_MOST_NESTED: Final = 1000
"""Scopes around a function; a cycle, which only a damaged file has, ends here."""

_MOST_STEPS: Final = 1 << 30
_SMALLEST, _LARGEST = -(1 << 31), (1 << 31) - 1


@dataclass(frozen=True)
class VariableReaders:
    """Which functions can read each captured variable.

    Parameters
    ----------
    variable : int64[f]
        For each field of `ContextForest` the number of its variable, -1 where nothing is known.
    first_reader : int64[v + 1]
        CSR offsets into ``readers``.
    readers : int64[n]
        Numbers of the functions that can read each variable, by their own code or by functions
        that they contain.
    function : int64[r]
        For each reader of `ContextForest` the number of its function, -1 for one that reads none.
    n_functions : int
        Number of functions.
    """

    variable: IntArray
    first_reader: IntArray
    readers: IntArray
    function: IntArray
    n_functions: int


def readers_by_scopes(graph: HeapGraph, forest: ContextForest) -> VariableReaders:
    """Find who can read a variable, by the scopes in the file.

    Parameters
    ----------
    graph : HeapGraph
        The heap, whose file has scopes.
    forest : ContextForest
        Its contexts.

    Returns
    -------
    VariableReaders
        Functions are numbered as the scopes of the file. Nothing is known of the scopes of
        classes, of functions with `eval`, and of scripts without scopes, such as the runtime's.

    Raises
    ------
    ValueError
        If the file has no scopes.
    """
    scopes = graph.raw.scopes
    if scopes is None:
        raise ValueError("the file has no scopes")
    table = _ScopeTable(graph, scopes)
    first_use, use_scope = table.uses()
    function = table.rows(*_function_scopes(graph, forest.reader_function))
    is_alive = np.zeros(len(scopes.script), np.bool_)
    is_alive[function[function >= 0]] = True
    first_reader = np.zeros(len(first_use), np.int64)

    def listed(readers: IntArray) -> int:
        stamp = np.full(len(scopes.script), vocab.NO_INDEX, np.int64)
        return list_readers(
            *(first_use, use_scope, table.parent, is_alive, stamp),
            *(first_reader, readers, _MOST_STEPS),
        )

    n_readers = listed(np.empty(0, np.int64))
    variable = table.variables_of(forest)
    if n_readers < 0:
        # Only a file made to waste time has so many uses so deep: nothing is known.
        variable = np.full_like(variable, vocab.NO_INDEX)
        first_reader[:] = n_readers = 0
    readers = np.empty(n_readers, np.int64)
    if n_readers:
        listed(readers)
    return VariableReaders(variable, first_reader, readers, function, len(scopes.script))


class _ScopeTable:
    """The scopes of a file, to be looked up by script and number."""

    def __init__(self, graph: HeapGraph, scopes: Scopes) -> None:
        self._graph = graph
        self._scopes = scopes
        self._first_variable = np.append(0, np.cumsum(scopes.variable_count))
        keys = self._keys(scopes.script, scopes.scope_id)
        # Of equal ones the last counts, as in DevTools.
        self._key, last = np.unique(keys[::-1], return_index=True)
        self._row = len(keys) - 1 - last

    @property
    def parent(self) -> IntArray:
        """``int64[k]``: the scope around each, -1 for those of scripts."""
        depth = self._scopes.depth
        parent = np.empty(len(depth), np.int64)
        parents_by_depth(depth, np.empty(len(depth) + 1, np.int64), parent)
        return parent

    def rows(self, script: IntArray, scope_id: IntArray) -> IntArray:
        """Find scopes by script and number, as ``int64[k]``; -1 where there is none."""
        wanted = self._keys(script, scope_id)
        if not len(self._key):
            return np.full(len(wanted), vocab.NO_INDEX, np.int64)
        place = np.minimum(np.searchsorted(self._key, wanted), len(self._key) - 1)
        is_found = (self._key[place] == wanted) & (script >= 0)
        return np.where(is_found, self._row[place], vocab.NO_INDEX)

    @staticmethod
    def _keys(script: IntArray, scope_id: IntArray) -> IntArray:
        """Join script and number; a number out of range stands for no scope."""
        is_number = (scope_id >= _SMALLEST) & (scope_id <= _LARGEST)
        keys: IntArray = np.where(is_number, (script << 32) + (scope_id - _SMALLEST), -1)
        return keys

    def uses(self) -> tuple[IntArray, IntArray]:
        """List the scopes that use each variable: CSR offsets and rows of scopes."""
        scopes = self._scopes
        user = np.repeat(np.arange(len(scopes.script)), scopes.use_count)
        declaring = self.rows(scopes.script[user], scopes.use_scope_id)
        slot = scopes.use_slot
        is_known = (declaring >= 0) & (slot >= 0)
        is_known &= slot < scopes.variable_count[np.maximum(declaring, 0)]
        variable = self._first_variable[declaring[is_known]] + slot[is_known]
        order = np.argsort(variable, kind="stable")
        count = np.bincount(variable, minlength=len(scopes.variable_name))
        return np.append(0, np.cumsum(count)), user[is_known][order]

    def variables_of(self, forest: ContextForest) -> IntArray:
        """Find the variable of each field, as ``int64[f]``: by its name in its scope."""
        scopes = self._scopes
        infos, which = np.unique(forest.scope_info, return_inverse=True)
        script = _scripts_of_infos(self._graph, infos)
        scope = self.rows(script, _scope_ids(self._graph, infos))[which]
        # Other scripts can read the variables of a script.
        scope[np.append(scopes.scope_id, 0)[scope] == vocab.SCRIPT_SCOPE_ID] = vocab.NO_INDEX
        of_scope = np.repeat(np.arange(len(scopes.script)), scopes.variable_count)
        of_field = scope[forest.field_place]
        names = np.concatenate([scopes.variable_name, self._graph.edge_name[forest.field_edge]])
        key = (np.concatenate([of_scope, of_field]) << 32) + self._number_of(names)
        declared, first = np.unique(key[: len(of_scope)], return_index=True)
        place = places_in(declared, key[len(of_scope) :])
        is_found = (place >= 0) & (of_field >= 0)
        return np.where(is_found, np.append(first, 0)[place], vocab.NO_INDEX)

    def _number_of(self, name: IntArray) -> IntArray:
        """Number names by their text: a file may have a text twice."""
        used = np.unique(name.astype(np.int64))
        texts = self._graph.strings.take(to_arrow(used))
        number = to_numpy(texts.dictionary_encode().indices).astype(np.int64)
        found: IntArray = number[np.searchsorted(used, name)]
        return found


def _function_scopes(graph: HeapGraph, functions: IntArray) -> tuple[IntArray, IntArray]:
    """Find the script and the scope's number of SharedFunctionInfos."""
    script = property_of(graph, functions, "script", edge_type="internal")
    return script, _scope_ids(graph, functions)


def _scope_ids(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Read the numbers of scopes; one out of range where there is none."""
    number = property_of(graph, nodes, "scope_id", edge_type="internal")
    return int_values(graph, number, missing=_LARGEST + 1)


def int_values(graph: HeapGraph, nodes: IntArray, *, missing: int) -> IntArray:
    """Read nodes that stand for integers.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals; -1 for none.
    missing : int
        The value for other nodes.

    Returns
    -------
    int64[k]
    """
    distinct, which = np.unique(nodes, return_inverse=True)
    is_int = has_type(graph, distinct, "number") & has_name(graph, distinct, "int")
    text = property_of(graph, distinct, "value", edge_type="internal")
    values = [
        _integer(graph.string(int(graph.node_name[node])), missing)
        if is_one and node >= 0
        else missing
        for node, is_one in zip(text.tolist(), is_int.tolist(), strict=True)
    ]
    read: IntArray = np.array(values, np.int64)[which]
    return read


def _integer(text: str, missing: int) -> int:
    digits = text.removeprefix("-")
    # Longer ones do not occur, and would not fit.
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 15  # noqa: PLR2004
    return int(text) if is_number else missing


def _scripts_of_infos(graph: HeapGraph, infos: IntArray) -> IntArray:
    """Find the scripts of ScopeInfos: that of their function, or of the scope around them."""
    edges = edges_named(graph, "name_or_scope_info", "internal")
    info = graph.edge_to[edges].astype(np.int64)
    function = graph.edge_from(edges)
    script = property_of(graph, function, "script", edge_type="internal")
    is_pair = has_name(graph, info, _SCOPE_INFO) & _is_script(graph, script)
    # The last function of a scope counts, as in DevTools.
    known, last = np.unique(info[is_pair][::-1], return_index=True)
    script_of_known = np.append(script[is_pair][::-1][last], vocab.NO_INDEX)
    found = np.full(len(infos), vocab.NO_INDEX, np.int64)
    current = infos
    for _ in range(_MOST_NESTED):
        if not (current >= 0).any():
            break
        here = script_of_known[places_in(known, current)]
        found = np.where(found < 0, here, found)
        outer = property_of(graph, current, "outer_scope_info", edge_type="internal")
        current = np.where(found < 0, outer, vocab.NO_INDEX)
    return found


def _is_script(graph: HeapGraph, nodes: IntArray) -> BoolArray:
    names = graph.node_name[np.maximum(nodes, 0)]
    distinct, which = np.unique(names, return_inverse=True)
    texts = graph.strings.take(to_arrow(distinct))
    is_script: BoolArray = to_numpy(pc.starts_with(texts, _SCRIPT))[which]
    return is_script & (nodes >= 0)


__all__ = ["VariableReaders", "int_values", "readers_by_scopes"]
