"""Roles of the strings of a snapshot: texts and names share one table."""

from __future__ import annotations

import re
from enum import IntFlag
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.kernels.redaction import mark_roles

if TYPE_CHECKING:
    from heapnb._typing import AnyArray
    from heapnb.format import RawSnapshot


class Role(IntFlag):
    """The roles of a string in the table; most strings have one role."""

    NONE = 0
    TEXT = 1
    """The text of a string of the program."""
    OWN = 2
    """A name from V8 or the embedder, such as that of a hidden node or an internal edge."""
    CLASS = 4
    CODE = 8
    """The name of a function or of a script."""
    PROPERTY = 16
    VARIABLE = 32
    NATIVE = 64
    PATTERN = 128
    """The source of a regular expression."""
    SYMBOL = 256


PLACES: Final = {
    Role.TEXT: "string",
    Role.PROPERTY: "property name",
    Role.VARIABLE: "variable name",
    Role.CLASS: "class name",
    Role.CODE: "function or script",
    Role.NATIVE: "native name",
    Role.PATTERN: "regular expression",
    Role.SYMBOL: "symbol",
    Role.OWN: "engine's name",
}
"""Names of the roles in an audit."""

NAMES: Final = (
    Role.OWN | Role.CLASS | Role.CODE | Role.PROPERTY | Role.VARIABLE | Role.NATIVE | Role.SYMBOL
)
"""Roles of names, as opposed to texts."""

_NODE_ROLES: Final = {
    **dict.fromkeys(vocab.STRING_TYPES, Role.TEXT),
    "object": Role.CLASS,
    "closure": Role.CODE,
    "code": Role.CODE,
    "native": Role.NATIVE,
    "regexp": Role.PATTERN,
    "symbol": Role.SYMBOL,
}
_EDGE_ROLES: Final = {"property": Role.PROPERTY, "context": Role.VARIABLE}
_FIRST_STRINGS_OF_TRACES: Final = (1, 2)
_TRACE_FIELDS: Final = 6

ENGINE_NAME: Final = re.compile(
    r"\([a-z -]+\)|(?:system|Node|V8|Blink|InternalNode) / [\w:<>,* ()-]+|<[a-z_]+>"
)
"""Names of the engine among nodes that usually have the program's names."""

ENGINE_TEXTS: Final = frozenset(("(concatenated string)", "(sliced string)", "<dummy>"))
"""Placeholders of the engine for texts."""


def roles_of(raw: RawSnapshot) -> AnyArray:
    """Return the roles of all strings: ``uint16[n_strings]``, bits of `Role`."""
    roles = np.zeros(len(raw.strings), np.uint16)
    node_roles = np.zeros(256, np.uint16)
    for i, name in enumerate(raw.meta.node_types):
        node_roles[i] = _NODE_ROLES.get(name, Role.OWN)
    edge_roles = np.zeros(256, np.uint16)
    for i, name in enumerate(raw.meta.edge_types):
        if name not in vocab.INDEXED_EDGE_TYPES:
            edge_roles[i] = _EDGE_ROLES.get(name, Role.OWN)
    mark_roles(raw.node_type, raw.node_name, node_roles, roles)
    mark_roles(raw.edge_type, raw.edge_name, edge_roles, roles)
    if raw.scopes is not None:
        roles[raw.scopes.variable_name] |= np.uint16(Role.VARIABLE)
    infos = raw.trace_function_infos
    if infos is not None:
        # Function id, name, script's name, script id, line, column.
        rows = infos[: len(infos) // _TRACE_FIELDS * _TRACE_FIELDS].reshape(-1, _TRACE_FIELDS)
        for column in _FIRST_STRINGS_OF_TRACES:
            names = rows[:, column]
            roles[names[(names >= 0) & (names < len(roles))]] |= np.uint16(Role.CODE)
    return roles
