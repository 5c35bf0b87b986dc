"""Tell words that a machine drew by chance from words, names and identifiers that people write.

A model of pairs of neighbouring characters: names such as ``getRequestHeaders`` consist of frequent
pairs, random keys of any. ``python -m tests.secretsbench.train`` makes its data, ``pairs.txt``.
"""

from __future__ import annotations

import itertools
from functools import cache
from importlib.resources import files
from typing import Final

from heapnb.secrets.patterns import Pattern

ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0"
"""The characters of the model: letters of any case, and 0 for each digit."""

_DIGITS: Final = str.maketrans("123456789", "000000000")
_PART: Final = Pattern(r"[a-z0]+")

# Of words of 12 and more characters, 99 in 100 drawn ones have more, 99 in 100 written ones less.
_MADE_UP: Final = 5.0
_MADE_UP_SHORT: Final = 5.6
_SHORT: Final = 12
_FEWEST_PAIRS: Final = 5


@cache
def _bits() -> dict[str, float]:
    """Return the surprise of each pair of characters, in bits."""
    lines = files("heapnb.secrets").joinpath("pairs.txt").read_text("ascii").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {
        first + second: int(tenths) / 10
        for first, row in zip(ALPHABET, rows, strict=True)
        for second, tenths in zip(ALPHABET, row, strict=True)
    }


def parts_of(word: str) -> list[str]:
    """Return the runs of letters and digits of a word, in the alphabet of the model."""
    return _PART.findall(word.lower().translate(_DIGITS))


def surprise(word: str) -> float:
    """Return how improbable the pairs of characters of a word are: bits per pair, 0 without pairs.

    Parameters
    ----------
    word : str
        Any text; only its ASCII letters and digits count.

    Examples
    --------
    >>> surprise("passwordStrengthMeter") < 4 < 6 < surprise("q7xKfw20zPvbJ9hd")
    True
    """
    bits = _bits()
    total = 0.0
    n_pairs = 0
    for part in parts_of(word):
        for pair in map("".join, itertools.pairwise(part)):
            total += bits[pair]
            n_pairs += 1
    return total / n_pairs if n_pairs >= _FEWEST_PAIRS else 0.0


def is_made_up(word: str) -> bool:
    """Return whether a word was probably drawn by chance.

    Parameters
    ----------
    word : str
        A word of at least eight characters; shorter ones tell too little.

    Examples
    --------
    >>> [is_made_up(one) for one in ("ysjrrdIfqJkw", "9x2kq7fh41mz", "mongodb-core-v2", "handlers")]
    [True, True, False, False]
    """
    return surprise(word) > (_MADE_UP_SHORT if len(word) < _SHORT else _MADE_UP)
