"""Smaller inputs with the same problem."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from tests.fuzz.mutation import tokens_of

SECONDS: Final = 20.0
"""How long one input may take to become smaller."""


def minimised(
    data: bytes, has_problem: Callable[[bytes], bool], *, seconds: float = SECONDS
) -> bytes:
    """Remove parts of an input as long as its problem stays.

    Parameters
    ----------
    data : bytes
        An input with a problem.
    has_problem : callable
        Whether an input has the same problem.
    seconds : float
        When to stop.

    Returns
    -------
    bytes
    """
    deadline = time.monotonic() + seconds
    for parts in (tokens_of(data), None):
        pieces = parts if parts is not None else [data[i : i + 1] for i in range(len(data))]
        data = b"".join(_reduced(pieces, has_problem, deadline))
    return data


def _reduced(
    pieces: list[bytes], has_problem: Callable[[bytes], bool], deadline: float
) -> list[bytes]:
    size = max(len(pieces) // 2, 1)
    while pieces:
        for smaller in _without(pieces, size):
            if time.monotonic() > deadline:
                return pieces
            if has_problem(b"".join(smaller)):
                pieces = smaller
                break
        else:
            if size == 1:
                break
            size = max(size // 2, 1)
    return pieces


def _without(pieces: list[bytes], size: int) -> Iterator[list[bytes]]:
    for start in range(0, len(pieces), size):
        yield pieces[:start] + pieces[start + size :]
