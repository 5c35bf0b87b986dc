"""Logs of native allocations: mtrace of glibc, massif of Valgrind, and heaptrack.

They name what a heap snapshot cannot show: the functions of the program, its libraries and its
native add-ons that allocate memory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from heapnb._showing import Shown
from heapnb.errors import LogFormatError
from heapnb.format.limits import bounded
from heapnb.timeline.log_lines import lines, opened, read_all
from heapnb.timeline.native_heaptrack import is_heaptrack, parse_heaptrack
from heapnb.timeline.native_massif import is_massif, is_ms_print, parse_massif, parse_ms_print
from heapnb.timeline.native_mtrace import is_mtrace, parse_mtrace
from heapnb.timeline.native_sites import DamagedLogError, NativeSite, NativeTotals

if TYPE_CHECKING:
    import pandas as pd

HEAD: Final = 4096
"""Bytes that tell what a file is."""

MTRACE: Final = "mtrace"
MASSIF: Final = "massif"
MS_PRINT: Final = "ms_print"
HEAPTRACK: Final = "heaptrack"

RECORDING: Final = "recording of heaptrack"

_RECORDING_HEAD: Final = re.compile(rb"v [0-9a-f]+ \d+\nX ")
_PARSERS: Final = {MASSIF: parse_massif, MS_PRINT: parse_ms_print, HEAPTRACK: parse_heaptrack}


@dataclass(frozen=True, repr=False)
class NativeLog(Shown):
    """A log of native allocations.

    Parameters
    ----------
    name : str
        The file's name.
    kind : {"mtrace", "massif", "ms_print", "heaptrack"}
        The tool that wrote it.
    sites : tuple of NativeSite
        Places that allocate, the one with the most memory left first.
    totals : NativeTotals
        Sums over the whole run.
    warnings : tuple of str
        What a reader should know.

    Examples
    --------
    >>> import heapnb as hn
    >>> log = hn.read_native_log("massif.out.4711")  # doctest: +SKIP
    >>> log.table.head(3)  # doctest: +SKIP
    """

    name: str
    kind: str
    sites: tuple[NativeSite, ...]
    totals: NativeTotals
    warnings: tuple[str, ...] = ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a place: ``site``, ``callers``, ``allocation_count`` and bytes.

        ``unfreed_size`` are bytes that were left at the end of the log, ``peak_size`` those at the
        program's peak; ``<NA>`` if the tool does not tell.
        """
        import pandas as pd

        columns = {
            "site": "str",
            "callers": "str",
            "allocation_count": "Int64",
            "unfreed_size": "Int64",
            "peak_size": "Int64",
        }
        rows = [
            (one.site, " ← ".join(one.callers) or None, one.count, one.unfreed, one.peak)
            for one in self.sites
        ]
        return pd.DataFrame(rows, columns=list(columns)).astype(columns)

    def to_dict(self) -> dict[str, object]:
        """Return the log as plain data: ``name``, ``kind``, ``totals``, ``sites``, ``warnings``."""
        return {
            "name": self.name,
            "kind": self.kind,
            "totals": {
                "allocation_count": self.totals.count,
                "unfreed_size": self.totals.unfreed,
                "peak_size": self.totals.peak,
            },
            "sites": [
                {
                    "site": one.site,
                    "callers": list(one.callers),
                    "allocation_count": one.count,
                    "unfreed_size": one.unfreed,
                    "peak_size": one.peak,
                }
                for one in self.sites
            ],
            "warnings": list(self.warnings),
        }


@bounded
def read_native_log(
    path: str | os.PathLike[str],
    *,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> NativeLog:
    """Read a log of native allocations.

    Parameters
    ----------
    path : str or PathLike
        What ``mtrace()`` of glibc wrote (``MALLOC_TRACE``), ``massif.out.PID`` of Valgrind, or the
        text that ``ms_print`` or ``heaptrack_print`` prints; also compressed.
    max_size : int, optional
        The most bytes that are read, unpacked; see `heapnb.load`.

    Returns
    -------
    NativeLog

    Raises
    ------
    LogFormatError
        If it is none of these.
    HeapnbError
        If it cannot be read.

    Notes
    -----
    heapnb does not resolve the addresses of mtrace: ``addr2line -f -e PROGRAM ADDRESS`` does.
    """
    kind = kind_of_native_log(head_of(path))
    if kind is None:
        raise LogFormatError(
            Path(path).name,
            "it is not a log of mtrace, massif, ms_print or heaptrack_print",
            "massif writes massif.out.PID; mtrace writes the file of MALLOC_TRACE.",
        )
    if kind == RECORDING:
        raise LogFormatError(
            Path(path).name,
            "it is a recording of heaptrack",
            f"print it: heaptrack_print --print-leaks=1 {Path(path).name} > heaptrack.txt",
        )
    name = Path(path).name
    try:
        if kind == MTRACE:
            with opened(path) as log:
                sites, totals, warnings = parse_mtrace(lines(log))
        else:
            _, content = read_all(path)
            sites, totals, warnings = _PARSERS[kind](content.decode("utf-8", "replace"))
    except DamagedLogError as error:
        raise LogFormatError(name, error.message, error.hint) from None
    return NativeLog(name, kind, tuple(_by_size(sites)), totals, tuple(warnings))


def head_of(path: str | os.PathLike[str]) -> bytes:
    """Return the beginning of a file, uncompressed."""
    head = bytearray(HEAD)
    with opened(path) as log:
        return bytes(head[: log.read_into(memoryview(head))])


def kind_of_native_log(head: bytes) -> str | None:
    """Tell which tool wrote a file by its beginning; None if none of those did."""
    if is_mtrace(head):
        return MTRACE
    if _RECORDING_HEAD.match(head):
        return RECORDING
    text = head.decode("utf-8", "replace")
    if is_massif(text):
        return MASSIF
    if is_ms_print(text):
        return MS_PRINT
    return HEAPTRACK if is_heaptrack(text) else None


def _by_size(sites: Sequence[NativeSite]) -> Iterator[NativeSite]:
    yield from sorted(sites, key=lambda one: (-(one.unfreed or 0), -(one.peak or 0), one.site))


__all__ = ["NativeLog", "NativeSite", "head_of", "kind_of_native_log", "read_native_log"]
