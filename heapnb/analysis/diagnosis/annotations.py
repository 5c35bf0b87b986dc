"""What people say of a diagnosis: notes, and verdicts that they overrule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from heapnb.errors import HeapnbError

AnySuspect: TypeAlias = Any
"""A `heapnb.Suspect`, whose module imports this one."""

RemarkMade: TypeAlias = tuple[str | None, str, bool]
"""The fingerprint of a suspect, None for the whole; the text; whether it dismisses the suspect."""


class Annotated:
    """A diagnosis to which notes are added: each one makes a new diagnosis."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
        suspects: tuple[AnySuspect, ...]
        notes: tuple[str, ...]

    def note(self, text: str, suspect: AnySuspect | str | int | None = None) -> Self:
        """Add a note, which reports, notebooks and baselines show.

        Parameters
        ----------
        text : str
            The note.
        suspect : Suspect, str or int, optional
            What it is about: a suspect, its fingerprint, or its rank. By default the whole.

        Returns
        -------
        Diagnosis
            With the note; this one stays as it is.

        Raises
        ------
        HeapnbError
            If the text is empty, or there is no such suspect.

        Examples
        --------
        >>> diagnosis = diagnosis.note("Since the release of Monday", 1)  # doctest: +SKIP
        """
        said = _said(text)
        if suspect is None:
            return replace(self, notes=(*self.notes, said))
        found = self._find(suspect)
        return self._with(replace(found, notes=(*found.notes, said)))

    def dismiss(self, suspect: AnySuspect | str | int, reason: str) -> Self:
        """Overrule the verdict on a suspect: it is no longer one of the `leaks`.

        Parameters
        ----------
        suspect : Suspect, str or int
            A suspect, its fingerprint, or its rank.
        reason : str
            Why, for those who read the report.

        Returns
        -------
        Diagnosis
            In which the suspect is dismissed; this one stays as it is. The verdict stays what
            heapnb found.

        Raises
        ------
        HeapnbError
            If the reason is empty, or there is no such suspect.

        Examples
        --------
        >>> diagnosis.dismiss(2, "a cache with a limit of 10,000").leaks  # doctest: +SKIP
        """
        return self._with(replace(self._find(suspect), dismissed=_said(reason)))

    def with_remarks_of(self, remarks: Iterable[RemarkMade]) -> Self:
        """Add what was said of another diagnosis of the same program.

        Parameters
        ----------
        remarks : iterable of RemarkMade
            As `remarks_made` returns them. Those about suspects that are not here are left out.

        Returns
        -------
        Diagnosis
        """
        known = {suspect.fingerprint for suspect in self.suspects}
        found = self
        for fingerprint, text, is_dismissal in remarks:
            if fingerprint is None:
                found = found.note(text)
            elif fingerprint in known:
                found = (
                    found.dismiss(fingerprint, text)
                    if is_dismissal
                    else found.note(text, fingerprint)
                )
        return found

    def remarks_made(self) -> tuple[RemarkMade, ...]:
        """Return the notes and dismissals.

        Returns
        -------
        tuple of RemarkMade
        """
        made: list[RemarkMade] = [(None, text, False) for text in self.notes]
        for suspect in self.suspects:
            made += [(suspect.fingerprint, text, False) for text in suspect.notes]
            if suspect.dismissed is not None:
                made.append((suspect.fingerprint, suspect.dismissed, True))
        return tuple(made)

    def _find(self, wanted: AnySuspect | str | int) -> AnySuspect:
        """Find a suspect by itself, its fingerprint, or its rank."""
        if not isinstance(wanted, str | int):
            wanted = wanted.fingerprint
        for suspect in self.suspects:
            if wanted in {suspect.rank, suspect.fingerprint}:
                return suspect
        ranks = f"ranks 1 to {len(self.suspects)}" if self.suspects else "no suspects"
        raise HeapnbError(f"There is no suspect {wanted!r}.", hint=f"this diagnosis has {ranks}.")

    def _with(self, changed: AnySuspect) -> Self:
        """Replace the suspect of the same rank."""
        suspects = (changed if one.rank == changed.rank else one for one in self.suspects)
        return replace(self, suspects=tuple(suspects))


def _said(text: str) -> str:
    """Return a note without blanks around it.

    Raises
    ------
    HeapnbError
        If it is empty.
    """
    said = text.strip()
    if not said:
        raise HeapnbError("A note needs a text.")
    return said


__all__ = ["Annotated", "RemarkMade"]
