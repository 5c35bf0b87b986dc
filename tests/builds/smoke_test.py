"""Whether heapnb works where no compiler is: ``python tests/builds/smoke_test.py VENV REPOSITORY``.

Run it with the interpreter of an environment that has the wheel, and with a PATH that has no
programs but its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import heapnb
from heapnb.kernels import _native

COMPILERS = ("cc", "gcc", "clang", "c++", "g++", "ld", "as")


def main(environment: Path, repository: Path) -> None:
    """Diagnose each case of the samples, and look at the kernels."""
    home = Path(heapnb.__file__)
    if not home.is_relative_to(environment):
        sys.exit(f"{home} is not the installed package")
    found = [name for name in COMPILERS if shutil.which(name)]
    if found:
        sys.exit(f"there is {', '.join(found)}: this tests an environment without a compiler")
    if _native._library() is None:
        sys.exit("no kernel was compiled for this machine")
    command = str(Path(sys.executable).with_name("heapnb"))
    shown = subprocess.run([command, "version"], capture_output=True, text=True, check=True)
    if heapnb.__version__ not in shown.stdout:
        sys.exit(f"heapnb version: {shown.stdout}")
    with tempfile.TemporaryDirectory() as cache:
        for case in sorted((repository / "sample_snapshots").glob("*/case.json")):
            files = sorted(case.parent.glob("*.heapsnapshot*"), key=_order)
            subprocess.run(
                [command, "diagnose", *map(str, files), "--json"],
                env={"PATH": str(environment / "bin"), "HEAPNB_CACHE_DIR": cache},
                stdout=subprocess.DEVNULL,
                check=True,
            )


def _order(path: Path) -> int:
    """Place a snapshot in its series."""
    return ("before", "after1", "after2").index(path.name.partition(".")[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
