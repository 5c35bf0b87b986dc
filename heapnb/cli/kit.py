"""``heapnb kit``: one JavaScript file that takes snapshots where there is no Python."""

from __future__ import annotations

import click

from heapnb.cli.output import note


@click.command("kit", short_help="Write a script that takes snapshots from inside.")
@click.argument("folder", metavar="[DIR]", required=False)
@click.option("--print", "is_print", is_flag=True, help="Print the script; write no file.")
@click.option("--force", is_flag=True, help="Replace the files if they exist.")
def command(folder: str | None, *, is_print: bool, force: bool) -> None:
    """Write heapnb-kit.cjs, which takes snapshots of a Node.js program from inside.

    For images without Python: node --require ./heapnb-kit.cjs app.js. The README beside it has
    lines for Docker, Kubernetes and systemd.
    """
    from heapnb.capture.kit.kit import kit, kit_script

    if is_print == (folder is not None):
        problem = "--print writes nothing: leave DIR away" if is_print else "Name a folder"
        raise click.UsageError(f"{problem}.", click.get_current_context())
    if folder is None:
        print(kit_script(), end="")
        return
    script, readme = kit(folder, force=force)
    note(f"Start the program with: node --require {script} app.js")
    note(f"{readme} has lines for Docker, Kubernetes and systemd.")
