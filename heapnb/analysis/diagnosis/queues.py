"""Queues: members come and go, so it is the length that tells whether they leak."""

from __future__ import annotations

import itertools
import re
from typing import Final

import numpy as np

from heapnb.analysis.diagnosis.accumulation import KEPT
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.series.trend import pace
from heapnb.decode.dom_trees import is_of_layout
from heapnb.decode.page_records import record_named
from heapnb.graph.edges import internal_child

QUEUE_CLASSES: Final = ("Array", "(array)", "FixedCircularBuffer")
"""Classes in which members have an order, so that they can come at one end and go at the other."""

CHUNKS: Final = ("FixedCircularBuffer",)
"""Classes with an array of one size, of which there is another one as soon as it is full."""

QUEUE_NAMES: Final = re.compile(
    r"backlog|buffer|fifo|inbox|jobs?|mailbox|messages|outbox|pending|queue|tasks?|todo|waiting",
    re.IGNORECASE,
)
"""Names of queues. What has none is a queue only if one object holds all members from the start."""

LEAST_LENGTHENED: Final = 1.5
"""The last length of a queue, by the first one, from which it got longer rather than swings.

Bench: not measured yet.
"""

STEADILY: Final = 0.8
"""Growth per unit of work at the end, by that at first, from which a queue grows steadily.

A queue that swings rarely grows at one rate in all intervals. Bench: not measured yet.
"""

_LOAD: Final = (
    "in_?flight|in_?progress|in_?use|under_?way|active|busy|current|executing|live|ongoing|open"
    "|processing|recent|running|used|window|working"
)
_UNDER_WAY = re.compile(rf"^[_#]*(?i:{_LOAD})(?=[A-Z_]|$)|(?:_|(?<=[a-z])(?=[A-Z]))(?i:{_LOAD})$")
"""Names of what is being worked on, or of a window of time: as many as the load is high."""


def is_growing_queue(evidence: Evidence) -> bool:
    """Tell whether something is a queue that gets longer and longer.

    Parameters
    ----------
    evidence : Evidence
        An accumulation that grew.

    Returns
    -------
    bool
        Whether it has an order, loses members, and still gets longer at a steady rate. So do the
        callbacks of loops that ask for a frame in each frame, and the layout of elements that stay
        in a document, which the browser makes anew. What is named as work under way is not: there
        is more of it while the load is higher. An array with
        as many places as at first is not: it gets full. One that is a new one each time, and not
        named as a queue, may be the last result of something.
    """
    accumulation = evidence.accumulation
    count, survival = accumulation.count, accumulation.lowest_survival
    if survival is None or survival >= KEPT or not (np.diff(count) > 0).all():
        return False
    known = accumulation.known_survival
    if any(before > after for before, after in itertools.pairwise(known)):
        # The oldest stay and younger ones go: what comes first goes first in a queue.
        return False
    found = pace(count, evidence.series.steady_work)
    if found is None or found.share < STEADILY or count[-1] < LEAST_LENGTHENED * count[0]:
        return False
    name = evidence.graph.name(accumulation.example)
    record = record_named(name)
    if (record is not None and record.is_once) or is_of_layout(name):
        return True
    if not accumulation.is_list and evidence.holder.class_name not in QUEUE_CLASSES:
        return False
    anchor = evidence.anchor
    elements = internal_child(evidence.graph, accumulation.holder, "elements")
    has_room = elements is not None and evidence.series.births[elements] == 0
    if has_room and anchor.held_by not in CHUNKS:
        # It was made with room for all of them, as the ring of a cache is.
        return False
    if _UNDER_WAY.search(anchor.name):
        return False
    names = (anchor.name, anchor.held_by, evidence.holder.class_name)
    is_same = evidence.series.births[accumulation.holder] == 0
    return bool(is_same) or any(QUEUE_NAMES.search(name) for name in names)


__all__ = ["QUEUE_CLASSES", "is_growing_queue"]
