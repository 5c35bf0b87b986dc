"""What a diagnosis says: the verdict, and the suspects with what retains them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from heapnb._showing import Browsed, Charted
from heapnb._typing import NodeArray
from heapnb.analysis.diagnosis.accumulation import Members
from heapnb.analysis.diagnosis.fingerprints import fingerprint
from heapnb.analysis.diagnosis.verdicts import Basis, Verdict
from heapnb.analysis.packages import Package, package_of
from heapnb.analysis.retention.culprits import Culprits, culprits_of_objects
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.series.series import Series
from heapnb.decode.source_text import SourceText, source_at

if TYPE_CHECKING:
    import pandas as pd

_FIELDS: Final = (
    "rank",
    "kind",
    "class_name",
    "count_per_snapshot",
    "retained_per_snapshot",
    "count_delta",
    "retained_delta",
    "confidence",
    "chain",
    "anchor",
    "location",
    "node_id",
    "explanation",
    "fix",
    "share",
    "attributed_per_snapshot",
    "container_id",
    "within",
)


@dataclass(frozen=True, repr=False)
class Suspect(Charted):
    """A group of objects that grows: what retains it, and why it grows.

    Parameters
    ----------
    rank : int
        1 for the most likely culprit.
    kind : str
        The cause, such as ``"event-listeners"``.
    class_name : str
        Their class.
    count_per_snapshot : tuple of int
        How many there are of that class and definition site; of classes without a site, how
        many are held here.
    retained_per_snapshot : tuple of int
        Bytes, retained sizes as DevTools shows them: of the object ``container_id`` in each
        snapshot, which is what removing the one reference to it frees; without such an object
        the sum over the suspect's objects and the collection that holds them, those left out
        that another one of them dominates.
    count_delta, retained_delta : int
        Growth from the first to the last snapshot; in a single one, all.
    confidence : float
        0 to 1.
    chain : tuple of str
        The path from the root: edge names begin with a dot. All but one link of a linked list is
        left out (``"…"``).
    anchor : str
        The container or variable that holds the objects.
    location : str or None
        ``file.js:12:5``: where the objects, or what adds them, are defined.
    node_id : int
        One of the objects in the last snapshot.
    explanation, fix : str
        For people.
    share : float
        ``retained_delta`` as a share of the heap's growth, 0 to 1; in a single snapshot, of its
        bytes. Shares of suspects that have no ``within`` add up to 1 at most.
    held_by : str
        Class of what has the anchor.
    path : RetainingPath
        From the root to the object ``node_id``.
    nodes : uint32[k]
        The objects, as ordinals in the last snapshot.
    members : {"kept", "queued"}
        Whether the objects stay for good, or wait in a queue that is filled faster than it is
        emptied.
    survival : float or None
        The smallest share of an earlier snapshot's objects that the last one still has; None
        where it is unknown, or where one object grows.
    attributed_per_snapshot : tuple of int
        Bytes below the objects in the retaining tree, in which each object has one holder; what
        the order of suspects and the confidence go by. Not DevTools' measure.
    container_id : int or None
        Node id in the last snapshot of what holds the objects: all of them go when the one
        reference to it is removed. None if no single reference holds them.
    within : int or None
        Rank of another suspect, whose ``retained_per_snapshot`` includes this one's.
    title : str
        What to call the objects where the class says little: "`cancel` closures, each retaining a
        `CallContext`".
    released : (int, int) or None
        How many of `count_per_snapshot` in the previous snapshot are gone in the last one, and of
        how many; None where node ids do not tell.
    """

    rank: int
    kind: str
    class_name: str
    count_per_snapshot: tuple[int, ...]
    retained_per_snapshot: tuple[int, ...]
    count_delta: int
    retained_delta: int
    confidence: float
    chain: tuple[str, ...]
    anchor: str
    location: str | None
    node_id: int
    explanation: str
    fix: str
    share: float
    held_by: str
    path: RetainingPath = field(repr=False, compare=False)
    nodes: NodeArray = field(repr=False, compare=False)
    members: Members = "kept"
    survival: float | None = None
    attributed_per_snapshot: tuple[int, ...] = ()
    container_id: int | None = None
    within: int | None = None
    title: str = ""
    released: tuple[int, int] | None = None

    @property
    def subject(self) -> str:
        """What to call the objects: `title`, or else their class."""
        return self.title or self.class_name

    @cached_property
    def culprits(self) -> Culprits:
        """The fewest references to take out so that the objects go, and what that frees.

        Computed when it is first asked for; see `heapnb.analysis.retention.culprits.culprits`.
        """
        sizes = self.attributed_per_snapshot or self.retained_per_snapshot
        return culprits_of_objects(self.path.heap, self.nodes, sizes[-1])

    @property
    def words(self) -> list[str]:
        """The chain as a person reads it; see `RetainingPath.words`."""
        return self.path.words

    @property
    def fingerprint(self) -> str:
        """A name for this leak that the next build's snapshots give it, too."""
        return fingerprint(self.class_name, self.chain)

    @cached_property
    def source(self) -> SourceText | None:
        """The lines of the program at ``location``, where the snapshot or its sources have them."""
        if self.location is None:
            return None
        heap = self.path.heap
        way = [step.ordinal for step in reversed(self.path.steps)]
        return source_at(heap, self.location, way)

    @property
    def package(self) -> Package | None:
        """Whose code ``location`` is: an npm package's, the runtime's, or the program's own."""
        if self.location is None:
            return None
        package = package_of(self.location)
        files = self.path.heap.source_files
        if package.kind == "npm" and package.version is None and files is not None:
            return replace(package, version=files.package_version(package.name))
        return package

    def to_dict(self) -> dict[str, Any]:
        """Return the suspect as ``heapnb diagnose --json`` prints it.

        Returns
        -------
        dict
        """
        values = {name: getattr(self, name) for name in _FIELDS}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }


@dataclass(frozen=True, repr=False)
class Diagnosis(Browsed):
    """Whether a series of snapshots shows a leak, and of what.

    Parameters
    ----------
    series : Series
        The snapshots.
    verdict : {"leak", "no-leak", "undecided"}
        The answer.
    reason : str
        Why, in a sentence or two.
    suspects : tuple of Suspect
        The most likely culprit first; none if there is no leak.
    warnings : tuple of str
        What a reader should know.
    basis : Basis or None
        The facts that `reason` puts into words.
    """

    series: Series
    verdict: Verdict
    reason: str
    suspects: tuple[Suspect, ...]
    warnings: tuple[str, ...] = ()
    basis: Basis | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a suspect.

        ``rank``, ``kind``, ``class_name``, ``count_per_snapshot``, ``count_delta``,
        ``retained_delta``, ``confidence``, ``anchor``, ``location``, ``node_id``.
        """
        import pandas as pd

        columns = (
            "rank",
            "kind",
            "class_name",
            "count_per_snapshot",
            "count_delta",
            "retained_delta",
            "confidence",
            "anchor",
            "location",
            "node_id",
        )
        return pd.DataFrame(
            {name: [getattr(suspect, name) for suspect in self.suspects] for name in columns}
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as ``heapnb diagnose --json`` prints it.

        Returns
        -------
        dict
            ``verdict``, ``reason``, ``suspects``.
        """
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "suspects": [suspect.to_dict() for suspect in self.suspects],
        }


__all__ = ["Diagnosis", "Suspect"]
