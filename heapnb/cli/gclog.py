"""``heapnb gclog``: what a log of ``--trace-gc`` says."""

from __future__ import annotations

from typing import Any

import click

from heapnb.cli.options import json_option, log_arguments, max_size_option, parse_size
from heapnb.cli.output import (
    finding_records,
    print_json,
    print_result,
    records,
    timed_records,
    warn,
)
from heapnb.cli.reading import Reading


@click.command("gclog", short_help="Read logs of --trace-gc: time in GC, pauses.")
@log_arguments
@click.option(
    "--heap-limit",
    metavar="SIZE",
    callback=parse_size,
    help="V8's heap limit, such as 2GB; --trace-gc-verbose logs it.",
)
@max_size_option
@json_option
def command(files: tuple[str, ...], heap_limit: int | None, *, as_json: bool) -> None:
    """Read logs of --trace-gc: GC time, pauses, trend.

    FILE is what `node --trace-gc` printed, other output included. All dialects from Node.js 0.10
    to 26 are read, and logs of Deno.
    """
    from heapnb.timeline.gc_log import read_trace_gc

    answers: list[dict[str, Any]] = []
    for file in files:
        with Reading().working(f"Reading {file}"):
            log = read_trace_gc(file, heap_limit=heap_limit)
        if not as_json:
            print_result(log)
            continue
        warn(log.warnings)
        answers.append(
            {
                "file": file,
                "findings": finding_records(log.findings),
                "isolates": records(log.isolates, list(log.isolates.columns)),
                "events": timed_records(log.table),
            }
        )
    if as_json:
        print_json(answers)
