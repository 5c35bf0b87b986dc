"""Checks of the fields that catalogues in TOML have: known leaks, known shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from semantic_version import Version

from heapnb.errors import HeapnbError

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def parsed_version(text: str) -> Version | None:
    """Read a version with or without a leading v; None for what is not a version."""
    try:
        return Version(text.strip().removeprefix("v"))
    except ValueError:
        return None


def checked_entries(
    content: Mapping[str, Any], table: str, name: str, *, page: str
) -> list[Mapping[str, Any]]:
    """Return the entries of a catalogue.

    Parameters
    ----------
    content : dict
        What TOML contains.
    table : str
        The one key that it may have.
    name : str
        Of the file, for errors.
    page : str
        Where the documentation describes the entries.

    Returns
    -------
    list of dict

    Raises
    ------
    HeapnbError
        If there is anything else.
    """
    unknown = sorted(content.keys() - {table})
    entries = content.get(table, [])
    if unknown or not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise HeapnbError(
            f"{name} contains {unknown[0] if unknown else 'something'} that is not `[[{table}]]`.",
            hint=f"see {page}.",
        )
    return entries


def checked_text(entry: Mapping[str, Any], field: str, where: str) -> str:
    """Return a field that must have a text.

    Parameters
    ----------
    entry : dict
        An entry, as TOML has it.
    field : str
        The field.
    where : str
        File and entry, for errors.

    Returns
    -------
    str

    Raises
    ------
    HeapnbError
        If it has none.
    """
    value = entry.get(field)
    if not isinstance(value, str) or not value.strip():
        raise HeapnbError(f"{where}: the field `{field}` must be a text.")
    return value


def checked_version(entry: Mapping[str, Any], field: str, where: str) -> str | None:
    """Return a field that may have a version; see `checked_text`."""
    value = entry.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or parsed_version(value) is None:
        raise HeapnbError(f"{where}: `{field}` must be a version such as 5.26.0 (got {value!r}).")
    return value


def checked_texts(entry: Mapping[str, Any], field: str, where: str) -> tuple[str, ...]:
    """Return a field that may have a list of texts; see `checked_text`."""
    value = entry.get(field, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise HeapnbError(f"{where}: `{field}` must be a list of texts.")
    return tuple(value)


def checked_id(text: str, where: str) -> None:
    """Refuse an id that is not in kebab case."""
    if not _ID.fullmatch(text):
        raise HeapnbError(f"{where}: an id consists of lowercase letters, digits and hyphens.")


def checked_address(text: str, field: str, where: str) -> None:
    """Refuse what is not an address."""
    if not text.startswith("https://"):
        raise HeapnbError(f"{where}: `{field}` must be an address that begins with https://.")


__all__ = [
    "checked_address",
    "checked_id",
    "checked_text",
    "checked_texts",
    "checked_version",
    "parsed_version",
]
