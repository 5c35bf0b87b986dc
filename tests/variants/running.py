"""Runs programs that say when to take a snapshot, and keeps what they leave, compressed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import zstandard

from tests.conftest import SERIES_NAMES
from tests.variants.forms import HERE, NotPossibleError, Program, last_words

LONGEST: Final = 180
"""Seconds after which a program is given up."""

PAUSES: Final = (400, 2000, 8000)
"""Milliseconds that a program waits after each round. On a busy machine a round can begin before
the snapshot of the one before is taken; the program is then run again with a longer pause."""

TOOLS: Final = tuple(
    HERE / name for name in ("build.cjs", "capture.cjs", "names.cjs", "package-lock.json")
)
"""Files of this folder on which it depends what a program leaves."""

_FAILURE: Final = "failure.txt"
_FULL_DISK: Final = "ENOSPC"
_LEVEL: Final = 1
_NAMES: Final = "names.json"
_PROGRAM: Final = "program"
_ROUNDS_RAN_TOGETHER: Final = 3


@dataclass(frozen=True)
class Captured:
    """What a program left.

    Parameters
    ----------
    folder : Path
        Where it is kept.
    """

    folder: Path

    @property
    def snapshots(self) -> tuple[Path, ...]:
        """The three snapshots."""
        return tuple(self.folder / f"{name}.heapsnapshot.zst" for name in SERIES_NAMES)

    @property
    def program(self) -> Path:
        """The files that ran, with their source maps."""
        return self.folder / _PROGRAM

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """What became of each name of the author in a minified file."""
        found = json.loads((self.folder / _NAMES).read_text(encoding="utf-8"))
        return {name: tuple(short) for name, short in found.items()}

    def line(self, location: str) -> str:
        """Look a line of the program up, in its files and in what source maps have of them.

        Parameters
        ----------
        location : str
            ``"file.js:12:5"``; only the name of the file counts.

        Returns
        -------
        str
            Empty if there is no such line.
        """
        file, number, _ = location.rsplit(":", 2)
        name = Path(file.partition("?")[0]).name
        lines = self._text(name).splitlines()
        return lines[int(number) - 1] if int(number) <= len(lines) else ""

    def _text(self, name: str) -> str:
        for file in sorted(self.program.glob("*.map")):
            map_ = json.loads(file.read_text(encoding="utf-8"))
            for source, text in zip(map_["sources"], map_["sourcesContent"], strict=True):
                if Path(source).name == name:
                    return str(text)
        file = self.program / name
        return file.read_text(encoding="utf-8") if file.is_file() else ""


@dataclass(frozen=True)
class Start:
    """How to start a program.

    Parameters
    ----------
    program : Program
        What was made of the program.
    main : Path
        The file that Node runs.
    arguments : tuple of str
        What it is told.
    """

    program: Program
    main: Path
    arguments: tuple[str, ...] = ()


def captured(
    directory: Path, name: str, version: str, node: str, prepare: Callable[[Path, int], Start]
) -> Captured:
    """Return what a program left; run it if it did not yet.

    Parameters
    ----------
    directory : Path
        Where that is kept.
    name : str
        Of the program.
    version : str
        Of all that the snapshots depend on. Those of other versions are removed.
    node : str
        The Node.js to run.
    prepare : callable
        Writes the program into a folder that it may name below the one it is given, with pauses of
        so many milliseconds.

    Returns
    -------
    Captured

    Raises
    ------
    NotPossibleError
        If the program cannot run; this is kept, too.
    RuntimeError
        If the machine is too busy.
    """
    return kept(directory, name, version, lambda folder: _capture(folder, node, prepare))


def kept(directory: Path, name: str, version: str, capture: Callable[[Path], None]) -> Captured:
    """Return what is kept of a program; capture it if nothing is.

    Parameters
    ----------
    directory : Path
        Where it is kept.
    name : str
        Of the program.
    version : str
        Of all that the snapshots depend on. Those of other versions are removed.
    capture : callable
        Runs the program and calls `keep_files` with the folder that it is given.

    Returns
    -------
    Captured

    Raises
    ------
    NotPossibleError
        If the program cannot run; this is kept, too.
    """
    folder = directory / f"{name}-{version}"
    failure = folder / _FAILURE
    if failure.exists():
        raise NotPossibleError(failure.read_text(encoding="utf-8"))
    if not folder.exists():
        directory.mkdir(parents=True, exist_ok=True)
        for outdated in directory.glob(f"{name}-{'?' * len(version)}"):
            shutil.rmtree(outdated, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(dir=directory, prefix="unfinished-"))
        try:
            capture(unfinished)
        except NotPossibleError as error:
            if _FULL_DISK in str(error):
                shutil.rmtree(unfinished)
                raise
            (unfinished / _FAILURE).write_text(str(error), encoding="utf-8")
            _put_in_place(unfinished, folder)
            raise
        except BaseException:
            shutil.rmtree(unfinished)
            raise
        _put_in_place(unfinished, folder)
    return Captured(folder)


def keep_files(program: Program, folder: Path, printed: str) -> None:
    """Move the snapshots, which are beside a program, and copy the program.

    Parameters
    ----------
    program : Program
        What ran.
    folder : Path
        Where they are kept.
    printed : str
        What the program printed as errors.

    Raises
    ------
    NotPossibleError
        If a snapshot is missing.
    """
    beside = program.main.parent
    files = [beside / f"{name}.heapsnapshot" for name in SERIES_NAMES]
    if not all(file.exists() for file in files):
        raise NotPossibleError(last_words(printed) or "ended without three snapshots")
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    for file in files:
        (folder / f"{file.name}.zst").write_bytes(compressor.compress(file.read_bytes()))
        file.unlink()
    shutil.copytree(beside, folder / _PROGRAM, ignore=shutil.ignore_patterns("node_modules"))
    (folder / _NAMES).write_text(json.dumps(program.names), encoding="utf-8")


def _put_in_place(unfinished: Path, folder: Path) -> None:
    """Give a folder its name, unless another process has done the same program meanwhile."""
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(unfinished)


def _capture(folder: Path, node: str, prepare: Callable[[Path, int], Start]) -> None:
    for pause in PAUSES:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            start = prepare(place, pause)
            command = [node, "--expose-gc", "--require", str(HERE / "capture.cjs")]
            command += [str(start.main), *start.arguments]
            done = subprocess.run(
                command,
                cwd=start.program.main.parent,
                # Nothing else: what is in it would be in the snapshots.
                env={"PATH": os.defpath},
                check=False,
                timeout=LONGEST,
                capture_output=True,
                text=True,
                errors="replace",
            )
            if done.returncode == _ROUNDS_RAN_TOGETHER:
                continue
            keep_files(start.program, folder, done.stderr or f"ended with {done.returncode}")
            return
    raise RuntimeError(f"{start.main}: the machine is too busy")


@cache
def version_of(node: str) -> str:
    """Return the version of a Node.js.

    Parameters
    ----------
    node : str
        The program.

    Returns
    -------
    str
    """
    command = [node, "--version"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def digest(*parts: str | Path) -> str:
    """Return a short text that changes with any of some texts and files.

    Parameters
    ----------
    *parts : str or Path
        Texts, and files.

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        found.update(len(content).to_bytes(8, "little") + content)
    return found.hexdigest()[:12]
