"""The one place that says how kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

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
    compiled: _Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled
