"""Detectors of plug-ins, which cannot stop a diagnosis."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from heapnb import _plugins
from heapnb._plugins import Plugin, PluginError
from heapnb.analysis.diagnosis.detectors.base import Cause, Detector
from heapnb.analysis.diagnosis.facts import Facts
from heapnb.analysis.diagnosis.site import Site

_KIND: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class PluggedFacts(Facts):
    """What the detector of a plug-in found.

    Parameters
    ----------
    kind : str
        The cause; the plug-in's words for it have the same name.
    source : str
        The package with its version.
    found : Facts
        The plug-in's own facts.
    """

    kind: str
    source: str
    found: Facts


class GuardedDetector:
    """The detector of a plug-in: an error leaves it out instead of ending the diagnosis.

    Parameters
    ----------
    plugin : Plugin
        Where it is from.
    detector : Detector
        What recognises.
    """

    def __init__(self, plugin: Plugin, detector: Detector) -> None:
        self._plugin = plugin
        self._detector = detector
        self.kind = detector.kind
        self.strength = float(detector.strength)

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if self._plugin.problem is not None:
            return None
        with self._plugin.guarded():
            cause = self._detector.recognise(site)
            return None if cause is None else self._checked(cause)
        return None

    def _checked(self, cause: Any) -> Cause:
        if not isinstance(cause, Cause) or not isinstance(cause.facts, Facts):
            raise PluginError("its `recognise` must return a Cause with Facts, or None.")
        if not 0 <= cause.strength <= 1:
            raise PluginError(f"the strength of a cause is 0 to 1 (got {cause.strength:g}).")
        facts = cause.facts
        return replace(
            cause,
            kind=self.kind,
            facts=PluggedFacts(facts.group, facts.anchor, self.kind, self._plugin.source, facts),
        )


def plugged_detectors(taken: Container[str]) -> tuple[GuardedDetector, ...]:
    """Return the detectors of plug-ins.

    Parameters
    ----------
    taken : container of str
        Kinds of heapnb's own detectors.

    Returns
    -------
    tuple of GuardedDetector
    """
    detectors = _plugins.loaded(_plugins.DETECTORS, partial(_detector, taken))
    return tuple(one.value for one in detectors)


def _detector(taken: Container[str], plugin: Plugin, value: Any) -> GuardedDetector:
    detector = value() if isinstance(value, type) else value
    _plugins.check_interface(detector)
    kind, strength = getattr(detector, "kind", None), getattr(detector, "strength", None)
    if kind != plugin.name or not _KIND.fullmatch(str(kind)):
        raise PluginError(
            f"its `kind` must be the name of the entry point in kebab case (got {kind!r})."
        )
    if kind in taken:
        raise PluginError(f"heapnb has a detector of the kind `{kind}`.")
    if not isinstance(strength, int | float) or not 0 < strength <= 1:
        raise PluginError(f"its `strength` must be above 0 and at most 1 (got {strength!r}).")
    return GuardedDetector(plugin, detector)


__all__ = ["GuardedDetector", "PluggedFacts", "plugged_detectors"]
