"""Regular expressions that are compiled when they are first used: to import the rules is quick."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from threading import Lock
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

_METHODS: Final = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub")


class Pattern:
    """A regular expression with the methods of `re.Pattern`, compiled when one is first used.

    Parameters
    ----------
    pattern : str
        See `re`.
    flags : int
        See `re.compile`.

    Examples
    --------
    >>> Pattern(r"[0-9]+").findall("10 of 12")
    ['10', '12']
    """

    search: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
    findall: Callable[..., list[str]]
    split: Callable[..., list[str]]
    sub: Callable[..., str]

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Python asks here only until the methods are set: later calls cost no more than those of
        # the compiled pattern.
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self._pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def once(make: Callable[[], _T]) -> Callable[[], _T]:
    """Decorate a function whose result is made once, also where threads ask at the same time.

    Parameters
    ----------
    make : callable
        Takes no arguments; such as one that compiles a long pattern.

    Returns
    -------
    callable

    Examples
    --------
    >>> numbers = iter([1, 2])
    >>> first = once(lambda: next(numbers))
    >>> first(), first()
    (1, 1)
    """
    lock, cached = Lock(), cache(make)

    @wraps(make)
    def made() -> _T:
        with lock:
            return cached()

    return made


def any_of(words: Iterable[str], *, between: str = " ") -> str:
    """Return a regular expression of many words, of which it compares each beginning only once.

    Parameters
    ----------
    words : iterable of str
        The words; the longest one that matches wins.
    between : str
        The regular expression that blanks in words stand for.

    Examples
    --------
    >>> any_of(["pass", "passcode", "pin"])
    'p(?:ass(?:code)?|in)'
    """
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for one in word:
            branch = branch.setdefault(between if one == " " else re.escape(one), {})
        branch[""] = {}
    return _expression(tree)


def _expression(tree: dict[str, Any]) -> str:
    ends = "" in tree
    branches = [one + _expression(rest) for one, rest in tree.items() if one]
    if not branches:
        return ""
    if len(branches) == 1 and not ends:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if ends else ''}"


def folded(text: str) -> str:
    """Return a text in lower case, with as many characters.

    Examples
    --------
    >>> folded("Şifre: İki"), len(folded("İ"))
    ('şifre: İki', 1)
    """
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


def shortest(words: Iterable[str]) -> list[str]:
    """Return the words that contain no other one of them, sorted.

    Examples
    --------
    >>> shortest(["password", "pass", "pin"])
    ['pass', 'pin']
    """
    every = set(words)
    return sorted(one for one in every if not any(o in one for o in every if o != one))
