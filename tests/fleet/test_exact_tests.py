"""The tests of small samples against naive twins and published values."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from heapnb.fleet.exact_tests import fisher_exact, holm, odds_ratio, rank_sum, smallest_p


def naive_fisher(with_1: int, n_1: int, with_0: int, n_0: int) -> float:
    """Deal out the marks in every way."""
    n_with = with_1 + with_0
    counts = [
        sum(place < n_1 for place in chosen)
        for chosen in itertools.combinations(range(n_1 + n_0), n_with)
    ]
    likely = {k: counts.count(k) for k in set(counts)}
    return sum(n for n in likely.values() if n <= likely[with_1]) / len(counts)


@pytest.mark.parametrize("seed", range(30))
def test_fisher(seed: int) -> None:
    chance = random.Random(seed)
    n_1, n_0 = chance.randint(1, 6), chance.randint(1, 6)
    with_1, with_0 = chance.randint(0, n_1), chance.randint(0, n_0)
    found = fisher_exact(with_1, n_1, with_0, n_0)
    assert found == pytest.approx(naive_fisher(with_1, n_1, with_0, n_0))
    n_with = with_1 + with_0
    least = min(
        fisher_exact(k, n_1, n_with - k, n_0)
        for k in range(max(0, n_with - n_0), min(n_with, n_1) + 1)
    )
    assert smallest_p(n_with, n_1, n_0) == pytest.approx(least)


def test_fisher_of_the_lady_who_tastes_tea() -> None:
    # Fisher, The Design of Experiments (1935): 3 of 4 right, and all right.
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher_exact(4, 4, 0, 4) == pytest.approx(2 / 70)


def test_large_groups_are_exact() -> None:
    assert 0 < fisher_exact(400, 500, 0, 500) < 1e-150


def naive_rank_sum(first: list[float], second: list[float]) -> float:
    values = [*first, *second]
    ranks = [sum(v < x for v in values) + (sum(v == x for v in values) + 1) / 2 for x in values]
    expected = len(first) * (len(values) + 1) / 2
    distance = abs(sum(ranks[: len(first)]) - expected)
    sums = [sum(chosen) for chosen in itertools.combinations(ranks, len(first))]
    return sum(abs(one - expected) >= distance - 1e-9 for one in sums) / len(sums)


@pytest.mark.parametrize("seed", range(20))
def test_rank_sums(seed: int) -> None:
    chance = random.Random(seed)
    first = [float(chance.randint(0, 6)) for _ in range(chance.randint(1, 6))]
    second = [float(chance.randint(0, 6)) for _ in range(chance.randint(1, 6))]
    assert rank_sum(first, second) == pytest.approx(naive_rank_sum(first, second))


def test_many_values_are_nearly_normal() -> None:
    chance = random.Random(1)
    first = [chance.gauss(0.3, 1) for _ in range(100)]
    second = [chance.gauss(0, 1) for _ in range(100)]
    exact = rank_sum(first, second)
    nearly = rank_sum([*first, *first[:1]], second)
    assert math.isclose(exact, nearly, rel_tol=0.2)
    assert rank_sum([], [1.0]) == 1
    assert rank_sum([2.0] * 150, [2.0] * 150) == 1


def test_holm() -> None:
    assert holm([]) == []
    assert holm([0.5]) == [0.5]
    assert holm([0.01, 0.02, 0.03, 0.9]) == pytest.approx([0.04, 0.06, 0.06, 0.9])


def test_the_odds_ratio_of_nothing_is_finite() -> None:
    ratio, low, high = odds_ratio(3, 3, 0, 3)
    assert low < 1 < ratio < high < math.inf
