"""Parse a snapshot with Python's own JSON parser; nothing is computed from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

with Path(sys.argv[1]).open(encoding="utf-8", errors="surrogateescape") as file:
    snapshot = json.load(file)
header = snapshot["snapshot"]
json.dump({"nodes": header["node_count"], "edges": header["edge_count"]}, sys.stdout)
