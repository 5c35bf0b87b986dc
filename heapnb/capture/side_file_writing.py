"""Write the files beside a snapshot: what was known of the process when it was taken.

``NAME.heapnb.json`` is the side file; ``NAME.smaps`` is a copy of ``/proc/PID/smaps``, from which
`heapnb.rss` tells allocator, stacks and code apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any, Final

import orjson

from heapnb._version import __version__
from heapnb.capture.chunks import private_file
from heapnb.capture.process_facts import ProcessFacts
from heapnb.capture.processes import Cgroup, ProcessReader
from heapnb.capture.targets import Target
from heapnb.timeline.side_files import FORMAT, VERSION, side_file_path, smaps_path

_MEMORY: Final = {
    "rss": ("memory", "rss"),
    "heap_total": ("memory", "heapTotal"),
    "heap_used": ("memory", "heapUsed"),
    "external": ("memory", "external"),
    "array_buffers": ("memory", "arrayBuffers"),
    "heap_limit": ("heap", "heap_size_limit"),
    "malloced": ("heap", "malloced_memory"),
    "native_contexts": ("heap", "number_of_native_contexts"),
    "detached_contexts": ("heap", "number_of_detached_contexts"),
}


@dataclass(frozen=True)
class SystemFacts:
    """What the system says about a process; see `observe`.

    Parameters
    ----------
    rollup : mapping of str to int or None
        Totals of ``/proc/PID/smaps_rollup``, in bytes.
    group : Cgroup or None
        Its control group.
    smaps : str or None
        The text of ``/proc/PID/smaps``.
    """

    rollup: Mapping[str, int] | None = None
    group: Cgroup | None = None
    smaps: str | None = None


def observe(pid: int | None, processes: ProcessReader) -> SystemFacts:
    """Ask the system about a process, before a snapshot leaves memory behind in it.

    Parameters
    ----------
    pid : int or None
        A process of this machine; None for others, of which nothing is known.
    processes : ProcessReader
        What reads ``/proc``.

    Returns
    -------
    SystemFacts
    """
    if pid is None:
        return SystemFacts()
    return SystemFacts(processes.smaps_rollup(pid), processes.cgroup(pid), processes.smaps(pid))


@contextmanager
def beside(snapshot: Path) -> Iterator[None]:
    """Remove the files beside a snapshot that could not be completed."""
    try:
        yield
    except BaseException:
        for path in (side_file_path(snapshot), smaps_path(snapshot)):
            with suppress(OSError):
                path.unlink()
        raise


def write_side_file(
    snapshot: Path,
    process: Mapping[str, Any],
    system: SystemFacts,
    *,
    reason: str,
    time: datetime,
    duration_ms: int,
    series: str,
    index: int,
    units: int | None,
    unit: str = "requests",
) -> Path:
    """Write the side file of a snapshot, and beside that of a main thread the copy of smaps.

    Parameters
    ----------
    snapshot : Path
        The snapshot's final name.
    process : mapping
        What is known of the process; see `describe_process`.
    system : SystemFacts
        What the system says; see `observe`.
    reason : str
        ``"capture"`` or ``"signal"``.
    time : datetime
        When the snapshot was begun.
    duration_ms : int
        How long it took.
    series : str
        What the snapshots of one series share.
    index : int
        The number of the snapshot in it, from 1.
    units : int or None
        Units of work until now.
    unit : str, default "requests"
        What they are.

    Returns
    -------
    Path
        The side file.
    """
    path = side_file_path(snapshot)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "written_by": f"heapnb {__version__}",
        "snapshot": snapshot.name,
        "series": series,
        "index": index,
        "reason": reason,
        "time": time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "duration_ms": duration_ms,
        **process,
        **_described(system),
        "work": None if units is None else {"name": unit, "units": units},
    }
    with private_file(path) as stream:
        stream.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    # A worker shares the memory map of its process.
    if system.smaps is not None and not process.get("thread_id"):
        with private_file(smaps_path(snapshot)) as stream:
            stream.write(system.smaps.encode())
    return path


def describe_process(target: Target, facts: ProcessFacts) -> dict[str, Any]:
    """Return what a side file says about the process: what it told about itself."""
    answer = facts.answer
    memory = {name: facts.number(*place) for name, place in _MEMORY.items()}
    memory["heap_used"] = memory["heap_used"] or facts.heap_used
    memory["heap_total"] = memory["heap_total"] or facts.heap_total
    uptime, program = answer.get("uptime"), answer.get("program")
    return {
        "uptime_ms": round(uptime * 1000) if isinstance(uptime, int | float) else None,
        "pid": target.pid,
        "thread_id": target.thread_id,
        "target": {"type": target.kind, "title": target.title or None, "url": target.url or None},
        "program": PurePath(program).name if isinstance(program, str) else None,
        "runtime": _runtime(target, facts),
        "memory": memory,
        "heap_spaces": [
            {
                "name": space.get("space_name"),
                "size": space.get("space_size"),
                "used": space.get("space_used_size"),
                "available": space.get("space_available_size"),
                "physical": space.get("physical_space_size"),
            }
            for space in answer.get("spaces") or []
        ],
        "resource_usage": _resources(answer.get("resources")),
        "handles": answer.get("handles"),
    }


def _runtime(target: Target, facts: ProcessFacts) -> dict[str, Any]:
    versions = facts.answer.get("versions") or {}
    product, _, version = target.product.partition("/")
    names = {"node": "node", "worker": "node", "deno": "deno"}
    own = versions.get("node")
    return {
        "name": names[target.kind] if target.pid is not None else product.lower(),
        "version": own.removeprefix("v") if isinstance(own, str) else version.removeprefix("v"),
        "v8": versions.get("v8"),
        "arch": facts.answer.get("arch"),
        "platform": facts.answer.get("platform"),
        "flags": facts.flags,
    }


def _resources(usage: dict[str, int] | None) -> dict[str, int] | None:
    if not usage:
        return None
    return {
        "user_cpu_ms": round(usage["userCPUTime"] / 1000),
        "system_cpu_ms": round(usage["systemCPUTime"] / 1000),
        "max_rss": usage["maxRSS"] * 1024,
        "minor_faults": usage["minorPageFault"],
        "major_faults": usage["majorPageFault"],
    }


def _described(system: SystemFacts) -> dict[str, Any]:
    rollup, group = system.rollup, system.group
    names = ("rss", "pss", "private_clean", "private_dirty", "anonymous", "swap")
    return {
        "smaps_rollup": None if rollup is None else {name: rollup.get(name) for name in names},
        "cgroup": None
        if group is None
        else {
            "version": group.version,
            "limit": group.limit,
            "usage": group.usage,
            "oom_kills": group.oom_kills,
        },
    }
