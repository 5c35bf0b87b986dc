"""The secrets of a heap as a policy for outlets: what is hidden wherever it is shown."""

from __future__ import annotations

import re
import weakref
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb.redaction.copies import COPY, Copies
from heapnb.redaction.plan import Found, find
from heapnb.redaction.roles import NAMES, roles_of
from heapnb.secrets import ENVIRONMENT, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heapnb._typing import AnyArray, BoolArray
    from heapnb.graph import HeapGraph

_SHORTEST_VARIABLE: Final = 8
# What a preview shows of a string.
_QUOTED: Final = re.compile(r"(?<=[\"'])([^\"'\\…]{2,200})(?=[\"'])")
_PATHS: Final = ("/", "~", ".", "\\")


class KnownSecrets:
    """The secrets that one search found in a heap.

    Reports, notebooks and widgets hide them whole: where a text equals one, where it contains one,
    and the strings that hold them.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    found : Found
        Its secrets.
    roles : uint16[n_strings]
        See `heapnb.redaction.roles`.
    """

    def __init__(self, graph: HeapGraph, found: Found, roles: AnyArray) -> None:
        self._graph = weakref.ref(graph)
        # Values of an environment that are paths occur in the location of every function.
        variables = [
            (text, ENVIRONMENT)
            for text in found.variables
            if len(text) >= _SHORTEST_VARIABLE and not text.startswith(_PATHS)
        ]
        self._copies = (found.copies, *([Copies(variables)] if variables else ()))
        self._hidden = np.zeros(len(graph.strings), np.bool_)
        self._whole: dict[str, list[Finding]] = {}
        indices = list({*found.in_texts, *found.everywhere})
        texts = graph.strings.take(pa.array(indices, pa.int64())).to_pylist()
        for index, text in zip(indices, texts, strict=True):
            findings = found.of_texts(index)
            if not findings:
                continue
            self._hidden[index] = any(one.start == 0 and one.stop == len(text) for one in findings)
            is_name = int(roles[index]) & int(NAMES)
            findings = found.everywhere.get(index, []) if is_name else findings
            if findings:
                self._whole[text] = findings

    def hidden_strings(self, graph: HeapGraph, nodes: AnyArray) -> BoolArray:
        """Mark nodes whose whole text is a secret: ``bool[k]``; False in another heap."""
        if self._graph() is not graph:
            return np.zeros(len(nodes), np.bool_)
        marked: BoolArray = self._hidden[graph.node_name[nodes]]
        return marked

    def of_whole(self, text: str) -> list[Finding]:
        """Return what is known to be secret in a text that a string of the heap has."""
        return self._whole.get(text, [])

    def in_text(self, text: str) -> list[Finding]:
        """Find copies of secrets in a text, and quoted texts that are secret as a whole."""
        quoted = [
            finding._replace(
                start=match.start(1) + finding.start, stop=match.start(1) + finding.stop
            )
            for match in _QUOTED.finditer(text)
            for finding in self._whole.get(match[1], ())
        ]
        return [*(one for copies in self._copies for one in copies.in_text(text)), *quoted]

    def copies_in(self, texts: pa.LargeStringArray) -> Iterator[tuple[int, Finding]]:
        """Find copies of secrets in many texts: index and place."""
        for copies in self._copies:
            for index, _, word in copies.in_strings(texts):
                yield index, word

    def in_texts(self, texts: pa.LargeStringArray) -> Iterator[tuple[int, Finding]]:
        """Find what is known to be secret in many texts: index and place."""
        yield from self.copies_in(texts)
        if not self._whole:
            return
        known = pa.array(self._whole, texts.type)
        rows = np.flatnonzero(pc.is_in(texts, known).to_numpy(zero_copy_only=False))
        for index, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
            for finding in self._whole.get(text, ()):
                yield index, finding


def known_secrets(graph: HeapGraph, *, personal: bool = False) -> KnownSecrets:
    """Search a heap for secrets, once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    personal : bool, default False
        Whether to search for personal data too.

    Returns
    -------
    KnownSecrets
    """
    kept = _KEPT.setdefault(graph, {})
    if personal not in kept:
        roles = roles_of(graph.raw)
        kept[personal] = KnownSecrets(graph, find(graph, roles, personal=personal), roles)
    return kept[personal]


def is_searched(graph: HeapGraph, *, personal: bool = False) -> bool:
    """Return whether `known_secrets` has an answer without a search."""
    return personal in _KEPT.get(graph, {})


_KEPT: weakref.WeakKeyDictionary[HeapGraph, dict[bool, KnownSecrets]] = weakref.WeakKeyDictionary()


__all__ = ["COPY", "KnownSecrets", "is_searched", "known_secrets"]
