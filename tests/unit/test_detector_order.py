"""Of several detectors that recognise the same objects, the strongest explains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

from heapnb.analysis.diagnosis import diagnose as diagnosing
from heapnb.analysis.diagnosis.detectors import DETECTORS, NEAR, Cause, cause_of
from heapnb.analysis.diagnosis.detectors.base import HOLDER
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.site import Site
from tests.unit.test_detectors import SIZES, Fill, collection, heap, suspect
from tests.unit.test_site_property import SITES as FILLS


@dataclass(frozen=True)
class Choice:
    """Two causes that detectors find in one heap, and why the first one is right."""

    heap: str
    first: str
    second: str
    why: str

    def __str__(self) -> str:
        return f"{self.first} over {self.second}"


CHOICES: Final = (
    Choice("socket-reconnect-0", "socket-reconnect", "event-listeners", "names what reconnects"),
    Choice("keep-alive-listeners-0", "keep-alive-listeners", "event-listeners", "names the agent"),
    Choice("timers-0", "timers", "linked-list", "Node links timers of the same delay"),
    Choice("pending-promise-0", "pending-promise", "linked-list", "V8 links reactions"),
    Choice("backlog-1", "backlog", "linked-list", "streams up to Node 20 link their chunks"),
    Choice("finalization-registry-0", "finalization-registry", "linked-list", "V8 links the cells"),
    Choice("shared-closure-context-0", "shared-closure-context", "linked-list", "links are scopes"),
    Choice("buffers-0", "buffers", "unbounded-array", "what they are says more than their array"),
    Choice("undeclared-global-0", "undeclared-global", "unbounded-array", "a global"),
    Choice("unbounded-memoize-0", "unbounded-memoize", "unbounded-map", "whose Map it is"),
    Choice("weak-map-0", "weak-map", "unbounded-array", "the entry holds the array"),
)


def found_in(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """Ask all detectors about the first suspect of a heap: the strengths of what they find."""
    found: list[dict[str, list[float]]] = []

    def ask_all(evidence: Evidence) -> Cause:
        answers: dict[str, list[float]] = {}
        for detector in DETECTORS:
            cause = detector.recognise(Site(evidence))
            if cause is not None:
                strength = cause.strength or detector.strength
                assert strength <= detector.strength
                answers.setdefault(cause.kind, []).append(strength)
        found.append(answers)
        return cause_of(evidence)

    monkeypatch.setattr(diagnosing, "cause_of", ask_all)
    diagnose([heap(fill, n) for n in SIZES])
    return found[0]


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_the_better_cause_is_the_stronger_one(
    choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = found_in(FILLS[choice.heap], monkeypatch)
    assert max(found[choice.first]) > max(found[choice.second]), choice.why
    assert suspect(FILLS[choice.heap]).kind == choice.first


@pytest.mark.parametrize("name", FILLS)
def test_no_two_causes_are_equally_strong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    strengths = [max(values) for values in found_in(FILLS[name], monkeypatch).values()]
    assert strengths
    assert len(set(strengths)) == len(strengths)
    assert sum(strength == HOLDER for strength in strengths) <= 1


def test_the_strongest_are_asked_first() -> None:
    strengths = [detector.strength for detector in DETECTORS]
    assert strengths == sorted(strengths, reverse=True)
    assert len({type(detector) for detector in DETECTORS}) == len(DETECTORS)


def test_near_seconds_are_alternatives() -> None:
    found = suspect(collection("scope", "Map"))
    assert found.alternatives == ()
    listeners = suspect(FILLS["socket-reconnect-0"])
    assert [one.kind for one in listeners.alternatives] == ["event-listeners"]
    assert listeners.to_dict()["alternatives"] == [{"kind": "event-listeners", "strength": 0.95}]
    assert all(0 < one.strength <= 1 for one in listeners.alternatives)
    assert 0 < NEAR < 1
