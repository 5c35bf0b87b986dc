"""What looks like a log."""

from __future__ import annotations

import re
from typing import Final

from heapnb.analysis.evidence import Evidence

_NAMES: Final = re.compile(
    r"(^|_|[a-z])(audits?|breadcrumbs?|events?Log|history|journal|lines|logs?|records|samples|"
    r"spans|timings|traces?|transcript)$",
    re.IGNORECASE,
)


class LogBuffer:
    """Lines, spans or records that wait for somebody to write them out."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """See `heapnb.analysis.detectors.remarks.base.Remark`."""
        name = evidence.anchor.name
        if not kind.startswith("unbounded-") or not _NAMES.search(name):
            return None
        return (
            f"By its name `{name}` is a log: write it out and empty it from time to time, or "
            "keep the last entries only."
        )
