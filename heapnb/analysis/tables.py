"""The registry of decoded tables: V8's internals as rows in the program's words.

An entry makes the method of `heapnb.Snapshot`, the command and the magic of its name, the tree of
the workbench, and the row of the docs. Nothing heavy is imported until a table is made.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.graph import HeapGraph


@dataclass(frozen=True, slots=True)
class DecodedTable:
    """A table that decodes one kind of object.

    Parameters
    ----------
    name : str
        The method of `heapnb.Snapshot`; with hyphens the command and the magic.
    module, function : str
        What makes the table of a heap, in the room.
    help : str
        The command's first line: an imperative and what the table tells.
    row : str
        What one row stands for.
    tells : str
        What it tells, for the docs.
    columns : tuple of str
        All columns, in order; each is in `heapnb.schema.COLUMNS`.
    sort : str
        The column by which the command sorts.
    hidden : tuple of str
        Columns that the command prints as JSON only, for lack of room.
    group_by : tuple of str
        Columns by whose equal values the workbench groups rows.
    place : tuple of str
        Columns by whose equal values the command groups rows; `group_by` by default.
    subject : str
        Column with the node ids of the objects that sizes belong to.
    in_tree : tuple of str
        Columns that a tree shows beside counts, distance and sizes.
    description : str
        What the tree shows, for its tooltip.
    in_workbench : bool
        Whether the workbench has a tree of it; without, another tree shows the same.
    empty_text : str
        Shown in the workbench where the table has no rows.
    room : {"decode", "analysis"}
        Where the module is: in `heapnb.analysis` if the table needs retaining paths.
    """

    name: str
    module: str
    function: str
    help: str
    row: str
    tells: str
    columns: tuple[str, ...]
    sort: str = "retained_size"
    hidden: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    subject: str = "node_id"
    in_tree: tuple[str, ...] = ()
    description: str = ""
    in_workbench: bool = True
    empty_text: str = ""
    room: str = "decode"

    @property
    def command(self) -> str:
        """The name of the command and of the magic."""
        return self.name.replace("_", "-")

    @property
    def path(self) -> str:
        """The module's full name."""
        return f"heapnb.{self.room}.{self.module}"

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that the command prints for people."""
        return tuple(name for name in self.columns if name not in self.hidden)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns by which the command groups rows; without any it lists all rows."""
        return self.place or self.group_by

    def frame(self, graph: HeapGraph) -> pd.DataFrame:
        """Make the table.

        Parameters
        ----------
        graph : HeapGraph
            The heap.

        Returns
        -------
        pandas.DataFrame
            With `columns`; sizes in bytes.
        """
        frame: pd.DataFrame = getattr(importlib.import_module(self.path), self.function)(graph)
        return frame


_SIZES: Final = ("shallow_size", "retained_size")
_HELD: Final = ("variable", "holder")

_ENTRIES: Final = (
    DecodedTable(
        "closures",
        "closures",
        "closures",
        "List closures: function, location, captured variables.",
        "function",
        "definition, captured variables",
        (
            *("node_id", "function", "location", "script", "line", "column"),
            *("variables", "context_id", "outer_contexts"),
            *_SIZES,
        ),
        hidden=("script", "line", "column", "outer_contexts"),
        group_by=("function", "location"),
        in_tree=("variables",),
        description="Functions by name and location. Below each closure are the variables that it "
        "captures and the contexts that it shares with other closures.",
        empty_text="This heap has no functions.",
    ),
    DecodedTable(
        "contexts",
        "contexts",
        "contexts",
        "List contexts: function, variables, closures.",
        "scope of a function or block, for each time it ran",
        "variables, number of closures that share it",
        (
            *("node_id", "function", "location", "variables", "variable_count"),
            *("closure_count", "function_count", "outer_id"),
            *_SIZES,
        ),
        hidden=("variable_count", "outer_id"),
        group_by=("function", "location"),
        in_tree=("variables", "closure_count"),
        description="Contexts by function. All closures that share a context keep all of its "
        "variables alive.",
        empty_text="No closure of this heap captures a variable.",
    ),
    DecodedTable(
        "dead_variables",
        "dead_variables",
        "dead_variables",
        "List captured variables that no living closure reads.",
        "variable of a context that no living closure can read",
        "its value, the closure that keeps the context, bytes that clearing it frees",
        (
            *("variable", "class_name", "node_id", "function", "location"),
            *("kept_by", "kept_at", "context_id"),
            *(*_SIZES, "freed_size", "evidence"),
        ),
        sort="freed_size",
        hidden=("context_id", "shallow_size"),
        group_by=("variable", "function", "location"),
        in_tree=("freed_size", "kept_by", "evidence"),
        description="Variables that a context keeps although no living closure can read them. All "
        "closures that were created in one call share its context: one of them keeps what only "
        "another used that is gone.",
        empty_text="No dead variable was found. Scopes are in snapshots of Chromium 156 and "
        "workerd; for others, give the program's sources (source_root, --source-root).",
    ),
    DecodedTable(
        "native_contexts",
        "native_contexts",
        "native_context_table",
        "List native contexts: page, frame, worker, vm; sizes.",
        "native context: page, frame, worker, `vm` context",
        "what it is of, objects and bytes that belong to it, what is shared",
        ("node_id", "kind", "name", "is_detached", "count", *_SIZES),
        sort="shallow_size",
        in_tree=("kind", "name", "is_detached", "count"),
        description="Pages, frames, workers and vm contexts, with the objects that belong to each, "
        "as DevTools attributes them: the context that the object's map names, else the only "
        "context that reaches it.",
        empty_text="This heap has no native contexts.",
    ),
    DecodedTable(
        "texts",
        "strings",
        "texts",
        "List the texts of strings: copies, length, sizes.",
        "text of heap strings, with ropes joined",
        "number of strings with this text, length, sizes",
        ("text", "kind", "length", "count", *_SIZES, "wasted_size", "node_id"),
        sort="shallow_size",
        empty_text="This heap has no strings.",
    ),
    DecodedTable(
        "duplicate_strings",
        "strings",
        "duplicate_strings",
        "List texts that several strings have.",
        "text that several strings have",
        "number of strings, their bytes, the bytes of all but one",
        ("text", "count", "size", "wasted_size", "node_id"),
        sort="wasted_size",
        in_workbench=False,
    ),
    DecodedTable(
        "collections",
        "containers",
        "collections",
        "List collections: entries, capacity, holder.",
        "Map, Set, WeakMap, WeakSet, array, typed array, object used as a dictionary",
        "entries, capacity, fill ratio; the variable or property that holds it",
        (
            *("node_id", "class_name", "kind", "entry_count", "capacity", "fill_ratio"),
            *_HELD,
            *_SIZES,
        ),
        group_by=("kind", "holder", "variable"),
        place=("class_name", "holder", "variable"),
        in_tree=("entry_count", "capacity", "fill_ratio"),
        description="Maps, Sets, arrays and objects used as dictionaries, by the property or "
        "variable that holds them, with their numbers of entries and their fill.",
        empty_text="This heap has no collections.",
    ),
    DecodedTable(
        "listeners",
        "listeners",
        "listeners",
        "List listeners: emitter, event, function, location.",
        "listener of an EventEmitter, EventTarget, AbortSignal, window, document or element",
        "event, function, location; number of listeners for this event",
        (
            *("emitter_id", "emitter_class", "kind", "event", "count", "once"),
            *("listener_id", "function", "location"),
            *_SIZES,
        ),
        sort="count",
        group_by=("emitter_class", "event"),
        place=("emitter_class", "event", "function", "location"),
        subject="listener_id",
        in_tree=("location",),
        description="Listeners of EventEmitters and EventTargets, and of windows, documents and "
        "elements of a page, by class and event. Many listeners of one event suggest that the "
        "program adds the same listener repeatedly.",
        empty_text="No EventEmitter, EventTarget or object of a page has listeners in this heap.",
    ),
    DecodedTable(
        "timers",
        "timers",
        "timers",
        "List timers: kind, delay, function, location.",
        "timeout, interval, immediate",
        "function, location, delay, whether it is scheduled",
        (
            *("node_id", "kind", "state", "delay", "callback_id", "function", "location"),
            "keeps_alive",
            *_SIZES,
        ),
        group_by=("function", "location"),
        in_tree=("kind", "state", "delay"),
        description="Timeouts, intervals and immediates of Node.js, by the function that they "
        "call.",
        empty_text="This heap has no timers of Node.js. Timers of a web page are not listed.",
    ),
    DecodedTable(
        "promises",
        "promises",
        "promises",
        "List promises: state, what awaits them, location.",
        "promise",
        "pending or settled, the async function that awaits it",
        (
            *("node_id", "class_name", "state", "result_id", "reaction_count", "awaited_by"),
            *("awaited_by_id", "returned_by", "handler", "location"),
            *_HELD,
            *_SIZES,
        ),
        hidden=("class_name", "result_id", "awaited_by_id", "returned_by"),
        group_by=("state", "handler", "location"),
        in_tree=("reaction_count", "awaited_by"),
        description="Promises by state and by the function that runs when they settle. Many "
        "pending promises of one function wait for something that does not happen.",
        empty_text="This heap has no promises.",
    ),
    DecodedTable(
        "sockets",
        "sockets",
        "sockets",
        "List sockets, servers, HTTP requests and responses.",
        "socket, server, agent, HTTP request, response",
        "open or closed, handle, remote address",
        (
            *("node_id", "class_name", "kind", "state", "handle", "remote", "socket_id"),
            "destroyed",
            *_HELD,
            *_SIZES,
        ),
        hidden=("socket_id",),
        group_by=("kind", "state", "remote"),
        in_tree=("handle",),
        description="Sockets, servers, agents, HTTP requests and responses of Node.js, by kind, "
        "state and remote address.",
        empty_text="This heap has no sockets, servers, requests or responses of Node.js.",
    ),
    DecodedTable(
        "modules",
        "modules",
        "modules",
        "List modules: file, parent, number of copies.",
        "CommonJS or ECMAScript module",
        "file, parent, number of copies",
        (
            *("node_id", "kind", "filename", "copies", "loaded", "parent", "parent_id"),
            "child_count",
            *_SIZES,
        ),
        hidden=("parent_id",),
        group_by=("filename",),
        in_tree=("kind", "child_count", "parent"),
        description="CommonJS and ECMAScript modules by file. Several modules of one file mean "
        "that the program loaded the file again while the old module was still retained.",
        empty_text="This heap has no modules of Node.js.",
    ),
    DecodedTable(
        "globals",
        "global_object",
        "global_variables",
        "List global variables: value, sizes, origin.",
        "property of the global object",
        "value, sizes, whether the runtime defines it",
        ("name", "value", "class_name", "node_id", "built_in", *_SIZES),
        in_tree=("name", "class_name"),
        description="Properties of the global object. Those that the program added are often "
        "leaks.",
        empty_text="This heap has no global object.",
    ),
    DecodedTable(
        "buffers",
        "buffers",
        "buffers",
        "List buffers and views: memory outside the heap.",
        "ArrayBuffer, typed array, Buffer, DataView",
        "bytes outside the heap, number of views that share them",
        (
            *("node_id", "class_name", "kind", "buffer_id", "store_id", "store_bytes"),
            *("view_count", "byte_length", "is_slab"),
            *_HELD,
            *_SIZES,
        ),
        sort="store_bytes",
        hidden=("buffer_id", "store_id"),
        group_by=("class_name", "holder", "variable"),
        in_tree=("byte_length",),
        description="ArrayBuffers, typed arrays, Buffers and DataViews, by the property or "
        "variable that holds them, with the bytes outside the heap that they keep.",
        empty_text="This heap has no ArrayBuffers.",
    ),
    DecodedTable(
        "detached",
        "detached",
        "detached",
        "List detached DOM trees and what holds each.",
        "tree of DOM nodes that is in no document any more; in Node.js, a native object so marked",
        "its topmost node, its component, and the references that hold it",
        (
            *("node_id", "class_name", "name", "component", "kind", "held_by"),
            *("variable", "holder", "dom_nodes", *_SIZES, "distance"),
        ),
        hidden=("class_name", "variable", "holder", "distance"),
        group_by=("class_name", "held_by"),
        in_tree=("kind", "dom_nodes", "component"),
        description="DOM trees that were removed from the document but are still retained, by "
        "class and by what holds them. In Node.js, native objects that are marked as detached.",
        empty_text="No node is detached. Only snapshots of a browser have DOM nodes.",
        room="analysis",
    ),
    DecodedTable(
        "known_objects",
        "known_objects",
        "known_objects",
        "List objects of known libraries: count, sizes.",
        "class of a well-known library of which the heap has objects",
        "package, class and role, how many objects, what they retain",
        (*("package", "class_name", "role", "name_in_heap", "count", *_SIZES, "node_id"),),
        in_tree=("package", "role", "count"),
        description="Objects of well-known libraries, recognised by their shape, also in minified "
        "bundles: components, stores, caches, query clients, charts, maps.",
        empty_text="This heap has no objects of the libraries that heapnb knows.",
        room="analysis",
    ),
)

TABLES: Final[dict[str, DecodedTable]] = {table.name: table for table in _ENTRIES}
"""By name, in the order of the commands and of the docs."""

__all__ = ["TABLES", "DecodedTable"]
