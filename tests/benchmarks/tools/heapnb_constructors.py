"""Open a snapshot with heapnb and make the table that DevTools' Summary shows."""

from __future__ import annotations

import json
import sys
import time

import pandas as pd

import heapnb.analysis.constructors
import heapnb.snapshot

started = time.perf_counter()
snapshot = heapnb.load(sys.argv[1], progress=False)
rows: pd.DataFrame = snapshot.constructors()
json.dump(
    {
        "nodes": snapshot.n_nodes,
        "edges": snapshot.n_edges,
        "rows": len(rows),
        "seconds_when_loaded": time.perf_counter() - started,
    },
    sys.stdout,
)
