"""What a log says, as facts: `heapnb.views.timeline_words` writes the sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Level = Literal["info", "warning", "critical"]

LEVELS: Final[tuple[Level, ...]] = ("critical", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One fact about a log.

    Parameters
    ----------
    kind : str
        Which fact, such as ``"gc-share"``; `heapnb.views.timeline_words` lists them.
    level : {"info", "warning", "critical"}
        How much it matters.
    values : mapping
        The numbers: bytes, milliseconds, shares from 0 to 1, and rates per hour, by their names.
    subject : str
        Which process or isolate, if the log has several.
    """

    kind: str
    level: Level
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    subject: str = ""


def by_importance(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort findings: what matters most comes first."""
    return tuple(sorted(findings, key=lambda finding: LEVELS.index(finding.level)))


__all__ = ["Finding", "Level", "by_importance"]
