"""Likely secrets and personal data in texts that are shown.

A heap holds every credential that its program uses, and property names are data too: a table of
sessions has their tokens for keys. Reports and notebooks are passed around, so likely secrets are
replaced by the rules of `heapnb.secrets`. What one search of a heap found is hidden wherever it is
shown, whatever it is made of (`heapnb.redaction.known`). This is a safety net, not a proof.

Code that shows texts takes a `Masking`; `mask_output` sets the one that results use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from heapnb import literals
from heapnb.secrets import Finding, compile_beside, find_secrets, merged

if TYPE_CHECKING:
    import pyarrow as pa

    from heapnb._typing import AnyArray, BoolArray
    from heapnb.graph import HeapGraph
    from heapnb.redaction.known import KnownSecrets

MASK: Final = "•••"
"""Stands for what was removed."""

_LOOK_AHEAD: Final = 2000
"""Characters beyond a cut that are searched: a secret may begin before it and end behind."""

_SEARCHED_AT_ONCE: Final = 1_000_000
"""Nodes of a heap that a browser searches for secrets before it shows anything."""

_LONGEST_LOCATION: Final = 50_000
"""Characters at the end of a location that are searched, of which much less is shown."""


@dataclass(frozen=True)
class Masking:
    """The policy for likely secrets in texts that are shown.

    Parameters
    ----------
    policy : {"off", "secrets"}
        Whether texts stay as they are, or likely secrets in them are replaced by `MASK`.
    personal : bool
        Whether personal data are replaced too; see docs/redaction.md.
    known : KnownSecrets, optional
        The secrets of the heap that is shown; see `of`.
    """

    policy: Literal["off", "secrets"] = "secrets"
    personal: bool = False
    known: KnownSecrets | None = field(default=None, repr=False)

    @classmethod
    def when(cls, on: bool, *, personal: bool = False) -> Masking:
        """Return the policy for keywords such as ``redact=True``."""
        return cls("secrets", personal) if on else OFF

    def of(self, heap: HeapGraph) -> Masking:
        """Return the policy that also hides what one search of a heap finds."""
        if not self.is_on:
            return self
        from heapnb.redaction.known import known_secrets

        return replace(self, known=known_secrets(heap, personal=self.personal))

    @contextmanager
    def searching(self, heap: HeapGraph) -> Iterator[None]:
        """Search a large heap meanwhile, in a second thread, for what `of` will ask."""
        # Costs numpy, which `--help` must not.
        from heapnb.progress import beside

        is_large = self.is_on and heap.n_nodes > _SEARCHED_AT_ONCE
        with beside(lambda: self.of(heap), is_worth_it=is_large) as search:
            yield
            if is_large:
                search()

    def of_browsed(self, heap: HeapGraph) -> Masking:
        """Return `of` for a heap that can be searched while a reader waits, else this policy."""
        if not self.is_on or self.known is not None:
            return self
        from heapnb.redaction.known import is_searched

        is_quick = heap.n_nodes <= _SEARCHED_AT_ONCE or is_searched(heap, personal=self.personal)
        if is_quick:
            return self.of(heap)
        # While the reader looks at the first view, which seldom has texts.
        compile_beside()
        return self

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
        return self._masked(text, len(text))

    def start(self, text: str, limit: int) -> str:
        """Mask the start of a text that is about to be cut after ``limit`` characters."""
        return self._masked(text, limit + _LOOK_AHEAD)

    def end(self, text: str, limit: int) -> str:
        """Mask the end of a text of which the last ``limit`` characters will be shown."""
        # A URL has its user and password before all that is shown of it.
        return self.text(text[-max(limit, _LONGEST_LOCATION) :]) if self.is_on else text

    def _masked(self, text: str, stop: int) -> str:
        """Mask the first ``stop`` characters of a text."""
        if not self.is_on:
            return text
        start = text[:stop]
        findings = find_secrets(start, personal=self.personal)
        if self.known is not None:
            whole = self.known.of_whole(text)
            findings = merged([*findings, *self.known.in_text(start), *whole])
            findings = [one._replace(stop=min(one.stop, stop)) for one in findings]
            findings = [one for one in findings if one.start < one.stop]
        return without(start, findings)

    def hides(self, heap: HeapGraph, nodes: AnyArray) -> BoolArray | None:
        """Mark strings of a heap that are secret as a whole; None if nothing is known of it."""
        return None if self.known is None else self.known.hidden_strings(heap, nodes)

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

        sifted = sift(texts, personal=self.personal)
        found: dict[int, list[Finding]] = {index: findings for index, _, findings in sifted}
        if self.known is not None:
            for index, finding in self.known.in_texts(texts):
                found.setdefault(index, []).append(finding)
        rows = np.array(sorted(found), np.int64)
        plain = texts.take(pa.array(rows)).to_pylist()
        is_masked = np.zeros(len(texts), np.bool_)
        is_masked[rows] = True
        masked = [
            without(text, merged(found[index]))
            for index, text in zip(rows.tolist(), plain, strict=True)
        ]
        return pc.replace_with_mask(texts, pa.array(is_masked), pa.array(masked, texts.type))


OFF: Final = Masking("off")
SECRETS: Final = Masking("secrets")

_of_results = OFF
_within: ContextVar[Masking | None] = ContextVar("_within", default=None)


def mask_output(on: bool = True, *, of: Any = None, personal: bool = False) -> None:
    """Mask what looks like a secret in everything that results show from now on.

    Parameters
    ----------
    on : bool, default True
        False shows everything again. Tables and strings themselves stay as they are: what pandas
        shows of them is not masked.
    of : Snapshot, HeapGraph, Series or Diagnosis, optional
        Search this heap, of several the last one, and hide what is secret in it wherever it is
        shown, such as a password that looks like a word.
    personal : bool, default False
        Mask personal data too; see docs/redaction.md.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.mask_output(True, of=series)  # doctest: +SKIP
    """
    global _of_results
    policy = Masking.when(on, personal=personal)
    heap = _heap_of(of)
    _of_results = policy if heap is None else policy.of(heap)


def _heap_of(what: Any) -> HeapGraph | None:
    """Return the heap of a snapshot, a series or a diagnosis."""
    what = getattr(what, "series", what)
    what = getattr(what, "last", what)
    heap: HeapGraph | None = getattr(what, "graph", what)
    return heap


def printable(text: str, masking: Masking | None = None) -> str:
    r"""Make a text of a snapshot fit to be printed: masked, without control characters.

    Parameters
    ----------
    text : str
        Any text; its line breaks stay.
    masking : Masking, optional
        The policy for likely secrets; by default the one that `mask_output` has set.

    Returns
    -------
    str
        Characters that act on a terminal or cannot be seen are written as JavaScript writes them.

    Examples
    --------
    >>> print(printable("\x1b[2Jgone"))
    \u001b[2Jgone
    """
    shown = (masking_of_results() if masking is None else masking).text(text)
    return "\n".join(literals.visible(line) for line in shown.split("\n"))


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
    "printable",
    "without",
]
