"""Whatever follows from a graph is computed once: the descriptor, and where results are kept."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, Generic, Never, NoReturn, Protocol, TypeVar, cast, overload

import numpy as np

from heapnb._typing import AnyArray
from heapnb.progress import ProgressReporter, beside, no_progress, stage

_T = TypeVar("_T")
_G = TypeVar("_G", bound="HasResults")
_OtherG = TypeVar("_OtherG", bound="HasResults")

_MISSING = object()


class DerivedStore(Protocol):
    """Somewhere that derived arrays outlive the process, such as the on-disk cache."""

    def load(self, name: str) -> AnyArray | None:
        """Return a stored array, or None."""

    def save(self, name: str, array: AnyArray) -> None:
        """Keep an array, which has one dimension."""

    def check(self) -> None:
        """Raise an error if arrays that were loaded have changed since."""


class Results:
    """What was derived from one graph so far.

    Parameters
    ----------
    store : DerivedStore, optional
        Where arrays are looked up and kept beyond the process.
    progress : callable
        Opens a context in which long computations report.
    """

    def __init__(
        self, store: DerivedStore | None = None, progress: ProgressReporter = no_progress
    ) -> None:
        self.store = store
        self.progress = progress
        self._values: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether something is in memory."""
        return name in self._values

    def get(self, derived: Derived[_G, _T], graph: _G) -> _T:
        """Return a result: from memory, from the store, or computed now."""
        value = self._values.get(derived.name, _MISSING)
        if value is not _MISSING:
            return cast("_T", value)
        with self._lock:
            lock = self._locks.setdefault(derived.name, threading.RLock())
        with lock:
            # Another thread may have computed it while this one waited.
            value = self._values.get(derived.name, _MISSING)
            if value is _MISSING:
                value = self._load(derived)
            if value is _MISSING:
                value = self._compute(derived, graph)
            self._values[derived.name] = value
            return cast("_T", value)

    @property
    def n_bytes(self) -> int:
        """Bytes of all arrays in memory, those included that are mapped from the store."""
        return sum(bytes_of(value) for value in tuple(self._values.values()))

    def forget(self, *derived: Derived[Any, Any]) -> None:
        """Free the memory of results; they can be loaded or computed again."""
        for one in derived:
            self._values.pop(one.name, None)

    def adopt(self, other: Results, *derived: Derived[Any, Any]) -> None:
        """Take over results, as far as they are in memory, of a graph with the same columns."""
        for one in derived:
            value = other._values.get(one.name, _MISSING)
            if value is not _MISSING:
                self._values[one.name] = value

    def _load(self, derived: Derived[_G, _T]) -> object:
        array = None
        if derived.keep and self.store is not None:
            array = self.store.load(derived.name)
        return _MISSING if array is None else derived.shaped(array)

    def _compute(self, derived: Derived[_G, _T], graph: _G) -> object:
        if self.store is not None:
            self.store.check()
        if derived.title is None:
            value: object = derived.compute(graph)
        else:
            with stage(derived.title, self.progress):
                value = derived.compute(graph)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
            if derived.keep and self.store is not None:
                self.store.save(derived.name, value.reshape(-1))
            value = derived.shaped(value)
        return value


def bytes_of(value: object) -> int:
    """Return the bytes of an array of numpy or Arrow, or of a sequence of these; otherwise 0.

    Examples
    --------
    >>> bytes_of((np.zeros(4, np.uint8), np.zeros(2, np.uint64), "text"))
    20
    """
    if isinstance(value, tuple | list):
        return sum(map(bytes_of, value))
    n_bytes = getattr(value, "nbytes", 0)
    return n_bytes if isinstance(n_bytes, int) else 0


class HasResults(Protocol):
    """What results can be derived from."""

    @property
    def results(self) -> Results:
        """What was derived so far."""


class Derived(Generic[_G, _T]):
    """Something that follows from a graph and is computed once; made by `derived`.

    As an attribute of the graph's class it is read like a property; elsewhere it is called
    like the function that it replaces.

    Parameters
    ----------
    compute : callable
        Makes it from the graph.
    title : str or None
        What people are told while it is computed.
    keep : bool
        Whether an array goes to the store.
    name : str
        What it is called in the store.
    shape : tuple of int or None
        The shape of an array of several dimensions, one of which may be -1.
    """

    def __init__(
        self,
        compute: Callable[[_G], _T],
        *,
        title: str | None,
        keep: bool,
        name: str,
        shape: tuple[int, ...] | None,
    ) -> None:
        functools.update_wrapper(self, compute)
        self.compute = compute
        self.title = title
        self.keep = keep
        self.name = name
        self._shape = shape

    def __call__(self, graph: _G) -> _T:
        """Return the result for a graph."""
        return graph.results.get(self, graph)

    @overload
    def __get__(self, graph: None, owner: type[Any]) -> Derived[_G, _T]: ...

    @overload
    def __get__(self, graph: _G, owner: type[Any]) -> _T: ...

    def __get__(self, graph: _G | None, owner: type[Any]) -> Derived[_G, _T] | _T:
        """Return the result for the graph whose attribute this is."""
        return self if graph is None else graph.results.get(self, graph)

    def __set__(self, graph: _G, value: Never) -> NoReturn:
        """Refuse: a result can only be computed."""
        raise AttributeError(f"{self.name} cannot be set.")

    def shaped(self, array: AnyArray) -> AnyArray:
        """Give an array its dimensions; the store has only one."""
        return array if self._shape is None else array.reshape(self._shape)


def derived(
    *,
    title: str | None = None,
    keep: bool = True,
    name: str | None = None,
    shape: tuple[int, ...] | None = None,
) -> Callable[[Callable[[_OtherG], _T]], Derived[_OtherG, _T]]:
    """Compute something from a graph once; arrays become read-only.

    Decorates a method of a graph without further arguments, which becomes an attribute, or a
    function of a graph.

    Parameters
    ----------
    title : str, optional
        What people are told while it is computed; by default nothing.
    keep : bool, default True
        Whether an array outlives the process, in the on-disk cache. Objects never do: for them
        this must be False.
    name : str, optional
        What it is called in the cache, by default as the function. No two may share a name.
    shape : tuple of int, optional
        The shape of a kept array that has more than one dimension; one length may be -1.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> from heapnb.graph import HeapGraph
    >>> from heapnb.testing import SnapshotBuilder
    >>> @derived(keep=False)
    ... def n_loops(graph: HeapGraph) -> int:
    ...     print("counting")
    ...     return int((graph.edge_from(range(graph.n_edges)) == graph.edge_to).sum())
    >>> graph = SnapshotBuilder.from_edges("root>a a>a").graph()
    >>> n_loops(graph), n_loops(graph)
    counting
    (1, 1)
    """

    def decorate(compute: Callable[[_OtherG], _T]) -> Derived[_OtherG, _T]:
        return Derived(compute, title=title, keep=keep, name=name or compute.__name__, shape=shape)

    return decorate


def compute_at_once(
    graph: HasResults, longest: Derived[Any, Any], *others: Derived[Any, Any]
) -> None:
    """Compute results in two threads.

    Parameters
    ----------
    graph : HasResults
        What they follow from.
    longest : Derived
        Computed by this thread, which reports its progress.
    *others : Derived
        Computed by another thread, one after the other. What several need is computed once.
    """
    with beside(lambda: [one(graph) for one in others]) as rest:
        longest(graph)
        rest()


__all__ = [
    "Derived",
    "DerivedStore",
    "HasResults",
    "Results",
    "bytes_of",
    "compute_at_once",
    "derived",
]
