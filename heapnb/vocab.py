"""Words, sentinels and constants of V8's heap snapshot format and of the DevTools engine.

Everything here is plain data; the module imports nothing of heapnb.
"""

from __future__ import annotations

from typing import Final

NO_ORDINAL: Final = 0xFFFF_FFFF
"""Marks "no node" in ``uint32`` arrays of node ordinals."""

NO_INDEX: Final = -1
"""Marks "none" in signed index arrays."""

NO_DISTANCE: Final = -5
"""Distance of a node that no search reached (DevTools: ``noDistance``)."""

BASE_SYSTEM_DISTANCE: Final = 100_000_000
"""Distances from here on belong to nodes that only the engine reaches."""

DETACHEDNESS_UNKNOWN: Final = 0
DETACHEDNESS_ATTACHED: Final = 1
DETACHEDNESS_DETACHED: Final = 2

DETACHED_PREFIX: Final = "Detached "
"""DevTools puts this before the name of a native node that it finds detached."""

DOCUMENT_DOM_TREES: Final = "(Document DOM trees)"
NATIVE_CONTEXT: Final = "system / NativeContext"
SLOPPY_FUNCTION_MAP: Final = "sloppy_function_map"
MAP_DESCRIPTORS: Final = "(map descriptors)"
EXTERNAL_STRING_DATA: Final = "system / ExternalStringData"
ARRAY_BUFFER_DATA: Final = "system / JSArrayBufferData"

# V8's HeapGraphNode::Type in order. Node 8 writes type 12 without listing it in the meta
# section, so an index beyond the listed names is looked up here.
V8_NODE_TYPES: Final = (
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
)

STRING_TYPES: Final = ("string", "concatenated string", "sliced string")
"""Node types of strings; ropes and slices share the text of other strings."""

LONGEST_STRING: Final = 1_024
"""Characters after which V8 cuts strings when it writes a snapshot, unless told otherwise."""

# V8's HeapGraphEdge::Type in order.
V8_EDGE_TYPES: Final = (
    "context",
    "element",
    "property",
    "internal",
    "hidden",
    "shortcut",
    "weak",
)

INDEXED_EDGE_TYPES: Final = ("element", "hidden")
"""Edge types whose ``name_or_index`` is an index; for all others it is a string."""

CLASS_SYSTEM: Final = "(system)"
CLASS_COMPILED_CODE: Final = "(compiled code)"
CLASS_FUNCTION: Final = "Function"
CLASS_REGEXP: Final = "RegExp"
CLASS_OBJECT: Final = "Object"
CLASS_UNDEFINED: Final = "(undefined)"
"""DevTools' class for a node type that the file uses without naming it."""

# DevTools names a plain object after its properties where enough objects look alike.
INTERFACE_MIN_PROPERTIES: Final = 1
INTERFACE_MAX_NAME_LENGTH: Final = 120
INTERFACE_MIN_OBJECTS: Final = 2
INTERFACE_MIN_PROPORTION: Final = 1000

SYSTEM_PREFIX = "system / "
"""How the names of the engine's own objects begin."""

CONTEXT_NAME = "system / Context"
"""Name of the objects that hold the variables of a scope; in some versions more follows."""

ODDBALL_NAME = "system / Oddball"
"""Name of ``undefined``, ``null``, ``true`` and ``false``."""

REACTION_NAME = "system / PromiseReaction"
"""Name of what waits for a promise."""
