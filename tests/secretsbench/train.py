"""Make the model of `heapnb.secrets.chance` from the words of the sample snapshots and of the docs.

    python -m tests.secretsbench.train

It counts pairs of characters in distinct words: names of properties and functions, words of texts.
Words that are themselves digests and keys do not count.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

import heapnb as hn
from heapnb.secrets.chance import ALPHABET, parts_of

_HOUSE = Path(__file__).parents[2]
_TARGET = _HOUSE / "heapnb" / "secrets" / "pairs.txt"
_WORD = re.compile(r"[A-Za-z0-9_$-]{4,40}")
_LONGEST_TEXT = 200
_MOST_DIGIT_RUNS = 2
_MOST_DIGITS = 0.3
_PRIOR = 0.5


def texts() -> Iterator[str]:
    """Yield the strings of the sample snapshots, and the lines of the docs."""
    for file in sorted((_HOUSE / "sample_snapshots").rglob("*.heapsnapshot.zst")):
        yield from hn.load(file).graph.strings.to_pylist()
    for file in sorted(_HOUSE.glob("docs/**/*.md")):
        yield from file.read_text("utf-8").splitlines()


def is_written(word: str) -> bool:
    """Tell whether a word has no more digits than names have."""
    digits = re.findall(r"\d+", word)
    return len(digits) <= _MOST_DIGIT_RUNS and sum(map(len, digits)) <= _MOST_DIGITS * len(word)


def main() -> None:
    """Count, and write the surprise of each pair in tenths of bits."""
    words = {
        word
        for text in texts()
        if len(text) < _LONGEST_TEXT
        for word in _WORD.findall(text)
        if is_written(word)
    }
    pairs = Counter(
        first + second
        for word in words
        for part in parts_of(word)
        for first, second in itertools.pairwise(part)
    )
    lines = [
        "# Surprise of each pair of characters in names and words, in tenths of bits: a row for",
        f"# each first character, a column for each second one, of {ALPHABET}.",
        f"# From {len(words):,} words; made by python -m tests.secretsbench.train",
    ]
    for first in ALPHABET:
        total = sum(pairs[first + second] + _PRIOR for second in ALPHABET)
        lines.append(
            " ".join(
                f"{round(-10 * math.log2((pairs[first + second] + _PRIOR) / total)):3}"
                for second in ALPHABET
            ).rstrip()
        )
    _TARGET.write_text("\n".join(lines) + "\n", "ascii")
    click.echo(f"{_TARGET.relative_to(_HOUSE)}: {len(words):,} words")


if __name__ == "__main__":
    main()
