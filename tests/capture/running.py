"""Programs that run while a test captures them, and end with it."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heapnb.capture.processes import ProcessReader

READER = ProcessReader()

IDLE = "setInterval(() => {}, 1000); console.log('ready');"
"""A program that does nothing."""

WORKERS = """
const { Worker, isMainThread, workerData } = require("node:worker_threads");
globalThis.kept = Array.from({ length: 1000 }, (_, i) => ({ i }));
const start = (data) => new Worker(__filename, { workerData: data })
  .once("online", () => setTimeout(() => console.log("ready"), 100));
if (isMainThread) start("outer");
else if (workerData === "outer") start("inner");
setInterval(() => {}, 1000);
"""
"""A program with a worker that has a worker."""

_PATIENCE = 30.0


@contextmanager
def node_running(
    source: str,
    folder: Path,
    *flags: str,
    node: str = "node",
    ready: int = 1,
    stdin: int | None = None,
    **variables: str,
) -> Iterator[subprocess.Popen[str]]:
    """Run JavaScript under Node, once it has printed ``ready`` lines."""
    program = folder / "program.cjs"
    program.write_text(source)
    process = subprocess.Popen(
        [node, *flags, str(program)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=(folder / "stderr.txt").open("w"),
        text=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
    )
    assert process.stdout is not None
    try:
        for _ in range(ready):
            assert process.stdout.readline(), (folder / "stderr.txt").read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_until_listening(process: subprocess.Popen[str]) -> int:
    """Return the port at which a process listens first."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        for one in READER.listening(process.pid) or ():
            return one.port
        time.sleep(0.05)
    raise AssertionError("the program does not listen")


def is_inspector_closed(process: subprocess.Popen[str]) -> bool:
    """Return whether a process that serves nothing has no open port and still runs."""
    return process.poll() is None and READER.listening(process.pid) == ()


@contextmanager
def chromium_running(chromium: str, folder: Path, page: Path, title: str) -> Iterator[int]:
    """Run Chromium with a page; yields the port of its inspector once the page has its title."""
    process = subprocess.Popen(
        [
            chromium,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            f"--user-data-dir={folder / 'profile'}",
            "--remote-debugging-port=0",
            page.as_uri(),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file = folder / "profile" / "DevToolsActivePort"
        deadline = time.monotonic() + _PATIENCE
        while not (port_file.exists() and _shows(int(port_file.read_text().split()[0]), title)):
            assert time.monotonic() < deadline, "Chromium shows no page"
            assert process.poll() is None, "Chromium ended"
            time.sleep(0.1)
        yield int(port_file.read_text().split()[0])
    finally:
        process.terminate()
        process.wait()


def _shows(port: int, title: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            return any(one["title"] == title for one in json.load(answer))
    except urllib.error.URLError:
        return False
