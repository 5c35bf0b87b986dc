"""Rows of suspects that are one leak, and the names of places."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from heapnb.schema import find_column

if TYPE_CHECKING:
    import pandas as pd

_NOT_DECIDED: Final = "undecided"

Row: TypeAlias = Mapping[str, Any]


def place_of(row: Row) -> str:
    """Name the pod of a case, or the nearest to it that is known: what counts as independent."""
    found = row.get("pod") or row.get("host") or row["case"]
    return str(found)


def where_of(row: Row) -> str:
    """Name a case as a person would: pod, and thread where it is not the main one."""
    pod = row.get("pod") or row.get("host")
    if pod is None:
        return str(row["case"])
    worker = row.get("worker")
    return str(pod) if worker in {None, "0"} else f"{pod} worker {worker}"


def leaking(suspects: Iterable[Row], cases: Mapping[str, Row]) -> list[Row]:
    """Choose the suspects that count: leaks, and in cases without a verdict all suspects."""
    return [
        row
        for row in suspects
        if row["is_leak"] or cases.get(row["case"], {}).get("verdict") == _NOT_DECIDED
    ]


def grouped(suspects: Sequence[Row]) -> list[list[Row]]:
    """Put together the rows of one leak, also where its fingerprint differs.

    Parameters
    ----------
    suspects : sequence of mapping
        Rows of that table.

    Returns
    -------
    list of list
        Rows of the same fingerprint, or of the same class and holder: a worker loads a module in
        another way than the main thread, so the path from the root differs.

    Notes
    -----
    These are the first two rules of `heapnb.analysis.verification.matching`.
    """
    numbers: dict[object, int] = {}
    groups: dict[int, list[Row]] = {}
    for row in suspects:
        keys: list[tuple[str, ...]] = [("fingerprint", row["fingerprint"])]
        if row["anchor"]:
            keys.append(("holder", row["class_name"], row["kind"], row["anchor"]))
        known = sorted({numbers[key] for key in keys if key in numbers})
        number = known[0] if known else len(numbers)
        rows = groups.setdefault(number, [])
        rows.append(row)
        for other in known[1:]:
            rows += groups.pop(other)
            numbers |= {key: number for key, found in numbers.items() if found == other}
        numbers |= dict.fromkeys(keys, number)
    return list(groups.values())


def fingerprint_of(rows: Sequence[Row]) -> str:
    """Return the most frequent fingerprint, of equally frequent ones the first in order."""
    counts = Counter(str(row["fingerprint"]) for row in rows)
    return min(counts, key=lambda name: (-counts[name], name))


def table_of_rows(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of rows, with the dtypes of their values."""
    import pandas as pd

    return pd.DataFrame({name: _column(name, [row[name] for row in rows]) for name in columns})


def _column(name: str, values: list[Any]) -> Any:
    """Choose a dtype by the values that are known: texts, whole numbers, numbers."""
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        known = find_column(name)
        kinds = {float if known is not None and known.kind.is_number else str}
    if kinds == {int}:
        return pd.array(values, dtype="Int64")
    return pd.array(values, dtype="float64" if kinds <= {int, float} else "str")


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of the numbers that are known."""
    known = [one for one in values if one is not None]
    return statistics.median(known) if known else None


__all__ = [
    "Row",
    "fingerprint_of",
    "grouped",
    "leaking",
    "median",
    "place_of",
    "table_of_rows",
    "where_of",
]
