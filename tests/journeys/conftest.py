"""Snapshots that the journeys make themselves, one Chromium, and where pictures go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.node_service import take_snapshots

PICTURES_VARIABLE: Final = "HEAPNB_JOURNEY_PICTURES"
"""The folder to keep pictures in, such as ``build/journeys``."""


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for pictures of what a user sees."""
    folder = os.environ.get(PICTURES_VARIABLE)
    if not folder:
        return tmp_path_factory.mktemp("pictures")
    path = Path(folder).absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="session")
def service_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return three snapshots of a service with five leaks, beside its sources."""
    return take_snapshots(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Run Chromium for one journey: a process can have only one driver at a time."""
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
