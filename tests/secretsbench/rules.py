"""What the rules alone find of the corpus, without a heap: quick, and a lower limit of recall.

``python -m tests.secretsbench.rules development held_out third --missed``. In a heap, names of
properties and copies of known secrets reveal more.
"""

from __future__ import annotations

import sys

import click

from heapnb.secrets import find_secrets, is_secret_name, tells_nothing
from tests.secretsbench.corpus import PARTS, Entry, corpus

_LEAST: int = 8
"""A readable piece of this length, or of half a secret, counts as readable."""


def is_readable(entry: Entry) -> bool:
    """Tell whether a secret, or half of it, is left in its text."""
    text = entry.text if entry.name is None else f"{entry.name}={entry.text}"
    left = list(text)
    for found in find_secrets(text):
        left[found.start : found.stop] = "\0" * (found.stop - found.start)
    shown, piece = "".join(left), max(_LEAST, len(entry.secret) // 2)
    if entry.secret in shown:
        return True
    starts = range(len(entry.secret) - piece + 1)
    return any(entry.secret[start : start + piece] in shown for start in starts)


def is_hit(entry: Entry) -> bool:
    """Tell whether a harmless text is taken for a secret."""
    is_named = entry.name is not None and is_secret_name(entry.name)
    is_named = is_named and not tells_nothing(entry.text)
    return is_named or bool(find_secrets(entry.text))


def count(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Return the secrets that stay readable, and the harmless texts that are masked."""
    secrets = [one for one in entries if one.role in {"shape", "named", "text"}]
    missed = [
        one
        for one in secrets
        if not (one.name is not None and is_secret_name(one.name)) and is_readable(one)
    ]
    return missed, [one for one in entries if one.role == "harmless" and is_hit(one)]


def main(arguments: list[str]) -> None:
    """Print a line for each part, and with ``--missed`` the entries."""
    parts = [one for one in arguments if one in PARTS] or list(PARTS)
    for part in parts:
        entries = corpus(part)
        n_secrets = sum(one.role in {"shape", "named", "text"} for one in entries)
        n_harmless = sum(one.role == "harmless" for one in entries)
        missed, hit = count(entries)
        click.echo(
            f"{part}: {len(missed)} of {n_secrets} secrets readable, "
            f"{len(hit)} of {n_harmless} harmless texts masked"
        )
        if "--missed" in arguments:
            for word, some in (("readable", missed), ("masked", hit)):
                for one in some:
                    click.echo(f"  {word}  {one.kind}: {one.name or ''} {one.text[:100]!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
