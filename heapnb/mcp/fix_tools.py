"""The tool that compares a program before and after a change."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from heapnb.mcp import schemas
from heapnb.mcp.answers import Answer
from heapnb.mcp.toolbox import Call, Tool
from heapnb.views.fmt import plural
from heapnb.views.masking import masked

if TYPE_CHECKING:
    from heapnb.analysis.verification.fixes import FixVerification

_WORK: Final[schemas.Schema] = {
    "type": "array",
    "items": schemas.NUMBER,
    "description": "Units of work done at each snapshot, if no side files say",
}


def _verify_fix(call: Call) -> Answer:
    with masked(call.desk.masking), call.job.working("Opening"):
        found = _verified(call)
        leaks = [one.to_dict() for one in found.leaks]
        new = [one.to_dict() for one in found.new]
        return Answer(
            f"Verdict: {found.verdict}; {plural(len(leaks), 'leak')} before, {len(new)} new after.",
            {
                "verdict": found.verdict,
                **{name: value for name, value in found.to_dict().items() if name != "verdict"},
                "leaks": leaks,
                "new": new,
            },
            [found.reason],
            untrusted=("reason", "leaks", "new", "warnings"),
        )


def _verified(call: Call) -> FixVerification:
    from heapnb.analysis.verification.fixes import verify_fix

    roots, heaps = call.desk.roots, call.desk.heaps
    cases = [roots.snapshots(call[name]) for name in ("before", "after")]
    with ExitStack() as stack:
        stack.enter_context(heaps.holding([path for files in cases for path in files], call.job))
        if call["work"] is None and call["work_after"] is None:
            before, after = (stack.enter_context(heaps.case(files, call.job)) for files in cases)
            stack.enter_context(call.hiding(after.series.last))
            return verify_fix(before.diagnosis, after.diagnosis)
        reading = heaps.reading
        options: dict[str, Any] = {"cache": reading.cache, "salvage": reading.salvage}
        return verify_fix(
            *([str(path) for path in files] for files in cases),
            work=call["work"],
            work_after=call["work_after"],
            progress=False,
            source_root=reading.source_root or None,
            source_maps=reading.source_maps or None,
            **options,
        )


TOOLS = (
    Tool(
        "verify_fix",
        "Verify a fix",
        "Compare three or more snapshots before a change with as many after it, same load: is "
        "the leak fixed, and what else grows.",
        {
            "before": schemas.CASE,
            "after": schemas.CASE,
            "work": _WORK,
            "work_after": {"type": "array", "items": schemas.NUMBER},
        },
        ("before", "after"),
        {
            "verdict": schemas.one_of(("fixed", "improved", "not-fixed", "cannot-tell")),
            "reason": schemas.TEXT,
            "leaks": schemas.ANY_ROWS,
            "new": schemas.ANY_ROWS,
            "heap": {"type": "object"},
            "warnings": schemas.TEXTS,
        },
        _verify_fix,
    ),
)
