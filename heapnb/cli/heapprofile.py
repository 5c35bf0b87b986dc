"""``heapnb heapprofile``: which functions allocated what is alive, by a sampling heap profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from heapnb.cli.options import check_files, json_option, limit_option, max_size_option
from heapnb.cli.output import note, print_json, print_rows, records, warn
from heapnb.cli.reading import Reading, check_target
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb.analysis.heap_profiles.comparison import HeapProfileDiff
    from heapnb.analysis.heap_profiles.profile import By, HeapProfile

_BY: Final = ("function", "file", "package", "stack")
_SPARE: Final = ("sample_count", "kind", "sampled_before", "version", "sampled_share")


@click.command("heapprofile", short_help="Read sampling heap profiles: which functions allocated.")
@click.argument("profile", metavar="FILE", callback=check_files)
@click.argument("other", metavar="[OTHER]", required=False)
@click.option(
    "--by",
    type=click.Choice(_BY),
    default="function",
    show_default=True,
    help="What the table has a row for.",
)
@click.option("--svg", metavar="OUT", help="Write a flame graph to this file.")
@click.option("--force", is_flag=True, help="Overwrite the file of --svg.")
@limit_option
@click.option("--source-root", metavar="DIR", multiple=True, help="A folder with sources.")
@click.option("--source-maps", metavar="DIR", multiple=True, help="A folder with source maps.")
@max_size_option
@json_option
def command(
    profile: str,
    other: str | None,
    *,
    by: By,
    svg: str | None,
    force: bool,
    limit: int | None,
    source_root: tuple[str, ...],
    source_maps: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say which functions allocated what is still alive.

    FILE is a .heapprofile of Node.js, Deno or Chrome: of `node --heap-prof`, of `heapnb capture
    --sampling`, of the kit, or of DevTools. With OTHER, a later profile of the same program: which
    functions allocated more.
    """
    from heapnb.analysis.heap_profiles.comparison import diff_heap_profiles
    from heapnb.analysis.heap_profiles.reading import read_heap_profile

    if svg is not None:
        check_target(svg, [profile, *([other] if other else [])], force=force)
    if other is not None and by == "stack":
        raise CommandError("Two profiles are not compared by stack.", hint="--svg draws that.")
    if other is not None:
        check_files(click.get_current_context(), click.Argument(["other"]), other)
    found = []
    for file in (profile, *([other] if other else [])):
        with Reading().working(f"Reading {file}"):
            found.append(
                read_heap_profile(
                    file, source_root=source_root or None, source_maps=source_maps or None
                )
            )
    result: HeapProfile | HeapProfileDiff
    result = diff_heap_profiles(*found) if other is not None else found[0]
    for one in found:
        warn(one.warnings)
    if other is not None:
        warn(result.warnings)
    _show(result, by, limit, as_json=as_json)
    if svg is not None:
        from heapnb.views.heap_profile_views import flame_graph_file

        Path(svg).write_text(flame_graph_file(result), encoding="utf-8")
        note(f"{svg}: a flame graph; open it in a browser.")


def _show(
    result: HeapProfile | HeapProfileDiff, by: By, limit: int | None, *, as_json: bool
) -> None:
    """Print the sentences and a table, or all rows as JSON."""
    from heapnb.cli.output import print_text
    from heapnb.views.heap_profile_views import sentences_of
    from heapnb.views.rows import Rows

    rows = Rows(result.columns(by))
    if as_json:
        shown = rows.head(limit) if limit else rows
        print_json(records(shown, list(rows.columns)))
        return
    for sentence in sentences_of(result):
        print_text(sentence.replace("`", ""))
    print_rows(rows, limit, result=result, spare=_SPARE, own_first=by in {"function", "file"})
