"""``heapnb watch``: memory, garbage collections and the event loop of a running program, live."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from heapnb.cli.options import json_option
from heapnb.cli.output import EXIT_ANSWERED, EXIT_LEAK, note, print_text
from heapnb.cli.reading import check_target
from heapnb.cli.recording import ended_by_sigterm
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb.live.watching import Watch

_REFRESH_SECONDS: Final = 0.5
_LINE_SECONDS: Final = 10.0


@click.command("watch", short_help="Watch the memory of a running program.")
@click.option("--pid", type=click.IntRange(min=1), metavar="PID", help="A Node.js process.")
@click.option("--port", type=int, metavar="N", help="The port of an inspector on this machine.")
@click.option("--url", metavar="URL", help="The address of an inspector: HOST:PORT or ws://….")
@click.option("--page", metavar="TEXT", help="A page of Chrome: its title or URL, or a part.")
@click.option("--allow-remote", is_flag=True, help="Accept inspectors of other machines.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Time between two samples.",
)
@click.option(
    "--duration",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End after this time.  [default: when the program ends, or on Ctrl-C]",
)
@click.option("--log", metavar="FILE", help="Append JSON lines to this file.")
@click.option("--capture", is_flag=True, help="On the first alarm, take three snapshots.")
@click.option("--out", metavar="DIR", help="The folder for these snapshots; implies --capture.")
@click.option(
    "--after",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Time between these snapshots.",
)
@click.option(
    "--report", metavar="FILE", help="Write a report of these snapshots; implies --capture."
)
@click.option("--force", is_flag=True, help="Replace an existing report.")
@click.option(
    "--on-alarm",
    metavar="COMMAND",
    help="Run a command on the first alarm. It gets HEAPNB_ALARM, HEAPNB_ALARM_TEXT, HEAPNB_PID,"
    " HEAPNB_VERDICT, HEAPNB_SNAPSHOTS and HEAPNB_REPORT.",
)
@click.option("--fail-on-alarm", is_flag=True, help="Exit with 1 if there was an alarm.")
@json_option
def command(
    pid: int | None,
    port: int | None,
    url: str | None,
    page: str | None,
    log: str | None,
    out: str | None,
    report: str | None,
    on_alarm: str | None,
    *,
    allow_remote: bool,
    interval: float,
    duration: float | None,
    capture: bool,
    after: float,
    force: bool,
    fail_on_alarm: bool,
    as_json: bool,
) -> int:
    """Watch the memory of a running program, without changing it.

    Alarms fire when five full garbage collections in a row leave more than the one before, when
    what remains after GC grows for certain, and when a limit is near. --json prints the lines of
    the log on stdout.
    """
    if [pid, port, url].count(None) != 2:  # noqa: PLR2004  three, of which one is given
        raise CommandError("Name one process.", hint="pass either --pid, --port or --url.")
    if report is not None:
        check_target(report, (), force=force)
    from heapnb.live.watching import watch

    with ended_by_sigterm():
        watching = watch(
            pid,
            port=port,
            url=url,
            page=page,
            interval=interval,
            log=log,
            capture=capture,
            out=out,
            after=after,
            report=report,
            on_alarm=on_alarm,
            allow_remote=allow_remote,
            echo=_print_line if as_json else None,
        )
        until = None if duration is None else time.monotonic() + duration
        try:
            _show(watching, until, as_json=as_json)
        except KeyboardInterrupt:
            # The usual end of a watch, and not a failure.
            note("Stopping …")
        finally:
            watching.stop()
    _conclude(watching, log, as_json=as_json)
    return EXIT_LEAK if fail_on_alarm and watching.alarms else EXIT_ANSWERED


def _show(watching: Watch, until: float | None, *, as_json: bool) -> None:
    if as_json:
        _wait(watching, until)
    elif sys.stdout.isatty():
        from heapnb.live.terminal import live_view

        with live_view(watching) as refresh:
            while not _is_over(watching, until, _REFRESH_SECONDS):
                refresh()
    else:
        _print_lines(watching, until)


def _is_over(watching: Watch, until: float | None, seconds: float) -> bool:
    """Wait a little; tell whether the program or the time has ended."""
    left = seconds if until is None else min(seconds, until - time.monotonic())
    if watching.wait(max(left, 0.0)):
        return True
    # Snapshots that an alarm started are finished first.
    return until is not None and time.monotonic() >= until and not watching.is_reacting


def _wait(watching: Watch, until: float | None) -> None:
    while not _is_over(watching, until, _REFRESH_SECONDS):
        pass


def _print_lines(watching: Watch, until: float | None) -> None:
    """Print one line now and then, for a log of a build."""
    from heapnb.live.watch_text import line_text

    shown = 0
    next_time = time.monotonic() + min(_LINE_SECONDS, 1.0)
    while not _is_over(watching, until, _REFRESH_SECONDS):
        news = watching.news
        for text in news[shown:]:
            print_text(text)
        shown = len(news)
        if time.monotonic() >= next_time:
            print_text(line_text(watching))
            next_time = time.monotonic() + _LINE_SECONDS
    for text in watching.news[shown:]:
        print_text(text)


def _print_line(line: str) -> None:
    print(line, flush=True)


def _conclude(watching: Watch, log: str | None, *, as_json: bool) -> None:
    if as_json:
        return
    from heapnb.live.watch_text import summary_text

    if sys.stdout.isatty():
        for line in summary_text(watching).splitlines():
            print_text(line)
    if log is not None:
        note(f"Log: {Path(log)}")
