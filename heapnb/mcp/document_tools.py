"""The tool that writes documents below a root."""

from __future__ import annotations

from typing import Final

from heapnb.mcp import schemas
from heapnb.mcp.answers import Answer
from heapnb.mcp.schemas import described
from heapnb.mcp.toolbox import Call, Tool

_SUFFIXES: Final = {"report": ".html", "notebook": ".ipynb"}


def _write_report(call: Call) -> Answer:
    from heapnb.format.writer import check_target

    kind = call["format"] or "report"
    target = call.desk.roots.target(call["path"], _SUFFIXES[kind])
    force = bool(call["replace"])
    check_target(target, force=force, sources=call.files)
    redact = call.desk.masking.is_on
    with call.case() as case:
        if kind == "report":
            from heapnb.reports import report

            report(case.diagnosis, target, force=force, redact=redact, progress=call.job.report)
        else:
            from heapnb.notebooks import notebook

            reading = call.desk.heaps.reading
            notebook(
                case.series,
                target,
                force=force,
                redact=redact,
                execute=False,
                salvage=reading.salvage,
                source_root=reading.source_root or None,
                source_maps=reading.source_maps or None,
            )
        shown = call.desk.roots.shown(target)
        return Answer(
            f"Written: {target.stat().st_size:,} bytes.",
            {
                "path": shown,
                "size_bytes": target.stat().st_size,
                "verdict": case.diagnosis.verdict,
            },
            [shown],
            untrusted=("path",),
        )


TOOLS = (
    Tool(
        "write_report",
        "Write a report or notebook",
        "Write one HTML file that opens offline, or a notebook whose cells the user runs.",
        {
            "case": schemas.CASE,
            "path": described(schemas.TEXT, "New .html or .ipynb below a root"),
            "format": schemas.one_of(tuple(_SUFFIXES)),
            "replace": schemas.FLAG,
        },
        ("case", "path"),
        {"path": schemas.TEXT, "size_bytes": schemas.INTEGER, "verdict": schemas.VERDICT},
        _write_report,
        writes=True,
        replaces=True,
    ),
)
