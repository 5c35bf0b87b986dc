"""Names of secrets: ``password``, ``dbPw``, ``motDePasse``, ``密码``; their words are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from heapnb.secrets.findings import API_KEY, AUTHORIZATION, COOKIE, PASSWORD
from heapnb.secrets.patterns import Pattern, any_of, folded, shortest

_SECONDS: Final = ("key", "code", "phrase", "pat", "id")
_LONGEST_NAME: Final = 80
# The blanks of Python's \s: Arrow's engine knows fewer. The parts of a name have any number of
# these between them, for `is_secret_name` as for the seed.
_BLANKS: Final = r"\t-\r\x1c-\x20\x85\xa0"
_BETWEEN: Final = rf"[{_BLANKS}_.#$:@*\[\]()-]*"
# Where a word of a name begins: a hump of camelCase, or behind a separator.
_HUMP: Final = Pattern(r"(?<=[^\W_A-Z])(?=[A-ZÀ-ÞА-Я])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS: Final = Pattern(rf"[{_BLANKS}_.#$:@*\[\]()-]+")
# Not secrets: Node's error codes and header names; the working directory of a shell; paths.
_NO_NAME: Final = Pattern(r"(?:ERR_|HTTP2_)|(?:OLD)?PWD$|.*[/\\]|.*\bPUBLIC_", re.DOTALL)
_CONSTANT_NAME: Final = Pattern(
    r"(?!.*(?:PRIMARY|FOREIGN|CACHE|SORT|PARTITION|UNIQUE|HOT|PUBLIC)_KEY)"
    r"[A-Z][A-Z0-9_]*_(?:KEY|PASS|PW|TOKEN|SECRET|AUTH|DSN|PAT|CREDENTIALS?)"
)

ENVIRONMENT_NAMES: Final = (
    *("PATH", "HOME", "USER", "PWD", "SHELL", "LANG", "TERM", "HOSTNAME", "LOGNAME", "SHLVL"),
    *("NODE_ENV", "NODE_VERSION", "TMPDIR", "OLDPWD", "LC_ALL", "EDITOR", "MAIL"),
    *("PATHEXT", "SystemRoot", "USERPROFILE", "APPDATA", "ComSpec"),
)
"""Names of environment variables: an object with several of them is an environment."""

PUBLIC_VALUES: Final = (
    *("true", "false", "yes", "no", "on", "off", "none", "null", "undefined", "default"),
    *("production", "development", "test", "staging", "local", "debug", "info"),
    *("include", "omit", "same-origin", "required", "optional", "expired", "deleted"),
    *("current-password", "new-password", "one-time-code", "webauthn"),
)
"""Common values that are never secret."""


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    text = files("heapnb.secrets").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)


def _listed(key: str) -> list[str]:
    """Return the words of all languages under a key."""
    return sorted({word for words in _words().values() for word in words.get(key, ())})


@cache
def words_anywhere() -> str:
    """Return a regular expression of words that are unambiguous in any part of a name.

    It matches lower-case texts; see `heapnb.secrets.patterns.folded`.
    """
    return any_of(map(folded, _listed("anywhere")), between=_BETWEEN)


@cache
def words_whole() -> str:
    """Return a regular expression of words that must be a whole word of a name, and of pairs."""
    return any_of(map(folded, _wholes()), between=_BETWEEN)


def _wholes() -> list[str]:
    pairs = [f"{first} {second}" for second in _SECONDS for first in _listed(f"{second}_of")]
    return [*_listed("whole"), *pairs, *(f"{pair}s" for pair in pairs)]


@cache
def _sets() -> tuple[
    re.Pattern[str], frozenset[str], dict[str, frozenset[str]], frozenset[str], frozenset[str]
]:
    about = _words()["about"]
    pairs = {second: frozenset(_listed(f"{second}_of")) for second in _SECONDS}
    return (
        re.compile(words_anywhere()),
        frozenset(_listed("whole")),
        {**pairs, **{f"{second}s": firsts for second, firsts in pairs.items()}},
        frozenset(about["words"]),
        frozenset(about["before"]),
    )


@cache
def words_about() -> frozenset[str]:
    """Return the words behind a name that say something about a secret, such as ``required``."""
    return frozenset(_words()["about"]["values"])


@cache
def name_marks() -> str:
    """Return a regular expression that each name of a secret matches in lower case."""
    return _marks(lambda _: True)


@cache
def ascii_marks() -> str:
    """Return a regular expression that each ASCII name of a secret matches in lower case."""
    return _marks(str.isascii)


def _marks(is_wanted: Callable[[str], bool]) -> str:
    words = [*map(folded, _listed("anywhere")), *map(folded, _wholes()), "credential", "dsn"]
    words = [word for word in words if is_wanted(word)]
    # A word with blanks counts if none without blanks is in it.
    single = shortest(word for word in words if " " not in word)
    several = [word for word in words if " " in word and not any(one in word for one in single)]
    return rf"(?:{any_of([*single, *several], between=_BETWEEN)}|_(?:key|pat|pw))"


@cache
def name_seed() -> str:
    """Return a regular expression that matches each name of a secret that is ASCII."""
    return f"(?i:{ascii_marks()})"


@lru_cache(maxsize=1 << 14)
def is_secret_name(name: str) -> bool:
    """Return whether a name is likely the name of a secret.

    Names are those of properties, variables, headers, keys of Maps, options of commands, and
    environment variables.

    Examples
    --------
    >>> [is_secret_name(name) for name in ("userPassword", "x-api-key", "tokenType", "tokenizer")]
    [True, True, False, False]
    >>> [is_secret_name(name) for name in ("dbPw", "motDePasse", "密码", "passenger", "cacheKey")]
    [True, True, True, False, False]
    """
    if len(name) > _LONGEST_NAME or _NO_NAME.match(name):
        return False
    if _CONSTANT_NAME.fullmatch(name):
        return True
    anywhere, whole, pairs, about, before = _sets()
    words = [word for word in _SEPARATORS.split(_HUMP.sub(" ", name).lower()) if word]
    match = anywhere.search(folded(name))
    if match:
        rest = _SEPARATORS.split(_HUMP.sub(" ", name[match.end() :]).lower())
        return about.isdisjoint(word for word in rest if word)
    for place, word in enumerate(words):
        previous = words[place - 1] if place else ""
        if word in whole:
            if previous in before:
                continue
        elif previous not in pairs.get(word, ()):
            continue
        return about.isdisjoint(words[place + 1 :])
    return False


def kind_of_name(name: str) -> str:
    """Return the kind of secret for a name."""
    lower = name.lower()
    if "cookie" in lower or lower.endswith("sid"):
        return COOKIE
    if "authorization" in lower or "bearer" in lower:
        return AUTHORIZATION
    if "key" in lower or "token" in lower or "jwt" in lower:
        return API_KEY
    return PASSWORD
