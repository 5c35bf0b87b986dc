"""``heapnb rss``: where a process's resident memory is, and which part of it grows."""

from __future__ import annotations

import click

from heapnb.cli.frontend import frontend
from heapnb.cli.options import json_option, process_option, reading_options
from heapnb.cli.output import print_json, print_result
from heapnb.cli.reading import Reading
from heapnb.errors import CommandError, require_files


@click.command("rss", short_help="Say where a process's memory is, and what grows.")
@click.argument("files", metavar="FILE...", nargs=-1)
@process_option
@json_option
@reading_options
def command(files: tuple[str, ...], pid: int | None, reading: Reading, *, as_json: bool) -> None:
    """Say where a process's memory (RSS) is, and which part of it grows.

    FILE is a snapshot, a side file (NAME.heapnb.json), a copy of /proc/PID/smaps, a diagnostic
    report of Node.js, a log of memory samples, or a log of native allocations (mtrace,
    heaptrack_print, massif). Side files and copies of smaps (NAME.smaps) beside a snapshot are
    read with it.
    """
    from heapnb.analysis.rss import rss

    if not files and pid is None:
        raise CommandError(
            "heapnb rss needs files or --pid.", hint="heapnb rss --pid PID, or heapnb rss FILE…"
        )
    sources = frontend().heaps(files)
    require_files(sources)
    with reading.working("Adding up memory"):
        answer = rss(
            *sources,
            pid=pid,
            cache=reading.cache,
            salvage=reading.salvage,
            progress=reading.progress,
        )
    if as_json:
        print_json(answer.to_dict())
    else:
        print_result(answer)
