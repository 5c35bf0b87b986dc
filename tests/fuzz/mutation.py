"""Damaged inputs: input number n of a reader is the same on every machine.

A mutator splits valid inputs into tokens and changes some of them as the format's grammar suggests:
numbers at the limits of types, wrong counts, values that are missing, doubled, swapped, nested or
taken from another input; then sometimes bytes, encodings and compression.
"""

from __future__ import annotations

import codecs
import gzip
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Final

import zstandard

Tokens = list[bytes]

MOST_BYTES: Final = 1 << 16
"""Longer inputs are cut: the limits of time and memory are for small ones."""

_TOKEN: Final = re.compile(
    rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_$][\w$]*|\n|[ \t\r]+|.', re.DOTALL
)
_NUMBER: Final = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WHOLE: Final = re.compile(rb"-?\d{1,18}")

NUMBERS: Final = (
    *(b"0", b"-0", b"-1", b"1", b"2", b"3", b"7", b"255", b"256", b"65535", b"65536"),
    *(b"2147483647", b"2147483648", b"-2147483648", b"-2147483649", b"4294967295", b"4294967296"),
    *(b"9007199254740993", b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808"),
    *(b"18446744073709551615", b"18446744073709551616", b"1e3", b"1e400", b"-1e400", b"1.5"),
    *(b"0.1", b"1e-400", b"007", b"+1", b"0x10", b"NaN", b"Infinity", b"1_000", b"9" * 18),
    *(b"9" * 19, b"9" * 400, b"1e18", b"1e19", b"4.611686018427388e18"),
)
VALUES: Final = (
    *(b"null", b"true", b"false", b"[]", b"{}", b'""', b"[[]]", b"[null]", b'{"":0}', b'"a"'),
    *(b'"\\ud800"', b'"\\u0000"', b'"\\udc00\\ud800"', b'"\\x"', b'"' + b"x" * 2000 + b'"'),
    *('"ü\u2028日本🦊"'.encode(), b'"\xff\xfe"', b'"\n"', b'"__proto__"', b'"=1+1"'),
)
FRAGMENTS: Final = (
    *(b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"\0", b"\n", b"\r", b"\r\n", b" ", b"\t"),
    *(b"\xff", b"\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1b[31m", b"//", b"/*", b"'", b"#"),
    *(b"%00", b"%s", b"..", b"../", b"$", b"`", b"<!--", b"&", b";", b"=", b"-", b"\x85"),
)
_OPENING: Final = {b"[": b"]", b"{": b"}", b"(": b")"}
_CLOSING: Final = frozenset(_OPENING.values())


class Structure(Enum):
    """What counts as a value of an input."""

    JSON = "json"
    """A token, or a bracket and everything up to its partner."""
    LINES = "lines"
    """A line."""
    TEXT = "text"
    """A token."""


def tokens_of(data: bytes) -> Tokens:
    """Split an input into tokens; joined they are the input."""
    return _TOKEN.findall(data)


@dataclass(frozen=True)
class Mutator:
    """Makes damaged inputs of valid ones.

    Parameters
    ----------
    inputs : tuple of bytes
        Valid inputs.
    structure : Structure
        What they consist of.
    words : tuple of bytes
        More tokens that mean something to the reader.
    """

    inputs: tuple[bytes, ...]
    structure: Structure = Structure.JSON
    words: tuple[bytes, ...] = ()
    is_packed: bool = field(default=False)

    @cached_property
    def _tokens(self) -> tuple[Tokens, ...]:
        return tuple(tokens_of(data) for data in self.inputs)

    def make(self, name: str, number: int) -> bytes:
        """Return input ``number`` of the reader ``name``: the first are the valid ones."""
        if number < len(self.inputs):
            return self.inputs[number]
        # A text as seed gives the same numbers in every version of Python.
        rng = random.Random(f"{name} {number}")
        return self.mutate(rng.choice(self._tokens), rng)

    def mutate(self, tokens: Tokens, rng: random.Random) -> bytes:
        """Return a damaged copy of an input."""
        tokens = tokens.copy()
        changes = 1
        while changes < 12 and rng.random() < 0.45:
            changes += 1
        for _ in range(changes):
            if tokens:
                rng.choices(_CHANGES, _WEIGHTS)[0](self, tokens, rng)
        data = b"".join(tokens)[:MOST_BYTES]
        if rng.random() < 0.3:
            data = rng.choice(_OF_BYTES)(data, rng)
        if self.is_packed and rng.random() < 0.05:
            data = _damaged_container(data, rng)
        return data[:MOST_BYTES]

    # -- changes of tokens ------------------------------------------------------------------

    def _number(self, tokens: Tokens, rng: random.Random) -> None:
        place = _find(tokens, rng, _NUMBER)
        if place >= 0:
            tokens[place] = rng.choice(NUMBERS)

    def _nudge(self, tokens: Tokens, rng: random.Random) -> None:
        place = _find(tokens, rng, _WHOLE)
        if place >= 0:
            step = rng.choice((-7, -6, -1, 1, 3, 5, 6, 7, 100))
            tokens[place] = str(int(tokens[place]) + step).encode()

    def _other_number(self, tokens: Tokens, rng: random.Random) -> None:
        place, other = _find(tokens, rng, _NUMBER), _find(tokens, rng, _NUMBER)
        if place >= 0 <= other:
            tokens[place] = tokens[other]

    def _value(self, tokens: Tokens, rng: random.Random) -> None:
        start, stop = self._unit(tokens, rng)
        tokens[start:stop] = [rng.choice((*VALUES, *self.words, *NUMBERS))]

    def _word(self, tokens: Tokens, rng: random.Random) -> None:
        place = rng.randrange(len(tokens))
        tokens[place] = rng.choice(self.words) if self.words else rng.choice(VALUES)

    def _delete(self, tokens: Tokens, rng: random.Random) -> None:
        start, stop = self._unit(tokens, rng)
        if self.structure is Structure.JSON and tokens[stop : stop + 1] == [b","]:
            stop += rng.random() < 0.8
        del tokens[start:stop]

    def _double(self, tokens: Tokens, rng: random.Random) -> None:
        start, stop = self._unit(tokens, rng)
        unit = tokens[start:stop]
        if self.structure is Structure.JSON and rng.random() < 0.8:
            unit.insert(0, b",")
        tokens[stop:stop] = unit * rng.choice((1, 1, 1, 2, 5, 50))

    def _swap(self, tokens: Tokens, rng: random.Random) -> None:
        first, second = sorted((self._unit(tokens, rng), self._unit(tokens, rng)))
        if first[1] <= second[0]:
            later, earlier = tokens[slice(*second)], tokens[slice(*first)]
            tokens[slice(*second)] = earlier
            tokens[slice(*first)] = later

    def _splice(self, tokens: Tokens, rng: random.Random) -> None:
        others = rng.choice(self._tokens) or tokens
        start, stop = self._unit(others, rng)
        unit = others[start:stop]
        start, stop = self._unit(tokens, rng)
        tokens[start : stop if rng.random() < 0.7 else start] = unit

    def _nest(self, tokens: Tokens, rng: random.Random) -> None:
        start, stop = self._unit(tokens, rng)
        opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"(", b")"), (b'"', b'"')))
        depth = rng.choice((1, 1, 2, 3, 100, 1100, 5000))
        tokens[stop:stop] = [closing * depth]
        tokens[start:start] = [opening * depth]

    def _insert(self, tokens: Tokens, rng: random.Random) -> None:
        tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(FRAGMENTS))

    def _inside(self, tokens: Tokens, rng: random.Random) -> None:
        """Change one token's characters."""
        place = rng.randrange(len(tokens))
        token = tokens[place]
        at = rng.randrange(len(token) + 1)
        tokens[place] = token[:at] + rng.choice(FRAGMENTS) + token[at + rng.randrange(2) :]

    def _unit(self, tokens: Tokens, rng: random.Random) -> tuple[int, int]:
        """Choose a value: the range of its tokens."""
        start = rng.randrange(len(tokens))
        if self.structure is Structure.LINES and rng.random() < 0.7:
            stop = start
            while start and tokens[start - 1] != b"\n":
                start -= 1
            while stop < len(tokens) and tokens[stop] != b"\n":
                stop += 1
            return start, min(stop + 1, len(tokens))
        if self.structure is Structure.JSON:
            if tokens[start] in {b",", b":"} and start + 1 < len(tokens):
                start += 1
            return start, _end_of_value(tokens, start)
        return start, start + 1


_CHANGES: Final[tuple[Callable[[Mutator, Tokens, random.Random], None], ...]] = (
    Mutator._number,
    Mutator._nudge,
    Mutator._other_number,
    Mutator._value,
    Mutator._word,
    Mutator._delete,
    Mutator._double,
    Mutator._swap,
    Mutator._splice,
    Mutator._nest,
    Mutator._insert,
    Mutator._inside,
)
_WEIGHTS: Final = (14, 14, 10, 8, 6, 8, 8, 6, 8, 3, 5, 6)


def _find(tokens: Tokens, rng: random.Random, pattern: re.Pattern[bytes]) -> int:
    for _ in range(8):
        place = rng.randrange(len(tokens))
        if pattern.fullmatch(tokens[place]):
            return place
    return -1


def _end_of_value(tokens: Tokens, start: int) -> int:
    if tokens[start] not in _OPENING:
        return start + 1
    depth = 0
    for place in range(start, len(tokens)):
        if tokens[place] in _OPENING:
            depth += 1
        elif tokens[place] in _CLOSING:
            depth -= 1
            if depth == 0:
                return place + 1
    return len(tokens)


# -- changes of bytes -----------------------------------------------------------------------


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(data: bytes, rng: random.Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(changed)


def _lose(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 2, 16, 200)) :]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    stop = start + rng.choice((1, 4, 60, 1000))
    return data[:stop] + data[start:stop] * rng.choice((1, 1, 3, 30)) + data[stop:]


def _encode(data: bytes, rng: random.Random) -> bytes:
    kind = rng.randrange(6)
    if kind == 0:
        return codecs.BOM_UTF8 + data
    if kind == 1:
        return codecs.BOM_UTF16_LE + data.decode("utf-8", "replace").encode("utf-16-le")
    if kind == 2:
        return codecs.BOM_UTF16_BE + data.decode("utf-8", "replace").encode("utf-16-be")
    if kind == 3:
        return data + b"\0" * rng.choice((1, 512))
    if kind == 4:
        return data.replace(b"\n", b"\r\n")
    return data.replace(b",", b" ,\n ", rng.choice((1, 10, -1)))


_OF_BYTES: Final = (_truncate, _truncate, _flip, _lose, _repeat, _encode)


def _damaged_container(data: bytes, rng: random.Random) -> bytes:
    packed = packed_forms(data)[rng.randrange(2)]
    return rng.choice((_truncate, _flip, _lose, _repeat))(packed, rng)


def packed_forms(data: bytes) -> tuple[bytes, bytes]:
    """Return an input as gzip and zstd."""
    return gzip.compress(data, 1, mtime=0), zstandard.ZstdCompressor(level=1).compress(data)
