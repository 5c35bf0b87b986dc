"""Whether a suspect is a leak that was reported in public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

from heapnb.analysis.diagnosis.detectors.base import Cause
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.known_leaks import Known, ReportedLeak
from heapnb.analysis.installed_versions import installed_versions, owner_of
from heapnb.decode.versions import runtime_versions
from heapnb.graph import HeapGraph
from heapnb.graph.locations import is_internal, location_of

_MOST_BELOW: Final = 64
"""Objects below a member that are searched for code of a package."""


@dataclass(frozen=True)
class Finding:
    """What a leak has to match.

    Parameters
    ----------
    evidence : Evidence
        The accumulation and its path.
    subject : Evidence
        The objects that the suspect names.
    cause : Cause
        Why they accumulate.
    """

    evidence: Evidence
    subject: Evidence
    cause: Cause

    @property
    def classes(self) -> tuple[str, ...]:
        """What the objects are called."""
        return self.subject.class_name, self.subject.title

    @property
    def holders(self) -> tuple[str, ...]:
        """What holds them is called."""
        anchor = self.cause.anchor
        return *anchor.names, anchor.text, anchor.held_by

    @property
    def kinds(self) -> tuple[str, ...]:
        """The cause, and those that are about as likely."""
        return self.cause.kind, *(one.kind for one in self.cause.alternatives)

    @cached_property
    def locations(self) -> tuple[str, ...]:
        """Where the code of the path, of the cause, and of the objects and what they hold is."""
        evidence, member = self.evidence, self.subject.named_example
        nodes = [
            *(step.node for step in evidence.steps),
            member,
            *evidence.below(member, most=_MOST_BELOW),
        ]
        found = [location_of(evidence.graph, node) for node in nodes]
        found.append(self.cause.location)
        return tuple(dict.fromkeys(location for location in found if location is not None))

    @cached_property
    def words(self) -> str:
        """All names on the path."""
        path = self.evidence.path
        names = (*path.chain, *self.holders, *self.classes, *self.locations)
        return "\n".join(names)


def known_of(finding: Finding, catalogue: Iterable[ReportedLeak]) -> Known | None:
    """Look a suspect up in the catalogue.

    Parameters
    ----------
    finding : Finding
        The suspect.
    catalogue : iterable of ReportedLeak
        The leaks that are known.

    Returns
    -------
    Known or None
        None also if the program runs a version that does not have the leak. A leak whose version
        is certain goes before one whose version is unknown.
    """
    found: list[Known] = []
    for leak in catalogue:
        if not _is_alike(leak, finding):
            continue
        versions = _versions(leak, finding)
        affected = [version for version in versions if leak.affects(version)]
        if versions and not affected:
            continue
        is_certain = len(versions) == 1
        found.append(Known.of(leak, affected[0] if is_certain else None))
    found.sort(key=lambda known: known.version is None)
    return found[0] if found else None


def _is_alike(leak: ReportedLeak, finding: Finding) -> bool:
    return (
        _matches(finding.classes, leak.classes)
        and _matches(finding.holders, leak.holders)
        and _matches(finding.kinds, leak.kinds)
        and _has_code(leak, finding)
    )


def _has_code(leak: ReportedLeak, finding: Finding) -> bool:
    """Tell whether what leaks takes part."""
    if leak.within:
        # Not in the middle of a name: an `InventoryClient` is not a `Client`.
        words = (rf"(?<![^\W_]){re.escape(word)}" for word in leak.within)
        return any(re.search(word, finding.words) for word in words)
    if leak.is_of_runtime:
        return any(is_internal(location) for location in finding.locations)
    return any(owner_of(location) == leak.package for location in finding.locations)


def _versions(leak: ReportedLeak, finding: Finding) -> tuple[str, ...]:
    graph: HeapGraph = finding.evidence.graph
    if leak.is_of_runtime:
        return runtime_versions(graph, leak.package)
    own = (location for location in finding.locations if owner_of(location) == leak.package)
    return installed_versions(graph, leak.package, own)


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names if name for pattern in patterns)


__all__ = ["Finding", "known_of"]
