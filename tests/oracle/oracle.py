"""Asks the Chrome DevTools heap snapshot engine, through Node, and reads its committed answers.

The engine is needed only where arrays are wanted in full. What it says about the project's own
snapshots is committed in ``expected/`` and needs no Node: see :func:`expected` and the functions
that make the same digests from arrays (:func:`digest_of_integers`, :func:`digest_of_class_names`).
README.md describes the forms.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypedDict, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

HERE: Final = Path(__file__).parent
EXPECTED: Final = HERE / "expected"
NUMBER_COLUMNS: Final = (
    "node_id",
    "shallow_size",
    "distance",
    "dominator",
    "retained_size",
    "detachedness",
)
_BUILD_INPUTS: Final = (
    "package-lock.json",
    "build.mjs",
    "engine.mjs",
    "runtime.mjs",
    "locales.mjs",
)
_NODE_HEAP_MB: Final = 12_288
_NAMES_PER_BLOCK: Final = 1 << 20

IntArray = npt.NDArray[np.int64]


class OracleError(RuntimeError):
    """The engine or its build failed."""


class Location(TypedDict):
    """Where a constructor is defined; line and column count from 0."""

    script_id: int
    line: int
    column: int


class SummaryRow(TypedDict):
    """One row of the Summary view."""

    key: str
    name: str
    location: Location | None
    count: int
    distance: int
    self: int
    maxRet: int
    ids_sha256: str


class NativeStatistics(TypedDict):
    """Bytes outside the JavaScript heap."""

    total: int
    typedArrays: int


class HeapStatistics(TypedDict):
    """Bytes in the JavaScript heap."""

    total: int
    code: int
    jsArrays: int
    strings: int
    system: int


class Statistics(TypedDict):
    """The figures of the Statistics view."""

    total: int
    native: NativeStatistics
    v8heap: HeapStatistics


class DiffCounts(TypedDict):
    """The figures of one row of the Comparison view."""

    key: str
    name: str
    location: Location | None
    addedCount: int
    removedCount: int
    countDelta: int
    addedSize: int
    removedSize: int
    sizeDelta: int


class DiffRow(DiffCounts):
    """One row of the Comparison view, with the node ids in ascending order."""

    added_ids: list[int]
    removed_ids: list[int]


class ExpectedDiffRow(DiffCounts):
    """One row of the Comparison view, with digests of its node ids."""

    added_ids_sha256: str
    removed_ids_sha256: str


class RetainerRow(TypedDict):
    """One row of the Retainers pane."""

    edge_type: str
    edge_name: str
    node_id: int
    class_name: str
    node_name: str
    distance: int
    shallow_size: int
    retained_size: int


class TracedFrame(TypedDict):
    """A function of a call stack; line and column count from 1, 0 is unknown."""

    function: str
    script: str
    script_id: int
    line: int
    column: int


class CallerRow(TracedFrame):
    """The only caller of another row of the Allocation view."""

    live_size: int


class AllocationRow(TracedFrame):
    """A function of the Allocation view, or one of its callers."""

    count: int
    size: int
    live_count: int
    live_size: int
    single_callers: list[CallerRow]
    branching_callers: list[AllocationRow]


class TracedNode(TypedDict):
    """A node and the call stack that allocated it, the nearest function first."""

    node_id: int
    frames: list[TracedFrame]


class TimeLine(TypedDict):
    """The bars of the time line."""

    time_ms: list[float]
    last_id: list[int]
    size: list[int]


class Allocations(TypedDict):
    """The Allocation view and the time line of a snapshot."""

    functions: list[AllocationRow] | None
    stacks: list[TracedNode]
    samples: TimeLine | None


class ExpectedRetainers(TypedDict):
    """The first rows of the Retainers pane of a node."""

    node_id: int
    row_count: int
    rows: list[RetainerRow]


class NativeContext(TypedDict):
    """A native context of the engine."""

    node_id: int
    name: str
    attributed_size: int
    retained_size: int


class NativeContexts(TypedDict):
    """The native contexts, and the digest of every node's owner."""

    contexts: list[NativeContext]
    shared_size: int
    unattributed_size: int
    owners_sha256: str


class DeadVariable(TypedDict):
    """A dead field of a context."""

    context_id: int
    variable: str
    node_id: int
    retained_size: int


class Expected(TypedDict):
    """The committed answers about one snapshot."""

    engine: str
    snapshot: str
    node_count: int
    columns: dict[str, str]
    statistics: Statistics
    summary: list[SummaryRow]
    retainers: list[ExpectedRetainers]


class ExpectedComparison(TypedDict):
    """The committed Comparison of two snapshots of a series."""

    base: str
    other: str
    rows: list[ExpectedDiffRow]


@dataclass(frozen=True)
class NodeTable:
    """The engine's values for every node of a snapshot.

    Parameters
    ----------
    columns : dict of str to array of shape (n_nodes,)
        In ordinal order: ``node_id`` and ``class_index`` (uint32), ``shallow_size`` and
        ``retained_size`` (int64, bytes), ``distance`` (int32; -5 is unreached, 100,000,000 and
        more is reached only from the root), ``dominator`` (uint32, an ordinal; the root's is
        itself), ``detachedness`` (uint8).
    class_names : list of str
        Distinct class names, to be looked up by ``class_index``.
    root : int
        Ordinal of the root.
    """

    columns: dict[str, npt.NDArray[Any]]
    class_names: list[str]
    root: int


def ensure_built() -> str:
    """Install and bundle the engine where this has not been done; skip the test without Node.

    Returns
    -------
    str
        The path of ``node``.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm")
    _build_once(node, npm)
    return node


@functools.cache
def _build_once(node: str, npm: str) -> None:
    installed = HERE / "node_modules" / ".package-lock.json"
    if _is_older(installed, ["package-lock.json"]):
        _run([npm, "ci", "--no-audit", "--no-fund"])
    if _is_older(HERE / "dist" / "engine.mjs", _BUILD_INPUTS):
        _run([node, "build.mjs"])


def _is_older(product: Path, inputs: Sequence[str]) -> bool:
    if not product.exists():
        return True
    made = product.stat().st_mtime
    return any((HERE / name).stat().st_mtime > made for name in inputs)


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=HERE, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise OracleError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def _ask(command: str, *operands: str | Path | int) -> str:
    node = ensure_built()
    heap = f"--max-old-space-size={_NODE_HEAP_MB}"
    texts = [str(o.resolve()) if isinstance(o, Path) else str(o) for o in operands]
    return _run([node, heap, "oracle.mjs", command, *texts])


def node_columns(path: Path) -> NodeTable:
    """Ask for the values of every node.

    Parameters
    ----------
    path : Path
        A ``.heapsnapshot``, plain, gzip or zstd.

    Returns
    -------
    NodeTable
    """
    with tempfile.TemporaryDirectory() as folder:
        _ask("nodes", path, Path(folder))
        header = json.loads(Path(folder, "header.json").read_text(encoding="utf-8"))
        columns: dict[str, npt.NDArray[Any]] = {
            column["name"]: np.fromfile(Path(folder, column["file"]), column["dtype"])
            for column in header["columns"]
        }
    for name in ("shallow_size", "retained_size"):
        columns[name] = columns[name].astype(np.int64)  # doubles that hold whole numbers
    return NodeTable(columns, header["class_names"], header["root_ordinal"])


def summary(path: Path, filter_name: str | None = None) -> list[SummaryRow]:
    """Ask for the rows of the Summary view.

    Parameters
    ----------
    path : Path
        A snapshot.
    filter_name : str, optional
        One of the engine's filters, such as ``duplicatedStrings``.
    """
    operands = [path] if filter_name is None else [path, filter_name]
    return cast("list[SummaryRow]", json.loads(_ask("summary", *operands)))


def statistics(path: Path) -> Statistics:
    """Ask for the figures of the Statistics view.

    Parameters
    ----------
    path : Path
        A snapshot.
    """
    return cast("Statistics", json.loads(_ask("statistics", path)))


def comparison(base: Path, other: Path) -> list[DiffRow]:
    """Ask for the rows of the Comparison view.

    Parameters
    ----------
    base, other : Path
        The earlier and the later snapshot.
    """
    return cast("list[DiffRow]", json.loads(_ask("comparison", base, other)))


def native_contexts(path: Path) -> NativeContexts:
    """Ask for the native contexts, in the order of the file.

    Parameters
    ----------
    path : Path
        A snapshot.
    """
    return cast("NativeContexts", json.loads(_ask("native-contexts", path)))


def dead_variables(path: Path) -> list[DeadVariable]:
    """Ask for the dead fields of contexts.

    Parameters
    ----------
    path : Path
        A snapshot.
    """
    return cast("list[DeadVariable]", json.loads(_ask("dead-variables", path)))


def retainers(path: Path, node_ids: Sequence[int]) -> dict[int, list[RetainerRow] | None]:
    """Ask for the rows of the Retainers pane of some nodes.

    Parameters
    ----------
    path : Path
        A snapshot.
    node_ids : sequence of int
        Node ids.

    Returns
    -------
    dict of int to list of RetainerRow or None
        In the pane's order; None for an id that the snapshot does not have.
    """
    answers = json.loads(_ask("retainers", path, *node_ids))
    return {answer["node_id"]: answer["rows"] for answer in answers}


def allocations(path: Path) -> Allocations:
    """Ask for the Allocation view and the time line.

    Parameters
    ----------
    path : Path
        A snapshot.
    """
    return cast("Allocations", json.loads(_ask("allocations", path)))


def expected(series: str, snapshot: str) -> Expected:
    """Read the committed answers about a snapshot of the project.

    Parameters
    ----------
    series : str
        Name of a folder of ``sample_snapshots``, or ``formats``.
    snapshot : str
        The file's name without ``.heapsnapshot`` and what follows.
    """
    return cast("Expected", _read_json(EXPECTED / series / f"{snapshot}.json.gz"))


def expected_allocations(name: str) -> Allocations:
    """Read the committed answers about an allocation time line of ``tests/data/allocations``.

    Parameters
    ----------
    name : str
        The file's name without ``.heaptimeline`` and what follows.
    """
    return cast("Allocations", _read_json(EXPECTED / "allocations" / f"{name}.json.gz"))


def expected_comparisons(series: str) -> list[ExpectedComparison]:
    """Read the committed comparisons within a series of the project.

    Parameters
    ----------
    series : str
        Name of a folder of ``sample_snapshots``.
    """
    content = _read_json(EXPECTED / series / "comparisons.json.gz")
    return cast("list[ExpectedComparison]", content["comparisons"])


def _read_json(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def digest_of_integers(values: npt.ArrayLike) -> str:
    """Digest whole numbers as the expected values do.

    Parameters
    ----------
    values : array of integers, shape (n,)
        A column in ordinal order, or node ids in ascending order.

    Returns
    -------
    str
        SHA-256 of the little-endian int64 bytes, hexadecimal.
    """
    integers = np.asarray(values)
    if integers.dtype.kind not in "iub" and integers.size:
        raise TypeError(f"not integers: {integers.dtype}")
    return hashlib.sha256(integers.astype("<i8").tobytes()).hexdigest()


def digest_of_ids(node_ids: npt.ArrayLike) -> str:
    """Digest a set of node ids as the rows of the expected values do.

    Parameters
    ----------
    node_ids : array of integers, shape (n,)
        Node ids in any order.

    Returns
    -------
    str
        The first 16 digits of :func:`digest_of_integers` of the sorted ids.
    """
    return digest_of_integers(np.sort(np.asarray(node_ids)))[:16]


def digest_of_class_names(class_names: Sequence[str], class_index: npt.ArrayLike) -> str:
    """Digest the class name of every node as the expected values do.

    Parameters
    ----------
    class_names : sequence of str
        Class names.
    class_index : array of integers, shape (n_nodes,)
        The place of each node's class in ``class_names``.

    Returns
    -------
    str
        SHA-256 of the names in ordinal order, in UTF-8, each followed by a NUL; hexadecimal.
    """
    ended = pa.array([f"{name}\0" for name in class_names], pa.large_string())
    index = np.asarray(class_index)
    digest = hashlib.sha256()
    for start in range(0, len(index), _NAMES_PER_BLOCK):
        names = ended.take(pa.array(index[start : start + _NAMES_PER_BLOCK]))
        # The names of an Arrow array lie one behind the other, which is just what is digested.
        digest.update(names.buffers()[2])
    return digest.hexdigest()


def column_digests(
    columns: Mapping[str, npt.ArrayLike],
    class_names: Sequence[str],
    class_index: npt.ArrayLike,
) -> dict[str, str]:
    """Digest per-node values; equal to ``columns`` of :class:`Expected` if all are equal.

    Parameters
    ----------
    columns : mapping of str to array of integers, shape (n_nodes,)
        At least those of ``NUMBER_COLUMNS``; others are left out.
    class_names : sequence of str
        Class names.
    class_index : array of integers, shape (n_nodes,)
        The place of each node's class in ``class_names``.
    """
    digests = {name: digest_of_integers(columns[name]) for name in NUMBER_COLUMNS}
    return {**digests, "class_name": digest_of_class_names(class_names, class_index)}
