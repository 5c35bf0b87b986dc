"""The one place that says how kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np

_Function = TypeVar("_Function", bound=Callable[..., Any])


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


def is_compiled(function: Callable[..., Any]) -> bool:
    """Tell whether a kernel was compiled before, by this or an earlier process.

    Parameters
    ----------
    function : callable
        What `kernel` returned.

    Returns
    -------
    bool
        False means that its first call will take seconds.
    """
    cache = getattr(function, "_cache", None)
    if cache is None:
        return True
    pattern = f"*.{function.__name__}-*.nbi"
    return any(Path(cache.cache_path).glob(pattern))
