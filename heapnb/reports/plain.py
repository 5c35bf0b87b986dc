"""What a report says as plain data: for programs, and the same as Markdown for tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from heapnb._version import __version__
from heapnb.reports.tables import LONGEST_PROSE, TREND, Table, Writer
from heapnb.views import fmt
from heapnb.views.columns import is_missing, kind_of
from heapnb.views.columns import write as write_value
from heapnb.views.masking import printable
from heapnb.views.rates import rate_text
from heapnb.views.wording.allocations import stack_words
from heapnb.views.wording.known import known_text, origin_text
from heapnb.views.wording.libraries import library_text

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.reports.content import Report

HEADLINES: Final = {"leak": "This program leaks memory", "no-leak": "No leak found"}
UNDECIDED: Final = "Undecided"

_MOST_ROWS: Final = 10
_MOST_SUSPECTS: Final = 5
_MOST_LISTED: Final = 60
_MOST_ITEMS: Final = 80
_LONGEST_NAME: Final = 200
_PROSE: Final = ("explanation", "fix", "anchor")
# What Markdown, and what ticket systems make of text: markup, links, mentions, references.
_MEANT_OTHERWISE: Final = re.compile(r"[\\`*_{}\[\]<>#|~@&$]|(?<=:)/(?=/)")
_TICKS: Final = re.compile(r"`+")


def report_dict(report: Report) -> dict[str, Any]:
    """Return all that a report shows as plain data.

    Parameters
    ----------
    report : Report
        What to say.

    Returns
    -------
    dict
        Fit for JSON. Sizes are bytes, what is unknown is None. ``cut`` says of which tables how
        many rows are left out.
    """
    diagnosis, write = report.diagnosis, report.write
    shown = diagnosis.suspects[:_MOST_LISTED]
    tables = _tables(report)
    cut = {name: table.n_all - len(table.rows) for name, table in tables.items() if table.is_cut}
    if len(shown) < len(diagnosis.suspects):
        cut["suspects"] = len(diagnosis.suspects) - len(shown)
    return {
        "heapnb": __version__,
        "verdict": diagnosis.verdict,
        "reason": _fit(write, diagnosis.reason, LONGEST_PROSE),
        "suspects": [
            _fit(write, suspect.to_dict())
            | {"fingerprint": suspect.fingerprint, "source": _source(write, suspect)}
            for suspect in shown
        ],
        "producer": report.producer,
        "one_process": report.series.one_process,
        "warnings": list(report.warnings),
        "total_size": report.total_size,
        "parts": [
            {"name": part.name, "size": part.size, "share": part.share} for part in report.parts
        ],
        **{name: _records(write, table) for name, table in tables.items()},
        **({} if report.memory is None else {"rss": _fit(write, report.memory.rss.to_dict())}),
        **(
            {}
            if diagnosis.sampled is None
            else {"heap_profile": _fit(write, diagnosis.sampled.to_dict())}
        ),
        "cut": cut,
    }


def markdown(report: Report) -> str:
    """Write a report for a ticket, or for the summary of a build."""
    return "\n".join(_markdown(report)) + "\n"


def _tables(report: Report) -> dict[str, Table]:
    tables = {
        "snapshots": report.files,
        "growth": report.grown,
        "survivors": report.survivors,
        "cohorts": report.cohorts,
        "constructors": report.constructors,
        "packages": report.packages,
        **{f"{part.name}_functions": part.table for part in report.allocated},
    }
    return {name: table for name, table in tables.items() if table is not None}


def _records(write: Writer, table: Table) -> list[dict[str, Any]]:
    columns = {str(name): table.frame[name].tolist() for name in table.frame}
    rows = zip(*columns.values(), strict=True)
    return [
        {name: _plain(write, value) for name, value in zip(columns, row, strict=True)}
        for row in rows
    ]


def _plain(write: Writer, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(write, one) for one in value]
    if is_missing(value):
        return None
    return write.text(value) if isinstance(value, str) else value


def _fit(write: Writer, value: Any, limit: int = _LONGEST_NAME) -> Any:
    """Mask and cut the strings of plain data, and cut its lists; it is only some levels deep."""
    if isinstance(value, str):
        return write.text(value, limit)
    if isinstance(value, dict):
        return {
            name: _fit(write, item, LONGEST_PROSE if name in _PROSE else limit)
            for name, item in value.items()
        }
    if isinstance(value, list):
        half = _MOST_ITEMS // 2
        if len(value) > _MOST_ITEMS:
            value = [*value[:half], "…", *value[-half:]]
        return [_fit(write, item, limit) for item in value]
    return value


def _source(write: Writer, suspect: Suspect) -> dict[str, Any] | None:
    source = suspect.source
    if source is None:
        return None
    return {
        "location": write.text(source.location, _LONGEST_NAME),
        "first_line": source.first_line,
        "text": printable(source.text, write.masking),
        "is_cut": source.is_cut,
    }


def _markdown(report: Report) -> Iterator[str]:
    diagnosis, write = report.diagnosis, report.write
    yield f"## {HEADLINES.get(diagnosis.verdict, UNDECIDED)}"
    yield ""
    yield prose(write, diagnosis.reason)
    yield ""
    for suspect in diagnosis.suspects[:_MOST_SUSPECTS]:
        yield from _suspect(write, suspect)
    if len(diagnosis.suspects) > _MOST_SUSPECTS:
        more = fmt.plural(len(diagnosis.suspects) - _MOST_SUSPECTS, "further suspect")
        yield f"And {more}."
        yield ""
    for warning in report.warnings:
        yield f"> {escaped(write, warning)}"
        yield ""
    yield "### Snapshots"
    yield ""
    yield from _table(write, report.files)
    if report.grown is not None and report.grown.rows:
        yield "### Classes that grew"
        yield ""
        yield from _table(write, report.grown)
    if report.memory is not None:
        yield "### Resident memory (RSS)"
        yield ""
        for sentence in report.memory.sentences:
            yield prose(write, sentence)
            yield ""
        yield from _table(write, report.memory.table)
    for part in report.allocated:
        yield f"### {part.title}"
        yield ""
        for sentence in part.sentences:
            yield prose(write, sentence)
            yield ""
        if part.table.rows:
            yield from _table(write, part.table)
    yield "### Classes that retain most"
    yield ""
    yield from _table(write, report.constructors)
    yield f"<sub>heapnb {__version__}. {escaped(write, report.producer)}.</sub>"


def _suspect(write: Writer, suspect: Suspect) -> Iterator[str]:
    library = ""
    if suspect.shape is not None:
        library = f" ({prose(write, library_text(suspect.shape, suspect.class_name))})"
    subject = prose(write, suspect.title) if suspect.title else code(write, suspect.class_name)
    name = f"{subject}{library}"
    yield f"### {suspect.rank}. {name}: {escaped(write, suspect.kind)}"
    yield ""
    yield prose(write, suspect.explanation)
    yield ""
    facts = {
        "held by": prose(write, suspect.anchor),
        "location": None if suspect.location is None else code(write, suspect.location),
        "objects": " → ".join(map(fmt.format_count, suspect.count_per_snapshot)),
        "retained": " → ".join(map(fmt.format_bytes, suspect.retained_per_snapshot)),
        "growth": rate_text(suspect),
        "origin": prose(write, origin_text(suspect)),
        "known leak": None if suspect.known is None else prose(write, known_text(suspect.known)),
        "dismissed": None if suspect.dismissed is None else prose(write, suspect.dismissed),
        "notes": prose(write, "; ".join(suspect.notes)) if suspect.notes else None,
        "confidence": fmt.format_percent(suspect.confidence),
        "fingerprint": code(write, suspect.fingerprint),
    }
    yield from (f"- **{name}:** {value}" for name, value in facts.items() if value is not None)
    yield ""
    if suspect.fix:
        yield f"**Fix:** {prose(write, suspect.fix)}"
        yield ""
    chain = " → ".join(_fit(write, list(suspect.words)))
    yield f"**Retaining path:** {code(write, chain, limit=LONGEST_PROSE)}"
    yield ""
    if suspect.allocated_at is not None:
        yield "**Allocated by:**"
        yield ""
        for one in stack_words(suspect.allocated_at.stack):
            yield f"1. {code(write, one)}"
        yield ""
    if suspect.source is not None:
        text = printable(suspect.source.text, write.masking)
        lines = text.split("\n")
        fence = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(text)), 3)
        yield from (f"{fence}js", *lines, fence, "")


def _table(write: Writer, table: Table) -> Iterator[str]:
    columns = [column for column in table.columns if column.key != TREND]
    yield "| " + " | ".join(escaped(write, column.title) for column in columns) + " |"
    yield "|" + "|".join("---:" if column.is_number else "---" for column in columns) + "|"
    shown = table.frame.head(_MOST_ROWS)
    values = [shown[column.key].tolist() for column in columns]
    for row in zip(*values, strict=True):
        cells = [
            _cell(write, value, column.key) for value, column in zip(row, columns, strict=True)
        ]
        yield f"| {' | '.join(cells)} |"
    left_out = table.n_all - len(shown)
    if left_out > 0:
        yield ""
        yield f"… and {fmt.plural(left_out, 'more row')}."
    yield ""


def _cell(write: Writer, value: Any, key: str) -> str:
    if isinstance(value, str):
        return code(write, value).replace("|", "\\|")
    return escaped(write, write_value(value, kind_of(key)))


def prose(write: Writer, text: str) -> str:
    """Write sentences with code between back ticks."""
    pieces = write.masking.start(text, LONGEST_PROSE)[:LONGEST_PROSE].split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = [" ".join(pieces[-2:])]
    return "".join(
        code(write, piece) if number % 2 else escaped(write, piece)
        for number, piece in enumerate(pieces)
    )


def code(write: Writer, text: str, limit: int = fmt.MAX_TEXT_LENGTH) -> str:
    """Write a name as code, whatever ticks it has."""
    shown = write.text(text, limit)
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    if not longest:
        return f"`{shown}`" if shown else ""
    ticks = "`" * (longest + 1)
    return f"{ticks} {shown} {ticks}"


def escaped(write: Writer, text: Any) -> str:
    """Write text that Markdown shows as it is."""
    return _MEANT_OTHERWISE.sub(_entity, write.text(text, LONGEST_PROSE))


def _entity(match: re.Match[str]) -> str:
    character = match[0]
    # A reference to a character is never a mention, nor the beginning of an element.
    return f"&#{ord(character)};" if character in "<>&@#/" else f"\\{character}"


__all__: Sequence[str] = [
    "HEADLINES",
    "UNDECIDED",
    "code",
    "escaped",
    "markdown",
    "prose",
    "report_dict",
]
