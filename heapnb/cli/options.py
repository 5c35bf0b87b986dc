"""Arguments and options that several commands take, declared once."""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import click

from heapnb.cli.frontend import DEFAULT_ROWS, frontend
from heapnb.cli.output import TableOutput, warn
from heapnb.cli.reading import Reading
from heapnb.errors import CommandError, require_files, suggestion

_Function = TypeVar("_Function", bound=Callable[..., Any])

_MAX_NODE_ID: Final = 2**64 - 1
_MAX_NODE_ID_DIGITS: Final = len(str(_MAX_NODE_ID))


class HelpfulGroup(click.Group):
    """A group that lists its commands by what they are about, also without arguments.

    Parameters
    ----------
    sections : mapping of str to sequence of str, optional
        Titles, and the names of the commands below each; others come first.
    **options
        See `click.Group`.
    """

    def __init__(
        self, *arguments: Any, sections: Mapping[str, Sequence[str]] | None = None, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.sections = dict(sections or {})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with what each does, a list for each section."""
        del ctx
        listed = {name for names in self.sections.values() for name in names}
        others = [name for name in self.commands if name not in listed]
        width = max(map(len, self.commands), default=0)
        limit = formatter.width - 6 - width
        for title, names in {"Commands": others, **self.sections}.items():
            rows = [
                (name.ljust(width), self.commands[name].get_short_help_str(limit))
                for name in names
                if name in self.commands
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

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


_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def parse_size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read a number of bytes such as 512MB, 4GiB or 1500000; an option's callback."""
    if value is None:
        return None
    text = value.strip().lower().removesuffix("b").strip()
    digits = text.rstrip("kmgi ")
    unit = text[len(digits) :].strip()
    try:
        size = float(digits) * _UNITS[unit]
    except (KeyError, ValueError):
        size = 0.0
    if not 0 < size < 2**63:
        message = f"{value!r} is not a size, such as 512MB or 4GiB."
        raise click.BadParameter(message, ctx, param)
    return round(size)


def parse_work(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[float, ...] | None:
    """Read units of work, such as ``100,200,400``; an option's callback."""
    if value is None:
        return None
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        message = f"{value!r} is not a list of numbers such as 100,200,400."
        raise click.BadParameter(message, ctx, param) from None


snapshot_argument = click.argument("snapshot", metavar="FILE", callback=check_files)
series_argument = click.argument(
    "snapshots", metavar="FILE...", nargs=-1, required=True, callback=check_files
)
log_arguments = click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, callback=check_files
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on stdout."
)
work_option = click.option(
    "--work",
    metavar="N,N,…",
    callback=parse_work,
    help="Units of work, such as requests, done when each snapshot was taken; for rates.  "
    "[default: what the side files say]",
)


def history_options(function: _Function) -> _Function:
    """Add the options that keep a verdict: ``history`` and ``build``, both or neither."""

    @click.option("--history", metavar="FILE", help="Add the verdict and the rates to this file.")
    @click.option("--build", metavar="NAME", help="Version or commit, for --history.")
    @functools.wraps(function)
    def wrapper(*, history: str | None, build: str | None, **others: object) -> object:
        if (history is None) != (build is None):
            raise CommandError(
                "--history and --build belong together.",
                hint="--history heap-history.parquet --build 1.4.2",
            )
        return function(history=history, build=build, **others)

    return wrapper  # type: ignore[return-value]


known_leaks_option = click.option(
    "--known-leaks",
    metavar="FILE",
    multiple=True,
    help="A file of leaks that you know of, besides those that heapnb knows.",
)


heap_profile_option = click.option(
    "--heap-profile",
    metavar="FILE",
    help="A sampling heap profile of the same program, as further evidence.",
)


def parse_time(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Read a time such as ``60s``, ``500ms``, ``5m`` or ``1h``: seconds; an option's callback."""
    if value is None:
        return None
    found = _TIME.fullmatch(value.strip())
    if found is None:
        message = f"{value!r} is not a time such as 60s, 500ms, 5m or 1h."
        raise click.BadParameter(message, ctx, param)
    return float(found[1]) * _SECONDS[found[2] or "s"]


_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


progress_option = click.option(
    "--no-progress", is_flag=True, help="Do not show progress on stderr."
)
process_option = click.option(
    "--pid", type=click.IntRange(min=1), metavar="PID", help="A running process (Linux)."
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


WITHOUT_MAPS: Final = "Source maps are not read: `pip install 'heapnb[sourcemaps]'`."
"""What is said of ``--source-maps`` without the extra; the command goes on without them."""


def source_options(function: _Function) -> _Function:
    """Add the options that name the program's sources: ``source_root`` and ``source_maps``."""

    @click.option(
        "--source-root", metavar="DIR", multiple=True, help="A folder with the program's sources."
    )
    @click.option("--source-maps", metavar="DIR", multiple=True, help="A folder with source maps.")
    @functools.wraps(function)
    def wrapper(*, source_maps: tuple[str, ...], **others: object) -> object:
        if source_maps and importlib.util.find_spec("symbolic") is None:
            warn([WITHOUT_MAPS])
            source_maps = ()
        return function(source_maps=source_maps, **others)

    return wrapper  # type: ignore[return-value]


def max_size_option(function: _Function) -> _Function:
    """Add the option that says how much may be read; it holds while the command runs."""

    @click.option(
        "--max-size", metavar="SIZE", help="Read files of at most this size, such as 50GB."
    )
    @functools.wraps(function)
    def wrapper(*, max_size: str | None, **others: object) -> object:
        if max_size is None:
            return function(**others)
        # It imports pyarrow, which `--help` must not.
        from heapnb.format.limits import allowing, parse_size

        size = parse_size(max_size)
        if size is None:
            raise CommandError(f"--max-size {max_size} is not a size.", hint="write it as 50GB.")
        with allowing(size):
            return function(**others)

    return wrapper  # type: ignore[return-value]


def reading_options(function: _Function) -> _Function:
    """Add the options that say how snapshots are read; the command gets ``reading: Reading``."""

    @click.option("--no-cache", is_flag=True, help="Do not use the on-disk cache.")
    @click.option("--salvage", is_flag=True, help="Read a truncated file as far as it goes.")
    @progress_option
    @source_options
    @max_size_option
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


personal_option: Final = click.option(
    "--personal",
    is_flag=True,
    help="Look for personal data too: names, addresses, phone numbers, bank accounts.",
)


def document_options(default: str) -> Callable[[_Function], _Function]:
    """Add the options of commands that write a document.

    They are ``target``, ``force``, ``no_redact`` and ``personal``.

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
            personal_option,
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
