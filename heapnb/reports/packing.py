"""The packed form of what can be browsed in a report, within a budget of bytes.

``heapnb/workbench/static/embedded.js`` unpacks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

CRUMBS: Final = "breadcrumbs"
"""Key of a node's details that lists its dominators."""

SEPARATORS: Final = 40
"""Bytes that an id and punctuation take around one thing."""


def as_script(data: object) -> str:
    """Write JSON of which nothing ends the ``<script>`` element around.

    Parameters
    ----------
    data : object
        Fit for JSON.

    Returns
    -------
    str
    """
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    text = orjson.dumps(data, option=options).decode()
    for character in _ESCAPED:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


_ESCAPED: Final = "<>&\u2028\u2029"


def size_of(value: object) -> int:
    """Return how many bytes something takes in the page, with what stands around it."""
    return len(as_script(value).encode()) + SEPARATORS


class Full(Exception):
    """The budget is used up."""


@dataclass
class Packer:
    """Packs answers, sharing the pieces of labels, as long as there is room."""

    left: int
    pieces: dict[tuple[str, str], int] = field(default_factory=dict)
    n_rows: int = 0

    def spend(self, size: int) -> None:
        """Take some bytes of the budget.

        Raises
        ------
        Full
            If there are not so many left.
        """
        if size > self.left:
            raise Full
        self.left -= size

    def page(
        self, page: Mapping[str, Any], parent: str | None, columns: Sequence[str]
    ) -> list[Any]:
        """Pack a page: rows, as many as there is room for, how many there are, and its note."""
        prefix = "" if parent is None else f"{parent}/"
        rows = page["rows"]
        while True:
            new: dict[tuple[str, str], int] = {}
            packed = [
                [self._row(row, prefix, columns, new) for row in rows],
                page["total"],
                page["note"],
            ]
            try:
                self._accept([parent, packed], new)
            except Full:
                if len(rows) <= 1:
                    raise
                rows = rows[: len(rows) // 2]
            else:
                self.n_rows += len(rows)
                return packed

    def details(self, details: Mapping[str, Any]) -> list[Any]:
        """Pack what is known of a node."""
        new: dict[tuple[str, str], int] = {}
        crumbs = [
            [self._piece(("", crumb["label"]), new), crumb["node_id"]] for crumb in details[CRUMBS]
        ]
        packed = [value for name, value in details.items() if name != CRUMBS]
        packed.append(crumbs)
        self._accept(packed, new)
        return packed

    def anything(self, value: Any) -> Any:
        """Take something as it is."""
        self.spend(size_of(value))
        return value

    def _accept(self, packed: object, new: Mapping[tuple[str, str], int]) -> None:
        self.spend(size_of(packed) + sum(map(size_of, new)))
        self.pieces.update(new)

    def _row(
        self,
        row: Mapping[str, Any],
        prefix: str,
        columns: Sequence[str],
        new: dict[tuple[str, str], int],
    ) -> list[Any]:
        own_id = ["id", f" @{row['node_id']}"]
        # The id of a node stands beside its label already.
        label = [
            -1 if piece == own_id else self._piece((piece[0], piece[1]), new)
            for piece in row["label"]
        ]
        packed = [
            row["key"].removeprefix(prefix),
            label,
            row["node_id"],
            int(row["expandable"]),
            # A column that does not apply is another thing than an unknown value.
            [row["cells"].get(key, False) for key in columns],
            row["flags"],
            row["title"],
        ]
        while packed[-1] in (None, []):
            packed.pop()
        return packed

    def _piece(self, piece: tuple[str, str], new: dict[tuple[str, str], int]) -> int:
        number = self.pieces.get(piece)
        if number is None:
            number = new.setdefault(piece, len(self.pieces) + len(new))
        return number
