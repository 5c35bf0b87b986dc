"""What the commands that judge programs in many variants have in common."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import click

from tests.node_versions import NODE_VERSIONS
from tests.variants.forms import FORMS
from tests.variants.results import Result, table_by, write

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., None])

_OPTIONS: Final = (
    click.option("--forms", help=f"Patterns, with commas: {', '.join(FORMS)}."),
    click.option("--nodes", help=f"Versions of Node.js, with commas: {', '.join(NODE_VERSIONS)}."),
    click.option("--sample", type=int, help="How many variants of each program, at random."),
    click.option("--seed", default=0, show_default=True, help="Chooses the sample."),
    click.option(
        "--keep",
        type=click.Choice(["current", "right", "all"]),
        default="current",
        show_default=True,
        help="Kept answers to take: of this heapnb, right ones of others too, or all.",
    ),
    click.option("--jobs", default=1, show_default=True, help="Programs run at the same time."),
    click.option("--markdown", is_flag=True, help="Print Markdown tables."),
    click.option(
        "--json", "json_file", type=click.Path(path_type=Path), help="Keep all answers here."
    ),
)


def with_options(command: _F) -> _F:
    """Give a command the options that choose variants and say what becomes of the answers.

    Parameters
    ----------
    command : callable
        Takes ``forms``, ``nodes``, ``sample``, ``seed``, ``keep``, ``jobs``, ``markdown`` and
        ``json_file``.

    Returns
    -------
    callable
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def matching(values: Sequence[str], patterns: str | None) -> list[str]:
    """Return the values that match one of some patterns.

    Parameters
    ----------
    values : sequence of str
        All values.
    patterns : str or None
        With commas between them; None for all.

    Returns
    -------
    list of str
    """
    wanted = [pattern.strip() for pattern in (patterns or "*").split(",")]
    return [value for value in values if any(fnmatchcase(value, one) for one in wanted)]


def sampled(name: str, variants: Sequence[_T], sample: int | None, seed: int) -> Iterable[_T]:
    """Choose some variants of a program at random.

    Parameters
    ----------
    name : str
        The program.
    variants : sequence
        All its variants.
    sample : int or None
        How many to choose; all if None.
    seed : int
        Another one chooses others.

    Returns
    -------
    iterable
    """
    shuffled = list(variants)
    if sample is not None:
        random.Random(f"{seed} {name}").shuffle(shuffled)
    return islice(shuffled, sample)


def judge(chosen: Iterable[_T], ask: Callable[[_T], Result], jobs: int) -> Iterator[Result]:
    """Judge programs, some of them at the same time; say what is wrong as soon as it is known.

    Parameters
    ----------
    chosen : iterable
        The programs and variants.
    ask : callable
        Judges one of them.
    jobs : int
        How many at the same time.

    Yields
    ------
    Result
        In the order of `chosen`.
    """
    with ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(ask, chosen):
            if result.wrong or not result.could_run:
                click.echo(result.described(), err=True)
            yield result


def finish(results: Sequence[Result], *, markdown: bool, json_file: Path | None) -> None:
    """Print a table for each axis, keep the answers, and end with 1 if something is wrong.

    Parameters
    ----------
    results : sequence of Result
        All of them.
    markdown : bool
        For a document.
    json_file : Path or None
        Where the answers are kept.
    """
    for axis in ("shape", "form", "node"):
        click.echo(table_by(axis, results, markdown=markdown))
        click.echo("")
    n_not_run = sum(not result.could_run for result in results)
    click.echo(f"{n_not_run} of {len(results)} could not run.")
    if json_file is not None:
        write(results, json_file)
    sys.exit(1 if any(result.wrong for result in results) else 0)
