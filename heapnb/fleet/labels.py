"""What the user knows about pods and cases: a CSV, a mapping, a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, TypeAlias

from heapnb.errors import HeapnbError
from heapnb.fleet.origins import Origin

LabelOption: TypeAlias = (
    str | os.PathLike[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]] | Any | None
)
"""A CSV file, a DataFrame, rows, or a mapping of pods (hosts, cases) to outcomes or labels."""

OUTCOME: Final = "outcome"
"""The label that says how a process ended."""

KILLED: Final = frozenset({"killed", "oom", "oomkilled", "oom-killed", "crashed", "134", "137"})
"""Outcomes that count as killed, in lower case; numbers are exit codes."""

_KILLED_CODES: Final = frozenset({134, 137, -6, -9})
_ENDED_CODES: Final = frozenset({0, 130, 143, -2, -15})
_KEYS: Final = ("case", "host", "pod", "pid", "worker", "file")
_ANY: Final = "any"
_LARGEST: Final = 64_000_000


@dataclass(frozen=True)
class Row:
    """Labels of the cases that fit some keys.

    Parameters
    ----------
    keys : mapping of str to str
        Column and value; all must fit.
    values : mapping of str to str
        The labels.
    """

    keys: Mapping[str, str]
    values: Mapping[str, str]

    def fits(self, case: str, origin: Origin, files: Iterable[str]) -> bool:
        """Tell whether a case has all the keys."""
        known = {
            "case": case,
            "host": origin.host,
            "pod": origin.pod,
            "pid": None if origin.pid is None else str(origin.pid),
            "worker": origin.worker,
        }
        for name, wanted in self.keys.items():
            if name == "file":
                if not any(_is_file(url, wanted) for url in files):
                    return False
            elif name == _ANY:
                if wanted not in {known["case"], known["host"], known["pod"]}:
                    return False
            elif known.get(name, getattr(origin, name, None)) != wanted:
                return False
        return True


def read_labels(option: LabelOption) -> tuple[Row, ...]:
    """Read labels.

    Parameters
    ----------
    option : path, mapping, sequence of mappings, DataFrame or None
        A CSV file with a header, or rows: the columns ``case``, ``host``, ``pod``, ``pid``,
        ``worker`` and ``file`` (a pattern) say which cases a row is about, the others are labels.
        Without any of these columns, ``build`` says it. Or a mapping of names of pods, hosts or
        cases to outcomes, or to mappings of labels.

    Returns
    -------
    tuple of Row

    Raises
    ------
    HeapnbError
        If the file cannot be read, or no column says which cases a row is about.

    Examples
    --------
    >>> read_labels({"web-1": "killed"})[0].values
    {'outcome': 'killed'}
    """
    if option is None:
        return ()
    if isinstance(option, str | os.PathLike):
        return _rows(_csv(Path(option)), os.fspath(option))
    if isinstance(option, Mapping):
        return tuple(
            Row(
                {_ANY: str(name)}, _texts(value if isinstance(value, Mapping) else {OUTCOME: value})
            )
            for name, value in option.items()
        )
    records = option.to_dict("records") if hasattr(option, "to_dict") else list(option)
    return _rows(records, "The labels")


def _csv(path: Path) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise HeapnbError(f"{path}: larger than {_LARGEST:,} bytes, not a list of labels.")
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise HeapnbError(
            f"Cannot read {path}: {error.strerror}.", hint="check the path."
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise HeapnbError(f"{path} is not a CSV file: {error}.") from None


def _rows(records: Iterable[Mapping[str, Any]], name: str) -> tuple[Row, ...]:
    found = []
    for record in records:
        texts = {_name(key): text for key, text in _texts(record).items()}
        keys = {key: text for key, text in texts.items() if key in _KEYS}
        if not keys and "build" in texts:
            keys = {"build": texts["build"]}
        values = {key: text for key, text in texts.items() if key not in keys}
        if not keys:
            raise HeapnbError(
                f"{name}: a row does not say which cases it is about.",
                hint=f"add one of the columns {', '.join(_KEYS)} or build.",
            )
        found.append(Row(keys, values))
    return tuple(found)


def _name(text: str) -> str:
    name = text.strip().lower()
    return "file" if name == "path" else name


def _texts(record: Mapping[Any, Any]) -> dict[str, str]:
    """Keep what is known, as text: whole numbers of a table without ``.0``."""
    found = {}
    for key, value in record.items():
        if key is None or value is None or value != value:  # noqa: PLR0124  NaN
            continue
        is_whole = isinstance(value, float) and value.is_integer()
        text = str(int(value) if is_whole else value).strip()
        if text:
            found[str(key)] = text
    return found


def _is_file(url: str, pattern: str) -> bool:
    return fnmatchcase(url, pattern) or fnmatchcase(url, f"*/{pattern.lstrip('/')}")


def outcome_of_code(code: int) -> str:
    """Say how a process ended by its exit code.

    Examples
    --------
    >>> outcome_of_code(137), outcome_of_code(143), outcome_of_code(1)
    ('killed', 'healthy', 'failed')
    """
    if code in _KILLED_CODES:
        return "killed"
    return "healthy" if code in _ENDED_CODES else "failed"


__all__ = ["KILLED", "OUTCOME", "LabelOption", "Row", "outcome_of_code", "read_labels"]
