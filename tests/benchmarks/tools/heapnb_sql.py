"""Count the nodes of each class in SQL, in a snapshot that is in heapnb's cache."""

from __future__ import annotations

import json
import sys
import time

import heapnb

QUERY = "select class_name, count(*) as n from nodes group by 1"


def main(path: str) -> None:
    """Open, ask twice, print how long the answers took."""
    snapshot = heapnb.load(path, progress=False)
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        answer = snapshot.sql(QUERY)
        seconds.append(time.perf_counter() - started)
    json.dump({"nodes": int(answer["n"].sum()), "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
