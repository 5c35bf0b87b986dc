"""``heapnb scan``: the snapshots and logs of many processes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from heapnb.cli.options import json_option, parse_size, personal_option, progress_option
from heapnb.cli.output import note, print_json, print_result, records, timed_records, warn
from heapnb.cli.reading import Reading, check_target
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb.fleet.fleet import Fleet
    from heapnb.fleet.questions import Separation

_DEFAULT: Final = "heapnb-fleet"


def parse_expressions(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[re.Pattern[str], ...]:
    """Compile regular expressions; an option's callback."""
    found = []
    for text in value:
        try:
            found.append(re.compile(text))
        except re.error as error:
            message = f"{text!r} is not a regular expression: {error}."
            raise click.BadParameter(message, ctx, param) from None
    return tuple(found)


def parse_storage(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> dict[str, Any]:
    """Read options such as ``client_kwargs.endpoint_url=http://…``; an option's callback."""
    found: dict[str, Any] = {}
    for text in value:
        name, is_set, setting = text.partition("=")
        if not name or not is_set:
            message = f"{text!r} is not NAME=VALUE."
            raise click.BadParameter(message, ctx, param)
        *outer, last = name.split(".")
        inner = found
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[last] = {"true": True, "false": False}.get(setting.lower(), setting)
    return found


@click.command("scan", short_help="Examine many processes at once, on Dask.")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FOLDER",
    default=_DEFAULT,
    show_default=True,
    help="Write the tables into this folder. An earlier scan in it goes on.",
)
@click.option(
    "--names",
    metavar="TEMPLATE",
    multiple=True,
    help="What paths say, such as '{pod}/{index}.heapsnapshot': host, pod, pid, worker, build, "
    "time or index.",
)
@click.option(
    "--names-regex",
    metavar="REGEX",
    multiple=True,
    callback=parse_expressions,
    help="The same as a regular expression with named groups.",
)
@click.option(
    "--labels", metavar="FILE", help="A CSV of what else is known, such as pod,outcome,build."
)
@click.option(
    "--outcome",
    metavar="LABEL",
    default="outcome",
    show_default=True,
    help="The label that says which pods were killed.",
)
@click.option("--control", metavar="BUILD", help="The build to compare --canary with.")
@click.option("--canary", metavar="BUILD", help="The build that is tried.")
@click.option("--workers", metavar="N", type=click.IntRange(1), help="Processes to start.")
@click.option(
    "--memory-limit",
    metavar="SIZE",
    callback=parse_size,
    help="Memory that each of them may use, such as 4GB.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Use the workers of this scheduler of Dask instead, such as tcp://10.0.0.5:8786.",
)
@click.option(
    "--storage-option",
    "storage_options",
    metavar="NAME=VALUE",
    multiple=True,
    callback=parse_storage,
    help="An option of fsspec for URLs, such as anon=true.",
)
@click.option("--again", is_flag=True, help="Examine all files again, not only new ones.")
@click.option("--salvage", is_flag=True, help="Read truncated files as far as they go.")
@click.option("--report", metavar="FILE", help="Write an HTML report on the fleet.")
@click.option("--notebook", metavar="FILE", help="Write a notebook on the fleet.")
@click.option("--force", is_flag=True, help="Replace existing files of --report and --notebook.")
@click.option("--no-redact", is_flag=True, help="Do not mask likely secrets.")
@personal_option
@progress_option
@json_option
def command(
    sources: tuple[str, ...],
    target: str,
    names: tuple[str, ...],
    names_regex: tuple[re.Pattern[str], ...],
    labels: str | None,
    outcome: str,
    control: str | None,
    canary: str | None,
    workers: int | None,
    memory_limit: int | None,
    scheduler: str | None,
    storage_options: dict[str, Any],
    *,
    again: bool,
    salvage: bool,
    report: str | None,
    notebook: str | None,
    force: bool,
    no_redact: bool,
    personal: bool,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Examine the snapshots and logs of many processes, and say which leaks they share.

    SOURCE is a folder (searched with its subfolders), a file, a quoted pattern, or a URL such as
    s3://bucket/dumps. A folder that an earlier scan has written is shown without a new scan. Needs
    the extra fleet: pip install 'heapnb[fleet]'.
    """
    if (control is None) != (canary is None):
        raise CommandError(
            "--control and --canary belong together.", hint="--control 1.4.1 --canary 1.4.2"
        )
    for document in (report, notebook):
        if document is not None:
            check_target(document, [], force=force)
    reading = Reading(show_progress=not no_progress)
    from heapnb.fleet.fleet import open_scan
    from heapnb.fleet.inputs import MANIFEST

    if len(sources) == 1 and (Path(sources[0]) / MANIFEST).is_file():
        fleet = open_scan(sources[0])
    else:
        from heapnb.fleet.cluster import connected
        from heapnb.fleet.scanning import scan

        with reading.working("Scanning"):
            client = None if scheduler is None else connected(scheduler)
            try:
                fleet = scan(
                    sources,
                    target,
                    client=client,
                    names=(*names, *names_regex),
                    labels=labels,
                    workers=workers,
                    memory_limit=memory_limit,
                    redact=not no_redact,
                    personal=personal,
                    salvage=salvage,
                    storage_options=storage_options,
                    again=again,
                )
            finally:
                if client is not None:
                    client.close()
    found = fleet.separating(outcome) if outcome != "outcome" or fleet.has_outcomes else None
    compared = None if control is None or canary is None else fleet.compare(control, canary)
    if as_json:
        warn(fleet.warnings)
        print_json(_json(fleet, found, compared))
    else:
        print_result(fleet)
        if outcome != "outcome":
            print_result(found)
        if compared is not None:
            print_result(compared)
        note(f"The tables are in {fleet.path}")
    options = {"force": force, "redact": not no_redact, "personal": personal}
    if report is not None:
        with reading.working(f"Writing {report}"):
            fleet.report(report, **options)
        note(f"The report is in {report}")
    if notebook is not None:
        with reading.working(f"Writing {notebook}"):
            fleet.notebook(notebook, **options)
        note(f"The notebook is in {notebook}")


def _json(
    fleet: Fleet, separating: Separation | None, comparison: Separation | None
) -> dict[str, Any]:
    cases = fleet.cases.copy()
    for name in ("first_time", "last_time"):
        rows = timed_records(cases[[name]].rename(columns={name: "time"}))
        cases[name] = [row["time"] for row in rows]
    leaks = fleet.shared().table
    failures = fleet.failures
    return {
        "folder": str(fleet.path),
        "cases": records(cases, list(cases.columns)),
        "failures": records(failures, list(failures.columns)),
        "leaks": records(leaks, list(leaks.columns)),
        "separating": _separation(separating),
        "comparison": _separation(comparison),
    }


def _separation(found: Separation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    groups = {
        name: {"name": group.name, "pods": list(group.pods), "heap_rate": group.heap_rate}
        for name, group in (("first", found.first), ("second", found.second))
    }
    return {
        "label": found.label,
        **groups,
        "smallest_p": found.smallest_p,
        "heap_p": found.heap_p,
        "mixed_pods": list(found.mixed_pods),
        "unknown_count": found.unknown_count,
        "leaks": records(found.table, list(found.table.columns)),
    }
