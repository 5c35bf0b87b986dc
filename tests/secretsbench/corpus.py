"""The corpus: secrets, personal data and harmless texts, expanded from files of patterns.

Each entry of the TOML files names its ``kind``. ``shape`` entries are recognisable by themselves
(``values``; ``secret`` is the part that must not be readable). ``named`` entries are secret because
of one of their ``names``. ``text`` entries are values within one of their ``texts``, in place of
``{}``. ``personal`` entries are personal data. ``harmless`` entries have ``values``, or ``named``
pairs. ``n`` repeats an entry with other values.
"""

from __future__ import annotations

import random
import re
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

HALVES: Final = ("development", "held_out")
PARTS: Final = (*HALVES, "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_FOLDER: Final = Path(__file__).parent
_SHAPES_EACH: Final = 2

_ALPHABETS: Final = {
    "alnum": string.ascii_letters + string.digits,
    "mixed": string.ascii_letters + string.digits,
    "lower": string.ascii_lowercase,
    "digit": string.digits,
    "nonzero": "23456789",
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "updigit": string.ascii_uppercase + string.digits,
    "lowdigit": string.ascii_lowercase + string.digits,
    "upper32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
}
_WORDS: Final = (
    *("anchor", "basket", "candle", "desert", "engine", "forest", "garden", "harbor", "island"),
    *("jungle", "kettle", "lantern", "meadow", "needle", "orange", "pepper", "quartz", "river"),
    *("saddle", "timber", "umbrella", "velvet", "window", "yellow", "zebra", "copper", "marble"),
)
_FIRST: Final = ("Ada", "Grace", "Katherine", "Hedy", "Radia", "Barbara", "Jürgen", "Óscar", "Wei")
_LAST: Final = ("Lovelace", "Hopper", "Johnson", "Lamarr", "Perlman", "Liskov", "Müller", "Núñez")
_PATTERN: Final = re.compile(r"<(\d+ \w+|iban [A-Z]{2} [\d+]+|card \d+ \d+|\w+)>")

Role = Literal["shape", "named", "text", "personal", "harmless"]


@dataclass(frozen=True)
class Entry:
    """A secret, or a harmless text.

    Parameters
    ----------
    kind : str
        Its kind in the corpus.
    role : str
        What makes it secret.
    secret : str
        What must not be readable, or for a harmless text what must stay.
    text : str
        The text that a program has, with the secret in it.
    name : str or None
        The name of the value.
    structure : str or None
        The structure that holds it; None for any.
    """

    kind: str
    role: Role
    secret: str
    text: str
    name: str | None = None
    structure: str | None = None


def corpus(half: str) -> list[Entry]:
    """Expand one part of the corpus; always to the same values."""
    data = tomllib.loads((_FOLDER / f"{half}.toml").read_text("utf-8"))
    chance = random.Random(f"heapnb {half}")
    found: list[Entry] = []
    for role in ("shape", "named", "text", "personal", "harmless"):
        for one in data[role]:
            found += _entries(role, one, chance)
    return found


def _entries(role: Role, one: dict[str, Any], chance: random.Random) -> list[Entry]:
    kind: str = one["kind"]
    if role == "harmless":
        pairs = [Entry(kind, role, value, value, name) for name, value in one.get("named", ())]
        values = [
            _expand(value, chance)
            for _ in range(one.get("n", 1))
            for value in one.get("values", ())
        ]
        return [*pairs, *(Entry(kind, role, value, value) for value in values)]
    found: list[Entry] = []
    if "texts" in one:
        for text in one["texts"]:
            secret = _expand(one["values"][len(found) % len(one["values"])], chance)
            found.append(Entry(kind, role, secret, text.replace("{}", secret)))
        return found
    if "names" in one:
        for name in one["names"]:
            secret = _expand(one["values"][0], chance)
            found.append(Entry(kind, role, secret, secret, name, one.get("structure")))
        return found
    for _ in range(_SHAPES_EACH):
        for value in one["values"]:
            if "secret" in one:
                secret = _expand(one["secret"], chance)
                text = _expand(value.replace(one["secret"], secret), chance)
            else:
                secret = text = _expand(value, chance)
            found.append(Entry(kind, role, secret, text))
    return found


def _expand(pattern: str, chance: random.Random) -> str:
    return _PATTERN.sub(lambda match: _part(match[1], chance), pattern)


def _part(spec: str, chance: random.Random) -> str:
    match spec.split():
        case ["iban", country, account]:
            return _iban(country, account, chance)
        case ["card", prefix, length]:
            return _card(prefix, int(length), chance)
        case [length, alphabet]:
            return "".join(chance.choices(_ALPHABETS[alphabet], k=int(length)))
        case ["word"]:
            return chance.choice(_WORDS)
        case ["password"]:
            words = f"{chance.choice(_WORDS)}{chance.choice('-_.')}{chance.choice(_WORDS)}"
            return f"{words}{chance.randrange(10, 99)}{chance.choice(('', '!', '#'))}"
        case ["person"]:
            return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        case ["uuid"]:
            digits = "".join(chance.choices("0123456789abcdef", k=30))
            return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:30]}"
        case ["ipv4"]:
            return ".".join(str(chance.randrange(11, 223)) for _ in range(4))
    raise ValueError(spec)


def _iban(country: str, account: str, chance: random.Random) -> str:
    """Return an account number with right check digits (ISO 13616)."""
    bank, _, rest = account.rpartition("+")
    letters = "".join(chance.choices(string.ascii_uppercase, k=int(bank or 0)))
    basic = letters + "".join(chance.choices(string.digits, k=int(rest)))
    digits = "".join(str(int(one, 36)) for one in f"{basic}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{basic}"


def _card(prefix: str, length: int, chance: random.Random) -> str:
    """Return a card number with a right check digit (Luhn)."""
    body = prefix + "".join(chance.choices(string.digits, k=length - len(prefix) - 1))
    total = 0
    for place, one in enumerate(reversed(body)):
        total += sum(divmod(2 * int(one), 10)) if place % 2 == 0 else int(one)
    return f"{body}{-total % 10}"
