"""Keys of rows: parts joined by slashes, each a few letters and a number."""

from __future__ import annotations

import re
from typing import Final

from heapnb.errors import HeapnbError
from heapnb.views import fmt

_LONGEST_KEY: Final = 20_000
_PART = re.compile(r"([a-z]+)([0-9]{1,18})")


def split_key(key: str) -> list[str]:
    """Split a key into its parts.

    Raises
    ------
    HeapnbError
        If it is empty or too long to be a key.
    """
    if not key or len(key) > _LONGEST_KEY:
        raise no_row(key)
    return key.split("/")


def parse_part(key: str | None, part: str) -> tuple[str, int]:
    """Return the letters and the number of a part of a key.

    Raises
    ------
    HeapnbError
        If it is not of this form.
    """
    match = _PART.fullmatch(part)
    if match is None:
        raise no_row(key)
    return match[1], int(match[2])


def no_row(key: str | None) -> HeapnbError:
    """Make the error for a key that no row has."""
    return HeapnbError(
        f"There is no row {fmt.clean(key or '')!r}.",
        hint="the table may have changed: load it again.",
    )
