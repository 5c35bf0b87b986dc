"""The folders that a server may read: names of cases become files below them, and nothing else."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from heapnb.errors import RefusedError
from heapnb.format.parquet_layout import SUFFIX, is_parquet_snapshot
from heapnb.literals import visible
from heapnb.timeline.side_files import SNAPSHOT_SUFFIXES

MOST_FILES: Final = 64
"""Snapshots that one case may have."""

_MOST_ENTRIES: Final = 50_000
"""Files and folders that a search visits, so that a root such as a home folder takes no minute."""

_SKIPPED: Final = frozenset({"node_modules", "__pycache__"})
_WILDCARDS: Final = frozenset("*?[")
_LISTING: Final = "open_case without a case lists the snapshots that this server may read."


@dataclass(frozen=True)
class FoundCase:
    """A folder with snapshots.

    Parameters
    ----------
    case : str
        What the tools call it.
    files : tuple of Path
        Its snapshots.
    """

    case: str
    files: tuple[Path, ...]


class Roots:
    """Folders below which files may be read and written; symbolic links are followed first.

    Parameters
    ----------
    folders : sequence of str or PathLike
        The roots.

    Raises
    ------
    RefusedError
        If one is not a folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> Roots([folder.name]).snapshots("../secrets")
    Traceback (most recent call last):
    heapnb.errors.RefusedError: There is no snapshot `../secrets` below the roots. Hint: ...
    >>> folder.cleanup()
    """

    def __init__(self, folders: Sequence[str | os.PathLike[str]]) -> None:
        for folder in folders:
            if not Path(folder).is_dir():
                raise RefusedError(f"{folder} is not a folder.", hint="name folders with --root.")
        self.folders = tuple(dict.fromkeys(Path(folder).resolve() for folder in folders))

    def shown(self, path: Path) -> str:
        """Name a file as the tools take it: relative to the root if there is only one."""
        if len(self.folders) == 1 and path.is_relative_to(self.folders[0]):
            return path.relative_to(self.folders[0]).as_posix()
        return str(path)

    def snapshots(self, case: str | Sequence[str]) -> tuple[Path, ...]:
        """Return the files of a case.

        Parameters
        ----------
        case : str or sequence of str
            A snapshot, a folder with snapshots, a pattern such as ``run/*.heapsnapshot``, or
            several of these, as a list or one a line.

        Returns
        -------
        tuple of Path
            Resolved, below a root.

        Raises
        ------
        RefusedError
            If there is none, or if there are more than `MOST_FILES`. The message does not tell
            whether a file outside the roots exists.
        """
        names = case.split("\n") if isinstance(case, str) else list(case)
        found = dict.fromkeys(path for name in names for path in self._files_of(name))
        if len(found) > MOST_FILES:
            raise RefusedError(
                f"The case has {len(found)} snapshots; {MOST_FILES} are possible.",
                hint="name fewer files.",
            )
        return tuple(found)

    def target(self, name: str, suffix: str) -> Path:
        """Return where a document may be written.

        Parameters
        ----------
        name : str
            The file; its folder must exist.
        suffix : str
            What its name must end with.

        Returns
        -------
        Path

        Raises
        ------
        RefusedError
            If its folder is not below a root, or its name ends differently.
        """
        if not name.endswith(suffix):
            raise RefusedError(f"{visible(name)}: the name must end with {suffix}.")
        for place in self._places(name):
            folder = self._inside(place.parent)
            if folder is not None and folder.is_dir() and not (folder / place.name).is_symlink():
                return folder / place.name
        raise RefusedError(
            f"`{visible(name)}` is not in a folder below the roots.",
            hint="name a file in one of the folders with snapshots.",
        )

    def folder(self, name: str) -> Path:
        """Return a folder below a root, such as one for new snapshots."""
        for place in self._places(name):
            folder = self._inside(place)
            if folder is not None and folder.is_dir():
                return folder
        raise RefusedError(f"There is no folder `{visible(name)}` below the roots.", hint=_LISTING)

    def cases(self) -> tuple[list[FoundCase], bool]:
        """Find the folders with snapshots below the roots.

        Returns
        -------
        list of FoundCase
            By folder.
        bool
            Whether all of the roots was searched.
        """
        found: list[FoundCase] = []
        n_visited = 0
        for root in self.folders:
            for folder, folders, names in os.walk(root):
                n_visited += len(folders) + len(names)
                if n_visited > _MOST_ENTRIES:
                    return found, False
                folders[:] = sorted(
                    name for name in folders if name not in _SKIPPED and name[0] != "."
                )
                both = sorted([*names, *(one for one in folders if one.endswith(SUFFIX))])
                files = tuple(self._readable(Path(folder, name) for name in both))
                if files:
                    found.append(FoundCase(self.shown(Path(folder)), files))
        return found, True

    def _files_of(self, name: str) -> Iterator[Path]:
        """Yield the snapshots that one name stands for; it must stand for one at least."""
        files: list[Path] = []
        for place in self._places(name):
            inside = self._inside(place)
            if inside is None:
                continue
            if is_parquet_snapshot(inside):
                files = [inside]
            elif inside.is_dir():
                files = list(self._readable(sorted(inside.iterdir())))
            elif inside.is_file():
                files = [inside]
            if files:
                break
        if not files and _WILDCARDS & set(name):
            files = list(self._matching(name))
        if not files:
            raise RefusedError(
                f"There is no snapshot `{visible(name)}` below the roots.", hint=_LISTING
            )
        yield from files

    def _matching(self, pattern: str) -> Iterator[Path]:
        for root in self.folders:
            prefix = f"{root}{os.sep}"
            relative = pattern.removeprefix(prefix)
            if Path(relative).is_absolute() or ".." in Path(relative).parts or "\0" in relative:
                continue
            try:
                found = sorted(itertools.islice(root.glob(relative), _MOST_ENTRIES))
            except (ValueError, NotImplementedError, OSError):
                continue
            yield from self._readable(found)

    def _places(self, name: str) -> Iterator[Path]:
        """Yield the paths that a name may mean: one below each root, unless it is absolute."""
        if name and "\0" not in name:
            yield from dict.fromkeys(root / name for root in self.folders)

    def _inside(self, path: Path) -> Path | None:
        """Resolve symbolic links and dots; None if that is not below a root, or not there."""
        try:
            resolved = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return None
        is_inside = any(resolved.is_relative_to(root) for root in self.folders)
        return resolved if is_inside else None

    def _readable(self, paths: Iterator[Path] | Sequence[Path]) -> Iterator[Path]:
        """Yield the snapshots among some paths that are below a root."""
        for path in paths:
            if path.name.endswith(SNAPSHOT_SUFFIXES):
                inside = self._inside(path)
                if inside is not None and (inside.is_file() or is_parquet_snapshot(inside)):
                    yield inside
