"""Defaults and limits of recordings: their own module, so that ``--help`` imports nothing slow."""

from __future__ import annotations

from typing import Final

from heapnb.capture.program import DEFAULT_ROUNDS, DEFAULT_TIMEOUT

DEFAULT_REQUESTS: Final = 300
DEFAULT_CONCURRENCY: Final = 4
DEFAULT_PAGE_ROUNDS: Final = 10
DEFAULT_START_TIMEOUT: Final = 60.0
DEFAULT_SERVICE_TIMEOUT: Final = 600.0

LEAST_SNAPSHOTS: Final = 3
"""Growth that stops shows in the second interval at the earliest."""

MOST_SNAPSHOTS: Final = 6
"""After this many snapshots of a program under load, the diagnosis is what it is."""

__all__ = [
    "DEFAULT_CONCURRENCY",
    "DEFAULT_PAGE_ROUNDS",
    "DEFAULT_REQUESTS",
    "DEFAULT_ROUNDS",
    "DEFAULT_SERVICE_TIMEOUT",
    "DEFAULT_START_TIMEOUT",
    "DEFAULT_TIMEOUT",
    "LEAST_SNAPSHOTS",
    "MOST_SNAPSHOTS",
]
