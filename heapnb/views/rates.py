"""Rates of growth in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heapnb.views import fmt
from heapnb.views.timeline_words import rate as bytes_over_time

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Suspect

_MS_PER_HOUR: Final = 3_600_000
_HOUR: Final = "hour"


def rate_text(suspect: Suspect) -> str | None:
    """Say how fast a suspect grows.

    Parameters
    ----------
    suspect : Suspect
        Of a series.

    Returns
    -------
    str or None
        Such as ``"about 1.2 kB per request (1 object)"``. Where neither work nor times are known,
        growth per interval, and that this is so. None for a single snapshot, and for a suspect
        that retains no more bytes than at first.
    """
    n_intervals = len(suspect.retained_per_snapshot) - 1
    if n_intervals < 1 or suspect.retained_delta <= 0:
        return None
    rate = suspect.rate
    if rate is None:
        per_interval = fmt.format_bytes(suspect.retained_delta / n_intervals)
        return f"about {per_interval} per interval; times and units of work are unknown"
    if rate.per == _HOUR:
        span_ms = suspect.retained_delta / rate.bytes * _MS_PER_HOUR
        return f"about {bytes_over_time(rate.bytes, span_ms)}"
    objects = f"{rate.objects:,.2g}" if rate.objects < 10 else f"{rate.objects:,.0f}"  # noqa: PLR2004
    return (
        f"about {fmt.format_bytes(rate.bytes)} per {fmt.clean(rate.per)} "
        f"({objects} {'object' if objects == '1' else 'objects'})"
    )


__all__ = ["rate_text"]
