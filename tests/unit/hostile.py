"""Strings that a snapshot may hold to harm whoever looks at it."""

from __future__ import annotations

import unicodedata

import pandas as pd

HOSTILE = {
    "tag": "<img src=x onerror=alert(1)>",
    "closing tag": "</script><script>alert(1)</script>",
    "style": "</style><style>*{display:none}</style>",
    "svg": "</text></svg><svg onload=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "entity": "&lt;b&gt; &#60;b&#62; &bogus;",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>",
    "right to left": "user\u202etxt.exe",
    "zero width": "ad\u200bmin\ufeff",
    "terminal": "\x1b]0;title\x07\x1b[31mred\x9b2J",
    "control": "a\x00b\x01c\x7f\x85",
    "lines": "one\ntwo\rthree\u2028four",
    "surrogate": "half \ud83d of a pair",
    "noncharacter": "\uffff\ufffe",
    "dot quotes": '"]; evil [label="\\"',
    "dot escapes": "\\N \\G \\E \\L\\l\\r\\T \\",
    "dot html": "<<b>bold</b>>",
    "cdata": "]]><!-- --><?php ?><!DOCTYPE x>",
    "long": "<b>" + "x" * 1_000_000,
    "blank": "   ",
    "empty": "",
}
"""By what they try."""

HOSTILE_UNICODE = {name: text for name, text in HOSTILE.items() if name != "surrogate"}
"""Those that the string table of a snapshot, which is UTF-8, can hold."""


def assert_nothing_invisible(text: str) -> None:
    """Fail if a text holds what moves, hides or acts."""
    for character in set(text) - {"\n"}:
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"}, (
            f"U+{ord(character):04X}"
        )


def one_row(columns: dict[str, object]) -> pd.DataFrame:
    """Make a table of any texts, even of such as Arrow cannot hold."""
    values = [pd.Series([value], dtype=object) for value in columns.values()]
    frame = pd.concat(values, axis=1)
    frame.columns = pd.Index(list(columns), dtype=object)
    return frame
