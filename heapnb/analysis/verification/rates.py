"""Growth for each unit of work, with an interval, comparable between two series."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb._typing import FloatArray
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.trend import n_late_intervals, slope_over

_SECONDS_PER_HOUR: Final = 3600.0
INTERVAL: Final = "interval"
"""The unit where neither work nor times are known: from one snapshot to the next."""

_HOUR: Final = "hour"
_UNIT: Final = "unit"


@dataclass(frozen=True)
class Axis:
    """Where the snapshots of two series are on an axis that both share.

    Parameters
    ----------
    before, after : tuple of float
        Units of work, hours, or numbers of snapshots; ascending.
    per : str
        What one is: ``"request"``, ``"unit"``, ``"hour"``, ``"interval"``.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    per: str

    @classmethod
    def of(cls, before: Series, after: Series) -> Axis:
        """Choose the unit: work if both series count the same, else hours, else intervals."""
        work, work_after = before.steady_work, after.steady_work
        units = {before.unit, after.unit} - {_UNIT}
        if work is not None and work_after is not None and len(units) <= 1:
            return cls(work, work_after, units.pop() if units else _UNIT)
        hours, hours_after = _hours(before), _hours(after)
        if hours is not None and hours_after is not None:
            return cls(hours, hours_after, _HOUR)
        return cls(_numbers(before), _numbers(after), INTERVAL)


@dataclass(frozen=True)
class GrowthRate:
    """How fast a number grows.

    Parameters
    ----------
    value : float
        Growth for each unit: the median of the slopes between all pairs of snapshots.
    low, high : float
        Its interval; the range of these slopes where there are few snapshots.
    late : float
        Growth for each unit in the last third of the intervals, at least in the last one.
    per : str
        The unit.
    """

    value: float
    low: float
    high: float
    late: float
    per: str

    @classmethod
    def of(cls, values: Sequence[int], at: Sequence[float], per: str) -> GrowthRate:
        """Measure the growth of a number.

        Parameters
        ----------
        values : sequence of int
            Two or more.
        at : sequence of float
            Where each was measured, ascending.
        per : str
            The unit of ``at``.

        Returns
        -------
        GrowthRate

        Examples
        --------
        >>> GrowthRate.of([30, 180, 480], [10, 60, 160], "request").value
        3.0
        """
        numbers: FloatArray = np.asarray(values, np.float64)
        places: FloatArray = np.asarray(at, np.float64)
        value, low, high = slope_over(numbers, places)
        first = len(numbers) - 1 - n_late_intervals(len(numbers) - 1)
        late = (numbers[-1] - numbers[first]) / (places[-1] - places[first])
        return cls(value, low, high, float(late), per)

    def is_below(self, other: GrowthRate, share: float) -> bool:
        """Tell whether this rate is at most a share of another one, beyond both intervals."""
        return self.high < other.low and self.value <= share * other.value


def _numbers(series: Series) -> tuple[float, ...]:
    return tuple(float(number) for number in range(len(series)))


def _hours(series: Series) -> tuple[float, ...] | None:
    known = [time for time in series.times if time is not None]
    if len(known) < len(series) or not known:
        return None
    hours = tuple((time - known[0]).total_seconds() / _SECONDS_PER_HOUR for time in known)
    return hours if all(one < other for one, other in itertools.pairwise(hours)) else None


__all__ = ["INTERVAL", "Axis", "GrowthRate"]
