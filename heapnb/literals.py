"""Write texts of a snapshot as JavaScript's literals: nothing invisible leaves unescaped."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_TEXT: Final = 100
"""Characters of a string that `quoted` writes unless told otherwise."""

_CUT: Final = "…"
# Controls, formats (no width, changes of direction), halves of surrogate pairs, what is no
# character, line and paragraph separators.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_SHORT_ESCAPES: Final = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}
_LETTERS: Final = {written: character for character, written in _SHORT_ESCAPES.items()}
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}|\\u([0-9a-f]{4})|\\.", re.DOTALL)


def cut(text: str, limit: int | None) -> str:
    """Cut a text at the end; None leaves it whole."""
    return text if limit is None or len(text) <= limit else text[: limit - 1] + _CUT


def quoted(text: str, max_chars: int | None = LONGEST_TEXT) -> str:
    r"""Write a string literal.

    Parameters
    ----------
    text : str
        Anything.
    max_chars : int or None, optional
        How many of its characters are shown; None for all.

    Returns
    -------
    str
        With JavaScript's escapes; ``…`` follows if it was cut.

    Examples
    --------
    >>> print(quoted("two\nlines \u2028 \x1b[31m"))
    "two\nlines \u2028 \u001b[31m"
    """
    is_cut = max_chars is not None and len(text) > max_chars
    return f'"{escaped(text[:max_chars])}"' + _CUT * is_cut


def escaped(text: str) -> str:
    """Write a text as between the quotes of a string literal."""
    return visible(text.replace("\\", "\\\\").replace('"', '\\"'))


def visible(text: str) -> str:
    r"""Replace what cannot be seen, or moves what can, by JavaScript escapes.

    Examples
    --------
    >>> print(visible("one\ntwo"), visible("user\u202etxt.exe"))
    one\ntwo user\u202etxt.exe
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\u{{{code:x}}}"  # noqa: PLR2004


def unescaped(text: str) -> str:
    """Read the escapes of `escaped`."""
    return _ESCAPE.sub(
        lambda match: (
            chr(int(match[1] or match[2], 16))
            if match[1] or match[2]
            else _LETTERS.get(match[0], match[0][1:])
        ),
        text,
    )
