"""Findings: places of secrets in a text, and the kinds of secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from heapnb.secrets.patterns import Pattern

JSON_WEB_TOKEN: Final = "json-web-token"  # noqa: S105  a kind of secret, as the next ones
API_KEY: Final = "api-key"
PRIVATE_KEY: Final = "private-key"
URL_PASSWORD: Final = "url-password"  # noqa: S105
PASSWORD: Final = "password"  # noqa: S105
AUTHORIZATION: Final = "authorization"
COOKIE: Final = "cookie"
EMAIL_ADDRESS: Final = "email-address"
CARD_NUMBER: Final = "card-number"
ENVIRONMENT: Final = "environment-variable"
RANDOM: Final = "random-text"
BANK_ACCOUNT: Final = "bank-account"
PHONE_NUMBER: Final = "phone-number"
POSTAL_ADDRESS: Final = "postal-address"
IP_ADDRESS: Final = "ip-address"
PERSON: Final = "name-of-a-person"


class Finding(NamedTuple):
    """A secret in a text: ``text[start:stop]``."""

    start: int
    stop: int
    kind: str


@dataclass(frozen=True)
class Family:
    """A family of rules.

    Parameters
    ----------
    seed : str
        A regular expression in the syntax that RE2 and Python share. In a text that does not match
        it, the rules find nothing.
    find : callable
        Yields the findings in a text.
    marks : str, optional
        A regular expression that the lower-case form of each text with findings matches. Python
        finds it faster than the seed; empty if there is none.
    """

    seed: str
    find: Callable[[str], Iterable[Finding]]
    marks: str = ""

    def may_match(self, lower: str) -> bool:
        """Return whether a text, in lower case, may have findings."""
        return not self.marks or self._marks.search(lower) is not None

    @cached_property
    def _marks(self) -> Pattern:
        return Pattern(self.marks)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings and join those that overlap; the kind of the first wins.

    Examples
    --------
    >>> merged([Finding(2, 6, "b"), Finding(0, 4, "a"), Finding(8, 9, "c")])
    [Finding(start=0, stop=6, kind='a'), Finding(start=8, stop=9, kind='c')]
    """
    result: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.start, -one.stop)):
        if finding.start >= finding.stop:
            continue
        if result and finding.start < result[-1].stop:
            last = result[-1]
            result[-1] = Finding(last.start, max(last.stop, finding.stop), last.kind)
        else:
            result.append(finding)
    return result
