"""One entry of the on-disk cache: columns and derived arrays of a snapshot, and a description."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import orjson
import pyarrow as pa

from heapnb._typing import AnyArray
from heapnb.errors import CacheChangedError, SnapshotFormatError
from heapnb.format.array_files import (
    DamagedArrayError,
    StoredArray,
    digest_of,
    is_own,
    map_written,
    read_array,
    write_array,
)
from heapnb.format.meta import SnapshotMeta
from heapnb.format.ranges import is_sound
from heapnb.format.raw import Locations, RawSnapshot, Scopes, SourceInfo

_T = TypeVar("_T")

DESCRIPTION: Final = "snapshot.json"
"""File of an entry that is written last."""

_NODE_COLUMNS = (
    "node_type",
    "node_name",
    "node_id",
    "self_size",
    "first_edge",
    "edge_type",
    "edge_name",
    "edge_to",
)
_OPTIONAL_COLUMNS = ("detachedness", "trace_node_id", "samples", "trace_function_infos")
_LOCATION_COLUMNS = tuple(field.name for field in fields(Locations))
_SCOPE_COLUMNS = tuple(field.name for field in fields(Scopes))


class CacheStore:
    """The arrays of one snapshot on disk; also a `heapnb.graph.DerivedStore`.

    A background thread writes the arrays; the interpreter waits for it at exit. With a full or
    read-only disk nothing is cached, but results are the same. What is damaged is deleted, and
    made again from the snapshot.

    Parameters
    ----------
    directory : Path
        The entry.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._writer = ThreadPoolExecutor(1, "heapnb-cache")
        self._pending: list[Future[None]] = []
        self._mapped: list[StoredArray] = []
        self.written: RawSnapshot | None = None
        """The snapshot that was written, with columns that are mapped from the files."""

    def load(self, name: str) -> AnyArray | None:
        """Check an array, and map it into memory read-only; return None if it is not usable."""
        self.check()
        try:
            stored = read_array(self._path(name), self.directory.name, name)
        except OSError:
            return None
        except DamagedArrayError:
            try:
                self._path(name).unlink()
            except OSError:
                self.discard()
            return None
        return self._values_of(stored)

    def has(self, name: str) -> bool:
        """Tell whether there is an array, which may be damaged."""
        return self._path(name).is_file()

    def save(self, name: str, array: AnyArray) -> None:
        """Write a one-dimensional array in the background."""
        self._submit(lambda: self._write(name, array))

    def check(self) -> None:
        """Look whether files that are mapped were changed in place, before work reads them.

        Raises
        ------
        CacheChangedError
            If another program did that: a value may be wrong, and a missing one ends the process.
        """
        if not all(stored.is_intact() for stored in self._mapped):
            self.discard()
            raise CacheChangedError

    def _release(self) -> None:
        """Take the pages of all mapped arrays from the process, until they are read again."""
        for stored in self._mapped:
            stored.release()

    def discard(self) -> None:
        """Delete the entry; the arrays that are in use stay."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def save_snapshot(self, raw: RawSnapshot) -> None:
        """Write all columns of a snapshot in the background."""
        self._submit(lambda: self._write_snapshot(raw))

    def do_later(self, work: Callable[[], object]) -> None:
        """Do something in the background once all arrays so far are written."""
        self._submit(work)

    def load_snapshot(self) -> RawSnapshot | None:
        """Map a snapshot's columns into memory; return None if the entry is not usable."""
        path = self.directory / DESCRIPTION
        try:
            description = read_description(self.directory)
            raw = self._assemble(description)
        except FileNotFoundError:
            return None
        except (OSError, KeyError, TypeError, ValueError, AttributeError, SnapshotFormatError):
            self.discard()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return raw

    def wait(self) -> None:
        """Wait until all arrays are written."""
        for future in self._pending:
            future.result()
        self._pending.clear()

    def _submit(self, work: Callable[[], object]) -> None:
        def attempt() -> None:
            with contextlib.suppress(OSError):
                work()

        self._pending = [future for future in self._pending if not future.done()]
        self._pending.append(self._writer.submit(attempt))

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.array"

    def _write(self, name: str, array: AnyArray) -> os.stat_result:
        entry = self.directory.name
        return self._put(self._path(name), lambda part: write_array(part, entry, name, array))

    def _exchange(self, name: str, array: AnyArray) -> AnyArray:
        """Write an array, and return it as its file holds it."""
        status = self._write(name, array)
        try:
            return self._values_of(map_written(self._path(name), status, array))
        except (OSError, DamagedArrayError):
            # Another process replaced it.
            return array

    def _values_of(self, stored: StoredArray) -> AnyArray:
        if stored.status is not None:
            self._mapped.append(stored)
        return stored.values

    def _put(self, path: Path, fill: Callable[[str], _T]) -> _T:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=self.directory)
        os.close(handle)
        try:
            result = fill(temporary)
            if os.name == "posix":
                # Others have it mapped: it can be replaced, but not changed by mistake.
                with contextlib.suppress(OSError):
                    Path(temporary).chmod(0o400)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return result

    def _write_snapshot(self, raw: RawSnapshot) -> None:
        optional = [name for name in _OPTIONAL_COLUMNS if getattr(raw, name) is not None]
        columns: dict[str, Any] = {
            name: self._exchange(name, getattr(raw, name)) for name in (*_NODE_COLUMNS, *optional)
        }
        if raw.locations is not None:
            columns["locations"] = Locations(**self._exchange_fields("location", raw.locations))
        if raw.trace_tree is not None:
            self._write("trace_tree", np.frombuffer(raw.trace_tree, np.uint8))
        if raw.scopes is not None:
            columns["scopes"] = Scopes(**self._exchange_fields("scope", raw.scopes))
        _, offsets, text = raw.strings.buffers()
        columns["strings"] = _strings(
            self._exchange("string_offsets", np.frombuffer(offsets, np.int64)),
            self._exchange("string_text", np.frombuffer(text, np.uint8)),
        )
        description = {
            "entry": self.directory.name,
            "header": raw.meta.header,
            "optional": optional,
            "has_locations": raw.locations is not None,
            "has_trace_tree": raw.trace_tree is not None,
            "has_scopes": raw.scopes is not None,
            "extra_sections": {
                name: text.decode("utf-8", "surrogateescape")
                for name, text in raw.extra_sections.items()
            },
            "source": asdict(raw.source),
            "warnings": raw.warnings,
        }
        content = orjson.dumps(description)
        self._put(
            self.directory / DESCRIPTION,
            lambda part: Path(part).write_bytes(digest_of(content) + b"\n" + content),
        )
        self.written = replace(raw, **columns)

    def _exchange_fields(self, prefix: str, columns: Locations | Scopes) -> dict[str, AnyArray]:
        names = [field.name for field in fields(columns)]
        return {name: self._exchange(f"{prefix}_{name}", getattr(columns, name)) for name in names}

    def _assemble(self, description: dict[str, Any]) -> RawSnapshot:
        def column(name: str) -> Any:
            array = self.load(name)
            if array is None:
                raise KeyError(name)
            return array

        columns: dict[str, Any] = {name: column(name) for name in _NODE_COLUMNS}
        for name in _OPTIONAL_COLUMNS:
            columns[name] = column(name) if name in description["optional"] else None
        offsets = column("string_offsets")
        if offsets.dtype != np.int64 or len(offsets) == 0:
            raise DamagedArrayError("string_offsets has another type or no values")
        raw = RawSnapshot(
            # What the header lists decides how columns are read: it is checked as that of a file.
            meta=SnapshotMeta.from_json(orjson.dumps(description["header"]), byte_offset=0),
            **columns,
            strings=_strings(offsets, column("string_text")),
            locations=(
                Locations(**{name: column(f"location_{name}") for name in _LOCATION_COLUMNS})
                if description["has_locations"]
                else None
            ),
            trace_tree=column("trace_tree").tobytes() if description["has_trace_tree"] else None,
            scopes=(
                Scopes(**{name: column(f"scope_{name}") for name in _SCOPE_COLUMNS})
                if description["has_scopes"]
                else None
            ),
            extra_sections={
                name: text.encode("utf-8", "surrogateescape")
                for name, text in description["extra_sections"].items()
            },
            source=source_of(description),
            warnings=tuple(map(str, description["warnings"])),
        )
        if not is_sound(raw, self._release):
            raise DamagedArrayError(f"the columns of {self.directory.name} contradict each other")
        return raw


def _strings(offsets: AnyArray, text: AnyArray) -> pa.LargeStringArray:
    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text)
    )


def read_description(directory: Path) -> dict[str, Any]:
    """Read the description that completes an entry.

    Parameters
    ----------
    directory : Path
        The entry.

    Returns
    -------
    dict

    Raises
    ------
    DamagedArrayError
        If it was changed, or belongs to another user or entry.
    OSError
        If it cannot be read.
    """
    path = directory / DESCRIPTION
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or not is_own(status):
        raise DamagedArrayError(f"{path} is not a file of this user")
    digest, _, content = path.read_bytes().partition(b"\n")
    if digest_of(content) != digest:
        raise DamagedArrayError(f"{path} was changed")
    found = orjson.loads(content)
    if not isinstance(found, dict) or found.get("entry") != directory.name:
        raise DamagedArrayError(f"{path} describes another entry")
    return found


def source_of(description: dict[str, Any]) -> SourceInfo:
    """Return where an entry's snapshot came from.

    Raises
    ------
    DamagedArrayError, KeyError, TypeError
        If the description does not say it.
    """
    found = SourceInfo(**description["source"])
    texts = (found.name, found.path or "", found.compression or "")
    sizes = (found.size_bytes, found.file_bytes)
    if not all(isinstance(text, str) for text in texts) or not all(
        type(size) is int for size in sizes
    ):
        raise DamagedArrayError("the source has values of other types")
    return found


__all__ = ["DESCRIPTION", "CacheStore", "read_description", "source_of"]
