"""Leaks that a project knows of: what is new in this build, what is known, what is fixed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.errors import HeapnbError

_VERSION: Final = 1
_NEEDED: Final = ("fingerprint", "kind", "class_name", "anchor", "location")


@dataclass(frozen=True)
class KnownLeak:
    """A leak in a baseline.

    Parameters
    ----------
    fingerprint : str
        Its name; see `heapnb.analysis.diagnosis.fingerprints.fingerprint`.
    kind, class_name, anchor : str
        As in `Suspect`, for readers of the file.
    location : str or None
        The same.
    reason : str or None
        Why a person accepted it; see `Diagnosis.dismiss`.
    """

    fingerprint: str
    kind: str
    class_name: str
    anchor: str
    location: str | None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the leak as it stands in a baseline; without a reason if there is none."""
        return {name: value for name, value in asdict(self).items() if value or name in _NEEDED}


@dataclass(frozen=True)
class Comparison:
    """What a diagnosis shows beyond a baseline.

    Parameters
    ----------
    new : tuple of Suspect
        Leaks that the baseline lacks.
    known : tuple of Suspect
        Leaks that it has.
    fixed : tuple of KnownLeak
        Leaks of the baseline that are gone; none where the verdict is "undecided".
    """

    new: tuple[Suspect, ...]
    known: tuple[Suspect, ...]
    fixed: tuple[KnownLeak, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as ``heapnb diagnose --baseline --json`` prints it.

        Returns
        -------
        dict
            Lists ``new``, ``known`` and ``fixed`` of leaks as they stand in a baseline.
        """
        return {
            "new": [_entry(suspect).to_dict() for suspect in self.new],
            "known": [_entry(suspect).to_dict() for suspect in self.known],
            "fixed": [leak.to_dict() for leak in self.fixed],
        }


@dataclass(frozen=True)
class Baseline:
    """The leaks that a project has accepted for now.

    Parameters
    ----------
    leaks : tuple of KnownLeak
        In the order of the file.

    Examples
    --------
    >>> baseline = Baseline.read("known-leaks.json")  # doctest: +SKIP
    >>> baseline.compare(diagnosis).new  # doctest: +SKIP
    """

    leaks: tuple[KnownLeak, ...] = ()

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> Baseline:
        """Make the baseline that knows all leaks of a diagnosis, dismissed ones with the reason."""
        dismissed = [one for one in diagnosis.suspects if one.dismissed is not None]
        leaks = {one.fingerprint: _entry(one) for one in (*diagnosis.leaks, *dismissed)}
        return cls(tuple(leaks.values()))

    def reasons_in(self, diagnosis: Diagnosis) -> Diagnosis:
        """Dismiss the suspects of which the baseline says why they are accepted."""
        return diagnosis.with_remarks_of(
            (leak.fingerprint, leak.reason, True) for leak in self.leaks if leak.reason is not None
        )

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a baseline.

        Parameters
        ----------
        path : str or PathLike
            A file that `write` has written.

        Returns
        -------
        Baseline

        Raises
        ------
        HeapnbError
            If there is no such file, or it is not a baseline.
        """
        try:
            return cls(_parse(orjson.loads(Path(path).read_bytes())))
        except FileNotFoundError:
            raise HeapnbError(
                f"There is no baseline {path}.",
                hint="heapnb diagnose … --baseline FILE --update-baseline writes one.",
            ) from None
        except OSError as error:
            raise HeapnbError(f"Cannot read {path}: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError):
            raise HeapnbError(
                f"{path} is not a baseline of heapnb.",
                hint="heapnb diagnose … --baseline FILE --update-baseline writes one.",
            ) from None

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the baseline as JSON, a leak in a few lines, to be kept beside the code.

        Parameters
        ----------
        path : str or PathLike
            A file; replaced at once or not at all.

        Raises
        ------
        HeapnbError
            If it cannot be written.
        """
        from heapnb.format.writer import replacing

        content = {"version": _VERSION, "leaks": [leak.to_dict() for leak in self.leaks]}
        with replacing(Path(path), force=True) as stream:
            stream.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")

    def compare(self, diagnosis: Diagnosis) -> Comparison:
        """Tell new leaks from known ones.

        Parameters
        ----------
        diagnosis : Diagnosis
            Of this build.

        Returns
        -------
        Comparison
        """
        known = {leak.fingerprint for leak in self.leaks}
        dismissed = tuple(one for one in diagnosis.suspects if one.dismissed is not None)
        leaks = diagnosis.leaks
        seen = {suspect.fingerprint for suspect in diagnosis.suspects}
        is_decided = diagnosis.verdict != "undecided"
        return Comparison(
            new=tuple(suspect for suspect in leaks if suspect.fingerprint not in known),
            known=tuple(one for one in (*leaks, *dismissed) if one.fingerprint in known),
            fixed=tuple(leak for leak in self.leaks if is_decided and leak.fingerprint not in seen),
        )


def _entry(suspect: Suspect) -> KnownLeak:
    return KnownLeak(
        suspect.fingerprint,
        suspect.kind,
        suspect.class_name,
        suspect.anchor,
        suspect.location,
        suspect.dismissed,
    )


def _parse(content: Mapping[str, Any]) -> tuple[KnownLeak, ...]:
    if content["version"] != _VERSION:
        raise ValueError(content["version"])
    leaks = tuple(
        KnownLeak(**{name: entry[name] for name in _NEEDED}, reason=entry.get("reason"))
        for entry in content["leaks"]
    )
    for leak in leaks:
        texts = [leak.fingerprint, leak.kind, leak.class_name, leak.anchor]
        texts += [leak.location or "", leak.reason or ""]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError
    return leaks
