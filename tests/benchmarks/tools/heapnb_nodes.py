"""Make the table of all nodes of a snapshot that is in heapnb's cache."""

from __future__ import annotations

import json
import sys
import time

import heapnb


def main(path: str) -> None:
    """Open, make the table, print how long that took and how large it is."""
    snapshot = heapnb.load(path, progress=False)
    snapshot.constructors()
    started = time.perf_counter()
    nodes = snapshot.nodes
    answer = {
        "nodes": len(nodes),
        "seconds": time.perf_counter() - started,
        "bytes": int(nodes.memory_usage(index=True).sum()),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
