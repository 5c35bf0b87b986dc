"""The one place that says how kernels are compiled, and that says so while it happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import event

from heapnb.progress import stage

_Function = TypeVar("_Function", bound=Callable[..., Any])

COMPILING = "Compiling kernels (first use only)"
"""The stage that is reported while machine code is made: on a machine's first use of a kernel."""

_PACKAGE = "heapnb.kernels."


def kernel(function: _Function) -> _Function:
    """Compile a function of arrays and scalars: cached on disk, without the GIL.

    Parameters
    ----------
    function : callable
        Iterative code over C-contiguous arrays.

    Returns
    -------
    callable
        The compiled dispatcher, typed as the function that it replaces.
    """
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        # Compiled integers wrap around in silence; those of numpy would warn of it.
        plain: _Function = np.errstate(over="ignore")(function)
        return plain
    compiled: _Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


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
