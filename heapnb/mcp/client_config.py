"""The lines that clients of the Model Context Protocol have in their configuration."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

TOKEN_VARIABLE: Final = "HEAPNB_MCP_TOKEN"  # noqa: S105  a name
"""Names the token of HTTP, for users who want the same one at every start."""

_PATH: Final = "/mcp"


def url_of(port: int) -> str:
    """Return the address of the server.

    Examples
    --------
    >>> url_of(8765)
    'http://127.0.0.1:8765/mcp'
    """
    return f"http://127.0.0.1:{port}{_PATH}"


def client_configuration(arguments: Sequence[str], port: int | None) -> dict[str, Any]:
    """Return the entry of a client's configuration file.

    Parameters
    ----------
    arguments : sequence of str
        The arguments of ``heapnb`` that start the server.
    port : int or None
        The port of HTTP; None if the client starts the server itself.

    Returns
    -------
    dict

    Examples
    --------
    >>> client_configuration(["mcp"], 8765)["mcpServers"]["heapnb"]["url"]
    'http://127.0.0.1:8765/mcp'
    """
    if port is not None:
        headers = {"Authorization": f"Bearer ${{{TOKEN_VARIABLE}}}"}
        server: dict[str, Any] = {"type": "http", "url": url_of(port), "headers": headers}
    else:
        command, *first = _command()
        server = {"type": "stdio", "command": command, "args": [*first, *arguments]}
    return {"mcpServers": {"heapnb": server}}


def _command() -> list[str]:
    """Return what starts this heapnb: the script beside this Python, or the module."""
    script = shutil.which("heapnb", path=str(Path(sys.executable).parent))
    return [sys.executable, "-m", "heapnb"] if script is None else [script]


__all__ = ["TOKEN_VARIABLE", "client_configuration", "url_of"]
