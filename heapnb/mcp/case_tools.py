"""Tools about a whole case: what it is, whether it leaks, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from heapnb.cli.output import records
from heapnb.errors import RefusedError
from heapnb.mcp import schemas
from heapnb.mcp.answers import Answer, known, table_lines
from heapnb.mcp.toolbox import Call, Tool
from heapnb.views.fmt import format_bytes, format_bytes_delta, plural

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

_THREE: Final = 3
_METHOD: Final = (
    "Three snapshots of one process, with the same work between them, are needed for a verdict."
)


def _open_case(call: Call) -> Answer:
    if call["case"] is None:
        return _list_cases(call)
    with call.case() as case:
        series = case.series
        rows = records(series.table, list(series.table.columns))
        few = f" {_METHOD}" if len(series) < _THREE else ""
        return Answer(
            f"{plural(len(series), 'snapshot')}, "
            f"{'one process' if series.one_process else 'several processes'}.{few}",
            {
                "cases": [],
                "snapshots": rows[call.offset :],
                "one_process": series.one_process,
                "warnings": list(series.warnings),
            },
            [*table_lines(rows[call.offset :]), *series.warnings],
            rows="snapshots",
            offset=call.offset,
            total=len(rows),
            untrusted=("snapshots", "warnings"),
            more="Next: diagnose.",
        )


def _list_cases(call: Call) -> Answer:
    roots = call.desk.roots
    found, is_all = roots.cases()
    rows: list[dict[str, Any]] = [
        {
            "case": one.case,
            "files": [path.name for path in one.files],
            "size_bytes": sum(path.stat().st_size for path in one.files),
        }
        for one in found
    ]
    complete = "" if is_all else " The search stopped early: name a folder."
    return Answer(
        f"{plural(len(rows), 'folder')} with snapshots.{complete}",
        {"cases": rows[call.offset :], "snapshots": [], "one_process": None, "warnings": []},
        table_lines([{**row, "files": len(row["files"])} for row in rows[call.offset :]]),
        rows="cases",
        offset=call.offset,
        total=len(rows),
        untrusted=("cases",),
        more="Next: diagnose one of them.",
    )


def _diagnose(call: Call) -> Answer:
    with call.case() as case:
        diagnosis = case.diagnosis
        suspects = diagnosis.suspects[call.offset :]
        # The first is explained, which takes most of the time; the others as far as they fit.
        n_shown = max(call.most_bytes // 1000, 1)
        return Answer(
            _verdict(diagnosis),
            {
                "verdict": diagnosis.verdict,
                "reason": diagnosis.reason,
                "warnings": list(diagnosis.warnings),
                "suspects": [_data_of(one) for one in suspects[:n_shown]],
            },
            _diagnosis_lines(diagnosis, suspects),
            rows="suspects",
            offset=call.offset,
            total=len(diagnosis.suspects),
            untrusted=("reason", "warnings", "suspects"),
            more="Next: explain_suspect." if suspects else "",
        )


def _data_of(suspect: Suspect) -> dict[str, Any]:
    """Return what is known of a suspect."""
    found = known(suspect.to_dict())
    # Nearly the same as the retained sizes, which models compare with them in vain.
    found.pop("attributed_per_snapshot", None)
    return found


def _verdict(diagnosis: Diagnosis) -> str:
    suspects = diagnosis.suspects
    found = plural(len(suspects), "suspect")
    first = f"; the first with confidence {suspects[0].confidence:g}" if suspects else ""
    few = f" {_METHOD}" if len(diagnosis.series) < _THREE else ""
    return f"Verdict: {diagnosis.verdict}; {found}{first}.{few}"


def _diagnosis_lines(diagnosis: Diagnosis, suspects: tuple[Suspect, ...]) -> list[str]:
    lines = []
    if suspects:
        first = suspects[0]
        lines += [_title_of(first), f"Cause: {first.explanation}", f"Fix: {first.fix}"]
    else:
        lines.append(f"Reason: {diagnosis.reason}")
    return [*lines, *map(_suspect_line, suspects[1:])]


def _title_of(suspect: Suspect) -> str:
    """Name a suspect, before its cause, which has the numbers and what holds the objects."""
    delta = format_bytes_delta(suspect.retained_delta)
    return (
        f"{suspect.rank}. {suspect.subject}: {delta}, {suspect.kind}, at "
        f"{suspect.location or 'an unknown place'}, for example node {suspect.node_id}"
    )


def _suspect_line(suspect: Suspect) -> str:
    counts = " → ".join(f"{count:,}" for count in suspect.count_per_snapshot)
    delta = format_bytes_delta(suspect.retained_delta)
    return (
        f"{suspect.rank}. {suspect.subject}: {counts} objects, {delta}, {suspect.kind}, held by "
        f"{suspect.anchor}, at {suspect.location or 'an unknown place'}, "
        f"for example node {suspect.node_id}"
    )


def _explain_suspect(call: Call) -> Answer:
    with call.case() as case:
        diagnosis = case.diagnosis
        rank = call["rank"] or 1
        if rank > len(diagnosis.suspects):
            raise RefusedError(
                f"The diagnosis has {plural(len(diagnosis.suspects), 'suspect')}, none of rank "
                f"{rank}.",
                hint=f"the verdict is {diagnosis.verdict}.",
            )
        suspect = diagnosis.suspects[rank - 1]
        culprits = suspect.culprits
        return Answer(
            f"Suspect {rank} of {len(diagnosis.suspects)}, confidence {suspect.confidence:g}. "
            f"Removing {plural(len(culprits.edges), 'reference')} frees "
            f"{format_bytes(culprits.freed_size)}.",
            {
                "verdict": diagnosis.verdict,
                "suspect": _data_of(suspect),
                "culprits": culprits.to_dict(),
                "source": _source_of(suspect),
            },
            _explanation_lines(suspect),
            untrusted=("suspect", "culprits", "source"),
            more="Next: inspect_node with its node_id, or what_if.",
        )


def _source_of(suspect: Suspect) -> dict[str, Any] | None:
    source = suspect.source
    if source is None:
        return None
    return {"location": source.location, "first_line": source.first_line, "text": source.text}


def _explanation_lines(suspect: Suspect) -> list[str]:
    lines = [
        _title_of(suspect),
        f"Cause: {suspect.explanation}",
        f"Fix: {suspect.fix}",
        *(f"Reference to remove: {edge.expression}" for edge in suspect.culprits.edges),
        *(f"Added at {place.location}" for place in suspect.added_at[1:]),
        f"Path: {' > '.join(suspect.words)}",
    ]
    if suspect.source is not None:
        lines += [f"Source: {suspect.source.location}", *suspect.source.text.splitlines()]
    return lines


TOOLS = (
    Tool(
        "open_case",
        "List or open snapshots",
        "List the folders with snapshots; with a case, say what it is. Other tools open cases "
        "themselves.",
        {"case": schemas.CASE},
        (),
        {
            "cases": schemas.ANY_ROWS,
            "snapshots": schemas.ANY_ROWS,
            "one_process": {"type": ["boolean", "null"]},
            "warnings": schemas.TEXTS,
        },
        _open_case,
        is_paged=True,
    ),
    Tool(
        "diagnose",
        "Diagnose a leak",
        "Say whether the program leaks, what holds the objects, which line adds them, and the "
        "fix. Start here.",
        {
            "case": schemas.described(
                schemas.CASE, "Snapshot, folder or glob below the roots; several: one a line"
            )
        },
        ("case",),
        {
            "verdict": schemas.VERDICT,
            "reason": schemas.TEXT,
            "warnings": schemas.TEXTS,
            "suspects": {"type": "array", "items": schemas.SUSPECT},
        },
        _diagnose,
        is_paged=True,
    ),
    Tool(
        "explain_suspect",
        "Explain a suspect",
        "All about one suspect: cause, fix, source, retaining path, fewest references to remove.",
        {"case": schemas.CASE, "rank": {"type": "integer", "minimum": 1}},
        ("case",),
        {
            "verdict": schemas.VERDICT,
            "suspect": schemas.SUSPECT,
            "culprits": {"type": "object"},
            "source": {"type": ["object", "null"]},
        },
        _explain_suspect,
    ),
)
