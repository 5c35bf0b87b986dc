"""Whose leak it is: the program's, that of an npm package, or the runtime's."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.known_leaks import Known
from heapnb.analysis.packages import Kind, package_of
from heapnb.graph.locations import is_internal, location_of

Origin: TypeAlias = Literal["program", "package", "runtime"]

_ORIGINS: Final[dict[Kind, Origin]] = {"own": "program", "npm": "package", "runtime": "runtime"}


def origin_of(evidence: Evidence, known: Known | None) -> Origin:
    """Say whose leak it is.

    Parameters
    ----------
    evidence : Evidence
        What accumulates.
    known : Known or None
        The leak that it is known to be.

    Returns
    -------
    {"program", "package", "runtime"}
        That of the known leak. Else, if functions accumulate, whose they are. Else the program's
        if it defines the objects, or functions in them, or has the variable that leads to them;
        the package's if a package does; the runtime's where only its own code takes part.
    """
    if known is not None:
        return "runtime" if known.is_of_runtime else "package"
    member = evidence.named_example
    own = location_of(evidence.graph, member)
    function = _function_of(evidence, member)
    if evidence.is_closure(member) and (function or own):
        return _ORIGINS[package_of(function or own or "").kind]
    sites = (own, function, evidence.location_of_owner)
    kinds = {package_of(site).kind for site in sites if site is not None}
    for kind in ("own", "npm"):
        if kind in kinds:
            return _ORIGINS[kind]
    steps = (location_of(evidence.graph, step.node) for step in reversed(evidence.steps))
    nearest = next((site for site in steps if site is not None), None)
    return "program" if nearest is None else _ORIGINS[package_of(nearest).kind]


def _function_of(evidence: Evidence, member: int) -> str | None:
    """Return the site of the first function of the program or a package in an object."""
    nodes = (member, *evidence.below(member))
    sites = (location_of(evidence.graph, node) for node in nodes if evidence.is_closure(node))
    return next((site for site in sites if site is not None and not is_internal(site)), None)


__all__ = ["Origin", "origin_of"]
