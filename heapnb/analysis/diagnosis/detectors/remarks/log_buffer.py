"""Collections that are logs by their names."""

from __future__ import annotations

import re
from typing import Final

from heapnb.analysis.diagnosis.evidence import Evidence

_WORDS: Final = (
    r"(?i:audits?|breadcrumbs?|events?Log|history|journal|lines|logs?|records|samples|spans|timings|"
    r"traces?|transcript)"
)

_NAMES: Final = re.compile(rf"(?:(?:^|[_#]){_WORDS}|[a-z0-9](?=[A-Z]){_WORDS})$")
"""Such a word, whole, at the end of the name: not ``catalogs``, not ``timelines``."""


class LogBuffer:
    """Lines, spans or records that are not flushed."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        name = evidence.anchor.name
        if not kind.startswith("unbounded-") or not _NAMES.search(name):
            return None
        return f"By its name, `{name}` is a log: flush it regularly, or keep only the last entries."
