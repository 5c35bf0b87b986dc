"""``heapnb cache``: the on-disk cache of opened snapshots."""

from __future__ import annotations

import datetime as dt

import click

from heapnb.cli.options import HelpfulGroup, json_option
from heapnb.cli.output import note, print_json, print_rows


@click.group("cache", cls=HelpfulGroup)
def command() -> None:
    """List or clear the on-disk cache of opened snapshots."""


@command.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the cached snapshots, the last used first."""
    from heapnb.format.cache import cache_directory, list_entries, size_limit
    from heapnb.views.fmt import format_bytes, plural

    found = list_entries()
    entries = [
        {
            "name": entry.name,
            "path": entry.path,
            "size_bytes": entry.size_bytes,
            "last_used": dt.datetime.fromtimestamp(entry.used)
            .astimezone()
            .isoformat(timespec="seconds"),
        }
        for entry in found
    ]
    if as_json:
        print_json(entries)
        return
    if entries:
        import pandas as pd

        print_rows(pd.DataFrame(entries), 0)
    total = sum(entry.size_bytes for entry in found)
    sizes = f"{format_bytes(total)} of at most {format_bytes(size_limit())}"
    note(f"{plural(len(entries), 'snapshot')}, {sizes}, in {cache_directory()}")


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
