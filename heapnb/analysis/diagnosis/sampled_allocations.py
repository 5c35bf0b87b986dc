"""What a sampling heap profile says about a diagnosis: who allocated a suspect's objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from heapnb.analysis.diagnosis.facts import Remark
from heapnb.analysis.diagnosis.places import Place
from heapnb.analysis.heap_profiles.allocators import Allocator, allocators, leading
from heapnb.analysis.heap_profiles.profile import HeapProfile
from heapnb.graph.locations import short_script

LEAST_SHARE: Final = 0.01
"""Of all sampled bytes. Below it, a function says nothing about a suspect."""

_CONSTRUCTOR: Final = "new "
_DIGITS: Final = 3


@dataclass(frozen=True)
class SampledRemark(Remark):
    """What a function that adds or makes a suspect's objects allocated, by samples.

    Parameters
    ----------
    function : str
        Its name.
    location : str or None
        ``file.js:12:5``, where it begins.
    size : int
        Sampled bytes that it and its callees allocated and that are alive.
    share : float
        The same as a share of all sampled bytes.
    is_with_callees : bool
        Whether callees allocated some of it.
    profile : str
        The file.
    """

    function: str
    location: str | None
    size: int
    share: float
    is_with_callees: bool
    profile: str

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        return asdict(self)


@dataclass(frozen=True)
class SampledProgram:
    """Which function of the program allocated most, by samples.

    Parameters
    ----------
    profile : str
        The file.
    sampled_size : int
        Sampled bytes that are alive.
    function : str or None
        The function that allocated most of it, of the program's own code if that allocated any;
        None if nothing was sampled.
    location : str or None
        Where it begins.
    size : int
        Bytes that it, and built-in functions that it called, allocated.
    share : float
        The same as a share of all sampled bytes.
    """

    profile: str
    sampled_size: int
    function: str | None
    location: str | None
    size: int
    share: float

    @classmethod
    def of(cls, profile: HeapProfile) -> SampledProgram:
        """Choose the function to tell.

        Parameters
        ----------
        profile : HeapProfile
            The profile.

        Returns
        -------
        SampledProgram
        """
        first, own = leading(profile)
        top = own or first
        if top is None:
            return cls(profile.name, 0, None, None, 0, 0.0)
        return cls(
            profile.name,
            profile.sampled_size,
            top.function.label,
            _short(top),
            top.size,
            round(top.share, _DIGITS),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        return asdict(self)


@dataclass(frozen=True)
class SampledAllocations:
    """A heap profile beside a diagnosis.

    Parameters
    ----------
    profile : HeapProfile
        The profile.
    found : tuple of Allocator
        Its functions with at least `LEAST_SHARE`.
    """

    profile: HeapProfile
    found: tuple[Allocator, ...]

    @classmethod
    def of(cls, profile: HeapProfile) -> SampledAllocations:
        """Add up the functions of a profile."""
        return cls(profile, allocators(profile, LEAST_SHARE))

    @property
    def program(self) -> SampledProgram:
        """What it says about the whole program."""
        return SampledProgram.of(self.profile)

    def about(
        self, class_name: str, added_at: Iterable[Place], defined_at: str | None
    ) -> SampledRemark | None:
        """Find what was sampled in the functions that a suspect names.

        Parameters
        ----------
        class_name : str
            Class of the objects: V8 calls its constructor so.
        added_at : iterable of Place
            Lines that add the objects.
        defined_at : str or None
            Where their class, or the function that they are, is defined.

        Returns
        -------
        SampledRemark or None
            Of several functions the one with the most bytes; None if the samples say nothing of
            any.
        """
        names = {
            (place.function.removeprefix(_CONSTRUCTOR), _file_of(place.location))
            for place in added_at
            if place.function
        }
        if defined_at is not None:
            names.add((class_name, _file_of(defined_at)))
        matching = [one for one in self.found if _key(one) in names or _is_at(one, defined_at)]
        best = max(matching, key=lambda one: one.total, default=None)
        if best is None:
            return None
        return SampledRemark(
            best.function.label,
            _short(best),
            best.total,
            round(best.total_share, _DIGITS),
            best.total > best.own_size,
            self.profile.name,
        )


def _key(one: Allocator) -> tuple[str, str]:
    return one.function.name, short_script(one.function.file)


def _is_at(one: Allocator, location: str | None) -> bool:
    """Tell whether a function begins at a place."""
    return location is not None and bool(one.function.file) and _short(one) == location


def _file_of(location: str) -> str:
    return short_script(location.rsplit(":", 2)[0])


def _short(one: Allocator) -> str | None:
    """Write where a function begins as suspects do: with the end of the path."""
    function = one.function
    if function.location is None:
        return None
    return short_script(function.file) + function.location.removeprefix(function.file)


__all__ = ["LEAST_SHARE", "SampledAllocations", "SampledProgram", "SampledRemark"]
