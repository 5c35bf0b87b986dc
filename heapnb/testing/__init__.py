"""Helpers for tests: a builder of small snapshots, and assertions about leaks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from heapnb.testing.builder import SnapshotBuilder
from heapnb.testing.leaks import assert_fixed, assert_no_leak

NODE_PACKAGE: Final = Path(__file__).parent / "node"
"""The npm package for JavaScript test runners: ``npm install --save-dev`` takes this folder."""

__all__ = ["NODE_PACKAGE", "SnapshotBuilder", "assert_fixed", "assert_no_leak"]
