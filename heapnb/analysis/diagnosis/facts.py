"""What a detector finds, as plain values: no object of the heap, and no sentence.

`heapnb.views.wording` writes the sentences. Each detector defines the facts of its cause beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from heapnb import vocab
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.known_shapes import KnownShape

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.site import Site


COLLECTIONS: Final = ("(array)", "Array", "Map", "Set")
"""Classes that say less than what is in them."""


@dataclass(frozen=True)
class Group:
    """The objects that accumulate: what they are, how many, and how many were released.

    Parameters
    ----------
    class_name : str
        Their class.
    title : str
        What to call functions and suspended calls; empty for other objects.
    content : str
        Class of most objects in one of them; empty if there are none.
    location : str or None
        Where they are defined or added.
    counts : tuple of int
        How many there are in each snapshot.
    sizes : tuple of int
        Bytes in each snapshot, with all that they hold.
    is_content : bool
        Whether the bytes of one object grow instead of a number of objects.
    released : (int, int) or None
        How many objects of the previous snapshot the last one lacks, and of how many.
    survival : float or None
        The smallest share of an earlier snapshot's objects that the last one still has; None
        where node ids do not tell.
    shape : KnownShape or None
        The class of a well-known library that the objects are recognised as.
    """

    class_name: str
    title: str = ""
    content: str = ""
    location: str | None = None
    counts: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    is_content: bool = False
    released: tuple[int, int] | None = None
    survival: float | None = None
    shape: KnownShape | None = None

    @property
    def is_functions(self) -> bool:
        """Whether the objects are functions."""
        return self.class_name == vocab.CLASS_FUNCTION

    @classmethod
    def of(cls, site: Site) -> Group:
        """Describe what accumulates at a site.

        Parameters
        ----------
        site : Site
            The accumulated objects.

        Returns
        -------
        Group
        """
        accumulation = site.accumulation
        return cls(
            site.class_name,
            site.title,
            site.content if _is_told_by_content(site) else "",
            site.location,
            site.counts,
            tuple(int(size) for size in accumulation.size),
            accumulation.is_content,
            site.released,
            accumulation.lowest_survival,
            site.shape,
        )


def _is_told_by_content(site: Site) -> bool:
    """Tell what is named by the objects in it, which takes long to look through."""
    return site.class_name in COLLECTIONS and not site.title


@dataclass(frozen=True)
class Facts:
    """What a detector finds about the cause of an accumulation.

    Parameters
    ----------
    group : Group
        What accumulates.
    anchor : Anchor
        The name that holds it.
    """

    group: Group
    anchor: Anchor


@dataclass(frozen=True)
class Remark:
    """What else there is to know about an accumulation, whatever its cause."""


class Loaded(Enum):
    """Growth that is not a leak of the program."""

    BESIDE_MODULES = "beside-modules"
    MODULES = "modules"
    NAMES = "names"
    RUNTIME = "runtime"
    BY_BROWSER = "by-browser"
    """Not loaded, but recorded by a browser while people use a page."""

    INSIDE_BROWSER = "inside-browser"
    OF_CLIENT = "of-client"
    """Not loaded, but a browser's own objects, which hold nothing of the page."""


__all__ = ["Facts", "Group", "Loaded", "Remark"]
