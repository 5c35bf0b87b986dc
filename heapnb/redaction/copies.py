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
import pyarrow.compute as pc

from heapnb.graph import string_buffers
from heapnb.kernels.redaction import WINDOW, add_windows, find_windows
from heapnb.secrets import CARD_NUMBER, EMAIL_ADDRESS, RANDOM, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from heapnb._typing import IntArray

COPY: Final = "copy"
"""Kind of a piece of a secret in another text."""

_MOST_BYTES: Final = 1 << 26
_MOST_WINDOWS: Final = 1 << 23
_FIRST_ROOM: Final = 1 << 14
_SHORTEST: Final = 8
_SHORTEST_PHRASE: Final = 12
_MOST_PHRASES: Final = 500
_LONGEST_PHRASE: Final = 200
# The rules find personal data in any text by its shape; a copy of a digest is rarely secret.
_NOT_FOLLOWED: Final = (EMAIL_ADDRESS, CARD_NUMBER, RANDOM)
_WORD_BEFORE: Final = re.compile(r"[\w+-]*\Z")
_WORD_BEHIND: Final = re.compile(r"[\w+-]*={0,2}")
# A secret of several words: its copies are searched as a whole although it is not random.
_PHRASE: Final = re.compile(r"[^/\\]*[^/\\A-Za-z][^/\\]*")


def find_copies(
    strings: pa.LargeStringArray, secrets: Iterable[tuple[str, str]]
) -> Iterator[tuple[int, Finding, Finding]]:
    """Find secrets, their parts and their encoded forms in all strings.

    Parameters
    ----------
    strings : pyarrow.LargeStringArray
        The string table.
    secrets : iterable of (str, str)
        Each secret and its kind.

    Yields
    ------
    tuple of int, Finding, Finding
        Index of the string, the copy in it, and the word that contains the copy.
    """
    wanted = {text for text, kind in secrets if kind not in _NOT_FOLLOWED}
    wanted = {text for text in wanted if len(text) >= _SHORTEST}
    if wanted:
        yield from _pieces(strings, wanted)
        yield from _phrases(strings, wanted)


def _pieces(
    strings: pa.LargeStringArray, wanted: set[str]
) -> Iterator[tuple[int, Finding, Finding]]:
    """Find texts that contain eight characters of a secret or of its encoded forms."""
    forms: list[str] = []
    n_bytes = 0
    # Sorted, so that a limit always leaves out the same secrets.
    for secret in sorted(wanted):
        forms += _forms(secret)
        n_bytes += 8 * len(secret)
        if n_bytes > _MOST_BYTES:
            break
    known = pa.array(forms, pa.large_string())
    offset, text = string_buffers(known)
    step = 1 if len(text) <= _MOST_WINDOWS else WINDOW
    n_windows = max(len(text) // step, 1)
    table = np.zeros(1 << (2 * n_windows).bit_length(), np.uint64)
    if not add_windows(offset, text, step, table):
        return
    offset, text = string_buffers(strings)
    found = np.empty((_FIRST_ROOM, 3), np.int64)
    n_found = find_windows(offset, text, table, found, 0)
    if n_found > len(found):
        found = np.empty((n_found, 3), np.int64)
        find_windows(offset, text, table, found, 0)
    found = found[:n_found]
    for index, string, start, stop in _in_characters(strings, found):
        before = _WORD_BEFORE.search(string, max(start - 200, 0), start)
        behind = _WORD_BEHIND.match(string, stop)
        first = before.start() if before else start
        last = behind.end() if behind else stop
        yield index, Finding(start, stop, COPY), Finding(first, last, COPY)


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


def _phrases(
    strings: pa.LargeStringArray, wanted: set[str]
) -> Iterator[tuple[int, Finding, Finding]]:
    """Find whole copies of secrets that people chose, which may look like ordinary text."""
    phrases = sorted(
        text
        for text in wanted
        if _SHORTEST_PHRASE <= len(text) <= _LONGEST_PHRASE and _PHRASE.fullmatch(text)
    )
    for start in range(0, min(len(phrases), _MOST_PHRASES), 100):
        some = phrases[start : start + 100]
        pattern = "|".join(re.escape(text) for text in sorted(some, key=len, reverse=True))
        seed = "|".join(_escaped_for_arrow(text) for text in some)
        matches = pc.match_substring_regex(strings, seed).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(matches)
        compiled = re.compile(pattern)
        for index, text in zip(
            rows.tolist(), strings.take(pa.array(rows)).to_pylist(), strict=True
        ):
            for match in compiled.finditer(text):
                place = Finding(*match.span(), COPY)
                yield index, place, place


def _escaped_for_arrow(text: str) -> str:
    """Escape a text for RE2, which supports fewer escapes than Python."""
    return "".join(one if one.isalnum() else f"\\x{{{ord(one):x}}}" for one in text)
