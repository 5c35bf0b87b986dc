"""Words, sentinels and constants of V8's heap snapshot format and of the DevTools engine.

Everything here is plain data; the module imports nothing of heapnb.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple

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
CUT_LENGTH: Final = 1024
"""Characters of a string of its heap that V8 writes at most, unless it is told otherwise."""

CONSOLE_HANDLE: Final = " / DevTools console"
"""How V8 labels a handle by which its inspector keeps what was logged, after a number."""

NATIVE_CONTEXT: Final = "system / NativeContext"
SLOPPY_FUNCTION_MAP: Final = "sloppy_function_map"
MAP_DESCRIPTORS: Final = "(map descriptors)"
EXTERNAL_STRING_DATA: Final = "system / ExternalStringData"
ARRAY_BUFFER_DATA: Final = "system / JSArrayBufferData"


class NodeRole(Enum):
    """What nodes of a type stand for."""

    OBJECT = auto()
    """An object or function of the program, or of the platform."""
    TEXT = auto()
    """A string."""
    PRIMITIVE = auto()
    """Another primitive value."""
    STORE = auto()
    """An array of the engine, which holds what belongs to an object."""
    SYSTEM = auto()
    """Another node of the engine: code, maps, scopes, tables."""
    ROOT = auto()
    """A node that the file adds for the roots."""


class NodeType(NamedTuple):
    """A node type of V8.

    Parameters
    ----------
    name : str
        As the file lists it.
    role : NodeRole
        What its nodes stand for.
    class_name : str or None
        The class that DevTools gives all of them; None if the node's name is its class.
    """

    name: str
    role: NodeRole
    class_name: str | None


CLASS_SYSTEM: Final = "(system)"
CLASS_COMPILED_CODE: Final = "(compiled code)"
CLASS_FUNCTION: Final = "Function"
CLASS_REGEXP: Final = "RegExp"
CLASS_OBJECT: Final = "Object"
CLASS_UNDEFINED: Final = "(undefined)"
"""DevTools' class for a node type that the file uses without naming it."""

NODE_TYPES: Final = (
    NodeType("hidden", NodeRole.SYSTEM, CLASS_SYSTEM),
    NodeType("array", NodeRole.STORE, "(array)"),
    NodeType("string", NodeRole.TEXT, "(string)"),
    NodeType("object", NodeRole.OBJECT, None),
    NodeType("code", NodeRole.SYSTEM, CLASS_COMPILED_CODE),
    NodeType("closure", NodeRole.OBJECT, CLASS_FUNCTION),
    NodeType("regexp", NodeRole.OBJECT, CLASS_REGEXP),
    NodeType("number", NodeRole.PRIMITIVE, "(number)"),
    NodeType("native", NodeRole.OBJECT, None),
    NodeType("synthetic", NodeRole.ROOT, "(synthetic)"),
    NodeType("concatenated string", NodeRole.TEXT, "(concatenated string)"),
    NodeType("sliced string", NodeRole.TEXT, "(sliced string)"),
    NodeType("symbol", NodeRole.PRIMITIVE, "(symbol)"),
    NodeType("bigint", NodeRole.PRIMITIVE, "(bigint)"),
    NodeType("object shape", NodeRole.SYSTEM, "(object shape)"),
)
"""V8's ``HeapGraphNode::Type`` in order."""


def _with_role(*roles: NodeRole) -> tuple[str, ...]:
    return tuple(node_type.name for node_type in NODE_TYPES if node_type.role in roles)


# Node 8 writes type 12 without listing it in the meta section, so an index beyond the listed
# names is looked up here.
V8_NODE_TYPES: Final = tuple(node_type.name for node_type in NODE_TYPES)

OBJECT_TYPES: Final = _with_role(NodeRole.OBJECT)
"""Node types of objects and functions."""

STRING_TYPES: Final = _with_role(NodeRole.TEXT)
"""Node types of strings; ropes and slices share the text of other strings."""

COMPOSED_STRING_TYPES: Final = ("concatenated string", "sliced string")
"""Node types of strings that are made of other strings."""

PRIMITIVE_TYPES: Final = _with_role(NodeRole.TEXT, NodeRole.PRIMITIVE)
"""Node types of values without properties, strings among them."""

LITERAL_TYPES: Final = (*_with_role(NodeRole.PRIMITIVE), "regexp")
"""Node types whose nodes are named by their value, but for strings."""

PROGRAM_TYPES: Final = (*OBJECT_TYPES, *PRIMITIVE_TYPES)
"""Node types of what a program can refer to."""

ENGINE_TYPES: Final = _with_role(NodeRole.STORE, NodeRole.SYSTEM)
"""Node types that the engine makes: people look for the objects that these nodes belong to."""

SYSTEM_TYPES: Final = _with_role(NodeRole.SYSTEM)
"""Those of the engine's node types that do not hold what a program stores."""

OTHER_TYPES: Final = (*ENGINE_TYPES, *_with_role(NodeRole.ROOT))
"""Node types of what a program cannot refer to: the engine's, and the file's roots."""

BACKING_TYPES: Final = ("array", "hidden")
"""Node types of backing stores: what an array, a map or an object keeps its content in."""

CLASS_OF_TYPE: Final = {node_type.name: node_type.class_name for node_type in NODE_TYPES}
"""The class of all nodes of a type; None for types whose nodes are named by their class."""

NAMED_BY_CLASS: Final = frozenset(name for name, text in CLASS_OF_TYPE.items() if text is None)
"""Types whose nodes are named by their class."""

ENGINE_CLASSES: Final = (
    *(name for name in map(CLASS_OF_TYPE.get, ENGINE_TYPES) if name is not None),
    "(internal)",
)
"""Classes of the engine's nodes, which say nothing about a program."""

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

# DevTools names a plain object after its properties where enough objects look alike.
INTERFACE_MIN_PROPERTIES: Final = 1
INTERFACE_MAX_NAME_LENGTH: Final = 120
INTERFACE_MIN_OBJECTS: Final = 2
INTERFACE_MIN_PROPORTION: Final = 1000

SYSTEM_PREFIX = "system / "
"""How the names of the engine's own objects begin."""

CONTEXT_NAME = "system / Context"
"""Name of the objects that hold the variables of a scope; in some versions more follows."""

SCRIPT_SCOPE_ID: Final = -2
"""Number of the scope of a whole script, whose variables all scripts of a page share."""

ODDBALL_NAME = "system / Oddball"
"""Name of ``undefined``, ``null``, ``true`` and ``false``."""

REACTION_NAME = "system / PromiseReaction"
"""Name of what waits for a promise."""
