"""Collections that are logs by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark

_WORDS: Final = (
    r"(?i:audits?|breadcrumbs?|events?Log|history|journal|lines|logs?|records|samples|spans|timings|"
    r"traces?|transcript)"
)

_NAMES: Final = re.compile(rf"(?:(?:^|[_#]){_WORDS}|[a-z0-9](?=[A-Z]){_WORDS})$")
"""Such a word, whole, at the end of the name: not ``catalogs``, not ``timelines``."""


@dataclass(frozen=True)
class LogRemark(Remark):
    """A collection that is a log by its name.

    Parameters
    ----------
    name : str
        The name.
    """

    name: str


class LogBuffer:
    """Lines, spans or records that are not flushed."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        name = evidence.anchor.name
        if not kind.startswith("unbounded-") or not _NAMES.search(name):
            return None
        return LogRemark(name)
