"""Personal data: addresses of mail and cards always, the others if they are asked for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from heapnb.secrets.findings import (
    BANK_ACCOUNT,
    CARD_NUMBER,
    EMAIL_ADDRESS,
    IP_ADDRESS,
    PERSON,
    PHONE_NUMBER,
    POSTAL_ADDRESS,
    Finding,
)
from heapnb.secrets.patterns import Pattern

_CREDENTIALS: Final = Pattern(r"[a-z][a-z0-9+.-]{1,20}://([^\s/@\"'<>]{1,500})@", re.IGNORECASE)
_ADDRESS: Final = Pattern(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?!\dx\.|openssh\.com|libssh\.org)[a-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,6}\.[a-z]{2,24}\b",
    re.IGNORECASE,
)
_ADDRESS_SEED: Final = r"[\w.+-]@[a-zA-Z0-9][\w.-]*\.[a-zA-Z]{2}"
_CARD: Final = Pattern(
    r"(?<![\w.-])(?:[3-6]\d{13,18}|[3-6]\d{3}(?:[ -]\d{4}){3}|3\d{3}[ -]\d{6}[ -]\d{4,5})"
    r"(?![\w.-]?\d)"
)
_CARD_SEED: Final = r"[3-6]\d{3}[ -]?\d{4}[ -]?\d{2}"
_ISSUERS: Final = Pattern(
    r"4(?:\d{15}|\d{18})$|5[1-5]\d{14}$|2[2-7]\d{14}$|3[47]\d{13}$|6(?:011|5\d\d)\d{12}$|35\d{14}$"
    r"|3(?:0[0-5]|[68]\d)\d{11}$|62\d{14,17}$|(?:50|5[6-9]|6[37])\d{14}$"
)
PERSONAL_SEED: Final = f"{_ADDRESS_SEED}|{_CARD_SEED}"


def find_personal(text: str) -> Iterator[Finding]:
    """Find addresses of mail and numbers of cards."""
    credentials = [match.span(1) for match in _CREDENTIALS.finditer(text)]
    for match in _ADDRESS.finditer(text):
        # A password in a URL also precedes an @ and the name of a host.
        if not any(start < match.end() and match.start() < stop for start, stop in credentials):
            yield Finding(*match.span(), EMAIL_ADDRESS)
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _ISSUERS.match(digits) and _passes_luhn(digits):
            yield Finding(*match.span(), CARD_NUMBER)


def _passes_luhn(digits: str) -> bool:
    """Return whether the check digit of a card number is right (Luhn's algorithm)."""
    numbers = [int(digit) for digit in reversed(digits)]
    doubled = [sum(divmod(2 * number, 10)) for number in numbers[1::2]]
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0


# -- only if asked for -------------------------------------------------------------------------

_IBAN: Final = Pattern(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_PHONE: Final = Pattern(
    r"(?<![\w.+/-])(?:(?:tel:)?\+\d{1,3}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d{1,4}(?:[ ./-]?\d{2,5"
    r"}){2,5}"
    r"|\(0?\d{2,5}\)[ ./-]{0,2}\d{3,4}(?:[ -]\d{3,4}){1,2}|\b0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}"
    r"|\d{3}-\d{3}-\d{4})(?![\w-])"
)
_IPV4: Final = Pattern(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IPV6: Final = Pattern(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:|:){2,7}(?:[0-9A-Fa-f]{1,4})?(?::[0-9A-Fa-f]{1,4}){0,6}("
    r"?![\w:])"
)
_STREETS: Final = (
    r"Street|St\.|Avenue|Ave\.?|Road|Rd\.?|Lane|Ln\.?|Drive|Dr\.|Boulevard"
    r"|Blvd\.?|Court|Square|Way|Terrace|Place"
)
_STREET_BEHIND: Final = (
    r"(?:[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|gasse|weg|platz|allee"
    r"|ring|damm|ufer|laan|straat))"
)
_STREET_BEFORE: Final = (
    r"(?:rue|avenue|boulevard|place|Calle|Avenida|Plaza|Paseo|Rua|Via"
    r"|Viale|Corso|Piazza|улица|ул\.|проспект)"
)
_POSTAL: Final = Pattern(
    rf"\b\d{{1,5}}[a-z]?\s(?:[A-Z][\w.'-]*\s){{1,4}}(?:{_STREETS})\b[^\n\"<>]{{0,80}}?(?:\d{{"
    rf"5}}(?:-\d{{4}})?|[A-Z]{{1,2}}\d[\dA-Z]?\s\d[A-Z]{{2}})\b"
    rf"|\b\d{{1,5}}[a-z]?\s(?:[A-Z][\w.'-]*\s){{1,4}}(?:{_STREETS})(?!\w)"
    rf"|{_STREET_BEHIND}\s\d{{1,4}}\s?[a-z]?\b(?:,?\s\d{{4,5}}\s[A-ZÄÖÜ][\wäöüß-]+)?"
    rf"|(?:\b\d{{1,4}}(?:\s(?:bis|ter))?,?\s)?\b{_STREET_BEFORE}\s(?:(?:de"
    rf"|del|de la|la|du|des|da|do|di)\s)*[A-ZÀ-ÞА-Я][^\n\"<>,]{{1,40}}(?:,?\s\d{{1,6}}\b)?(?:"
    rf",?\s\d{{4,6}})?(?:\s[A-ZÀ-ÞА-Я][\wà-ÿа-я-]+)?"
)
_POSTAL_SEED: Final = (
    r"(?i:street|avenue|road|lane|drive|boulevard|court|square|terrace"
    r"|place|\bst\.|\bave|\brd|\bblvd|\bway|stra|str\.|gasse|weg |platz"
    r"|allee|ring |damm|ufer|laan|\brue|calle|plaza|paseo|\brua|\bvia"
    r"|corso|piazza)"
)
MORE_SEED: Final = (
    r"[A-Z]{2}\d{2}[ -]?[A-Z0-9]{2}|\+\d{1,3}[ (./-]?\d|tel:|\(\d{2,5}\)"
    r"|\b0\d{2,4}[ /-]\d|\d{3}-\d{3}-\d{4}"
    rf"|(?:\d{{1,3}}\.){{3}}\d|[0-9A-Fa-f]{{1,4}}:[0-9A-Fa-f]{{0,4}}:|::[0-9A-Fa-f]|{_POSTAL_SEED}"
)
_FEWEST_DIGITS: Final = 8
_MOST_DIGITS: Final = 15


def find_more_personal(text: str) -> Iterator[Finding]:
    """Find bank accounts, phone numbers, postal addresses and addresses of machines."""
    for match in _IBAN.finditer(text):
        stop = _iban_end(match[0])
        if stop:
            yield Finding(match.start(), match.start() + stop, BANK_ACCOUNT)
    for match in _PHONE.finditer(text):
        n_digits = sum(one.isdigit() for one in match[0])
        if _FEWEST_DIGITS <= n_digits <= _MOST_DIGITS:
            yield Finding(*match.span(), PHONE_NUMBER)
    for match in _IPV4.finditer(text):
        if _is_of_person(match[0]):
            yield Finding(*match.span(), IP_ADDRESS)
    for match in _IPV6.finditer(text):
        if _is_of_person(match[0]):
            yield Finding(*match.span(), IP_ADDRESS)
    for match in _POSTAL.finditer(text):
        yield Finding(*match.span(), POSTAL_ADDRESS)


def _is_of_person(address: str) -> bool:
    """Return whether a text is an address that is not this machine's own or for every machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_multicast)


def _iban_end(text: str) -> int | None:
    """Return where an account number with right check digits ends (ISO 13616)."""
    # What follows may look like a part of it.
    ends = [place for place in range(15, len(text) + 1) if text[place - 1].isalnum()]
    for stop in reversed(ends):
        plain = re.sub(r"[ -]", "", text[:stop])
        if 15 <= len(plain) <= 34:  # noqa: PLR2004
            moved = plain[4:] + plain[:4]
            if int("".join(str(int(one, 36)) for one in moved)) % 97 == 1:
                return stop
    return None


_OF_PEOPLE: Final = Pattern(
    r"(?:(?:first|last|full|given|family|middle|maiden|sur|display|nick"
    r"|customer|recipient|contact|cardholder|patient|holder|owner|employee"
    r"|person|legal|billing|shipping)"
    r"[\s_.-]?name|surname|forename|vorname|nachname|prénom|nom[\s_-]de[\s_-]famille"
    r"|nombre|apellidos?|sobrenome|фамилия|имя|姓名|氏名"
    r"|birth[\s_-]?(?:day|date)|date[\s_-]?of[\s_-]?birth|\bdob\b|(?:home"
    r"|postal|street|billing|shipping)[\s_-]?address|(?:phone|mobile"
    r"|telephone)[\s_-]?(?:number|no)?|passport[\s_-]?(?:number|no)"
    r"|social[\s_-]?security|tax[\s_-]?(?:id|number)|national[\s_-]?id|iban)$",
    re.IGNORECASE,
)
OF_PEOPLE_SEED: Final = (
    r"(?i:name|vorname|nom|nombre|apellido|фамилия|имя|姓名|氏名|birth|dob"
    r"|address|phone|mobile|passport|social|tax|national|iban)"
)


def is_personal_name(name: str) -> bool:
    """Return whether a name is that of a person's data, such as ``lastName``.

    Examples
    --------
    >>> [is_personal_name(name) for name in ("lastName", "customer_name", "className", "hostname")]
    [True, True, False, False]
    """
    return len(name) <= 80 and _OF_PEOPLE.search(name) is not None  # noqa: PLR2004


_NAMED: Final = Pattern(
    r"(?<![\w.-])(?P<name>[\w.-]{2,40})\\{0,8}[\"']?\s{0,4}[:=]\s{0,4}\\{0,8}(?:\"(?P<double>"
    r"[^\"\\]{2,80})|'(?P<single>[^'\\]{2,80})|(?P<bare>[^\s\"'\\&;,{}()<>]{2,80}))"
)
NAMED_PERSONAL_SEED: Final = rf"{OF_PEOPLE_SEED}[\w.-]{{0,12}}\\*[\"']?\s{{0,4}}[:=]"


def find_named_personal(text: str) -> Iterator[Finding]:
    """Find values in texts that are personal because of their name."""
    for match in _NAMED.finditer(text):
        if is_personal_name(match["name"]):
            group = match.lastgroup or "bare"
            yield Finding(*match.span(group), PERSON)
