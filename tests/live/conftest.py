"""Shared by the tests of running programs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.conftest import REQUIRE_EVERYTHING

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(autouse=True)
def _node() -> None:
    if shutil.which("node") is None:
        if os.environ.get(REQUIRE_EVERYTHING):
            pytest.fail("needs Node", pytrace=False)
        pytest.skip("needs Node")


@pytest.fixture(autouse=True)
def _no_orphans() -> Iterator[None]:
    """Fail if a process that the test started, at whatever remove, still runs after it."""
    mark = f"test-{os.getpid()}-{time.monotonic_ns()}"
    os.environ["SYSTEMROOT"] = mark  # a variable that recorded programs get, and nothing needs
    yield
    del os.environ["SYSTEMROOT"]
    until = time.monotonic() + 5
    while left := _with_variable("SYSTEMROOT", mark):
        if time.monotonic() > until:
            for process in left:
                process.kill()
            pytest.fail(f"still running: {left}")
        time.sleep(0.05)


def _with_variable(name: str, value: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found.append(process)
        except psutil.Error:
            continue
    return [one for one in found if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
