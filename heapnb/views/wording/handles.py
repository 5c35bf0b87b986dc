"""How a program closes the handles of the runtime."""

from __future__ import annotations

from typing import Final

_END_STREAM: Final = "call `stream.close()`, or end it and read it to its end"

CLOSING: Final = {
    "BrotliCompressionStream": _END_STREAM,
    "CipherBase": "call `final()`, and release it",
    "ContextifyContext": "release every function created in it",
    "FSEventWrap": "call `watcher.close()`",
    "FileHandle": "call `await handle.close()`",
    "HTTPParser": "end or destroy its connection",
    "Hash": "call `digest()`, and release it",
    "Http2Session": "call `session.close()` or `destroy()`",
    "JSUDPWrap": "call `socket.close()`",
    "MessagePort": "call `port.close()` at one end",
    "PipeWrap": "end or destroy the stream",
    "ProcessWrap": "end it with `child.kill()` and wait for 'exit'",
    "SecureContext": "create one for all connections, and reuse it",
    "SignalWrap": "remove the handler",
    "StatWatcher": "call `fs.unwatchFile`",
    "TCPServerWrap": "call `server.close()`",
    "TCPSocketWrap": "end or destroy it, also after `socket.setTimeout`",
    "TLSWrap": "end or destroy it, also after `socket.setTimeout`",
    "TTYWrap": "destroy the stream",
    "Timeout": "call `clearTimeout` or `clearInterval`",
    "UDPWrap": "call `socket.close()`",
    "Worker": "call `await worker.terminate()`, or let it end",
    "WriteWrap": "set a timeout on the connection and destroy it",
    "ZlibStream": _END_STREAM,
    "ZstdStream": _END_STREAM,
}
"""Instructions by class of the handle."""

_ANY: Final = "call its `close()` or `destroy()`"


def closing(handle: str) -> str:
    """Say how to close a handle.

    Parameters
    ----------
    handle : str
        Its class, without the prefix ``Node /``.

    Returns
    -------
    str
        An imperative, such as "call `socket.close()`".
    """
    return CLOSING.get(handle, _ANY)
