"""Numbers, sizes and names as people read them.

Sizes are decimal, as in DevTools: 1 kB is 1,000 bytes. What a snapshot does not say is shown as
a dash, never as 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final, TypeAlias, TypeGuard

from heapnb import literals, vocab
from heapnb.views.masking import Masking, masking_of_results

Number: TypeAlias = int | float

UNKNOWN: Final = "–"
"""Stands for what the file does not carry."""

MAX_TEXT_LENGTH: Final = 80
"""Strings of a snapshot are cut here: they may be long, and secret."""

_MINUS: Final = "−"
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_UNIT_FACTOR: Final = 1000
_ONE_DECIMAL_BELOW: Final = 100

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+:", re.ASCII)
_AFTER_SLASH: Final = re.compile(r"(?<=[/\\])")
_CUT_PATH: Final = "…/"


def format_bytes(size: Number | None) -> str:
    """Write a size.

    Parameters
    ----------
    size : int or float or None
        Bytes.

    Returns
    -------
    str
        One decimal below 100 units, none from there on.

    Examples
    --------
    >>> format_bytes(512), format_bytes(1234), format_bytes(123_456), format_bytes(999_999)
    ('512 B', '1.2 kB', '123 kB', '1.0 MB')
    """
    if not _is_known(size):
        return UNKNOWN
    sign = _MINUS if size < 0 else ""
    amount = abs(size)
    if amount < _UNIT_FACTOR:
        return f"{sign}{amount:.0f} B"
    unit = 0
    # A size that would be written as 1000 units is one of the next.
    while amount >= _UNIT_FACTOR - 0.5 and unit < len(_UNITS) - 1:
        amount /= _UNIT_FACTOR
        unit += 1
    decimals = 1 if amount < _ONE_DECIMAL_BELOW - 0.05 else 0
    return f"{sign}{amount:,.{decimals}f} {_UNITS[unit]}"


def format_count(count: Number | None) -> str:
    """Write a number of things, with separators.

    Examples
    --------
    >>> format_count(1234567), format_count(None)
    ('1,234,567', '–')
    """
    if not _is_known(count):
        return UNKNOWN
    return f"{_MINUS if count < 0 else ''}{abs(count):,.0f}"


def format_percent(share: Number | None) -> str:
    """Write a share of 1 as a percentage; what is little but not nothing is ``<0.1%``.

    Examples
    --------
    >>> format_percent(0.1234), format_percent(0.0001), format_percent(1)
    ('12.3%', '<0.1%', '100%')
    """
    if not _is_known(share):
        return UNKNOWN
    percent = share * 100
    if 0 < percent < 0.05:  # noqa: PLR2004  what would be written as 0.0%
        return "<0.1%"
    decimals = 0 if abs(percent) >= _ONE_DECIMAL_BELOW - 0.05 or percent == 0 else 1
    return f"{percent:,.{decimals}f}%"


def format_duration(duration_ms: Number | None) -> str:
    """Write a length of time in the unit that suits it.

    Examples
    --------
    >>> format_duration(0.25), format_duration(850), format_duration(12_300)
    ('0.25 ms', '850 ms', '12.3 s')
    >>> format_duration(4.5 * 60_000), format_duration(30 * 3_600_000), format_duration(None)
    ('4.5 min', '30 h', '–')
    """
    if not _is_known(duration_ms):
        return UNKNOWN
    amount, unit = float(duration_ms), "ms"
    for factor, larger in ((1_000, "s"), (60, "min"), (60, "h"), (24, "days")):
        # Two days are 48 h; a duration that would be written as 1,000 ms is 1 s.
        if abs(amount) < (2 * factor if larger == "days" else factor - 0.5):
            break
        amount, unit = amount / factor, larger
    decimals = 0 if abs(amount) >= 100 or amount == int(amount) else 1  # noqa: PLR2004
    if 0 < abs(amount) < 1:
        decimals = 2
    return f"{amount:,.{decimals}f}".removesuffix(".0") + f" {unit}"


def format_bytes_delta(delta: Number | None) -> str:
    """Write how a size changed.

    Examples
    --------
    >>> format_bytes_delta(1200), format_bytes_delta(-5), format_bytes_delta(0)
    ('+1.2 kB', '−5 B', '0 B')
    """
    return _with_plus(delta, format_bytes(delta))


def format_count_delta(delta: Number | None) -> str:
    """Write how a number changed.

    Examples
    --------
    >>> format_count_delta(1200), format_count_delta(-5), format_count_delta(0)
    ('+1,200', '−5', '0')
    """
    return _with_plus(delta, format_count(delta))


def format_distance(distance: Number | None) -> str:
    """Write a distance; nodes that the program does not reach have none.

    Examples
    --------
    >>> format_distance(3), format_distance(100_000_002), format_distance(-5)
    ('3', '–', '–')
    """
    if not _is_known(distance) or not 0 <= distance < vocab.BASE_SYSTEM_DISTANCE:
        return UNKNOWN
    return format_count(distance)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> plural(1, "class", "classes"), plural(2000, "node")
    ('1 class', '2,000 nodes')
    """
    return f"{format_count(count)} {one if count == 1 else many or one + 's'}"


def shorten(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """Cut a text at the end.

    Examples
    --------
    >>> shorten("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shorten_start(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """Cut a text at its start: of a path, the end tells more.

    Examples
    --------
    >>> shorten_start("/srv/app/lib/cache.js:4:1", 15)
    '…b/cache.js:4:1'
    """
    return text if len(text) <= limit else "…" + text[len(text) - limit + 1 :]


def shorten_middle(text: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """Cut a name in the middle: both ends tell names apart.

    Examples
    --------
    >>> shorten_middle("InventoryClientConnectionPool", 15)
    'Invento…ionPool'
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    tail = limit - 1 - head
    return text[:head] + "…" + text[len(text) - tail :]


def shorten_path(
    text: str,
    limit: int = MAX_TEXT_LENGTH,
    *,
    length: Callable[[str], int] = len,
    cut: Callable[[str, int], str] = shorten_middle,
) -> str:
    """Leave folders out of a path, URL or location, never a part of a folder's name.

    Parameters
    ----------
    text : str
        Such as ``/srv/app/lib/cache.js:4:1`` or ``node:internal/url:330:14``.
    limit : int, optional
        The width to fit.
    length : callable, optional
        Measures a text; characters by default.
    cut : callable, optional
        Cuts the file's name if it alone is too long.

    Returns
    -------
    str
        The file with as many of its folders as fit, behind the scheme.

    Examples
    --------
    >>> shorten_path("/srv/shop/lib/cache.js:4:1", 22)
    '…/lib/cache.js:4:1'
    >>> shorten_path("node:internal/bootstrap/realm:238:14", 22)
    'node:…/realm:238:14'
    >>> shorten_path("/srv/orderHandlerOfTheShop.js:4:1", 20)
    'orderHandl…op.js:4:1'
    """
    if length(text) <= limit:
        return text
    scheme = _SCHEME.match(text)
    start = scheme[0] + _CUT_PATH if scheme else _CUT_PATH
    *folders, file = _AFTER_SLASH.split(text)
    room = limit - length(start) - length(file)
    if room < 0 and scheme:
        start, room = _CUT_PATH, limit - length(_CUT_PATH) - length(file)
    if room < 0 or not folders:
        return cut(file, limit)
    kept = file
    for folder in reversed(folders):
        room -= length(folder)
        if room < 0:
            break
        kept = folder + kept
    return start + kept


def visible(text: str) -> str:
    r"""Replace what cannot be seen, or moves what can, by JavaScript escapes.

    Examples
    --------
    >>> print(visible("one\ntwo"), visible("user\u202etxt.exe"))
    one\ntwo user\u202etxt.exe
    """
    return literals.visible(text)


def clean(text: str, limit: int = MAX_TEXT_LENGTH, masking: Masking | None = None) -> str:
    """Make a string of a snapshot fit to be shown: cut, then `visible`."""
    masking = masking_of_results() if masking is None else masking
    return visible(shorten(masking.start(text, limit), limit))


def clean_location(
    location: str, limit: int = MAX_TEXT_LENGTH, masking: Masking | None = None
) -> str:
    """Make a source position fit to be shown: as `clean`, cut as in `shorten_path`."""
    masking = masking_of_results() if masking is None else masking
    return visible(shorten_path(masking.end(location.removeprefix("file://"), limit), limit))


def _with_plus(delta: Number | None, text: str) -> str:
    return f"+{text}" if _is_known(delta) and delta > 0 else text


def _is_known(value: Number | None) -> TypeGuard[Number]:
    """Tell a number from None, NaN and pandas' NA."""
    if value is None:
        return False
    if isinstance(value, int):
        return True
    try:
        return not math.isnan(value)
    except TypeError:
        return False
