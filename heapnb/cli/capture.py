"""``heapnb capture``: snapshots of a running process."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from heapnb.cli.options import json_option, parse_time, process_option, progress_option
from heapnb.cli.output import note, print_json, print_result, print_text, warn
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb.capture.capturing import CaptureResult
    from heapnb.capture.kinds import KindName

_SERIES = 3


_EXAMPLES = """\b
Examples:
  heapnb capture --pid 4711 --plan
  heapnb capture --pid 4711 --series 3 --after 60s
  heapnb capture --port 9229 --series 3 --after-requests 1000 --hit http://127.0.0.1:3000/
  heapnb capture --port 9222 --page "My shop"
  heapnb capture --pid 4711 --timeline 30s
  heapnb capture --pid 4711 --sampling 30s
"""


@click.command("capture", short_help="Take snapshots of a running process.", epilog=_EXAMPLES)
@process_option
@click.option("--port", type=int, metavar="N", help="The port of an inspector on this machine.")
@click.option(
    "--url",
    metavar="URL",
    help="The address of an inspector; with --pid or --port: where requests go, as --hit.",
)
@click.option("--page", metavar="TEXT", help="A page of Chrome, by a part of its title or URL.")
@click.option(
    "--out",
    metavar="FILE|DIR",
    help="Write to this file or folder.  [default: Heap.….heapsnapshot.zst]",
)
@click.option(
    "--series",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Take N snapshots; a diagnosis is best with three.",
)
@click.option(
    "--after", callback=parse_time, metavar="TIME", help="Wait between two snapshots: 60s, 5m, 1h."
)
@click.option(
    "--after-requests",
    type=click.IntRange(min=1),
    metavar="N",
    help="Send N requests between two snapshots.",
)
@click.option("--hit", metavar="URL", help="Where these requests go.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="C",
    help="Send C requests at once.",
)
@click.option("--no-workers", is_flag=True, help="Capture only the main thread or page.")
@click.option(
    "--signal",
    metavar="NAME",
    help="Send this signal to a program started with --heapsnapshot-signal, and take its file.",
)
@click.option(
    "--dir", "folder", metavar="DIR", help="Where that program writes.  [default: where it runs]"
)
@click.option("--plan", "is_plan", is_flag=True, help="Only say what a snapshot would cost.")
@click.option(
    "--timeline",
    callback=parse_time,
    metavar="TIME",
    help="Record allocations for this time before each snapshot: it then says when, and by which "
    "call stack, its objects were allocated. Slows the program down.",
)
@click.option(
    "--no-stacks", is_flag=True, help="With --timeline: record only times, which costs less."
)
@click.option(
    "--sampling",
    callback=parse_time,
    metavar="TIME",
    help="Sample allocations for this time instead; needs next to no memory.",
)
@click.option("--numeric-values", is_flag=True, help="Include the values of numbers.")
@click.option("--internals", is_flag=True, help="Include internal objects of the engine.")
@click.option("--no-compress", is_flag=True, help="Do not compress with zstd.")
@click.option("--force", is_flag=True, help="Take it even if that would probably kill the process.")
@click.option("--allow-remote", is_flag=True, help="Connect to other machines, too.")
@click.option(
    "--timeout",
    "silence",
    callback=parse_time,
    default="120s",
    show_default=True,
    metavar="TIME",
    help="Give up after this time without any sign of life.",
)
@progress_option
@json_option
def command(
    pid: int | None,
    port: int | None,
    url: str | None,
    page: str | None,
    out: str | None,
    series: int,
    after: float | None,
    after_requests: int | None,
    hit: str | None,
    concurrency: int,
    signal: str | None,
    folder: str | None,
    timeline: float | None,
    sampling: float | None,
    silence: float,
    *,
    no_workers: bool,
    no_stacks: bool,
    is_plan: bool,
    numeric_values: bool,
    internals: bool,
    no_compress: bool,
    force: bool,
    allow_remote: bool,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Take heap snapshots of a running process, or record its allocations.

    Node by --pid (its inspector is opened, and closed again), Node, Deno, Electron and Chrome by
    --port. Worker threads become series of their own. The process stands still meanwhile, and
    needs several times its heap in memory: --plan says how much.
    """
    if series > 1 and is_plan:
        raise CommandError("--series needs snapshots.", hint="leave --plan away.")
    kind, seconds = _kind(timeline, sampling)
    if no_stacks and timeline is None:
        raise CommandError("--no-stacks belongs to --timeline.", hint="--timeline 60s --no-stacks")
    if is_plan:
        from heapnb.capture.plan import plan_capture

        plan = plan_capture(
            pid,
            port=port,
            url=url,
            page=page,
            stacks=None if timeline is None else not no_stacks,
            allow_remote=allow_remote,
        )
        print_json(plan.to_dict()) if as_json else print_result(plan)
        return
    from heapnb.capture.capturing import capture

    result = capture(
        pid,
        kind=kind,
        seconds=seconds,
        port=port,
        url=url,
        page=page,
        out=out,
        series=series,
        after=after,
        after_requests=after_requests,
        hit=hit,
        concurrency=concurrency,
        workers=not no_workers,
        signal=signal,
        folder=folder,
        numeric_values=numeric_values,
        internals=internals,
        stacks=not no_stacks,
        compress=not no_compress,
        force=force,
        allow_remote=allow_remote,
        silence=silence,
        progress=not no_progress,
    )
    warn(result.warnings)
    if as_json:
        print_json(result.to_dict())
        return
    for path in result.files:
        print_text(str(path))
    _say_what_next(result)


def _kind(timeline: float | None, sampling: float | None) -> tuple[KindName, float | None]:
    """Return what is captured, and how long it is recorded."""
    if timeline is not None and sampling is not None:
        raise CommandError("--timeline and --sampling exclude each other.", hint="choose one.")
    if timeline is not None:
        return "timeline", timeline
    return ("snapshot", None) if sampling is None else ("heap-profile", sampling)


def _say_what_next(result: CaptureResult) -> None:
    plan = result.plan
    if plan is not None and plan.verdict != "safe":
        note(f"The snapshot was {plan.verdict}: {plan.reasons[0]}")
    for label, paths in result.series.items():
        which = f" ({label})" if len(result.series) > 1 else ""
        verb = "diagnose" if len(paths) >= _SERIES else "report" if len(paths) == 1 else "diff"
        shown = list(paths)
        if ".heapprofile" in paths[0].suffixes:
            verb, shown = "heapprofile", list(dict.fromkeys((paths[0], paths[-1])))
        command = shlex.join(["heapnb", verb, *map(str, shown)])
        note(f"Next{which}: {command}")
