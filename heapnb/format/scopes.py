"""Check the sections that list the scopes of scripts, and make columns of them.

`scopes` has one record for each scope; `scope_context_vars` and `scope_uses` have the records of
all scopes one after the other. Source: ContextAnalyzer.ts of ``chrome-devtools-frontend``
1.0.1705227, which reads these sections, and V8's heap-snapshot-scopes-unittest.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

import numpy as np

from heapnb._typing import BoolArray, IntArray
from heapnb.errors import SnapshotFormatError
from heapnb.format.meta import SnapshotMeta
from heapnb.format.ranges import first_scope_fault
from heapnb.format.raw import Scopes

Locate = Callable[[str, int], int | None]
"""Returns the byte offset of the nth number of a section."""


def checked_scopes(
    meta: SnapshotMeta,
    values: Mapping[str, IntArray],
    n_nodes: int,
    n_strings: int,
    locate: Locate,
) -> Scopes:
    """Make columns of the sections, whose numbers later code relies on.

    Parameters
    ----------
    meta : SnapshotMeta
        The fields of the records.
    values : mapping of str to int64 array
        The numbers of each section; a missing section is empty.
    n_nodes, n_strings : int
        Sizes of the tables that the numbers point into.
    locate : callable
        Returns the byte offset of the nth number of a section, for messages.

    Returns
    -------
    Scopes

    Raises
    ------
    SnapshotFormatError
        If a section is not made of whole records, a script is not a node, a name is not a string,
        the counts do not fit the other sections, or a scope is deeper than its place allows.
    """
    records = {
        section: _records(section, values, fields, locate)
        for section, fields in (
            ("scopes", meta.scope_fields),
            ("scope_context_vars", meta.scope_context_var_fields),
            ("scope_uses", meta.scope_use_fields),
        )
    }

    def column(section: str, fields: tuple[str, ...], name: str) -> IntArray:
        taken: IntArray = np.ascontiguousarray(records[section][:, fields.index(name)])
        return taken

    def require(
        section: str, fields: tuple[str, ...], name: str, bad: BoolArray, what: str
    ) -> None:
        if bad.any():
            fail(section, fields, name, int(np.argmax(bad)), what)

    def fail(section: str, fields: tuple[str, ...], name: str, row: int, what: str) -> NoReturn:
        value = int(records[section][row, fields.index(name)])
        raise SnapshotFormatError(
            f"{name} is {what}: {value}",
            section=section,
            byte_offset=locate(section, row * len(fields) + fields.index(name)),
            hint="the file was damaged or changed.",
        )

    offset = column("scopes", meta.scope_fields, "script_node_index")
    script, rest = np.divmod(offset, len(meta.node_fields))
    require("scopes", meta.scope_fields, "script_node_index", rest != 0, "not the offset of a node")
    name_index = column("scope_context_vars", meta.scope_context_var_fields, "name")
    scopes = Scopes(
        script=script,
        scope_id=column("scopes", meta.scope_fields, "scope_id"),
        depth=column("scopes", meta.scope_fields, "depth"),
        variable_count=column("scopes", meta.scope_fields, "scope_context_vars_count"),
        use_count=column("scopes", meta.scope_fields, "scope_uses_count"),
        variable_name=name_index.astype(np.uint32),
        use_scope_id=column("scope_uses", meta.scope_use_fields, "declaring_scope_id"),
        use_slot=column("scope_uses", meta.scope_use_fields, "slot_index"),
    )
    fault = first_scope_fault(scopes, n_nodes)
    if fault is not None:
        fail("scopes", meta.scope_fields, fault.field, fault.row, fault.what)
    for count, section in (
        (scopes.variable_count, "scope_context_vars"),
        (scopes.use_count, "scope_uses"),
    ):
        total, rows = int(count.sum()), len(records[section])
        if total != rows:
            raise SnapshotFormatError(
                f"The scopes declare {total} records, the array has {rows}",
                section=section,
                byte_offset=locate(section, 0),
                hint="the file was damaged or changed.",
            )
    require(
        "scope_context_vars",
        meta.scope_context_var_fields,
        "name",
        (name_index < 0) | (name_index >= n_strings),
        "not an index of a string",
    )
    return scopes


def _records(
    section: str, values: Mapping[str, IntArray], fields: tuple[str, ...], locate: Locate
) -> IntArray:
    numbers = values.get(section, np.empty(0, np.int64))
    stride = len(fields)
    if len(numbers) % stride:
        raise SnapshotFormatError(
            f"{len(numbers)} values are not a multiple of the record size {stride}",
            section=section,
            byte_offset=locate(section, 0),
        )
    records: IntArray = numbers.reshape(-1, stride)
    return records
