"""The one place that says how kernels are compiled and called.

A kernel runs as machine code that was compiled when heapnb was built (`heapnb.kernels._native`).
Where that lacks a combination of argument types, or was not built for this machine, numba compiles
the kernel on its first call and keeps the result on disk. numba is imported only then.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

import numpy as np

from heapnb.kernels import _native

_P = ParamSpec("_P")
_R = TypeVar("_R")

IS_DISABLED: Final = os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}
"""Whether kernels run as plain Python, as numba's own variable asks for."""

_RECORD_VARIABLE: Final = "HEAPNB_RECORD_KERNELS"
"""Names a file that receives the calls without precompiled code; see `heapnb.kernels._build`."""

NUMBA_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy"}
"""How numba compiles."""

_compile_lock = threading.RLock()


class Kernel(Generic[_P, _R]):
    """A function of arrays and scalars that runs as machine code, without the GIL.

    Parameters
    ----------
    function : callable
        Iterative code over C-contiguous arrays. It returns a scalar, a tuple of scalars or None.
    """

    def __init__(self, function: Callable[_P, _R]) -> None:
        self.py_func = function
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__
        self.__wrapped__ = function
        self._native: dict[str, _native.NativeFunction] | None = None
        self._dispatcher: Any = None

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        native = self._native
        if native is None:
            native = self._native = _native.functions_of(self.__module__, self.__name__)
        if native and not kwargs:
            found = native.get(_native.signature_of(args))
            if found is not None:
                result: _R = found(args)
                return result
        if _RECORD_VARIABLE in os.environ:
            self._record(args)
        compiled: _R = self.dispatcher(*args, **kwargs)
        return compiled

    def __repr__(self) -> str:
        return f"<kernel {self.__module__}.{self.__name__}>"

    @property
    def dispatcher(self) -> Any:
        """What numba makes of the function: it compiles on the first call with some types."""
        if self._dispatcher is None:
            with _compile_lock:
                if self._dispatcher is None:
                    import numba

                    # They register instructions, and who says that kernels are compiled.
                    from heapnb.kernels import _compiling, _intrinsics  # noqa: F401

                    try:
                        self._dispatcher = numba.njit(**NUMBA_OPTIONS)(self.py_func)
                    except RuntimeError:
                        # Neither the package's folder nor the user's can be written, as in many
                        # containers: the kernel is compiled once more in each process.
                        options = NUMBA_OPTIONS | {"cache": False}
                        self._dispatcher = numba.njit(**options)(self.py_func)
        return self._dispatcher

    @property
    def _numba_type_(self) -> Any:
        """The type by which other kernels call this one."""
        return self.dispatcher._numba_type_

    def _record(self, args: tuple[Any, ...]) -> None:
        """Note a call that had no precompiled code."""
        entry = [self.__module__, self.__name__, _native.signature_of(args)]
        with _compile_lock, Path(os.environ[_RECORD_VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a function of arrays and scalars a kernel.

    Parameters
    ----------
    function : callable
        Iterative code over C-contiguous arrays.

    Returns
    -------
    callable
        A `Kernel`, typed as the function that it replaces.
    """
    if IS_DISABLED:
        # Compiled integers wrap around in silence; those of numpy would warn of it.
        return np.errstate(over="ignore")(function)
    return Kernel(function)
