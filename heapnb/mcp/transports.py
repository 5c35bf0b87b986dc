"""How clients reach the server: standard input and output, or HTTP on the loopback interface."""

from __future__ import annotations

import hmac
import os
import secrets
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import anyio
import uvicorn
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from heapnb.errors import RefusedError
from heapnb.mcp.client_config import TOKEN_VARIABLE, url_of
from heapnb.mcp.serving import AssistantServer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HOST: Final = "127.0.0.1"
_SHORTEST_TOKEN: Final = 32


def serve_stdio(server: AssistantServer) -> None:
    """Serve one client on standard input and output, until it closes them."""

    async def serve() -> None:
        async with stdio_server() as (received, sent):
            protocol = server.protocol
            await protocol.run(received, sent, protocol.create_initialization_options())

    anyio.run(serve)


def serve_http(server: AssistantServer, port: int, say: Callable[[str], None]) -> None:
    """Serve any number of clients over HTTP on the loopback interface.

    Parameters
    ----------
    server : AssistantServer
        What answers.
    port : int
        The port; 0 for a free one.
    say : callable
        Gets the address and the token, once.

    Raises
    ------
    RefusedError
        If the port is taken.
    """
    token = token_of_environment() or secrets.token_urlsafe(_SHORTEST_TOKEN)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, port))
            # Before the address is printed: clients may connect at once.
            listening.listen()
        except OSError as error:
            raise RefusedError(
                f"Port {port} cannot be used: {error.strerror}.", hint="choose another, or 0."
            ) from None
        chosen = listening.getsockname()[1]
        names = (_HOST, "localhost")
        app = server.protocol.streamable_http_app(
            transport_security=TransportSecuritySettings(
                allowed_hosts=[f"{name}:{chosen}" for name in names],
                allowed_origins=[f"http://{name}:{chosen}" for name in names],
            )
        )
        config = uvicorn.Config(
            WithToken(app, token), log_level="error", access_log=False, lifespan="on"
        )
        say(f"heapnb mcp: {url_of(chosen)}")
        say(f"Authorization: Bearer {token}")
        uvicorn.Server(config).run(sockets=[listening])


def token_of_environment() -> str | None:
    """Return the token that the user chose, so that clients keep their configuration."""
    token = os.environ.get(TOKEN_VARIABLE)
    if token is not None and len(token) < _SHORTEST_TOKEN:
        raise RefusedError(
            f"{TOKEN_VARIABLE} is shorter than {_SHORTEST_TOKEN} characters.",
            hint="unset it, and heapnb makes a token.",
        )
    return token


class WithToken:
    """An ASGI application behind a bearer token, which every request must carry.

    Parameters
    ----------
    app : ASGI application
        What is behind it.
    token : str
        The token.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests with the token on, and refuse the others."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            given = Headers(scope=scope).get("authorization", "")
            is_known = hmac.compare_digest(given.encode(), self._expected)
            await (self._app if is_known else _REFUSED)(scope, receive, send)
        # There are no WebSockets here: returning refuses them.


_REFUSED: Final = PlainTextResponse(
    "The token is missing or wrong.\n", status_code=401, headers={"WWW-Authenticate": "Bearer"}
)


__all__ = ["WithToken", "serve_http", "serve_stdio"]
