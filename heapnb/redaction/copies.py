"""Find copies of known secrets in other texts: whole, partial, or encoded."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

import numpy as np
import pyarrow as pa

from heapnb.graph import string_buffers
from heapnb.kernels.redaction import WINDOW, add_windows, find_windows
from heapnb.secrets import (
    BANK_ACCOUNT,
    CARD_NUMBER,
    EMAIL_ADDRESS,
    IP_ADDRESS,
    PHONE_NUMBER,
    POSTAL_ADDRESS,
    RANDOM,
    Finding,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapnb._typing import IntArray, SizeArray

COPY: Final = "copy"
"""Kind of a piece of a secret in another text."""

_MOST_BYTES: Final = 1 << 26
_MOST_WINDOWS: Final = 1 << 23
_FIRST_ROOM: Final = 1 << 14
_ROOM_OF_ONE: Final = 64
_SHORTEST: Final = 8
_MOST_PHRASES: Final = 100_000
_LONGEST_PHRASE: Final = 4_000
# The rules find personal data in any text by its shape; a copy of a digest is rarely secret.
_NOT_FOLLOWED: Final = frozenset(
    (EMAIL_ADDRESS, CARD_NUMBER, RANDOM, BANK_ACCOUNT, PHONE_NUMBER, POSTAL_ADDRESS, IP_ADDRESS)
)
_WORD_BEFORE: Final = re.compile(r"[\w+-]*\Z")
_WORD_BEHIND: Final = re.compile(r"[\w+-]*={0,2}")
# A part of a path occurs in many paths.
_PATH: Final = re.compile(r"[/\\]|[\w-]{0,10}:?[\w.-]*[/\\][\w./\\-]*\Z")


class Copies:
    """Known secrets, to be found in other texts: whole, in part, or encoded.

    Parameters
    ----------
    secrets : iterable of (str, str)
        Each secret and its kind.

    Examples
    --------
    >>> copies = Copies([("correct horse", "password")])
    >>> copies.in_text("she said correct horse twice")
    [Finding(start=9, stop=22, kind='copy')]
    """

    def __init__(self, secrets: Iterable[tuple[str, str]]) -> None:
        wanted = {text for text, kind in secrets if kind not in _NOT_FOLLOWED}
        wanted = {text for text in wanted if len(text) >= _SHORTEST}
        self._pieces = _pieces_of(wanted)
        # Whole copies of secrets that people chose, which may look like ordinary text.
        phrases = sorted(one for one in wanted if len(one) <= _LONGEST_PHRASE)
        phrases = [one for one in phrases if not _PATH.match(one)][:_MOST_PHRASES]
        self._phrases: dict[bytes, list[str]] = {}
        for phrase in phrases:
            data = phrase.encode("utf-8", "surrogatepass")
            self._phrases.setdefault(data[:WINDOW], []).append(phrase)
        self._heads = _table(phrases, 0)

    def in_strings(self, strings: pa.LargeStringArray) -> Iterator[tuple[int, Finding, Finding]]:
        """Find copies in many texts.

        Parameters
        ----------
        strings : pyarrow.LargeStringArray
            The texts.

        Yields
        ------
        tuple of int, Finding, Finding
            Index of the string, the copy in it, and the word that contains the copy.
        """
        if self._pieces is not None:
            for index, string, start, stop in _found(strings, self._pieces):
                before = _WORD_BEFORE.search(string, max(start - 200, 0), start)
                behind = _WORD_BEHIND.match(string, stop)
                first = before.start() if before else start
                last = behind.end() if behind else stop
                yield index, Finding(start, stop, COPY), Finding(first, last, COPY)
        if self._heads is not None:
            for index, string, start, stop in _found(strings, self._heads):
                for place in range(start, stop - 1):
                    end = self._phrase_at(string, place)
                    if end:
                        whole = Finding(place, end, COPY)
                        yield index, whole, whole

    def in_text(self, text: str) -> list[Finding]:
        """Find the words of a text that contain copies."""
        if len(text) < _SHORTEST or (self._pieces is None and self._heads is None):
            return []
        return [word for _, _, word in self.in_strings(pa.array([text], pa.large_string()))]

    def _phrase_at(self, text: str, place: int) -> int:
        """Return where the longest phrase that begins at a place ends, 0 if none does."""
        head = text[place : place + WINDOW].encode("utf-8", "surrogatepass")[:WINDOW]
        best = 0
        for phrase in self._phrases.get(head, ()):
            stop = place + len(phrase)
            if stop > best and text.startswith(phrase, place) and _is_apart(text, place, stop):
                best = stop
        return best


def _is_apart(text: str, start: int, stop: int) -> bool:
    """Return whether a place in a text is not a part of a longer word."""
    before, behind = text[max(start - 1, 0) : start], text[stop : stop + 1]
    is_begin = not (before.isalnum() and text[start].isalnum())
    return is_begin and not (behind.isalnum() and text[stop - 1].isalnum())


def _pieces_of(wanted: set[str]) -> SizeArray | None:
    """Make the table of eight characters each of secrets and of their encoded forms."""
    forms: list[str] = []
    n_bytes = 0
    # Sorted, so that a limit always leaves out the same secrets.
    for secret in sorted(wanted):
        forms += _forms(secret)
        n_bytes += 8 * len(secret)
        if n_bytes > _MOST_BYTES:
            break
    total = sum(map(len, forms))
    return _table(forms, 1 if total <= _MOST_WINDOWS else WINDOW)


def _table(texts: list[str], step: int) -> SizeArray | None:
    offset, text = string_buffers(pa.array(texts, pa.large_string()))
    n_windows = max(len(text) // step if step else len(texts), 1)
    table = np.zeros(1 << (2 * n_windows).bit_length(), np.uint64)
    return table if add_windows(offset, text, step, table) else None


def _found(strings: pa.LargeStringArray, table: SizeArray) -> Iterator[tuple[int, str, int, int]]:
    offset, text = string_buffers(strings)
    found = np.empty((_FIRST_ROOM, 3) if len(strings) > 1 else (_ROOM_OF_ONE, 3), np.int64)
    n_found = find_windows(offset, text, table, found, 0)
    if n_found > len(found):
        found = np.empty((n_found, 3), np.int64)
        find_windows(offset, text, table, found, 0)
    yield from _in_characters(strings, found[:n_found])


def _in_characters(
    strings: pa.LargeStringArray, found: IntArray
) -> Iterator[tuple[int, str, int, int]]:
    texts = strings.take(pa.array(found[:, 0])).to_pylist()
    for (index, start, stop), string in zip(found.tolist(), texts, strict=True):
        if string.isascii():
            yield index, string, start, stop
        else:
            data = string.encode()
            first = len(data[:start].decode("utf-8", "ignore"))
            yield index, string, first, first + stop - start


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret in the encodings in which other texts may contain it."""
    data = secret.encode("utf-8", "surrogatepass")
    yield data.decode("utf-8", "ignore")
    encoders: tuple[Callable[[str], str], ...] = (quote, _quote_all, quote_plus, _json_escaped)
    yield from {form for encode in encoders if (form := encode(secret)) != secret}
    yield data.hex()
    yield data.hex().upper()
    for before in range(3):
        # The text before the secret shifts its bits, and the neighbours change both ends.
        digits = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        first = (0, 2, 3)[before]
        last = len(digits) - (1 if (before + len(data)) % 3 else 0)
        part = digits[first:last]
        yield part
        if "+" in part or "/" in part:
            yield part.translate(str.maketrans("+/", "-_"))


def _quote_all(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _json_escaped(text: str) -> str:
    return json.dumps(text)[1:-1]
