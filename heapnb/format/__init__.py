"""Reading, writing and caching snapshot files."""

from __future__ import annotations

from heapnb.format.meta import SnapshotMeta
from heapnb.format.raw import Locations, RawSnapshot, SourceInfo
from heapnb.format.reader import read_snapshot
from heapnb.format.writer import write_snapshot

__all__ = [
    "Locations",
    "RawSnapshot",
    "SnapshotMeta",
    "SourceInfo",
    "read_snapshot",
    "write_snapshot",
]
