"""Which files belong together: the snapshots of one process or thread, with what lies beside."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias

from heapnb.errors import HeapnbError
from heapnb.fleet.inputs import Input, file_system
from heapnb.fleet.labels import OUTCOME, Row, outcome_of_code
from heapnb.fleet.origins import Names, Origin, of_side_file, series_stem, shared, with_labels
from heapnb.timeline.side_files import SideFile, parse_side_file, read_side_file

_AT_ONCE: Final = 16
"""Small files that are read at the same time: their store answers slowly, not this machine."""

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 60
_NUMBER: Final = re.compile(rb"\s*(-?\d{1,5})\b")
_SMALL: Final = 4_000_000

PACKED: Final = 8
"""A compressed snapshot is taken to unpack to so many times its size."""


@dataclass(frozen=True)
class Member:
    """A file of a case.

    Parameters
    ----------
    file : Input
        The file.
    origin : Origin
        What is known about it.
    side : Input or None
        The side file of a snapshot.
    """

    file: Input
    origin: Origin
    side: Input | None = None


@dataclass(frozen=True)
class Case:
    """The snapshots of one process or thread, with the logs beside them.

    Parameters
    ----------
    name : str
        What tells it from the others; fit for a file name, and the same in each scan.
    origin : Origin
        What is known about all of it.
    snapshots : tuple of Member
        In the order of their numbers, times or names.
    logs : tuple of Member
        Logs of memory and garbage collection, diagnostic reports.
    exit_code : int or None
        How the process ended.
    warnings : tuple of str
        What could not be read.
    """

    name: str
    origin: Origin
    snapshots: tuple[Member, ...] = ()
    logs: tuple[Member, ...] = ()
    exit_code: int | None = None
    warnings: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[Input, ...]:
        """All files of the case."""
        sides = [one.side for one in self.snapshots if one.side is not None]
        return (*(one.file for one in (*self.snapshots, *self.logs)), *sides)

    @property
    def largest(self) -> int:
        """Bytes of the largest snapshot when unpacked, estimated."""
        sizes = [
            (one.file.size or 0) * (PACKED if one.file.is_packed else 1) for one in self.snapshots
        ]
        return max(sizes, default=0)

    def labelled(self, rows: Sequence[Row]) -> Case:
        """Return the case with the labels that fit it, and with an outcome where one is known."""
        origin = self.origin
        if self.exit_code is not None:
            origin = with_labels(origin, {OUTCOME: outcome_of_code(self.exit_code)})
        urls = [one.url for one in self.inputs]
        for row in rows:
            if row.fits(self.name, origin, urls):
                origin = with_labels(origin, row.values)
        return replace(self, origin=origin)


@dataclass(frozen=True)
class Plan:
    """The cases of a fleet.

    Parameters
    ----------
    cases : tuple of Case
        By name.
    warnings : tuple of str
        What belongs to no case.
    """

    cases: tuple[Case, ...]
    warnings: tuple[str, ...] = ()


_Key: TypeAlias = tuple[Any, ...]


def plan_cases(
    inputs: Sequence[Input],
    names: Names,
    rows: Sequence[Row] = (),
    storage_options: Mapping[str, Any] | None = None,
) -> Plan:
    """Group the files of a fleet.

    Parameters
    ----------
    inputs : sequence of Input
        All files.
    names : Names
        Reads their names.
    rows : sequence of Row, optional
        Labels.
    storage_options : mapping, optional
        Of the file system of URLs.

    Returns
    -------
    Plan

    Notes
    -----
    Snapshots belong together if they have the same host and pod (where these are unknown, the same
    folder) and the same series: what side files say, or process and thread, or else the same name
    but for the number at its end.
    """
    sides = {one.stem: one for one in inputs if one.kind == "side file"}
    read, problems = _read_sides(list(sides.values()), storage_options)
    members: defaultdict[_Key, list[Member]] = defaultdict(list)
    for file in inputs:
        if file.kind != "snapshot":
            continue
        side = sides.get(file.stem)
        origin = names.of(file)
        if side is not None and side.url in read:
            origin = _merged(origin, of_side_file(read[side.url]), names, file)
        members[_key_of(file, origin)].append(Member(file, origin, side))
    groups = [_Group(key, sorted(one, key=_order)) for key, one in _joined(members).items()]
    codes: list[tuple[Member, int]] = []
    for file in inputs:
        if file.kind in {"snapshot", "side file"}:
            continue
        member = Member(file, names.of(file))
        if file.kind == "exit code":
            code = _exit_code(file, storage_options)
            if code is not None:
                codes.append((member, code))
            continue
        owner = _owner(member, groups)
        if owner is None:
            owner = _Group(("log", *_key_of(file, member.origin)), [])
            groups.append(owner)
        owner.logs.append(member)
    for member, code in codes:
        for group in _of_process(member, groups):
            group.exit_code = code
    cases = tuple(sorted((one.case(problems) for one in groups), key=lambda case: case.name))
    labelled = tuple(case.labelled(rows) for case in cases)
    unused = sum(
        not any(row.fits(one.name, one.origin, [i.url for i in one.inputs]) for one in cases)
        for row in rows
    )
    warnings = [f"{unused} of {len(rows)} rows of labels fit no case."] if unused else []
    return Plan(labelled, tuple(warnings))


class _Group:
    """A case that grows."""

    def __init__(self, key: _Key, snapshots: list[Member]) -> None:
        self.key = key
        self.snapshots = snapshots
        self.logs: list[Member] = []
        self.exit_code: int | None = None

    @property
    def origin(self) -> Origin:
        return shared([one.origin for one in (self.snapshots or self.logs)])

    @property
    def folders(self) -> set[str]:
        return {one.file.folder for one in (self.snapshots or self.logs)}

    def case(self, problems: Mapping[str, str]) -> Case:
        warnings = [
            problems[one.side.url]
            for one in self.snapshots
            if one.side is not None and one.side.url in problems
        ]
        return Case(
            self.name(),
            self.origin,
            tuple(self.snapshots),
            tuple(self.logs),
            self.exit_code,
            tuple(warnings),
        )

    def name(self) -> str:
        """Say where the case is from, for people, and make it the only one of this name."""
        origin = self.origin
        first = (self.snapshots or self.logs)[0].file
        place = origin.pod or origin.host or PurePosixPath(first.folder).name
        process = [str(one) for one in (origin.pid, origin.worker) if one is not None]
        is_alone = process or ("folder",) in self.key
        words = [place, *process] if is_alone else [place, series_stem(first)]
        shown = _UNSAFE.sub("-", "-".join(word for word in words if word)).strip("-.")
        digest = hashlib.sha256(repr(self.key).encode(errors="surrogatepass")).hexdigest()[:8]
        return f"{shown[:_LONGEST_NAME] or 'case'}-{digest}"


def _merged(by_name: Origin, by_side_file: Origin, names: Names, file: Input) -> Origin:
    """The side file knows better than the usual names, the user's own names know best."""
    del file
    if names.patterns:
        return by_name.over(by_side_file)
    merged = by_side_file.over(by_name)
    # Parts of paths, such as build=…, were written by a person.
    return replace(merged, build=by_name.build or merged.build)


def _key_of(file: Input, origin: Origin) -> _Key:
    place: object = origin.place
    process: object
    if origin.series is not None:
        process = ("series", origin.series)
    elif origin.pid is not None:
        process = ("process", origin.pid, origin.worker)
    elif place is not None and origin.worker is not None:
        process = ("worker", origin.worker)
    elif place is not None and origin.time is not None:
        # A template says when each file of the pod was written.
        process = ("pod",)
    else:
        process = ("name", series_stem(file), origin.worker)
    has_process = origin.series is not None or origin.pid is not None
    if place is None or not (has_process or origin.time is not None or origin.worker is not None):
        place = (file.folder, place)
    return (place, process)


def _joined(members: Mapping[_Key, list[Member]]) -> dict[_Key, list[Member]]:
    """Take the files of a folder that nothing tells apart for one series.

    Where several names are numbered, such as a-1, a-2, b-1, b-2, each name is a series.
    """
    folders: defaultdict[object, list[_Key]] = defaultdict(list)
    for key in members:
        place, (how, *_) = key
        if how == "name":
            folders[place].append(key)
    found = dict(members)
    for place, keys in folders.items():
        if sum(len(members[key]) > 1 for key in keys) > 1:
            continue
        found[place, ("folder",)] = [one for key in keys for one in found.pop(key)]
    return found


def _order(member: Member) -> tuple[object, ...]:
    time = member.origin.time
    index = member.origin.index
    return (
        time is None,
        0.0 if time is None else time.timestamp(),
        -1 if index is None else index,
        member.file.url,
    )


def _owner(member: Member, groups: Sequence[_Group]) -> _Group | None:
    """Find the case of a log: of the same series, else process, else alone in its folder."""
    origin = member.origin
    if origin.series is not None:
        same = [one for one in groups if one.snapshots and one.origin.series == origin.series]
        if same:
            return _nearest(member, same)
    found = [one for one in _of_process(member, groups) if one.snapshots]
    return _nearest(member, found) if found else None


def _of_process(member: Member, groups: Sequence[_Group]) -> list[_Group]:
    """List the cases of a file's process; without one in its name, those of its pod or folder."""
    origin, folder = member.origin, member.file.folder
    if origin.pid is not None:
        same = [one for one in groups if one.origin.pid == origin.pid]
        near = [one for one in same if _is_near(one, origin, folder)]
        if origin.worker is not None:
            threads = [one for one in near if one.origin.worker == origin.worker]
            near = threads or near
        return near
    near = [one for one in groups if _is_near(one, origin, folder)]
    processes = {one.origin.pid for one in near}
    return near if len(processes) <= 1 else []


def _is_near(group: _Group, origin: Origin, folder: str) -> bool:
    if origin.place is not None:
        return group.origin.place == origin.place
    return folder in group.folders or any(one.startswith(f"{folder}/") for one in group.folders)


def _nearest(member: Member, groups: Sequence[_Group]) -> _Group:
    """Prefer the case in the same folder, and of a process its main thread."""

    def distance(group: _Group) -> tuple[bool, bool]:
        return (member.file.folder not in group.folders, group.origin.worker not in {None, "0"})

    return min(groups, key=distance)


def _read_sides(
    sides: Sequence[Input], storage_options: Mapping[str, Any] | None
) -> tuple[dict[str, SideFile], dict[str, str]]:
    """Read side files; what is wrong with the others, by URL."""

    def read(side: Input) -> SideFile | str:
        try:
            if side.is_remote:
                content = _content(side, storage_options)
                return parse_side_file(content, Path(side.name))
            return read_side_file(side.url)
        except (HeapnbError, OSError, ValueError) as error:
            return f"{side.name}: the side file is ignored. {error}"

    found: dict[str, SideFile] = {}
    problems: dict[str, str] = {}
    for side, result in zip(sides, _at_once(read, sides), strict=True):
        if isinstance(result, str):
            problems[side.url] = result
        else:
            found[side.url] = result
    return found, problems


def _at_once(read: Callable[[Input], Any], files: Sequence[Input]) -> Iterable[Any]:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(read, files))


def _content(file: Input, storage_options: Mapping[str, Any] | None) -> bytes:
    store, path = file_system(file.url, storage_options)
    content: bytes = store.cat_file(path, end=_SMALL)
    return content


def _exit_code(file: Input, storage_options: Mapping[str, Any] | None) -> int | None:
    try:
        if file.is_remote:
            text = _content(file, storage_options)
        else:
            with Path(file.url).open("rb") as stream:
                text = stream.read(64)
    except (HeapnbError, OSError, ValueError):
        return None
    match = _NUMBER.match(text)
    return None if match is None else int(match[1])


__all__ = ["Case", "Member", "Plan", "plan_cases"]
