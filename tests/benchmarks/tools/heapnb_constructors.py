"""Open a snapshot with heapnb and make the table that DevTools' Summary shows."""

from __future__ import annotations

import json
import sys
import time

import pandas as pd

import heapnb.analysis.constructors
import heapnb.snapshot


def main(path: str) -> None:
    """Open, make the table, print how long that took once the packages were loaded."""
    started = time.perf_counter()
    snapshot = heapnb.load(path, progress=False)
    rows: pd.DataFrame = snapshot.constructors()
    answer = {
        "nodes": snapshot.n_nodes,
        "edges": snapshot.n_edges,
        "rows": len(rows),
        "seconds_when_loaded": time.perf_counter() - started,
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
