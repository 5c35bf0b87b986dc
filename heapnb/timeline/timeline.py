"""One time line over logs, side files, snapshots, reports and deployments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb._showing import Charted, port
from heapnb.errors import HeapnbError
from heapnb.format.limits import bounded
from heapnb.timeline.findings import Finding, by_importance
from heapnb.timeline.memory_findings import memory_findings
from heapnb.timeline.memory_lines import moment
from heapnb.timeline.timeline_sources import Part, parts_of

if TYPE_CHECKING:
    import pandas as pd

_FIRST: Final = ("time", "elapsed_ms", "kind", "source", "pid", "thread_id")
_MOST_LISTED: Final = 5
_RUN: Final = ("pid", "isolate", "run")


@dataclass(frozen=True, eq=False)
class Timeline(Charted):
    """Memory, garbage collection, snapshots, alarms and deployments over time.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each sample, collection or event, in order of time. ``kind`` is one of memory,
        gc, snapshot, alarm, event, deployment; ``source`` is the file. Columns are those of
        `heapnb.MemoryLog` and `heapnb.GcLog`; what a row lacks is missing. ``time`` is UTC, and
        missing for sources of which only the time since their start is known (``elapsed_ms``).
    findings : tuple of Finding
        What the sources say, the most important first.
    warnings : tuple of str
        What could not be read, and which sources have no place on the common axis.
    """

    table: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()

    __repr__ = Charted.__repr__

    @property
    def snapshots(self) -> pd.DataFrame:
        """The rows that are snapshots; `open` takes their number, from 0."""
        return self.table[self.table["kind"] == "snapshot"].reset_index(drop=True)

    @property
    def alarms(self) -> pd.DataFrame:
        """The rows that are alarms."""
        return self.table[self.table["kind"] == "alarm"].reset_index(drop=True)

    def browse(self) -> Any:
        """Show the chart in a notebook; a click on the mark of a snapshot opens it below.

        Returns
        -------
        TimelineBrowser
            A widget; its ``snapshot`` is the one that is open.
        """
        return port().browse_timeline(self)

    def open(self, number: int) -> Any:
        """Open one of the snapshots.

        Parameters
        ----------
        number : int
            Row of `snapshots`, from 0; negative numbers count from the end. The chart shows it.

        Returns
        -------
        Snapshot

        Raises
        ------
        HeapnbError
            If there is no such snapshot.
        """
        snapshots = self.snapshots
        if not -len(snapshots) <= number < len(snapshots):
            raise HeapnbError(
                f"There is no snapshot {number}: the time line has {len(snapshots):,}.",
                hint="`timeline.snapshots` lists them.",
            )
        return port().open(str(snapshots["path"].iloc[number]))


@bounded
def timeline(
    *sources: Any,
    deployments: Any = None,
    start: Any = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> Timeline:
    """Put logs, snapshots and deployments on one time line.

    Parameters
    ----------
    *sources : str, path-like, MemoryLog, GcLog, DiagnosticReport, SideFile or Series
        Files are recognised by their content: logs of memory, logs of ``--trace-gc`` (one file may
        be both), side files, snapshots (through their side files), diagnostic reports, and lists
        of deployments: CSV with the columns ``time`` and ``name``, or JSON lines.
    deployments : sequence of (time, str), optional
        What happened when, such as ``[("2026-11-29T10:00:00Z", "v1.4.2")]``.
    start : str, datetime or float, optional
        When the program started: the place of logs that have only the time since then.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    Timeline

    Raises
    ------
    HeapnbError
        If a file holds none of these, or there are no sources.

    Examples
    --------
    >>> import heapnb as hn
    >>> line = hn.timeline(
    ...     b'{"time": "2026-11-29T10:00:00Z", "rss": 5000, "heapUsed": 2000}',
    ...     deployments=[("2026-11-29T09:00:00Z", "v2")],
    ... )
    >>> line.table["kind"].tolist(), line.table["rss"].isna().tolist()
    (['deployment', 'memory'], [True, False])
    """
    parts = [part for source in sources for part in parts_of(source)]
    if deployments is not None:
        parts += _deployments(deployments)
    if not parts:
        raise HeapnbError(
            "A time line needs a source.", hint="pass logs, side files, snapshots or a series."
        )
    warnings = [text for part in parts for text in part.warnings]
    started = None if start is None else _start(start)
    warnings += _place(parts, started)
    _drop_repeated(parts)
    table = _joined(parts)
    findings = [one for part in parts for one in part.findings]
    # Samples of side files and reports are judged together: each file has one.
    single = [part for part in parts if part.is_single]
    has_log = any((part.table["kind"] == "memory").sum() > len(single) for part in parts)
    if len(single) > 1 and not has_log:
        are_taken = any((part.table["kind"] == "snapshot").any() for part in single)
        findings += memory_findings(_samples(single), is_with_snapshots=are_taken)
    return Timeline(table, by_importance(findings), tuple(dict.fromkeys(warnings)))


def _start(start: Any) -> float:
    if hasattr(start, "timestamp"):
        return 1_000 * float(start.timestamp())
    at = moment(start)
    if at is None:
        raise HeapnbError(
            f"start is not a time: {start!r}.", hint='write it as "2026-11-29T10:00:00Z".'
        )
    return at


def _deployments(pairs: Iterable[Any]) -> list[Part]:
    import pandas as pd

    rows = []
    for pair in pairs:
        at, name = pair
        rows.append({"kind": "deployment", "time": _start(at), "name": str(name)})
    frame = pd.DataFrame(rows, columns=["kind", "time", "name"])
    frame["time"] = pd.to_datetime(frame["time"].astype("float64"), unit="ms", utc=True).dt.as_unit(
        "ns"
    )
    return [Part("deployments", frame)] if len(frame) else []


def _place(parts: list[Part], start: float | None) -> list[str]:
    """Give wall-clock times to parts that only know the time since their start."""
    import pandas as pd

    has_clock = any(part.has_clock for part in parts)
    known: dict[int, float] = {}
    for part in parts:
        known |= part.starts
    unplaced = []
    for part in parts:
        table = part.table
        if part.has_clock or "elapsed_ms" not in table:
            continue
        pids = table["pid"] if "pid" in table else pd.Series(pd.NA, index=table.index)
        origin = np.array(
            [known.get(int(pid), start) if pd.notna(pid) else start for pid in pids], np.float64
        )
        if "run" in table:
            # Only the last start of a process is the one that other sources tell of.
            last = table["run"].max()
            origin = np.where((table["run"] == last).to_numpy(bool), origin, np.nan)
        at = origin + table["elapsed_ms"].to_numpy(np.float64)
        if np.isfinite(at).any():
            part.table = table.assign(time=pd.to_datetime(at, unit="ms", utc=True).as_unit("ns"))
        if has_clock and np.isnan(at).any():
            unplaced.append(part.name)
    if not unplaced:
        return []
    names = ", ".join(unplaced[:_MOST_LISTED])
    text = (
        f"{names}: only the time since the start is known, so these rows have their own axis."
        " Pass start=… to place them, or a side file of the same process."
    )
    return [text]


def _joined(parts: list[Part]) -> pd.DataFrame:
    import pandas as pd

    frames = [part.table.assign(source=part.name) for part in parts]
    columns = list(dict.fromkeys([*_FIRST, *(name for one in frames for name in one)]))
    # Text and categories of several files differ; as text they join.
    filled = [_as_text(frame).dropna(axis=1, how="all") for frame in frames]
    table = pd.concat([frame for frame in filled if len(frame)], ignore_index=True)
    table = table[[name for name in columns if name in table]]
    if "time" in table:
        table["time"] = table["time"].dt.as_unit("ns")
    if "run" in table:
        table["run"] = table["run"].astype("Int64")
    keys = [name for name in ("time", "elapsed_ms") if name in table]
    return table.sort_values(keys, kind="stable", ignore_index=True) if keys else table


def _drop_repeated(parts: list[Part]) -> None:
    """Leave out rows of memory logs that another source tells in more detail."""
    snapshots: set[str] = set()
    collected: set[int] = set()
    for part in parts:
        if part.is_single and "path" in part.table:
            snapshots |= {_stem(path) for path in part.table["path"]}
        if "collector" in part.table and "pid" in part.table:
            collected |= {int(pid) for pid in part.table["pid"].dropna().unique()}
    for part in parts:
        table = part.table
        if part.is_single or "collector" in table:
            continue
        repeated = np.zeros(len(table), np.bool_)
        if "path" in table and snapshots:
            known = table["path"].map(_stem, na_action="ignore").isin(snapshots)
            repeated |= (known & (table["kind"] == "snapshot")).to_numpy(bool)
        if "pid" in table and collected:
            known = table["pid"].isin(collected).fillna(False)
            repeated |= (known & (table["kind"] == "gc")).to_numpy(bool)
        part.table = table[~repeated]


def _stem(path: object) -> str:
    """Return the name of a snapshot's file, whether it was compressed since or not."""
    name = str(path).replace("\\", "/").rpartition("/")[2]
    return name.removesuffix(".gz").removesuffix(".zst")


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    texts: dict[str, Any] = {
        str(name): frame[name].astype("str").where(frame[name].notna())
        for name in frame
        if isinstance(frame[name].dtype, pd.CategoricalDtype | pd.StringDtype)
    }
    return frame.assign(**texts)


def _samples(parts: list[Part]) -> pd.DataFrame:
    """Return the samples that side files and reports carry."""
    table = _joined(parts)
    samples = table[table["kind"].isin(["snapshot", "memory"])]
    return samples.assign(kind="memory")


__all__ = ["Timeline", "timeline"]
