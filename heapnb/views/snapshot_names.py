"""Short names for the snapshots of a series: what tells their files apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from heapnb.views import fmt

LONGEST: Final = 20
"""Characters up to which a name stays as it is."""

_FILE_ENDINGS: Final = re.compile(r"(\.heap(snapshot|timeline))?(\.(gz|zst))?$")
# The names that Node gives snapshots: Heap.date.time.process.thread.number
_OF_NODE: Final = re.compile(
    r"Heap\.(?P<date>\d{8})\.(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d)\.(?P<pid>\d+)\.\d+\.(?P<number>\d+)"
)
# The names that the kit gives them: start of the process, process and thread, number.
_OF_KIT: Final = re.compile(r"heapnb-\d{8}T\d{6}-(?P<isolate>\d+-\d+)-(?P<number>\d+)")
_PUNCTUATION: Final = "._ /-"
_WORDS: Final = re.compile(rf"[{_PUNCTUATION}]|[^{_PUNCTUATION}]+")


def short_names(names: Sequence[str], times: Sequence[datetime | None] | None = None) -> list[str]:
    """Shorten the names of a series' files to what tells them apart.

    Parameters
    ----------
    names : sequence of str
        File names, in order.
    times : sequence of datetime or None, optional
        When the snapshots were taken (UTC), if side files say so.

    Returns
    -------
    list of str
        Of the kit's names, the number and the time in UTC. Of Node's default names, the number and
        the time, with the process or the day where it differs. Of other long names, what is left
        without the start and the end that all share. At most `LONGEST` characters each, except for
        names of Node's and the kit's.

    Examples
    --------
    >>> short_names(["Heap.20261129.074706.288.0.001.heapsnapshot"])
    ['001 · 07:47:06']
    >>> short_names(["before.heapsnapshot", "after.heaptimeline.gz"])
    ['before', 'after']
    >>> short_names(["checkout-service-prod-a1.gz", "checkout-service-prod-b2.gz"])
    ['a1', 'b2']
    """
    stems = [_FILE_ENDINGS.sub("", name) or name for name in names]
    of_kit = [_OF_KIT.fullmatch(stem) for stem in stems]
    if times is not None and all(of_kit) and None not in times:
        return _names_of_kit([one for one in of_kit if one], [time for time in times if time])
    matches = [_OF_NODE.fullmatch(stem) for stem in stems]
    found = [match for match in matches if match is not None]
    if len(found) == len(stems):
        return _names_of_node(found)
    if len(set(stems)) > 1 and max(map(len, stems)) > LONGEST:
        stems = _without_shared(stems)
    return [fmt.shorten_start(stem, LONGEST) for stem in stems]


def _names_of_kit(matches: Sequence[re.Match[str]], times: Sequence[datetime]) -> list[str]:
    has_days = len({time.date() for time in times}) > 1
    form = "%Y-%m-%d %H:%M:%S" if has_days else "%H:%M:%S"
    has_isolates = len({match["isolate"] for match in matches}) > 1
    names = []
    for match, time in zip(matches, times, strict=True):
        isolate = [match["isolate"]] if has_isolates else []
        names.append(" · ".join([match["number"], *isolate, time.strftime(form)]))
    return names


def _names_of_node(matches: Sequence[re.Match[str]]) -> list[str]:
    dates, processes = ({match[part] for match in matches} for part in ("date", "pid"))
    names = []
    for match in matches:
        parts = [match["number"]]
        if len(processes) > 1:
            parts.append(f"process {match['pid']}")
        time = f"{match['h']}:{match['m']}:{match['s']}"
        if len(dates) > 1:
            date = match["date"]
            time = f"{date[:4]}-{date[4:6]}-{date[6:]} {time}"
        names.append(" · ".join([*parts, time]))
    return names


def _without_shared(stems: Sequence[str]) -> list[str]:
    """Cut the words that all names start and end with."""
    words = [_WORDS.findall(stem) for stem in stems]
    shortest = min(map(len, words))
    start = 0
    while start < shortest and len({one[start] for one in words}) == 1:
        start += 1
    end = 0
    while end < shortest - start and len({one[-1 - end] for one in words}) == 1:
        end += 1
    cut = ["".join(one[start : len(one) - end]).strip(_PUNCTUATION) for one in words]
    return cut if all(cut) else list(stems)


__all__ = ["LONGEST", "short_names"]
