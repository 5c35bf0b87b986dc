"""What a diagnosis says: the verdict, and the suspects with what retains them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from heapnb._showing import Browsed, Charted, port
from heapnb._typing import NodeArray
from heapnb.analysis.allocation.allocated_at import AllocatedAt, allocated_at
from heapnb.analysis.diagnosis.accumulation import Alternative, Members
from heapnb.analysis.diagnosis.annotations import Annotated
from heapnb.analysis.diagnosis.confidence import CONFIDENT
from heapnb.analysis.diagnosis.consequences import Consequence
from heapnb.analysis.diagnosis.facts import Facts, Remark
from heapnb.analysis.diagnosis.fingerprints import fingerprint
from heapnb.analysis.diagnosis.known_leaks import Known
from heapnb.analysis.diagnosis.origins import Origin
from heapnb.analysis.diagnosis.places import NO_LINES, Lines, Place
from heapnb.analysis.diagnosis.program_sources import text_at
from heapnb.analysis.diagnosis.sampled_allocations import SampledProgram, SampledRemark
from heapnb.analysis.diagnosis.verdicts import Basis, Verdict
from heapnb.analysis.heap_profiles.profile import HeapProfile
from heapnb.analysis.known_shapes import KnownShape
from heapnb.analysis.packages import Package, package_of
from heapnb.analysis.retention.culprits import Culprits, culprits_of_objects
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.series.moments import Span
from heapnb.analysis.series.series import Series
from heapnb.decode.source_text import SourceText, source_at
from heapnb.errors import SnapshotFormatError
from heapnb.table_origin import of_heap

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
    "alternatives",
    "consequences",
)


@dataclass(frozen=True)
class Rate:
    """How fast a suspect grows.

    Parameters
    ----------
    objects, bytes : float
        Growth for each unit, from the first to the last snapshot.
    per : str
        The unit: ``"request"``, what else the program counts, ``"unit"``, or ``"hour"`` if only
        times are known.
    """

    objects: float
    bytes: float
    per: str

    @classmethod
    def of(cls, span: Span | None, objects: int, n_bytes: int) -> Rate | None:
        """Divide growth by what the series spans; None if that is unknown."""
        if span is None:
            return None
        return cls(objects / span.amount, n_bytes / span.amount, span.per)


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
        ``file.js:12:5``: the line that adds the objects; where that is unknown, the definition of
        their class or function, or of what creates them.
    node_id : int
        One of the objects in the last snapshot.
    facts : Facts
        What the detector of the cause found; what `explanation` and `fix` put into words.
    share : float
        ``retained_delta`` as a share of the heap's growth, 0 to 1; in a single snapshot, of its
        bytes. Shares of suspects that have no ``within`` add up to 1 at most.
    held_by : str
        Class of what has the anchor.
    path : RetainingPath
        From the root to the object ``node_id``.
    nodes : uint32[k]
        The objects, as ordinals in the last snapshot.
    members : {"kept", "queued", "renewed"}
        Whether the objects stay for good, wait in a queue that is filled faster than it is
        emptied, or ask for their successors when they go, as the callbacks of a loop do.
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
    alternatives : tuple of Alternative
        Causes that the heap speaks for nearly as strongly as for ``kind``, the strongest first:
        each has a ``kind`` and a ``strength`` from 0 to 1.
    rate : Rate or None
        Growth for each unit of work, or each hour; None if neither work nor times are known.
    consequences : tuple of Consequence
        What grows elsewhere in the heap only because the suspect's objects do.
    remarks : tuple of Remark
        What else there is to know about the objects.
    known : Known or None
        The leak of a package or a runtime that it is known to be; see docs/known-leaks.md.
    origin : {"program", "package", "runtime"}
        Whose leak it is.
    lines : Lines
        What the source code says: `added_at`, `removed_at`, `searched_files`.
    defined_at : str or None
        Where the objects' class or function, or what creates them, is defined.
    shape : KnownShape or None
        The class of a well-known library that the objects are recognised as; see
        docs/known-shapes.md.
    shape_of_holder : KnownShape or None
        That of what holds them, where it is known how to release what it holds.
    notes : tuple of str
        What people noted; see `Diagnosis.note`.
    dismissed : str or None
        Why a person overruled the verdict on it; see `Diagnosis.dismiss`.
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
    facts: Facts
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
    alternatives: tuple[Alternative, ...] = ()
    rate: Rate | None = None
    consequences: tuple[Consequence, ...] = ()
    remarks: tuple[Remark, ...] = ()
    known: Known | None = None
    origin: Origin = "program"
    lines: Lines = NO_LINES
    defined_at: str | None = None
    shape: KnownShape | None = None
    shape_of_holder: KnownShape | None = None
    notes: tuple[str, ...] = ()
    dismissed: str | None = None

    @cached_property
    def explanation(self) -> str:
        """What happens, for people."""
        return port().explanation(self)

    @cached_property
    def fix(self) -> str:
        """What to change, for people: the most likely first."""
        return port().fix(self)

    @property
    def added_at(self) -> tuple[Place, ...]:
        """The lines of the source code that add to the objects, the surest first."""
        return self.lines.added_at

    @property
    def removed_at(self) -> tuple[Place, ...]:
        """The lines that remove from them."""
        return self.lines.removed_at

    @property
    def searched_files(self) -> int | None:
        """How many source files were searched for these lines; None if there are none."""
        return self.lines.searched_files

    @property
    def nothing_removes(self) -> bool:
        """Whether all of the program's code was searched, and nothing in it removes any."""
        return self.lines.nothing_removes

    @cached_property
    def allocated_at(self) -> AllocatedAt | None:
        """The function that allocated most of the objects, with its call stack.

        None unless the last snapshot was taken while allocations were recorded; see
        docs/allocations.md.
        """
        try:
            return allocated_at(self.path.heap, self.nodes)
        except SnapshotFormatError:
            # Damage of the call stacks leaves the diagnosis as it is.
            return None

    @property
    def sampled_at(self) -> SampledRemark | None:
        """What a heap profile says of the function that allocates; None without one."""
        return next((one for one in self.remarks if isinstance(one, SampledRemark)), None)

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
        if self.added_at:
            return text_at(heap, self.location)
        way = [step.ordinal for step in reversed(self.path.steps)]
        return source_at(heap, self.location, way)

    @property
    def package(self) -> Package | None:
        """Whose code defines the objects: an npm package's, the runtime's, or the program's own."""
        place = self.defined_at or self.location
        if place is None:
            return None
        package = package_of(place)
        files = self.path.heap.source_files
        if package.kind == "npm" and package.version is None and files is not None:
            return replace(package, version=files.package_version(package.name, place))
        return package

    def to_dict(self) -> dict[str, Any]:
        """Return the suspect as ``heapnb diagnose --json`` prints it.

        Returns
        -------
        dict
        """
        values = {name: getattr(self, name) for name in _FIELDS}
        for name in ("alternatives", "consequences"):
            values[name] = tuple(_plain(one) for one in values[name])
        return {
            **{
                name: list(value) if isinstance(value, tuple) else value
                for name, value in values.items()
            },
            "rate": None if self.rate is None else asdict(self.rate),
            "known": None if self.known is None else self.known.to_dict(),
            "library": None if self.shape is None else self.shape.to_dict(),
            "origin": self.origin,
            "added_at": [place.to_dict() for place in self.added_at],
            "removed_at": [place.to_dict() for place in self.removed_at],
            "searched_files": self.searched_files,
            "allocated_at": None if self.allocated_at is None else self.allocated_at.to_dict(),
            **({} if self.sampled_at is None else {"sampled_at": self.sampled_at.to_dict()}),
            **({"notes": list(self.notes)} if self.notes else {}),
            **({} if self.dismissed is None else {"dismissed": self.dismissed}),
        }


def _plain(value: Alternative | Consequence) -> dict[str, Any]:
    """Return the fields as JSON has them."""
    fields = asdict(value)
    return {name: list(one) if isinstance(one, tuple) else one for name, one in fields.items()}


@dataclass(frozen=True, repr=False)
class Diagnosis(Annotated, Browsed):
    """Whether a series of snapshots shows a leak, and of what.

    Parameters
    ----------
    series : Series
        The snapshots.
    verdict : {"leak", "no-leak", "undecided"}
        The answer.
    suspects : tuple of Suspect
        The most likely culprit first; none if there is no leak.
    basis : Basis
        The facts that the verdict rests on, which `reason` puts into words.
    warnings : tuple of str
        What a reader should know.
    sampled : SampledProgram or None
        Which function allocated most, by a heap profile; None without one.
    heap_profile : HeapProfile or None
        That profile.
    notes : tuple of str
        What people noted; see `note`.
    """

    series: Series
    verdict: Verdict
    suspects: tuple[Suspect, ...]
    basis: Basis
    warnings: tuple[str, ...] = ()
    sampled: SampledProgram | None = None
    heap_profile: HeapProfile | None = field(default=None, compare=False)
    notes: tuple[str, ...] = ()

    @cached_property
    def reason(self) -> str:
        """Why, in a sentence or two."""
        return port().reason(self)

    @property
    def leaks(self) -> tuple[Suspect, ...]:
        """The suspects whose confidence is enough for a leak, without those that were dismissed.

        None without the verdict "leak".
        """
        if self.verdict != "leak":
            return ()
        return tuple(
            suspect
            for suspect in self.suspects
            if suspect.confidence >= CONFIDENT and suspect.dismissed is None
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a suspect.

        ``rank``, ``kind``, ``class_name``, ``count_per_snapshot``, ``count_delta``,
        ``retained_delta``, ``confidence``, ``anchor``, ``location``, ``node_id``, ``origin``;
        ``alternatives``: the kinds of other causes, with commas; ``known_issue``: the address of
        the report of a known leak.
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
            "origin",
        )
        values = {name: [getattr(suspect, name) for suspect in self.suspects] for name in columns}
        values["alternatives"] = [
            ", ".join(one.kind for one in suspect.alternatives) for suspect in self.suspects
        ]
        issues = [None if one.known is None else one.known.issue for one in self.suspects]
        frame = pd.DataFrame(values).assign(known_issue=pd.array(issues, dtype="str"))
        return of_heap(frame, self.series.last)

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as ``heapnb diagnose --json`` prints it.

        Returns
        -------
        dict
            ``verdict``, ``reason``, ``suspects``; with a heap profile ``heap_profile``.
        """
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "suspects": [suspect.to_dict() for suspect in self.suspects],
            **({} if self.sampled is None else {"heap_profile": self.sampled.to_dict()}),
            **({"notes": list(self.notes)} if self.notes else {}),
        }


__all__ = ["Diagnosis", "Suspect"]
