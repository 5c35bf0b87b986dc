"""Where a process's memory is: its resident set (RSS) as a sum of parts, over a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from heapnb._showing import Charted
from heapnb.analysis.rss_findings import RssFinding, findings_of, verdict_of
from heapnb.analysis.rss_parts import PARTS, RssMoment
from heapnb.analysis.rss_sources import RssSource, read_sources
from heapnb.errors import HeapnbError
from heapnb.format.limits import bounded
from heapnb.graph import HeapGraph
from heapnb.graph.sources import graph_of
from heapnb.progress import ProgressOption, reporter_of, reporting
from heapnb.timeline.native_logs import NativeLog

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Rss(Charted):
    """A process's memory by its parts.

    Parameters
    ----------
    moments : tuple of RssMoment
        One for each snapshot or set of numbers, in order of time.
    verdict : str
        How the RSS went: ``"growing"``, ``"levelled off"``, ``"steady"``, ``"shrinking"``,
        ``"one moment"``, or ``"unknown"`` without numbers of the process.
    findings : tuple of RssFinding
        What grew, the largest part first, with what to try.
    warnings : tuple of str
        What a reader should know.
    native_logs : tuple of NativeLog
        Logs of native allocations that were given, too.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.rss("s1.heapsnapshot", "s2.heapsnapshot", "s3.heapsnapshot")  # doctest: +SKIP
    """

    moments: tuple[RssMoment, ...]
    verdict: str
    findings: tuple[RssFinding, ...]
    warnings: tuple[str, ...] = ()
    native_logs: tuple[NativeLog, ...] = ()

    def __len__(self) -> int:
        return len(self.moments)

    @property
    def has_process_numbers(self) -> bool:
        """Whether any source tells the RSS."""
        return any(one.rss is not None for one in self.moments)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each part of each moment.

        ``snapshot`` (from 1), ``name``, ``part``, ``resident_size`` in bytes (``<NA>`` if
        unknown), ``rss_share``, ``known_by`` (``"measured"``, ``"derived"``, ``"estimated"``),
        ``source``.
        """
        import pandas as pd

        rows = [
            (
                number,
                moment.name,
                part.name,
                part.size,
                part.size / moment.rss if part.size is not None and moment.rss else None,
                part.known_by,
                part.source,
            )
            for number, moment in enumerate(self.moments, 1)
            for part in moment.parts
        ]
        types = {
            "snapshot": "int64",
            "name": "str",
            "part": "str",
            "resident_size": "Int64",
            "rss_share": "Float64",
            "known_by": "str",
            "source": "str",
        }
        return pd.DataFrame(rows, columns=list(types)).astype(types)

    @cached_property
    def by_part(self) -> pd.DataFrame:
        """One row a part: its bytes in each moment (``resident_size_1`` …), and how it grew.

        ``known_by`` and ``source`` are those of the last moment.
        """
        import pandas as pd

        columns: dict[str, Any] = {"part": list(PARTS)}
        for number, moment in enumerate(self.moments, 1):
            sizes = [part.size for part in moment.parts]
            columns[f"resident_size_{number}"] = pd.Series(sizes, dtype="Int64")
        if len(self) > 1:
            last = columns[f"resident_size_{len(self)}"]
            columns["resident_delta"] = last - columns["resident_size_1"]
        parts = self.moments[-1].parts if self.moments else ()
        for name in ("known_by", "source"):
            values = [getattr(part, name) for part in parts]
            columns[name] = pd.Series(values, dtype="str")
        return pd.DataFrame(columns)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, for JSON.

        Returns
        -------
        dict
            ``verdict``; ``moments``: ``name``, ``time``, ``pid``, ``rss``, ``swap``, ``excess``
            (bytes by which the parts exceed the RSS), ``workers``, and ``parts``: ``part``,
            ``resident_size`` (None if unknown), ``known_by``, ``source``; ``findings``:
            ``kind``, ``delta``, ``share``, ``details``, ``advice``; ``native_logs``;
            ``warnings``.
        """
        return {
            "verdict": self.verdict,
            "moments": [
                {
                    "name": one.name,
                    "time": one.time,
                    "pid": one.pid,
                    "rss": one.rss,
                    "swap": one.swap,
                    "excess": one.excess,
                    "workers": one.n_workers,
                    "parts": [
                        {
                            "part": part.name,
                            "resident_size": part.size,
                            "known_by": part.known_by,
                            "source": part.source,
                        }
                        for part in one.parts
                    ],
                }
                for one in self.moments
            ],
            "findings": [finding.to_dict() for finding in self.findings],
            "native_logs": [log.to_dict() for log in self.native_logs],
            "warnings": list(self.warnings),
        }


@bounded
def rss(
    *sources: RssSource,
    pid: int | None = None,
    cache: bool = True,
    salvage: bool = False,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    progress: ProgressOption = None,
) -> Rss:
    """Say where a process's resident memory (RSS) is, and which part of it grows.

    Parameters
    ----------
    *sources : path, Snapshot, Series, Diagnosis, or sequence of these
        Snapshots, with the side files (``NAME.heapnb.json``) and copies of ``/proc/PID/smaps``
        (``NAME.smaps``) beside them; or side files, copies of ``smaps``, diagnostic reports and
        logs of memory samples alone; and logs of native allocations (`heapnb.read_native_log`).
    pid : int, optional
        A running process, whose mappings are read; Linux only.
    cache, salvage, progress, max_size
        How snapshots are opened; see `heapnb.load`.

    Returns
    -------
    Rss
        ``.findings`` say what grew; ``.table`` has the parts. A part that no source tells is
        ``<NA>``, never 0.

    Raises
    ------
    HeapnbError or OSError
        If there is nothing to read, or a file cannot be read.

    Examples
    --------
    >>> import heapnb as hn
    >>> found = hn.rss("s1.heapsnapshot", "s2.heapsnapshot")  # doctest: +SKIP
    >>> found.verdict, [finding.kind for finding in found.findings]  # doctest: +SKIP
    ('growing', ['buffers'])
    """
    reporter = reporter_of(progress)

    def open_graph(source: Any) -> HeapGraph:
        return graph_of(source, cache=cache, progress=reporter, salvage=salvage)

    with reporting(reporter):
        read = read_sources(sources, open_graph)
    moments = read.moments
    if pid is not None:
        moments = (*moments, _live(pid))
    if not moments and not read.native_logs:
        raise HeapnbError(
            "There is nothing to read.",
            hint="name snapshots, side files or copies of /proc/PID/smaps.",
        )
    verdict, findings = verdict_of(moments), findings_of(moments)
    warnings = (*read.warnings, *_warnings(moments))
    return Rss(moments, verdict, findings, warnings, read.native_logs)


def _live(pid: int) -> RssMoment:
    from heapnb.capture.processes import ProcessReader
    from heapnb.timeline.smaps import parse_smaps

    reader = ProcessReader()
    reader.status(pid)
    text = reader.smaps(pid)
    if not text:
        raise HeapnbError(
            f"/proc/{pid}/smaps cannot be read.",
            hint="run heapnb as the same user as the process, or as root.",
        )
    memory_map = parse_smaps(text, name=f"/proc/{pid}/smaps")
    return RssMoment(f"process {pid}", memory_map=memory_map, pid=pid)


def _warnings(moments: Sequence[RssMoment]) -> tuple[str, ...]:
    """Say what weakens the answer."""
    found = []
    pids = sorted({one.pid for one in moments if one.pid is not None})
    if len(pids) > 1:
        listed = ", ".join(map(str, pids))
        found.append(f"The numbers are of different processes ({listed}).")
    last = moments[-1] if moments else None
    if last is None:
        return ()
    if last.rss is None:
        found.append(
            "No source tells the RSS of the last moment: it needs a side file (heapnb's kit "
            "writes one beside each snapshot) or a copy of /proc/PID/smaps named NAME.smaps."
        )
    elif last.memory_map is None:
        found.append(
            "Without /proc/PID/smaps, memory of the allocator and of thread stacks counts as "
            "unexplained."
        )
    return tuple(found)


__all__ = ["Rss", "RssFinding", "RssMoment", "rss"]
