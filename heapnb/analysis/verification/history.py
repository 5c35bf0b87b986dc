"""A file with the verdict and the rates of each build."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from heapnb._showing import Charted
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.verification.fixes import FixVerification
from heapnb.analysis.verification.rates import Axis, GrowthRate
from heapnb.analysis.verification.versions import VersionComparison
from heapnb.errors import HeapnbError

if TYPE_CHECKING:
    import pandas as pd

try:
    import fcntl
except ImportError:  # Windows: there, two builds that are added at the same time can lose one.
    fcntl = None  # type: ignore[assignment]

_FORMAT: Final = b"heapnb-history"
_VERSION: Final = b"1"
_LONGEST_BUILD: Final = 200
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_TEXT_LIMIT: Final = 500

SCHEMA: Final = pa.schema(
    [
        pa.field("build", pa.string(), nullable=False),
        pa.field("time", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("fix_verdict", pa.string()),
        pa.field("fingerprint", pa.string()),
        pa.field("class_name", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("anchor", pa.string()),
        pa.field("location", pa.string()),
        pa.field("objects_rate", pa.float64()),
        pa.field("bytes_rate", pa.float64()),
        pa.field("per", pa.string()),
        pa.field("total_size", pa.int64()),
    ],
    metadata={b"format": _FORMAT, b"version": _VERSION},
)
"""One row for the whole heap of each build, whose ``fingerprint`` is missing, and one a leak."""


@dataclass(frozen=True, repr=False, eq=False)
class History(Charted):
    """The verdicts and rates of the builds of a program; see `heapnb.read_history`.

    Parameters
    ----------
    path : Path
        The file.
    rows : pyarrow.Table
        Its content, with the columns of `SCHEMA`.
    """

    path: Path
    rows: pa.Table

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for the whole heap of each build, followed by one for each of its leaks.

        ``build``; ``time``: when it was added, UTC; ``verdict``: that of the diagnosis;
        ``fix_verdict``: that of `heapnb.verify_fix` or `heapnb.compare_versions`, if one was added;
        ``fingerprint``, ``class_name``, ``kind``, ``anchor``, ``location`` of a leak, missing for
        the whole heap; ``objects_rate``, ``bytes_rate``: growth for each unit; ``per``: the unit;
        ``total_size``: bytes of the last snapshot.
        """
        frame: pd.DataFrame = self.rows.to_pandas()
        texts = [field.name for field in SCHEMA if pa.types.is_string(field.type)]
        return frame.astype(dict.fromkeys(texts, "str") | {"total_size": "Int64"})

    @property
    def builds(self) -> tuple[str, ...]:
        """The builds, in the order in which they were added."""
        return tuple(dict.fromkeys(self.rows["build"].to_pylist()))

    @property
    def units(self) -> tuple[str, ...]:
        """The units of the rates; those of different units are not comparable."""
        return tuple(sorted({unit for unit in self.rows["per"].to_pylist() if unit is not None}))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know."""
        if len(self.units) < 2:  # noqa: PLR2004  one unit is as it should be
            return ()
        return (f"The rates of the builds have different units: {', '.join(self.units)}.",)

    def last_rows(self) -> list[dict[str, Any]]:
        """Return the rows of each build; of one that was added twice, those of the last time."""
        rows = self.rows.to_pylist()
        last = {row["build"]: row["time"] for row in rows}
        return [row for row in rows if row["time"] == last[row["build"]]]

    def append(
        self,
        result: Diagnosis | FixVerification | VersionComparison,
        build: str,
        *,
        time: datetime | None = None,
    ) -> History:
        """Add the verdict and the rates of a build.

        Parameters
        ----------
        result : Diagnosis, FixVerification or VersionComparison
            Of the build; of the latter two, the later series is the build's.
        build : str
            Its name, such as a version or a commit.
        time : datetime, optional
            Now by default.

        Returns
        -------
        History
            With the new rows.

        Raises
        ------
        HeapnbError
            If the name is empty, or the file cannot be written.

        Notes
        -----
        Earlier rows are never changed: the same build can be added again. The file is replaced at
        once, and a lock of its folder lets several processes add to it at the same time.
        """
        import pyarrow.parquet as pq

        from heapnb.format.writer import replacing

        name = build.strip()
        if not name or len(name) > _LONGEST_BUILD or _CONTROL.search(name):
            raise HeapnbError(
                f"{build!r} is not the name of a build.", hint="use a version or a commit."
            )
        if time is not None and time.tzinfo is None:
            time = time.astimezone()
        rows = _rows(result, name, time or datetime.now(UTC))
        try:
            with _locked(self.path):
                known = read_history(self.path).rows if self.path.exists() else SCHEMA.empty_table()
                whole = pa.concat_tables([known, pa.Table.from_pylist(rows, SCHEMA)])
                with replacing(self.path, force=True) as stream:
                    pq.write_table(whole, stream)
        except OSError as error:
            raise HeapnbError(f"Cannot write {self.path}: {error.strerror}.") from error
        return History(self.path, whole)


def read_history(path: str | os.PathLike[str]) -> History:
    """Read the history of a program's builds, or begin one.

    Parameters
    ----------
    path : str or PathLike
        A Parquet file that `History.append` has written, or one that does not exist yet.

    Returns
    -------
    History
        Without rows if there is no such file.

    Raises
    ------
    HeapnbError
        If the file is not a history, or cannot be read.

    Examples
    --------
    >>> import heapnb as hn
    >>> history = hn.read_history("heap-history.parquet")
    >>> history.append(diagnosis, build="1.4.2").chart()  # doctest: +SKIP
    """
    import pyarrow.parquet as pq

    file = Path(path)
    if not file.exists():
        return History(file, SCHEMA.empty_table())
    try:
        rows = pq.read_table(file, memory_map=False)
    except OSError as error:
        raise HeapnbError(f"Cannot read {file}: {error.strerror or 'not Parquet'}.") from error
    except (pa.ArrowException, ValueError):
        raise HeapnbError(f"{file} is not a history of heapnb.") from None
    metadata = rows.schema.metadata or {}
    if metadata.get(b"format") != _FORMAT or metadata.get(b"version") != _VERSION:
        raise HeapnbError(
            f"{file} is not a history of heapnb.", hint="name another file to begin one."
        )
    try:
        return History(file, rows.select(SCHEMA.names).cast(SCHEMA))
    except (pa.ArrowException, ValueError, KeyError):
        raise HeapnbError(f"{file} is damaged: its columns are not those of a history.") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let no other process add to a file meanwhile; leaves no file of its own."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        if fcntl is not None:
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _rows(
    result: Diagnosis | FixVerification | VersionComparison, build: str, time: datetime
) -> list[dict[str, Any]]:
    """Make the rows of a build."""
    diagnosis = result if isinstance(result, Diagnosis) else result.after
    series = diagnosis.series
    if isinstance(result, Diagnosis):
        axis = Axis.of(series, series)
        at, per = axis.after, axis.per
    else:
        at, per = result.changes.axis.after, result.changes.axis.per
    common = {
        "build": build,
        "time": time,
        "verdict": diagnosis.verdict,
        "fix_verdict": None if isinstance(result, Diagnosis) else result.verdict,
    }

    def rates(values: tuple[int, ...]) -> float | None:
        return GrowthRate.of(values, at, per).value if len(at) > 1 else None

    def leak(suspect: Suspect) -> dict[str, Any]:
        texts = ("fingerprint", "class_name", "kind", "anchor", "location")
        return {
            **common,
            **{name: _text(getattr(suspect, name)) for name in texts},
            "objects_rate": rates(suspect.count_per_snapshot),
            "bytes_rate": rates(suspect.retained_per_snapshot),
            "per": per,
            "total_size": suspect.retained_per_snapshot[-1],
        }

    sizes = tuple(int(snapshot.total_size) for snapshot in series.snapshots)
    whole = {**common, "bytes_rate": rates(sizes), "per": per, "total_size": sizes[-1]}
    return [whole, *(leak(suspect) for suspect in diagnosis.leaks)]


def _text(value: str | None) -> str | None:
    """Cut a text of the heap, and replace what is not UTF-8."""
    if value is None:
        return None
    return value[:_TEXT_LIMIT].encode(errors="replace").decode()


__all__ = ["SCHEMA", "History", "read_history"]
