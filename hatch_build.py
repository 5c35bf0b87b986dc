"""Compiles heapnb's kernels when the package is built, so that no user waits for it.

Where they cannot be compiled, because numba does not run on the machine that builds, the package
is built without: numba then compiles kernels on first use.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("_compiled.o", "_compiled.json")


class KernelBuildHook(BuildHookInterface[Any]):
    """Adds machine code to wheels and to editable installations."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and name the platform that the wheel is for."""
        # A process of its own: numba reads its settings when it is imported.
        run = [sys.executable, "-m", "heapnb.kernels._build"]
        ended = subprocess.run(  # noqa: S603  our own module
            run, cwd=self.root, capture_output=True, text=True, check=False
        )
        folder = Path(self.root, "heapnb", "kernels")
        if ended.returncode or not all((folder / name).exists() for name in FILES):
            reason = ended.stderr.strip().rpartition("\n")[2]
            self.app.display_warning(f"kernels are compiled on first use instead: {reason}")
            return
        build_data["artifacts"] += [f"/heapnb/kernels/{name}" for name in FILES]
        # The machine code does not depend on the version of Python.
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag()}"


def platform_tag() -> str:
    """Name the platform of the machine code.

    On Linux it calls ``malloc``, ``memcpy`` and the like of any glibc: llvmlite finds them by name
    when it maps the code, which is no shared library. So it fits the oldest glibc that an index
    of packages accepts (2.17, of 2012). Code for musl has no such name.
    """
    name = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    if name.startswith("linux_") and platform.libc_ver()[0] == "glibc":
        return f"manylinux_2_17_{name.removeprefix('linux_')}"
    return name
