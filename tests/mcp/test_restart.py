"""Servers that restart between two calls, files that change, calls that are cancelled."""

from __future__ import annotations

import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client

from tests.conftest import sample_series
from tests.mcp.clients import HttpServer, Reply, ask, http_client, http_server, parameters, run

pytestmark = pytest.mark.slow

CASE = "listener_per_request"
OTHER_CASE = "module_array_cache"
ENDLESS = "select count(*) from nodes a, nodes b, nodes c where hash(a.name) = hash(b.name, c.name)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Return a folder with two cases that a test may change."""
    for case in (CASE, OTHER_CASE):
        (tmp_path / case).mkdir()
        for path in sample_series(case):
            shutil.copy(path, tmp_path / case)
    return tmp_path


def test_a_client_goes_on_when_the_server_restarts(cases: Path) -> None:
    fixed: dict[str, Any] = {"port": free_port(), "token": secrets.token_urlsafe(32)}

    async def talk() -> tuple[Reply, Reply]:
        with http_server(cases, **fixed) as server:
            client = http_client(server)
            opened = await client.__aenter__()
            first = await ask(opened, "classes", case=CASE)
        with http_server(cases, **fixed):
            second = await ask(opened, "classes", case=CASE, cursor=first.data["cursor"])
            await client.__aexit__(None, None, None)
            return first, second

    first, second = run(talk)
    assert not second.is_error, second.text
    assert second.data["total"] == first.data["total"]
    assert second.data["rows"][0] not in first.data["rows"]


def test_a_session_of_the_earlier_protocol_ends_with_the_server(cases: Path) -> None:
    fixed: dict[str, Any] = {"port": free_port(), "token": secrets.token_urlsafe(32)}

    async def talk() -> tuple[Reply, str, Reply]:
        with http_server(cases, **fixed) as server:
            client = http_client(server, mode="legacy")
            opened = await client.__aenter__()
            first = await ask(opened, "classes", case=CASE)
        with http_server(cases, **fixed) as server:
            # Clients are told with a 404 to begin a new session; the SDK leaves that to its user.
            with pytest.raises(Exception, match=r"(?i)session") as error, anyio.fail_after(30):
                await ask(opened, "classes", case=CASE, cursor=first.data["cursor"])
            await client.__aexit__(None, None, None)
            async with http_client(server, mode="legacy") as again:
                second = await ask(again, "classes", case=CASE, cursor=first.data["cursor"])
            return first, str(error.value), second

    first, _, second = run(talk)
    assert second.data["total"] == first.data["total"]
    assert second.data["rows"][0] not in first.data["rows"]


def test_a_token_of_the_server_before_is_refused(cases: Path) -> None:
    port = free_port()

    async def status(server: HttpServer) -> int:
        async with httpx2.AsyncClient() as carrier:
            answer = await carrier.post(
                server.url, headers={"Authorization": f"Bearer {server.token}"}, json={}
            )
            return answer.status_code

    with http_server(cases, port=port) as before:
        assert run(status, before) != 401
    with http_server(cases, port=port) as after:
        assert after.token != before.token
        assert run(status, before) == 401
        assert run(status, after) != 401


def test_snapshots_that_are_gone_or_others_are_named(cases: Path) -> None:
    async def talk() -> tuple[Reply, Reply, Reply, Reply]:
        with http_server(cases) as server:
            async with http_client(server) as client:
                asked = {"case": CASE, "snapshot": "after2.heapsnapshot.zst"}
                first = await ask(client, "diagnose", case=CASE)
                node_id = first.data["suspects"][0]["node_id"]
                (other,) = (cases / OTHER_CASE).glob("after2.*")
                (path,) = (cases / CASE).glob("after2.*")
                path.write_bytes(other.read_bytes())
                changed = await ask(client, "diagnose", case=CASE)
                path.unlink()
                gone = await ask(client, "inspect_node", **asked, node_id=node_id)
                shutil.rmtree(cases / CASE)
                removed = await ask(client, "inspect_node", case=CASE, node_id=node_id)
                return first, changed, gone, removed

    first, changed, gone, removed = run(talk)
    assert first.data["verdict"] == "leak"
    # Not the answer about the file that was there before.
    assert changed.data["verdict"] != "leak" or changed.data["warnings"] != first.data["warnings"]
    assert gone.is_error
    assert "no snapshot named after2.heapsnapshot.zst" in gone.text
    assert "Hint: its snapshots are" in gone.text
    assert removed.is_error
    assert "Hint: " in removed.text


@asynccontextmanager
async def _client(transport: str, mode: str, root: Path) -> AsyncIterator[Client]:
    if transport == "stdio":
        async with Client(parameters(root), mode=mode) as client:
            yield client
    else:
        with http_server(root) as server:
            async with http_client(server, mode=mode) as client:
                yield client


@pytest.mark.parametrize(
    ("transport", "mode"), [("stdio", "auto"), ("http", "auto"), ("http", "legacy")]
)
def test_a_cancelled_call_frees_the_snapshot(cases: Path, transport: str, mode: str) -> None:
    async def cancelled() -> tuple[Reply, float]:
        async with _client(transport, mode, cases) as client:
            await ask(client, "classes", case=CASE)
            with anyio.move_on_after(2):
                await ask(client, "sql", case=CASE, query=ENDLESS)
            begin = time.monotonic()
            # The query held the snapshot's lock: without an end there would be no answer.
            return await ask(client, "classes", case=CASE), time.monotonic() - begin

    reply, seconds = run(cancelled)
    assert not reply.is_error
    assert reply.data["rows"]
    assert seconds < 30


def test_calls_about_other_snapshots_do_not_wait(cases: Path) -> None:
    async def side_by_side() -> tuple[Reply, Reply, bool]:
        with http_server(cases) as server:
            async with http_client(server) as one, http_client(server) as other:
                await ask(one, "classes", case=CASE)
                await ask(other, "classes", case=OTHER_CASE)
                ended: list[Reply] = []

                async def endless() -> None:
                    ended.append(await ask(one, "sql", case=CASE, query=ENDLESS))

                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(endless)
                    await anyio.sleep(1)
                    first = await ask(other, "classes", case=OTHER_CASE)
                    second = await ask(other, "find", case=OTHER_CASE, name="^Array$")
                    is_waiting = not ended
                    tasks.cancel_scope.cancel()
                return first, second, is_waiting

    first, second, is_waiting = run(side_by_side)
    assert not first.is_error
    assert not second.is_error
    assert is_waiting
