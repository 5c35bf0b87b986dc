"""Which targets an inspector offers: its HTTP endpoints ``/json/version`` and ``/json/list``."""

from __future__ import annotations

import http.client
import ipaddress
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from heapnb.errors import CaptureError, InspectorError

_MOST_BYTES: Final = 1 << 24
"""Largest answer that is read: a list of targets has some kB."""

_LARGEST_PORT: Final = 65_535
_OK: Final = 200


@dataclass(frozen=True)
class Address:
    """Where an inspector listens.

    Parameters
    ----------
    host : str
        Name or address.
    port : int
        TCP port.
    is_encrypted : bool, optional
        Whether TLS is spoken there, as by some proxies.
    path : str, optional
        The path of one target; empty to choose from the list of targets.
    """

    host: str
    port: int
    is_encrypted: bool = False
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def socket_url(self, path: str) -> str:
        """Return the URL of a WebSocket there."""
        return f"{'wss' if self.is_encrypted else 'ws'}://{self}{path}"


@dataclass(frozen=True)
class Listing:
    """A target, as the inspector lists it. Titles and URLs come from the program.

    Parameters
    ----------
    kind : str
        ``"node"``, ``"page"``, ``"worker"`` and so on.
    id : str
        Unique for the life of the target.
    title, url : str
        What it calls itself, and its file or page.
    path : str or None
        The path of its WebSocket; None if another client is attached that shares with no one.
    """

    kind: str
    id: str
    title: str
    url: str
    path: str | None


def address_of(port: int | None, url: str | None, *, allow_remote: bool) -> Address:
    """Return the address that a port or URL names.

    Parameters
    ----------
    port : int or None
        A port of this machine.
    url : str or None
        ``HOST:PORT``, or a URL that starts with ``http:``, ``https:``, ``ws:`` or ``wss:``.
    allow_remote : bool
        Whether the host may be another machine.

    Returns
    -------
    Address

    Raises
    ------
    CaptureError
        If the address is not valid, or names another machine without permission.
    """
    if port is not None:
        if not 0 < port <= _LARGEST_PORT:
            raise CaptureError(f"port must be between 1 and {_LARGEST_PORT:,} (got {port}).")
        return Address("127.0.0.1", port)
    text = url or ""
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        number, host = parts.port, parts.hostname
    except ValueError:
        number = host = None
    if host is None or number is None or parts.scheme not in {"http", "https", "ws", "wss"}:
        raise CaptureError(
            f"{text!r} is not the address of an inspector.",
            hint="pass HOST:PORT, or the URL that the process prints: ws://127.0.0.1:9229/….",
        )
    if not allow_remote and not is_loopback(host):
        raise CaptureError(
            f"{host} is not this machine, and the inspector's protocol has neither a password nor,"
            " by default, encryption.",
            hint="forward the port (`ssh -L 9229:127.0.0.1:9229 HOST`, `kubectl port-forward POD"
            " 9229`) and use --port 9229, or pass allow_remote=True (--allow-remote).",
        )
    path = parts.path if parts.scheme in {"ws", "wss"} and parts.path != "/" else ""
    return Address(host, number, parts.scheme in {"https", "wss"}, path)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def product_at(address: Address, *, timeout: float) -> str:
    """Return what listens there, such as ``"node.js/v20.20.2"`` or ``"Chrome/156.0"``.

    Raises
    ------
    InspectorError
        If nothing listens there, or something other than an inspector.
    """
    answer = _get(address, "/json/version", timeout)
    if not isinstance(answer, dict) or "Browser" not in answer:
        raise _not_an_inspector(address, "it names no product")
    return str(answer["Browser"])


def targets_at(address: Address, *, timeout: float) -> list[Listing]:
    """Return the targets that an inspector lists.

    Raises
    ------
    InspectorError
        If nothing listens there, or something other than an inspector.
    """
    answer = _get(address, "/json/list", timeout)
    if not isinstance(answer, list):
        raise _not_an_inspector(address, "it lists no targets")
    return [
        Listing(
            kind=str(one.get("type", "")),
            id=str(one.get("id", "")),
            title=str(one.get("title", "")),
            url=str(one.get("url", "")),
            path=_path_of(one.get("webSocketDebuggerUrl")),
        )
        for one in answer
        if isinstance(one, dict)
    ]


def _path_of(url: object) -> str | None:
    # Only the path: the host is the one that was asked, whatever the answer claims. That is also
    # right behind a forwarded port.
    return urlsplit(url).path if isinstance(url, str) and url else None


def _get(address: Address, path: str, timeout: float) -> Any:
    kind = http.client.HTTPSConnection if address.is_encrypted else http.client.HTTPConnection
    connection = kind(address.host, address.port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        body = response.read(_MOST_BYTES)
    except TimeoutError:
        raise InspectorError(
            f"{address}: no answer within {timeout:g} s.",
            hint="check that the port belongs to an inspector, and that the process runs.",
        ) from None
    except OSError as error:
        raise InspectorError(
            f"Nothing listens at {address} ({error.strerror or error}).",
            hint="open the inspector: start the program with --inspect, or `kill -USR1 PID`; for"
            " Chrome, --remote-debugging-port.",
        ) from None
    except http.client.HTTPException as error:
        raise _not_an_inspector(address, type(error).__name__) from None
    finally:
        connection.close()
    if response.status != _OK:
        raise _not_an_inspector(address, f"HTTP status {response.status}")
    try:
        # Not orjson: Node writes titles with control characters, which JSON does not allow.
        return json.loads(body, strict=False)
    except (ValueError, RecursionError):
        raise _not_an_inspector(address, "its answer is not JSON") from None


def _not_an_inspector(address: Address, reason: str) -> InspectorError:
    return InspectorError(
        f"{address} is not an inspector: {reason}.",
        hint="name the port that the process prints after `Debugger listening on`, not the one at"
        " which it serves.",
    )
