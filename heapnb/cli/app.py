"""The command group, and how its errors reach the user: one line on stderr and an exit code."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence

import click

from heapnb._version import __version__
from heapnb.cli import (
    allocations,
    cache,
    capture,
    changes,
    constructors,
    decoded,
    diagnose,
    diff,
    export,
    find,
    gclog,
    heapprofile,
    history,
    kit,
    mcp,
    notebook,
    plugins,
    record,
    redact,
    report,
    retainers,
    rss,
    scan,
    sql,
    strings,
    summary,
    timeline,
    version,
    watch,
)
from heapnb.cli.complaints import EXIT_INTERRUPTED, Complaint, complaint_about
from heapnb.cli.frontend import begin
from heapnb.cli.options import HelpfulGroup
from heapnb.cli.output import EXIT_ANSWERED, note
from heapnb.errors import TRACEBACK_VARIABLE

_TAKING_SNAPSHOTS = """\b
Take three snapshots of one process, with work between them:
  running      heapnb capture --pid PID --series 3 --after 60s
  signal       node --heapsnapshot-signal=SIGUSR2 app.js; kill -USR2 PID
  near limit   node --heapsnapshot-near-heap-limit=3 app.js
  in code      require("node:v8").writeHeapSnapshot()
  Docker       docker run -e NODE_OPTIONS=--heapsnapshot-signal=SIGUSR2 …
               docker kill -s USR2 NAME; docker cp NAME:/app/FILE .
  Kubernetes   kubectl exec POD -- sh -c 'kill -USR2 1'
               kubectl cp POD:/app/FILE FILE
  no option    kill -USR1 PID; chrome://inspect, inspect, Memory
  Chrome       DevTools, Memory, Heap snapshot, Save
Then: heapnb diagnose Heap.*.heapsnapshot
"""

_EXIT_CODES = (
    "Exit codes: 0 answered; 1 the answer is bad and a --fail-… option was given; "
    "2 wrong use or unreadable input."
)

_SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "From a running program": (*(capture.command, kit.command, record.command, watch.command),),
    "About the snapshots and logs of a program": (
        *(diagnose.command, report.command, notebook.command, diff.command),
        *(rss.command, gclog.command, heapprofile.command, timeline.command),
    ),
    "About many processes": (scan.command,),
    "About two builds": (
        *(changes.verify_fix_command, changes.compare_versions_command, history.command),
    ),
    "About one snapshot": (
        *(summary.command, constructors.command),
        *decoded.commands.values(),
        *(allocations.command, strings.command, find.command, retainers.command, sql.command),
    ),
    "Sharing and upkeep": (
        *(redact.command, export.command, mcp.command),
        *(plugins.command, cache.command, version.command),
    ),
}


class _Application(HelpfulGroup):
    """The commands; those of plug-ins' tables are looked for when heapnb's own lack a name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            plugged = decoded.plugged_command(name)
            if plugged is not None:
                return name, plugged, args[1:]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Application,
    sections={title: [one.name for one in commands] for title, commands in _SECTIONS.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"{_TAKING_SNAPSHOTS}\n{_EXIT_CODES}",
)
@click.version_option(__version__, prog_name="heapnb", message="%(prog)s %(version)s")
def application() -> None:
    """Find what leaks in V8 heap snapshots, and what retains it.

    FILE is a .heapsnapshot, plain or compressed with gzip or zstd, a URL, or - for stdin.
    """


for _commands in _SECTIONS.values():
    for _command in _commands:
        application.add_command(_command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the program's name; those of the process by default.

    Returns
    -------
    int
        0: answered; 1: answered, and the answer is "leak" where ``--fail-on-leak`` was asked
        for; 2: wrong use or unreadable input.

    Examples
    --------
    >>> main(["cache", "--nonsense"])
    2
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if argv is None:
        begin()
        _obey_the_second_interrupt()
    _never_fail_to_encode()
    try:
        exit_code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads our output has seen enough, such as `head`.
        _abandon_stdout()
        return EXIT_ANSWERED
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  a bug is not to look like "leak" (exit code 1)
        complaint = complaint_about(error) or _bug(error)
        if isinstance(error, OSError):
            _abandon_stdout()
        note(str(complaint))
        return complaint.exit_code
    return exit_code


def _run(arguments: list[str]) -> int:
    # Not `application.main`, which ends the process with code 1 when a pipe breaks.
    try:
        with _noted_warnings(), application.make_context("heapnb", arguments) as context:
            result = application.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return result if isinstance(result, int) else EXIT_ANSWERED


@contextlib.contextmanager
def _noted_warnings() -> Iterator[None]:
    """Print warnings as one line for people, without a place in Python's code."""
    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=UserWarning, module="heapnb")
        warnings.showwarning = lambda message, *_, **__: note(f"{message}")
        yield


def _obey_the_second_interrupt() -> None:
    """End at once when interrupted again: a thread that waits for stdin cannot be woken."""

    def interrupt_again(*_: object) -> None:
        os._exit(EXIT_INTERRUPTED)

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, interrupt_again)
        raise KeyboardInterrupt

    # What runs in the background of a shell ignores interrupts, and goes on doing so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def _never_fail_to_encode() -> None:
    """Escape what the terminal's encoding lacks, rather than fail half-way through an answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _abandon_stdout() -> None:
    """See to it that what is still buffered is not written when the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(error: BaseException) -> Complaint:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    return Complaint(
        f"Unexpected {type(error).__name__}: {error}.",
        f"this is a bug in heapnb; set {TRACEBACK_VARIABLE}=1 to see where it happens.",
    )
