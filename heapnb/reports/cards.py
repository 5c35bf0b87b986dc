"""The card of a suspect: all that a report says about one group of objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from heapnb.drawing.dot import retainer_graph
from heapnb.drawing.layout import TEXT_OF_SVG
from heapnb.errors import HeapnbError
from heapnb.graph.references import is_chain_step
from heapnb.views import charts
from heapnb.views.code import code_html
from heapnb.views.describe import removal
from heapnb.views.rates import rate_text
from heapnb.views.wording.allocations import stack_words
from heapnb.views.wording.known import known_text, origin_text

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.reports.tables import Writer

MOST_CHAIN_STEPS: Final = 40
MOST_DRAWINGS: Final = 10
"""Suspects whose chain is drawn."""

MOST_SNAPSHOTS: Final = 60
"""Rows of the table of snapshots."""

LARGEST_DRAWING: Final = 120_000
"""Characters of an SVG; the text of the chain has to do where it is larger."""

# The page has the style sheet of drawings once; its policy allows no other.
_STYLE_OF_SVG = re.compile(r"<style>.*?</style>", re.DOTALL)


@dataclass(frozen=True)
class ChainStep:
    """One step of a retaining path in words."""

    text: str
    is_edge: bool


@dataclass(frozen=True)
class Source:
    """The lines of the program that create the leaking objects."""

    location: str
    lines: Markup
    is_cut: bool


@dataclass(frozen=True)
class Card:
    """A suspect with all that is known about it."""

    suspect: Suspect
    chain: tuple[ChainStep, ...]
    n_folded_steps: int
    drawing: Markup | None
    counts: Markup
    retained: Markup
    per_snapshot: tuple[tuple[str, int, int], ...]
    removal: str
    growth: str | None
    origin: str
    known: str | None
    source: Source | None
    stack: tuple[str, ...]


def card_of(write: Writer, suspect: Suspect, names: Sequence[str]) -> Card:
    """Gather what is known of a suspect; ``names`` are those of the snapshots."""
    chain = suspect.words
    # The ends of a long chain tell most: what anchors it, and what it holds.
    n_folded = max(0, len(chain) - MOST_CHAIN_STEPS)
    if n_folded:
        half = MOST_CHAIN_STEPS // 2
        chain = chain[:half] + chain[-half:]
    return Card(
        suspect=suspect,
        chain=tuple(
            ChainStep(write.text(step.removeprefix(".") or step), is_chain_step(step))
            for step in chain
        ),
        n_folded_steps=n_folded,
        drawing=_drawing(write, suspect) if suspect.rank <= MOST_DRAWINGS else None,
        counts=charts.sparkline(suspect.count_per_snapshot),
        retained=charts.column_chart(
            suspect.retained_per_snapshot, names, title="Retained size per snapshot"
        ),
        per_snapshot=tuple(
            zip(names, suspect.count_per_snapshot, suspect.retained_per_snapshot, strict=True)
        )[-MOST_SNAPSHOTS:],
        removal=removal(suspect),
        growth=rate_text(suspect),
        origin=origin_text(suspect),
        known=None if suspect.known is None else known_text(suspect.known),
        source=_source(write, suspect),
        stack=_stack(write, suspect),
    )


def _stack(write: Writer, suspect: Suspect) -> tuple[str, ...]:
    """Write the call stack that allocated most of the objects; empty where it is unknown."""
    found = suspect.allocated_at
    return () if found is None else tuple(write.text(one) for one in stack_words(found.stack))


def _source(write: Writer, suspect: Suspect) -> Source | None:
    source = suspect.source
    if source is None:
        return None
    lines = code_html(source, write.masking)
    return Source(write.location(source.location), lines, source.is_cut)


def _drawing(write: Writer, suspect: Suspect) -> Markup | None:
    """Draw what keeps a suspect alive."""
    if suspect.path is None:
        return None
    try:
        svg = retainer_graph(suspect).to_svg()
    except HeapnbError:
        # Without Graphviz the chain beside it has to do.
        return None
    svg = _STYLE_OF_SVG.sub("", svg)
    if len(svg) > LARGEST_DRAWING:
        return None
    masked = TEXT_OF_SVG.sub(lambda match: write.masking.text(match[0]), svg)
    masked = masked.replace('role="img"', 'role="img" aria-label="Retaining path"', 1)
    return Markup(masked)  # noqa: S704  RetainerGraph's SVG is made to be inlined
