"""The report on a fleet, as one HTML file that opens offline."""

from __future__ import annotations

import os
from pathlib import Path

from heapnb.fleet.fleet import Fleet


def fleet_report(
    fleet: Fleet,
    target: str | os.PathLike[str],
    *,
    force: bool = True,
    redact: bool = True,
    personal: bool = False,
) -> Path:
    """Write a report on a fleet; see `heapnb.Fleet.report`.

    Parameters
    ----------
    fleet : Fleet
        The result of a scan.
    target : str or PathLike
        The file; it appears only once it is complete.
    force : bool, default True
        Whether an existing file is replaced.
    redact, personal : bool
        Whether likely secrets, and personal data, are masked.

    Returns
    -------
    Path
        The target, which only its owner may read.

    Raises
    ------
    HeapnbError
        If the target cannot be written.
    """
    from heapnb.format.writer import PRIVATE, check_target, replacing
    from heapnb.reports.fleet_content import gather_fleet
    from heapnb.reports.rendering import render_fleet
    from heapnb.reports.tables import Writer
    from heapnb.views.masking import Masking, masked

    path = Path(target)
    check_target(path, force=force)
    masking = Masking.when(redact, personal=personal)
    with masked(masking):
        html = render_fleet(gather_fleet(fleet, Writer(masking)))
    with replacing(path, force=force, mode=PRIVATE) as stream:
        stream.write(html.encode())
    return path


__all__ = ["fleet_report"]
