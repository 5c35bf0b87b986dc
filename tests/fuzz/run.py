"""Run batches of damaged inputs: ``python -m tests.fuzz.run [--reader X] [--seconds N]``.

Inputs have numbers. A batch goes on where the journal says that the last one ended, and adds a line
to the journal. Problems are confirmed in a fresh process, minimised and kept in ``build/fuzz``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.conftest import ROOT
from tests.fuzz.harness import Reader, readers
from tests.fuzz.minimising import minimised
from tests.fuzz.workers import Found, Task, Workers

JOURNAL: Final = Path(__file__).with_name("journal.jsonl")
CORPUS: Final = Path(__file__).with_name("corpus")
FINDINGS: Final = ROOT / "build" / "fuzz"

_AT_ONCE: Final = 250
"""Inputs of one task."""

_MOST_KEPT: Final = 20
"""Problems of a batch that are confirmed and minimised; all are counted."""


def journal() -> list[dict[str, Any]]:
    """Return the batches that ran so far."""
    lines = JOURNAL.read_text(encoding="utf-8").splitlines() if JOURNAL.exists() else []
    return [json.loads(line) for line in lines]


def next_number(reader: str) -> int:
    """Return where the next batch of a reader begins."""
    return max((one.get("to", 0) for one in journal() if one["reader"] == reader), default=0)


def name_of(reader: str, data: bytes) -> str:
    """Return the name of an input's file: the reader, and a hash."""
    return f"{reader}.{hashlib.blake2b(data, digest_size=6).hexdigest()}"


def reader_of(path: Path) -> str:
    """Return the reader that a file of the corpus is for."""
    return path.name.partition(".")[0]


def run_batch(
    reader: Reader,
    workers: Workers,
    *,
    seconds: float,
    most: int | None = None,
    first: int | None = None,
) -> dict[str, Any]:
    """Run inputs of a reader for some time, and return the journal's line."""
    start = next_number(reader.name) if first is None else first
    began = time.monotonic()
    reached = start

    def tasks() -> Iterator[Task]:
        nonlocal reached
        while time.monotonic() - began < seconds and (most is None or reached - start < most):
            size = _AT_ONCE if most is None else min(_AT_ONCE, most - (reached - start))
            reached += size
            yield reader.name, range(reached - size, reached)

    problems: dict[str, list[Found]] = {}
    for found in workers.run(tasks()):
        problems.setdefault(found.problem.key, []).append(found)
        if len(problems[found.problem.key]) == 1:
            _say(f"  {reader.name} {found.number}: {found.problem.key}")
    elapsed = time.monotonic() - began
    kept = [
        {"problem": key, "count": len(all_found)} | _keep(reader, workers, all_found[0])
        for key, all_found in list(problems.items())[:_MOST_KEPT]
    ]
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "commit": commit(),
        "reader": reader.name,
        "engine": "mutator",
        "from": start,
        "to": reached,
        "count": reached - start,
        "seconds": round(elapsed, 1),
        "n_problems": sum(map(len, problems.values())),
        "problems": kept,
    }


def _keep(reader: Reader, workers: Workers, found: Found) -> dict[str, Any]:
    """Confirm a problem, write the smallest input that has it, and return the journal's entry."""
    if found.number < 0:
        return {"number": found.number, "is_confirmed": True}
    data = reader.mutator.make(reader.name, found.number)
    again = workers.problem_of(reader.name, data)
    if again is None:
        return {"number": found.number, "is_confirmed": False}

    def has_problem(smaller: bytes) -> bool:
        problem = workers.problem_of(reader.name, smaller)
        return problem is not None and problem.key == again.key

    small = data if again.kind == "time" else minimised(data, has_problem)
    path = FINDINGS / name_of(reader.name, small)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(small)
    path.with_name(f"{path.name}.txt").write_text(f"{again.key}\n\n{again.text}", encoding="utf-8")
    return {"number": found.number, "is_confirmed": True, "file": path.name}


def commit() -> str:
    """Return the commit of the sources."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _replay(path: Path, workers: Workers) -> bool:
    problem = workers.problem_of(reader_of(path), path.read_bytes())
    _say(f"{path.name}: {'no problem' if problem is None else problem.key}")
    if problem is not None:
        _say(problem.text)
    return problem is None


def _totals() -> None:
    sums: dict[str, int] = {}
    for one in journal():
        sums[one["reader"]] = sums.get(one["reader"], 0) + one["count"]
    for name, count in sorted(sums.items()):
        _say(f"{name:20} {count:>12,}")
    _say(f"{'all':20} {sum(sums.values()):>12,}")


def main() -> int:
    """Run the command."""
    known = readers()
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--reader", action="append", choices=sorted(known), help="default: all")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each reader")
    parser.add_argument("--count", type=int, help="stop a reader after so many inputs")
    parser.add_argument("--from", type=int, dest="first", help="with --dry; default: go on")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="files READER.HASH")
    parser.add_argument("--totals", action="store_true", help="print how many inputs ran")
    parser.add_argument("--dry", action="store_true", help="leave the journal as it is")
    options = parser.parse_args()
    if options.first is not None and not options.dry:
        parser.error("--from would leave gaps in the journal: add --dry.")
    if options.totals:
        _totals()
        return 0
    with Workers(known, options.jobs) as workers:
        if options.replay:
            are_fine = [_replay(path, workers) for path in options.replay]
            return 0 if all(are_fine) else 1
        is_clean = True
        for name in options.reader or sorted(known):
            line = run_batch(
                known[name],
                workers,
                seconds=options.seconds,
                most=options.count,
                first=options.first,
            )
            is_clean &= not line["n_problems"]
            rate = line["count"] / max(line["seconds"], 0.1)
            _say(
                f"{name}: {line['from']:,} to {line['to']:,}, {rate:,.0f} inputs/s,"
                f" {line['n_problems']:,} with a problem"
            )
            if not options.dry:
                with JOURNAL.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
