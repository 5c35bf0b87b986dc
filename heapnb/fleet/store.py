"""The folder of a scan: Parquet by case, and the manifest that says what was read."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from heapnb.errors import HeapnbError
from heapnb.fleet.inputs import MANIFEST
from heapnb.format.writer import PRIVATE, check_folder, replacing

try:
    import fcntl
except ImportError:  # Windows: there, two scans into one folder are not kept apart.
    fcntl = None  # type: ignore[assignment]

_FORMAT: Final = "heapnb-fleet"
_VERSION: Final = 1
_PART: Final = "part-0.parquet"
_FOLDER_MODE: Final = 0o700
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_text, _whole, _real, _flag = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_time = pa.timestamp("us", "UTC")

ORIGIN: Final = {
    "host": _text,
    "pod": _text,
    "pid": _whole,
    "worker": _text,
    "build": _text,
    "outcome": _text,
}
"""Columns that every data set begins with, besides ``case``, which is the partition."""

_OWN: Final[dict[str, dict[str, pa.DataType]]] = {
    "cases": {
        "status": _text,
        "error": _text,
        "verdict": _text,
        "reason": _text,
        "leak_count": _whole,
        "snapshot_count": _whole,
        "read_count": _whole,
        "first_time": _time,
        "last_time": _time,
        "hours": _real,
        "program": _text,
        "folder": _text,
        "heap_first": _whole,
        "heap_last": _whole,
        "heap_bytes_per_hour": _real,
        "exit_code": _whole,
        "ended": _text,
        "duration_ms": _real,
        "worker_peak": _whole,
        "labels": pa.map_(_text, _text),
        "warnings": pa.list_(_text),
    },
    "snapshots": {
        "number": _whole,
        "file": _text,
        "size_bytes": _whole,
        "status": _text,
        "error": _text,
        "time": _time,
        "n_nodes": _whole,
        "n_edges": _whole,
        "total_size": _whole,
        "rss": _whole,
        "heap_used": _whole,
        "heap_limit": _whole,
        "uptime_ms": _real,
        "work": _real,
    },
    "constructors": {
        "number": _whole,
        "time": _time,
        "class_name": _text,
        "location": _text,
        "count": _whole,
        "shallow_size": _whole,
        "retained_size": _whole,
    },
    "suspects": {
        "time": _time,
        "rank": _whole,
        "fingerprint": _text,
        "is_leak": _flag,
        "kind": _text,
        "class_name": _text,
        "title": _text,
        "anchor": _text,
        "location": _text,
        "chain": pa.list_(_text),
        "confidence": _real,
        "count": _whole,
        "count_delta": _whole,
        "retained_size": _whole,
        "retained_delta": _whole,
        "objects_per_hour": _real,
        "bytes_per_hour": _real,
        "objects_rate": _real,
        "bytes_rate": _real,
        "per": _text,
        "origin": _text,
        "known_issue": _text,
        "explanation": _text,
        "fix": _text,
    },
    "fingerprints": {
        "number": _whole,
        "time": _time,
        "fingerprint": _text,
        "is_leak": _flag,
        "kind": _text,
        "class_name": _text,
        "anchor": _text,
        "count": _whole,
        "retained_size": _whole,
    },
    "memory": {
        "time": _time,
        "elapsed_ms": _real,
        "source": _text,
        "rss": _whole,
        "heap_used": _whole,
        "heap_total": _whole,
        "external": _whole,
        "array_buffers": _whole,
        "heap_limit": _whole,
        "cgroup_limit": _whole,
        "work": _real,
    },
}

DATASETS: Final = tuple(_OWN)
SCHEMAS: Final = {
    name: pa.schema(ORIGIN | columns, metadata={b"format": _FORMAT.encode()})
    for name, columns in _OWN.items()
}
"""The columns of each data set, without the partition ``case``."""


@dataclass(frozen=True)
class Entry:
    """What the manifest says about a case.

    Parameters
    ----------
    case : str
        Its name.
    inputs : str
        A digest of its files, their sizes and times, and of the options.
    origin : str
        A digest of what names and labels say.
    status : {"ok", "partly", "failed"}
        Whether all of its files were read, or some, or none.
    """

    case: str
    inputs: str
    origin: str
    status: str


def digest(values: object) -> str:
    """Return a short name for plain data."""
    text = orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()[:20]


class Store:
    """The folder of a scan.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self) -> None:
        """Create the folder, only for its owner.

        Raises
        ------
        HeapnbError
            If it has something else in it, or cannot be written.
        """
        check_folder(self.folder)
        if self.folder.is_dir() and any(self.folder.iterdir()) and not self.manifest.is_file():
            raise HeapnbError(
                f"{self.folder} has other files in it.",
                hint="name a new folder, or an earlier scan.",
            )
        self.folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        if not self.manifest.exists():
            with replacing(self.manifest, force=False, mode=PRIVATE) as stream:
                stream.write(_header())

    @property
    def manifest(self) -> Path:
        """The file that says what was read."""
        return self.folder / MANIFEST

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other scans out of the folder meanwhile.

        Raises
        ------
        HeapnbError
            If another scan is writing into it.
        """
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            if fcntl is not None:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    raise HeapnbError(
                        f"Another scan is writing into {self.folder}.", hint="wait for its end."
                    ) from None
            yield
        finally:
            os.close(handle)

    def entries(self) -> dict[str, Entry]:
        """Read the manifest: the last entry of each case whose files are there.

        Raises
        ------
        HeapnbError
            If the folder is not the result of a scan.
        """
        try:
            lines = self.manifest.read_bytes().split(b"\n")
        except OSError:
            raise HeapnbError(
                f"{self.folder} is not the result of a scan.",
                hint="heapnb.scan(…) and `heapnb scan` make one.",
            ) from None
        if _parsed(lines[0]) != {"format": _FORMAT, "version": _VERSION}:
            raise HeapnbError(
                f"{self.manifest} is not the manifest of a scan that this heapnb can read.",
                hint="name another folder to scan anew.",
            )
        found: dict[str, Entry] = {}
        for line in lines[1:]:
            # A process that was killed can leave half a line.
            values = _parsed(line)
            try:
                entry = Entry(**values)
            except TypeError:
                continue
            if isinstance(entry.case, str) and _CASE.fullmatch(entry.case):
                found[entry.case] = entry
        return {name: one for name, one in found.items() if one.status != "gone"}

    def add(self, entry: Entry) -> None:
        """Add an entry to the manifest, after the files of the case."""
        with self.manifest.open("ab") as stream:
            # Ends a line that a killed process left behind.
            stream.write(b"\n" + orjson.dumps(entry))
            stream.flush()
            os.fsync(stream.fileno())

    def write(self, case: str, tables: Mapping[str, pa.Table]) -> None:
        """Write the rows of a case; those of an earlier scan are replaced."""
        import pyarrow.parquet as pq

        for name in DATASETS:
            table = tables.get(name)
            target = self._part(name, case)
            if table is None or not table.num_rows:
                target.unlink(missing_ok=True)
                continue
            for folder in (target.parent.parent, target.parent):
                folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            with replacing(target, force=True, mode=PRIVATE) as stream:
                pq.write_table(table.cast(SCHEMAS[name]), stream, compression="zstd")

    def relabel(self, case: str, origin: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        """Write what names and labels say into the rows that a case has."""
        tables = {name: self._read(name, case) for name in DATASETS}
        found = {name: table for name, table in tables.items() if table is not None}
        self.write(
            case, {name: with_origin(table, origin, labels) for name, table in found.items()}
        )

    def ended(self, case: str) -> str | None:
        """Return how a case ended by the reports beside it."""
        table = self._read("cases", case)
        found = [] if table is None else table["ended"].to_pylist()
        return found[0] if found else None

    def remove(self, case: str) -> None:
        """Delete the rows of a case whose files are gone."""
        self.write(case, {})
        self.add(Entry(case, "", "", "gone"))

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002  as pyarrow calls it
    ) -> pa.Table:
        """Read a data set.

        Parameters
        ----------
        name : str
            One of `DATASETS`.
        columns : sequence of str, optional
            Which ones; all by default.
        filter : pyarrow.compute.Expression, optional
            Which rows.

        Returns
        -------
        pyarrow.Table
            With the column ``case``.
        """
        import pyarrow.dataset as ds

        schema = pa.schema([pa.field("case", _text), *SCHEMAS[name]])
        folder = self.folder / name
        if not folder.is_dir():
            return schema.empty_table().select(columns or schema.names)
        parts = ds.partitioning(pa.schema([pa.field("case", _text)]), flavor="hive")
        files = [str(path) for path in sorted(folder.glob(f"case=*/{_PART}"))]
        try:
            data = ds.dataset(
                files,
                schema=schema,
                format="parquet",
                partitioning=parts,
                partition_base_dir=str(folder),
            )
            return data.to_table(columns=list(columns or schema.names), filter=filter)
        except (pa.ArrowException, OSError) as error:
            raise HeapnbError(
                f"{folder} cannot be read: {error}.", hint="delete the folder, and scan again."
            ) from None

    def _part(self, name: str, case: str) -> Path:
        return self.folder / name / f"case={case}" / _PART

    def _read(self, name: str, case: str) -> pa.Table | None:
        import pyarrow.parquet as pq

        path = self._part(name, case)
        return pq.read_table(path, partitioning=None) if path.is_file() else None


def with_origin(table: pa.Table, origin: Mapping[str, Any], labels: Mapping[str, str]) -> pa.Table:
    """Set the columns that say where a case comes from."""
    for name, kind in ORIGIN.items():
        values = pa.array([origin.get(name)] * table.num_rows, kind)
        place = table.schema.get_field_index(name)
        if place < 0:
            table = table.append_column(name, values)
        else:
            table = table.set_column(place, name, values)
    place = table.schema.get_field_index("labels")
    if place >= 0:
        values = pa.array([list(labels.items())] * table.num_rows, pa.map_(_text, _text))
        table = table.set_column(place, "labels", values)
    return table


def table_of(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make the rows of a data set, without what `with_origin` sets."""
    schema = SCHEMAS[name]
    return pa.table(
        {one.name: pa.array([row.get(one.name) for row in rows], one.type) for one in schema},
        schema,
    )


def _header() -> bytes:
    return orjson.dumps({"format": _FORMAT, "version": _VERSION})


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


__all__ = ["DATASETS", "ORIGIN", "SCHEMAS", "Entry", "Store", "digest", "table_of", "with_origin"]
