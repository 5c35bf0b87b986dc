"""``heapnb summary``: totals, bytes by kind, producer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from heapnb.cli.options import json_option, reading_options, snapshot_argument
from heapnb.cli.output import note, print_json, print_result, warn
from heapnb.cli.reading import Reading
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb.analysis.totals import Totals

STREAM_FROM: Final = 500_000_000
"""Bytes of a file that is streamed unless the user says otherwise."""

STREAM_PACKED_FROM: Final = 50_000_000
"""Bytes of a compressed file: snapshots shrink to a tenth."""

_PACKED: Final = (".gz", ".zst")


@click.command("summary")
@snapshot_argument
@click.option(
    "--stream/--full",
    "stream",
    default=None,
    help="Read the file once, in at most 300 MB of memory, for what can be added up; or compute "
    "the whole graph.  [default: stream files from 500 MB on whose answer is not in the cache]",
)
@json_option
@reading_options
def command(snapshot: str, reading: Reading, *, stream: bool | None, as_json: bool) -> None:
    """Show totals, bytes by kind, producer and warnings."""
    if stream and reading.salvage:
        raise CommandError(
            "--stream does not read damaged files.", hint="leave out --stream or --salvage."
        )
    with reading.working("Adding up the heap"):
        found = _streamed(snapshot, reading, stream=stream)
        answer = found or reading.open(snapshot, with_warnings=as_json).summary()
    if found is not None and as_json:
        warn(found.warnings)
    if as_json:
        print_json(answer.to_dict())
    else:
        print_result(answer)
    if found is not None and stream is None:
        note("The file was streamed, because it is large; --full computes the rest.")


def _streamed(snapshot: str, reading: Reading, *, stream: bool | None) -> Totals | None:
    """Stream the file, if the user says so or it is large; None if the graph is to be computed."""
    source = reading.file_of(snapshot)
    if source is None or not (stream or (stream is None and _is_large(source, reading))):
        return None
    from heapnb.analysis.totals import totals
    from heapnb.format.streaming import UnusualOrderError

    try:
        with reading.progress() as progress:
            return totals(source, progress=progress)
    except UnusualOrderError:
        if stream:
            raise
        return None


def _is_large(source: str, reading: Reading) -> bool:
    """Tell whether a file is too large to compute its graph unasked."""
    from pathlib import Path

    path = Path(source)
    if reading.salvage or not path.is_file():
        return False
    least = STREAM_PACKED_FROM if path.suffix in _PACKED else STREAM_FROM
    if path.stat().st_size < least:
        return False
    from heapnb.format.cache import is_cached

    return not (reading.cache and is_cached(path, "statistics"))
