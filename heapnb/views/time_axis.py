"""Ticks of a time axis: round times, written for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from heapnb.views import fmt

_SECOND: Final = 1_000.0
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR

_STEPS: Final = (
    *(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0),
    *(one * _SECOND for one in (1, 2, 5, 10, 15, 30)),
    *(one * _MINUTE for one in (1, 2, 5, 10, 15, 30)),
    *(one * _HOUR for one in (1, 2, 3, 6, 12)),
    *(one * _DAY for one in (1, 2, 7, 14, 30, 90, 365)),
)


def time_ticks(start: float, stop: float, *, most: int = 8) -> list[float]:
    """Choose round times within a range.

    Parameters
    ----------
    start, stop : float
        Milliseconds.
    most : int, default 8
        At most so many.

    Returns
    -------
    list of float

    Examples
    --------
    >>> time_ticks(0, 95_000, most=4)
    [0.0, 30000.0, 60000.0, 90000.0]
    """
    span = max(stop - start, 1e-6)
    step = next((one for one in _STEPS if span / one <= most), span / most)
    first = np.ceil(start / step) * step
    return [float(one) for one in np.arange(first, stop + step * 1e-6, step)][: most + 1]


def time_label(at: float, ticks: list[float], *, is_clock: bool) -> str:
    """Write the time of a tick.

    Parameters
    ----------
    at : float
        Milliseconds: since 1970 for clocks, since the start otherwise.
    ticks : list of float
        All ticks; their distance decides how exact a clock is.
    is_clock : bool
        Whether it is a wall-clock time, UTC.

    Returns
    -------
    str

    Examples
    --------
    >>> time_label(75_000, [60_000, 75_000], is_clock=False)
    '1:15 min'
    >>> time_label(1_795_946_400_000, [0, 3_600_000], is_clock=True)
    '10:00'
    """
    step = ticks[1] - ticks[0] if len(ticks) > 1 else _MINUTE
    if not is_clock:
        minutes, rest = divmod(abs(at), _MINUTE)
        if at >= _MINUTE and _SECOND <= step < _MINUTE:
            return f"{minutes:.0f}:{rest / _SECOND:02.0f} min"
        return fmt.format_duration(at) if at else "0"
    try:
        moment = datetime.fromtimestamp(at / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return fmt.UNKNOWN
    if step >= _DAY:
        return f"{moment:%d %b}".lstrip("0")
    if step >= 12 * _HOUR or (step >= _HOUR and moment.hour == 0):
        return f"{moment:%d %b %H:%M}".lstrip("0")
    if step >= _MINUTE:
        return f"{moment:%H:%M}"
    if step >= _SECOND:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%S.%f}"[:-3]


__all__ = ["time_label", "time_ticks"]
