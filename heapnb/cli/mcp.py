"""``heapnb mcp``: a server for assistants."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Final

import click

from heapnb.cli.frontend import frontend
from heapnb.cli.options import max_size_option, parse_size, source_options
from heapnb.cli.output import note
from heapnb.cli.reading import Reading
from heapnb.errors import CommandError, MissingExtraError

_EPILOG: Final = """\b
Examples:
  heapnb mcp --print-config --root /srv/snapshots
  heapnb mcp --http 8765 --root /srv/snapshots
"""


@click.command("mcp", epilog=_EPILOG, short_help="Serve snapshots to assistants (MCP).")
@click.option(
    "--root",
    "roots",
    metavar="DIR",
    multiple=True,
    help="A folder below which files may be read and written.  [default: the working directory]",
)
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Serve HTTP on 127.0.0.1 instead of standard input and output; 0 chooses a port. Clients "
    "need the token that is printed on stderr.",
)
@click.option(
    "--memory",
    callback=parse_size,
    metavar="SIZE",
    default="2GB",
    show_default=True,
    help="Keep snapshots open between calls up to this size.",
)
@click.option(
    "--allow-capture",
    is_flag=True,
    help="Take snapshots of running processes without asking the user.",
)
@click.option("--no-redact", is_flag=True, help="Do not mask likely secrets.")
@click.option("--no-cache", is_flag=True, help="Do not use the on-disk cache.")
@click.option(
    "--print-config", is_flag=True, help="Print the lines for clients' configuration files."
)
@source_options
@max_size_option
def command(
    roots: tuple[str, ...],
    port: int | None,
    memory: int,
    source_root: tuple[str, ...],
    source_maps: tuple[str, ...],
    *,
    allow_capture: bool,
    no_redact: bool,
    no_cache: bool,
    print_config: bool,
) -> None:
    """Serve heap snapshots to assistants (Model Context Protocol).

    Needs the extra `mcp`. Text from a heap is marked as untrusted and masked; docs/mcp.md lists
    the tools.
    """
    folders = roots or (str(Path.cwd()),)
    if print_config:
        from heapnb.mcp.client_config import client_configuration

        arguments = ["mcp", *(word for folder in folders for word in ("--root", _absolute(folder)))]
        arguments += ["--allow-capture"] if allow_capture else []
        arguments += ["--no-redact"] if no_redact else []
        from heapnb.format.limits import allowed_size

        size = allowed_size()
        arguments += [] if size is None else ["--max-size", str(size)]
        for option, values in (("--source-root", source_root), ("--source-maps", source_maps)):
            arguments += [word for value in values for word in (option, _absolute(value))]
        print(json.dumps(client_configuration(arguments, port), indent=2))
        return
    if frontend().wants_frames:
        raise CommandError("A notebook cannot serve assistants.", hint="run it in a shell.")
    if importlib.util.find_spec("mcp") is None:
        raise MissingExtraError("A server for assistants", "mcp")
    from heapnb.mcp.open_heaps import OpenHeaps
    from heapnb.mcp.roots import Roots
    from heapnb.mcp.serving import AssistantServer
    from heapnb.mcp.toolbox import Desk
    from heapnb.mcp.transports import serve_http, serve_stdio
    from heapnb.views.masking import Masking

    reading = Reading(
        cache=not no_cache,
        show_progress=False,
        source_root=source_root,
        source_maps=source_maps,
    )
    desk = Desk(
        Roots(folders), OpenHeaps(memory, reading), Masking.when(not no_redact), allow_capture
    )
    server = AssistantServer(desk)
    if port is None:
        serve_stdio(server)
    else:
        serve_http(server, port, note)


def _absolute(folder: str) -> str:
    return str(Path(folder).resolve())
