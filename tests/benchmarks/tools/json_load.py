"""Parse a snapshot with Python's own JSON parser; nothing is computed from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(path: Path) -> None:
    """Parse, and print what the header says."""
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        header = json.load(file)["snapshot"]
    json.dump({"nodes": header["node_count"], "edges": header["edge_count"]}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
