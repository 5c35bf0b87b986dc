"""``heapnb notebook``: the case as a notebook."""

from __future__ import annotations

import click

from heapnb.cli.options import (
    document_options,
    heap_profile_option,
    known_leaks_option,
    reading_options,
    series_argument,
    work_option,
)
from heapnb.cli.output import note
from heapnb.cli.reading import Reading, check_target


@click.command("notebook")
@series_argument
@document_options("post-mortem.ipynb")
@click.option("--no-execute", is_flag=True, help="Write the cells without running them.")
@heap_profile_option
@known_leaks_option
@work_option
@reading_options
def command(
    snapshots: tuple[str, ...],
    target: str,
    reading: Reading,
    *,
    work: tuple[float, ...] | None,
    known_leaks: tuple[str, ...],
    heap_profile: str | None,
    force: bool,
    no_redact: bool,
    personal: bool,
    no_execute: bool,
) -> None:
    """Write the case as a notebook that can be run again.

    Give the snapshots in the order in which they were taken; three show most.
    """
    check_target(target, snapshots, force=force)
    from heapnb.notebooks import notebook as write_notebook

    # The cells read the files themselves, through the cache, which makes this quick.
    with reading.working(f"Writing {target}"):
        write_notebook(
            list(snapshots),
            target,
            force=force,
            redact=not no_redact,
            personal=personal,
            execute=not no_execute,
            work=work,
            salvage=reading.salvage,
            source_root=reading.source_root or None,
            source_maps=reading.source_maps or None,
            known_leaks=known_leaks,
            heap_profile=heap_profile,
        )
    note(f"The notebook is in {target}")
