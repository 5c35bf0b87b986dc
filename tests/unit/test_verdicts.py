"""A verdict says the same as the explanation of its first suspect, whatever the cause."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import pytest

from heapnb.analysis.diagnosis.detectors import DETECTORS
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.doubts import Doubt, Objection
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.diagnosis.verdicts import Basis, Ground
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from heapnb.views.wording import reason_of
from tests.unit import test_detectors, test_node_detectors, test_shape_detectors
from tests.unit.test_detectors import FIRST_ID, SIZES, Fill
from tests.unit.test_detectors import heap as program
from tests.unit.test_diagnosis import FIRST_ITEM_ID, diagnosis_of, heap
from tests.unit.test_node_detectors import agent, chain, elements, reads, writes

RELEASED = "none of the earlier ones was released"
QUEUED = "added faster than they are processed"
WAITS = re.compile(r"\bbacklog\b|\bwait")


def web_queue(controller: str) -> Fill:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        end = chain(
            builder,
            "scope",
            ("controller", controller, "controller"),
            ("state", "Object", "<symbol kState>"),
            ("queue", "Array", "queue"),
        )
        elements(builder, end, n)

    return fill


def array_queue() -> Diagnosis:
    return diagnosis_of(range(40), range(6, 140), range(12, 300))


def list_queue() -> Diagnosis:
    """Remove the oldest members of a linked list, and add more."""

    def linked(members: Sequence[int]) -> HeapGraph:
        def fill(builder: SnapshotBuilder) -> None:
            before = "scope"
            for number in members:
                key = f"link{number}"
                builder.node(key, name="Link", node_id=FIRST_ITEM_ID + 2 * number)
                kind = "context" if before == "scope" else "property"
                builder.edge(before, key, "next", type=kind)
                before = key

        return heap(fill)

    return diagnose([linked(m) for m in (range(40), range(4, 140), range(8, 300))])


def of_fill(fill: Fill) -> Callable[[], Diagnosis]:
    return lambda: diagnose([program(fill, n) for n in SIZES])


QUEUES: dict[str, Callable[[], Diagnosis]] = {
    "array": array_queue,
    "linked list": list_queue,
    "write buffer": of_fill(writes),
    "read buffer": of_fill(reads),
    "readable web stream": of_fill(web_queue("ReadableStreamDefaultController")),
    "byte stream": of_fill(web_queue("ReadableByteStreamController")),
    "writable web stream": of_fill(web_queue("WritableStreamDefaultController")),
    "requests of an agent": of_fill(agent),
}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_called_one_by_verdict_and_explanation(name: str) -> None:
    diagnosis = QUEUES[name]()
    suspect = diagnosis.suspects[0]
    assert suspect.members == "queued"
    assert diagnosis.verdict == "leak", diagnosis.reason
    assert QUEUED in diagnosis.reason
    assert RELEASED not in diagnosis.reason
    assert WAITS.search(suspect.explanation)


@pytest.mark.parametrize(
    "fill",
    [
        case[0]
        for module in (test_detectors, test_node_detectors, test_shape_detectors)
        for cases in module.CASES.values()
        for case in cases
    ],
)
def test_no_explanation_contradicts_the_verdict(fill: Fill) -> None:
    diagnosis = diagnose([program(fill, n) for n in SIZES])
    suspect = diagnosis.suspects[0]
    assert (QUEUED in diagnosis.reason) == (suspect.members == "queued")
    if "backlog" in suspect.explanation:
        assert suspect.members == "queued"


def test_what_is_partly_released_is_not_said_to_stay() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("box", name="Map", node_id=901).node("store", type="array", node_id=903)
        builder.edge("scope", "box", "box", type="context")
        builder.edge("box", "store", "table", type="internal")
        for number in range(n // 40, n):
            key = f"item{number}"
            builder.node(key, name="Item", node_id=FIRST_ID + 2 * number)
            builder.edge("store", key, str(number), type="internal")

    diagnosis = diagnose([program(fill, n) for n in (50, 150, 400)])
    assert diagnosis.verdict == "leak"
    survival = diagnosis.suspects[0].survival
    assert survival is not None
    assert 0.1 < survival < 0.9
    assert RELEASED not in diagnosis.reason
    assert f"{math.floor(100 * survival)}%" in diagnosis.reason


def test_intervals_without_growth_are_counted() -> None:
    diagnosis = diagnosis_of(range(10), range(40), range(70), [*range(69), 75], range(110))
    assert diagnosis.verdict == "leak"
    assert diagnosis.basis is not None
    assert (diagnosis.basis.n_grown, diagnosis.basis.n_intervals) == (3, 4)
    assert "grew in 3 of 4 intervals" in diagnosis.reason


def test_every_ground_has_a_sentence() -> None:
    suspects = diagnosis_of(range(10), range(40), range(100)).suspects
    doubts = [Doubt(objection, 0.5, n_places=64, limit="max") for objection in Objection]
    reasons = [reason_of(Basis(Ground.DOUBT, 2, 2, doubt=doubt), suspects) for doubt in doubts]
    reasons += [
        reason_of(Basis(ground, 2, 2, 1), suspects) for ground in Ground if ground != Ground.DOUBT
    ]
    assert len(set(reasons)) == len(reasons)
    assert all(reason.endswith(".") and "  " not in reason for reason in reasons)
    for ground in (Ground.SINGLE_SNAPSHOT, Ground.SEVERAL_PROCESSES, Ground.NO_GROWTH):
        assert reason_of(Basis(ground), ()).endswith(".")


def test_kinds_are_compared_nowhere() -> None:
    """What a suspect is, `members` says: a kind is a name for people and programs outside."""
    from tests.conftest import PACKAGE

    kinds = "|".join(re.escape(detector.kind) for detector in DETECTORS)
    compared = re.compile(
        rf"\.kind\s*(==|!=|in\b|not in\b)\s*[^=]*[\"'(]({kinds})\b|[A-Z]\w+\.kind\b\s*[)=:]"
    )
    found = [
        f"{path.relative_to(PACKAGE.parent)}:{number}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if "detectors" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if compared.search(line)
    ]
    assert found == []
