"""Arguments and options that several commands take, declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from heapnb.cli.frontend import DEFAULT_ROWS, frontend
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading
from heapnb.errors import CommandError, require_files, suggestion

_Function = TypeVar("_Function", bound=Callable[..., Any])

_MAX_NODE_ID: Final = 2**64 - 1
_MAX_NODE_ID_DIGITS: Final = len(str(_MAX_NODE_ID))


class HelpfulGroup(click.Group):
    """A group that lists its commands in the order they were added, also without arguments."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands as they were added."""
        del ctx
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help where there are no arguments."""
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest near names for a command that does not exist."""
        near = None if args[0] in self.commands else suggestion(args[0], self.commands)
        if near is not None and not args[0].startswith("-"):
            raise CommandError(f"There is no command {args[0]!r}.", hint=near)
        return super().resolve_command(ctx, args)


def check_text(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse text that is not UTF-8; an option's callback."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        message = f"{value!r} is not UTF-8."
        raise click.BadParameter(message, ctx, param) from None
    return value


def check_regex(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse an invalid regular expression before the file is read; an option's callback."""
    pattern = check_text(ctx, param, value)
    if pattern is not None:
        import pyarrow as pa

        from heapnb.frames import texts_matching

        texts_matching(pa.array([""]), pattern)
    return pattern


def parse_node_id(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Read a node id, with or without the @ of DevTools; an argument's callback."""
    digits = value.removeprefix("@")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_NODE_ID_DIGITS
    if not is_number or int(digits) > _MAX_NODE_ID:
        message = f"{value!r} is not a node id, such as 12345 or @12345."
        raise click.BadParameter(message, ctx, param)
    return int(digits)


def check_files(
    ctx: click.Context, param: click.Parameter, value: str | tuple[str, ...]
) -> str | tuple[str, ...]:
    """Refuse files that do not exist before numpy and pandas are imported; a callback."""
    del ctx, param
    require_files(frontend().heaps([value] if isinstance(value, str) else value))
    return value


snapshot_argument = click.argument("snapshot", metavar="FILE", callback=check_files)
series_argument = click.argument(
    "snapshots", metavar="FILE...", nargs=-1, required=True, callback=check_files
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on stdout."
)


def limit_option(function: _Function) -> _Function:
    """Add the options that say how many rows are shown; the command gets ``limit``, 0 for all."""

    @click.option(
        "--limit",
        type=click.IntRange(min=0),
        metavar="N",
        help=f"Print N rows; 0 prints all.  [default: {DEFAULT_ROWS}; all with --json]",
    )
    @click.option("--all", "all_rows", is_flag=True, help="Print all rows.")
    @functools.wraps(function)
    def wrapper(*, limit: int | None, all_rows: bool, **others: object) -> object:
        return function(limit=0 if all_rows else limit, **others)

    return wrapper  # type: ignore[return-value]


def reading_options(function: _Function) -> _Function:
    """Add the options that say how snapshots are read; the command gets ``reading: Reading``."""

    @click.option("--no-cache", is_flag=True, help="Do not use the on-disk cache.")
    @click.option("--salvage", is_flag=True, help="Read a truncated file as far as it goes.")
    @click.option("--no-progress", is_flag=True, help="Do not show progress on stderr.")
    @click.option(
        "--source-root", metavar="DIR", multiple=True, help="A folder with the program's sources."
    )
    @click.option("--source-maps", metavar="DIR", multiple=True, help="A folder with source maps.")
    @functools.wraps(function)
    def wrapper(
        *,
        no_cache: bool,
        salvage: bool,
        no_progress: bool,
        source_root: tuple[str, ...],
        source_maps: tuple[str, ...],
        **others: object,
    ) -> object:
        reading = Reading(
            cache=not no_cache,
            salvage=salvage,
            show_progress=not no_progress,
            source_root=source_root,
            source_maps=source_maps,
        )
        return function(reading=reading, **others)

    return wrapper  # type: ignore[return-value]


def document_options(default: str) -> Callable[[_Function], _Function]:
    """Add the options of commands that write a document: ``target``, ``force``, ``no_redact``.

    Parameters
    ----------
    default : str
        What the document is called unless the user says otherwise.

    Returns
    -------
    callable
        A decorator.
    """

    def decorate(function: _Function) -> _Function:
        for option in (
            click.option("--no-redact", is_flag=True, help="Do not mask likely secrets."),
            click.option("--force", is_flag=True, help="Replace an existing file."),
            click.option(
                "-o",
                "--output",
                "target",
                metavar="FILE",
                default=default,
                show_default=True,
                help="Write to this file.",
            ),
        ):
            function = option(function)
        return function

    return decorate


def table_options(*, sort: str | None, columns: Sequence[str]) -> Callable[[_Function], _Function]:
    """Add the options that say how a table is shown; the command gets ``output: TableOutput``.

    Parameters
    ----------
    sort : str or None
        The column that rows are sorted by unless the user says otherwise; None keeps their order.
    columns : sequence of str
        The columns of the answer, in order.

    Returns
    -------
    callable
        A decorator.
    """

    def decorate(function: _Function) -> _Function:
        @json_option
        @limit_option
        @click.option(
            "--sort",
            "chosen_sort",
            type=click.Choice(tuple(columns)),
            metavar="COLUMN",
            help="Sort by a column: numbers and lists from the largest down, text from A to Z.  "
            f"[default: {sort or 'as found'}; columns: {', '.join(columns)}]",
        )
        @functools.wraps(function)
        def wrapper(
            *, as_json: bool, limit: int | None, chosen_sort: str | None, **others: object
        ) -> object:
            output = TableOutput(
                as_json=as_json,
                limit=limit,
                sort=chosen_sort,
                default_sort=sort,
                columns=tuple(columns),
            )
            return function(output=output, **others)

        return wrapper  # type: ignore[return-value]

    return decorate
