"""``heapnb verify-fix`` and ``compare-versions``: two series of one program, before and after."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from heapnb.cli.keeping import keep
from heapnb.cli.options import (
    history_options,
    json_option,
    parse_work,
    reading_options,
    work_option,
)
from heapnb.cli.output import EXIT_ANSWERED, EXIT_LEAK, print_json, print_result
from heapnb.cli.reading import Reading

if TYPE_CHECKING:
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.versions import VersionComparison

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.argument("before", metavar="BEFORE"),
    click.argument("after", metavar="AFTER"),
    work_option,
    click.option(
        "--work-after",
        metavar="N,N,…",
        callback=parse_work,
        help="Units of work of AFTER, where they are not those of --work.",
    ),
    history_options,
    click.option(
        "--github", is_flag=True, help="Add the answer to the job summary of GitHub Actions."
    ),
    json_option,
    reading_options,
)


def _two_series(function: _Function) -> _Function:
    """Add the arguments and options of both commands."""
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), function)


@click.command("verify-fix", short_help="Say whether a change fixed the leaks.")
@_two_series
@click.option(
    "--fail-unless-fixed",
    is_flag=True,
    help="Exit with 1 unless all leaks are fixed and the change adds none.",
)
def verify_fix_command(*, fail_unless_fixed: bool, **options: Any) -> int:
    """Say whether a change of the program fixed its leaks.

    BEFORE and AFTER are folders with three or more snapshots of one process each, or quoted
    patterns such as 'run-2*.heapsnapshot'; both under the same load.
    """
    from heapnb.analysis.verification.fixes import verify_fix

    found: FixVerification = _answer(verify_fix, "Verifying the fix", **options)
    return EXIT_LEAK if fail_unless_fixed and not found.is_proven else EXIT_ANSWERED


@click.command("compare-versions", short_help="Say what an upgrade changed.")
@_two_series
@click.option(
    "--fail-if-worse", is_flag=True, help="Exit with 1 if the later build has new or faster leaks."
)
def compare_versions_command(*, fail_if_worse: bool, **options: Any) -> int:
    """Say what an upgrade changed: leaks, growth, and the size of each class.

    BEFORE and AFTER are folders with three or more snapshots of one process of each build, or
    quoted patterns; both under the same load.
    """
    from heapnb.analysis.verification.versions import compare_versions

    found: VersionComparison = _answer(compare_versions, "Comparing builds", **options)
    return EXIT_LEAK if fail_if_worse and found.verdict in {"worse", "mixed"} else EXIT_ANSWERED


def _answer(
    ask: Callable[..., Any],
    title: str,
    *,
    before: str,
    after: str,
    reading: Reading,
    work: tuple[float, ...] | None,
    work_after: tuple[float, ...] | None,
    history: str | None,
    build: str | None,
    github: bool,
    as_json: bool,
) -> Any:
    """Compare two series, print the answer, and keep it where the options say."""
    with reading.working(title):
        found = ask(
            before,
            after,
            work=work,
            work_after=work_after,
            cache=reading.cache,
            salvage=reading.salvage,
            progress=reading.progress,
            source_root=reading.source_root or None,
            source_maps=reading.source_maps or None,
        )
    if as_json:
        print_json(found.to_dict())
    else:
        print_result(found)
    if history is not None and build is not None:
        keep(found, history, build)
    if github:
        from heapnb.cli.github import add_to_summary

        add_to_summary(found, history)
    return found


__all__ = ["compare_versions_command", "verify_fix_command"]
