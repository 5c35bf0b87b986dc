"""Small snapshots for tests, of heapnb and of what is built on it."""

from __future__ import annotations

from heapnb.testing.builder import SnapshotBuilder

__all__ = ["SnapshotBuilder"]
