"""The programs, when their snapshots are taken, and what is right to say about each."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
LONGEST: Final = 120
"""Seconds after which a program is given up."""


@dataclass(frozen=True)
class Case:
    """A program with its options.

    Parameters
    ----------
    name : str
        What happens.
    program : str
        Its file, without the ending.
    stops : tuple of int
        Units of work after which a snapshot is taken.
    leaks : bool
        Whether it does.
    options : dict
        What the program is started with.
    is_told : bool
        Whether the diagnosis is told the units of work.
    said : str
        What the verdict's sentence, or the anchor of the first suspect, has to contain.
    kinds : tuple of str
        Causes that are right; any if there are none.
    """

    name: str
    program: str
    stops: tuple[int, ...]
    leaks: bool
    options: Mapping[str, object] = field(default_factory=dict)
    is_told: bool = False
    said: str = ""
    kinds: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def capture(case: Case, node: str, folder: Path) -> list[Path]:
    """Run a program and take its snapshots.

    Parameters
    ----------
    case : Case
        The program.
    node : str
        Path of Node.js.
    folder : Path
        Where the snapshots go.

    Returns
    -------
    list of Path
    """
    program = FOLDER / "programs" / f"{case.program}.cjs"
    stops = ",".join(map(str, case.stops))
    command = [node, "--expose-gc", str(FOLDER / "capture.cjs"), str(program), str(folder)]
    command += [json.dumps(dict(case.options)), stops]
    subprocess.run(command, check=True, timeout=LONGEST, capture_output=True)
    return [folder / f"{place + 1}.heapsnapshot" for place in range(len(case.stops))]


def _cache(
    name: str,
    products: int,
    exponent: float,
    lookups: int,
    stops: tuple[int, ...] = (100, 200, 300),
    *,
    is_told: bool = False,
) -> Case:
    options = {"products": products, "exponent": exponent, "lookups": lookups}
    return Case(name, "cache", stops, False, options, is_told)


def _queue(
    name: str,
    make: str,
    arrivals: float,
    served: float,
    stops: tuple[int, ...] = (40, 140, 240),
    *,
    leaks: bool = True,
    is_told: bool = False,
    **more: object,
) -> Case:
    options = {"make": make, "arrivals": arrivals, "served": served, **more}
    kinds = ("backlog",) if leaks else ()
    return Case(name, "queue", stops, leaks, options, is_told, kinds=kinds)


def _healthy(
    name: str, program: str, stops: tuple[int, ...], said: str = "", **more: object
) -> Case:
    return Case(name, program, stops, leaks=False, options=more, said=said)


def _leak(added: str, stops: tuple[int, ...], *, name: str = "", is_told: bool = False) -> Case:
    options = {"added": added}
    return Case(name or f"leak {added}", "leak", stops, True, options, is_told, "`uploads`")


SHAPES: Final = (
    _cache("few products, Zipf", 300, 1.0, 4),
    _cache("more products, Zipf", 800, 1.0, 6),
    _cache("many products, nearly alike", 2000, 0.8, 12),
    _cache("products all alike", 600, 0.0, 6, (60, 160, 260)),
    _cache("a day of the year", 365, 0.0, 1, (200, 500, 800)),
    _cache("unequal intervals", 800, 0.9, 6, (100, 150, 450), is_told=True),
    _cache("six snapshots", 600, 0.9, 6, (50, 100, 150, 200, 250, 300)),
    _cache("seven snapshots, long tail", 4000, 1.0, 8, (100, 200, 300, 400, 500, 600, 700)),
    Case(
        "a slow leak beside a cache",
        "cache",
        (100, 200, 300),
        leaks=True,
        options={"products": 300, "exponent": 1.0, "lookups": 4, "notes": True},
        said="`noteList`",
    ),
    _queue("a queue, all replaced", "array", 5, 3.5, (40, 140, 340)),
    _queue("a queue, all replaced, told", "array", 5, 3.5, (40, 140, 340), is_told=True),
    _queue("a queue in four snapshots", "array", 5, 3.5, (40, 80, 120, 160)),
    _queue("a queue that keeps most", "array", 6, 1),
    _queue("a private queue", "private", 8, 6),
    _queue("a linked queue", "linked", 8, 6),
    _queue("a queue that is copied", "sliced", 7, 5),
    _queue("a queue that drains at rest", "array", 5, 3, leaks=False, drains=True),
    _queue("a queue with a bound", "array", 5, 3, (40, 140, 340), leaks=False, bound=64),
    Case(
        "a stream", "slow_stream", (40, 140, 240), leaks=True, said="Writable", kinds=("backlog",)
    ),
    _healthy("a queue that swings", "swinging_queue", (40, 80, 120, 160, 200, 240)),
    _healthy("requests under way, array", "in_flight", (40, 140, 240), holder="array"),
    _healthy("requests under way, Map", "in_flight", (40, 140, 240), holder="map"),
    _healthy("a ring", "bounded", (40, 140, 340), make="ring"),
    _healthy("a ring with room", "bounded", (40, 140, 340), make="reservedRing"),
    _healthy("a time to live", "bounded", (50, 120, 420), make="timeToLive"),
    _healthy("a sliding window", "bounded", (100, 300, 500), make="slidingWindow"),
    _healthy("batches", "bounded", (40, 140, 240), make="batches"),
    _healthy("a cache that is cleared", "bounded", (40, 90, 140, 190), make="clearedCache"),
    _healthy("a pool", "bounded", (50, 150, 250), make="pool"),
    _leak("noisy", (60, 120, 180, 240, 300, 360)),
    _leak("rising", (40, 140, 240)),
    _leak("paused", (60, 120, 180, 240, 300)),
    _leak("behindWarmUp", (60, 120, 180, 240, 300)),
    _leak("steady", (100, 400, 440), name="leak in unequal intervals", is_told=True),
)
"""Caches, queues, pools and leaks."""

BOUNDS: Final = {
    "fetch-resource-timing": _healthy("fetch", "runtime", (40, 100, 220), make="fetches"),
    "http-parsers": _healthy("parsers", "runtime", (30, 60, 90), make="requests", keepAlive=False),
    "http-agent-free-sockets": _healthy(
        "free sockets", "runtime", (30, 60, 90), make="requests", keepAlive=True
    ),
    "https-agent-sessions": _healthy("sessions", "runtime", (20, 45, 95), make="sessions"),
    "readline-history": _healthy("history", "runtime", (9, 18, 28), make="terminal"),
}
"""By the id of a bound in ``runtime_bounds.toml``, a program that stays below it."""

ABOVE: Final = Case(
    "a resource timing buffer without a bound",
    "runtime",
    (150, 300, 600),
    leaks=True,
    options={"make": "fetches", "entries": 1_000_000},
    said="`resourceTimingBuffer`",
)
"""A program that sets another bound, and exceeds the one of Node.js."""

ALL: Final = (*SHAPES, *BOUNDS.values(), ABOVE)

__all__ = ["ABOVE", "ALL", "BOUNDS", "SHAPES", "Case", "capture"]
