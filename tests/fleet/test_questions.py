"""What is shared, and what separates two groups; in rows whose answers are obvious."""

from __future__ import annotations

from typing import Any

import pytest

from heapnb.errors import HeapnbError
from heapnb.fleet.leak_groups import grouped, where_of
from heapnb.fleet.questions import (
    Separation,
    by_value,
    label_of,
    separation,
    shared_leaks,
)
from heapnb.views.wording.fleet import separation_notes, separation_sentences
from tests.fleet.rows import case, suspect


def killed_or_not(cases: list[dict[str, Any]], suspects: list[dict[str, Any]]) -> Separation:
    is_first = by_value(cases, "outcome", "killed", None)
    return separation(cases, suspects, "outcome", is_first, ("killed", "healthy"))


def test_a_leak_of_all_killed_pods_separates() -> None:
    cases = [case(f"k{i}", "killed") for i in range(6)] + [case(f"h{i}", "ok") for i in range(6)]
    both = [suspect(one["case"], "B") for one in cases]
    found = killed_or_not(cases, [suspect(f"k{i}", "A") for i in range(6)] + both)
    assert [row["answer"] for row in found.rows] == ["separates", "no difference"]
    (row,) = found.separating
    assert (row["class_name"], row["first_count"], row["second_count"]) == ("ClassA", 6, 0)
    assert row["p_value"] == pytest.approx(2 / 924)
    assert row["adjusted_p"] == pytest.approx(4 / 924)
    text = separation_sentences(found)[0]
    assert "6 of 6 pods of killed, 0 of 6 of healthy" in text
    assert "p = 0.0022; adjusted for 2 leaks: p = 0.0043" in text
    assert "not a cause" in separation_notes(found)[0]


def test_few_pods_cannot_tell() -> None:
    cases = [case("k1", "killed"), case("k2", "killed"), case("h1", "ok"), case("h2", "ok")]
    found = killed_or_not(cases, [suspect("k1", "A"), suspect("k2", "A")])
    assert not found.can_tell
    assert found.rows[0]["answer"] == "too few"
    assert found.smallest_p == pytest.approx(1 / 3)
    assert "too few to show a difference" in separation_sentences(found)[0]


def test_many_leaks_make_one_difference_a_hint() -> None:
    cases = [case(f"k{i}", "killed") for i in range(4)] + [case(f"h{i}", "ok") for i in range(4)]
    suspects = [suspect(f"k{i}", "A") for i in range(4)]
    for name in "BCDEF":
        suspects += [suspect("k0", name), suspect("h0", name)]
    found = killed_or_not(cases, suspects)
    assert found.rows[0]["answer"] == "hint"
    assert "a hint only" in separation_sentences(found)[0]
    assert not found.separating


def test_processes_of_a_pod_count_once() -> None:
    cases = [case(f"k{i}", "killed", pod=f"pod{i // 10}") for i in range(20)]
    cases += [case(f"h{i}", "ok", pod=f"other{i // 10}") for i in range(20)]
    suspects = [suspect(f"k{i}", "A", pod=f"pod{i // 10}") for i in range(20)]
    found = killed_or_not(cases, suspects)
    assert (len(found.first), found.first.case_count) == (2, 20)
    assert found.rows[0]["answer"] == "too few"


def test_pods_of_both_groups_and_of_none_are_left_out() -> None:
    cases = [case("a", "killed"), case("b", "ok"), case("c", None)]
    cases += [case("m1", "killed", pod="m"), case("m2", "ok", pod="m")]
    found = killed_or_not(cases, [])
    assert found.mixed_pods == ("m",)
    assert found.unknown_count == 1
    assert (found.first.pods, found.second.pods) == (("a",), ("b",))


def test_the_same_leak_at_another_rate() -> None:
    cases = [case(f"k{i}", "killed") for i in range(5)] + [case(f"h{i}", "ok") for i in range(5)]
    suspects = [suspect(f"k{i}", "A", bytes_per_hour=9000.0 + i) for i in range(5)]
    suspects += [suspect(f"h{i}", "A", bytes_per_hour=10.0 + i) for i in range(5)]
    found = killed_or_not(cases, suspects)
    assert found.rows[0]["answer"] == "no difference"
    assert found.rows[0]["rate_p"] == pytest.approx(2 / 252)
    assert "9.0 kB per hour in killed, 12 B in healthy" in " ".join(separation_sentences(found))


def test_a_group_without_pods_is_an_error() -> None:
    cases = [case("a", "killed")]
    with pytest.raises(HeapnbError, match=r"'healthy'.*killed \(1\)"):
        killed_or_not(cases, [])
    with pytest.raises(HeapnbError, match="did you mean `zone`"):
        by_value([case("a", labels={"zone": "b"})], "zoen", "b", None)


def test_workers_and_pods_that_leak_the_same_thing() -> None:
    cases = [case("a"), case("a3", pod="a", worker="3"), case("b", verdict="no-leak"), case("c")]
    suspects = [
        suspect("a3", "main", pod="a", worker="3", anchor="x", class_name="C"),
        # The path from the root of a worker differs; class and holder are the same.
        suspect("c", "worker", anchor="x", class_name="C", bytes_per_hour=1500.0),
        suspect("c", "other"),
        suspect("b", "unsure", is_leak=False),
    ]
    leaks = shared_leaks(cases, suspects)
    assert [row["where"] for row in leaks.rows] == ["a worker 3, c", "c"]
    first = leaks.rows[0]
    assert (first["case_count"], first["pod_count"], first["timed_count"]) == (2, 2, 2)
    assert (first["bytes_per_hour"], first["lowest_per_hour"]) == (1000.0, 500.0)
    assert leaks.table["class_name"].tolist() == ["C", "Classother"]


def test_suspects_count_where_there_is_no_verdict() -> None:
    cases = [case("a", verdict="undecided"), case("b", verdict="no-leak")]
    suspects = [suspect(name, "A", is_leak=False) for name in "ab"]
    assert shared_leaks(cases, suspects).rows[0]["where"] == "a"


def test_groups_that_meet_late_become_one() -> None:
    rows = [
        suspect("a", "1", anchor="x", class_name="C"),
        suspect("b", "2", anchor="y", class_name="C"),
        suspect("c", "1", anchor="y", class_name="C"),
        suspect("d", "3", anchor=""),
        suspect("e", "4", anchor="", class_name="Class3"),
    ]
    assert [[row["case"] for row in group] for group in grouped(rows)] == [
        ["a", "c", "b"],
        ["d"],
        ["e"],
    ]


def test_names_of_places_and_labels() -> None:
    assert where_of(case("a", worker=None)) == "a"
    assert where_of(case("a", pod=None, host="n1", worker="mailer")) == "n1 worker mailer"
    assert where_of(case("x-1", pod=None)) == "x-1"
    row = case("a", pid=7, labels={"zone": "b"})
    assert [label_of(row, name) for name in ("pid", "zone", "none")] == ["7", "b", None]
