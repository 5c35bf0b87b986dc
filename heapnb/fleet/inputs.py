"""The files of a fleet: in folders, by patterns, behind URLs."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from heapnb.errors import HeapnbError, MissingExtraError, SnapshotNotFoundError
from heapnb.format.parquet_layout import SUFFIX as PARQUET
from heapnb.format.parquet_layout import is_parquet_snapshot
from heapnb.timeline.side_files import SNAPSHOT_SUFFIXES, SUFFIX

FileKind: TypeAlias = Literal[
    "snapshot", "side file", "memory log", "gc log", "report", "exit code"
]
Sources: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""Files, folders, patterns, URLs."""

_SKIPPED: Final = frozenset({"node_modules", "__pycache__"})
_WILDCARDS: Final = re.compile(r"[*?[]")
_PACKED: Final = (".gz", ".zst", ".parquet")
_SNAPSHOTS: Final = tuple(one for one in SNAPSHOT_SUFFIXES if "heapprofile" not in one)
_NAMES: Final[tuple[tuple[FileKind, re.Pattern[str]], ...]] = (
    ("exit code", re.compile(r"(?:.*\.)?exit(?:[-_]?code)?(?:\.txt)?", re.IGNORECASE)),
    ("report", re.compile(r"report\..*\.json", re.IGNORECASE)),
    ("gc log", re.compile(r"(?:.*[-._])?gc(?:[-._].*)?\.(?:log|txt)", re.IGNORECASE)),
    ("memory log", re.compile(r".*\.jsonl|(?:.*[-._])?mem(?:ory)?(?:[-._].*)?\.(?:log|csv)")),
)


@dataclass(frozen=True)
class Input:
    """One file of a fleet.

    Parameters
    ----------
    url : str
        An absolute path, or a URL.
    kind : str
        What it is, by its name.
    size : int or None
        Bytes.
    stamp : str
        What changes when the file does: the time of its last change, or an ETag.
    """

    url: str
    kind: FileKind
    size: int | None = None
    stamp: str = ""

    @property
    def folder(self) -> str:
        """The URL without the name."""
        return self.url.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The name without folders."""
        return self.url.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The URL without the endings that a snapshot and the files beside it differ in."""
        return _stem(self.url)

    @property
    def is_remote(self) -> bool:
        """Whether fsspec opens it."""
        return is_url(self.url)

    @property
    def is_packed(self) -> bool:
        """Whether it is compressed, by its name."""
        return self.url.endswith(_PACKED)


def is_url(text: str) -> bool:
    """Tell a URL from a path."""
    return "://" in text


def kind_of_file(name: str) -> FileKind | None:
    """Tell by its name what a file is; None for what a fleet does not use.

    Examples
    --------
    >>> kind_of_file("Heap.20260101.120000.7.0.001.heapsnapshot.gz"), kind_of_file("app.js")
    ('snapshot', None)
    >>> kind_of_file("heapnb-20260101T120000-7-0.memory.jsonl"), kind_of_file("gc-7.log")
    ('memory log', 'gc log')
    """
    if name.startswith((".", "_")):
        return None
    if name.endswith(_SNAPSHOTS):
        return "snapshot"
    if name.endswith(SUFFIX):
        return "side file"
    plain = name.removesuffix(".gz").removesuffix(".zst")
    return next((kind for kind, pattern in _NAMES if pattern.fullmatch(plain)), None)


def find_inputs(
    sources: Sources, storage_options: Mapping[str, Any] | None = None
) -> tuple[Input, ...]:
    """Find the files of a fleet.

    Parameters
    ----------
    sources : str, PathLike, or sequence of these
        Files, folders (with all their subfolders), patterns (``**`` for any folders), and URLs of
        any of these.
    storage_options : mapping, optional
        Options of the file system of URLs; see fsspec.

    Returns
    -------
    tuple of Input
        In the order of their URLs, each once; with the side file of every snapshot that has one.

    Raises
    ------
    SnapshotNotFoundError
        If a path does not exist.
    HeapnbError
        If nothing is found, or a store cannot be read.
    MissingExtraError
        If there are URLs, and fsspec is not installed.
    """
    found: dict[str, Input] = {}
    listed = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    for source in listed:
        text = os.fspath(source)
        files = _remote(text, storage_options) if is_url(text) else _local(text)
        found |= {one.url: one for one in files}
    if not any(one.kind != "exit code" for one in found.values()):
        shown = ", ".join(os.fspath(one) for one in listed[:3])
        raise HeapnbError(
            f"{shown}: no snapshots and no logs there.",
            hint=f"snapshots are files that end with {', '.join(_SNAPSHOTS)}.",
        )
    for side in _missing_side_files(found, storage_options):
        found[side.url] = side
    return tuple(found[url] for url in sorted(found))


def _stem(url: str) -> str:
    for suffix in (*SNAPSHOT_SUFFIXES, SUFFIX):
        url = url.removesuffix(suffix)
    return url


def _local(text: str) -> Iterator[Input]:
    path = os.path.abspath(os.path.expanduser(text))  # noqa: PTH100, PTH111  patterns are not paths
    if is_parquet_snapshot(path):
        yield _folder(path)
    elif os.path.isdir(path):  # noqa: PTH112
        yield from _walk(path)
    elif os.path.exists(path):  # noqa: PTH110
        yield from _file(path, named=True)
    elif _WILDCARDS.search(path):
        matches = glob.glob(path, recursive=True)  # noqa: PTH207  absolute patterns
        if not matches:
            raise HeapnbError(f"{text}: no file matches the pattern.")
        for match in matches:
            yield from _local(match) if os.path.isdir(match) else _file(match)  # noqa: PTH112
    else:
        raise SnapshotNotFoundError(text)


def _walk(folder: str) -> Iterator[Input]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            # The folder of an earlier scan.
            and not os.path.exists(os.path.join(here, name, MANIFEST))  # noqa: PTH110, PTH118
        )
        for name in names:
            yield from _file(os.path.join(here, name))  # noqa: PTH118
        for name in [one for one in folders if one.endswith(PARQUET)]:
            path = os.path.join(here, name)  # noqa: PTH118
            if is_parquet_snapshot(path):
                folders.remove(name)
                yield _folder(path)


def _folder(path: str) -> Input:
    """Return a snapshot in Parquet, which is a folder, as one file."""
    files = [one.stat() for one in os.scandir(path) if one.is_file()]
    stamp = str(max((file.st_mtime_ns for file in files), default=0))
    size = sum(file.st_size for file in files)
    return Input(path.replace(os.sep, "/"), "snapshot", size, stamp)


def _file(path: str, *, named: bool = False) -> Iterator[Input]:
    kind = kind_of_file(Path(path).name)
    if kind is None:
        if named:
            raise HeapnbError(
                f"{path} is neither a snapshot nor a log, by its name.",
                hint="snapshots end with .heapsnapshot, also with .gz or .zst after it.",
            )
        return
    try:
        status = os.stat(path)  # noqa: PTH116  as fast as it can be, for many files
    except OSError:
        # It is gone, or a link to nowhere: reading it says so, and the others are read.
        yield Input(path, kind)
        return
    yield Input(path.replace(os.sep, "/"), kind, status.st_size, str(status.st_mtime_ns))


def _remote(url: str, storage_options: Mapping[str, Any] | None) -> Iterator[Input]:
    store, path = file_system(url, storage_options)
    try:
        if _WILDCARDS.search(path):
            entries = store.glob(path, detail=True)
        elif kind_of_file(path.rpartition("/")[2]) is not None and store.isfile(path):
            entries = {path: store.info(path)}
        else:
            entries = store.find(path, detail=True)
    except (OSError, ValueError) as error:
        raise HeapnbError(f"Cannot list {url}: {error}.", hint="check the URL.") from None
    for name, entry in entries.items():
        if entry.get("type", "file") == "file":
            yield from _entry(store, name, entry)


def _entry(store: Any, name: str, entry: Mapping[str, Any]) -> Iterator[Input]:
    kind = kind_of_file(name.rpartition("/")[2])
    if kind is None:
        return
    stamps = (entry.get(key) for key in ("ETag", "etag", "LastModified", "mtime", "created"))
    stamp = next((str(one) for one in stamps if one is not None), "")
    yield Input(store.unstrip_protocol(name), kind, entry.get("size"), stamp)


def file_system(url: str, storage_options: Mapping[str, Any] | None) -> tuple[Any, str]:
    """Return fsspec's file system of a URL, and the path in it.

    Raises
    ------
    MissingExtraError
        If fsspec, or what it needs for this kind of URL, is not installed.
    HeapnbError
        If the URL is of no known kind.
    """
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError(f"Reading {url}", "fleet") from None
    try:
        store, path = fsspec.core.url_to_fs(url, **(storage_options or {}))
    except ImportError as error:
        raise HeapnbError(f"Cannot open {url}: {error}.") from None
    except ValueError as error:
        raise HeapnbError(f"Cannot open {url}: {error}.", hint="check the URL.") from None
    return store, path


def _missing_side_files(
    found: Mapping[str, Input], storage_options: Mapping[str, Any] | None
) -> Iterator[Input]:
    """Find side files beside snapshots that were named one by one, or by their ending."""
    wanted = {
        one.stem + SUFFIX: one for one in found.values() if one.kind == "snapshot"
    }.keys() - found.keys()
    remote = sorted(url for url in wanted if is_url(url))
    for path in sorted(wanted - set(remote)):
        if os.path.exists(path):  # noqa: PTH110
            yield from _file(path)
    folders = {url.rpartition("/")[0] for url in remote}
    for folder in sorted(folders):
        store, path = file_system(folder, storage_options)
        try:
            entries = store.ls(path, detail=True)
        except (OSError, ValueError):
            # A server that lists nothing, such as one of plain HTTP.
            continue
        for entry in entries:
            for one in _entry(store, entry["name"], entry):
                if one.url in wanted:
                    yield one


MANIFEST: Final = "_heapnb_fleet.jsonl"
"""The file that makes a folder the result of a scan."""

__all__ = ["MANIFEST", "FileKind", "Input", "Sources", "file_system", "find_inputs", "is_url"]
