"""Read ``.heapprofile`` files: what V8's sampling heap profiler writes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from typing import Final, NoReturn, overload

import numpy as np

from heapnb._typing import FloatArray, IntArray, NodeArray, SizeArray
from heapnb.analysis.heap_profiles.call_tree import CallTree
from heapnb.analysis.heap_profiles.functions import Functions, as_written, numbered
from heapnb.analysis.heap_profiles.profile import HeapProfile
from heapnb.errors import LogFormatError
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.graph.source_files import Folders, find_sources
from heapnb.kernels import heap_profiles as kernels
from heapnb.timeline.log_lines import read_all

_LARGEST: Final = 1 << 30
_MOST_LEVELS: Final = 1 << 20
_MOST_NAME: Final = 1_000
_MOST_BYTES: Final = float(1 << 62)
_HEAD: Final = 4096

_HINT: Final = (
    "a heap profile comes from `node --heap-prof`, `heapnb capture --sampling`, or the Memory panel"
    " of DevTools (Allocation sampling)."
)
_PROBLEMS: Final = {
    kernels.UNEXPECTED: "it is not JSON from byte {} on",
    kernels.CUT_OFF: "it ends at byte {}, inside the profile",
    kernels.TOO_DEEP: "it is nested too deeply at byte {}",
    kernels.WRONG_TYPE: "the value at byte {} is not what a heap profile has there",
    kernels.NO_CALL_FRAME: "a node before byte {} has no `callFrame`",
    kernels.NEGATIVE: "the number at byte {} is negative",
    kernels.TWO_HEADS: "there is a second `head` at byte {}",
}


@bounded
def read_heap_profile(
    path: SnapshotSource,
    *,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> HeapProfile:
    """Read a sampling heap profile.

    Parameters
    ----------
    path : str, path-like, binary file or bytes
        A ``.heapprofile`` of Node.js, Deno or Chrome, plain or compressed. With and without
        samples; also the inspector's answer that contains a profile.
    source_root, source_maps : str, PathLike or sequence of these, optional
        Folders with the program's sources and source maps, as in `heapnb.load`: functions then
        have the names and places that they were written with.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    HeapProfile
        Sizes are those of the file: the engine takes a sample every 32 to 512 kB and scales it up,
        so they are estimates. By default, it forgets samples of objects that were collected.

    Raises
    ------
    LogFormatError
        If the file is damaged, or something else.

    Examples
    --------
    >>> import heapnb as hn
    >>> profile = hn.read_heap_profile(
    ...     b'{"head": {"callFrame": {"functionName": "(root)"}, "selfSize": 0, "children": ['
    ...     b'{"callFrame": {"functionName": "search", "url": "/app/a.js", "lineNumber": 11,'
    ...     b' "columnNumber": 15}, "selfSize": 4096, "children": []}]}}'
    ... )
    >>> profile.table[["function", "location", "sampled_size"]].to_dict("records")
    [{'function': 'search', 'location': '/app/a.js:12:16', 'sampled_size': 4096}]
    """
    name, content = read_all(path, most=_LARGEST)
    other = other_kind(content)
    if other is not None:
        raise LogFormatError(name, *other)
    parsed = _parsed(name, content)
    sources = find_sources(source_root, source_maps)
    functions, function = parsed.functions, parsed.function
    if sources is not None:
        # Source maps may give two functions of a bundle one place, and a name only to one of them.
        number, functions = numbered(as_written(functions, sources))
        function = np.asarray(number, np.uint32)[function]
    tree = CallTree(parsed.parent, function, parsed.self_size, parsed.sample_count)
    return HeapProfile(name, functions, tree, tuple(parsed.warnings))


def other_kind(content: bytes) -> tuple[str, str] | None:
    """Recognise files that are taken for heap profiles: what one is, and what reads it."""
    head = content[:_HEAD]
    if b'"snapshot"' in head[:200]:
        return (
            "it is a heap snapshot",
            "heapnb summary or hn.load reads it. `bun --heap-prof` writes snapshots.",
        )
    if b'"hitCount"' in head or (b'"nodes"' in head[:200] and b'"callFrame"' in head):
        return "it is a CPU profile", _HINT
    if b'"callFrame"' not in content or b'"head"' not in content:
        return "it has no `head` with call frames", _HINT
    return None


class _Parsed:
    """Flat arrays of a profile."""

    def __init__(
        self,
        parent: NodeArray,
        function: NodeArray,
        functions: Functions,
        self_size: SizeArray,
        sample_count: SizeArray | None,
        warnings: list[str],
    ) -> None:
        self.parent, self.function, self.functions = parent, function, functions
        self.self_size, self.sample_count, self.warnings = self_size, sample_count, warnings


def _parsed(name: str, content: bytes) -> _Parsed:
    text = np.frombuffer(content, np.uint8)
    most_nodes = content.count(b'"callFrame"') + 1
    most_samples = content.count(b'"nodeId"')
    n_levels = min(len(content), _MOST_LEVELS)
    parent, node_id = np.zeros(most_nodes, np.uint32), np.zeros(most_nodes, np.int64)
    self_size, call = np.zeros(most_nodes), np.zeros(5 * most_nodes, np.int64)
    sample_node, sample_size = np.zeros(most_samples, np.int64), np.zeros(most_samples)
    starts, ends = np.zeros(2 * most_nodes + 1, np.int64), np.zeros(2 * most_nodes + 1, np.int64)
    counts = np.zeros(3, np.int64)
    problem, position = kernels.parse_heap_profile(
        text,
        np.zeros(n_levels, np.uint8),
        np.zeros(n_levels, np.uint32),
        parent,
        node_id,
        self_size,
        call,
        sample_node,
        sample_size,
        kernels.room(2 * most_nodes + 1),
        starts,
        ends,
        counts,
    )
    n_nodes, n_samples, n_texts = counts.tolist()
    if problem:
        _refuse(name, _PROBLEMS[problem].format(f"{position:,}"))
    if not n_nodes:
        raise LogFormatError(name, "it has no `head` with call frames", _HINT)
    sizes = _whole_bytes(name, self_size[:n_nodes])
    raw = _Texts(content, starts[:n_texts].copy(), ends[:n_texts].copy())
    texts: Sequence[str] = raw
    function, first = np.empty(n_nodes, np.uint32), np.empty(n_nodes, np.uint32)
    calls = call[: 5 * n_nodes].copy()
    rows = calls.reshape(n_nodes, 5)
    if not raw.is_plain:
        # Texts that the file writes in different ways are the same function's all the same.
        numbers: dict[str, int] = {}
        same = np.array([numbers.setdefault(one, len(numbers)) for one in raw], np.int64)
        rows[:, :2] = same[rows[:, :2]]
        texts = list(numbers)
    # Several scripts may have one file; a script id tells only code without a file apart.
    rows[rows[:, 1] != 0, 2] = -1
    n_functions = kernels.number_calls(calls, kernels.room(n_nodes), function, first)
    functions = Functions(texts, rows[first[:n_functions]])
    warnings: list[str] = []
    samples = _samples(node_id[:n_nodes], sample_node[:n_samples], warnings)
    if not sizes.any():
        warnings.append("The profile has no sampled allocation.")
    return _Parsed(
        parent[:n_nodes].copy(),
        function,
        functions,
        sizes,
        samples if b'"samples"' in content else None,
        warnings,
    )


def _refuse(name: str, reason: str) -> NoReturn:
    raise LogFormatError(name, reason, "the file is damaged or was cut off: record it again.")


def _whole_bytes(name: str, sizes: FloatArray) -> SizeArray:
    if float(sizes.sum()) >= _MOST_BYTES:
        _refuse(name, "its sizes add up to more than memory can have")
    rounded: SizeArray = np.rint(sizes).astype(np.uint64)
    return rounded


def _samples(node_id: IntArray, sample_node: IntArray, warnings: list[str]) -> SizeArray:
    """Count the samples of each node."""
    order = np.argsort(node_id, kind="stable")
    place = np.searchsorted(node_id, sample_node, sorter=order)
    found = order[np.minimum(place, len(order) - 1)]
    is_known = (node_id[found] == sample_node) & (sample_node >= 0)
    n_lost = int((~is_known).sum())
    if n_lost:
        warnings.append(f"{n_lost:,} of {len(sample_node):,} samples belong to no call stack.")
    count: SizeArray = np.bincount(found[is_known], minlength=len(node_id)).astype(np.uint64)
    return count


class _Texts(Sequence[str]):
    """The strings of a file, decoded when they are asked for."""

    def __init__(self, content: bytes, starts: IntArray, ends: IntArray) -> None:
        self._content, self._starts, self._ends = content, starts, ends

    @property
    def is_plain(self) -> bool:
        """Whether different bytes are different strings: nothing is escaped or cut."""
        is_short = int((self._ends - self._starts).max()) <= _MOST_NAME
        return is_short and self._content.isascii() and b"\\" not in self._content

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return _text(self._content[self._starts[place] : self._ends[place]])


def _text(raw: bytes) -> str:
    """Decode a string of the file; Node.js 10 does not escape, and halves of pairs occur."""
    text = raw[: 6 * _MOST_NAME].decode("utf-8", "replace")
    if "\\" in text:
        # A text that was cut in an escape, or has one that JSON does not know, stays as it is.
        with contextlib.suppress(ValueError):
            text = json.loads(f'"{text}"', strict=False)
    return text.encode("utf-8", "replace").decode("utf-8")[:_MOST_NAME]


__all__ = ["other_kind", "read_heap_profile"]
