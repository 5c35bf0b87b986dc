"""Fingerprints: the same leak has one name, another leak another."""

from __future__ import annotations

import re

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.fingerprints import FINGERPRINT_LENGTH, fingerprint, normalised_chain
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.conftest import sample_series

CASES = ("listener_per_request", "module_array_cache", "undeclared_global", "hot_reload")


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (["(GC roots)", ".0", "Map"], ("(GC roots)", "[]", "Map")),
        ([".session-8f14e45fceea167a"], (".session-#",)),
        ([".8f14e45f-ceea-467a-9f0b-1c2d3e4f5a6b"], (".#",)),
        ([".cache2", "V2Store"], (".cache#", "V#Store")),
        ([".facade", ".added"], (".facade", ".added")),
        (["Node", ".next", "Node", ".next", "Node", ".value"], ("Node", ".next", "Node", ".value")),
        (["A", "A", "A"], ("A",)),
        ([], ()),
    ],
)
def test_what_differs_between_runs_is_left_out(chain: list[str], expected: tuple[str, ...]) -> None:
    assert normalised_chain(chain) == expected


def test_modules_that_load_modules_count_once() -> None:
    loads = ["Module", ".children", "Array", ".3"]
    shallow = [*loads, "Module", ".exports"]
    assert normalised_chain([*loads * 5, "Module", ".exports"]) == normalised_chain(shallow)


def test_the_class_and_each_name_count() -> None:
    chain = ["(GC roots)", "global", ".cache", "Map", "Entry"]
    names = {
        fingerprint("Entry", chain),
        fingerprint("Other", chain),
        fingerprint("Entry", [*chain[:2], ".queue", *chain[3:]]),
        fingerprint("Entry", [*chain[:3], "Set", *chain[4:]]),
    }
    assert len(names) == 4
    assert all(re.fullmatch(f"[0-9a-f]{{{FINGERPRINT_LENGTH}}}", name) for name in names)


def test_text_moved_from_one_step_to_the_next_is_another_chain() -> None:
    assert fingerprint("A", ["b", "c"]) != fingerprint("A", ["bc", ""])


def test_lone_surrogates_are_welcome() -> None:
    assert fingerprint("A\ud800", [".\udfff"])


def first_fingerprint(diagnosis: Diagnosis) -> str:
    return diagnosis.suspects[0].fingerprint


@pytest.mark.parametrize("case", CASES)
def test_other_snapshots_of_a_program_give_the_same_name(case: str) -> None:
    before, after1, after2 = sample_series(case)
    whole = first_fingerprint(diagnose([before, after1, after2]))
    assert first_fingerprint(diagnose([before, after1])) == whole
    assert first_fingerprint(diagnose([before, after2])) == whole


def test_other_programs_have_other_names() -> None:
    names = {first_fingerprint(diagnose(sample_series(case))) for case in CASES}
    assert len(names) == len(CASES)
