"""A heap profile beside snapshots: what it says of a suspect, and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.places import Place
from heapnb.analysis.diagnosis.sampled_allocations import SampledAllocations
from heapnb.errors import LogFormatError
from tests.conftest import sample_series
from tests.unit.test_heap_profiles import node, profile

CACHE = "/srv/app/lib/searchCache.js"


def sampled(*children: Any) -> SampledAllocations:
    return SampledAllocations.of(profile(*children))


def test_the_function_that_adds_is_told() -> None:
    found = sampled(
        node("remember", 30, node("push", 20), node("copy", 10, url=CACHE), url=CACHE, line=4,
             column=8),
        node("other", 40, url=CACHE),
    )  # fmt: skip
    place = Place("lib/searchCache.js:7:3", "remember", "list.push(…)")
    remark = found.about("Entry", [place], None)
    assert remark is not None
    assert (remark.function, remark.location) == ("remember", "lib/searchCache.js:5:9")
    assert (remark.size, remark.share, remark.is_with_callees) == (60, 0.6, True)


@pytest.mark.parametrize(
    ("class_name", "place", "defined_at"),
    [
        # The same name in another file, another name in the same file, nothing known.
        ("Entry", Place("lib/other.js:7:3", "remember", ""), None),
        ("Entry", Place("lib/searchCache.js:7:3", "forget", ""), "lib/searchCache.js:99:1"),
        ("Entry", Place("lib/searchCache.js:7:3", None, ""), None),
        ("remember", Place("lib/searchCache.js:7:3", None, ""), "lib/other.js:5:9"),
    ],
)
def test_functions_that_a_suspect_does_not_name_are_not_told(
    class_name: str, place: Place, defined_at: str | None
) -> None:
    found = sampled(node("remember", 30, url=CACHE, line=4, column=8))
    assert found.about(class_name, [place], defined_at) is None


def test_a_constructor_is_told_by_its_class_or_its_place() -> None:
    found = sampled(node("Entry", 90, url=CACHE, line=4, column=8), node("f", 10, url="/b.js"))
    for class_name, defined_at in (
        ("Entry", "lib/searchCache.js:3:1"),
        ("x", "lib/searchCache.js:5:9"),
    ):
        remark = found.about(class_name, [], defined_at)
        assert remark is not None
        assert (remark.function, remark.share, remark.is_with_callees) == ("Entry", 0.9, False)


def test_a_handful_of_bytes_says_nothing() -> None:
    found = sampled(node("Entry", 5, url=CACHE), node("f", 995, url="/b.js"))
    assert found.about("Entry", [], "lib/searchCache.js:3:1") is None


def test_the_program_is_told_by_its_own_code() -> None:
    found = sampled(
        node("push", 70), node("f", 20, url="/b.js"), node("g", 10, url="/b.js")
    ).program
    assert (found.function, found.size, found.share, found.sampled_size) == ("f", 20, 0.2, 100)
    assert sampled(node("push", 70)).program.function == "push"
    assert sampled().program.function is None


# -- on a real series --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def diagnosis() -> hn.Diagnosis:
    suspect = hn.diagnose(list(sample_series("module_array_cache"))).suspects[0]
    assert suspect.defined_at is not None
    file, line, column = suspect.defined_at.rsplit(":", 2)
    made = node(
        suspect.class_name, 670, url=f"/srv/{file}", line=int(line) - 1, column=int(column) - 1
    )
    content = {"head": node("(root)", 0, made, node("<b>evil", 330, url="/srv/x.js"))}
    return hn.diagnose(
        list(sample_series("module_array_cache")), heap_profile=json.dumps(content).encode()
    )


def test_the_suspect_says_what_was_sampled(diagnosis: hn.Diagnosis) -> None:
    suspect = diagnosis.suspects[0]
    assert "By the sampled heap profile, 67.0% of the live bytes (670 B)" in suspect.explanation
    assert suspect.to_dict()["sampled_at"]["share"] == 0.67
    assert suspect.to_dict()["sampled_at"]["size"] == 670


def test_the_diagnosis_says_what_the_program_allocated(diagnosis: hn.Diagnosis) -> None:
    assert "Sampled allocations: 67.0% of the live bytes (670 B of 1.0 kB)" in diagnosis.reason
    assert diagnosis.to_dict()["heap_profile"]["sampled_size"] == 1000
    assert "Sampled allocations" in repr(diagnosis)
    assert "Sampled allocations" in diagnosis._repr_html_()
    # A sampled share is no proof: the verdict and the confidence are as without it.
    without = hn.diagnose(list(sample_series("module_array_cache")))
    assert diagnosis.verdict == without.verdict
    assert diagnosis.suspects[0].confidence == without.suspects[0].confidence
    assert "sampled_at" not in without.suspects[0].to_dict()
    assert "heap_profile" not in without.to_dict()


def test_a_file_that_is_no_heap_profile_is_told_first() -> None:
    with pytest.raises(LogFormatError, match="it has no `head`"):
        hn.diagnose(["missing.heapsnapshot"], heap_profile=b"{}")
