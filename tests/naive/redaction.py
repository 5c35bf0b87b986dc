"""What the kernels behind redaction compute, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def windows_in(texts: Sequence[str], known: set[str]) -> list[tuple[int, int, int]]:
    """Find pieces of eight characters; pieces that touch are joined."""
    found: list[tuple[int, int, int]] = []
    for i, text in enumerate(texts):
        for start in range(len(text) - 7):
            if text[start : start + 8] not in known:
                continue
            if found and found[-1][0] == i and found[-1][2] >= start:
                found[-1] = (i, found[-1][1], start + 8)
            else:
                found.append((i, start, start + 8))
    return found


def is_telling(piece: str) -> bool:
    """Tell a piece of something random from one of a word."""
    if any(not "!" <= one <= "~" or one in "=:;," for one in piece):
        return False
    letters = [one for one in piece if one.isalpha()]
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(letters))
    return (bool(letters) and any(one.isdigit() for one in piece)) or changes >= 3


def parts_of(halves: Sequence[tuple[int, int]], rope: int, visits: list[int]) -> list[int]:
    """Take a rope apart; each may be taken apart four times."""
    parts: list[int] = []
    pending = [rope]
    while pending:
        half = pending.pop()
        if half == -1:
            continue
        if half < 0:
            parts.append(-2 - half)
        elif visits[half] >= 4:
            parts.append(-1)
        else:
            visits[half] += 1
            pending += [halves[half][1], halves[half][0]]
    return parts
