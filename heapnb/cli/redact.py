"""``heapnb redact``: a snapshot without its secrets, or a list of where they are."""

from __future__ import annotations

from typing import cast

import click

from heapnb.cli.options import (
    json_option,
    personal_option,
    reading_options,
    snapshot_argument,
)
from heapnb.cli.output import note, print_json, print_result
from heapnb.cli.reading import Reading, check_target

_SALT_VARIABLE = "HEAPNB_REDACTION_SALT"


@click.command("redact")
@snapshot_argument
@click.argument("target", metavar="[OUT]", required=False)
@click.option(
    "--mode",
    type=click.Choice(("secrets", "strings", "shape")),
    default="secrets",
    show_default=True,
    help="Replace what looks like a secret or is called one; all texts of the program too; names "
    "of its classes, functions, properties and variables too.",
)
@click.option(
    "--audit", "is_audit", is_flag=True, help="List the secrets and their places; write no file."
)
@click.option(
    "--salt",
    envvar=_SALT_VARIABLE,
    metavar="TEXT",
    help="Give the snapshots of a series the same tokens. The default salt is random.  "
    f"[environment variable: {_SALT_VARIABLE}]",
)
@personal_option
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@json_option
@reading_options
def command(
    snapshot: str,
    target: str | None,
    mode: str,
    salt: str | None,
    reading: Reading,
    *,
    is_audit: bool,
    personal: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write a copy of a snapshot with tokens for secrets.

    The graph, the sizes and the ids stay the same. Tokens have the length of what they stand for,
    and equal texts get equal tokens. What was found is listed by kind and place, never the secret
    itself.
    """
    if is_audit == (target is not None):
        problem = "--audit writes nothing: leave OUT away" if is_audit else "Name the file to write"
        raise click.UsageError(f"{problem}.", click.get_current_context())
    from heapnb import redaction

    if target is None:
        result = redaction.audit(
            reading.open_graph(snapshot), personal=personal, progress=reading.progress
        )
    else:
        check_target(target, [snapshot], force=force)
        result = redaction.redact(
            reading.open_graph(snapshot),
            target,
            mode=cast("redaction.Mode", mode),
            salt=salt,
            personal=personal,
            force=force,
            progress=reading.progress,
        )
    if as_json:
        print_json(result.to_dict())
    else:
        print_result(result)
    if target is not None:
        note(f"The redacted snapshot is in {target}")
