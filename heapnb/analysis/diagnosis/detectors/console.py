"""Objects that were logged: the inspector keeps them for the console."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import REFINED, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.additions import Addition, calls_in_scripts

MOST_MESSAGES: Final = 1_000
"""Messages that V8's inspector keeps. Source: ``maxConsoleMessageCount`` in its sources."""

_LOGGING: Final = re.compile(r"\bconsole\.(?P<call>log|info|debug|dir|table)\s*\(")


@dataclass(frozen=True)
class ConsoleFacts(Facts):
    """Objects that were logged.

    Parameters
    ----------
    most : int
        How many messages the console keeps.
    """

    most: int


class Console:
    """Objects that the page passed to ``console.log`` and the like."""

    kind: ClassVar[str] = "console"
    strength: ClassVar[float] = REFINED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_content or not site.last.label.endswith(vocab.CONSOLE_HANDLE):
            return None
        anchor = replace(
            site.anchor,
            name="console",
            text="the console of DevTools (`console.log`)",
            held_by="console",
            expression="console",
            is_code=False,
        )
        return Cause(
            self.kind,
            ConsoleFacts(Group.of(site), anchor, MOST_MESSAGES),
            addition=_logging(site),
        )


def _logging(site: Site) -> Addition | None:
    """Find the call that logs, if the program has only one."""
    found = calls_in_scripts(site.graph, _LOGGING)
    return replace(found[0], call=f"console.{found[0].call}") if len(found) == 1 else None


__all__ = ["MOST_MESSAGES", "Console", "ConsoleFacts"]
