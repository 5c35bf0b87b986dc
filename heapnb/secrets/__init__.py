"""Rules that find likely secrets and personal data in a text, for all of heapnb.

Reports, widgets and notebooks mask what these rules find, and `heapnb.redact` replaces it. The
shapes of tokens and the words of names are data: ``tokens.toml`` and ``words.toml``.

Each family of rules has a *seed*: a regular expression that both Python and Arrow support, and that
matches each text with such a secret. Arrow filters millions of texts by their seeds, and Python
searches only the texts that match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from threading import Thread
from typing import Final

from heapnb.secrets.encoded import ENCODED_SEED, find_encoded
from heapnb.secrets.findings import (
    API_KEY,
    AUTHORIZATION,
    BANK_ACCOUNT,
    CARD_NUMBER,
    COOKIE,
    EMAIL_ADDRESS,
    ENVIRONMENT,
    IP_ADDRESS,
    JSON_WEB_TOKEN,
    PASSWORD,
    PERSON,
    PHONE_NUMBER,
    POSTAL_ADDRESS,
    PRIVATE_KEY,
    RANDOM,
    URL_PASSWORD,
    Family,
    Finding,
    merged,
)
from heapnb.secrets.named import (
    PROTOCOL_SEED,
    SENT_MARKS,
    SENT_SEED,
    compile_named,
    find_in_protocols,
    find_named,
    find_sent,
    named_marks,
    named_seed,
    protocol_marks,
    tells_nothing,
)
from heapnb.secrets.names import (
    ENVIRONMENT_NAMES,
    PUBLIC_VALUES,
    is_secret_name,
    kind_of_name,
    name_seed,
)
from heapnb.secrets.patterns import once
from heapnb.secrets.personal import (
    MORE_SEED,
    NAMED_PERSONAL_SEED,
    OF_PEOPLE_SEED,
    PERSONAL_SEED,
    find_more_personal,
    find_named_personal,
    find_personal,
    is_personal_name,
)
from heapnb.secrets.tokens import RANDOM_SEED, find_random, find_tokens, looks_random, token_seed

MOST_NESTED: Final = 3
"""Maximum depth of nested encodings to decode."""


@cache
def families(*, personal: bool = False) -> tuple[Family, ...]:
    """Return the rules for texts that are not encoded.

    Parameters
    ----------
    personal : bool
        Whether to include those for all personal data.
    """
    always = (
        Family(token_seed(), find_tokens),
        Family(RANDOM_SEED, find_random),
        Family(named_seed(), find_named, named_marks()),
        Family(PROTOCOL_SEED, find_in_protocols, protocol_marks()),
        Family(SENT_SEED, find_sent, SENT_MARKS),
        Family(PERSONAL_SEED, find_personal, "[@3456]"),
    )
    more = (
        Family(MORE_SEED, find_more_personal),
        Family(NAMED_PERSONAL_SEED, find_named_personal),
    )
    return (*always, *more) if personal else always


@once
def compile_beside() -> Thread:
    """Compile the long patterns in a thread, before the first text is looked at.

    Returns
    -------
    threading.Thread
        The same one for each call.
    """
    thread = Thread(target=compile_named, name="heapnb-patterns", daemon=True)
    thread.start()
    return thread


def _find_all(text: str, nested: int, *, personal: bool) -> Iterator[Finding]:
    lower = text.lower()
    for family in families(personal=personal):
        if family.may_match(lower):
            yield from family.find(text)
    if nested > 0:
        yield from find_encoded(text, partial(_find_all, nested=nested - 1, personal=personal))


def find_secrets(text: str, *, personal: bool = False) -> list[Finding]:
    """Find likely secrets and personal data; return findings in order, without overlaps.

    Parameters
    ----------
    text : str
        Any text.
    personal : bool, default False
        Find bank accounts, phone numbers, names, addresses of people and machines too.

    Examples
    --------
    >>> find_secrets("https://shop.example/?token=abc123")
    [Finding(start=28, stop=34, kind='password')]
    >>> find_secrets("CachedSearch in lib/searchCache.js:6:14")
    []
    >>> find_secrets("call +49 30 2345 6789", personal=True)
    [Finding(start=5, stop=21, kind='phone-number')]
    """
    return merged(_find_all(text, MOST_NESTED, personal=personal))


def find_secrets_of(
    text: str, matching: Iterable[int], *, encoded: bool, personal: bool = False
) -> list[Finding]:
    """Return the result of `find_secrets` for a text whose matching seeds are known.

    Parameters
    ----------
    text : str
        Any text.
    matching : iterable of int
        Indices into `families` of the seeds that match.
    encoded : bool
        Whether `ENCODED_SEED` matches.
    personal : bool
        See `find_secrets`.
    """
    rules = families(personal=personal)
    found = [finding for i in matching for finding in rules[i].find(text)]
    if encoded:
        found += find_encoded(text, partial(_find_all, nested=MOST_NESTED - 1, personal=personal))
    return merged(found) if found else []


__all__ = [
    "API_KEY",
    "AUTHORIZATION",
    "BANK_ACCOUNT",
    "CARD_NUMBER",
    "COOKIE",
    "EMAIL_ADDRESS",
    "ENCODED_SEED",
    "ENVIRONMENT",
    "ENVIRONMENT_NAMES",
    "IP_ADDRESS",
    "JSON_WEB_TOKEN",
    "MOST_NESTED",
    "OF_PEOPLE_SEED",
    "PASSWORD",
    "PERSON",
    "PHONE_NUMBER",
    "POSTAL_ADDRESS",
    "PRIVATE_KEY",
    "PUBLIC_VALUES",
    "RANDOM",
    "URL_PASSWORD",
    "Family",
    "Finding",
    "compile_beside",
    "families",
    "find_secrets",
    "find_secrets_of",
    "is_personal_name",
    "is_secret_name",
    "kind_of_name",
    "looks_random",
    "merged",
    "name_seed",
    "tells_nothing",
]
