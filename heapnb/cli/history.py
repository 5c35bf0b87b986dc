"""``heapnb history``: the verdicts and rates of a program's builds."""

from __future__ import annotations

from pathlib import Path

import click

from heapnb.cli.options import check_files, json_option
from heapnb.cli.output import note, print_json, print_result
from heapnb.cli.reading import check_target
from heapnb.errors import CommandError


@click.command("history", short_help="Show the verdicts and rates of builds.")
@click.argument("file", metavar="FILE", callback=check_files)
@click.option("--svg", metavar="OUT", help="Draw the rates by build into this file.")
@click.option("--force", is_flag=True, help="Overwrite the file of --svg.")
@json_option
def command(file: str, *, svg: str | None, force: bool, as_json: bool) -> None:
    """Show the verdicts and rates of a program's builds.

    FILE is what --history of diagnose, verify-fix and compare-versions writes.
    """
    from heapnb.analysis.verification.history import read_history

    if svg is not None:
        check_target(svg, [file], force=force)
    history = read_history(file)
    if as_json:
        rows = history.rows.to_pylist()
        print_json([row | {"time": row["time"].isoformat()} for row in rows])
    else:
        print_result(history)
    if svg is not None:
        from heapnb.views.change_views import history_file

        drawn = history_file(history)
        if drawn is None:
            raise CommandError(
                f"{file} has {len(history.builds)} builds; a chart needs two.",
                hint="add another one.",
            )
        Path(svg).write_text(drawn, encoding="utf-8")
        note(f"{svg}: the rates by build; open it in a browser.")
