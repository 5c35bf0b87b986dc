"""What looks like a log."""

from __future__ import annotations

import re
from typing import Final

from heapnb.analysis.diagnosis.evidence import Evidence

_WORDS: Final = (
    r"(?i:audits?|breadcrumbs?|events?Log|history|journal|lines|logs?|records|samples|spans|timings|"
    r"traces?|transcript)"
)

_NAMES: Final = re.compile(rf"(?:(?:^|[_#]){_WORDS}|[a-z0-9](?=[A-Z]){_WORDS})$")
"""Such a word at the end, as a word: catalogs and timelines are no logs."""


class LogBuffer:
    """Lines, spans or records that wait for somebody to write them out."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.base.Remark`."""
        name = evidence.anchor.name
        if not kind.startswith("unbounded-") or not _NAMES.search(name):
            return None
        return (
            f"By its name `{name}` is a log: write it out and empty it from time to time, or "
            "keep the last entries only."
        )
