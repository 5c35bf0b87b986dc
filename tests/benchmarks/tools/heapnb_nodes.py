"""Make the table of all nodes of a snapshot that is in heapnb's cache."""

from __future__ import annotations

import json
import sys
import time

import heapnb

snapshot = heapnb.load(sys.argv[1], progress=False)
snapshot.constructors()
started = time.perf_counter()
nodes = snapshot.nodes
seconds = time.perf_counter() - started
json.dump(
    {
        "nodes": len(nodes),
        "seconds": seconds,
        "bytes": int(nodes.memory_usage(index=True).sum()),
    },
    sys.stdout,
)
