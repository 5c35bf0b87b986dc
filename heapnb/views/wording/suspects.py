"""What is said about a suspect: its cause, remarks, and what else a reader should know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from heapnb.analysis.diagnosis.consequences import Consequence, Relation
from heapnb.analysis.diagnosis.detectors.remarks.detached_trees import DetachedTreesRemark
from heapnb.analysis.diagnosis.detectors.remarks.unmounted_components import UnmountedRemark
from heapnb.analysis.diagnosis.detectors.unbounded_collection import CollectionFacts
from heapnb.analysis.diagnosis.facts import Group
from heapnb.analysis.diagnosis.places import Place
from heapnb.analysis.diagnosis.short_names import clipped, short_location
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.views.wording.allocations import allocated_sentence
from heapnb.views.wording.collections import CACHE_ADVICE
from heapnb.views.wording.known import fix_for_user, known_sentences
from heapnb.views.wording.libraries import holder_sentence, library_advice
from heapnb.views.wording.phrases import STRINGS, capitalised, objects, series
from heapnb.views.wording.registry import sentence_for, words_for

_IF_IT_GROWS: Final = "This is large, but a single snapshot cannot tell whether it grows. If so:"


def explanation_of(suspect: Suspect) -> str:
    """Say what happens, and how one knows.

    Parameters
    ----------
    suspect : Suspect
        The facts.

    Returns
    -------
    str
    """
    return " ".join(_sentences(suspect))


def fix_of(suspect: Suspect) -> str:
    """Say what to change.

    Parameters
    ----------
    suspect : Suspect
        The facts.

    Returns
    -------
    str
    """
    fix = words_for(suspect.facts).fix
    trees = next((one for one in suspect.remarks if isinstance(one, DetachedTreesRemark)), None)
    if trees is not None and isinstance(suspect.facts, CollectionFacts):
        # Elements that left the page are no cache.
        element = f"`{clipped(trees.label)}`" if trees.label else "the element"
        fix = (
            f"{fix.partition(CACHE_ADVICE)[0].rstrip()} Or drop the reference to {element} when it "
            "leaves the page."
        )
    if advice := library_advice(suspect):
        fix = f"{advice} Where your own code holds them: {fix[:1].lower()}{fix[1:]}".strip()
    return fix_for_user(suspect, f"{fix}{_unmounting(suspect)}{_own_removal(suspect)}")


def _unmounting(suspect: Suspect) -> str:
    """Name the call that ends what `mount()` of Svelte began, which no component does."""
    if not any(
        isinstance(one, UnmountedRemark) and one.mounted is not None for one in suspect.remarks
    ):
        return ""
    return (
        " A component that the program created with `mount()` stays until `unmount()` is called "
        "with what that returned."
    )


def _own_removal(suspect: Suspect) -> str:
    """Point to a function of the program that removes what it does not remove often enough."""
    if suspect.members == "queued":
        return ""
    adding = {place.function for place in suspect.added_at}
    for place in suspect.removed_at:
        if place.function and place.function not in adding:
            return f" Or see that {_named(place)}, which removes one, runs for each of them."
    return ""


def _sentences(suspect: Suspect) -> Iterator[str]:
    if len(suspect.count_per_snapshot) == 1:
        yield _IF_IT_GROWS
    yield words_for(suspect.facts).explanation
    if sentence := holder_sentence(suspect):
        yield sentence
    yield from _places(suspect)
    if suspect.allocated_at is not None:
        yield allocated_sentence(suspect.allocated_at)
    if suspect.known is not None:
        yield known_sentences(suspect.known)
    for remark in suspect.remarks:
        yield sentence_for(remark)
    for other in suspect.consequences:
        yield _consequence(other)
    package = suspect.package
    if package is not None and package.kind == "npm":
        yield f"The code belongs to the npm package `{clipped(str(package))}`."
    if suspect.within is not None:
        yield (f"The size of suspect {suspect.within} includes these bytes: do not add the two.")


def _consequence(other: Consequence) -> str:
    """Say what grows elsewhere with the objects, and what becomes of it without them."""
    counts = series(other.count_per_snapshot)
    what = objects(clipped(other.class_name), other.title)
    match Relation(other.relation):
        case Relation.WEAK_MAP_VALUES:
            return (
                f"{capitalised(what)} in {other.anchor} ({counts}) grow with them, and are "
                "released with them: they are values of their WeakMaps."
            )
        case Relation.HELD_VALUES:
            return (
                f"{capitalised(what)} in {other.anchor} ({counts}) grow with them: they are held "
                "values, which a FinalizationRegistry keeps until these objects are collected."
            )
        case Relation.SAME_OBJECTS:
            return (
                f"{capitalised(other.anchor)}: {counts} {what}. These lead to the same objects: "
                "remove them there, too."
            )
        case _ as never:
            assert_never(never)


def _places(suspect: Suspect) -> Iterator[str]:
    """Say which lines add and which remove, as far as the source code was searched."""
    if not suspect.added_at:
        return
    added = f"{_added(suspect.facts.group)} at {_listed(suspect.added_at)}"
    if suspect.removed_at:
        grows = len(suspect.count_per_snapshot) > 1 and suspect.count_delta > 0
        # The code that removes may run for each of them, and miss.
        fewer = ", but not as many" if grows else ""
        yield f"{added}, and removed at {_listed(suspect.removed_at)}{fewer}."
    elif suspect.nothing_removes:
        n_files = suspect.searched_files or 0
        where = "the one file" if n_files == 1 else f"the {n_files:,} files"
        yield f"{added}; nothing in {where} searched removes any."
    else:
        yield f"{added}."


def _added(group: Group) -> str:
    """Begin a sentence about what is added."""
    if group.is_content:
        return "It is extended"
    if group.is_functions:
        return "The functions are added"
    return "The strings are added" if group.class_name in STRINGS else "The objects are added"


def _listed(places: tuple[Place, ...]) -> str:
    written = [_written(place) for place in places]
    return " and ".join(filter(None, [", ".join(written[:-1]), written[-1]]))


def _named(place: Place) -> str:
    """Name a function by a line in it, such as "`remove()` (`app.mjs:31`)"."""
    line = short_location(place.location).rpartition(":")[0]
    return f"`{clipped(place.function or '')}()` (`{clipped(line)}`)"


def _written(place: Place) -> str:
    """Name a line, such as "`app.mjs:23` in `upload()`"; its column is in `Suspect.added_at`."""
    line = short_location(place.location).rpartition(":")[0]
    inside = f" in `{clipped(place.function)}()`" if place.function else ""
    return f"`{clipped(line)}`{inside}"


__all__ = ["explanation_of", "fix_of"]
