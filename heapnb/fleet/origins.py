"""Where a file comes from: host, pod, process, worker, build, by its name and its side file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from heapnb.errors import HeapnbError
from heapnb.fleet.inputs import Input
from heapnb.timeline.side_files import SideFile

NameOption: TypeAlias = str | re.Pattern[str] | Sequence[str | re.Pattern[str]] | None
"""Templates such as ``"{pod}/{build}/*"``, or regular expressions with named groups."""

_FIELD: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}|(\*\*|\*)")
_KEY_VALUE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=([^/=]+)")
_LONGEST: Final = 200
_MS: Final = 100_000_000_000
"""Numbers from here on are milliseconds since 1970, smaller ones seconds."""

_STEMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # Node.js, and `heapnb capture`.
        r"Heap\.(?P<time>\d{8}\.\d{6})\.(?P<pid>\d+)\.(?P<thread>\d+)\.(?P<index>\d+)",
        # The kit; its log of memory has no number.
        r"heapnb-(?P<series>\d{8}T\d{6}-(?P<pid>\d+)-(?P<thread>\d+))(?:-(?P<index>\d+))?(?:\.memory\.jsonl)?",
        # Diagnostic reports.
        r"report\.(?P<time>\d{8}\.\d{6})\.(?P<pid>\d+)\.(?P<thread>\d+)\.(?P<index>\d+)\.json",
        # `heapnb capture -o NAME` of several threads.
        r"(?P<stem>.+)\.(?P<thread>\d+)\.(?P<index>\d{3})",
        # `heapnb record`, and what people call their snapshots.
        r"(?P<stem>.*?)[-_.]?(?P<index>\d{1,6})",
    )
)
_PID: Final = re.compile(r"(?:^|[-_.])(?:pid[-_.]?)?(?P<pid>\d{2,7})(?=[-_.])")


@dataclass(frozen=True)
class Origin:
    """What is known about where a file comes from.

    Parameters
    ----------
    host, pod, build : str or None
        Machine, pod or container, version of the program.
    pid : int or None
        Process.
    worker : str or None
        Thread: ``"0"`` is the main thread; a worker's name where it has one.
    time : datetime or None
        When the file was written, UTC.
    index : int or None
        Number in its series.
    series : str or None
        What all files of one series share.
    program : str or None
        Main file of the program.
    labels : mapping of str to str
        What else names or labels say.
    """

    host: str | None = None
    pod: str | None = None
    build: str | None = None
    pid: int | None = None
    worker: str | None = None
    time: datetime | None = None
    index: int | None = None
    series: str | None = None
    program: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def over(self, other: Origin) -> Origin:
        """Return the other one with everything that this one knows instead."""
        known = {
            one.name: value
            for one in fields(self)
            if one.name != "labels" and (value := getattr(self, one.name)) is not None
        }
        return replace(other, **known, labels={**other.labels, **self.labels})

    @property
    def place(self) -> tuple[str | None, str | None] | None:
        """Host and pod; None if neither is known."""
        return None if self.host is None and self.pod is None else (self.host, self.pod)


def with_labels(origin: Origin, values: Mapping[str, str]) -> Origin:
    """Return an origin with what names, parts of paths or labels say.

    Parameters
    ----------
    origin : Origin
        What is known.
    values : mapping of str to str
        ``host``, ``pod``, ``build``, ``pid``, ``worker`` (also ``thread``), ``time``, ``index``,
        ``series``, ``program``; everything else becomes a label.

    Returns
    -------
    Origin
    """
    known: dict[str, Any] = {}
    labels: dict[str, str] = {}
    for name, text in values.items():
        value = text.strip()[:_LONGEST]
        if not value:
            continue
        if name in {"pid", "index"}:
            known[name] = int(value) if value.isascii() and value.isdigit() else None
        elif name == "time":
            known["time"] = time_of(value)
        elif name == "thread":
            known["worker"] = value
        elif name in _TEXTS:
            known[name] = value
        else:
            labels[name] = value
    return Origin(**known, labels=labels).over(origin)


_TEXTS: Final = frozenset({"host", "pod", "build", "worker", "series", "program"})


def time_of(text: str) -> datetime | None:
    """Read a time of a file name: ISO 8601, ``20260101.120000``, or seconds or ms since 1970.

    Without a zone it counts as UTC.

    Examples
    --------
    >>> time_of("20260101.120000") == time_of("2026-01-01T12:00:00Z") == time_of("1767268800")
    True
    """
    digits = re.sub(r"[^0-9]", "", text)
    try:
        if text.isascii() and text.isdigit() and len(text) in {10, 13}:
            number = int(text)
            return datetime.fromtimestamp(number / 1000 if number >= _MS else number, UTC)
        if len(digits) == len("20260101120000") and not re.search(r"[zZ+:]", text):
            return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Names:
    """Reads origins from names.

    Parameters
    ----------
    option : str, Pattern, or sequence of these, optional
        Templates that fit the end of a path: ``{pod}`` stands for a part of a name, ``*`` for
        any text without a slash, ``**`` for any text; or regular expressions with named groups.
        The first that fits counts, beside the names that heapnb knows.

    Raises
    ------
    HeapnbError
        If a template has no field, or one twice.

    Examples
    --------
    >>> names = Names("{pod}/{build}/*")
    >>> origin = names.of(Input("/dumps/web-1/1.4.2/s2.heapsnapshot", "snapshot"))
    >>> origin.pod, origin.build, origin.index
    ('web-1', '1.4.2', 2)
    """

    def __init__(self, option: NameOption = None) -> None:
        given = [option] if isinstance(option, str | re.Pattern) else list(option or ())
        self.patterns = tuple(map(_pattern_of, given))

    def of(self, file: Input) -> Origin:
        """Return what a file's name and its folders say."""
        origin = _by_name(file)
        pairs = dict(_KEY_VALUE.findall(file.folder + "/"))
        origin = with_labels(origin, pairs)
        for pattern in self.patterns:
            match = pattern.search(file.url)
            if match is not None:
                found = {name: text for name, text in match.groupdict().items() if text is not None}
                return with_labels(origin, found)
        return origin


def _pattern_of(option: str | re.Pattern[str]) -> re.Pattern[str]:
    if isinstance(option, re.Pattern):
        if not option.groupindex:
            raise HeapnbError(
                f"The expression {option.pattern!r} has no named group.",
                hint="write (?P<pod>[^/]+) where the pod stands.",
            )
        return option
    pieces, done, names = [], 0, []
    for match in _FIELD.finditer(option):
        pieces.append(re.escape(option[done : match.start()]))
        done = match.end()
        if match[1] is not None:
            names.append(match[1])
            pieces.append(f"(?P<{match[1]}>[^/]+?)")
        else:
            pieces.append(".*" if match[2] == "**" else "[^/]*")
    if not names or len(set(names)) < len(names):
        problem = "has a field twice" if names else "has no field"
        raise HeapnbError(
            f"The template {option!r} {problem}.", hint='"{pod}/{build}/*", for example.'
        )
    return re.compile(f"(?:^|/){''.join(pieces)}{re.escape(option[done:])}$")


def _by_name(file: Input) -> Origin:
    stem = file.stem.rpartition("/")[2].removesuffix(".gz").removesuffix(".zst")
    for pattern in _STEMS:
        match = pattern.fullmatch(stem)
        if match is None:
            continue
        found = {name: text for name, text in match.groupdict().items() if text is not None}
        found.pop("stem", None)
        return with_labels(Origin(), found)
    if file.kind in {"gc log", "memory log", "exit code"}:
        match = _PID.search(stem)
        return Origin() if match is None else Origin(pid=int(match["pid"]))
    return Origin()


def series_stem(file: Input) -> str:
    """Return a file's name without the number at its end: what the names of a series share.

    Examples
    --------
    >>> series_stem(Input("/x/snapshot-2.heapsnapshot", "snapshot"))
    'snapshot'
    """
    stem = file.stem.rpartition("/")[2]
    match = _STEMS[-1].fullmatch(stem)
    return stem if match is None else str(match["stem"])


def of_side_file(side: SideFile) -> Origin:
    """Return what a snapshot's side file says."""
    app, runtime = side.app, side.runtime
    version = app.get("version")
    labels = {
        "app": app.get("name"),
        "runtime": " ".join(str(runtime[key]) for key in ("name", "version") if key in runtime),
    }
    thread = None if side.thread_id is None else str(side.thread_id)
    return Origin(
        build=version[:_LONGEST] if isinstance(version, str) and version else None,
        pid=side.pid,
        worker=side.thread_name or thread,
        time=side.taken_at,
        index=side.index,
        series=side.series,
        program=side.program,
        labels={
            name: text[:_LONGEST] for name, text in labels.items() if isinstance(text, str) and text
        },
    )


def shared(origins: Sequence[Origin]) -> Origin:
    """Return what all of some origins agree on, as far as they know it.

    The time is that of the last one.
    """
    common: dict[str, Any] = {}
    for name in _COMMON:
        known = list(_known(origins, name))
        if known and all(one == known[0] for one in known):
            common[name] = known[0]
    times = [one.time for one in origins if one.time is not None]
    labels: dict[str, str] = {}
    for origin in origins:
        labels |= origin.labels
    return Origin(**common, time=max(times, default=None), labels=labels)


_COMMON: Final = ("host", "pod", "build", "pid", "worker", "series", "program")


def _known(origins: Sequence[Origin], name: str) -> Iterator[object]:
    for one in origins:
        value = getattr(one, name)
        if value is not None:
            yield value


__all__ = ["NameOption", "Names", "Origin", "of_side_file", "shared", "with_labels"]
