"""Several clients, restarts, cancellation, progress, memory, errors, and who may connect."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client

from heapnb.cli import main
from heapnb.cli.reading import Reading
from heapnb.mcp.answers import DEFAULT_BYTES
from heapnb.mcp.jobs import Cancelled, Job
from heapnb.mcp.open_heaps import OpenHeaps
from heapnb.mcp.transports import WithToken
from tests.conftest import ROOT, sample_series
from tests.mcp.clients import (
    COMMAND,
    HttpServer,
    Reply,
    ask,
    http_client,
    http_server,
    local,
    parameters,
    run,
)

SAMPLES = ROOT / "sample_snapshots"
CASE = "listener_per_request"
OTHER_CASE = "module_array_cache"


@pytest.fixture(scope="module")
def server() -> Any:
    with http_server(SAMPLES) as running:
        yield running


def question(server: HttpServer, tool: str, **arguments: Any) -> Reply:
    async def asked() -> Reply:
        async with http_client(server) as client:
            return await ask(client, tool, **arguments)

    reply: Reply = run(asked)
    return reply


# -- each tool ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "arguments", "column"),
    [
        ("classes", {"match": "^Order"}, "class_name"),
        ("classes", {"snapshot": "before.heapsnapshot.zst", "by_name": True}, "location"),
        ("compare", {}, "size_delta"),
        ("find", {"class_name": "OrderDraft"}, "node_id"),
        ("find", {"name": ".", "sort": "shallow_size"}, "shallow_size"),
        ("decoded_table", {"table": "listeners", "each": True}, "emitter_class"),
        ("decoded_table", {"table": "closures"}, "count"),
        ("strings", {"match": "order"}, "length"),
        ("sql", {"query": "select class_name, count(*) as n from nodes group by 1"}, "n"),
        (
            "sql",
            {"query": "select snapshot, count(*) n from nodes group by 1", "all_snapshots": True},
            "snapshot",
        ),
    ],
)
def test_tables_have_rows_and_a_cursor(
    server: HttpServer, tool: str, arguments: dict[str, Any], column: str
) -> None:
    first = question(server, tool, case=CASE, **arguments)
    assert not first.is_error, first.text
    assert first.n_bytes <= DEFAULT_BYTES
    rows, cursor = first.data["rows"], first.data["cursor"]
    assert column in rows[0]
    assert "rows" in first.data["untrusted"]["fields"]
    while cursor is not None and len(rows) < 60:
        page = question(server, tool, case=CASE, cursor=cursor, **arguments)
        assert len(page.data["rows"]) > 0
        rows += page.data["rows"]
        cursor = page.data["cursor"]
    if cursor is None:
        assert len(rows) == first.data["total"]
    longer = question(server, tool, case=CASE, max_bytes=100_000, **arguments)
    assert longer.n_bytes <= 100_000
    assert [row[column] for row in longer.data["rows"][: len(rows)]] == [
        row[column] for row in rows
    ]


def test_decoded_tables_are_grouped_and_own_code_comes_first(server: HttpServer) -> None:
    asked = {"case": CASE, "table": "listeners"}
    groups = question(server, "decoded_table", **asked).data["rows"]
    objects = question(server, "decoded_table", sort="count", **asked).data["rows"]
    assert groups[0]["count"] > 1
    assert "orderHandler" in groups[0]["location"]
    assert "count" in objects[0]


def test_nodes_are_sorted_by_what_the_caller_says(server: HttpServer) -> None:
    asked = {"case": CASE, "name": ".", "max_bytes": 20_000}
    for column in ("retained_size", "shallow_size", "distance", "node_id"):
        rows = question(server, "find", sort=column, **asked).data["rows"]
        values = [row[column] for row in rows if row[column] is not None]
        assert len(set(values)) > 1 or column == "distance"
        assert values == sorted(values, reverse=True)


def test_a_query_makes_no_more_rows_than_an_assistant_can_read(server: HttpServer) -> None:
    everything = "select a.node_id from nodes a, nodes b"
    reply = question(server, "sql", case=CASE, query=everything)
    assert reply.data["total"] == 100_000
    assert reply.text.startswith("The first 100,000 rows.")


def test_a_node_and_what_its_removal_frees(server: HttpServer) -> None:
    suspect = question(server, "diagnose", case=CASE).data["suspects"][0]
    node_id = suspect["node_id"]
    shown = {}
    for show in ("retainers", "paths", "dominators", "children", "edges"):
        asked = {"case": CASE, "node_id": node_id, "show": show, "max_bytes": 8000}
        reply = question(server, "inspect_node", **asked)
        assert not reply.is_error, reply.text
        assert reply.data["node_id"] == node_id
        assert reply.data["path"][-1]["node_id"] == node_id
        shown[show] = reply.data["retainers" if show == "retainers" else "rows"]
    assert {"node_id", "class_name", "edge_type"} <= set(shown["retainers"][0])
    # DevTools gives what only the engine reaches a distance of 100 million; here it has none.
    engine = question(server, "inspect_node", case=CASE, node_id=3).data["node"]
    assert engine["distance"] is None
    assert shown["dominators"][-1]["node_id"] == reply.data["path"][0]["node_id"]
    culprit = question(server, "explain_suspect", case=CASE).data["culprits"]["edges"][0]
    removal = {"node_id": culprit["holder_id"], "name": culprit["name"]}
    freed = question(server, "what_if", case=CASE, remove=[removal])
    assert not freed.is_error, freed.text
    assert freed.data["freed_size"] > suspect["retained_delta"] * 0.8


@pytest.mark.parametrize(
    "case",
    [
        f"{CASE}/*.zst",
        [f"{CASE}/{name}.heapsnapshot.zst" for name in ("before", "after1", "after2")],
        str(SAMPLES / CASE),
    ],
    ids=["pattern", "list", "absolute"],
)
def test_a_case_has_several_names(server: HttpServer, case: Any) -> None:
    reply = question(server, "open_case", case=case)
    names = [row["name"] for row in reply.data["snapshots"]]
    assert [name.split(".")[0] for name in names] == ["before", "after1", "after2"]
    assert reply.data["one_process"] is True


def test_one_snapshot_is_undecided(server: HttpServer) -> None:
    reply = question(server, "diagnose", case=f"{CASE}/after2.heapsnapshot.zst")
    assert reply.data["verdict"] == "undecided"
    assert "Three snapshots of one process" in reply.text.splitlines()[0]


def test_a_fix_is_verified(server: HttpServer) -> None:
    def verified(before: str, after: str, **more: Any) -> Reply:
        return question(server, "verify_fix", before=before, after=after, **more)

    fixed = verified(CASE, f"{CASE}/fixed", work=[0, 150, 450])
    assert not fixed.is_error, fixed.text
    assert fixed.data["verdict"] == "fixed"
    assert fixed.text.startswith("Verdict: fixed; 1 leak before, 0 new after.")
    assert verified(CASE, CASE, work=[0, 150, 450]).data["verdict"] == "not-fixed"
    unknown = verified(f"{CASE}/fixed", CASE)
    assert unknown.data["verdict"] == "cannot-tell"


def test_reports_are_written_once(tmp_path: Path) -> None:
    for path in sample_series(CASE):
        (tmp_path / path.name).write_bytes(path.read_bytes())

    async def written() -> list[Reply]:
        async with Client(local(tmp_path)) as client:
            wanted = {"case": ".", "path": "leak.html"}
            return [
                await ask(client, "write_report", **wanted),
                await ask(client, "write_report", **wanted),
                await ask(client, "write_report", **wanted, replace=True),
                await ask(client, "write_report", case=".", path="l.ipynb", format="notebook"),
                await ask(client, "write_report", case=".", path="before.heapsnapshot.zst"),
            ]

    first, again, replaced, notebook, snapshot = run(written)
    assert first.data == {
        "path": "leak.html",
        "size_bytes": (tmp_path / "leak.html").stat().st_size,
        "verdict": "leak",
        "untrusted": first.data["untrusted"],
    }
    assert again.is_error
    assert "exists" in again.text
    assert not replaced.is_error
    assert not notebook.is_error
    cells = json.loads((tmp_path / "l.ipynb").read_text())["cells"]
    assert all(not cell.get("outputs") for cell in cells)
    assert snapshot.is_error


# -- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("diagnos", {"case": CASE}, "did you mean `diagnose`?"),
        ("diagnose", {}, "'case' is a required property"),
        ("diagnose", {"case": CASE, "cursors": "1"}, "did you mean `cursor`?"),
        ("diagnose", {"case": CASE, "cursor": "-1"}, "is not a cursor"),
        ("classes", {"case": CASE, "max_bytes": 10}, "max_bytes"),
        ("classes", {"case": CASE, "match": "("}, "Not a regular expression"),
        ("classes", {"case": CASE, "snapshot": "missing"}, "no snapshot named missing"),
        ("explain_suspect", {"case": CASE, "rank": 99}, "none of rank 99"),
        ("find", {"case": CASE}, "needs a condition"),
        (
            "decoded_table",
            {"case": CASE, "table": "timers", "sort": "delai"},
            "did you mean `delay`?",
        ),
        ("inspect_node", {"case": CASE, "node_id": 4}, "No node has the id 4"),
        ("sql", {"case": CASE, "query": "drop table nodes"}, "Only SELECT is allowed"),
        ("sql", {"case": CASE, "query": "select * from read_csv('/etc/passwd')"}, "failed"),
        ("compare", {"case": f"{CASE}/before.heapsnapshot.zst"}, "two different snapshots"),
    ],
)
def test_errors_are_answers_with_a_hint(
    server: HttpServer, tool: str, arguments: dict[str, Any], says: str
) -> None:
    reply = question(server, tool, **arguments)
    assert reply.is_error
    assert says in reply.text
    assert "Hint: " in reply.text
    assert "Traceback" not in reply.text


# -- several clients, restart -------------------------------------------------------------------


def test_clients_at_once_get_what_one_gets(server: HttpServer) -> None:
    alone = {case: question(server, "diagnose", case=case) for case in (CASE, OTHER_CASE)}
    found: list[tuple[str, Reply]] = []

    async def one(case: str, mode: str) -> None:
        async with http_client(server, mode=mode) as client:
            found.append((case, await ask(client, "diagnose", case=case)))

    async def all_at_once() -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(6):
                case = (CASE, OTHER_CASE)[number % 2]
                tasks.start_soon(one, case, ("auto", "legacy")[number // 3])

    run(all_at_once)
    assert len(found) == 6
    for case, reply in found:
        assert reply.data == alone[case].data


def test_a_cursor_and_a_case_outlive_a_restart() -> None:
    async def page(cursor: str) -> Reply:
        async with Client(parameters(SAMPLES)) as client:
            return await ask(client, "classes", case=CASE, cursor=cursor)

    first = run(page, "0")
    second = run(page, first.data["cursor"])
    assert second.data["rows"][0] not in first.data["rows"]
    assert second.data["total"] == first.data["total"]


# -- long work ----------------------------------------------------------------------------------


def test_cancelling_ends_a_query_and_frees_the_snapshot() -> None:
    endless = (
        "select count(*) from nodes a, nodes b, nodes c where hash(a.name) = hash(b.name, c.name)"
    )

    async def cancelled() -> tuple[list[str], Reply, float]:
        told: list[str] = []

        async def progress(progress: float, total: float | None, message: str | None) -> None:
            told.append(message or "")

        async with Client(parameters(SAMPLES)) as client:
            await ask(client, "classes", case=CASE)
            with anyio.move_on_after(3):
                await client.call_tool(
                    "sql", {"case": CASE, "query": endless}, progress_callback=progress
                )
            begin = time.monotonic()
            reply = await ask(client, "classes", case=CASE)
            return told, reply, time.monotonic() - begin

    told, reply, _ = run(cancelled)
    assert told
    # The query held the snapshot's lock: without an end there would be no answer.
    assert not reply.is_error
    assert reply.data["rows"]


def test_a_job_ends_at_its_next_report() -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled), job.working("Reading"):
        pytest.fail("the first report ends it")


# -- memory -------------------------------------------------------------------------------------


def test_snapshots_beyond_the_budget_are_closed_and_opened_again() -> None:
    files = {case: tuple(sample_series(case)) for case in (CASE, OTHER_CASE)}
    roomy = OpenHeaps(10**12, Reading(show_progress=False))
    for case in (CASE, OTHER_CASE):
        with roomy.case(files[case], Job()) as opened:
            assert len(opened.series) == 3
    both = roomy.n_bytes
    assert roomy.n_open == 2
    with roomy.case(files[CASE], Job()) as opened:
        kept = opened
    with roomy.case(files[CASE], Job()) as opened:
        assert opened is kept

    tight = OpenHeaps(both - 1, Reading(show_progress=False))
    for case in (CASE, OTHER_CASE):
        with tight.case(files[case], Job()):
            pass
    assert tight.n_open == 1
    assert tight.n_bytes < both
    with tight.case(files[CASE], Job()) as opened:
        assert opened.diagnosis.verdict == "leak"

    nothing = OpenHeaps(1, Reading(show_progress=False))
    with nothing.graph(files[CASE], files[CASE][0], Job()) as graph:
        assert graph.n_nodes
        assert nothing.n_open == 1
    assert nothing.n_open == 0


def test_a_replaced_file_is_read_anew(tmp_path: Path) -> None:
    target = tmp_path / "one.heapsnapshot.zst"
    heaps = OpenHeaps(10**12, Reading(show_progress=False))
    sizes = []
    for source in sample_series(CASE)[:2]:
        target.write_bytes(source.read_bytes())
        with heaps.graph((target,), None, Job()) as graph:
            sizes.append(graph.n_nodes)
    assert sizes[0] != sizes[1]


# -- who may connect ----------------------------------------------------------------------------

_INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer é"}, 401),
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
    ],
    ids=str,
)
def test_only_with_the_token_and_from_this_machine(
    server: HttpServer, headers: dict[str, str], status: int
) -> None:
    usual = {
        "Authorization": f"Bearer {server.token}",
        "Accept": "application/json, text/event-stream",
    }
    sent = {name.encode(): value.encode() for name, value in {**usual, **headers}.items()}
    answer = httpx2.post(server.url, json=_INITIALIZE, headers=sent)
    assert answer.status_code == status


def test_nothing_but_requests_passes_the_token() -> None:
    reached = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["type"])

    async def send_all() -> None:
        guarded = WithToken(application, "a" * 32)
        for kind in ("lifespan", "websocket"):
            await guarded({"type": kind, "headers": []}, None, None)  # type: ignore[arg-type]

    run(send_all)
    assert reached == ["lifespan"]


def test_without_the_extra_the_command_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["mcp"]) == 2
    assert "pip install 'heapnb[mcp]'" in capsys.readouterr().err


def test_a_taken_port_and_a_missing_root_are_one_line(
    server: HttpServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    port = server.url.split(":")[2].split("/")[0]
    assert main(["mcp", "--http", port]) == 2
    assert main(["mcp", "--root", str(tmp_path / "missing")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("Hint: " in line for line in lines)


@pytest.mark.parametrize("options", [(), ("--http", "8765")])
def test_the_printed_configuration_starts_the_server(options: tuple[str, ...]) -> None:
    printed = subprocess.run(
        [*COMMAND, "--print-config", "--root", str(SAMPLES), *options],
        capture_output=True,
        text=True,
        check=True,
    )
    entry = json.loads(printed.stdout)["mcpServers"]["heapnb"]
    if options:
        assert entry["url"] == "http://127.0.0.1:8765/mcp"
        assert entry["headers"]["Authorization"].startswith("Bearer ")
        return
    assert entry["args"][-2:] == ["--root", str(SAMPLES)]
    help_text = subprocess.run(
        [entry["command"], *entry["args"], "--help"], capture_output=True, text=True, check=True
    )
    assert "Model Context Protocol" in help_text.stdout
