"""Tokens with a shape of their own, and long words that a machine made up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from heapnb.secrets.findings import API_KEY, JSON_WEB_TOKEN, PRIVATE_KEY, RANDOM, Finding

# An encrypted token has an empty second part.
_JWT: Final = re.compile(r"(?<![\w-])eyJ[\w-]{8,}(?:\.(?:[\w-]{4,})?(?:\.[\w-]*){0,3}|…|={0,2}\Z)")
_PEM: Final = re.compile(
    r"(?:-----)?BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY[\s\S]*?(?:-----END[ ][A-Z0-9 ]+-----|\Z)"
    r"|PuTTY-User-Key-File-[\s\S]*"
)
_WEB_KEY: Final = re.compile(
    r"""\\*["'](?:d|k|p|q|dp|dq|qi)\\*["']\s{0,4}:\s{0,4}\\*["']([\w-]{16,})"""
)
# A key that a snapshot or a view has truncated is shorter than a complete key.
_CUT: Final = re.compile(
    r"""
    (?<![\w-])(?:
        eyJ[\w.-]{3,1100}+ | (?:AKIA|ASIA)[0-9A-Z]* | AIza[\w-]* | xox[abceoprs]-[\w-]*
      | (?:gh[pousr]_|github_pat_|glpat-|npm_|[spr]k_(?:live|test)_|whsec_)[\w-]*
    )(?=…|\Z)
    """,
    re.VERBOSE,
)
_SHORTEST_CUT: Final = 1000
_REST: Final = re.compile(r"[\w-]{0,500}={0,2}")
_DIGIT: Final = re.compile(r"\d")
_WEB_KEY_MARK: Final = "kty"


@cache
def _rules() -> list[dict[str, Any]]:
    text = files("heapnb.secrets").joinpath("tokens.toml").read_text("utf-8")
    rules: list[dict[str, Any]] = tomllib.loads(text)["token"]
    return rules


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], bool], ...]:
    return tuple(
        (
            re.compile(rf"(?<![A-Za-z0-9])(?:{rule['shape']})"),
            bool(rule.get("needs_digit")),
        )
        for rule in _rules()
    )


@cache
def _marks() -> tuple[tuple[str, int], ...]:
    """Return the marks of all rules with the numbers of the rules."""
    return tuple((mark, i) for i, rule in enumerate(_rules()) for mark in rule["marks"])


@cache
def token_seed() -> str:
    """Return the seed of all tokens."""
    own = (
        rf"eyJ|PRIVATE KEY|PuTTY-User-Key|{_WEB_KEY_MARK}|[spr]k_(?:live|test)_|AIza|xox[a-z]-|npm_"
    )
    return "|".join([own, *(rule["seed"] for rule in _rules())])


def find_tokens(text: str) -> Iterator[Finding]:
    """Find tokens that have a shape of their own."""
    if "eyJ" in text:
        for match in _JWT.finditer(text):
            yield Finding(*match.span(), JSON_WEB_TOKEN)
    for match in _PEM.finditer(text) if "KEY" in text or "PuTTY" in text else ():
        yield Finding(*match.span(), PRIVATE_KEY)
    if _WEB_KEY_MARK in text:
        for match in _WEB_KEY.finditer(text):
            yield Finding(*match.span(1), PRIVATE_KEY)
    if len(text) >= _SHORTEST_CUT or "…" in text:
        for match in _CUT.finditer(text):
            yield Finding(*match.span(), API_KEY)
    shapes = _shapes()
    for i in dict.fromkeys([i for mark, i in _marks() if mark in text]):
        shape, needs_digit = shapes[i]
        for match in shape.finditer(text):
            if needs_digit and not _DIGIT.search(match[0]):
                continue
            start = match.start("value") if "value" in shape.groupindex else match.start()
            rest = _REST.match(text, match.end())
            yield Finding(start, rest.end() if rest else match.end(), API_KEY)


# -- what a machine made up ------------------------------------------------------------------

_MIN_DIGIT_RUNS: Final = 3
_HEX: Final = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{32,}(?![0-9a-zA-Z])|[0-9a-fA-F]{12,}…)")
_RANDOM: Final = re.compile(r"(?<![\w+/-])(?:[\w+-]{12,}…|[\w+-]{32,}={0,2}(?![\w+/-]))")
RANDOM_SEED: Final = r"[\w+-]{32}|[\w+-]{12}…"
_DIGITS: Final = re.compile(r"\d+")
_GIT_REVISION: Final = 40
# Checksums and media are public: before them stands what they are, or behind them a file's type.
_OF_PUBLIC: Final = re.compile(
    r"(?:\bsha\d{1,3}[-:=]|\bmd5[-:=]|W/\"[0-9a-f]{0,8}-|/(?:commit|static|assets|build|blob)/"
    r"|\b(?:etag|integrity|checksum|digest|revision|commit|sha|hash|buildid)\\*[\"']?\s{0,2}["
    r":=]\s{0,2}\\*[\"']?(?:W/)?\\*[\"']?)\Z",
    re.IGNORECASE,
)
_FILE_TYPE: Final = re.compile(
    r"(?:\.bundle|\.chunk|\.min|\.module)?\.(?:m?[jt]sx?|css|map|png"
    r"|jpe?g|gif|svg|webp|avif|woff2?|ttf|json|html?|wasm|ico|mp[34])\b"
)
_MEDIA: Final = re.compile(
    r"data:(?:image|font|audio|video|application/(?:font|json|x-font"
    r"|wasm|octet|javascript))[\w.+;=/-]{0,60};base64,[\w+/=-]*"
    r"|(?<![\w+/])(?:iVBORw0KGgo|/9j/4AAQ|R0lGOD(?:lh|dh)|UklGR|d09G[MR]"
    r"|AAEAAAA|PHN2Zy|Qk0|SUQz|T2dnUw|AAAAIGZ0eX)[\w+/-]{40,}={0,2}"
    r"|\bsha(?:1|256|384|512)-[A-Za-z0-9+/]{20,}={0,2}|W/\\*\"[\w+/-]{1,60}={0,2}\\*\""
)


def find_random(text: str) -> Iterator[Finding]:
    """Find long words that a machine made up, except checksums, names of files, and media."""
    media = [match.span() for match in _MEDIA.finditer(text)]
    for match in _HEX.finditer(text):
        if not _is_inside(match, media) and not _is_public(text, match):
            yield Finding(*match.span(), RANDOM)
    for match in _RANDOM.finditer(text):
        if looks_random(match[0]) and not _is_inside(match, media):
            yield Finding(*match.span(), RANDOM)


def _is_inside(match: re.Match[str], spans: list[tuple[int, int]]) -> bool:
    return any(start <= match.start() < stop for start, stop in spans)


def _is_public(text: str, match: re.Match[str]) -> bool:
    """Return whether a digest is that of a revision or of a file."""
    start, stop = match.span()
    if stop - start == _GIT_REVISION or _FILE_TYPE.match(text, stop):
        return True
    before = text[max(start - 24, 0) : start]
    if text[stop : stop + 1] == "/" and before.endswith("/"):
        return True
    if text == f'"{match[0]}"':
        # The whole text is an entity tag.
        return True
    return _OF_PUBLIC.search(before) is not None


def looks_random(word: str) -> bool:
    """Return whether a word looks generated by a machine rather than written by a person.

    Examples
    --------
    >>> looks_random("Ab3Cd4Ef5Gh6Ij7"), looks_random("ordersControllerV2_2026")
    (True, False)
    """
    has_both_cases = word != word.lower() and word != word.upper()
    return has_both_cases and len(_DIGITS.findall(word)) >= _MIN_DIGIT_RUNS
