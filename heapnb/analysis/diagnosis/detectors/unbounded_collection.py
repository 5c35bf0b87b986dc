"""Collections without a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import HOLDER, LISTS, MAPS, SETS, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site


@dataclass(frozen=True)
class CollectionFacts(Facts):
    """A collection that only grows.

    Parameters
    ----------
    holder : str
        Its class.
    n_holders : int
        How many grow alike.
    is_anchored : bool
        Whether the anchor leads to it; not so where it is the value of a key.
    """

    holder: str
    n_holders: int
    is_anchored: bool


@dataclass(frozen=True)
class ArrayFacts(CollectionFacts):
    """An Array."""


@dataclass(frozen=True)
class MapFacts(CollectionFacts):
    """A Map."""


@dataclass(frozen=True)
class SetFacts(CollectionFacts):
    """A Set."""


@dataclass(frozen=True)
class DictionaryFacts(CollectionFacts):
    """A plain object whose property names are keys."""


@dataclass(frozen=True)
class PropertyNameFacts(DictionaryFacts):
    """A plain object of which the property names take the memory: its values are not objects."""


class _Collection:
    """Common part of the collections."""

    kind: ClassVar[str]
    strength: ClassVar[float] = HOLDER
    facts: ClassVar[type[CollectionFacts]]
    classes: ClassVar[tuple[str, ...]] = ()

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if site.accumulation.is_list or not self._is_collection(site):
            return None
        facts = self._facts(site)(
            Group.of(site),
            site.anchor,
            site.holder.class_name,
            site.accumulation.n_holders,
            site.anchored.node == site.holder.node,
        )
        return Cause(self.kind, facts)

    def _facts(self, _site: Site) -> type[CollectionFacts]:
        return self.facts

    def _is_collection(self, site: Site) -> bool:
        return site.holder.class_name in self.classes


class UnboundedArray(_Collection):
    """An Array to which the program appends."""

    kind: ClassVar[str] = "unbounded-array"
    facts: ClassVar[type[CollectionFacts]] = ArrayFacts
    classes: ClassVar[tuple[str, ...]] = LISTS


class UnboundedMap(_Collection):
    """A Map whose entries stay."""

    kind: ClassVar[str] = "unbounded-map"
    facts: ClassVar[type[CollectionFacts]] = MapFacts
    classes: ClassVar[tuple[str, ...]] = MAPS


class UnboundedSet(_Collection):
    """A Set whose members stay."""

    kind: ClassVar[str] = "unbounded-set"
    facts: ClassVar[type[CollectionFacts]] = SetFacts
    classes: ClassVar[tuple[str, ...]] = SETS


class UnboundedDictionary(_Collection):
    """A plain object that is used as a dictionary."""

    kind: ClassVar[str] = "unbounded-dictionary"
    facts: ClassVar[type[CollectionFacts]] = DictionaryFacts

    def _is_collection(self, site: Site) -> bool:
        if site.accumulation.is_content or site.graph.name(site.holder.node) != vocab.CLASS_OBJECT:
            return False
        # V8 stores keys that are integers as elements.
        is_by_key = site.last.is_named or site.last.edge_type == "element"
        return is_by_key or self._are_names(site)

    def _facts(self, site: Site) -> type[CollectionFacts]:
        return PropertyNameFacts if self._are_names(site) else self.facts

    def _are_names(self, site: Site) -> bool:
        """Tell whether the members are names: the table of the properties has them unnamed."""
        is_text = site.graph.node_type[site.example] == site.graph.node_type_index("string")
        return bool(is_text) and site.last.edge_type == "internal"
