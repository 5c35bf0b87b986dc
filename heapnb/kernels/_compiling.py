"""Says so while numba compiles a kernel; imported together with numba only."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from numba.core import event

from heapnb.progress import stage

COMPILING = "Compiling kernels (first use only)"
"""The stage that is reported while machine code is made: on a machine's first use of a kernel."""

_PACKAGE = "heapnb.kernels."


class _Compilation(threading.local):
    """How deep in kernels that call kernels a thread is that compiles one, and its stage."""

    def __init__(self) -> None:
        self.depth = 0
        self.open_stage = ExitStack()


class _Announcer(event.Listener):
    """Reports compilations of kernels; numba tells of one only where no cached code fits."""

    def __init__(self) -> None:
        self._here = _Compilation()

    def on_start(self, event: event.Event) -> None:
        """Begin the stage with the outermost kernel."""
        function = event.data["dispatcher"].py_func
        if self._here.depth == 0:
            if not function.__module__.startswith(_PACKAGE):
                # The program may compile functions of its own.
                return
            self._here.open_stage.enter_context(stage(COMPILING))
        self._here.depth += 1

    def on_end(self, event: event.Event) -> None:  # noqa: ARG002  the listener's signature
        """End the stage with the outermost kernel."""
        if self._here.depth > 0:
            self._here.depth -= 1
            if self._here.depth == 0:
                self._here.open_stage.close()


event.register("numba:compile", _Announcer())  # type: ignore[no-untyped-call]
