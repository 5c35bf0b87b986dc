"""How heap profiles show themselves: sentences, tables and flame graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb.schema import Kind
from heapnb.views import flame_graphs, fmt
from heapnb.views.flame_graphs import Frame, flame_graph
from heapnb.views.rows import Rows
from heapnb.views.view_parts import Fact, View, notes_of

if TYPE_CHECKING:
    from heapnb.analysis.heap_profiles.allocators import Allocator
    from heapnb.analysis.heap_profiles.comparison import HeapProfileDiff
    from heapnb.analysis.heap_profiles.functions import Function
    from heapnb.analysis.heap_profiles.profile import HeapProfile
    from heapnb.views.masking import Masking

_TITLE: Final = "Sampling heap profile"
_DIFF_TITLE: Final = "Comparison of heap profiles"
_LIVE: Final = "Sampled bytes by call stack"
_ADDED: Final = "Sampled bytes added, by call stack"


def heap_profile_view(profile: HeapProfile) -> View:
    """Collect what there is to show of a heap profile."""
    return View(
        title=_TITLE,
        lead=tuple(sentences(profile)),
        facts=_facts(profile),
        drawing=_drawing(profile, _LIVE),
        table=Rows(profile.columns()),
        notes=notes_of(profile),
    )


def heap_profile_diff_view(diff: HeapProfileDiff) -> View:
    """Collect what there is to show of two heap profiles."""
    return View(
        title=_DIFF_TITLE,
        lead=tuple(diff_sentences(diff)),
        facts=(
            Fact("before", diff.before.name, Kind.LOCATION),
            Fact("after", diff.after.name, Kind.LOCATION),
            Fact("sampled before", diff.before.sampled_size, Kind.BYTES),
            Fact("sampled after", diff.after.sampled_size, Kind.BYTES),
            Fact("change", diff.sampled_delta, Kind.BYTES_DELTA),
        ),
        drawing=_drawing(diff.growth, _ADDED),
        table=Rows(diff.columns()),
        notes=notes_of(diff),
    )


def sentences_of(result: HeapProfile | HeapProfileDiff) -> list[str]:
    """Say what a profile, or a comparison of two, shows."""
    from heapnb.analysis.heap_profiles.profile import HeapProfile

    return sentences(result) if isinstance(result, HeapProfile) else diff_sentences(result)


def sentences(profile: HeapProfile) -> list[str]:
    """Say which function allocated most, and which one of the program's own code."""
    from heapnb.analysis.heap_profiles.allocators import leading

    first, own = leading(profile)
    if first is None:
        return ["No allocation was sampled that is still alive."]
    said = [allocated_in(first)]
    if own is not None and own is not first:
        said.append(f"The program's own code: {allocated_in(own)}")
    return said


def allocated_in(found: Allocator) -> str:
    """Say how much a function allocated."""
    share, size = fmt.format_percent(found.share), fmt.format_bytes(found.size)
    where = place_of(found.function)
    if found.size > found.own_size:
        where += " and the built-in functions that it called"
    return f"{share} of the sampled bytes ({size}) were allocated in {where}."


def place_of(function: Function) -> str:
    """Name a function, and where it is."""
    location = function.location
    return f"`{fmt.clean(function.label)}`" + (
        f" ({fmt.clean_location(location)})" if location else ""
    )


def diff_sentences(diff: HeapProfileDiff) -> list[str]:
    """Say which function's allocations grew most."""
    columns = diff.columns()
    change = fmt.format_bytes_delta(diff.sampled_delta)
    total = f"Sampled bytes: {change}."
    if not columns["function"] or columns["sampled_delta"][0] <= 0:
        return [f"{total} The allocations of no function grew."]
    grown = fmt.format_bytes_delta(columns["sampled_delta"][0])
    return [f"{total} The largest growth was allocated in {_place(columns, 0)}: {grown}."]


def flame_graph_file(result: HeapProfile | HeapProfileDiff) -> str:
    """Make an SVG file of a heap profile, or of what grew between two.

    Parameters
    ----------
    result : HeapProfile or HeapProfileDiff
        What to draw.

    Returns
    -------
    str
        An SVG document; see `heapnb.views.flame_graphs.standalone`.
    """
    from heapnb.analysis.heap_profiles.profile import HeapProfile

    if isinstance(result, HeapProfile):
        profile, title, name = result, _LIVE, result.name
    else:
        profile, title = result.growth, _ADDED
        name = f"{result.before.name} and {result.after.name}"
    return flame_graphs.standalone(
        profile_flames(profile, title), title=f"{title}: {fmt.clean(name)}"
    )


def _place(columns: dict[str, list[Any]], row: int) -> str:
    name, location = columns["function"][row], columns["location"][row]
    return f"`{fmt.clean(name)}`" + (f" ({fmt.clean_location(location)})" if location else "")


def _facts(profile: HeapProfile) -> tuple[Fact, ...]:
    facts = (
        Fact("profile", profile.name, Kind.LOCATION),
        Fact("sampled size", profile.sampled_size, Kind.BYTES),
        Fact("samples", profile.sample_count, Kind.COUNT),
        Fact("functions", len(profile.functions) - 1, Kind.COUNT),
    )
    return tuple(fact for fact in facts if fact.value is not None)


def profile_flames(
    profile: HeapProfile, title: str = _LIVE, *, masking: Masking | None = None
) -> Markup:
    """Draw the sampled bytes of each call stack as a flame graph.

    Parameters
    ----------
    profile : HeapProfile
        What to draw.
    title : str
        What the whole is.
    masking : Masking, optional
        The policy for likely secrets.

    Returns
    -------
    Markup
        See `heapnb.views.flame_graphs.flame_graph`. Empty if nothing is alive.
    """
    tree = profile.tree

    def frame_of(number: int) -> Frame:
        function: Function = profile.functions[number]
        return Frame(function.label, function.location or "", function.package.kind)

    return flame_graph(
        tree.parent, tree.function, tree.self_size, frame_of, title=title, masking=masking
    )


def _drawing(profile: HeapProfile, title: str) -> Markup | None:
    """Draw a profile with the style that a fragment needs; None without any bytes."""
    drawn = profile_flames(profile, title)
    return Markup("<style>{}</style>{}").format(flame_graphs.style(), drawn) if drawn else None


def heap_profile_chart(profile: HeapProfile) -> View:
    """Draw a heap profile."""
    return View(title=_LIVE, drawing=_drawing(profile, _LIVE), table=Rows(profile.columns("stack")))


def heap_profile_diff_chart(diff: HeapProfileDiff) -> View:
    """Draw what grew between two heap profiles."""
    return View(title=_ADDED, drawing=_drawing(diff.growth, _ADDED), table=Rows(diff.columns()))


def views_of_heap_profiles() -> dict[type, Callable[[Any], View]]:
    """Return the describers by type."""
    from heapnb.analysis.heap_profiles.comparison import HeapProfileDiff
    from heapnb.analysis.heap_profiles.profile import HeapProfile

    return {HeapProfile: heap_profile_view, HeapProfileDiff: heap_profile_diff_view}


def charts_of_heap_profiles() -> dict[type, Callable[[Any], View]]:
    """Return the functions that draw, by type."""
    from heapnb.analysis.heap_profiles.comparison import HeapProfileDiff
    from heapnb.analysis.heap_profiles.profile import HeapProfile

    return {HeapProfile: heap_profile_chart, HeapProfileDiff: heap_profile_diff_chart}


__all__ = [
    "allocated_in",
    "charts_of_heap_profiles",
    "diff_sentences",
    "flame_graph_file",
    "place_of",
    "profile_flames",
    "sentences",
    "sentences_of",
    "views_of_heap_profiles",
]
