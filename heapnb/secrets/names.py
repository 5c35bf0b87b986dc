"""Names of secrets: ``password``, ``dbPw``, ``motDePasse``, ``密码``; their words are data."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from heapnb.secrets.findings import API_KEY, AUTHORIZATION, COOKIE, PASSWORD

_LONGEST_NAME: Final = 80
# Arrow's engine knows fewer characters as space.
_SPACE: Final = r"\s\x0b\x1c-\x1f"
_BETWEEN: Final = rf"[{_SPACE}_.-]?"
# Where a word of a name begins: a hump of camelCase, or behind a separator.
_HUMP: Final = re.compile(r"(?<=[^\W_A-Z])(?=[A-ZÀ-ÞА-Я])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATOR: Final = rf"[{_SPACE}_.#$:@*\[\]()-]"
_SEPARATORS: Final = re.compile(f"{_SEPARATOR}+")
# Not secrets: Node's error codes and header names; the working directory of a shell; paths.
_NO_NAME: Final = re.compile(r"(?:ERR_|HTTP2_)|(?:OLD)?PWD$|.*[/\\]|.*\bPUBLIC_", re.DOTALL)
_CONSTANT_NAME: Final = re.compile(
    r"(?!.*(?:PRIMARY|FOREIGN|CACHE|SORT|PARTITION|UNIQUE|HOT|PUBLIC)_KEY)"
    r"[A-Z][A-Z0-9_]*_(?:KEY|PASS|TOKEN|SECRET|AUTH|DSN|CREDENTIALS?)"
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
)
"""Common values that are never secret."""


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    text = files("heapnb.secrets").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)


def _listed(key: str) -> list[str]:
    """Return the words of all languages under a key."""
    return sorted({word for words in _words().values() for word in words.get(key, ())})


def _spelled(word: str) -> str:
    return _BETWEEN.join(re.escape(part) for part in word.split())


@cache
def words_anywhere() -> str:
    """Return a regular expression of words that are unambiguous in any part of a name."""
    words = sorted(_listed("anywhere"), key=len, reverse=True)
    return f"(?:{'|'.join(_spelled(word) for word in words)})"


@cache
def words_whole(between: str = _BETWEEN) -> str:
    """Return a regular expression of words that must be a whole word of a name, and of pairs.

    Parameters
    ----------
    between : str
        A regular expression of what stands between the words of a pair.

    Returns
    -------
    str
    """
    words = sorted(_listed("whole"), key=len, reverse=True)
    pairs = (
        rf"(?:{'|'.join(_listed(key))}){between}{end}"
        for key, end in (
            *(("key_of", "keys?"), ("code_of", "codes?"), ("phrase_of", "phrase")),
            ("id_of", "id"),
        )
    )
    return f"(?:{'|'.join([*map(re.escape, words), *pairs])})"


@cache
def _sets() -> tuple[
    re.Pattern[str], frozenset[str], dict[str, frozenset[str]], frozenset[str], frozenset[str]
]:
    about = _words()["about"]
    return (
        re.compile(words_anywhere(), re.IGNORECASE),
        frozenset(_listed("whole")),
        {
            "key": frozenset(_listed("key_of")),
            "keys": frozenset(_listed("key_of")),
            "code": frozenset(_listed("code_of")),
            "codes": frozenset(_listed("code_of")),
            "phrase": frozenset(_listed("phrase_of")),
            "id": frozenset(_listed("id_of")),
        },
        frozenset(about["words"]),
        frozenset(about["before"]),
    )


@cache
def words_about() -> frozenset[str]:
    """Return the words behind a name that say something about a secret, such as ``required``."""
    return frozenset(_words()["about"]["values"])


@cache
def name_marks() -> tuple[str, ...]:
    """Return parts of words, of which each name of a secret contains one in lower case."""
    parts = {max(word.split(), key=len) for word in _listed("anywhere")}
    parts |= {"key", "code", "phrase", "sess", "credential", *_listed("whole")}
    return tuple(sorted(one for one in parts if not any(o in one for o in parts if o != one)))


@cache
def name_seed() -> str:
    """Return a regular expression that matches each name that may be the name of a secret."""
    return rf"_KEY|_PASS|_DSN|_CREDENTIAL|(?i:{words_anywhere()}|{words_whole(f'{_SEPARATOR}*')})"


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
    match = anywhere.search(name)
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
