from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heapnb.views import fmt


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_350_000_000, "1.4 GB"),
        (2**64, "18.4 EB"),
        (10**22, "10,000 EB"),
        (-1234, "−1.2 kB"),
        (np.uint64(1234), "1.2 kB"),
    ],
)
def test_sizes_are_decimal_and_never_reach_a_thousand(size: int, text: str) -> None:
    assert fmt.format_bytes(size) == text


@pytest.mark.parametrize("value", [None, math.nan, pd.NA])
def test_what_is_missing_is_a_dash_and_never_0(value: Any) -> None:
    for write in (
        fmt.format_bytes,
        fmt.format_count,
        fmt.format_percent,
        fmt.format_bytes_delta,
        fmt.format_count_delta,
        fmt.format_distance,
    ):
        assert write(value) == fmt.UNKNOWN


def test_changes_show_their_sign() -> None:
    assert fmt.format_count_delta(12) == "+12"
    assert fmt.format_count_delta(-12) == "−12"
    assert fmt.format_bytes_delta(-0) == "0 B"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.0004, "<0.1%"), (0.0005, "0.1%"), (0.9996, "100%"), (12.5, "1,250%")],
)
def test_shares(share: float, text: str) -> None:
    assert fmt.format_percent(share) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Ünïcode 名前 👍", "Ünïcode 名前 👍"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\x00b", "a\\u0000b"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("lone \ud800 half", "lone \\ud800 half"),
        ("tag \U000e0041", "tag \\u{e0041}"),
        ("line\u2028break\r\n", "line\\u2028break\\r\\n"),
        ("c1 \x9b31m", "c1 \\u009b31m"),
    ],
)
def test_nothing_invisible_stays(text: str, shown: str) -> None:
    assert fmt.visible(text) == shown
    fmt.visible(text).encode()


def test_long_texts_are_cut_before_they_are_looked_at() -> None:
    cut = fmt.clean("x" * 1_000_000)
    assert len(cut) == fmt.MAX_TEXT_LENGTH
    assert cut.endswith("…")


def test_a_location_keeps_its_file_and_whole_folders() -> None:
    place = fmt.clean_location("file:///srv/" + "deep/" * 40 + "cache.js:4:1", 30)
    assert place == "…/deep/deep/deep/cache.js:4:1"


@pytest.mark.parametrize("limit", range(14, 60, 3))
@pytest.mark.parametrize(
    "path",
    [
        "/home/ada/shop-api/node_modules/@scope/pool/lib/connectionPool.js:112:15",
        "node:internal/bootstrap/realm:238:14",
        "https://shop.example/static/js/main.8f3c2b.js:1:20412",
        r"C:\Users\ada\shop\lib\cache.js:4:1",
        "server.js:10:3",
    ],
)
def test_a_path_is_never_broken_inside_a_folder(path: str, limit: int) -> None:
    cut = fmt.shorten_path(path, limit)
    assert len(cut) <= limit
    assert cut.rpartition(":")[2] == path.rpartition(":")[2]
    *_, file = re.split(r"[/\\]", path)
    if cut != path and limit > len(file) + 1:
        kept = cut.rpartition("…/")[2]
        assert kept.endswith(file)
        assert path.endswith(kept)
        assert path[-len(kept) - 1] in "/\\"
