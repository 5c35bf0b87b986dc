"""The columns of heapnb's tables: what each holds, its unit, its title and one sentence on it.

DataFrames, terminal tables, HTML, tree tables, reports and the docs read this one list. A name
means the same in every table; a view that needs another title overrides it and says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Final


class Kind(Enum):
    """What the values of a column are, which decides how they are written."""

    BYTES = "bytes"
    BYTES_DELTA = "bytes_delta"
    COUNT = "count"
    COUNT_DELTA = "count_delta"
    NUMBER = "number"
    SHARE = "share"
    DISTANCE = "distance"
    MILLISECONDS = "milliseconds"
    IDENTIFIER = "identifier"
    YES_NO = "yes or no"
    LOCATION = "location"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether values are aligned to the right."""
        return self not in {Kind.LOCATION, Kind.TEXT, Kind.YES_NO}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
        Its name in DataFrames, SQL and JSON.
    kind : Kind
        What its values are, with their unit.
    title : str
        Its heading, in sentence case.
    doc : str
        What a value says: the tooltip of the heading, and the row in the docs.
    """

    name: str
    kind: Kind
    title: str
    doc: str


_BY_KIND: Final[dict[Kind, tuple[tuple[str, str, str], ...]]] = {
    Kind.BYTES: (
        (
            "bytes_per_hour",
            "Growth per hour",
            "Bytes that it retains more after an hour; of several series the median.",
        ),
        (
            "first_rate",
            "Rate of the first",
            "Median bytes per hour in the pods of the first group that have it.",
        ),
        ("heap_bytes_per_hour", "Heap per hour", "Bytes that the heap grows by in an hour."),
        ("heap_first", "Heap at first", "Bytes of the heap in the first snapshot."),
        ("heap_last", "Heap at last", "Bytes of the heap in the last snapshot."),
        ("highest_per_hour", "Highest per hour", "The largest growth per hour of all series."),
        ("lowest_per_hour", "Lowest per hour", "The smallest growth per hour of all series."),
        (
            "second_rate",
            "Rate of the second",
            "Median bytes per hour in the pods of the second group that have it.",
        ),
        (
            "worker_peak",
            "Peak of the worker",
            "The most bytes that the process of the scan had in memory until then.",
        ),
        ("added_size", "Allocated", "Shallow bytes of the objects that only the later has."),
        (
            "allocation_size",
            "Allocated size",
            "Bytes that were allocated there during the recording, collected ones included.",
        ),
        ("alive_size", "Alive size", "Shallow bytes of the cohort's objects that are alive."),
        ("byte_length", "Length", "Bytes of the buffer or view, where the file shows them."),
        ("bytes_rate", "Growth per unit", "Bytes that it grew by for each unit of work."),
        (
            "bytes_rate_after",
            "Rate after",
            "Bytes that it grew by for each unit of work in the later series.",
        ),
        (
            "bytes_rate_before",
            "Rate before",
            "Bytes that it grew by for each unit of work in the earlier series.",
        ),
        ("content_size", "Content size", "Bytes that the objects of this class retain."),
        ("dominated_size", "Dominated size", "Shallow bytes of the dominated objects."),
        ("drop", "Drop", "Retained size minus that of the largest child."),
        ("file_size", "File size", "Bytes of the file."),
        (
            "freed_size",
            "Frees",
            "Bytes that clearing the variable would free; 0 if something else leads to the value.",
        ),
        ("largest_child_size", "Largest child", "Bytes that the largest child retains."),
        ("anonymous", "Anonymous", "Resident bytes without a file behind them."),
        ("live_size", "Live size", "Shallow bytes of those objects that are in the snapshot."),
        ("peak_size", "At peak", "Bytes that were allocated there at the program's peak."),
        (
            "released_size",
            "Released",
            "Shallow bytes that a busy snapshot has and the one at rest has not.",
        ),
        ("removed_size", "Freed", "Shallow bytes of the objects that only the earlier has."),
        ("resident_size", "Resident", "Bytes of the process's memory (RSS) that this part has."),
        ("retained_size", "Retained size", "Bytes that would be freed with the object."),
        ("sampled_after", "After", "Sampled bytes of the later profile."),
        ("sampled_before", "Before", "Sampled bytes of the earlier profile."),
        ("sampled_size", "Sampled size", "Bytes that were allocated there, estimated by samples."),
        ("sampled_total", "With callees", "Sampled bytes with those that callees allocated."),
        ("self_size", "Self size", "Bytes of the node as the file gives them."),
        (
            "shallow_size",
            "Shallow size",
            "Bytes of the object itself, with the storage that only it owns.",
        ),
        ("size", "Size", "Shallow bytes of all objects of the row."),
        ("size_bytes", "Size", "Bytes on disk."),
        ("size_after", "Size after", "Shallow bytes in the last snapshot of the later series."),
        ("size_before", "Size before", "Shallow bytes in the last snapshot of the earlier series."),
        ("store_bytes", "Store", "Bytes of the memory outside the heap; 0 without any."),
        ("surviving_size", "Surviving size", "Shallow bytes created since the first snapshot."),
        ("swap", "Swap", "Bytes that are swapped out."),
        ("total", "Total", "Bytes of the whole heap."),
        ("total_size", "Heap size", "Bytes of the whole heap."),
        ("unfreed_size", "Unfreed", "Bytes that were allocated there and not freed."),
        ("wasted_size", "Duplicates", "Bytes of all copies but one."),
        ("available", "Available", "Bytes that V8 may still use."),
        ("used", "Used", "Bytes in use."),
        ("array_buffers", "Array buffers", "Bytes of ArrayBuffers and Buffers, part of external."),
        ("cgroup_limit", "Container limit", "Bytes that the container may use."),
        ("cgroup_usage", "Container usage", "Bytes that the container uses."),
        ("external", "External", "Bytes outside the heap that JavaScript objects keep alive."),
        ("heap_limit", "Heap limit", "Bytes from which V8 gives up; it may raise this once."),
        ("heap_total", "Heap total", "Bytes that V8 has for the heap, used or not."),
        ("heap_total_after", "Total after", "Bytes that V8 has for the heap after the collection."),
        (
            "heap_total_before",
            "Total before",
            "Bytes that V8 has for the heap before the collection.",
        ),
        ("heap_used", "Heap used", "Bytes of the objects in the heap, garbage included."),
        ("heap_used_after", "Used after", "Bytes of objects after the collection."),
        ("heap_used_before", "Used before", "Bytes of objects before the collection."),
        ("last_heap_used", "Last used", "Bytes of objects after the last collection."),
        ("most_heap_used", "Most used", "Most bytes of objects before a collection."),
        ("promoted_size", "Promoted", "Bytes that a minor collection moved to the old space."),
        ("rss", "RSS", "Bytes of the process that are in memory."),
        ("survived_size", "Copied", "Bytes that a minor collection copied within the new space."),
    ),
    Kind.BYTES_DELTA: (
        ("sampled_delta", "Growth", "Sampled bytes, the later profile minus the earlier."),
        ("bytes_rate_delta", "Change", "The later rate in bytes minus the earlier one."),
        ("resident_delta", "Growth", "Resident bytes, the last moment minus the first."),
        ("retained_delta", "Retained delta", "Retained bytes, the last snapshot minus the first."),
        ("shallow_delta", "Shallow delta", "Shallow bytes, the last snapshot minus the first."),
        ("size_delta", "Size delta", "Allocated bytes minus freed bytes."),
    ),
    Kind.COUNT: (
        ("case_count", "Cases", "Processes and threads that have it."),
        ("first_count", "In the first", "Pods of the first group that have it."),
        ("leak_count", "Leaks", "Suspects that are leaks."),
        ("pod_count", "Pods", "Pods that have it."),
        ("read_count", "Read", "Snapshots that were read and count."),
        ("second_count", "In the second", "Pods of the second group that have it."),
        ("snapshot_count", "Snapshots", "Snapshots that there are."),
        (
            "timed_count",
            "With times",
            "Series whose snapshots have times, so that there is a growth per hour.",
        ),
        ("added_count", "New", "Objects that only the later snapshot has."),
        ("alive_count", "Alive", "Objects of the cohort that are alive in the snapshot."),
        ("allocation_count", "Allocations", "How many objects or blocks were allocated there."),
        ("births", "New", "Objects that this snapshot is the first to have."),
        ("busy_count", "Busy", "Objects while work was under way."),
        ("released_count", "Released", "Objects of work under way: busy minus at rest."),
        ("rest_count", "At rest", "Objects at rest after the same work."),
        ("count_after", "Count after", "Objects in the last snapshot of the later series."),
        ("count_before", "Count before", "Objects in the last snapshot of the earlier series."),
        ("born_count", "New", "Objects first seen after the first snapshot."),
        ("capacity", "Capacity", "Entries that there is room for."),
        ("child_count", "Children", "How many children the row has: dominated nodes, or modules."),
        ("closure_count", "Closures", "Closures that share the context."),
        ("content_count", "Content count", "How many children are of this class."),
        ("copies", "Copies", "How many modules there are of this file."),
        ("count", "Count", "How many objects the row stands for."),
        ("dom_nodes", "DOM nodes", "How many nodes of the DOM the tree has."),
        ("deaths", "Removed", "Objects that only the snapshot before has."),
        ("dominated_count", "Dominated", "How many of the objects these dominate."),
        ("edge_count", "Edges", "How many edges leave the node."),
        ("entry_count", "Entries", "Entries that the file shows; it lacks small integers."),
        ("function_count", "Functions", "How many different functions the closures are of."),
        ("gone_count", "Removed", "Objects that were removed after the first snapshot."),
        ("length", "Length", "Characters, as far as the file has them."),
        ("live_count", "Live", "How many of the allocated objects are in the snapshot."),
        ("n_edges", "Edges", "How many edges the snapshot has."),
        ("n_nodes", "Nodes", "How many nodes the snapshot has."),
        ("node_count", "Nodes", "How many nodes have this string as their name."),
        ("of_count", "Of", "How many objects of the class there are."),
        ("outer_contexts", "Outer contexts", "How many enclosing contexts it keeps alive."),
        ("reaction_count", "Reactions", "How many callbacks and awaits wait for the promise."),
        ("removed_count", "Deleted", "Objects that only the earlier snapshot has."),
        ("sample_count", "Samples", "How many samples the size is estimated by."),
        ("survivors", "Survivors", "Objects first seen in this snapshot that the last one has."),
        ("trend", "Trend", "Objects in each snapshot, drawn."),
        ("variable_count", "Variable count", "How many variables the context holds."),
        ("view_count", "Views", "How many views share the ArrayBuffer."),
        ("gc_count", "Collections", "How many garbage collections."),
        ("major_count", "Full collections", "How many collections of the whole heap."),
        ("run", "Run", "Number of the start of the program in the file, from 1."),
        ("ticks", "Ticks", "How often the profiler found the program there."),
        ("work", "Units of work", "Units of work done so far, such as requests."),
    ),
    Kind.COUNT_DELTA: (("count_delta", "Count delta", "Objects, the later minus the earlier."),),
    Kind.NUMBER: (
        (
            "adjusted_p",
            "Adjusted p",
            "The p-value, adjusted by Holm for all leaks that were tested.",
        ),
        (
            "adjusted_rate_p",
            "Adjusted p (rates)",
            "The p-value of the rates, adjusted by Holm for all leaks.",
        ),
        ("hours", "Hours", "From the first to the last snapshot."),
        ("objects_per_hour", "Objects per hour", "Objects that there are more after an hour."),
        ("odds_high", "Odds to", "Upper end of the 95% interval of the odds ratio."),
        ("odds_low", "Odds from", "Lower end of the 95% interval of the odds ratio."),
        (
            "odds_ratio",
            "Odds ratio",
            "Odds of having it in the first group, over those in the second.",
        ),
        (
            "p_value",
            "P-value",
            "How likely chance alone makes so large a difference, by an exact test.",
        ),
        (
            "rate_p",
            "P-value of rates",
            "How likely chance alone makes rates so different, by ranks.",
        ),
        ("count_slope", "Slope", "Objects added from one snapshot to the next, fitted."),
        ("count_slope_high", "Slope, high", "Upper bound of the slope's interval."),
        ("count_slope_low", "Slope, low", "Lower bound of the slope's interval."),
        ("least", "Least", "Lower bound of the range, included."),
        ("levelling", "Levelling", "1 if growth continues at its first rate, 0 if it stopped."),
        ("most", "Most", "Upper bound of the range, included."),
        ("objects_rate", "Objects per unit", "Objects that were added for each unit of work."),
        ("rate_after", "Rate after", "Growth for each unit of work in the later series."),
        ("rate_before", "Rate before", "Growth for each unit of work in the earlier series."),
        ("rate_high", "After, high", "Upper bound of the later rate's interval."),
        ("rate_low", "After, low", "Lower bound of the later rate's interval."),
    ),
    Kind.SHARE: (
        ("first_share", "Of the first", "Share of the first group that has it."),
        ("second_share", "Of the second", "Share of the second group that has it."),
        ("alive_share", "Alive share", "Share of the cohort's objects that are alive."),
        ("confidence", "Confidence", "How likely this is a leak, 0 to 1."),
        ("fill_ratio", "Fill ratio", "Entries divided by capacity."),
        ("rss_share", "Share of RSS", "Part of the process's resident memory."),
        ("sampled_share", "Share", "Part of all sampled bytes."),
        ("share", "Share of heap", "Part of the whole heap's bytes."),
        ("share_of_dominator", "Share of dominator", "Part of what the dominator retains."),
        ("survival_share", "Survival rate", "Share of new objects that the last snapshot has."),
        ("gc_share", "Time in GC", "Share of the time that garbage collection took."),
        (
            "mutator_utilisation",
            "Utilisation",
            "Share of recent time that JavaScript ran; V8's mu.",
        ),
        ("new_space_survival", "New space survival", "Share of the new space that survived."),
        ("tick_share", "Share of ticks", "Part of all ticks."),
    ),
    Kind.DISTANCE: (
        (
            "distance",
            "Distance",
            "Edges on the shortest path from the program's roots; missing if they do not reach it.",
        ),
    ),
    Kind.MILLISECONDS: (
        ("uptime_ms", "Uptime", "Age of the process."),
        ("delay", "Delay, ms", "Milliseconds between start and call."),
        ("duration_ms", "Duration, ms", "Milliseconds that it took."),
        ("elapsed_ms", "Elapsed, ms", "Milliseconds since the program or isolate started."),
        ("event_loop_delay_ms", "Loop delay, ms", "Mean delay of the event loop."),
        ("gc_ms", "GC, ms", "Milliseconds of garbage collection."),
        ("longest_pause_ms", "Longest pause, ms", "Milliseconds of the longest pause."),
        ("pause_ms", "Pause, ms", "Milliseconds that the collection stopped the program."),
        ("span_ms", "Span, ms", "Milliseconds between the first and the last collection."),
        (
            "time_ms",
            "Time, ms",
            "Milliseconds from the start of the recording to the end of the interval.",
        ),
        ("steps_ms", "Steps, ms", "Milliseconds of incremental marking before the pause."),
    ),
    Kind.IDENTIFIER: (
        (
            "exit_code",
            "Exit code",
            "The exit code of the process; 128 and the signal if one ended it.",
        ),
        ("number", "Number", "Number of the snapshot in its series, from 1."),
        ("awaited_by_id", "Awaited by id", "Node id of the suspended call that awaits it."),
        ("born_in", "Born in", "Number of the snapshot that first has the objects, from 1."),
        ("buffer_id", "Buffer id", "Node id of the ArrayBuffer."),
        ("callback_id", "Callback id", "Node id of the function that the timer calls."),
        ("column", "Column", "Column in the script, from 1."),
        ("context_id", "Context id", "Node id of the closure's context."),
        ("detachedness", "Detachedness", "0 unknown, 1 attached, 2 detached."),
        ("dominator_id", "Dominator id", "Node id of the immediate dominator."),
        ("emitter_id", "Emitter id", "Node id of the emitter."),
        ("first_id", "After id", "Largest node id before the interval."),
        ("from_id", "From id", "Node id of the edge's start."),
        ("holder_id", "Holder id", "Node id of the object that holds it."),
        ("index", "Index", "Index of an element or hidden edge."),
        ("interval", "Interval", "Number of the interval, from 1; the first is before the start."),
        ("key_id", "Key id", "Node id of the key."),
        ("last_id", "Up to id", "Largest node id at the end of the interval."),
        ("level", "Level", "Depth in the dominator tree, from 1."),
        ("line", "Line", "Line in the script, from 1."),
        ("listener_id", "Listener id", "Node id of the function or object that listens."),
        ("node_id", "Node id", "V8's id, stable between the snapshots of a process."),
        ("outer_id", "Outer id", "Node id of the enclosing context."),
        ("parent_id", "Parent id", "Node id of the module that required it first."),
        ("rank", "Rank", "1 is the most likely culprit."),
        ("result_id", "Result id", "Node id of the promise's result."),
        ("start", "Start", "Address at which the mapping starts."),
        ("snapshot", "Snapshot", "Number of the snapshot, from 1."),
        ("socket_id", "Socket id", "Node id of the socket that the request or response uses."),
        ("store_id", "Store id", "Node id of the memory outside the heap."),
        ("target_id", "Target id", "Node id of the object that the reference leads to."),
        ("to_id", "To id", "Node id of the edge's end."),
        ("trace_id", "Trace id", "Number of the call stack in the file."),
        ("value_id", "Value id", "Node id of the value."),
        ("pid", "Process id", "Id of the process."),
        ("thread_id", "Thread id", "Id of the worker thread; 0 is the main thread."),
    ),
    Kind.YES_NO: (
        ("is_leak", "Leak", "Whether the suspect is a leak with enough confidence."),
        ("built_in", "Built in", "Whether the runtime defines the variable."),
        ("destroyed", "Destroyed", "Whether destroy() was called, where the file shows it."),
        ("is_detached", "Detached", "Whether the browser has given the context up."),
        ("is_edge", "Is edge", "Whether the dominator refers to the node directly."),
        ("is_slab", "Is slab", "Whether several views share the store and keep all of it alive."),
        ("keeps_alive", "Keeps alive", "Whether the timer keeps the process running."),
        ("loaded", "Loaded", "Whether the module has run to its end."),
        ("once", "Once", "Whether the listener is removed after the first event."),
    ),
    Kind.LOCATION: (
        ("file", "File", "Path or URL of the file."),
        ("folder", "Folder", "Path or URL of the folder."),
        ("filename", "File", "Path or URL of the module."),
        ("kept_at", "Kept at", "Where the function is written that keeps the context."),
        ("location", "Location", "Where it, or its class, is defined: file.js:12:5."),
        ("parent", "Required by", "File of the module that required it first."),
        ("path", "Path", "Path of the file."),
        ("script", "Script", "File of the function."),
    ),
    Kind.TEXT: (
        ("answer", "Answer", "Separates, hint, too few or no difference."),
        ("builds", "Builds", "Versions of the program that have it."),
        ("case", "Case", "The process or thread, as the scan names it."),
        ("cases", "Cases", "How many processes and threads have it, of all."),
        ("ended", "Ended", "How the process ended, by its diagnostic report."),
        ("error", "Error", "Why it could not be read."),
        ("explanation", "Explanation", "What happens, in words."),
        ("first_time", "First time", "When the first snapshot was taken, UTC."),
        ("fix", "Fix", "What to change, in words."),
        ("host", "Host", "The machine."),
        ("labels", "Labels", "What names and labels say besides."),
        ("last_time", "Last time", "When the last snapshot was taken, UTC."),
        ("outcome", "Outcome", "How the process ended: killed, healthy, or what a label says."),
        ("pod", "Pod", "The pod or container."),
        ("pods", "Pods", "How many pods have it, of all."),
        ("program", "Program", "Main file of the program."),
        ("status", "Status", "Whether it was read."),
        ("title", "Title", "What to call the objects where the class says little."),
        ("warnings", "Warnings", "What a reader should know."),
        ("where", "Where", "The pods and workers that have it."),
        ("worker", "Worker", "The thread: 0 is the main thread."),
        ("alternatives", "Or", "Other causes that the heap speaks for nearly as strongly."),
        ("area", "Area", "What the mapping is for: the heap of V8, the allocator, a stack, code."),
        ("anchor", "Held by", "The container or variable that holds the objects."),
        ("awaited_by", "Awaited by", "The suspended async function that awaits it."),
        ("build", "Build", "Version or commit of the program."),
        ("callers", "Callers", "Functions that lead there, the nearest first."),
        ("chain", "Chain", "The retaining path, from the GC roots."),
        ("class_name", "Class", "The constructor's name, as in DevTools."),
        ("component", "Component", "The component of a framework that rendered it."),
        ("content", "Content", "What the objects hold, as JavaScript would write it."),
        ("content_class", "Content class", "The class that makes up most of its children."),
        ("edge_name", "Edge name", "Name or index of the edge."),
        ("edge_type", "Edge type", "Type of the edge, as V8 names it."),
        ("emitter", "Emitter", "The object that the listener is registered on."),
        ("emitter_class", "Emitter class", "Class of the emitter."),
        ("event", "Event", "Name of the event."),
        ("expression", "Expression", "The reference as JavaScript would write it."),
        ("fingerprint", "Fingerprint", "A name of the leak that stays the same between builds."),
        ("fix_verdict", "Fix", "Fixed, improved, not fixed, cannot tell; or new."),
        ("function", "Function", "Name of the function; empty for one without a name."),
        ("handle", "Handle", "Class of the operating system handle."),
        ("handler", "Handler", "Function that runs when the promise settles."),
        ("held_by", "Held by", "The name that holds the objects, and its owner."),
        ("holder", "Holder", "Class of the object that holds it."),
        ("holder_class", "Holder class", "Class of the object that holds it."),
        ("key", "Key", "The key as text."),
        ("key_class", "Key class", "Class of the key."),
        ("evidence", "Known by", "Scopes: listed in the file. Source text: derived."),
        ("kept_by", "Kept by", "A function that keeps the context, but never reads the variable."),
        ("kind", "Kind", "Which kind of thing the row is; the table's page lists them."),
        ("known_issue", "Known leak", "The report of the leak, if it is a known one."),
        ("known_by", "Known by", "Whether the number is measured, derived or estimated."),
        ("age", "Age", "How long ago it was made."),
        ("last_used", "Last used", "When it was last used."),
        ("measure", "Measure", "What the rates count: objects or bytes."),
        ("name", "Name", "Name of the node, edge, property or file."),
        ("name_in_heap", "Name in the heap", "Class in the heap, which a minifier may shorten."),
        ("node_type", "Node type", "Type of the node, as V8 names it."),
        ("origin", "Origin", "Whose it is: the runtime, a package, or the program."),
        ("package", "Package", "Name of the npm package, or of the runtime."),
        ("part", "Part", "The part of the process's memory."),
        ("per", "Per", "The unit of the rates: request, unit, hour or interval."),
        ("permissions", "Permissions", "Whether the mapping is read, written, executed, shared."),
        ("place", "Place", "Where in the snapshot the text occurs."),
        ("remote", "Remote", "Address or host of the other side."),
        ("role", "Role", "What an object of a library is for."),
        ("returned_by", "Returned by", "The suspended async function that returned it."),
        ("site", "Site", "Native function that allocates, with its source position or address."),
        ("state", "State", "Which state it is in; the table's page lists them."),
        ("string", "String", "The string; V8 cuts it at 1,024 characters."),
        ("target_class", "Target class", "Class of the object that the reference leads to."),
        ("text", "Text", "The text; V8 cuts it at 1,024 characters."),
        ("value", "Value", "The value, as JavaScript would write it."),
        ("value_class", "Value class", "Class of the value."),
        ("variable", "Variable", "The property or variable nearest to the roots that holds it."),
        ("variables", "Variables", "Names of the variables that the context holds."),
        ("version", "Version", "Version of the package, where its path shows it."),
        ("verdict", "Verdict", "Leak, no leak or undecided."),
        ("alarm", "Alarm", "Which alarm: memwatch, floor or limit."),
        ("collector", "Collector", "The collection as V8 names it."),
        ("gc_type", "GC type", "Minor collects new objects, major the whole heap."),
        ("isolate", "Isolate", "Address of the isolate; a worker thread has its own."),
        ("reason", "Reason", "Why it happened."),
        ("source", "Source", "The file that the row comes from."),
        ("time", "Time", "Wall-clock time, UTC."),
    ),
}

COLUMNS: Final[dict[str, Column]] = {
    name: Column(name, kind, title, doc)
    for kind, columns in _BY_KIND.items()
    for name, title, doc in columns
}
"""All columns of heapnb's own tables, by name."""


def add_columns(columns: Iterable[Column]) -> None:
    """Add the columns of a table that a plug-in provides.

    Parameters
    ----------
    columns : iterable of Column
        Their names are new, or stand for the same.

    Raises
    ------
    ValueError
        If a name stands for something else; then none is added.
    """
    added = {column.name: column for column in columns}
    for name, column in added.items():
        if COLUMNS.get(name, column) != column:
            raise ValueError(f"The column `{name}` is another one in heapnb.")
    COLUMNS.update(added)
    find_column.cache_clear()


_OF_SNAPSHOTS: Final = re.compile(r"(?P<base>.+)_(?P<number>\d+|per_snapshot)")
_SHORT_NAMES: Final = {"retained": "retained_size", "shallow": "shallow_size"}
"""Names before ``_per_snapshot`` and ``_1`` that leave ``_size`` out."""


@cache
def find_column(name: str) -> Column | None:
    """Look a column up.

    Parameters
    ----------
    name : str
        Its name: one of `COLUMNS`, or one of these with the number of a snapshot or
        ``_per_snapshot`` behind it.

    Returns
    -------
    Column or None
        None for a column that is not heapnb's, such as one of a user's own table.

    Examples
    --------
    >>> find_column("count_2").title, find_column("retained_per_snapshot").kind
    ('Count 2', <Kind.BYTES: 'bytes'>)
    >>> find_column("my_column")
    """
    found = COLUMNS.get(name)
    match = _OF_SNAPSHOTS.fullmatch(name)
    if found is not None or match is None:
        return found
    base = COLUMNS.get(_SHORT_NAMES.get(match["base"], match["base"]))
    if base is None:
        return None
    number = match["number"]
    if number.isdigit():
        title, when = f"{base.title} {number}", f"In snapshot {number}: "
    else:
        title, when = f"{base.title} per snapshot", "In each snapshot: "
    return replace(base, name=name, title=title, doc=when + base.doc[:1].lower() + base.doc[1:])


__all__ = ["COLUMNS", "Column", "Kind", "add_columns", "find_column"]
