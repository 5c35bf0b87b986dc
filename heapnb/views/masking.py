"""Likely secrets and personal data in texts that are shown.

A heap holds every credential its program uses, and names of properties are data too: a table of
sessions has their tokens for keys. Reports and notebooks are passed around, so what looks like a
secret is replaced, by the rules of `heapnb.secrets`. This is a safety net, not a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from heapnb.secrets import Finding, find_secrets

MASK: Final = "•••"
"""Stands for what was taken out."""

_LOOK_AHEAD: Final = 400


_is_masking = False


def mask_output(on: bool = True) -> None:
    """Mask what looks like a secret in everything that results show from now on.

    Parameters
    ----------
    on : bool, default True
        False shows all again. Tables and strings themselves stay as they are: what pandas shows
        of them is not masked.
    """
    global _is_masking
    _is_masking = on


def masked_if_asked(text: str, limit: int) -> str:
    """Mask a text that is about to be cut, if `mask_output` asks for it.

    Parameters
    ----------
    text : str
        Any text.
    limit : int
        Characters that will be shown; a secret may begin within and end behind.

    Returns
    -------
    str
    """
    return mask_secrets(text[: limit + _LOOK_AHEAD]) if _is_masking else text


_is_off: ContextVar[bool] = ContextVar("is_off", default=False)


@contextmanager
def masking_off(off: bool = True) -> Iterator[None]:
    """Leave texts as they are while the block runs.

    Parameters
    ----------
    off : bool, default True
        False masks as ever.
    """
    token = _is_off.set(off)
    try:
        yield
    finally:
        _is_off.reset(token)


def mask_secrets(text: str) -> str:
    """Replace what looks like a secret, or like personal data.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same, with `MASK` in place of tokens, keys, passwords, addresses and the like.

    Examples
    --------
    >>> mask_secrets("postgres://app:hunter2@db/shop, token=abc123")
    'postgres://•••:•••@db/shop, token=•••'
    >>> mask_secrets("CachedSearch in lib/searchCache.js:6:14")
    'CachedSearch in lib/searchCache.js:6:14'
    """
    return mask_findings(text, find_secrets(text))


def mask_findings(text: str, findings: Iterable[Finding]) -> str:
    """Replace parts of a text.

    Parameters
    ----------
    text : str
        Any text.
    findings : iterable of Finding
        Its secrets, in order.

    Returns
    -------
    str
        The same, with `MASK` in place of each.
    """
    if _is_off.get():
        return text
    pieces = []
    done = 0
    for start, stop, _ in findings:
        pieces += [text[done:start], MASK]
        done = stop
    return "".join([*pieces, text[done:]]) if pieces else text
