"""Start a server as users do, and talk to it with the client of the official SDK."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import orjson
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server

from heapnb.cli.reading import Reading
from heapnb.mcp.client_config import TOKEN_VARIABLE
from heapnb.mcp.open_heaps import OpenHeaps
from heapnb.mcp.roots import Roots
from heapnb.mcp.serving import AssistantServer
from heapnb.mcp.toolbox import Desk
from heapnb.views.masking import Masking

COMMAND = (sys.executable, "-m", "heapnb", "mcp")

CHARACTERS_PER_TOKEN = 4
"""What one token of English and JSON takes, as a rule of thumb."""


@dataclass(frozen=True)
class Reply:
    """What a client got for a call, and what a model would read of both directions."""

    text: str
    data: dict[str, Any]
    is_error: bool
    n_characters: int
    n_bytes: int


async def ask(client: Client, tool: str, **arguments: Any) -> Reply:
    """Call a tool."""
    result = await client.call_tool(tool, arguments)
    [content] = result.content
    text = content.text  # type: ignore[union-attr]
    data = result.structured_content or {}
    sent = orjson.dumps({"name": tool, "arguments": arguments}).decode()
    answered = orjson.dumps(data).decode()
    return Reply(
        text,
        data,
        result.is_error,
        len(sent) + len(text) + len(answered),
        len(orjson.dumps(text)) + len(orjson.dumps(data)),
    )


def local(root: Path, *, allow_capture: bool = False, redact: bool = True) -> Server[Any]:
    """Return a server in this process, which starts at once."""
    heaps = OpenHeaps(10**9, Reading(show_progress=False))
    desk = Desk(Roots([root]), heaps, Masking.when(redact), allow_capture)
    return AssistantServer(desk).protocol


def parameters(root: Path, *options: str) -> StdioServerParameters:
    """Return what starts a server on standard input and output."""
    return StdioServerParameters(
        command=COMMAND[0],
        args=[*COMMAND[1:], "--root", str(root), *options],
        env=dict(os.environ),
    )


@dataclass(frozen=True)
class HttpServer:
    """A running server."""

    url: str
    token: str


@contextmanager
def http_server(
    root: Path, *options: str, port: int = 0, token: str | None = None
) -> Iterator[HttpServer]:
    """Run a server, by default on a free port with a token of its own."""
    process = subprocess.Popen(
        [*COMMAND, "--http", str(port), "--root", str(root), *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **({TOKEN_VARIABLE: token} if token else {})},
    )
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[-1]
        token = process.stderr.readline().split()[-1]
        yield HttpServer(url, token)
    finally:
        process.terminate()
        process.wait(timeout=20)
        assert process.stderr is not None
        process.stderr.close()


@asynccontextmanager
async def http_client(server: HttpServer, **options: Any) -> AsyncIterator[Client]:
    """Connect to a running server."""
    headers = {"Authorization": f"Bearer {server.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as carrier,
        Client(streamable_http_client(server.url, http_client=carrier), **options) as client,
    ):
        yield client


def run(function: Any, *arguments: Any) -> Any:
    """Run an async function to its end, within two minutes."""

    async def limited() -> Any:
        with anyio.fail_after(120):
            return await function(*arguments)

    # A test before this one can have left an event loop running in this thread: Playwright does.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, limited).result()
