"""Build the files of a release twice, and compare them: ``python -m tests.builds.release FOLDER``.

The first build is of a copy of the commit. The second is of a copy elsewhere with other times of
files and other permissions, and its wheel is of the sdist. The files must be the same bytes; they
stay in FOLDER, and their SHA-256 is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from tests.builds.making import WORKING_TREE, BuildError, build, copy_sources, differences, unpack


def build_twice(target: Path, commit: str, kernels: int | None = None) -> list[Path]:
    """Build sdist and wheel in two folders, and compare.

    Parameters
    ----------
    target : Path
        Where the files stay. It must be empty.
    commit : str
        A commit, or `WORKING_TREE`.
    kernels : int, optional
        How many combinations of types are compiled; all by default.

    Returns
    -------
    list of Path
        The sdist and the wheel.
    """
    if target.exists() and any(target.iterdir()):
        raise BuildError(f"{target} is not empty")
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder, "first")
        copy_sources(first, commit, kernels)
        files = build(first, target, "sdist", "wheel")
        second = Path(folder, "another folder", "second")
        copy_sources(second, commit, kernels)
        for path in second.rglob("*"):
            os.utime(path, (1_000_000_000, 1_000_000_000))
            path.chmod(0o700 if path.is_dir() else 0o600)
        others = build(second, Path(folder, "files"), "sdist", umask=0o077)
        unpacked = unpack(others[0], Path(folder, "unpacked"))
        others += build(unpacked, Path(folder, "files"), "wheel", umask=0o077)
        different = differences(files, others)
    if different:
        raise BuildError(f"two builds differ: {', '.join(different)}")
    return files


def main() -> None:
    """Build, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the files stay")
    parser.add_argument("--commit", default="HEAD", help="what to build (HEAD)")
    parser.add_argument(
        "--working-tree",
        action="store_const",
        const=WORKING_TREE,
        dest="commit",
        help="build the files as they are, committed or not",
    )
    options = parser.parse_args()
    try:
        files = build_twice(options.folder, options.commit)
    except BuildError as error:
        sys.exit(str(error))
    for path in files:
        content = path.read_bytes()
        print(f"{hashlib.sha256(content).hexdigest()}  {path.name}  {len(content):,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
