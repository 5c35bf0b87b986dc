"""What a file that was cut off still holds: whole records, known names, and what is missing."""

from __future__ import annotations

from typing import Final

from heapnb._typing import IntArray
from heapnb.format.meta import SnapshotMeta
from heapnb.format.sections import SCOPE_SECTIONS, Sections

MISSING_STRING: Final = "(missing from the truncated file)"

_TITLES: Final = {
    "trace_function_infos": "functions of call stacks",
    "trace_tree": "call stacks",
    "scope_context_vars": "variables of scopes",
    "scope_uses": "uses of variables",
}


def whole_records(values: IntArray, stride: int) -> IntArray:
    """Leave out the record at the end that was cut.

    Examples
    --------
    >>> import numpy as np
    >>> whole_records(np.arange(5), 2).tolist()
    [0, 1, 2, 3]
    """
    return values[: len(values) // stride * stride]


def clip_names(
    values: IntArray, fields: tuple[str, ...], names: tuple[str, ...], n_strings: int
) -> bool:
    """Let names that are missing refer to the string behind the last one.

    Parameters
    ----------
    values : int64[k]
        Whole records of a section; changed in place.
    fields : tuple of str
        The fields of a record.
    names : tuple of str
        Those which are indices of strings.
    n_strings : int
        Number of strings that the file holds.

    Returns
    -------
    bool
        Whether there was any.
    """
    records = values.reshape(-1, len(fields))
    found = False
    for name in names:
        if name in fields:
            column = records[:, fields.index(name)]
            bad = column >= n_strings
            column[bad] = n_strings
            found |= bool(bad.any())
    return found


def missing_parts(read: Sections, meta: SnapshotMeta) -> str:
    """Say what a cut file lacks.

    Parameters
    ----------
    read : Sections
        What it holds.
    meta : SnapshotMeta
        Its header.

    Returns
    -------
    str
        A sentence.
    """
    strides = {
        "locations": len(meta.location_fields),
        "scopes": len(meta.scope_fields),
        "scope_context_vars": len(meta.scope_context_var_fields),
        "scope_uses": len(meta.scope_use_fields),
    }
    declared = {"nodes": meta.declared_node_count, "edges": meta.declared_edge_count}
    expected = ["nodes", "edges"]
    if meta.header.get("trace_function_count"):
        expected += ["trace_function_infos", "trace_tree"]
    if meta.location_fields:
        expected.append("locations")
    if meta.scope_fields:
        expected += SCOPE_SECTIONS
    expected.append("strings")
    if read.cut_in is not None and read.cut_in not in expected:
        expected.append(read.cut_in)
    parts = []
    for section in expected:
        title = _TITLES.get(section, section)
        total = declared.get(section, 0)
        if section not in read.seen:
            parts.append(f"all {total:,} {title}" if total else f"all {title}")
        elif section == read.cut_in:
            done = read.rows.get(section)
            if section == "strings" and read.strings is not None:
                done = len(read.strings)
            elif section in read.flat:
                done = len(read.flat[section]) // strides.get(section, 1)
            if total and done is not None:
                if done < total:
                    parts.append(f"{total - done:,} of {total:,} {title}")
            elif done is not None:
                parts.append(f"{title} after the first {done:,}")
            else:
                parts.append(title)
    return f"Missing: {', '.join(parts)}." if parts else "Nothing that heapnb reads is missing."


__all__ = ["MISSING_STRING", "clip_names", "missing_parts", "whole_records"]
