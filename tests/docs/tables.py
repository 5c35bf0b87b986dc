"""The tables in docs/ that list what registries hold.

``python -m tests.docs.tables`` writes them anew; a test makes sure that they are current.
"""

from __future__ import annotations

import re

from heapnb._deprecation import FORMER_NAMES
from heapnb.analysis.diagnosis.known_leaks import shipped_leaks
from heapnb.analysis.known_shapes import known_shapes as shapes
from heapnb.analysis.tables import TABLES
from heapnb.schema import COLUMNS, Kind
from tests.conftest import ROOT

UNITS = {
    Kind.BYTES: "bytes",
    Kind.BYTES_DELTA: "bytes, signed",
    Kind.COUNT: "number",
    Kind.COUNT_DELTA: "number, signed",
    Kind.NUMBER: "number",
    Kind.SHARE: "share, 0 to 1",
    Kind.DISTANCE: "edges",
    Kind.MILLISECONDS: "ms",
    Kind.IDENTIFIER: "id or number",
    Kind.YES_NO: "yes or no",
    Kind.LOCATION: "location",
    Kind.TEXT: "text",
}


def _rows(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines).replace("| --- ", "|---")


def decoded_tables() -> str:
    return _rows(
        ("method", "command", "one row for each", "columns include"),
        [
            (f"`snap.{table.name}()`", f"`heapnb {table.command}`", table.row, table.tells)
            for table in TABLES.values()
        ],
    )


def columns() -> str:
    return _rows(
        ("column", "title", "unit", "meaning"),
        [
            (f"`{column.name}`", column.title, UNITS[column.kind], column.doc)
            for column in sorted(COLUMNS.values(), key=lambda column: column.name)
        ],
    )


def known_leaks() -> str:
    return _rows(
        ("package", "leak", "affected", "fixed in", "report", "reproduced with"),
        [
            (
                f"`{leak.package}`",
                leak.title.replace("|", "\\|"),
                f"`{leak.affected}`".replace("|", "\\|"),
                leak.fixed_in or "–",
                f"[{leak.issue.rpartition('/')[2]}]({leak.issue})",
                leak.reproduced_with or "–",
            )
            for leak in sorted(shipped_leaks(), key=lambda leak: (leak.package, leak.id))
        ],
    )


def known_shapes() -> str:
    return _rows(
        ("package", "class", "what it is", "recognised by", "checked with", "source"),
        [
            (
                f"`{shape.package}`",
                f"`{shape.class_name}`",
                shape.role,
                ", ".join(f"`{name}`" for name in shape.names),
                shape.checked_with,
                f"[{shape.source.rpartition('/')[2]}]({shape.source})",
            )
            for shape in sorted(shapes(), key=lambda shape: (shape.package, shape.class_name))
        ],
    )


def former_names() -> str:
    return _rows(
        ("what", "before", "now", "warns since", "gone in"),
        [
            (one.kind, f"`{one.name}`", f"`{one.current}`", one.since, one.gone_in)
            for one in FORMER_NAMES
        ],
    )


PAGES = {
    ("docs/decoding.md", "decoded tables"): decoded_tables,
    ("docs/columns.md", "columns"): columns,
    ("docs/known-leaks.md", "known leaks"): known_leaks,
    ("docs/known-shapes.md", "known shapes"): known_shapes,
    ("docs/upgrading.md", "former names"): former_names,
}


def current(text: str, name: str, content: str) -> str:
    """Return a page with the table of some name replaced."""
    start, end = f"<!-- {name}: tests/docs/tables.py -->\n", f"<!-- end of {name} -->"
    pattern = re.escape(start) + ".*?" + re.escape(end)
    found, count = re.subn(pattern, lambda _: f"{start}\n{content}\n\n{end}", text, flags=re.DOTALL)
    assert count == 1, f"no marks of the table {name}"
    return found


if __name__ == "__main__":
    for (page, name), make in PAGES.items():
        path = ROOT / page
        path.write_text(current(path.read_text(), name, make()))
