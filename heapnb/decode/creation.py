"""The code that creates a function: what else its creator names.

V8 keeps the texts that the bytecode of a function uses, and the functions that it creates, in one
list, in the order of their first use: ``window``, ``addEventListener``, ``resize``, the listener.
So a heap tells what a function was made for even where it has no source code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heapnb import vocab
from heapnb.graph.edges import child, is_string
from heapnb.graph.locations import location_of

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph

CONSTANTS: Final = "(constant pool)"
"""V8's name of the list."""

_SHARED: Final = "shared"
_SHARED_NAME: Final = "system / SharedFunctionInfo"
_CODE_NAMES: Final = ("system / BytecodeArray", "system / Code", CONSTANTS)
_MOST_RETAINERS: Final = 32
_MOST_LOOKED_AT: Final = 24
_MOST_CREATORS: Final = 4
_CODE_BELOW: Final = (
    "system / BytecodeArray",
    "system / Code",
    "system / InstructionStream",
    "system / InterpreterData",
)
"""What stands between a function and its constants: the bytecode, and compiled code around it."""


@dataclass(frozen=True)
class Creation:
    """Where a function is created.

    Parameters
    ----------
    creator : int
        Ordinal of what all closures of the creating function share.
    name : str
        The creating function's name; empty if it has none.
    location : str or None
        Where it is defined; None if no closure of it is left.
    before, after : tuple of str
        The texts that its code names before it creates the function, and afterwards, in order.
    siblings : tuple of int
        What the closures of each other function share that the same code creates; ordinals.
    n_since : int
        How many of ``before`` come after the last other function.
    """

    creator: int
    name: str
    location: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    siblings: tuple[int, ...] = ()
    n_since: int = 0

    @property
    def is_top_level(self) -> bool:
        """Whether it is the code of a whole script or module."""
        return not self.name and self.location is not None and self.location.endswith(":1:1")

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts that its code names."""
        return (*self.before, *self.after)


def creation_of(graph: HeapGraph, closure: int) -> Creation | None:
    """Find the code that creates a function.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    closure : int
        Ordinal.

    Returns
    -------
    Creation or None
        None where the bytecode of the creator is gone, as V8 drops it after a while without use,
        and for functions of the runtime.
    """
    shared = child(graph, closure, _SHARED)
    return None if shared is None else _creation(graph, shared)


def creations_around(graph: HeapGraph, closure: int) -> list[Creation]:
    """Find the code that creates a function, the code that creates that, and so on.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    closure : int
        Ordinal.

    Returns
    -------
    list of Creation
        From the inside out, at most four.
    """
    found: list[Creation] = []
    shared = child(graph, closure, _SHARED)
    while shared is not None and len(found) < _MOST_CREATORS:
        creation = _creation(graph, shared)
        if creation is None or creation.creator in {one.creator for one in found}:
            break
        found.append(creation)
        shared = creation.creator
    return found


def _creation(graph: HeapGraph, shared: int) -> Creation | None:
    # All closures of the function refer to it, too: there may be many thousands.
    sources = graph.edge_from(graph.retaining_edges_of(shared))
    is_pool = is_string(graph, [CONSTANTS])[graph.node_name[sources]]
    for pool in sources[is_pool].tolist():
        creator = _creator(graph, pool)
        if creator is not None and creator != shared:
            name, location = name_of_shared(graph, creator), location_of_shared(graph, creator)
            return Creation(creator, name, location, *_constants(graph, pool, shared))
    return None


def name_of_shared(graph: HeapGraph, shared: int) -> str:
    """Return the name of the function whose closures share something; empty if it has none."""
    return graph.name(shared).removeprefix(_SHARED_NAME).removeprefix(" / ")


def constants_of(graph: HeapGraph, shared: int) -> tuple[str, ...]:
    """List the texts that a function's code names, in the order of their first use.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    shared : int
        Ordinal of what all closures of the function share.

    Returns
    -------
    tuple of str
        Empty where the bytecode is gone.
    """
    seen, queue = {shared}, [shared]
    for node in queue:
        for edge in range(*graph.edges_of(node)):
            target = int(graph.edge_to[edge])
            name = graph.name(target)
            if name == CONSTANTS:
                return _constants(graph, target, vocab.NO_INDEX)[0]
            if name in _CODE_BELOW and target not in seen and len(queue) < _MOST_LOOKED_AT:
                seen.add(target)
                queue.append(target)
    return ()


def _creator(graph: HeapGraph, pool: int) -> int | None:
    """Find whose constants they are: through the bytecode, and the code around that."""
    seen, queue = {pool}, [pool]
    for node in queue:
        for edge in graph.retaining_edges_of(node)[:_MOST_RETAINERS].tolist():
            source = int(graph.edge_from([edge])[0])
            name = graph.name(source)
            if name.startswith(_SHARED_NAME) and name[len(_SHARED_NAME) :][:3] in {"", " / "}:
                return source
            if name.startswith(_CODE_NAMES) and source not in seen and len(queue) < _MOST_LOOKED_AT:
                seen.add(source)
                queue.append(source)
    return None


def _constants(
    graph: HeapGraph, pool: int, shared: int
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...], int]:
    """List the texts before and after a function, and the other functions; see `Creation`."""
    string = graph.node_type_index("string")
    before: list[str] = []
    after: list[str] = []
    siblings: list[int] = []
    found, n_since = before, 0
    for edge in range(*graph.edges_of(pool)):
        target = int(graph.edge_to[edge])
        if target == shared:
            found = after
        elif graph.node_type[target] == string:
            found.append(graph.name(target))
            n_since += found is before
        elif graph.name(target).startswith(_SHARED_NAME):
            siblings.append(target)
            n_since = n_since if found is after else 0
    return tuple(before), tuple(after), tuple(siblings), n_since


def location_of_shared(graph: HeapGraph, shared: int) -> str | None:
    """Return where the function is defined whose closures share something.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    shared : int
        Ordinal of what they share.

    Returns
    -------
    str or None
        None if there is no closure.
    """
    closure = graph.node_type_index("closure")
    sources = graph.edge_from(graph.retaining_edges_of(shared))
    closures = sources[graph.node_type[sources] == closure]
    return location_of(graph, int(closures[0])) if len(closures) else None


__all__ = [
    "CONSTANTS",
    "Creation",
    "constants_of",
    "creation_of",
    "creations_around",
    "location_of_shared",
    "name_of_shared",
]
