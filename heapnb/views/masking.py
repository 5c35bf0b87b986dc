"""Likely secrets and personal data in texts that are shown.

A heap holds every credential that its program uses, and property names are data too: a table of
sessions has their tokens for keys. Reports and notebooks are passed around, so likely secrets are
replaced by the rules of `heapnb.secrets`. This is a safety net, not a proof.

Code that shows texts takes a `Masking`; `mask_output` sets the one that results use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from heapnb.secrets import Finding, find_secrets

if TYPE_CHECKING:
    import pyarrow as pa

MASK: Final = "•••"
"""Stands for what was removed."""

_LOOK_AHEAD: Final = 2000
"""Characters beyond a cut that are searched: a secret may begin before it and end behind."""


@dataclass(frozen=True)
class Masking:
    """The policy for likely secrets in texts that are shown.

    Parameters
    ----------
    policy : {"off", "secrets"}
        Whether texts stay as they are, or likely secrets in them are replaced by `MASK`.
    """

    policy: Literal["off", "secrets"] = "secrets"

    @classmethod
    def when(cls, on: bool) -> Masking:
        """Return the policy for a keyword such as ``redact=True``."""
        return SECRETS if on else OFF

    @property
    def is_on(self) -> bool:
        """Whether anything is masked."""
        return self.policy != "off"

    def text(self, text: str) -> str:
        """Mask a text.

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
        >>> SECRETS.text("postgres://app:hunter2@db/shop, token=abc123")
        'postgres://•••:•••@db/shop, token=•••'
        >>> SECRETS.text("CachedSearch in lib/searchCache.js:6:14")
        'CachedSearch in lib/searchCache.js:6:14'
        """
        return without(text, find_secrets(text)) if self.is_on else text

    def start(self, text: str, limit: int) -> str:
        """Mask the start of a text that is about to be cut after ``limit`` characters."""
        return self.text(text[: limit + _LOOK_AHEAD]) if self.is_on else text

    def end(self, text: str, limit: int) -> str:
        """Mask the end of a text of which the last ``limit`` characters will be shown."""
        return self.text(text[-limit - _LOOK_AHEAD :]) if self.is_on else text

    def texts(self, texts: pa.LargeStringArray) -> pa.LargeStringArray:
        """Mask many texts at once.

        Parameters
        ----------
        texts : pyarrow.LargeStringArray
            Any texts; null stays null.

        Returns
        -------
        pyarrow.LargeStringArray
            What `text` returns for each.

        Examples
        --------
        >>> import pyarrow as pa
        >>> SECRETS.texts(pa.array(["lib/cache.js", "token=abc123"], pa.large_string())).to_pylist()
        ['lib/cache.js', 'token=•••']
        """
        if not self.is_on:
            return texts
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        from heapnb.sifting import sift

        found = [(index, without(text, findings)) for index, text, findings in sift(texts)]
        is_masked = np.zeros(len(texts), np.bool_)
        is_masked[[index for index, _ in found]] = True
        masked = pa.array([text for _, text in found], texts.type)
        return pc.replace_with_mask(texts, pa.array(is_masked), masked)


OFF: Final = Masking("off")
SECRETS: Final = Masking("secrets")

_of_results = OFF
_within: ContextVar[Masking | None] = ContextVar("_within", default=None)


def mask_output(on: bool = True) -> None:
    """Mask what looks like a secret in everything that results show from now on.

    Parameters
    ----------
    on : bool, default True
        False shows everything again. Tables and strings themselves stay as they are: what pandas
        shows of them is not masked.
    """
    global _of_results
    _of_results = Masking.when(on)


def masking_of_results() -> Masking:
    """Return the policy of `masked`, else the one that `mask_output` has set; `OFF` at first."""
    return _within.get() or _of_results


@contextmanager
def masked(masking: Masking) -> Iterator[None]:
    """Give all texts that are made meanwhile one policy, whatever `mask_output` has set.

    A report has its own switch, and the results in it know only this one.

    Parameters
    ----------
    masking : Masking
        The policy.
    """
    token = _within.set(masking)
    try:
        yield
    finally:
        _within.reset(token)


def without(text: str, findings: Iterable[Finding]) -> str:
    """Replace parts of a text by `MASK`.

    Parameters
    ----------
    text : str
        Any text.
    findings : iterable of Finding
        The parts, in order.

    Returns
    -------
    str
    """
    pieces = []
    done = 0
    for start, stop, _ in findings:
        pieces += [text[done:start], MASK]
        done = stop
    return "".join([*pieces, text[done:]]) if pieces else text


__all__ = [
    "MASK",
    "OFF",
    "SECRETS",
    "Masking",
    "mask_output",
    "masked",
    "masking_of_results",
    "without",
]
