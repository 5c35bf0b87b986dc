"""A naive twin of the kernel that reads ropes."""

from __future__ import annotations

from dataclasses import dataclass

from heapnb.kernels.ropes import FIRST, MAX_VISITS_PER_NODE, SECOND


@dataclass(frozen=True)
class Rope:
    """Pairs of what an edge is called and the node that it leads to."""

    edges: list[tuple[int, int]]


def text_of(nodes: list[str | Rope], start: int, n_bytes: int) -> list[str]:
    """List the parts of a rope that are not empty, until they have so many bytes."""
    parts: list[str] = []
    pending = [start]
    for _ in range(MAX_VISITS_PER_NODE * len(nodes)):
        if not pending or len("".join(parts).encode()) >= n_bytes:
            break
        node = nodes[pending.pop(0)]
        if isinstance(node, str):
            parts += [node] * bool(node)
            continue
        halves = {FIRST: 0, SECOND: 0}
        for name, target in node.edges:
            if name in halves and not all(halves.values()):
                halves[name] = target
        pending = [halves[FIRST], halves[SECOND], *pending]
    return parts


def joined_texts(halves: list[tuple[int, int]], strings: list[bytes], limit: int) -> list[bytes]:
    """Join ropes; a rope that is met within itself is empty there."""
    texts: dict[int, bytes] = {}
    opened: set[int] = set()

    def visit(row: int) -> None:
        if row < 0 or row in opened:
            return
        opened.add(row)
        for half in reversed(halves[row]):
            visit(half)
        parts = [
            texts.get(half, b"") if half >= 0 else b"" if half == -1 else strings[-2 - half]
            for half in halves[row]
        ]
        texts[row] = b"".join(parts)[:limit]

    for row in range(len(halves)):
        visit(row)
    return [texts[row] for row in range(len(halves))]
