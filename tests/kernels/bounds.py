"""Run the tests of kernels with checks of every index: ``python -m tests.kernels.bounds``.

The kernels in the object file do not check indices. Here numba compiles each kernel with checks
when it is first called, so that an index outside of an array raises `IndexError`. More arguments go
to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Final

from tests.conftest import ROOT

TESTS: Final = ("tests/kernels", "tests/fuzz", "tests/property/test_damaged_files.py")

ENVIRONMENT: Final = {"NUMBA_BOUNDSCHECK": "1", "HEAPNB_PRECOMPILED": "0"}

_PROOF: Final = """
import numpy as np
from heapnb.kernels._jit import kernel
from heapnb.kernels import _jit
_jit.NUMBA_OPTIONS["cache"] = False

@kernel
def read(values, index):
    return values[index]

try:
    read(np.zeros(3, np.uint32), 3)
except IndexError:
    raise SystemExit(0)
raise SystemExit("kernels run without checks of indices")
"""


def main() -> int:
    """Run the command."""
    with tempfile.TemporaryDirectory(prefix="heapnb-bounds-") as folder:
        # Kernels with checks are kept apart from those of other runs.
        environment = os.environ | ENVIRONMENT | {"NUMBA_CACHE_DIR": folder}
        commands = (
            ["-c", _PROOF],
            # Those tests are about the object file, which is not used here.
            ["-m", "pytest", "-q", *TESTS, "--ignore=tests/kernels/test_native.py", *sys.argv[1:]],
        )
        for arguments in commands:
            done = subprocess.run(
                [sys.executable, *arguments], cwd=ROOT, env=environment, check=False
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
