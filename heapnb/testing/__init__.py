"""For tests: small snapshots, and an assertion that a program does not leak."""

from __future__ import annotations

from heapnb.testing.builder import SnapshotBuilder
from heapnb.testing.leaks import assert_no_leak

__all__ = ["SnapshotBuilder", "assert_no_leak"]
