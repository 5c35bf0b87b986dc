"""How a snapshot is laid out in Parquet: a folder of tables, and a description that completes it.

Each section of a ``.heapsnapshot`` is a table of its own (``nodes.parquet``, ``strings.parquet``),
with columns that every reader of Parquet understands. ``snapshot.json`` has the header, and the
number of rows, the size and the hash of each table: so a table that was cut off, changed or taken
from another snapshot is noticed before anything reads a value of it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import xxhash

from heapnb.errors import HeapnbError, SnapshotFormatError, TruncatedSnapshotError
from heapnb.format.array_files import digest_of
from heapnb.format.meta import SnapshotMeta, nests_deeply

FORMAT: Final = "heapnb-snapshot"
VERSION: Final = 1
"""A release that changes what is in the tables counts it up, and reads the older ones."""

DESCRIPTION: Final = "snapshot.json"
SUFFIX: Final = ".heapsnapshot.parquet"
"""Of folders, so that side files beside them are found."""

NODES, EDGES, STRINGS, LOCATIONS = "nodes", "edges", "strings", "locations"
SCOPES, VARIABLES, USES = "scopes", "scope_variables", "scope_uses"
SAMPLES, FUNCTIONS, SECTIONS = "samples", "trace_function_infos", "sections"
TABLES: Final = (
    *(NODES, EDGES, STRINGS, LOCATIONS, SCOPES, VARIABLES, USES),
    *(SAMPLES, FUNCTIONS, SECTIONS),
)
REQUIRED: Final = frozenset((NODES, EDGES, STRINGS))

_LARGEST_DESCRIPTION: Final = 16_000_000
_CHUNK_BYTES: Final = 1 << 20
_WANTED: Final = "name a .heapsnapshot file, or a folder that `heapnb export --parquet` wrote."
_AGAIN: Final = "export the snapshot again, or copy the folder again."


@dataclass(frozen=True)
class Table:
    """One file of the folder.

    Parameters
    ----------
    rows, size_bytes : int
        What it has.
    digest : str
        XXH3 of the file, 128 bits in hexadecimal.
    """

    rows: int
    size_bytes: int
    digest: str


@dataclass(frozen=True)
class Description:
    """What ``snapshot.json`` says.

    Parameters
    ----------
    meta : SnapshotMeta
        Header and field lists of the original file.
    tables : mapping of str to Table
        By name, without ``.parquet``.
    text_bytes : int
        Bytes of all strings.
    size_bytes : int
        Bytes of JSON of the original file; 0 where that is unknown.
    warnings : tuple of str
        Problems of the original file.
    """

    meta: SnapshotMeta
    tables: Mapping[str, Table]
    text_bytes: int
    size_bytes: int
    warnings: tuple[str, ...]


def is_parquet_snapshot(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a folder with the description of a snapshot."""
    return (Path(path) / DESCRIPTION).is_file()


def table_path(folder: Path, name: str) -> Path:
    """Return the file of a table."""
    return folder / f"{name}.parquet"


def distinct(names: tuple[str, ...]) -> list[str]:
    """Make the names of types distinct, so that a name tells its index.

    Examples
    --------
    >>> distinct(("hidden", "array", "hidden"))
    ['hidden', 'array', 'hidden (2)']
    """
    made: list[str] = []
    for index, name in enumerate(names):
        label, again = name, index
        while label in made:
            label = f"{name} ({again})"
            again += len(names)
        made.append(label)
    return made


def describe_table(path: Path, rows: int) -> Table:
    """Describe a table that was written."""
    return Table(rows, path.stat().st_size, _digest_of_file(path))


def write_description(folder: Path, description: Description, version: str) -> None:
    """Write ``snapshot.json``, which completes the folder.

    Parameters
    ----------
    folder : Path
        The folder, with all tables.
    description : Description
        What to write.
    version : str
        That of heapnb.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "heapnb": version,
        "snapshot": description.meta.header,
        "tables": {
            name: {"rows": table.rows, "bytes": table.size_bytes, "xxh3_128": table.digest}
            for name, table in description.tables.items()
        },
        "text_bytes": description.text_bytes,
        "json_bytes": description.size_bytes,
        "warnings": list(description.warnings),
    }
    content["digest"] = digest_of(orjson.dumps(content)).decode()
    (folder / DESCRIPTION).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def read_description(folder: Path) -> Description:
    """Read and check ``snapshot.json``.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Description

    Raises
    ------
    HeapnbError
        If it is not the folder of a snapshot.
    SnapshotFormatError
        If it is damaged, or a newer heapnb wrote it.
    """
    content = _load(folder)
    if content.get("format") != FORMAT:
        raise SnapshotFormatError(
            f"{folder.name} is a folder that heapnb did not write",
            section=DESCRIPTION,
            hint=_WANTED,
        )
    version = content.get("version")
    if type(version) is int and version > VERSION:
        raise SnapshotFormatError(
            f"{folder.name} has layout {version}; this heapnb reads up to layout {VERSION}",
            section=DESCRIPTION,
            hint="pip install --upgrade heapnb",
        )
    digest = content.pop("digest", None)
    if digest != digest_of(orjson.dumps(content)).decode() or version != VERSION:
        raise _changed(folder.name)
    try:
        tables = {
            name: Table(*(table[key] for key in ("rows", "bytes", "xxh3_128")))
            for name, table in content["tables"].items()
        }
        numbers = [content["text_bytes"], content["json_bytes"]]
        numbers += [n for table in tables.values() for n in (table.rows, table.size_bytes)]
        warnings = tuple(map(str, content["warnings"]))
        header = content["snapshot"]
    except (KeyError, TypeError, AttributeError):
        raise _changed(folder.name) from None
    if any(type(number) is not int or number < 0 for number in numbers) or not (
        set(tables) >= REQUIRED and set(tables) <= set(TABLES)
    ):
        raise _changed(folder.name)
    return Description(
        # What the header lists decides how columns are read: it is checked as that of a file.
        meta=SnapshotMeta.from_json(orjson.dumps(header), byte_offset=0),
        tables=tables,
        text_bytes=content["text_bytes"],
        size_bytes=content["json_bytes"],
        warnings=warnings,
    )


def check_table(folder: Path, name: str, table: Table) -> None:
    """Check that a table is the one that was written.

    Parameters
    ----------
    folder : Path
        The folder.
    name : str
        The table.
    table : Table
        What it should be.

    Raises
    ------
    SnapshotFormatError
        If the file is missing or was changed.
    TruncatedSnapshotError
        If it was cut off.
    """
    path = table_path(folder, name)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileNotFoundError
        digest = _digest_of_file(path) if size == table.size_bytes else ""
    except OSError:
        raise SnapshotFormatError(
            f"{folder.name} lacks {path.name}", section=path.name, hint=_AGAIN
        ) from None
    if size < table.size_bytes:
        raise TruncatedSnapshotError(
            f"{path.name} was cut off: it has {size:,} of {table.size_bytes:,} bytes",
            section=path.name,
            hint=_AGAIN,
        )
    if digest != table.digest:
        raise damaged(path.name, "it was changed after it was written")


def damaged(file: str, why: str) -> SnapshotFormatError:
    """Make the error for a file of the folder that cannot be used."""
    return SnapshotFormatError(f"{file} is damaged: {why}", section=file, hint=_AGAIN)


def file_metadata(name: str, version: str) -> dict[str, str]:
    """Return what a table says about itself to readers of its metadata."""
    return {"heapnb.format": FORMAT, "heapnb.version": str(VERSION), "heapnb.table": name} | {
        "heapnb.written_by": f"heapnb {version}"
    }


def field_of(name: str, kind: pa.DataType) -> pa.Field:
    """Return a column without nulls."""
    return pa.field(name, kind, nullable=False)


def _load(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION
    try:
        if path.stat().st_size > _LARGEST_DESCRIPTION:
            raise _changed(folder.name)
        content = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise HeapnbError(
            f"Cannot read {folder}: {os.strerror(errno.EISDIR)}, and it has no {DESCRIPTION}.",
            hint=_WANTED,
        ) from None
    except (OSError, orjson.JSONDecodeError):
        raise _changed(folder.name) from None
    if not isinstance(content, dict) or nests_deeply(content):
        raise _changed(folder.name)
    return content


def _changed(folder: str) -> SnapshotFormatError:
    return damaged(DESCRIPTION, f"it is not what heapnb wrote into {folder}")


def _digest_of_file(path: Path) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb", buffering=0) as file:
        while part := file.read(_CHUNK_BYTES):
            digest.update(part)
    return digest.hexdigest()


__all__ = [
    "DESCRIPTION",
    "EDGES",
    "FORMAT",
    "FUNCTIONS",
    "LOCATIONS",
    "NODES",
    "SAMPLES",
    "SCOPES",
    "SECTIONS",
    "STRINGS",
    "SUFFIX",
    "USES",
    "VARIABLES",
    "VERSION",
    "Description",
    "Table",
    "check_table",
    "damaged",
    "describe_table",
    "distinct",
    "field_of",
    "file_metadata",
    "is_parquet_snapshot",
    "read_description",
    "table_path",
    "write_description",
]
