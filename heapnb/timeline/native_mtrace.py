"""The log that ``mtrace()`` of glibc writes (mtrace(3)): one line for each call.

``@ CALLER + ADDRESS SIZE`` allocates, ``- ADDRESS`` frees; ``<`` and ``>`` are the old and the new
block of a realloc, ``!`` is one that failed. CALLER is ``FILE:(FUNCTION+OFFSET)[ADDRESS]``, or
missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from heapnb.timeline.native_sites import NativeSite, NativeTotals, Parsed

_LINE: Final = re.compile(
    rb"(?:@ (?P<caller>\S.*?) )?(?P<sign>[-+<>!]) 0x(?P<address>[0-9a-f]{1,16})"
    rb"(?: 0x(?P<size>[0-9a-f]{1,16}))?\s*"
)
_START: Final = b"= Start"
_STEP: Final = 1.01
"""The sizes of all sites are kept again only where the peak has grown by this factor."""

_UNKNOWN: Final = b"(unknown caller)"


def is_mtrace(head: bytes) -> bool:
    """Tell whether a text begins as mtrace's log does."""
    first, _, rest = head.partition(b"\n")
    return first.strip() == _START or (
        _LINE.fullmatch(first) is not None and _LINE.match(rest) is not None
    )


def parse_mtrace(lines: Iterable[bytes]) -> Parsed:
    """Add up the blocks that were not freed, by caller.

    Parameters
    ----------
    lines : iterable of bytes
        The log. Lines of other programs in it are skipped and counted.

    Returns
    -------
    sites, totals, warnings
        ``peak`` of a site is its share of the peak over all sites, taken within 1% of it.
    """
    live: dict[bytes, tuple[bytes, int]] = {}
    counts: dict[bytes, int] = defaultdict(int)
    sizes: dict[bytes, int] = defaultdict(int)
    total = peak = recorded = n_other = n_unknown = 0
    at_peak: dict[bytes, int] = {}
    is_rising = False
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            n_other += not line.startswith(b"= ") and bool(line.strip())
            continue
        caller, sign, address, size = match.groups()
        if sign in b"-<":
            known = live.pop(address, None)
            if known is None:
                n_unknown += sign == b"-"
                continue
            if is_rising and total > peak:
                peak = total
                if peak > _STEP * recorded:
                    recorded, at_peak = peak, dict(sizes)
            is_rising = False
            sizes[known[0]] -= known[1]
            total -= known[1]
        elif sign in b"+>" and size is not None:
            site, n_bytes = caller or _UNKNOWN, int(size, 16)
            live[address] = (site, n_bytes)
            counts[site] += 1
            sizes[site] += n_bytes
            total += n_bytes
            is_rising = True
    if total > peak:
        peak, at_peak = total, dict(sizes)
    sites = [
        NativeSite(site.decode("utf-8", "replace"), (), count, sizes[site], at_peak.get(site, 0))
        for site, count in counts.items()
    ]
    warnings = []
    if n_other:
        warnings.append(f"Lines that are not of mtrace, left out: {n_other:,}.")
    if n_unknown:
        warnings.append(f"Blocks from before the log that were freed in it: {n_unknown:,}.")
    return sites, NativeTotals(sum(counts.values()), total, peak), warnings
