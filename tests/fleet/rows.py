"""Rows of a fleet's tables, for tests that need no scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import heapnb as hn
from heapnb.fleet.store import ORIGIN, Entry, Store, table_of, with_origin


def case(name: str, outcome: str | None = None, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("host", "pid", "build", "exit_code"))
    row |= {"case": name, "pod": name, "worker": "0", "outcome": outcome, "verdict": "leak"}
    row |= {"hours": 1.0, "heap_bytes_per_hour": 10.0, "labels": {}}
    return row | values


def suspect(of: str, fingerprint: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("host", "build", "location", "known_issue"))
    row |= {"case": of, "pod": of, "worker": "0", "fingerprint": fingerprint, "is_leak": True}
    row |= {"class_name": f"Class{fingerprint}", "anchor": f"anchor {fingerprint}"}
    row |= {"kind": "unbounded-map", "origin": "program", "confidence": 0.9, "chain": []}
    row |= {"count_delta": 10, "retained_delta": 1000, "explanation": "", "fix": ""}
    row |= {"objects_per_hour": 5.0, "bytes_per_hour": 500.0}
    return row | values


def stored_fleet(
    folder: Path, cases: Sequence[dict[str, Any]], suspects: Sequence[dict[str, Any]]
) -> hn.Fleet:
    """Write rows as a scan does."""
    store = Store(folder)
    store.create()
    for row in cases:
        own = [one for one in suspects if one["case"] == row["case"]]
        tables = {"cases": table_of("cases", [row | {"labels": None}])}
        tables["suspects"] = table_of("suspects", own)
        origin = {name: row.get(name) for name in ORIGIN}
        store.write(
            row["case"],
            {name: with_origin(table, origin, row["labels"]) for name, table in tables.items()},
        )
        store.add(Entry(row["case"], "", "", "ok"))
    return hn.open_scan(folder)


def small_fleet(folder: Path) -> hn.Fleet:
    """Return a fleet of two pods and builds, of which one leaks and was killed."""
    cases = [
        case("a", "killed", build="1.4.2", snapshot_count=3, read_count=3),
        case("b", "healthy", build="1.4.1", verdict="no-leak", snapshot_count=3, read_count=3),
    ]
    return stored_fleet(folder, cases, [suspect("a", "A", build="1.4.2")])
