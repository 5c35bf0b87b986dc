"""Diagnostic reports of Node.js (``process.report``): memory, handles, limits; no secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson

from heapnb._showing import Shown
from heapnb.errors import LogFormatError
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.timeline.findings import Finding, by_importance
from heapnb.timeline.log_lines import read_all
from heapnb.timeline.memory_lines import moment

if TYPE_CHECKING:
    import pandas as pd

MASKED: Final = "•••"
"""Stands for the value of an environment variable, always."""

_LARGEST: Final = 1 << 26
_MOST_TEXT: Final = 300
_MOST_FRAMES: Final = 100
_MOST_NAMES: Final = 1_000
_UNLIMITED: Final = 2**62
"""Node.js writes 2^64 - 1 where a container has no limit."""

_NEAR_LIMIT: Final = 0.9
_MANY_HANDLES: Final = 1_000

_MEMORY: Final = {
    "heap_total": ("javascriptHeap", "totalMemory"),
    "heap_used": ("javascriptHeap", "usedMemory"),
    "heap_limit": ("javascriptHeap", "memoryLimit"),
    "external": ("javascriptHeap", "externalMemory"),
    "malloced": ("javascriptHeap", "mallocedMemory"),
    "native_contexts": ("javascriptHeap", "nativeContextCount"),
    "detached_contexts": ("javascriptHeap", "detachedContextCount"),
    "rss": ("resourceUsage", "rss"),
    "max_rss": ("resourceUsage", "maxRss"),
    "cgroup_limit": ("resourceUsage", "constrained_memory"),
}


@dataclass(frozen=True, eq=False)
class DiagnosticReport(Shown):
    """A diagnostic report; see `heapnb.read_diagnostic_report`.

    Parameters
    ----------
    name : str
        The file.
    table : pandas.DataFrame
        One row for each space of the heap: ``name``, ``size``, ``used``, ``available`` in bytes.
    findings : tuple of Finding
        What it says, the most important first.
    time : str or None
        When it was written, as the report says it.
    time_ms : float or None
        The same in milliseconds since 1970.
    event, trigger : str or None
        Why it was written, such as "Allocation failed - JavaScript heap out of memory" and
        "FatalError".
    pid, thread_id : int or None
        Process and thread.
    node_version, v8_version, arch, platform : str or None
        The runtime.
    memory : mapping of str to int
        Bytes: ``rss``, ``heap_used``, ``heap_total``, ``heap_limit``, ``external`` …
    resource_usage : mapping of str to float
        Seconds of CPU, page faults.
    limits : mapping of str to str
        Limits of the process, soft and hard.
    handles : mapping of str to int
        Number of libuv's handles by type.
    native_stack, javascript_stack : tuple of str
        Frames, the innermost first.
    environment : mapping of str to str
        Names of environment variables; their values are always masked.
    """

    name: str
    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...]
    time: str | None = None
    time_ms: float | None = None
    event: str | None = None
    trigger: str | None = None
    pid: int | None = None
    thread_id: int | None = None
    node_version: str | None = None
    v8_version: str | None = None
    arch: str | None = None
    platform: str | None = None
    memory: Mapping[str, int] = field(default_factory=dict)
    resource_usage: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    handles: Mapping[str, int] = field(default_factory=dict)
    native_stack: tuple[str, ...] = ()
    javascript_stack: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    __repr__ = Shown.__repr__


@bounded
def read_diagnostic_report(
    path: SnapshotSource,
    *,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> DiagnosticReport:
    """Read a report of ``process.report`` or ``node --report-on-fatalerror``.

    Parameters
    ----------
    path : str, path-like, binary file or bytes
        The JSON file, from Node.js 12 on.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    DiagnosticReport
        Command line, working folder, host and network addresses are left out, and values of
        environment variables are masked.

    Raises
    ------
    LogFormatError
        If the file is not a diagnostic report.

    Examples
    --------
    >>> import heapnb as hn
    >>> report = hn.read_diagnostic_report(
    ...     b'{"header": {"processId": 7}, "javascriptHeap": {"usedMemory": 5},'
    ...     b' "environmentVariables": {"TOKEN": "abc"}}'
    ... )
    >>> report.memory["heap_used"], dict(report.environment)
    (5, {'TOKEN': '•••'})
    """
    name, content = read_all(path, most=_LARGEST)
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise LogFormatError(
            name, f"it is not JSON ({error.msg})", "a crash may have cut the report off."
        ) from None
    if not is_report(found):
        raise LogFormatError(
            name,
            "it is not a diagnostic report: `header` or `javascriptHeap` is missing",
            "reports come from `process.report.writeReport()` or `node --report-on-fatalerror`.",
        )
    return _report(name, found)


def is_report(found: object) -> bool:
    """Whether JSON is a diagnostic report."""
    return isinstance(found, dict) and all(
        isinstance(found.get(key), dict) for key in ("header", "javascriptHeap")
    )


def _report(name: str, found: dict[str, Any]) -> DiagnosticReport:
    header = found["header"]
    memory = {}
    for key, (section, field_name) in _MEMORY.items():
        number = _number(_dict(found.get(section)).get(field_name))
        if number is not None and 0 <= number < _UNLIMITED:
            memory[key] = int(number)
    usage = _dict(found.get("resourceUsage"))
    faults = _dict(usage.get("pageFaults"))
    resource = {
        key: number
        for key, value in (
            ("user_cpu_s", usage.get("userCpuSeconds")),
            ("system_cpu_s", usage.get("kernelCpuSeconds")),
            ("cpu_percent", usage.get("cpuConsumptionPercent")),
            ("minor_faults", faults.get("IONotRequired")),
            ("major_faults", faults.get("IORequired")),
        )
        if (number := _number(value)) is not None
    }
    handles = Counter(
        one["type"][:_MOST_TEXT]
        for one in _list(found.get("libuv"))
        if isinstance(one, dict) and isinstance(one.get("type"), str) and one["type"] != "loop"
    )
    environment = dict.fromkeys(_names(found.get("environmentVariables")), MASKED)
    stamp_ms = _number(header.get("dumpEventTimeStamp"))
    time_ms = moment(stamp_ms) if stamp_ms is not None else moment(header.get("dumpEventTime"))
    return DiagnosticReport(
        name=name,
        table=_spaces(_dict(_dict(found["javascriptHeap"]).get("heapSpaces"))),
        findings=_findings(header, memory, handles),
        time=_text(header.get("dumpEventTime")),
        time_ms=time_ms,
        event=_text(header.get("event")),
        trigger=_text(header.get("trigger")),
        pid=_whole(header.get("processId")),
        thread_id=_whole(header.get("threadId")),
        node_version=_text(header.get("nodejsVersion")),
        v8_version=_text(_dict(header.get("componentVersions")).get("v8")),
        arch=_text(header.get("arch")),
        platform=_text(header.get("platform")),
        memory=MappingProxyType(memory),
        resource_usage=MappingProxyType(resource),
        limits=MappingProxyType(_limits(found.get("userLimits"))),
        handles=MappingProxyType(dict(handles.most_common())),
        native_stack=_frames(found.get("nativeStack")),
        javascript_stack=_frames(_dict(found.get("javascriptStack")).get("stack")),
        environment=MappingProxyType(environment),
    )


def _spaces(spaces: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, space in list(spaces.items())[:_MOST_NAMES]:
        numbers = {
            ours: _whole(_dict(space).get(theirs))
            for ours, theirs in (
                ("size", "memorySize"),
                ("used", "used"),
                ("available", "available"),
            )
        }
        rows.append({"name": name[:_MOST_TEXT], **numbers})
    frame = pd.DataFrame(rows, columns=["name", "size", "used", "available"])
    return frame.astype(dict.fromkeys(("size", "used", "available"), "Int64"))


def _findings(
    header: dict[str, Any], memory: dict[str, int], handles: Counter[str]
) -> tuple[Finding, ...]:
    found = []
    event = _text(header.get("event")) or ""
    if "out of memory" in event.lower() or "Allocation failed" in event:
        found.append(Finding("out-of-memory", "critical", {"text": event}))
    used, limit = memory.get("heap_used"), memory.get("heap_limit")
    if used is not None and limit:
        kind = "near-limit" if used > _NEAR_LIMIT * limit else "headroom"
        values = {"heap_used": used, "heap_limit": limit, "now": True}
        found.append(Finding(kind, "critical" if kind == "near-limit" else "info", values))
    rss, container = memory.get("rss"), memory.get("cgroup_limit")
    if rss is not None and container:
        level: Any = "critical" if rss > _NEAR_LIMIT * container else "info"
        found.append(Finding("container", level, {"rss": rss, "cgroup_limit": container}))
    if handles:
        total = sum(handles.values())
        many: Any = "warning" if total > _MANY_HANDLES else "info"
        kinds = tuple(handles.most_common(5))
        found.append(Finding("handles", many, {"count": total, "kinds": kinds}))
    return by_importance(found)


def _limits(found: object) -> dict[str, str]:
    limits = {}
    for name, value in list(_dict(found).items())[:_MOST_NAMES]:
        pair = _dict(value)
        limits[name[:_MOST_TEXT]] = " / ".join(
            str(pair.get(kind, "?"))[:_MOST_TEXT] for kind in ("soft", "hard")
        )
    return limits


def _frames(found: object) -> tuple[str, ...]:
    frames = []
    for one in _list(found)[:_MOST_FRAMES]:
        text = one.get("symbol") if isinstance(one, dict) else one
        if isinstance(text, str):
            frames.append(text.strip()[:_MOST_TEXT])
    return tuple(frames)


def _names(found: object) -> list[str]:
    return [name[:_MOST_TEXT] for name in list(_dict(found))[:_MOST_NAMES]]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value[:_MOST_TEXT] if isinstance(value, str) else None


def _number(value: object) -> float | None:
    """Read a number; some versions write large ones as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < 2.0**65 else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None or abs(number) >= _UNLIMITED else int(number)


__all__ = ["MASKED", "DiagnosticReport", "is_report", "read_diagnostic_report"]
