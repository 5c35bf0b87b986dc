"""The result of a scan: tables of all cases, and answers about them."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heapnb._showing import Charted, port
from heapnb.errors import HeapnbError, suggestion
from heapnb.fleet.labels import KILLED, OUTCOME
from heapnb.fleet.questions import (
    Separation,
    SharedLeaks,
    by_value,
    label_of,
    separation,
    shared_leaks,
)
from heapnb.fleet.store import DATASETS, Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, repr=False, eq=False)
class Fleet(Charted):
    """What a scan found in many processes; see `heapnb.scan` and `heapnb.open_scan`.

    A *case* is the snapshots of one process or thread, with the logs beside them.

    Parameters
    ----------
    path : Path
        The folder of the tables.
    notes : tuple of str
        What the scan could not place.

    Examples
    --------
    >>> import heapnb as hn
    >>> fleet = hn.open_scan("heapnb-fleet")  # doctest: +SKIP
    >>> fleet.shared().table  # doctest: +SKIP
    """

    path: Path
    notes: tuple[str, ...] = ()

    def read(
        self,
        name: str,
        columns: Collection[str] | None = None,
        *,
        filter: Any = None,  # noqa: A002  as pyarrow calls it
    ) -> pa.Table:
        """Read a data set with Arrow, or a part of one that is too large for a DataFrame.

        Parameters
        ----------
        name : {"cases", "snapshots", "constructors", "suspects", "fingerprints", "memory"}
            The data set.
        columns : collection of str, optional
            Which columns.
        filter : pyarrow.compute.Expression, optional
            Which rows.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        HeapnbError
            If there is no such data set, or it cannot be read.
        """
        if name not in DATASETS:
            raise HeapnbError(
                f"A fleet has no table {name!r}.",
                hint=suggestion(name, DATASETS) or f"there are {', '.join(DATASETS)}.",
            )
        wanted = None if columns is None else list(columns)
        return Store(self.path).table(name, wanted, filter)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """One row for each case.

        ``case``; ``host``, ``pod``, ``pid``, ``worker``, ``build``, ``outcome``: where known;
        ``status``: "ok", "partly" or "failed", with ``error``; ``verdict``, ``reason``,
        ``leak_count``; ``snapshot_count``, ``read_count``; ``first_time``, ``last_time``,
        ``hours``; ``program``, ``folder``; ``heap_first``, ``heap_last``,
        ``heap_bytes_per_hour``; ``exit_code``; ``ended``: "killed" if a diagnostic report says
        so; ``duration_ms``, ``worker_peak``: of the scan; ``warnings``; further labels.
        """
        import pandas as pd

        frame = self._frame("cases")
        labels = pd.DataFrame(
            [dict(one) for one in frame.pop("labels")], index=frame.index, dtype="object"
        )
        return frame.join(labels[[name for name in labels if name not in frame]].astype("str"))

    @property
    def table(self) -> pd.DataFrame:
        """The same as `cases`."""
        return self.cases

    @cached_property
    def snapshots(self) -> pd.DataFrame:
        """One row for each snapshot: ``case`` and its origin.

        ``number``, ``file``, ``size_bytes``, ``status``, ``error``, ``time``, ``n_nodes``,
        ``n_edges``, ``total_size``, ``rss``, ``heap_used``, ``heap_limit``, ``uptime_ms``,
        ``work``.
        """
        return self._frame("snapshots")

    @cached_property
    def constructors(self) -> pd.DataFrame:
        """One row for each class of each snapshot.

        ``number`` of the snapshot, ``time``, ``class_name``, ``location``, ``count``,
        ``shallow_size``, ``retained_size``.
        """
        return self._frame("constructors")

    @cached_property
    def suspects(self) -> pd.DataFrame:
        """One row for each suspect of each case.

        ``rank``, ``fingerprint``, ``is_leak``, ``kind``, ``class_name``, ``anchor``,
        ``location``, ``chain``, ``confidence``, ``count``, ``count_delta``, ``retained_size``,
        ``retained_delta``, ``objects_per_hour``, ``bytes_per_hour``, ``objects_rate``,
        ``bytes_rate`` with their unit ``per``, ``origin``, ``known_issue``, ``explanation``,
        ``fix``.
        """
        return self._frame("suspects")

    @cached_property
    def fingerprints(self) -> pd.DataFrame:
        """One row for each suspect in each snapshot.

        ``number`` of the snapshot, ``time``, ``fingerprint``, ``is_leak``, ``kind``,
        ``class_name``, ``anchor``, ``count``, ``retained_size``.
        """
        return self._frame("fingerprints")

    @cached_property
    def memory(self) -> pd.DataFrame:
        """Memory over time, from side files, logs and reports.

        ``time``, ``elapsed_ms``, ``source``, ``rss``, ``heap_used``, ``heap_total``,
        ``external``, ``array_buffers``, ``heap_limit``, ``cgroup_limit``, ``work``.
        """
        return self._frame("memory")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row for each snapshot or case that could not be read: ``case``, ``file``, ``error``.

        ``file`` is missing where a whole case failed.
        """
        import pandas as pd

        files = self.snapshots
        files = files.loc[files["status"] == "failed", ["case", "file", "error"]]
        cases = self.cases
        cases = cases.loc[cases["error"].notna() & ~cases["case"].isin(files["case"])]
        return pd.concat(
            [files, cases.assign(file=None)[["case", "file", "error"]].astype("str")],
            ignore_index=True,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know."""
        return self.notes

    # -- questions --------------------------------------------------------------------------

    def shared(self) -> SharedLeaks:
        """Say which pods, workers and builds leak the same thing, and how fast.

        Returns
        -------
        SharedLeaks
            One row for each fingerprint: leaks, and in cases without a verdict all suspects.
        """
        return shared_leaks(self.case_rows, self._rows("suspects"))

    def separating(
        self, label: str = OUTCOME, value: str | Collection[str] | None = None
    ) -> Separation:
        """Say which fingerprint separates killed pods from healthy ones.

        Parameters
        ----------
        label : str, default "outcome"
            The column or label that tells the groups apart.
        value : str or collection of str, optional
            Its values in the first group, in any case; all others are the second group. By
            default those that mean killed: killed, oom, oomkilled, crashed, 137, 134.

        Returns
        -------
        Separation

        Raises
        ------
        HeapnbError
            If a group is empty.

        Notes
        -----
        A pod counts once, however many processes and snapshots it has; a case whose pod and host
        are unknown counts by itself.
        """
        killed = value is None
        texts = KILLED if value is None else {value} if isinstance(value, str) else value
        wanted = {one.lower() for one in texts}

        def is_first(row: Mapping[str, Any]) -> bool | None:
            found = label_of(row, label)
            return None if found is None else found.lower() in wanted

        names = ("killed", "healthy") if killed else (", ".join(sorted(texts)), "others")
        return separation(self.case_rows, self._rows("suspects"), label, is_first, names)

    def compare(self, control: str, canary: str, *, label: str = "build") -> Separation:
        """Compare two builds of the program, or two values of another label.

        Parameters
        ----------
        control, canary : str
            The values: the build that runs everywhere, and the one that is tried.
        label : str, default "build"
            The column or label.

        Returns
        -------
        Separation
            Its first group is the canary.

        Raises
        ------
        HeapnbError
            If no pod has one of them.
        """
        is_first = by_value(self.case_rows, label, canary, control)
        names = (canary, control)
        return separation(self.case_rows, self._rows("suspects"), label, is_first, names)

    @property
    def has_outcomes(self) -> bool:
        """Whether pods were killed and others were not, so that `separating` has an answer."""
        found = {str(row["outcome"]).lower() in KILLED for row in self.case_rows if row["outcome"]}
        return len(found) > 1

    @property
    def builds(self) -> tuple[str, ...]:
        """The builds, in the order in which their first snapshots were taken."""
        first: dict[str, Any] = {}
        rows = [row for row in self.case_rows if row["build"]]
        for row in sorted(
            rows, key=lambda row: (row["first_time"] is None, row["first_time"] or 0)
        ):
            first.setdefault(row["build"], row)
        return tuple(first)

    # -- documents --------------------------------------------------------------------------

    def report(
        self,
        target: str | os.PathLike[str],
        *,
        force: bool = True,
        personal: bool = False,
        redact: bool = True,
    ) -> Path:
        """Write a report on the fleet as one HTML file that opens offline.

        Parameters
        ----------
        target : str or PathLike
            The file.
        force : bool, default True
            Whether an existing file is replaced.
        redact, personal : bool
            Whether likely secrets (by default), and personal data, are masked.

        Returns
        -------
        Path
        """
        return port().report(self, target, force=force, redact=redact, personal=personal)

    def notebook(
        self,
        target: str | os.PathLike[str],
        *,
        force: bool = False,
        redact: bool = True,
        personal: bool = False,
        execute: bool = True,
    ) -> Path:
        """Write a notebook that asks the fleet's questions again.

        Parameters
        ----------
        target : str or PathLike
            The notebook.
        force : bool, default False
            Whether an existing file is replaced.
        redact, personal : bool
            Whether likely secrets (by default), and personal data, are masked in all outputs.
        execute : bool, default True
            Whether the cells are run.

        Returns
        -------
        Path
        """
        return port().notebook(
            self, target, force=force, redact=redact, personal=personal, execute=execute
        )

    # -- rows -------------------------------------------------------------------------------

    @cached_property
    def case_rows(self) -> tuple[Mapping[str, Any], ...]:
        """The rows of `cases` as plain values, with the labels in one mapping."""
        rows = self.read("cases").to_pylist()
        return tuple(row | {"labels": dict(row["labels"] or ())} for row in rows)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.read(name).to_pylist()
        return rows

    def _frame(self, name: str) -> pd.DataFrame:
        import pandas as pd
        import pyarrow as pa

        table = self.read(name)
        frame: pd.DataFrame = table.to_pandas(
            types_mapper={
                pa.int64(): pd.Int64Dtype(),
                pa.string(): pd.StringDtype(na_value=float("nan")),
            }.get
        )
        return frame


def open_scan(folder: str | os.PathLike[str]) -> Fleet:
    """Open the result of an earlier scan.

    Parameters
    ----------
    folder : str or PathLike
        What `heapnb.scan` has written.

    Returns
    -------
    Fleet

    Raises
    ------
    HeapnbError
        If the folder is not the result of a scan.
    """
    path = Path(folder)
    Store(path).entries()
    return Fleet(path)


__all__ = ["Fleet", "open_scan"]
