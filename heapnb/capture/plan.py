"""Predict what a snapshot costs the process that it is taken of, before it is taken.

V8 builds a snapshot outside the heap, so no heap limit stops it, but the memory is resident:
several hundred bytes per node, often many times the heap. The kernel kills a process whose control
group has less than that left. ``tests/benchmarks/capture_cost.py`` measures the numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from heapnb._showing import Shown
from heapnb.capture.process_facts import ProcessFacts, facts_of
from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import Target, open_targets
from heapnb.errors import CaptureError

COEFFICIENTS: Final = Path(__file__).with_name("capture_cost.json")
"""Fitted by ``python -m tests.benchmarks.capture_cost --fit``."""

Verdict: TypeAlias = Literal["safe", "risky", "would-kill", "unknown"]

_NEAR_HEAP_LIMIT: Final = 0.9
_LONG_PAUSE_MS: Final = 30_000
_MEGABYTE: Final = 1e6

_BYTES_PER_RECORDED_NODE: Final = {False: 170, True: 230}
"""Memory of a recording for each node at its start, by whether it has call stacks, if the program
makes as many again. Measured by ``tests/benchmarks/recording_cost.py`` for Node 18 to 26."""

_LOOK_MS_PER_NODE: Final = 2.0e-4
_BETWEEN_LOOKS_MS: Final = 50.0
"""While it records, V8 looks at the whole heap 50 ms after each look; measured by the same."""

_SLOW: Final = 5.0
"""Times slower: health checks may restart the program."""

_QUANTITIES: Final = {
    "pause_ms": "pause_ms",
    "peak_bytes": "extra_bytes",
    "file_bytes": "file_bytes",
}
"""Names in the file of coefficients, and in `Cost`."""


@dataclass(frozen=True)
class Cost:
    """What a snapshot of a given heap costs.

    Parameters
    ----------
    nodes : int
        The nodes that the snapshot is expected to have.
    pause_ms : int
        CPU time of the main thread, which stands still; longer on a busy or slow machine.
    extra_bytes : int
        Resident memory in addition to that before.
    file_bytes : int
        Size of the file without compression.
    """

    nodes: int
    pause_ms: int
    extra_bytes: int
    file_bytes: int


@dataclass(frozen=True, repr=False)
class CapturePlan(Shown):
    """What a snapshot would cost a process, and whether the process would survive it.

    The number of nodes decides, and only a snapshot counts them. So there are three predictions:
    for a usual program, and as a range, for heaps of large and of the smallest objects.

    Parameters
    ----------
    label : str
        What would be captured.
    heap_bytes : int
        The V8 heap in use.
    rss_bytes : int or None
        Resident memory of the process now.
    pause_ms, peak_bytes, file_bytes : int
        The expected pause (CPU time of the main thread), resident memory at the peak, and size of
        the file without compression.
    low, high : Cost
        The range.
    limit_bytes : int or None
        Resident memory at which the process would be killed or could get no more; None if it is
        not known.
    limited_by : str or None
        What the limit is: ``"cgroup"``, ``"system memory"``, ``"ulimit"`` or ``"Node"``.
    verdict : {"safe", "risky", "would-kill", "unknown"}
        ``"would-kill"`` if the expected peak exceeds the limit, ``"risky"`` if the high end of the
        range does.
    reasons : tuple of str
        Sentences, the one that decides first.
    """

    label: str
    heap_bytes: int
    rss_bytes: int | None
    pause_ms: int
    peak_bytes: int
    file_bytes: int
    low: Cost
    high: Cost
    limit_bytes: int | None
    limited_by: str | None
    verdict: Verdict
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON has it."""
        return {
            "target": self.label,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "heap_bytes": self.heap_bytes,
            "rss_bytes": self.rss_bytes,
            "pause_ms": self.pause_ms,
            "pause_ms_range": [self.low.pause_ms, self.high.pause_ms],
            "peak_bytes": self.peak_bytes,
            "peak_bytes_range": [
                (self.rss_bytes or 0) + one.extra_bytes for one in (self.low, self.high)
            ],
            "file_bytes": self.file_bytes,
            "file_bytes_range": [self.low.file_bytes, self.high.file_bytes],
            "limit_bytes": self.limit_bytes,
            "limited_by": self.limited_by,
        }

    def check(self) -> None:
        """Refuse what would kill the process.

        Raises
        ------
        CaptureError
            If the verdict is ``"would-kill"``.
        """
        if self.verdict == "would-kill":
            raise CaptureError(
                f"A snapshot would probably kill {self.label}. {self.reasons[0]}",
                hint="a sampling profile needs next to no memory: --sampling 30s; or take the"
                " snapshot where the limit is higher. force=True (--force) takes it anyway.",
            )


def plan_capture(
    pid: int | None = None,
    *,
    port: int | None = None,
    url: str | None = None,
    page: str | None = None,
    stacks: bool | None = None,
    allow_remote: bool = False,
) -> CapturePlan:
    """Predict what a snapshot would cost, without taking it.

    Parameters
    ----------
    pid, port, url : optional
        The process, as in `capture`; exactly one of them.
    page : str, optional
        The title or URL of a page, or a part of it.
    stacks : bool, optional
        Before a time line (``kind="timeline"``): whether it has call stacks.
    allow_remote : bool, default False
        Accept other hosts than this machine.

    Returns
    -------
    CapturePlan
        Of the isolate with the largest heap.

    Raises
    ------
    CaptureError
        If the process cannot be reached.

    Examples
    --------
    >>> import heapnb as hn
    >>> plan = hn.plan_capture(4711)  # doctest: +SKIP
    >>> plan.verdict, plan.peak_bytes  # doctest: +SKIP
    ('safe', 412000000)
    """
    processes = ProcessReader()
    with open_targets(
        pid=pid, port=port, url=url, page=page, allow_remote=allow_remote, processes=processes
    ) as targets:
        plans = [plan_for(target, facts_of(target), processes, stacks=stacks) for target in targets]
    return max(plans, key=lambda one: one.heap_bytes)


def plan_for(
    target: Target,
    facts: ProcessFacts,
    processes: ProcessReader,
    *,
    nodes: int | None = None,
    reusable: int = 0,
    stacks: bool | None = None,
) -> CapturePlan:
    """Predict what a snapshot of a target would cost.

    Parameters
    ----------
    target : Target
        The isolate.
    facts : ProcessFacts
        What it says about its memory.
    processes : ProcessReader
        What reads ``/proc``.
    nodes : int, optional
        The nodes of an earlier snapshot of it, which narrow the prediction.
    reusable : int, optional
        Resident bytes that an earlier snapshot left to the allocator, which the next one uses
        again.
    stacks : bool, optional
        Before a recording of allocations: whether it has call stacks. It costs memory and time
        in addition to the snapshot.

    Returns
    -------
    CapturePlan
    """
    version = target.product if target.kind in {"node", "worker"} else ""
    usual, low, high = (
        replace(
            cost,
            extra_bytes=max(0, cost.extra_bytes + _recorded_bytes(cost, stacks) - reusable),
        )
        for cost in predict(facts.heap_used, version, nodes=nodes)
    )
    pid = target.local_pid
    rss = (processes.status(pid).rss if pid is not None else None) or facts.rss
    available, limited_by = _available(facts, pid, processes)
    limit = None if available is None or rss is None else rss + available
    plan = CapturePlan(
        label=target.label,
        heap_bytes=facts.heap_used,
        rss_bytes=rss,
        pause_ms=usual.pause_ms,
        peak_bytes=(rss or 0) + usual.extra_bytes,
        file_bytes=usual.file_bytes,
        low=low,
        high=high,
        limit_bytes=limit,
        limited_by=limited_by if limit is not None else None,
        verdict="unknown",
        reasons=(),
    )
    plan = _judged(plan, facts.heap_limit)
    return plan if stacks is None else _with_slowness(plan, usual.nodes)


def _recorded_bytes(cost: Cost, stacks: bool | None) -> int:
    """Return what the recording of a heap's allocations takes, until the heap has doubled."""
    return 0 if stacks is None else round(_BYTES_PER_RECORDED_NODE[stacks] * cost.nodes)


def _with_slowness(plan: CapturePlan, nodes: int) -> CapturePlan:
    """Say how slow a recording makes a program; much slower is a risk."""
    look_ms = _LOOK_MS_PER_NODE * nodes
    factor = 1 + look_ms / _BETWEEN_LOOKS_MS
    reason = f"While allocations are recorded, the program is about {factor:,.1f} times slower."
    is_slow = factor >= _SLOW and plan.verdict == "safe"
    return replace(
        plan,
        verdict="risky" if is_slow else plan.verdict,
        reasons=(reason, *plan.reasons) if is_slow else (*plan.reasons, reason),
    )


def predict(
    heap_bytes: int, product: str = "", *, nodes: int | None = None
) -> tuple[Cost, Cost, Cost]:
    """Predict the cost of a snapshot from the size of the heap.

    Parameters
    ----------
    heap_bytes : int
        The V8 heap in use.
    product : str, optional
        Such as ``"node.js/v20.20.2"``; by default the costliest version that was measured counts.
    nodes : int, optional
        The number of nodes, if an earlier snapshot says it.

    Returns
    -------
    tuple of Cost
        Usual, low, high.

    Examples
    --------
    >>> usual, low, high = predict(100_000_000)
    >>> low.extra_bytes < usual.extra_bytes < high.extra_bytes
    True
    """
    sizes = coefficients()["bytes_per_node"]
    counts = [
        round(heap_bytes / sizes[name]) if nodes is None else nodes
        for name in ("usual", "loose", "dense")
    ]
    usual, low, high = (_cost(heap_bytes, count, product) for count in counts)
    return (
        usual,
        low,
        replace(
            high,
            **{
                field: round(getattr(high, field) * _worst(name, product))
                for name, field in _QUANTITIES.items()
            },
        ),
    )


@cache
def coefficients() -> Mapping[str, Any]:
    """Return the coefficients by quantity and version."""
    content: Mapping[str, Any] = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    return content


def _cost(heap_bytes: int, nodes: int, product: str) -> Cost:
    values = {
        field: max(
            round(one["base"] + one["per_node"] * nodes + one["per_byte"] * heap_bytes)
            for one in _known(name, product)
        )
        for name, field in _QUANTITIES.items()
    }
    return Cost(nodes, **values)


def _worst(name: str, product: str) -> float:
    """Return by what factor a measurement exceeded its prediction at most."""
    return max(float(one["worst"]) for one in _known(name, product))


def _known(name: str, product: str) -> list[Mapping[str, float]]:
    """Return the coefficients of a version of Node; those of all versions if it is another one."""
    by_version = coefficients()[name]
    found = re.match(r"node\.js/v(\d+)\.", product)
    return [by_version[found[1]]] if found and found[1] in by_version else [*by_version.values()]


def _available(
    facts: ProcessFacts, pid: int | None, processes: ProcessReader
) -> tuple[int | None, str | None]:
    """Return how many more bytes the process can get, and what limits it."""
    if pid is None:
        # Not on this machine, or not known: ask the process itself.
        return facts.available, "Node"
    group = processes.cgroup(pid)
    space = processes.limit(pid, "Max address space")
    candidates = [
        (group.available if group is not None else None, "cgroup"),
        (processes.available_memory(), "system memory"),
        (None if space is None else space - (processes.status(pid).address_space or 0), "ulimit"),
    ]
    known = [(value, name) for value, name in candidates if value is not None]
    return min(known, default=(None, None))


def _judged(plan: CapturePlan, heap_limit: int | None) -> CapturePlan:
    """Return the plan with its verdict and the reasons for it."""
    verdict, reason = _memory_verdict(plan)
    reasons = [reason]
    if heap_limit is not None and plan.heap_bytes > _NEAR_HEAP_LIMIT * heap_limit:
        reasons.append(
            f"The heap is at {plan.heap_bytes / heap_limit:.0%} of V8's limit of"
            f" {_megabytes(heap_limit)}: the process may end on its own during the snapshot."
        )
        verdict = "risky" if verdict == "safe" else verdict
    if plan.pause_ms > _LONG_PAUSE_MS:
        reasons.append(
            f"The program stands still for about {plan.pause_ms / 1000:,.0f} s; health checks may"
            " restart it."
        )
        verdict = "risky" if verdict == "safe" else verdict
    return replace(plan, verdict=verdict, reasons=tuple(reasons))


def _memory_verdict(plan: CapturePlan) -> tuple[Verdict, str]:
    high = (plan.rss_bytes or 0) + plan.high.extra_bytes
    expected, most = _megabytes(plan.peak_bytes), _megabytes(high)
    if plan.limit_bytes is None:
        memory = "the memory that the process may use is not known"
        return "unknown", f"The peak is about {expected}, at most {most}; {memory}."
    limit = f"the limit is {_megabytes(plan.limit_bytes)} ({plan.limited_by})"
    if plan.peak_bytes > plan.limit_bytes:
        growth = f"from {_megabytes(plan.rss_bytes or 0)} to about {expected}"
        return "would-kill", f"Its resident memory would grow {growth}; {limit}."
    if high > plan.limit_bytes:
        range_ = f"about {expected}, but up to {most} if the heap consists of small objects"
        return "risky", f"The peak is {range_}; {limit}."
    return "safe", f"The peak is about {expected}, at most {most}; {limit}."


def _megabytes(value: int) -> str:
    return f"{value / _MEGABYTE:,.0f} MB"
