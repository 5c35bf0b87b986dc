"""Secrets in percent-encoded, escaped, base64 and hexadecimal parts of a text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from heapnb.secrets.findings import Finding
from heapnb.secrets.patterns import Pattern

Search = Callable[[str], Iterable[Finding]]
"""Finds secrets in a decoded text."""

# Not variables of Windows, such as `%DEPLOY_TOKEN%`.
_PERCENT = Pattern(r"(?:%(?![A-Z]\w*[A-Z]%(?![0-9a-fA-F]{2}))[0-9a-fA-F]{2})+")
_ESCAPES = Pattern(r"(?:\\u[0-9a-fA-F]{4})+|\\x[0-9a-fA-F]{2}|\\[\"'\\/bfnrt]")
_BASE64 = Pattern(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_SLASH = Pattern("/")
_HEX_TEXT = Pattern(r"(?<![0-9a-fA-F])(?:[2-7][0-9a-fA-F]){8,}(?![0-9a-fA-F])")
_LETTER_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def find_encoded(text: str, search: Search) -> Iterator[Finding]:
    """Find secrets in percent-encoded, escaped, base64 and hexadecimal parts of a text."""
    if "%" in text and _PERCENT.search(text):
        yield from _find_rewritten(text, _PERCENT, _percent_decoded, search)
    if "\\" in text and _ESCAPES.search(text):
        yield from _find_rewritten(text, _ESCAPES, _unescaped, search)
    for match in _BASE64.finditer(text):
        for decoded in base64_decoded(match[0]):
            found = next(iter(search(decoded)), None)
            if found:
                yield Finding(*match.span(), found.kind)
                break
    for match in _HEX_TEXT.finditer(text):
        decoded = bytes.fromhex(match[0]).decode("latin-1")
        found = next(iter(search(decoded)), None) if decoded.isprintable() else None
        if found:
            yield Finding(*match.span(), found.kind)


def _find_rewritten(
    text: str, pattern: Pattern, rewrite: Callable[[str], str], search: Search
) -> Iterator[Finding]:
    """Find secrets in a decoded text, and return their positions in the original text."""
    pieces: list[str] = []
    # For each decoded character, the start and the end of its original.
    begins: list[int] = []
    ends: list[int] = []
    done = 0

    def copy(stop: int) -> None:
        pieces.append(text[done:stop])
        begins.extend(range(done, stop))
        ends.extend(range(done + 1, stop + 1))

    for match in pattern.finditer(text):
        copy(match.start())
        plain = rewrite(match[0])
        pieces.append(plain)
        begins.extend([match.start()] * len(plain))
        ends.extend([match.end()] * len(plain))
        done = match.end()
    copy(len(text))
    for start, stop, kind in search("".join(pieces)):
        yield Finding(begins[start], ends[stop - 1], kind)


def _percent_decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")


def _unescaped(text: str) -> str:
    if text[1] == "u":
        units = bytes.fromhex(text.replace("\\u", ""))
        return units.decode("utf-16-be", "replace")
    if text[1] == "x":
        return bytes.fromhex(text[2:]).decode("latin-1")
    return _LETTER_ESCAPES.get(text[1], text[1])


def base64_decoded(word: str) -> Iterator[str]:
    """Decode base64 if the result is text; also without a prefix that is not part of it."""
    digits = word.rstrip("=").replace("-", "+").replace("_", "/")
    # After a path or another word without a blank, base64 starts after one of the slashes.
    starts = [0, *(match.start() + 1 for match in _SLASH.finditer(digits, 0, 200))]
    for start in starts[:4]:
        if not _ASCII_IN_BASE64.match(digits, start):
            continue
        part = digits[start:]
        if len(part) % 4 == 1:
            part = part[:-1]
        try:
            decoded = base64.b64decode(part + "=" * (-len(part) % 4))
        except (ValueError, binascii.Error):
            continue
        if decoded.isascii() and len(decoded) >= 8 and _is_text(decoded):  # noqa: PLR2004
            yield decoded.decode()


# Two groups of four digits that stand for six bytes below 128: their highest bits are 0. Most words
# are no base64, and decoding them to find that out takes longer.
_ASCII_IN_BASE64: Final = Pattern(
    r"(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/]){2}"
)
_PRINTABLE: Final = bytes(range(32, 127)) + b"\t\n\r"


def _is_text(data: bytes) -> bool:
    return not data.translate(None, _PRINTABLE)


ENCODED_SEED: Final = (
    r"%[0-9a-fA-F]{2}|\\[\"'\\/bfnrtux]|[A-Za-z0-9+/_-]{16}|(?:[2-7][0-9a-fA-F]){8}"
)
"""Matches each text that may contain an encoded text."""
