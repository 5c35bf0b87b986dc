"""Metrics with a label whose values are unbounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import KEYS, Cause
from heapnb.analysis.diagnosis.detectors.contents import entry_names
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site

MOST_KEYS: Final = 1000
"""Maximum number of keys that are read."""

_LEAST_SHARE: Final = 0.8
_LEAST_PAIRS: Final = 2
# prom-client writes `method:GET,path:/a,`; StatsD clients `#method:GET,path:/a`; others `a="b"`.
_PAIR: Final = re.compile(r"""(?P<label>[A-Za-z_][\w.-]*)(?::(?!//)|=)(?P<value>"[^"]*"|[^,]*)""")
# OpenTelemetry writes a list of pairs as JSON.
_JSON_PAIR: Final = re.compile(r'\["(?P<label>[^"]+)",(?P<value>"[^"]*"|[^\]]*)\]')


@dataclass(frozen=True)
class MetricFacts(Facts):
    """Values of a metric, one for each combination of labels.

    Parameters
    ----------
    owner : str
        Class of the metric.
    label : str
        The label with the most values.
    n_values : int
        How many it has.
    n_sampled : int or None
        Of how many entries; None for all of them.
    """

    owner: str
    label: str
    n_values: int
    n_sampled: int | None


class MetricLabels:
    """The values of a metric by its labels, one for each combination."""

    kind: ClassVar[str] = "metric-labels"
    strength: ClassVar[float] = KEYS

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_content or site.accumulation.is_list:
            return None
        keys = entry_names(site, MOST_KEYS)
        labelled = [labels for labels in map(labels_of, keys) if labels]
        if not keys or len(labelled) < _LEAST_SHARE * len(keys):
            return None
        label, n_values = most_varied(labelled)
        anchor = site.anchor
        owner = anchor.held_by if site.anchor_owner is None else site.anchor_owner.class_name
        return Cause(
            self.kind,
            MetricFacts(
                Group.of(site),
                anchor,
                owner,
                label,
                n_values,
                len(keys) if len(keys) == MOST_KEYS else None,
            ),
        )


def labels_of(key: str) -> dict[str, str]:
    """Read the labels from the key of a metric.

    Parameters
    ----------
    key : str
        Such as ``method:GET,path:/a,``.

    Returns
    -------
    dict of str to str
        Values by label; empty if the key is not one of a metric.

    Examples
    --------
    >>> labels_of("method:GET,path:/users/1")
    {'method': 'GET', 'path': '/users/1'}
    >>> labels_of('[["path","/users/1"]]'), labels_of("http://example.com/a,b")
    ({'path': '"/users/1"'}, {})
    """
    if key.startswith("[["):
        return {match["label"]: match["value"] for match in _JSON_PAIR.finditer(key)}
    inner = key.strip("{}#").removesuffix(",")
    found: dict[str, str] = {}
    position = 0
    while match := _PAIR.match(inner, position):
        found[match["label"]] = match["value"]
        position = match.end() + 1
    is_whole = position >= len(inner)
    # A single pair is weak site, unless a comma shows that it is a list.
    return found if is_whole and (len(found) >= _LEAST_PAIRS or key.endswith(",")) else {}


def most_varied(labelled: Iterable[dict[str, str]]) -> tuple[str, int]:
    """Find the label with the most values.

    Parameters
    ----------
    labelled : iterable of dict
        Values by label.

    Returns
    -------
    label : str
    n_values : int

    Examples
    --------
    >>> most_varied([{"a": "1", "b": "1"}, {"a": "1", "b": "2"}])
    ('b', 2)
    """
    values: dict[str, set[str]] = {}
    for labels in labelled:
        for label, value in labels.items():
            values.setdefault(label, set()).add(value)
    label = max(values, key=lambda name: len(values[name]))
    return label, len(values[label])
