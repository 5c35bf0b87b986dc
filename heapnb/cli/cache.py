"""``heapnb cache``: the on-disk cache of opened snapshots."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import click

from heapnb.cli.options import HelpfulGroup, json_option
from heapnb.cli.output import note, print_json, print_rows

if TYPE_CHECKING:
    from heapnb.format.cache import CacheEntry


@click.group("cache", cls=HelpfulGroup)
def command() -> None:
    """List or clear the on-disk cache of opened snapshots."""


@command.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the cached snapshots with their size, age and last use, the last used first."""
    from heapnb.format.cache import cache_directory, list_entries, size_limit
    from heapnb.views.fmt import format_bytes, format_duration, plural

    found = list_entries()
    ages = [max(time.time() - entry.created, 0.0) for entry in found]
    if as_json:
        print_json(
            [
                _row(entry, age_seconds=round(age), created=_moment(entry.created))
                for entry, age in zip(found, ages, strict=True)
            ]
        )
        return
    if found:
        import pandas as pd

        rows = [
            _row(entry, age=format_duration(1_000 * age))
            for entry, age in zip(found, ages, strict=True)
        ]
        print_rows(pd.DataFrame(rows), 0)
    total = sum(entry.size_bytes for entry in found)
    sizes = f"{format_bytes(total)} of at most {format_bytes(size_limit())}"
    note(f"{plural(len(found), 'snapshot')}, {sizes}, in {cache_directory()}")


def _row(entry: CacheEntry, **age: object) -> dict[str, object]:
    return {
        "name": entry.name,
        "path": entry.path,
        "size_bytes": entry.size_bytes,
        **age,
        "last_used": _moment(entry.used),
    }


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


@command.command("clear")
@json_option
def clear_command(*, as_json: bool) -> None:
    """Delete the cached snapshots."""
    from heapnb.format.cache import clear
    from heapnb.views.fmt import format_bytes

    freed = clear()
    if as_json:
        print_json({"freed_bytes": freed})
    else:
        note(f"{format_bytes(freed)} freed.")
