"""Helpers for tests: a builder of small snapshots, and assertions about leaks."""

from __future__ import annotations

from heapnb.testing.builder import SnapshotBuilder
from heapnb.testing.leaks import assert_fixed, assert_no_leak

__all__ = ["SnapshotBuilder", "assert_fixed", "assert_no_leak"]
