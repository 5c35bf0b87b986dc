"""Compiles heapnb's kernels when the package is built, so that no user waits for it.

Where they cannot be compiled, because numba does not run on the machine that builds, the package
is built without: kernels are then compiled on first use.
"""

from __future__ import annotations

import sys
import sysconfig
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelBuildHook(BuildHookInterface[Any]):
    """Adds machine code to wheels and to editable installations."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and name the platform that the wheel is for."""
        sys.path.insert(0, self.root)
        try:
            from heapnb.kernels import _build
        except ImportError as error:
            self.app.display_warning(f"kernels are compiled on first use: {error}")
            return
        finally:
            sys.path.remove(self.root)
        files = _build.build()
        build_data["artifacts"] += [f"/heapnb/kernels/{file.name}" for file in files]
        # The machine code does not depend on the version of Python.
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
