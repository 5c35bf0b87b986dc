"""The kernel that checks sections which heapnb does not read, against Python's parser."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels.json_check import first_bad_byte
from tests.naive.json_check import is_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('ab"\\\né]}', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a]"', max_size=2), inner),
    max_leaves=8,
)
PIECES = st.sampled_from([bytes([byte]) for byte in b'[]{},:"10-e. '])


def bad_byte(text: bytes) -> int:
    return first_bad_byte(np.frombuffer(text, np.uint8), np.empty(len(text) + 1, np.uint8))


@given(VALUES, st.sampled_from([None, 1]))
def test_json_is_accepted(value: object, indent: int | None) -> None:
    assert bad_byte(json.dumps(value, indent=indent).encode()) == -1


@given(VALUES, PIECES, st.integers(0, 200), st.integers(0, 2))
def test_damage_is_noticed_as_python_does(
    value: object, piece: bytes, place: int, removed: int
) -> None:
    text = json.dumps(value).encode()
    place = min(place, len(text))
    damaged = text[:place] + piece + text[place + removed :]
    assert (bad_byte(damaged) == -1) == is_json(damaged)


@given(st.lists(PIECES | st.sampled_from([b"true", b"null", b"false", b'""', b'"a"']), max_size=12))
def test_any_text(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    assert (bad_byte(text) == -1) == is_json(text)


def test_the_place() -> None:
    assert bad_byte(b'{"a": ]}') == 6
    assert bad_byte(b"[1, 2") == 5
    assert bad_byte(b"[1]]") == 3
    assert bad_byte(b"") == 0


def test_escapes() -> None:
    assert bad_byte(rb'"\"\\\/\b\f\n\r\t\u00eF"') == -1
    for damaged in (rb'"\["', rb'"\u00g0"', rb'"\u00"', b'"\\'):
        assert bad_byte(damaged) == 0


def test_depth_is_no_limit() -> None:
    assert bad_byte(b"[" * 100_000 + b"]" * 100_000) == -1
    assert bad_byte(b"[" * 100_000 + b"]" * 99_999) == 199_999
