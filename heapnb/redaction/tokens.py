"""Tokens that replace texts: of equal length, equal for equal texts, without information."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

_SHORT: Final = 4
_FILL: Final = "x"
# Consonants, so that tokens never spell words and are easy to recognise.
_LETTERS: Final = b"bcdfghjklmnpqrstvwxz"
_TO_LETTERS: Final = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))
_NAME_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$"
_TO_NAME_LETTERS: Final = bytes(_NAME_LETTERS[byte % len(_NAME_LETTERS)] for byte in range(256))
_PERMUTED: Final = 2
_MOST_TRIES: Final = 64
_FIRST_OTHER_LETTER: Final = 0x4E00
_N_OTHER_LETTERS: Final = 0x5000
# Characters that make DevTools quote a name, and change its length.
_QUOTED: Final = re.compile("[,'\"{}\\\\\x00-\x1f]")


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units, which is a string's length in JavaScript."""
    return len(text) + sum(character > "\uffff" for character in text)


class Tokens:
    """Makes tokens from a salt.

    Parameters
    ----------
    salt : bytes
        The same salt gives the same tokens; only those who know it can test guesses.

    Examples
    --------
    >>> tokens = Tokens(b"salt")
    >>> tokens.of_text("hunter2") == tokens.of_text("hunter2") != tokens.of_text("hunter3")
    True
    >>> len(tokens.of_text("hunter2")), tokens.of_text("a1")
    (7, 'xx')
    """

    def __init__(self, salt: bytes) -> None:
        self._text_key = hmac.digest(salt, b"heapnb redaction: texts", "sha256")
        self._name_key = hmac.digest(salt, b"heapnb redaction: names", "sha256")
        self._name_of: dict[str, str] = {}
        self._names: set[str] = set()
        self._permutations: dict[int, list[int]] = {}

    def of_text(self, text: str) -> str:
        """Return the token of a text: a lower-case consonant for each UTF-16 code unit.

        All texts of the same length below four have the same token. Otherwise, a rope of single
        letters would be a cipher that counting letters breaks.
        """
        length = utf16_length(text)
        if length < _SHORT:
            return _FILL * length
        return _stream(self._text_key, text, length).translate(_TO_LETTERS).decode()

    def of_name(self, name: str) -> str:
        """Return the token of a name, different from the tokens of all other names.

        It has a character of identifiers for each UTF-16 code unit of the name. Quotes, commas,
        braces and control characters do not change: DevTools' class names depend on them.
        """
        token = self._name_of.get(name)
        if token is None:
            token = self._new_name(name)
            self._name_of[name] = token
            self._names.add(token)
        return token

    def _new_name(self, name: str) -> str:
        length = utf16_length(name)
        if 0 < length <= _PERMUTED and all(ord(one) < 128 for one in name):  # noqa: PLR2004
            permuted = self._permuted(name)
            if permuted is not None:
                return permuted
        token = name
        for attempt in range(_MOST_TRIES):
            stream = _stream(self._name_key, f"{attempt}:{name}", length)
            token = _keep_quoted(name, stream.translate(_TO_NAME_LETTERS).decode())
            if token not in self._names and (length > _PERMUTED or not _is_plain(token)):
                return token
        # Too many names of this length: the characters of identifiers do not suffice.
        for attempt in range(_MOST_TRIES):
            stream = _stream(self._name_key, f"{attempt}:{name}", 2 * length)
            units = (stream[2 * i] << 8 | stream[2 * i + 1] for i in range(length))
            letters = (chr(_FIRST_OTHER_LETTER + unit % _N_OTHER_LETTERS) for unit in units)
            token = _keep_quoted(name, "".join(letters))
            if token not in self._names:
                break
        return token

    def _permuted(self, name: str) -> str | None:
        """Permute the shortest names, so that no two have the same token."""
        places = [_NAME_LETTERS.find(ord(character)) for character in name]
        if min(places) < 0:
            return None
        n = len(places)
        order = self._permutations.get(n)
        if order is None:
            size = len(_NAME_LETTERS) ** n
            stream = _stream(self._name_key, f"order of {n}", 8 * size)
            order = sorted(range(size), key=lambda i: stream[8 * i : 8 * i + 8])
            self._permutations[n] = order
        number = 0
        for place in places:
            number = number * len(_NAME_LETTERS) + place
        number = order[number]
        letters = []
        for _ in range(n):
            number, place = divmod(number, len(_NAME_LETTERS))
            letters.append(chr(_NAME_LETTERS[place]))
        return "".join(letters)


def _is_plain(token: str) -> bool:
    return all(character.encode() in _NAME_LETTERS for character in token)


def _keep_quoted(name: str, token: str) -> str:
    if not _QUOTED.search(name):
        return token
    units = [unit for one in name for unit in ([one, one] if one > "\uffff" else [one])]
    return "".join(
        unit if _QUOTED.match(unit) else letter for unit, letter in zip(units, token, strict=True)
    )


def _stream(key: bytes, text: str, length: int) -> bytes:
    seed = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
    return seed[:length] if length <= len(seed) else hashlib.shake_256(seed).digest(length)
