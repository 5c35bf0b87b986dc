"""Connections to real processes: Node of several versions, Deno, a page of Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heapnb.capture.endpoints import Address, address_of
from heapnb.capture.inspector import Inspector
from heapnb.capture.targets import Target, open_targets
from heapnb.errors import CaptureError, HeapnbError, InspectorError
from tests.capture.running import (
    IDLE,
    READER,
    WORKERS,
    chromium_running,
    is_inspector_closed,
    node_running,
    wait_until_listening,
)
from tests.node_versions import NODE_VERSIONS, runtime

pytestmark = pytest.mark.node

ANY_PORT = "--inspect-port=0"


def kinds(targets: list[Target]) -> list[tuple[str, int | None]]:
    return [(target.kind, target.thread_id) for target in targets]


# -- Node ---------------------------------------------------------------------------------------


def test_a_closed_inspector_is_opened_and_closed_again(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        with open_targets(pid=process.pid) as targets:
            assert kinds(targets) == [("node", 0)]
            assert targets[0].pid == process.pid
            assert targets[0].product.startswith("node.js/v")
            assert targets[0].call("Runtime.getHeapUsage")["usedSize"] > 1 << 20
            assert not is_inspector_closed(process)
        assert is_inspector_closed(process)


def test_an_open_inspector_stays_open(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, "--inspect=0") as process:
        port = wait_until_listening(process)
        for pid, given_port in ((process.pid, None), (None, port)):
            with open_targets(pid=pid, port=given_port) as targets:
                assert targets[0].pid == process.pid
            assert wait_until_listening(process) == port


def test_workers_are_targets_also_those_of_workers(tmp_path: Path) -> None:
    with (
        node_running(WORKERS, tmp_path, ANY_PORT, ready=2) as process,
        open_targets(pid=process.pid) as targets,
    ):
        assert kinds(targets) == [("node", 0), ("worker", 1), ("worker", 2)]
        assert [one.evaluate("globalThis.kept.length") for one in targets] == [1000] * 3


@pytest.mark.slow
@pytest.mark.parametrize("version", NODE_VERSIONS)
def test_every_version_of_node(version: str, tmp_path: Path) -> None:
    node = runtime(version)
    with node_running(WORKERS, tmp_path, ANY_PORT, node=node, ready=2) as process:
        with open_targets(pid=process.pid) as targets:
            assert targets[0].product.startswith(f"node.js/v{version}.")
            assert kinds(targets) == [("node", 0), ("worker", 1), ("worker", 2)]
        assert is_inspector_closed(process)


def test_whoever_leaves_last_closes_the_inspector(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        with open_targets(pid=process.pid) as targets:
            code = (
                "import sys\n"
                "from heapnb.capture.targets import open_targets\n"
                f"with open_targets(pid={process.pid}):\n"
                "    print('connected', flush=True)\n"
                "    sys.stdin.read()\n"
            )
            other = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert other.stdout is not None
            assert other.stdout.readline() == "connected\n"
            assert targets[0].pid == process.pid
        assert not is_inspector_closed(process)
        other.communicate("")
        assert other.returncode == 0
        assert is_inspector_closed(process)


def test_an_error_inside_closes_the_inspector(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, ANY_PORT) as process:
        with pytest.raises(ZeroDivisionError), open_targets(pid=process.pid):
            raise ZeroDivisionError
        assert is_inspector_closed(process)


def test_a_busy_program_answers(tmp_path: Path) -> None:
    busy = "console.log('ready'); for (;;) { globalThis.n = (globalThis.n ?? 0) + 1; }"
    with node_running(busy, tmp_path, ANY_PORT) as process:
        with open_targets(pid=process.pid) as targets:
            assert targets[0].evaluate("globalThis.n") > 0
        assert is_inspector_closed(process)


# -- refusals -----------------------------------------------------------------------------------


def test_a_process_that_is_not_node_gets_no_signal() -> None:
    # The signal would end it.
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            with pytest.raises(CaptureError, match="is not Node: it runs 'sleep'"):
                open_targets(pid=process.pid).__enter__()
            time.sleep(0.2)
            assert process.poll() is None
        finally:
            process.kill()


def test_a_process_that_ended() -> None:
    with subprocess.Popen(["true"]) as process:
        time.sleep(0.2)
        with pytest.raises(CaptureError, match=r"ended|no process"):
            open_targets(pid=process.pid).__enter__()


@pytest.mark.slow
def test_node_that_ignores_the_signal(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, "--disable-sigusr1", node=runtime("24")) as process:
        with pytest.raises(CaptureError, match="--disable-sigusr1") as caught:
            open_targets(pid=process.pid).__enter__()
        assert "--signal SIGUSR2" in (caught.value.hint or "")
        assert is_inspector_closed(process)


def test_the_port_belongs_to_another_process(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    with node_running(IDLE, tmp_path / "first", "--inspect=0") as first:
        port = wait_until_listening(first)
        with node_running(IDLE, tmp_path, f"--inspect-port={port}") as second:
            with pytest.raises(CaptureError, match=f"port {port} belongs to another process"):
                open_targets(pid=second.pid, timeout=1).__enter__()
            assert is_inspector_closed(second)
        assert wait_until_listening(first) == port


def test_a_program_that_handles_the_signal_itself(tmp_path: Path) -> None:
    source = f"process.on('SIGUSR1', () => {{}}); {IDLE}"
    with node_running(source, tmp_path, ANY_PORT) as process:
        with pytest.raises(CaptureError, match="did not open its inspector within 1 s"):
            open_targets(pid=process.pid, timeout=1).__enter__()
        assert process.poll() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_process_of_another_user(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from heapnb.capture.processes import ProcessReader\n"
        "from heapnb.capture.node_inspector import check_node\n"
        "os.setuid(65534)\n"
        "try: check_node(int(sys.argv[1]), ProcessReader())\n"
        "except Exception as error: print(error)\n"
    )
    with node_running(IDLE, tmp_path) as process:
        command = [sys.executable, "-c", code, str(process.pid)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "belongs to user 0" in said
    assert "sudo -u" in said


@pytest.mark.parametrize("options", [{}, {"pid": 1, "port": 2}, {"port": 1, "url": "x:1"}])
def test_exactly_one_process_is_named(options: dict[str, int | str]) -> None:
    with pytest.raises(CaptureError, match="Name one process"):
        open_targets(**options).__enter__()  # type: ignore[arg-type]


def test_a_port_at_which_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(InspectorError, match=f"Nothing listens at 127.0.0.1:{port}"):
        open_targets(port=port).__enter__()


def test_a_port_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(InspectorError, match=r"no answer within 0\.3 s"):
            open_targets(port=port, timeout=0.3).__enter__()


def test_a_web_server_is_not_an_inspector(tmp_path: Path) -> None:
    source = (
        "require('node:http').createServer((_, answer) => answer.end('<html>'))"
        ".listen(0, '127.0.0.1', () => console.log('ready'));"
    )
    with node_running(source, tmp_path) as process:
        port = wait_until_listening(process)
        with pytest.raises(InspectorError, match="is not an inspector"):
            open_targets(port=port).__enter__()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("127.0.0.1:9229", Address("127.0.0.1", 9229)),
        ("http://localhost:9229/json", Address("localhost", 9229)),
        ("ws://[::1]:9229/abc", Address("::1", 9229, path="/abc")),
    ],
)
def test_forms_of_addresses(url: str, expected: Address) -> None:
    assert address_of(None, url, allow_remote=False) == expected


@pytest.mark.parametrize("url", ["example.org:9229", "http://10.0.0.1:9229", "ws://0.0.0.0:1/x"])
def test_other_machines_need_permission(url: str) -> None:
    with pytest.raises(CaptureError, match="is not this machine") as caught:
        address_of(None, url, allow_remote=False)
    assert "--allow-remote" in (caught.value.hint or "")
    assert address_of(None, url, allow_remote=True).port


@pytest.mark.parametrize("url", ["", "localhost", "ftp://localhost:1", "localhost:port", "x:99999"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(CaptureError, match="not the address of an inspector"):
        address_of(None, url, allow_remote=True)


# -- one connection -----------------------------------------------------------------------------


def test_errors_of_commands_and_ends_of_processes(tmp_path: Path) -> None:
    with (
        node_running(IDLE, tmp_path, "--inspect=0") as process,
        open_targets(port=wait_until_listening(process)) as targets,
    ):
        inspector = targets[0].inspector
        with pytest.raises(InspectorError, match=r"Nonsense\.method: the target refused"):
            inspector.call("Nonsense.method")
        assert inspector.evaluate("undefinedName") is None
        with pytest.raises(InspectorError, match=r"no answer within 0\.2 s"):
            inspector.call("Runtime.evaluate", {"expression": "for(;;);"}, timeout=0.2)
        process.send_signal(signal.SIGKILL)
        with pytest.raises(InspectorError, match="connection is closed") as caught:
            inspector.call("Runtime.getHeapUsage")
        assert caught.value.is_closed


def test_events_are_kept_for_their_readers(tmp_path: Path) -> None:
    source = f"setInterval(() => console.log('tick'), 20); {IDLE}"
    with (
        node_running(source, tmp_path, "--inspect=0") as process,
        open_targets(port=wait_until_listening(process)) as targets,
    ):
        inspector = targets[0].inspector
        inspector.call("Runtime.enable")
        inspector.call("Runtime.getHeapUsage")
        created = list(inspector.events("Runtime.executionContextCreated", timeout=0.1))
        assert len(created) == 1
        ticks = inspector.events("Runtime.consoleAPICalled", timeout=5)
        texts = [next(ticks).params["args"][0]["value"] for _ in range(3)]
        assert texts[-1] == "tick"


def test_not_a_web_socket(tmp_path: Path) -> None:
    with node_running(IDLE, tmp_path, "--inspect=0") as process:
        port = wait_until_listening(process)
        with pytest.raises(InspectorError, match="is not an inspector"):
            Inspector.connect(f"ws://127.0.0.1:{port}/json/list")


# -- others -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_deno(tmp_path: Path) -> None:
    program = tmp_path / "main.js"
    program.write_text("console.log('ready'); setInterval(() => {}, 1000);")
    command = [runtime("deno"), "run", "--inspect=127.0.0.1:0", str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            (socket_,) = READER.listening(process.pid) or ()
            with open_targets(port=socket_.port) as targets:
                assert kinds(targets) == [("deno", 0)]
                assert targets[0].pid == process.pid
        finally:
            process.kill()


@pytest.mark.browser
def test_a_page_with_a_worker(chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    script = "setInterval(() => {}, 1000)"
    page.write_text(
        "<title>The shop</title><script>globalThis.worker = new Worker("
        f"URL.createObjectURL(new Blob(['{script}'])));</script>"
    )
    with chromium_running(chromium, tmp_path, page, "The shop") as port:
        for text in (None, "The shop", "shop", "page.html"):
            with open_targets(port=port, page=text) as targets:
                assert kinds(targets) == [("page", None), ("worker", None)]
                assert targets[0].title == "The shop"
                assert all(one.call("Runtime.getHeapUsage")["usedSize"] for one in targets)
        with pytest.raises(HeapnbError, match="no page whose title or URL contains 'bank'"):
            open_targets(port=port, page="bank").__enter__()
