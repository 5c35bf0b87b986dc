"""What there is to show of a result: a title, sentences, facts, a drawing, a table, parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.columns import kind_of
from heapnb.views.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.decode.source_text import SourceText

_MAX_NOTES: Final = 10


@dataclass(frozen=True)
class Fact:
    """A named value.

    Parameters
    ----------
    label : str
        Its name; also tells its kind unless that is given.
    value : object
        A number, text or sequence of either.
    kind : Kind, optional
        What the value is.
    """

    label: str
    value: object
    kind: Kind | None = None

    @property
    def written_as(self) -> Kind:
        """What the value is, by its name if need be."""
        return self.kind or kind_of(self.label)


@dataclass(frozen=True)
class View:
    """What there is to show of a result. Nothing in it is escaped, shortened or formatted.

    Parameters
    ----------
    title : str
        What it is.
    badge : str, optional
        One word that matters most, such as a verdict.
    lead : tuple of str
        Sentences.
    facts : tuple of Fact
        Named values.
    chain : tuple of str
        What retains what, root first; edge names with a leading dot.
    drawing : object, optional
        What `heapnb.drawing.dot.retainer_graph` draws, or a drawing as ``markupsafe.Markup``.
    source : SourceText, optional
        Lines of the program.
    table : pandas.DataFrame or Rows, optional
        Rows.
    notes : tuple of str
        What a reader should know.
    parts : tuple of View
        What it consists of.
    """

    title: str
    badge: str | None = None
    lead: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    chain: tuple[str, ...] = ()
    drawing: object | None = None
    source: SourceText | None = None
    table: pd.DataFrame | Rows | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[View, ...] = ()


def notes_of(result: Any) -> tuple[str, ...]:
    """Return the warnings of a result, the first ten in full."""
    notes = tuple(getattr(result, "warnings", ()))
    if len(notes) > _MAX_NOTES:
        more = fmt.plural(len(notes) - _MAX_NOTES, "further warning")
        return (*notes[:_MAX_NOTES], f"{more}.")
    return notes


__all__ = ["Fact", "View", "notes_of"]
