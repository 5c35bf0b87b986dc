"""The search for secrets in texts, one by one and many at once."""

from __future__ import annotations

import pyarrow as pa

from heapnb.secrets import find_secrets, is_secret_name, kind_of_name
from heapnb.sifting import secret_names, sift
from heapnb.views.masking import SECRETS
from tests.fuzz.harness import Reader, some
from tests.fuzz.mutation import Structure

_TEXTS = (
    b"postgres://app:hunter2@db/shop, token=abc123",
    b"https://shop.example/?token=abc123&user=ann%40example.com",
    b'{"password": "hunter2", "apiKey": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"}',
    b"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW",
    b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
    b"card 4111 1111 1111 1111, ann@example.com, +49 30 1234567, 10.0.0.1",
    b"cGFzc3dvcmQ9aHVudGVyMg== %70assword%3Dhunter2 \\u0070assword=hunter2",
    b"CachedSearch in lib/searchCache.js:6:14 const a = require('./b'); 1a2b3c4d5e6f",
    b"AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    b"ghp_abcdefghijklmnopqrst1234567 xoxb-123456789012-abcdefghijkl",
    b"Set-Cookie: sid=s%3Aabc.def; Path=/; curl -u user:pass https://x/ mysql -psecret",
)
_WORDS = (
    *(b"password", b"token=", b"Bearer ", b"://", b"@", b"secret:", b"api_key", b"%3D", b"\\u003d"),
    *(
        b"-----BEGIN RSA PRIVATE KEY-----",
        b"eyJ",
        b"==",
        b"Cookie: ",
        b"AKIA",
        b"ghp_",
        b"sk_live_",
    ),
)


def _check_secrets(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = find_secrets(text)
    end = 0
    for one in found:
        assert end <= one.start < one.stop <= len(text), "findings overlap or lie outside"
        end = one.stop
    masked = SECRETS.text(text)
    for one in found:
        assert len(masked) < len(text) or text[one.start : one.stop] != masked
    if some(data, 4):
        texts = pa.array([text, "x", None, text[: len(text) // 2]], pa.large_string())
        sifted = {index: findings for index, _, findings in sift(texts)}
        assert sifted.get(0, []) == found, "one by one and many at once differ"
        assert sifted.get(3, []) == find_secrets(text[: len(text) // 2])
    name = text[:60]
    is_name = is_secret_name(name)
    if is_name:
        assert kind_of_name(name)
    if some(data, 8):
        assert secret_names(pa.array([name], pa.large_string())).tolist() == [is_name]


READERS = (
    Reader(
        "secrets",
        lambda: _TEXTS,
        lambda data: find_secrets(data.decode()),
        _check_secrets,
        Structure.TEXT,
        _WORDS,
    ),
)
