"""Which functions can read each captured variable, by the text of the functions.

Where V8 writes no scopes, the text decides: a function in whose text a name does not occur cannot
read the variable of that name. A function whose text nobody has, or that contains `eval`, counts as
a reader of every variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.source_text import function_text
from heapnb.decode.variable_readers import VariableReaders
from heapnb.format.arrow import to_arrow
from heapnb.graph.locations import is_internal_script, script_name, scripts_of

if TYPE_CHECKING:
    from heapnb._typing import IntArray
    from heapnb.decode.context_forest import ContextForest
    from heapnb.graph import HeapGraph

_NAME: Final = re.compile(r"(?<!\.)(?<![\w$])[A-Za-z_$\u0080-\uffff][\w$]*|(?<=\.\.\.)[\w$]+")
"""Names that may be variables: those after a dot are properties."""

_READS_ALL: Final = frozenset({"eval", "with"})
_MOST_NESTED: Final = 200
_MOST_FUNCTIONS: Final = 20_000
"""Functions whose texts are looked at."""


def readers_by_text(graph: HeapGraph, forest: ContextForest) -> VariableReaders | None:
    """Find who can read a variable, by the texts of functions.

    Parameters
    ----------
    graph : HeapGraph
        The heap; heapnb searches its `source_files`, if it has any.
    forest : ContextForest
        Its contexts.

    Returns
    -------
    VariableReaders or None
        Nothing is known of variables that a function without text may read. None if nobody has
        the text of any function of the program.
    """
    functions, function = np.unique(forest.reader_function, return_inverse=True)
    function = function.reshape(-1)
    closure = np.empty(len(functions), np.int64)
    closure[function] = forest.reader_closure
    words = _words(graph, forest, closure)
    reached = None if words is None else _functions_by_context(forest, function)
    if words is None or reached is None:
        return None
    place, number = reached
    # Calls of one function share its ScopeInfo; a context without one stands for itself.
    alone = vocab.NO_INDEX - 1 - np.arange(len(forest.context))
    group, place_group = np.unique(
        np.where(forest.scope_info >= 0, forest.scope_info, alone), return_inverse=True
    )
    pairs = np.unique(np.stack([place_group[place], number]), axis=1)
    is_known = np.array([one is not None for one in words], np.bool_)
    # A group is judged if the text of all functions inside is known.
    unknown = np.zeros(len(group), np.bool_)
    unknown[pairs[0][~is_known[pairs[1]]]] = True
    # Nor what no function reaches, such as contexts of the engine.
    unknown[np.setdiff1d(np.arange(len(group)), pairs[0])] = True
    names, variable = np.unique(
        np.stack([place_group[forest.field_place], graph.edge_name[forest.field_edge]]),
        axis=1,
        return_inverse=True,
    )
    texts = graph.strings.take(to_arrow(names[1])).to_pylist()
    first = np.searchsorted(pairs[0], np.arange(len(group) + 1))
    inside = pairs[1].tolist()
    readers: list[list[int]] = []
    for one, name in zip(names[0].tolist(), texts, strict=True):
        if unknown[one]:
            readers.append([])
            continue
        candidates = inside[first[one] : first[one + 1]]
        readers.append([f for f in candidates if _may_read(words[f], name)])
    known = np.where(unknown[names[0]][variable.reshape(-1)], vocab.NO_INDEX, variable.reshape(-1))
    flat = [one for some in readers for one in some]
    return VariableReaders(
        variable=known,
        first_reader=np.append(0, np.cumsum([len(some) for some in readers])).astype(np.int64),
        readers=np.array(flat, np.int64),
        function=function,
        n_functions=len(functions),
    )


def _words(
    graph: HeapGraph, forest: ContextForest, closure: IntArray
) -> list[frozenset[str] | None] | None:
    """List the names in the text of each function; None where the text is not known."""
    script = scripts_of(graph, closure)
    words: list[frozenset[str] | None] = [None] * len(closure)
    own = {
        node
        for node in np.unique(script).tolist()
        if node >= 0 and (name := script_name(graph, node)) and not is_internal_script(name)
    }
    wanted = np.flatnonzero(np.isin(script, list(own)))
    if not len(wanted) or not len(forest.field_edge):
        return None
    for place in wanted[:_MOST_FUNCTIONS].tolist():
        text = function_text(graph, int(closure[place]))
        if text is not None:
            words[place] = frozenset(_NAME.findall(text))
    return words if any(one is not None for one in words) else None


def _may_read(words: frozenset[str] | None, name: str) -> bool:
    return words is None or name in words or not words.isdisjoint(_READS_ALL)


def _functions_by_context(
    forest: ContextForest, function: IntArray
) -> tuple[IntArray, IntArray] | None:
    """List which functions have a closure that reaches each context, as pairs of rows."""
    pair = np.unique(np.stack([forest.reader_place, function]), axis=1)
    places, numbers = [pair[0]], [pair[1]]
    for _ in range(_MOST_NESTED):
        up = forest.outer[pair[0]]
        pair = np.unique(np.stack([up, pair[1]])[:, up >= 0], axis=1)
        if not pair.shape[1]:
            break
        places.append(pair[0])
        numbers.append(pair[1])
    else:
        return None
    return np.concatenate(places), np.concatenate(numbers)


__all__ = ["readers_by_text"]
