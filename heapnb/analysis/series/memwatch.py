"""Comparisons in the words of memwatch, a module of Node.js: what its ``HeapDiff`` prints."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._showing import Shown
from heapnb._typing import BoolArray, NodeArray
from heapnb.analysis.series.id_sets import is_member
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph

if TYPE_CHECKING:
    import pandas as pd

_KIB: Final = 1024
_OBJECT_TYPE: Final = "object"

_KINDS: Final = {
    "array": "Array",
    **dict.fromkeys(vocab.STRING_TYPES, "String"),
    "code": "Code",
    "closure": "Closure",
    "regexp": "RegExp",
    "number": "Number",
    "native": "Native",
    "symbol": "Symbol",
    "bigint": "BigInt",
}
"""What memwatch calls nodes by their type; of types that came later, what it would say."""


@dataclass(frozen=True)
class MemwatchHeap:
    """One of the two heaps of a comparison.

    Parameters
    ----------
    node_count : int
        Nodes.
    size : int
        Bytes.
    time : datetime or None
        When the snapshot was taken, where that is known.
    """

    node_count: int
    size: int
    time: dt.datetime | None

    def to_dict(self) -> dict[str, Any]:
        """Return what memwatch prints."""
        return {
            "nodes": self.node_count,
            "time": None if self.time is None else _iso(self.time),
            "size_bytes": self.size,
            "size": memwatch_size(self.size),
        }


@dataclass(frozen=True, repr=False)
class MemwatchDiff(Shown):
    """A comparison of two heaps as memwatch makes it.

    Parameters
    ----------
    before, after : MemwatchHeap
        The two.
    size_delta : int
        Bytes by which the heap grew.
    freed_count, allocated_count : int
        Nodes that went and came.
    table : pandas.DataFrame
        One row a class: ``class_name`` (its ``what``), ``added_count``, ``removed_count``,
        ``count_delta``, ``size_delta`` in bytes; in the order of the file.
    """

    before: MemwatchHeap
    after: MemwatchHeap
    size_delta: int
    freed_count: int
    allocated_count: int
    table: pd.DataFrame = field(compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return what memwatch prints.

        Returns
        -------
        dict
            ``before``, ``after`` and ``change``; see `heapnb.Diff.to_memwatch`.
        """
        rows = zip(
            *(
                self.table[name].tolist()
                for name in ("class_name", "size_delta", "added_count", "removed_count")
            ),
            strict=True,
        )
        return {
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "change": {
                "size_bytes": self.size_delta,
                "size": memwatch_size(self.size_delta),
                "freed_nodes": self.freed_count,
                "allocated_nodes": self.allocated_count,
                "details": [
                    {
                        "what": what,
                        "size_bytes": size,
                        "size": memwatch_size(size),
                        "+": added,
                        "-": removed,
                    }
                    for what, size, added, removed in rows
                ],
            },
        }


def memwatch_size(size: int) -> str:
    """Write a number of bytes as memwatch does.

    Parameters
    ----------
    size : int
        Bytes.

    Returns
    -------
    str
        Hundredths at most, and at most six digits; exact up to 1024 bytes.

    Examples
    --------
    >>> memwatch_size(1869904), memwatch_size(-2120), memwatch_size(1024), memwatch_size(2560)
    ('1.78 mb', '-2.07 kb', '1024 bytes', '2.5 kb')
    """
    for unit, name in ((_KIB * _KIB, "mb"), (_KIB, "kb")):
        if abs(size) > unit:
            # Halves are rounded away from zero, as in C.
            hundredths = math.copysign(math.floor(abs(size) / (unit / 100) + 0.5), size)
            return f"{hundredths / 100:g} {name}"
    return f"{size} bytes"


def compare_as_memwatch(before: HeapGraph, after: HeapGraph) -> MemwatchDiff:
    """Compare two snapshots as memwatch does.

    Parameters
    ----------
    before, after : HeapGraph
        The snapshots.

    Returns
    -------
    MemwatchDiff

    Notes
    -----
    memwatch tells nodes apart by id alone, takes their sizes as V8 gives them, and names all
    that are not objects after their type. The engine's own nodes count, but are not listed.
    """
    import pandas as pd

    freed = ~is_member(before.node_id, after.node_id)
    allocated = ~is_member(after.node_id, before.node_id)
    names = pa.concat_arrays([_names(before, freed), _names(after, allocated)])
    encoded = names.dictionary_encode()
    codes = encoded.indices.to_numpy()
    n_names = len(encoded.dictionary)
    of_freed, of_allocated = np.split(codes, [len(_listed(before, freed))])
    added = np.bincount(of_allocated, minlength=n_names)
    removed = np.bincount(of_freed, minlength=n_names)
    # Weights are doubles, exact below 2 ** 53 bytes.
    gained = np.bincount(of_allocated, after.self_size[_listed(after, allocated)], n_names)
    lost = np.bincount(of_freed, before.self_size[_listed(before, freed)], n_names)
    # In the order of their bytes, as in a C++ map.
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    table = pd.DataFrame(
        {
            "class_name": pd.array(encoded.dictionary.take(pa.array(order)).to_pylist(), "str"),
            "added_count": added[order],
            "removed_count": removed[order],
            "count_delta": (added - removed)[order],
            "size_delta": (gained - lost).astype(np.int64)[order],
        }
    )
    earlier, later = _heap(before), _heap(after)
    return MemwatchDiff(
        earlier,
        later,
        later.size - earlier.size,
        int(np.count_nonzero(freed)),
        int(np.count_nonzero(allocated)),
        table,
    )


def _listed(graph: HeapGraph, chosen: BoolArray) -> NodeArray:
    """Return those of some nodes that memwatch lists: all but the engine's own."""
    types = [i for i, n in enumerate(graph.node_type_names) if n in {*_KINDS, _OBJECT_TYPE}]
    return np.flatnonzero(chosen & np.isin(graph.node_type, types)).astype(np.uint32)


def _names(graph: HeapGraph, chosen: BoolArray) -> pa.LargeStringArray:
    nodes = _listed(graph, chosen)
    kinds = [_KINDS.get(name) for name in graph.node_type_names]
    of_type = pa.array(kinds, pa.large_string()).take(pa.array(graph.node_type[nodes]))
    is_object = pc.is_null(of_type)
    if not pc.any(is_object).as_py():
        return of_type
    # Strings are the names of strings: of these nothing is looked up.
    strings = np.where(is_object.to_numpy(zero_copy_only=False), graph.node_name[nodes], 0)
    return pc.if_else(is_object, graph.strings.take(pa.array(strings)), of_type)


def _heap(graph: HeapGraph) -> MemwatchHeap:
    time = None
    if graph.raw.source.path is not None:
        # The file may be gone by now.
        with contextlib.suppress(OSError):
            modified = Path(graph.raw.source.path).stat().st_mtime
            time = dt.datetime.fromtimestamp(modified, dt.UTC)
    return MemwatchHeap(graph.n_nodes, int(graph.self_size.sum(dtype=np.uint64)), time)


def _iso(time: dt.datetime) -> str:
    """Write a time as JavaScript does, in full seconds."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def read_memwatch(source: str | os.PathLike[str] | Mapping[str, Any]) -> MemwatchDiff:
    """Read what memwatch's ``HeapDiff`` found.

    Parameters
    ----------
    source : str, PathLike or mapping
        A file of JSON, or what it holds.

    Returns
    -------
    MemwatchDiff

    Raises
    ------
    HeapnbError
        If it is something else.

    Examples
    --------
    >>> heap = {"nodes": 10, "size_bytes": 2000, "size": "1.95 kb"}
    >>> detail = {"what": "Session", "size_bytes": 48, "size": "48 bytes", "+": 2, "-": 1}
    >>> change = {"size_bytes": 48, "freed_nodes": 1, "allocated_nodes": 2, "details": [detail]}
    >>> read_memwatch({"before": heap, "after": heap, "change": change}).table
      class_name  added_count  removed_count  count_delta  size_delta
    0    Session            2              1            1          48
    """
    content: Any = source
    name = "This"
    if not isinstance(source, Mapping):
        path = Path(source)
        name = path.name
        try:
            content = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError as error:
            raise HeapnbError(f"{name} is not JSON: {error}.", hint=_HINT) from None
        except OSError as error:
            raise HeapnbError(f"{name} cannot be read: {error.strerror}.") from None
    try:
        return _parse(content)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise HeapnbError(f"{name} is not a result of memwatch: {what}.", hint=_HINT) from None


_LONGEST_TIME: Final = 80
_HINT: Final = "write JSON.stringify(heapDiff.end()) of Node.js to a file."


def _parse(content: Any) -> MemwatchDiff:
    import pandas as pd

    change = content["change"]
    details = change["details"]
    if not isinstance(details, list) or not all(isinstance(d["what"], str) for d in details):
        raise TypeError("'details' are not a list of classes")

    def column(key: str) -> Any:
        return np.array([_whole(detail[key]) for detail in details], np.int64)

    added, removed = column("+"), column("-")
    if (added < 0).any() or (removed < 0).any():
        raise ValueError("a count of objects is negative")
    before, after = (
        MemwatchHeap(_whole(heap["nodes"]), _whole(heap["size_bytes"]), _time(heap.get("time")))
        for heap in (content["before"], content["after"])
    )
    return MemwatchDiff(
        before,
        after,
        _whole(change["size_bytes"]),
        _whole(change["freed_nodes"]),
        _whole(change["allocated_nodes"]),
        pd.DataFrame(
            {
                "class_name": pd.array([detail["what"] for detail in details], "str"),
                "added_count": added,
                "removed_count": removed,
                "count_delta": added - removed,
                "size_delta": column("size_bytes"),
            }
        ),
    )


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise TypeError(f"{value!r:.80} is not a whole number")
    return int(value)


def _time(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.80} is not a time")
    time = dt.datetime.fromisoformat(value[:_LONGEST_TIME])
    return time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)
