"""What `hn.record` returns: the snapshots, and what they show."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis


class Recording(Sequence[Path]):
    """The snapshots of one recorded program, and what they show.

    Parameters
    ----------
    files : sequence of Path
        The snapshots, earliest first.
    work : sequence of float or None, optional
        Units of work that the program had done by each snapshot; None where unknown.
    unit : str, optional
        What a unit of work is called.
    warnings : sequence of str, optional
        What a reader should know about the load.
    diagnosis : Diagnosis, optional
        If it is already known; otherwise it is made when first asked for.

    Examples
    --------
    >>> import heapnb as hn
    >>> recording = hn.record(["npm", "start"], hit="/orders")  # doctest: +SKIP
    >>> recording.diagnosis.verdict, recording.bytes_per_request  # doctest: +SKIP
    ('leak', 1043.2)
    """

    def __init__(
        self,
        files: Sequence[Path],
        work: Sequence[float | None] = (),
        *,
        unit: str = "request",
        warnings: Sequence[str] = (),
        diagnosis: Diagnosis | None = None,
    ) -> None:
        self._files = tuple(files)
        self.work: tuple[float | None, ...] = tuple(work) or (None,) * len(self._files)
        self.unit = unit
        self.warnings: tuple[str, ...] = tuple(warnings)
        if diagnosis is not None:
            self.__dict__["diagnosis"] = diagnosis

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Path, ...]: ...
    def __getitem__(self, index: int | slice) -> Path | tuple[Path, ...]:
        """Return one snapshot, or some of them."""
        return self._files[index]

    def __len__(self) -> int:
        return len(self._files)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Whether the program leaks, what, and what retains it."""
        from heapnb.analysis.diagnosis.diagnose import diagnose

        return diagnose(list(self._files))

    @property
    def units(self) -> float | None:
        """Units of work between the first and the last snapshot; None if unknown."""
        first, last = (self.work[0], self.work[-1]) if self.work else (None, None)
        return None if first is None or last is None or last <= first else last - first

    @property
    def bytes_per_request(self) -> float | None:
        """Bytes that each unit of work leaks: growth of the suspects that no other one includes.

        0.0 if nothing leaks; None if the units of work are unknown.
        """
        if self.units is None:
            return None
        rates = [one.rate for one in self.diagnosis.suspects if one.within is None]
        return float(sum(max(rate.bytes, 0) for rate in rates if rate is not None))

    def report(
        self, path: str | os.PathLike[str], *, force: bool = True, redact: bool = True
    ) -> Path:
        """Write the report; see `heapnb.report`.

        Parameters
        ----------
        path : str or PathLike
            The HTML file.
        force, redact : bool, default True
            See `heapnb.report`.

        Returns
        -------
        Path
            The file.
        """
        from heapnb.reports import report

        return report(self.diagnosis, path, force=force, redact=redact)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``heapnb record --json`` prints.

        Returns
        -------
        dict
            That of the diagnosis; ``bytes_per_request``, ``work``, ``snapshots`` (paths), and
            ``warnings``.
        """
        return {
            **self.diagnosis.to_dict(),
            "bytes_per_request": self.bytes_per_request,
            "work": list(self.work),
            "snapshots": [str(path) for path in self._files],
            "warnings": [*self.warnings, *self.diagnosis.warnings],
        }

    def __repr__(self) -> str:
        from heapnb.views.text import result_text

        return "\n".join([result_text(self.diagnosis), *self._notes])

    def _repr_html_(self) -> str:
        from html import escape

        from heapnb.views.html import result_html

        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes)
        return result_html(self.diagnosis) + notes

    @property
    def _notes(self) -> list[str]:
        return [note for note in (self.summary, *self.warnings) if note]

    @property
    def summary(self) -> str:
        """Bytes per request and units of work, in a sentence; "" where they are unknown."""
        from heapnb.views.fmt import format_bytes, plural

        rate = self.bytes_per_request
        if rate is None or self.units is None:
            return ""
        many = plural(len(self), "snapshot")
        work = f"{self.units:,.0f} {plural_of(self.unit)} between the first and the last of {many}"
        if rate:
            return f"Each {self.unit} leaks {format_bytes(round(rate))} ({work})."
        return f"No growth per {self.unit} ({work})."


def plural_of(unit: str) -> str:
    """Return the plural of a unit of work.

    Examples
    --------
    >>> [plural_of(unit) for unit in ("request", "unit of work")]
    ['requests', 'units of work']
    """
    noun, of, rest = unit.partition(" of ")
    return f"{noun}s{of}{rest}"
