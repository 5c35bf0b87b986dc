"""Masking many texts at once gives the same as masking each."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb.secrets import is_secret_name
from heapnb.sifting import secret_names
from heapnb.views import masking
from heapnb.views.masking import MASK

SECRETS = [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln",
    "sk_live_0123456789abcdef01",
    "ghp_0123456789abcdef01",
    "xoxb-1234567890",
    "AKIA0123456789ABCDEF",
    "AIzaSyA0123456789abcdefghij",
    "0123456789abcdef0123456789abcdef",
    "aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV",
    "äB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV",
    "aB1cD2eF3gH4…",
    "postgres://app:hunter2@db/shop",
    "Authorization: Bearer abcdefgh1234",
    "bearer\u00a0abcdefgh1234",
    "password=hunter2",
    "PASSWORD\u2003= hunter2",
    "password%3Dhunter2",
    "cGFzc3dvcmQ9aHVudGVyMg==",
    "ann@example.org",
    "4111 1111 1111 1111",
]
NAMES = ["password", "apiKey", "tokenType", "AWS_SECRET_ACCESS_KEY", "sid", "name", "contraseña"]


def masked(texts: list[str | None]) -> list[str | None]:
    found: list[str | None] = masking.SECRETS.texts(pa.array(texts, pa.large_string())).to_pylist()
    return found


def test_secrets_among_other_texts() -> None:
    texts: list[str | None] = [None, "lib/cache.js", *SECRETS, ""]
    found = masked(texts)
    assert found == [None if text is None else masking.SECRETS.text(text) for text in texts]
    assert [text for text in found[2:-1] if text is not None and MASK not in text] == []


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(SECRETS) | st.text(max_size=8)).map(" ".join)))
def test_texts_with_secrets_in_them(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    assert masked(list(texts)) == [masking.SECRETS.text(text) for text in texts]


def test_no_texts() -> None:
    assert masked([]) == []


def test_names_of_secrets() -> None:
    expected = [is_secret_name(name) for name in NAMES]
    assert secret_names(pa.array(NAMES, pa.large_string())).tolist() == expected
    assert 0 < sum(expected) < len(NAMES)


@pytest.mark.parametrize("between", ["", "_", "__", " $", ".#", "\x1c", "\x0b", ": ", "[]"])
def test_names_of_secrets_whatever_separates_their_words(between: str) -> None:
    names = [between.join(words) for words in (("api", "key"), ("session", "id"), ("pin", "code"))]
    expected = [is_secret_name(name) for name in names]
    assert expected[0] or not between
    assert secret_names(pa.array(names, pa.large_string())).tolist() == expected
