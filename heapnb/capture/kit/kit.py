"""Write the kit: one JavaScript file that takes snapshots where there is no Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from heapnb.format.writer import check_folder, replacing

SCRIPT: Final = "heapnb-kit.cjs"
README: Final = "README.md"

_FOLDER: Final = Path(__file__).parent


def kit_script() -> str:
    """Return the JavaScript of the kit.

    Returns
    -------
    str
        The text of ``heapnb-kit.cjs``; its first lines describe the settings.
    """
    return (_FOLDER / SCRIPT).read_text(encoding="utf-8")


def kit(folder: str | os.PathLike[str], *, force: bool = False) -> tuple[Path, ...]:
    """Write the kit into a folder: ``heapnb-kit.cjs``, and how to use it.

    A program that starts with ``node --require ./heapnb-kit.cjs app.js``, or with
    ``NODE_OPTIONS=--require=/kit/heapnb-kit.cjs``, takes a series of snapshots of itself: on a
    signal, at an interval, when memory exceeds thresholds, or near the heap limit. Beside each it
    writes a side file with times, memory and units of work, which heapnb reads.

    Parameters
    ----------
    folder : str or PathLike
        Created if it does not exist.
    force : bool, default False
        Replace the files if they exist.

    Returns
    -------
    tuple of Path
        The files that were written: the script and its README.

    Raises
    ------
    HeapnbError
        If the folder cannot be written, or a file exists and ``force`` is False.

    Examples
    --------
    >>> import heapnb as hn
    >>> [file.name for file in hn.kit("kit")]  # doctest: +SKIP
    ['heapnb-kit.cjs', 'README.md']
    """
    target = Path(folder)
    check_folder(target)
    target.mkdir(exist_ok=True)
    files = (target / SCRIPT, target / README)
    for file in files:
        with replacing(file, force=force) as stream:
            stream.write((_FOLDER / file.name).read_bytes())
        # Not secret, and the program often runs as another user.
        file.chmod(0o644)
    return files


__all__ = ["kit", "kit_script"]
