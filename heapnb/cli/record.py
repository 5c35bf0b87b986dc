"""``heapnb record``: run a program, drive load, and say what leaks."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heapnb.cli.frontend import frontend
from heapnb.cli.options import json_option, progress_option
from heapnb.cli.output import EXIT_ANSWERED, EXIT_LEAK, note, print_json, print_text, warn
from heapnb.cli.reading import Reading, check_target
from heapnb.cli.recording import (
    ended_by_sigterm,
    environment_option,
    keep_option,
    node_option,
    variables_of,
)
from heapnb.errors import CommandError
from heapnb.live.defaults import (
    DEFAULT_CONCURRENCY,
    DEFAULT_PAGE_ROUNDS,
    DEFAULT_REQUESTS,
    DEFAULT_ROUNDS,
    DEFAULT_SERVICE_TIMEOUT,
    DEFAULT_START_TIMEOUT,
    DEFAULT_TIMEOUT,
    LEAST_SNAPSHOTS,
    MOST_SNAPSHOTS,
)

if TYPE_CHECKING:
    from heapnb.capture.program import Program
    from heapnb.capture.supervising import Stream
    from heapnb.live.recording import Recording

_JAVASCRIPT = (".js", ".cjs", ".mjs")


_EXAMPLES = """\b
Examples:
  heapnb record --hit '/orders/{n}' -o report.html -- npm start
  heapnb record --load 'wrk -d 10 http://127.0.0.1:$PORT/' -- node app.mjs
  heapnb record --page http://127.0.0.1:3000/ --script scenario.py
"""


@click.command(
    "record",
    short_help="Run a program, drive load, and say what leaks.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
    epilog=_EXAMPLES,
)
@click.argument("program", metavar="[[--] PROGRAM...]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--hit",
    "hits",
    multiple=True,
    metavar="REQUEST",
    help="A request to repeat: [METHOD] URL [BODY], where URL is http://127.0.0.1:PORT/path or"
    " /path, and {n} is the number of the request. May be given several times.",
)
@click.option(
    "--requests",
    type=click.IntRange(min=1),
    default=DEFAULT_REQUESTS,
    show_default=True,
    metavar="N",
    help="Send N requests between two snapshots.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1, max=1000),
    default=DEFAULT_CONCURRENCY,
    show_default=True,
    metavar="C",
    help="Send C requests at the same time.",
)
@click.option(
    "--load",
    metavar="COMMAND",
    help="Run a command between two snapshots, such as 'wrk http://127.0.0.1:$PORT/'.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Wait between two snapshots, for programs that work by themselves.",
)
@click.option(
    "--warm-up",
    type=click.IntRange(min=1),
    metavar="N",
    help="Send N requests before the first snapshot.  [default: as --requests]",
)
@click.option(
    "--ready",
    metavar="REGEX",
    help="The program is ready when a line of its output matches.  [default: when its port"
    " accepts connections]",
)
@click.option(
    "--snapshots",
    type=click.IntRange(min=LEAST_SNAPSHOTS),
    default=MOST_SNAPSHOTS,
    show_default=True,
    metavar="N",
    help="Write at most N snapshots of a program under load.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End the program after this time; diagnoses do not count."
    f"  [default: {DEFAULT_TIMEOUT:g}; under load {DEFAULT_SERVICE_TIMEOUT:g}]",
)
@click.option(
    "--start-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_START_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="End the program if it is not ready after this time.",
)
@click.option("--page", metavar="URL", help="Record a page of Chromium instead of a program.")
@click.option(
    "--script",
    metavar="FILE",
    help="The page's scenario: a Python file with act(page), act_back(page), perhaps setup(page).",
)
@click.option("--browser", metavar="PATH", help="The browser.  [default: Chromium or Chrome]")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    metavar="N",
    help="Call load(round) of a script N times before the first snapshot, N times before the"
    " second, and twice as often before the third; act and act back N times between two snapshots"
    f" of a page.  [default: {DEFAULT_ROUNDS}; of a page {DEFAULT_PAGE_ROUNDS}]",
)
@node_option
@environment_option
@keep_option
@click.option("-o", "--output", "target", metavar="FILE", help="Write a report to this file.")
@click.option("--force", is_flag=True, help="Replace an existing report.")
@click.option("--no-redact", is_flag=True, help="Do not mask likely secrets in the report.")
@click.option("--all", "in_full", is_flag=True, help="Explain all suspects.")
@click.option("--fail-on-leak", is_flag=True, help="Exit with 1 if the verdict is a leak.")
@click.option("--quiet", is_flag=True, help="Do not show what the program prints.")
@progress_option
@json_option
def command(
    program: tuple[str, ...],
    hits: tuple[str, ...],
    target: str | None,
    environment: tuple[str, ...],
    keep: str | None,
    *,
    requests: int,
    concurrency: int,
    load: str | None,
    wait: float | None,
    warm_up: int | None,
    ready: str | None,
    snapshots: int,
    timeout: float | None,
    start_timeout: float,
    page: str | None,
    script: str | None,
    browser: str | None,
    rounds: int | None,
    node: str | None,
    force: bool,
    no_redact: bool,
    in_full: bool,
    fail_on_leak: bool,
    quiet: bool,
    no_progress: bool,
    as_json: bool,
) -> int:
    """Run a program, drive load, write snapshots of it, and say what leaks.

    PROGRAM is any command that starts Node.js: node app.mjs, npx tsx app.ts, npm start. It gets a
    free port as environment variable PORT. heapnb warms it up, drives load between snapshots until
    a leak is certain or growth has stopped, and ends it.

    Without --hit, --load and --wait, PROGRAM is a script that exports load(round), or that ends.
    --page and --script record a page of Chromium.
    """
    if not program and page is None and script is None:
        raise CommandError("Name the program to run.", hint="such as: heapnb record -- npm start")
    if target is not None:
        check_target(target, (), force=force)
    from heapnb.live.recording import record

    what: Program | None = program or None
    if len(program) == 1 and program[0].endswith(_JAVASCRIPT):
        what = Path(program[0])
    with ended_by_sigterm(), Reading(show_progress=not no_progress).working("Recording"):
        recording = record(
            what,
            page=page,
            script=script,
            browser=browser,
            hit=hits,
            requests=requests,
            concurrency=concurrency,
            load=load,
            wait=wait,
            warm_up=warm_up,
            ready=ready,
            snapshots=snapshots,
            rounds=rounds,
            timeout=timeout,
            start_timeout=start_timeout,
            out=keep,
            node=node,
            environment=variables_of(environment),
            output=None if quiet else _pass_on,
        )
        diagnosis = recording.diagnosis
        if target is not None:
            recording.report(target, force=force, redact=not no_redact)
    _show(recording, as_json=as_json, in_full=in_full, target=target, keep=keep)
    return EXIT_LEAK if fail_on_leak and diagnosis.verdict == "leak" else EXIT_ANSWERED


def _show(
    recording: Recording, *, as_json: bool, in_full: bool, target: str | None, keep: str | None
) -> None:
    if as_json:
        answer = recording.to_dict() | {"report": target}
        # Without a folder to keep them in, the snapshots are gone when the command ends.
        print_json(answer if keep is not None else answer | {"snapshots": []})
        return
    frontend().show_diagnosis(recording.diagnosis, in_full=in_full)
    warn(recording.warnings)
    if recording.summary:
        print_text(recording.summary)
    if target is not None:
        print_text(f"Report: {target}")
    if keep is not None:
        print_text(f"Snapshots: {os.path.join(keep, '')}")  # noqa: PTH118  with a separator at its end
    else:
        note("The snapshots are deleted now; --keep DIR keeps them.")


def _pass_on(stream: Stream, text: str) -> None:
    """Show what the program prints, on stderr: stdout is for the answer."""
    del stream
    sys.stderr.write(text)
    sys.stderr.flush()
