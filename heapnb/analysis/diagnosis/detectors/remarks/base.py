"""What a remark gets, and what it says."""

from __future__ import annotations

from typing import Protocol

from heapnb.analysis.diagnosis.evidence import Evidence


class Remark(Protocol):
    """Knows one thing that is worth saying beside the cause."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """Say it where it is true.

        Parameters
        ----------
        evidence : Evidence
            A pile of objects.
        kind : str
            Its cause, which has been explained.

        Returns
        -------
        str or None
            A sentence or two.
        """
