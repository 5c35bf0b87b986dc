"""The kernels that read and write text agree with Python's json."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import ByteArray
from heapnb.kernels import parse, traverse
from heapnb.kernels.write import MAX_TEXT, format_integers

INTEGERS = st.lists(st.integers(-(10**17), 10**17))
WHITE_SPACE = st.text(alphabet=" \t\r\n", max_size=3)


def as_bytes(text: str | bytes) -> ByteArray:
    """View text as the array that kernels take."""
    data = text.encode() if isinstance(text, str) else text
    return np.frombuffer(data, np.uint8)


@given(INTEGERS, WHITE_SPACE, WHITE_SPACE, st.integers(1, 5))
def test_parse_integers_matches_json(
    values: list[int], before: str, after: str, capacity: int
) -> None:
    text = ",".join(f"{before}{value}{after}" for value in values)
    data = as_bytes(text)
    out = np.empty(capacity, np.int64)
    parsed: list[int] = []
    position = 0
    while position < len(data):
        position, count, status = parse.parse_integers(data, position, len(data), out)
        assert status == parse.OK
        parsed += out[:count].tolist()
        if count == 0:
            break
    assert parsed == json.loads(f"[{text}]")


@pytest.mark.parametrize(
    ("text", "status", "position"),
    [
        ("1,,2", parse.BAD_NUMBER, 2),
        ("01,2,3,4,5", parse.BAD_NUMBER, 0),
        ("1.5,2,3,4,5", parse.BAD_NUMBER, 1),
        ("1e5,2,3,4,5", parse.BAD_NUMBER, 1),
        ("1 2", parse.BAD_NUMBER, 2),
        ("- 1", parse.BAD_NUMBER, 1),
        ("12,x", parse.BAD_NUMBER, 3),
        ("5,1234567890123456789", parse.TOO_MANY_DIGITS, 2),
        ("00000000,1", parse.BAD_NUMBER, 0),
        ("1/2,3,4,5,6,7", parse.BAD_NUMBER, 1),
        ("1:2,3,4,5,6,7", parse.BAD_NUMBER, 1),
    ],
)
def test_parse_integers_names_the_offending_byte(text: str, status: int, position: int) -> None:
    found, _, reported = parse.parse_integers(as_bytes(text), 0, len(text), np.empty(9, np.int64))
    assert (reported, found) == (status, position)


@given(st.text(alphabet="0123456789, ]", max_size=60), st.integers(0, 60))
def test_scan_block_counts_commas_up_to_the_bracket(text: str, start: int) -> None:
    start = min(start, len(text))
    n_commas, last_comma, bracket = parse.scan_block(as_bytes(text), start, len(text))
    end = text.find("]", start)
    part = text[start:] if end < 0 else text[start:end]
    assert bracket == end
    assert n_commas == part.count(",")
    assert last_comma == (start + part.rfind(",") if "," in part else -1)


def parse_in_blocks(text: bytes, block: int) -> list[str]:
    """Feed a string array's text to the kernel in pieces, as the reader does."""
    out = np.empty(3 * len(text) + 3, np.uint8)
    offsets = np.zeros(len(text) + 2, np.int64)
    at, end, n, expect_value, done = 0, 0, 0, True, False
    stop = min(block, len(text))
    while not done:
        at, end, n, expect_value, done, status = parse.parse_strings(
            as_bytes(text), at, stop, expect_value, out, end, offsets, n
        )
        assert status == parse.OK
        assert done or stop < len(text)
        stop = min(stop + block, len(text))
    assert at == len(text)
    raw = out[:end].tobytes()
    return [raw[offsets[i] : offsets[i + 1]].decode() for i in range(n)]


@given(st.lists(st.text(max_size=12)), st.booleans(), st.integers(1, 40))
def test_parse_strings_matches_json(texts: list[str], ascii_only: bool, block: int) -> None:
    text = json.dumps(texts, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    expected = [t.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for t in texts]
    assert parse_in_blocks(text[1:], block) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\ud83dab"', "\ufffdab"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\ud83d\u0041"', "\ufffdA"),
        (rb'"\u0000\/\b\f\n\r\t\"\\"', '\0/\b\f\n\r\t"\\'),
        (b'"\xff\xc3\xa9\xc3"', "\ufffd\u00e9\ufffd"),
        (b'"\xed\xa0\x80"', "\ufffd\ufffd\ufffd"),
        (b'"\x7f"', "\x7f"),
    ],
)
@pytest.mark.parametrize("block", [1, 3, 100])
def test_parse_strings_replaces_what_utf8_cannot_hold(
    text: bytes, expected: str, block: int
) -> None:
    assert parse_in_blocks(text + b"]", block) == [expected]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (rb'"\x41"]', parse.BAD_ESCAPE),
        (rb'"\u00g0"]', parse.BAD_ESCAPE),
        (b'"a\nb"]', parse.BAD_CONTROL_CHARACTER),
        (b'"a" "b"]', parse.BAD_SYNTAX),
        (b'"a",]', parse.BAD_SYNTAX),
        (b"1]", parse.BAD_SYNTAX),
    ],
)
def test_parse_strings_refuses_what_json_refuses(text: bytes, status: int) -> None:
    result = parse.parse_strings(
        as_bytes(text), 0, len(text), True, np.empty(99, np.uint8), 0, np.zeros(9, np.int64), 0
    )
    assert result[-1] == status


@given(st.recursive(st.none() | st.text(max_size=5), lambda c: st.lists(c, max_size=3)))
def test_skip_value_finds_the_end(value: object) -> None:
    text = json.dumps([value]).encode() + b', "rest]"'
    state = (0, False, False)
    position, done = 0, False
    while not done:
        stop = min(position + 3, len(text))
        position, depth, in_string, escaped, done = parse.skip_value(
            as_bytes(text), position, stop, *state
        )
        state = (depth, in_string, escaped)
    assert json.loads(text[:position]) == [value]


@given(INTEGERS, st.integers(1, 4))
def test_format_integers_is_the_inverse_of_parsing(values: list[int], stride: int) -> None:
    values = values[: len(values) // stride * stride]
    out = np.empty(len(values) * (MAX_TEXT + 1) + 1, np.uint8)
    n_bytes = format_integers(np.array(values, np.int64), stride, out)
    lines = out[:n_bytes].tobytes().decode().splitlines()
    rows = [values[i : i + stride] for i in range(0, len(values), stride)]
    assert [json.loads(f"[{line[:-1]}]") for line in lines] == rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", (True, 12)),
        ("12abc", (True, 12)),
        (" -7", (True, -7)),
        ("+3", (True, 3)),
        ("abc", (False, 0)),
        ("", (False, 0)),
    ],
)
def test_leading_integer_reads_as_parse_int_does(text: str, expected: tuple[bool, int]) -> None:
    found = traverse.leading_integer(as_bytes(text), 0, len(text))
    assert (bool(found[0]), int(found[1])) == expected
