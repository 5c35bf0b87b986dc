"""Questions to the tables of a fleet: what is shared, what separates two groups, what grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from heapnb._showing import Shown
from heapnb.errors import HeapnbError, suggestion
from heapnb.fleet.exact_tests import fisher_exact, holm, odds_ratio, rank_sum, smallest_p
from heapnb.fleet.leak_groups import (
    Row,
    fingerprint_of,
    grouped,
    leaking,
    median,
    place_of,
    table_of_rows,
    where_of,
)

if TYPE_CHECKING:
    import pandas as pd

ALPHA: Final = 0.05
"""What counts as unlikely to be chance, over all fingerprints of a question together."""

Answer: TypeAlias = Literal["separates", "hint", "too few", "no difference"]

_MOST_PLACES: Final = 200

# -- shared leaks -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class SharedLeaks(Shown):
    """The leaks of a fleet, each once; see `heapnb.Fleet.shared`.

    Parameters
    ----------
    rows : tuple of mapping
        One for each leak: what is in `table`.
    case_count : int
        Cases with snapshots that were read.
    """

    rows: tuple[Row, ...] = field(repr=False)
    case_count: int

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("fingerprint", "class_name", "kind", "anchor", "location", "case_count", "pod_count"),
        *("builds", "where", "count_delta", "retained_delta", "objects_per_hour"),
        *("bytes_per_hour", "lowest_per_hour", "highest_per_hour", "timed_count", "confidence"),
        *("origin", "known_issue"),
    )

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each leak, the one in most pods first.

        ``fingerprint``: the most frequent one of the leak's; ``class_name``, ``kind``,
        ``anchor``, ``location``; ``case_count``, ``pod_count``: how many have it; ``builds``,
        ``where``: which, with commas;
        ``count_delta``, ``retained_delta``: growth in all of them; ``objects_per_hour``,
        ``bytes_per_hour``: medians over the cases with times, of which there are ``timed_count``,
        from ``lowest_per_hour`` to ``highest_per_hour`` bytes; ``confidence``: the highest;
        ``origin``, ``known_issue``.
        """
        return table_of_rows(self.rows, self.COLUMNS)


def shared_leaks(cases: Sequence[Row], suspects: Sequence[Row]) -> SharedLeaks:
    """Find which cases leak the same thing.

    Parameters
    ----------
    cases, suspects : sequence of mapping
        Rows of these tables.

    Returns
    -------
    SharedLeaks
    """
    by_name = {row["case"]: row for row in cases}
    found = [_shared(rows) for rows in grouped(leaking(suspects, by_name))]
    found.sort(key=lambda row: (-row["pod_count"], -row["case_count"], -row["retained_delta"]))
    return SharedLeaks(tuple(found), sum(row["verdict"] is not None for row in cases))


def _shared(rows: Sequence[Row]) -> dict[str, Any]:
    best = max(rows, key=lambda row: (row["confidence"], row["retained_delta"]))
    rates = [row["bytes_per_hour"] for row in rows if row["bytes_per_hour"] is not None]
    same = ("class_name", "kind", "anchor", "location", "origin", "known_issue")
    return {
        "fingerprint": fingerprint_of(rows),
        **{column: best[column] for column in same},
        "case_count": len({row["case"] for row in rows}),
        "pod_count": len({place_of(row) for row in rows}),
        "builds": _joined(row["build"] for row in rows),
        "where": _joined(map(where_of, rows)),
        "count_delta": sum(row["count_delta"] for row in rows),
        "retained_delta": sum(row["retained_delta"] for row in rows),
        "objects_per_hour": median(row["objects_per_hour"] for row in rows),
        "bytes_per_hour": median(rates),
        "lowest_per_hour": min(rates, default=None),
        "highest_per_hour": max(rates, default=None),
        "timed_count": len(rates),
        "confidence": best["confidence"],
        "explanation": best["explanation"],
        "fix": best["fix"],
        "chain": best["chain"],
    }


def _joined(names: Iterable[str | None]) -> str:
    return ", ".join(sorted({name for name in names if name})[:_MOST_PLACES])


# -- two groups ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """One of two groups that are compared.

    Parameters
    ----------
    name : str
        What its members have in common, such as ``"killed"``.
    pods : tuple of str
        Its members; what counts as one is a pod, or a host, or a case where neither is known.
    case_count : int
        Their cases.
    heap_rate : float or None
        Median growth of their heaps, in bytes for each hour.
    """

    name: str
    pods: tuple[str, ...]
    case_count: int
    heap_rate: float | None = None

    def __len__(self) -> int:
        return len(self.pods)


@dataclass(frozen=True, repr=False, eq=False)
class Separation(Shown):
    """What one group of pods has and another one has not.

    See `heapnb.Fleet.separating` and `heapnb.Fleet.compare`.

    Parameters
    ----------
    label : str
        The column that tells the groups apart.
    first, second : Group
        The groups: killed and healthy, canary and control.
    rows : tuple of mapping
        One for each fingerprint: what is in `table`.
    mixed_pods : tuple of str
        Pods with cases of both groups, which are left out.
    unknown_count : int
        Pods of neither group.
    smallest_p : float
        The smallest p-value that groups of these sizes can give for one fingerprint.
    heap_p : float
        Whether the heaps grow differently fast; p-value of `heapnb.fleet.exact_tests.rank_sum`.
    """

    label: str
    first: Group
    second: Group
    rows: tuple[Row, ...] = field(repr=False)
    mixed_pods: tuple[str, ...] = ()
    unknown_count: int = 0
    smallest_p: float = 1.0
    heap_p: float = 1.0

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("fingerprint", "class_name", "kind", "anchor", "location", "answer"),
        *("first_count", "first_share", "second_count", "second_share"),
        *("p_value", "adjusted_p", "odds_ratio", "odds_low", "odds_high"),
        *("first_rate", "second_rate", "rate_p", "adjusted_rate_p"),
    )

    @property
    def can_tell(self) -> bool:
        """Whether groups of these sizes can show a difference at all."""
        return self.smallest_p <= ALPHA

    @property
    def separating(self) -> tuple[Row, ...]:
        """The rows of the fingerprints that separate the groups."""
        return tuple(row for row in self.rows if row["answer"] == "separates")

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each fingerprint, the clearest difference first.

        ``fingerprint``, ``class_name``, ``kind``, ``anchor``, ``location``; ``answer``:
        "separates" if ``adjusted_p`` is at most 0.05, "hint" if only ``p_value`` is, "too few" if
        so few pods could not show it, else "no difference"; ``first_count`` and ``second_count``:
        pods that have it, ``first_share`` and ``second_share`` of all of the group; ``p_value``:
        Fisher's exact test on two sides; ``adjusted_p``: by Holm's method for all rows together;
        ``odds_ratio`` with its 95% interval ``odds_low`` to ``odds_high``; ``first_rate``,
        ``second_rate``: median bytes per hour of the pods that have it; ``rate_p``: of a rank sum
        test of all pods with times, in which pods without the leak grow by 0, with
        ``adjusted_rate_p`` for all rows together.
        """
        return table_of_rows(self.rows, self.COLUMNS)


def separation(
    cases: Sequence[Row],
    suspects: Sequence[Row],
    label: str,
    is_first: Callable[[Row], bool | None],
    names: tuple[str, str],
) -> Separation:
    """Compare two groups of pods, fingerprint by fingerprint.

    Parameters
    ----------
    cases, suspects : sequence of mapping
        Rows of these tables.
    label : str
        The column that tells the groups apart.
    is_first : callable
        Of a case's row: True and False for the groups, None for neither.
    names : (str, str)
        What the groups are called.

    Returns
    -------
    Separation

    Raises
    ------
    HeapnbError
        If a group is empty.
    """
    read = [row for row in cases if row["verdict"] is not None]
    sides: defaultdict[str, set[bool]] = defaultdict(set)
    n_cases: Counter[bool] = Counter()
    for row in read:
        side = is_first(row)
        # Pods of neither group count, too.
        of_pod = sides[place_of(row)]
        if side is not None:
            of_pod.add(side)
            n_cases[side] += 1
    pods = {
        side: tuple(sorted(pod for pod, found in sides.items() if found == {side}))
        for side in (True, False)
    }
    for side, name in zip((True, False), names, strict=True):
        if not pods[side]:
            raise HeapnbError(
                f"There is no pod of the group {name!r}, by {label!r}.",
                hint=_values_hint(cases, label),
            )
    heap_rates = {side: _heap_rates(read, pods[side]) for side in (True, False)}
    first, second = (
        Group(name, pods[side], n_cases[side], median(heap_rates[side]))
        for side, name in zip((True, False), names, strict=True)
    )
    by_name = {row["case"]: row for row in read}
    rows = _tested(leaking(suspects, by_name), by_name, pods[True], pods[False])
    return Separation(
        label,
        first,
        second,
        tuple(rows),
        mixed_pods=tuple(sorted(pod for pod, found in sides.items() if len(found) > 1)),
        unknown_count=sum(not found for found in sides.values()),
        smallest_p=smallest_p(len(first), len(first), len(second)),
        heap_p=rank_sum(heap_rates[True], heap_rates[False]),
    )


def _heap_rates(cases: Sequence[Row], pods: Collection[str]) -> list[float]:
    """Return one rate for each pod: that of its fastest process."""
    rates: dict[str, float] = {}
    for row in cases:
        rate, pod = row["heap_bytes_per_hour"], place_of(row)
        if rate is not None and pod in pods:
            rates[pod] = max(rate, rates.get(pod, rate))
    return list(rates.values())


def _tested(
    suspects: Sequence[Row],
    cases: Mapping[str, Row],
    first: Collection[str],
    second: Collection[str],
) -> list[dict[str, Any]]:
    timed = {place_of(row) for row in cases.values() if row["hours"]}
    of_both = [row for row in suspects if place_of(row) in first or place_of(row) in second]
    found = []
    for rows in grouped(of_both):
        rates: dict[str, float] = {}
        for row in rows:
            rate = row["bytes_per_hour"]
            if rate is not None:
                rates[place_of(row)] = rates.get(place_of(row), 0.0) + rate
        have = {place_of(row) for row in rows}
        found.append(_test(rows, have, rates, timed, first, second))
    for row, adjusted in zip(found, holm([row["p_value"] for row in found]), strict=True):
        row["adjusted_p"] = adjusted
        row["adjusted_rate_p"] = None
    rated = [row for row in found if row["rate_p"] is not None]
    for row, adjusted in zip(rated, holm([row["rate_p"] for row in rated]), strict=True):
        row["adjusted_rate_p"] = adjusted
    for row in found:
        row["answer"] = _answer(row)
    found.sort(key=lambda row: (row["adjusted_p"], row["p_value"], -abs(row["difference"])))
    return found


def _test(
    rows: Sequence[Row],
    have: Collection[str],
    rates: Mapping[str, float],
    timed: Collection[str],
    first: Collection[str],
    second: Collection[str],
) -> dict[str, Any]:
    best = max(rows, key=lambda row: (row["confidence"], row["retained_delta"]))
    n_1, n_0 = len(first), len(second)
    with_1 = sum(pod in have for pod in first)
    with_0 = sum(pod in have for pod in second)
    ratio, low, high = odds_ratio(with_1, n_1, with_0, n_0)
    of_pods = [
        [rates.get(pod, 0.0) for pod in pods if pod in timed and (pod in rates or pod not in have)]
        for pods in (first, second)
    ]
    return {
        "fingerprint": fingerprint_of(rows),
        **{column: best[column] for column in ("class_name", "kind", "anchor", "location")},
        "first_count": with_1,
        "first_share": with_1 / n_1,
        "second_count": with_0,
        "second_share": with_0 / n_0,
        "difference": with_1 / n_1 - with_0 / n_0,
        "p_value": fisher_exact(with_1, n_1, with_0, n_0),
        "smallest_p": smallest_p(with_1 + with_0, n_1, n_0),
        "odds_ratio": ratio,
        "odds_low": low,
        "odds_high": high,
        "first_rate": median(rates[pod] for pod in first if pod in rates),
        "second_rate": median(rates[pod] for pod in second if pod in rates),
        "rate_p": rank_sum(*of_pods) if all(of_pods) else None,
    }


def _answer(row: Row) -> Answer:
    if row["adjusted_p"] <= ALPHA:
        return "separates"
    if row["p_value"] <= ALPHA:
        return "hint"
    return "too few" if row["smallest_p"] > ALPHA and row["difference"] else "no difference"


def by_value(
    cases: Sequence[Row], label: str, value: str, against: str | None
) -> Callable[[Row], bool | None]:
    """Return what tells the cases with a value of a label from those with another one.

    Parameters
    ----------
    cases : sequence of mapping
        All rows, to check that there is such a label.
    label : str
        A column or a label.
    value : str
        Of the first group.
    against : str or None
        Of the second group; None for any other value.

    Raises
    ------
    HeapnbError
        If no case has the label, or the value.
    """
    if not any(label_of(row, label) is not None for row in cases):
        known = {name for row in cases for name in row["labels"]} | {"build", "host", "pod"}
        raise HeapnbError(
            f"No case has the label {label!r}.", hint=suggestion(label, known) or _where_labels()
        )

    def is_first(row: Row) -> bool | None:
        found = label_of(row, label)
        if found == value:
            return True
        if found is None or (against is not None and found != against):
            return None
        return False

    return is_first


def label_of(row: Row, label: str) -> str | None:
    """Return what a case has for a column or a label, as text."""
    found = row.get(label) if label in _COLUMNS else row["labels"].get(label)
    return None if found is None else str(found)


_COLUMNS: Final = frozenset({"host", "pod", "pid", "worker", "build", "outcome", "exit_code"})


def _values_hint(cases: Sequence[Row], label: str) -> str:
    counts = Counter(label_of(row, label) for row in cases)
    counts.pop(None, None)
    if not counts:
        return _where_labels()
    listed = ", ".join(f"{name} ({count})" for name, count in counts.most_common(8))
    return f"the cases have {listed}."


def _where_labels() -> str:
    return "name a CSV with the columns pod and outcome: labels=…, --labels FILE."


__all__ = [
    "ALPHA",
    "Group",
    "Separation",
    "SharedLeaks",
    "by_value",
    "separation",
    "shared_leaks",
]
