"""Side files: what a process said about itself when a snapshot was taken.

Beside ``NAME.heapsnapshot`` (also ``.zst``, ``.gz``, ``.parquet``) lies ``NAME.heapnb.json``.
heapnb's kit, `heapnb.capture` and `heapnb.record` write it. The file is untrusted: values of a
wrong type count as absent, and nothing in it is evaluated.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from heapnb.errors import HeapnbError

FORMAT: Final = "heapnb-side-file"
VERSION: Final = 1
SUFFIX: Final = ".heapnb.json"
SMAPS_SUFFIX: Final = ".smaps"
"""Of a copy of ``/proc/PID/smaps``."""

SNAPSHOT_SUFFIXES: Final = (
    *(
        f".{kind}{compressed}"
        for kind in ("heapsnapshot", "heaptimeline", "heapprofile")
        for compressed in (".gz", ".zst", "")
    ),
    # A folder: see `heapnb.format.parquet_layout`.
    ".heapsnapshot.parquet",
)

_LARGEST: Final = 4_000_000
_MOST_UNITS: Final = 1 << 60
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,39}")


class SideFileError(HeapnbError, ValueError):
    """A file that is not a side file of a snapshot."""


@dataclass(frozen=True)
class SideFile:
    """Numbers of a process at the moment of a snapshot.

    Attributes are the keys of the file. Bytes, milliseconds, and times in ISO 8601 (UTC); what the
    file lacks is None, or missing in a mapping.

    Parameters
    ----------
    path : Path
        The file.
    snapshot, series, written_by : str or None
        The snapshot's file, the series it belongs to, the writer.
    index : int or None
        Number of the snapshot in its series, from 1.
    reason, reason_text : str or None
        Why it was taken.
    time : str or None
        When it was taken.
    duration_ms, uptime_ms : float or None
        How long it took; age of the process.
    pid, thread_id : int or None
        Process, and thread: 0 is the main thread, others are workers.
    thread_name, program : str or None
        Name of the worker; main file of the program.
    target, app, runtime : mapping
        ``type``, ``title``, ``url``; ``name``, ``version``; ``name``, ``version``, ``v8``,
        ``arch``, ``platform``, ``flags``.
    memory : mapping of str to int
        ``rss``, ``heap_total``, ``heap_used``, ``external``, ``array_buffers``, ``heap_limit``,
        ``malloced``, ``native_contexts``, ``detached_contexts``.
    heap_spaces : tuple of mapping
        ``name``, ``size``, ``used``, ``available``, ``physical``.
    resource_usage, smaps_rollup, cgroup, event_loop_delay, gc, allocator : mapping
        Numbers by name.
    work : mapping
        ``name`` and ``units`` of work since the start.
    handles : mapping of str to int
        Open handles by class.
    others : mapping
        Keys that this version of heapnb does not know.
    problems : tuple of str
        Keys whose values are of a wrong type, and so count as absent.
    """

    path: Path
    snapshot: str | None = None
    series: str | None = None
    written_by: str | None = None
    index: int | None = None
    reason: str | None = None
    reason_text: str | None = None
    time: str | None = None
    duration_ms: float | None = None
    uptime_ms: float | None = None
    pid: int | None = None
    thread_id: int | None = None
    thread_name: str | None = None
    program: str | None = None
    target: Mapping[str, Any] = field(default_factory=dict)
    app: Mapping[str, Any] = field(default_factory=dict)
    runtime: Mapping[str, Any] = field(default_factory=dict)
    memory: Mapping[str, int] = field(default_factory=dict)
    heap_spaces: tuple[Mapping[str, Any], ...] = ()
    resource_usage: Mapping[str, float] = field(default_factory=dict)
    smaps_rollup: Mapping[str, int] = field(default_factory=dict)
    cgroup: Mapping[str, float] = field(default_factory=dict)
    work: Mapping[str, Any] = field(default_factory=dict)
    event_loop_delay: Mapping[str, float] = field(default_factory=dict)
    gc: Mapping[str, float] = field(default_factory=dict)
    handles: Mapping[str, int] = field(default_factory=dict)
    allocator: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problems: tuple[str, ...] = ()

    @property
    def taken_at(self) -> datetime | None:
        """`time` as a time, UTC; None where it is unknown."""
        return None if self.time is None else _time(self.time)

    @property
    def units_of_work(self) -> tuple[str, float] | None:
        """What is counted, in the plural, and how many since the process began."""
        name, units = self.work.get("name"), self.work.get("units")
        return None if name is None or units is None else (name, units)


_TEXTS: Final = frozenset(
    {
        *("snapshot", "series", "written_by", "reason", "reason_text"),
        *("time", "thread_name", "program"),
    }
)
_WHOLE_NUMBERS: Final = frozenset({"index", "pid", "thread_id"})
_NUMBERS: Final = frozenset({"duration_ms", "uptime_ms"})
_FREE: Final = frozenset({"target", "app", "runtime"})
_HEADER: Final = frozenset({"format", "version"})


def stem_of(path: str | os.PathLike[str]) -> str:
    """Return the absolute path that a snapshot and the files beside it share, without suffixes.

    Examples
    --------
    >>> stem_of("/night/s1.heapsnapshot.zst") == stem_of("/night/s1.heapnb.json") == "/night/s1"
    True
    """
    name = os.fspath(path)
    for suffix in (*SNAPSHOT_SUFFIXES, SUFFIX, SMAPS_SUFFIX):
        name = name.removesuffix(suffix)
    return str(Path(name).absolute())


def side_file_path(snapshot: str | os.PathLike[str]) -> Path:
    """Return where the side file of a snapshot lies.

    Examples
    --------
    >>> side_file_path("/night/s1.heapsnapshot.zst").name
    's1.heapnb.json'
    """
    return Path(stem_of(snapshot) + SUFFIX)


def smaps_path(snapshot: str | os.PathLike[str]) -> Path:
    """Return where the copy of ``/proc/PID/smaps`` of a snapshot lies.

    Examples
    --------
    >>> smaps_path("/night/s1.heapsnapshot.zst").name
    's1.smaps'
    """
    return Path(stem_of(snapshot) + SMAPS_SUFFIX)


def side_file_of(snapshot: str | os.PathLike[str]) -> SideFile | None:
    """Read the side file of a snapshot.

    Parameters
    ----------
    snapshot : str or PathLike
        The snapshot's path.

    Returns
    -------
    SideFile or None
        None if there is none.

    Raises
    ------
    SideFileError
        If there is a file of its name that is not a side file. Callers warn of it: numbers beside
        a snapshot never make the snapshot unreadable.
    """
    path = side_file_path(snapshot)
    return read_side_file(path) if path.is_file() else None


def read_side_file(path: str | os.PathLike[str]) -> SideFile:
    """Read a side file.

    Parameters
    ----------
    path : str or PathLike
        The file.

    Returns
    -------
    SideFile

    Raises
    ------
    SideFileError
        If it is not a side file, or of a newer version.
    OSError
        If it cannot be read.
    """
    file = Path(path)
    if file.stat().st_size > _LARGEST:
        raise SideFileError(f"{file.name}: larger than {_LARGEST:,} bytes, not a side file.")
    return parse_side_file(file.read_bytes(), file)


def parse_side_file(text: bytes, file: Path) -> SideFile:
    """Read the content of a side file.

    Parameters
    ----------
    text : bytes
        JSON.
    file : Path
        Its name, for errors.

    Returns
    -------
    SideFile

    Raises
    ------
    SideFileError
        If it is not a side file, or of a newer version.
    """
    import orjson

    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SideFileError(
            f"{file.name}: not JSON ({error}).", hint="the process may have died while writing it."
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SideFileError(f'{file.name}: not a side file (it lacks "format": "{FORMAT}").')
    version = content.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise SideFileError(
            f"{file.name}: version {version!r} of side files is unknown.",
            hint="a newer heapnb reads it.",
        )
    known = {one.name for one in fields(SideFile)} - {"path", "others", "problems"}
    present = {name: content[name] for name in known if content.get(name) is not None}
    values = {name: _value(name, value) for name, value in present.items()}
    problems = tuple(sorted(name for name, value in values.items() if value is None))
    others = {name: content[name] for name in content if name not in known | _HEADER}
    given = {name: value for name, value in values.items() if value is not None}
    return SideFile(path=file, **given, others=MappingProxyType(others), problems=problems)


def _value(name: str, value: Any) -> Any:
    """Return a value of the type that its key has, None for any other."""
    if name == "time":
        return value if isinstance(value, str) and _time(value) is not None else None
    if name == "work":
        return _mapping(value, free=False) if _is_work(value) else None
    if name in _TEXTS:
        return value if isinstance(value, str) else None
    if name in _WHOLE_NUMBERS:
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if name in _NUMBERS:
        return value if _is_number(value) else None
    if name == "heap_spaces":
        spaces = value if isinstance(value, list) else []
        return tuple(_mapping(space, free=False) for space in spaces if isinstance(space, dict))
    return _mapping(value, free=name in _FREE) if isinstance(value, dict) else None


def _mapping(value: dict[str, Any], *, free: bool) -> Mapping[str, Any]:
    """Keep numbers from 0 on, and names; of a free mapping keep everything."""
    kept = {
        key: item
        for key, item in value.items()
        if free or (key == "name" and isinstance(item, str)) or (_is_number(item) and item >= 0)
    }
    return MappingProxyType(kept)


def _time(text: str) -> datetime | None:
    """Read a time in ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_work(value: Any) -> bool:
    """Accept a plain word and a number: the word becomes part of sentences."""
    if not isinstance(value, dict):
        return False
    name, units = value.get("name"), value.get("units")
    is_plain = isinstance(name, str) and _PLAIN.fullmatch(name) is not None
    return is_plain and (units is None or (_is_number(units) and 0 <= units < _MOST_UNITS))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


__all__ = [
    "SideFile",
    "SideFileError",
    "parse_side_file",
    "read_side_file",
    "side_file_of",
    "side_file_path",
]
