"""What the programs of the leak bench do, and what a diagnosis of each should say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import click

PROGRAMS: Final = Path(__file__).parent / "programs"

_ARRAY: Final = ("unbounded-array",)
_MAP: Final = ("unbounded-map", "unbounded-memoize")
_SET: Final = ("unbounded-set",)
_DICTIONARY: Final = ("unbounded-dictionary", "unbounded-memoize")
_LISTENERS: Final = ("event-listeners",)
_BACKLOG: Final = ("queue-backlog", "stream-backlog", "*backlog*", "*queue*")
_PENDING: Final = ("pending-promise", "*promise*", "*suspended*")
_TIMERS: Final = ("timers",)
_LIST: Final = ("linked-list",)
_BUFFERS: Final = ("*buffer*",)
_STRINGS: Final = ("*string*",)


@dataclass(frozen=True)
class Case:
    """A program, and what is right to say about it.

    Parameters
    ----------
    name : str
        Its folder in ``programs``.
    main : str
        The file in it that exports ``work(number)``.
    what : str
        What happens, in a few words.
    verdicts : tuple of str
        Those that are right, the best first.
    classes, anchors, kinds : tuple of str
        What is right for the class that accumulates, for what holds it, and for the cause, as
        patterns of `fnmatch`; each is right alone. Empty for a healthy program. The name of a
        plain object lists the properties that a snapshot shows: no small integers.
    packages : tuple of str
        npm packages that the program is built on.
    warm_up, units : int
        Units of work before the first snapshot, and between that and the second; there are twice
        as many before the third.
    is_bundled : bool
        Whether esbuild puts it into one minified file before it runs.
    is_quick : bool
        Whether it is one of those that the tests run.
    """

    name: str
    main: str
    what: str
    verdicts: tuple[str, ...]
    classes: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    warm_up: int = 40
    units: int = 100
    is_bundled: bool = False
    is_quick: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return PROGRAMS / self.name

    @property
    def is_healthy(self) -> bool:
        """Whether nothing leaks."""
        return "leak" not in self.verdicts


def _leak(
    name: str,
    main: str,
    what: str,
    *,
    classes: tuple[str, ...],
    anchors: tuple[str, ...],
    kinds: tuple[str, ...],
    packages: tuple[str, ...] = (),
) -> Case:
    return Case(name, main, what, ("leak",), classes, anchors, kinds, packages)


def _healthy(
    name: str,
    main: str,
    what: str,
    *packages: str,
    verdicts: tuple[str, ...] = ("no-leak", "undecided"),
) -> Case:
    return Case(name, main, what, verdicts, packages=packages)


ON_PACKAGES: Final = (
    _leak(
        "express_route_stack",
        "main.cjs",
        "a router mounted for each request",
        classes=("Layer",),
        anchors=("stack",),
        kinds=("*route*", "*middleware*", *_ARRAY),
        packages=("express",),
    ),
    _leak(
        "ws_subscribers",
        "main.mjs",
        "closed sockets stay in a Set: the wrong event is listened to",
        classes=("WebSocket",),
        anchors=("subscribers",),
        kinds=_SET,
        packages=("ws",),
    ),
    _leak(
        "node_cache_no_ttl",
        "main.cjs",
        "a cache without a time to live",
        classes=("Place", "{v}"),
        anchors=("data", "placeCache"),
        kinds=_DICTIONARY,
        packages=("node-cache",),
    ),
    _leak(
        "lru_cache_per_request",
        "main.mjs",
        "a bounded cache for each basket",
        classes=("LRUCache",),
        anchors=("cachesByBasket",),
        kinds=_MAP,
        packages=("lru-cache",),
    ),
    _leak(
        "lru_cache_ttl_only",
        "main.mjs",
        "a time to live, but no bound and no sweeping",
        classes=("Translation",),
        anchors=("#valList", "#keyMap", "#memory"),
        kinds=(*_ARRAY, *_MAP),
        packages=("lru-cache",),
    ),
    _leak(
        "prom_client_labels",
        "main.cjs",
        "a label that is different for each request",
        classes=("{labels}", "{labels, value}", "{value, labels}"),
        anchors=("hashMap",),
        kinds=("*metric*", "*label*", *_DICTIONARY),
        packages=("prom-client",),
    ),
    _leak(
        "ajv_compile_per_request",
        "main.cjs",
        "a schema compiled for each request",
        classes=("SchemaEnv", "Function"),
        anchors=("_cache", "ajv", "_values", "schema", "validate*"),
        kinds=("*template*", "*schema*", "*compiled*", *_MAP),
        packages=("ajv",),
    ),
    _leak(
        "handlebars_partials",
        "main.cjs",
        "a template registered for each mail",
        classes=("Function",),
        anchors=("partials",),
        kinds=("*template*", "*compiled*", *_DICTIONARY),
        packages=("handlebars",),
    ),
    _leak(
        "axios_interceptors",
        "main.cjs",
        "an interceptor added for each call",
        classes=("{fulfilled, rejected, *", "Caller", "Function"),
        anchors=("handlers",),
        kinds=("*interceptor*", "*middleware*", "*route*", *_ARRAY),
        packages=("axios",),
    ),
    _leak(
        "winston_logger_per_request",
        "main.cjs",
        "a named logger for each request",
        classes=("DerivedLogger",),
        anchors=("loggers",),
        kinds=_MAP,
        packages=("winston",),
    ),
    _leak(
        "winston_transport_per_job",
        "main.mjs",
        "a transport added for each job",
        classes=("JobTransport", "Function", "LegacyTransportStream"),
        anchors=("pipes", "_readableState", "unpipe", "drain", "error", "transports", "_events"),
        kinds=("*transport*", "*stream*", *_ARRAY, *_LISTENERS),
        packages=("winston", "winston-transport"),
    ),
    _leak(
        "ioredis_message_listener",
        "main.cjs",
        "a listener on the shared subscriber for each stream",
        classes=("Function", "EventStream"),
        anchors=("message", "_events"),
        kinds=_LISTENERS,
        packages=("ioredis",),
    ),
    _leak(
        "generic_pool_waiters",
        "main.cjs",
        "connections not given back: callers wait for ever",
        classes=("ResourceRequest", "Node", "{prev, data, next}", "{*data*}"),
        anchors=("_waitingClientsQueue", "_list", "head", "_slots", "tail"),
        kinds=(*_LIST, *_BACKLOG, *_PENDING, "*pool*"),
        packages=("generic-pool",),
    ),
    _leak(
        "rxjs_subscriptions",
        "main.mjs",
        "subscriptions that never end",
        classes=("SafeSubscriber", "OperatorSubscriber", "Subscriber", "OrderViewModel"),
        anchors=("observers", "currentObservers", "session$", "_finalizers"),
        kinds=("*subscri*", "*observ*", *_LISTENERS, *_ARRAY),
        packages=("rxjs",),
    ),
    _leak(
        "eventemitter3_rooms",
        "main.cjs",
        "listeners removed with the wrong context",
        classes=("EE", "Member"),
        anchors=("_events", "~room:*", "room:*"),
        kinds=_LISTENERS,
        packages=("eventemitter3",),
    ),
    _leak(
        "express_session_memory",
        "main.cjs",
        "the default session store, and clients without cookies",
        classes=("(string)", "(concatenated string)"),
        anchors=("sessions",),
        kinds=("*session*", *_DICTIONARY),
        packages=("express", "express-session"),
    ),
    _leak(
        "lodash_memoize",
        "main.cjs",
        "memoize by the identity of an object",
        classes=("TaxTable", "{country, zip}"),
        anchors=("cache", "__data__", "taxTableFor", "map"),
        kinds=_MAP,
        packages=("lodash",),
    ),
    _leak(
        "node_schedule_jobs",
        "main.cjs",
        "jobs that are replaced but not cancelled",
        classes=("Job", "Booking", "Invocation", "Timeout", "LongTimeout"),
        anchors=("scheduledJobs", "_invocations", "invocations", "currentInvocation"),
        kinds=("*job*", *_DICTIONARY, *_TIMERS, *_ARRAY),
        packages=("node-schedule",),
    ),
    _leak(
        "dataloader_module_level",
        "main.mjs",
        "a per-request cache at the level of the module",
        classes=("Author", "Promise"),
        anchors=("_cacheMap",),
        kinds=_MAP,
        packages=("dataloader",),
    ),
    _leak(
        "redux_store_listeners",
        "main.mjs",
        "store subscriptions that are not taken back",
        classes=("Function", "{page, html, stock}"),
        anchors=("currentListeners", "nextListeners"),
        kinds=("*subscri*", *_LISTENERS, *_MAP),
        packages=("redux",),
    ),
    _leak(
        "pqueue_stalled",
        "main.mjs",
        "a queue behind a task that never ends",
        classes=("Upload", "Function", "{priority, run*", "{run, priority*", "{*run*}"),
        anchors=("#queue", "uploads"),
        kinds=(*_BACKLOG, *_ARRAY, *_PENDING),
        packages=("p-queue",),
    ),
    _leak(
        "linkedom_detached",
        "main.mjs",
        "elements taken out of the page but kept in an index",
        classes=("HTMLElement", "Element", "*Element"),
        anchors=("cardsById",),
        kinds=("*detached*", "*dom*", *_DICTIONARY),
        packages=("linkedom",),
    ),
    _leak(
        "mobx_reactions",
        "main.cjs",
        "reactions that are not disposed of",
        classes=("Reaction", "Quotation"),
        anchors=("observers_",),
        kinds=("*subscri*", "*observ*", *_SET, *_LISTENERS),
        packages=("mobx",),
    ),
    _leak(
        "ejs_cache_by_name",
        "main.cjs",
        "compiled templates under names with a time",
        classes=("Function",),
        anchors=("_data", "cache"),
        kinds=("*template*", "*compiled*", *_DICTIONARY),
        packages=("ejs",),
    ),
    _leak(
        "opossum_breakers",
        "main.cjs",
        "a circuit breaker with a timer for each call",
        classes=("CircuitBreaker", "Status", "Timeout", "Shipment"),
        anchors=(
            "timerListMap",
            "TimersList",
            "timerListQueue",
            "_idleNext",
            "_idlePrev",
            "_onTimeout",
        ),
        kinds=_TIMERS,
        packages=("opossum",),
    ),
    _leak(
        "debug_instances",
        "main.cjs",
        "a namespace for each request; an old version keeps them",
        classes=("Function",),
        anchors=("instances",),
        kinds=_ARRAY,
        packages=("debug",),
    ),
    _leak(
        "undici_client_per_tenant",
        "main.mjs",
        "an agent for each tenant",
        classes=("Agent",),
        anchors=("dispatchers",),
        kinds=("*agent*", *_DICTIONARY),
        packages=("undici",),
    ),
    _leak(
        "socketio_namespace_listener",
        "main.cjs",
        "a listener on the adapter for each connection",
        classes=("Function", "Socket"),
        anchors=("create-room", "_events"),
        kinds=_LISTENERS,
        packages=("socket.io", "socket.io-client"),
    ),
    _leak(
        "i18next_language_listeners",
        "main.mjs",
        "a listener for the language on each page",
        classes=("Function", "PageView", "native_bind"),
        anchors=("languageChanged", "observers"),
        kinds=(*_LISTENERS, *_MAP, "*subscri*", "*observ*"),
        packages=("i18next",),
    ),
    _leak(
        "passport_strategies",
        "main.cjs",
        "a strategy for each login",
        classes=("TenantStrategy",),
        anchors=("_strategies",),
        kinds=_DICTIONARY,
        packages=("passport",),
    ),
    _leak(
        "keyv_default_store",
        "main.mjs",
        "a key-value store without an adapter or a time to live",
        classes=("(string)", "(concatenated string)"),
        anchors=("store", "_store"),
        kinds=_MAP,
        packages=("keyv",),
    ),
    _leak(
        "memoizee_primitive",
        "main.cjs",
        "memoized by the time of day",
        classes=("Schedule",),
        anchors=("cache",),
        kinds=_DICTIONARY,
        packages=("memoizee",),
    ),
    _leak(
        "nock_interceptors",
        "main.cjs",
        "test doubles that are never used up",
        classes=("Interceptor", "{key, interceptors, *", "{*interceptors*}", "Scope"),
        anchors=("allInterceptors", "interceptors"),
        kinds=("*interceptor*", "*middleware*", *_ARRAY, *_DICTIONARY),
        packages=("nock",),
    ),
    _leak(
        "vue_effects",
        "main.mjs",
        "effects that are not stopped",
        classes=("Link", "ReactiveEffect", "Banner"),
        anchors=("subs", "dep", "deps", "prevSub", "theme", "head", "subsHead", "nextSub", "map"),
        kinds=(*_LIST, "*subscri*", "*observ*", *_LISTENERS),
        packages=("@vue/reactivity",),
    ),
    _leak(
        "zustand_subscribers",
        "main.mjs",
        "subscribers that are not taken back",
        classes=("Function", "BasketBadge"),
        anchors=("listeners",),
        kinds=(*_SET, *_LISTENERS, "*subscri*"),
        packages=("zustand",),
    ),
    _leak(
        "mitt_handlers",
        "main.mjs",
        "handlers added for each download",
        classes=("Function", "Download"),
        anchors=("all", "tick", "progress", "n"),
        kinds=(*_ARRAY, *_MAP, *_LISTENERS, "*subscri*"),
        packages=("mitt",),
    ),
    _leak(
        "plimit_stalled",
        "main.mjs",
        "a queue behind two calls that never return",
        classes=("Node", "Function", "Lookup"),
        anchors=("#head", "queue", "#tail"),
        kinds=(*_LIST, *_BACKLOG, *_PENDING),
        packages=("p-limit",),
    ),
    _leak(
        "immutable_state",
        "main.mjs",
        "a dictionary that is copied with one entry more each time",
        classes=("Notice",),
        anchors=("noticesById",),
        kinds=_DICTIONARY,
        packages=("redux",),
    ),
    replace(
        _leak(
            "bundled_koa_middleware",
            "main.mjs",
            "middleware added for each request; bundled and minified",
            classes=("Function",),
            anchors=("middleware",),
            kinds=("*route*", "*middleware*", *_ARRAY),
            packages=("koa",),
        ),
        is_bundled=True,
    ),
)
"""Programs that leak through what they do with an npm package."""

ON_NODE_ALONE: Final = (
    _leak(
        "private_map_sessions",
        "main.mjs",
        "what is given up half-way stays in a private Map",
        classes=("UploadSession",),
        anchors=("#sessions",),
        kinds=_MAP,
    ),
    _leak(
        "rpc_pending_requests",
        "main.js",
        "requests that time out keep their place; TypeScript",
        classes=("{method, params, resolve, reject}", "{method, params, *"),
        anchors=("pendingRequests",),
        kinds=(*_MAP, *_PENDING),
    ),
    _leak(
        "race_with_shutdown",
        "main.mjs",
        "`Promise.race` with a promise that stays pending",
        classes=(
            "JobResult",
            "Promise",
            "PromiseReaction",
            "Function",
        ),
        anchors=("shutdown",),
        kinds=_PENDING,
    ),
    _leak(
        "awaiting_gate",
        "main.cjs",
        "async functions that wait for what never comes",
        classes=(
            "Generator",
            "Promise",
            "PromiseReaction",
            "Function",
            "{table, *",
        ),
        anchors=("ready",),
        kinds=_PENDING,
    ),
    _leak(
        "abort_signal_listeners",
        "main.mjs",
        "a listener on one AbortSignal for each download",
        classes=("Function", "Download", "Listener"),
        anchors=("abort", "Symbol(kEvents)", "kEvents", "signal"),
        kinds=(*_LISTENERS, "*abort*"),
    ),
    _leak(
        "interval_per_connection",
        "main.cjs",
        "intervals that are not cleared",
        classes=("Timeout", "Session"),
        anchors=(
            "timerListMap",
            "TimersList",
            "timerListQueue",
            "_idleNext",
            "_idlePrev",
            "_onTimeout",
            "heartbeat",
        ),
        kinds=_TIMERS,
    ),
    _leak(
        "undo_history_list",
        "main.mjs",
        "each revision knows the one before",
        classes=("Revision",),
        anchors=("current", "previous"),
        kinds=_LIST,
    ),
    _leak(
        "async_context_chain",
        "main.mjs",
        "each async context knows its parent",
        classes=("TraceContext",),
        anchors=(
            "parent",
            "Symbol(kResourceStore)",
            "kResourceStore",
            "contexts",
        ),
        kinds=("*async*", *_LIST),
    ),
    _leak(
        "buffer_slices",
        "main.cjs",
        "32 bytes that keep 24 KiB",
        classes=("Buffer", "Uint8Array", "FastBuffer", "ArrayBuffer", "*JSArrayBufferData*"),
        anchors=("seenSignatures",),
        kinds=(*_BUFFERS, *_MAP),
    ),
    _leak(
        "sliced_strings",
        "main.mjs",
        "parts of long strings that keep the whole",
        classes=("(sliced string)", "(string)"),
        anchors=("knownSessions",),
        kinds=(*_STRINGS, *_SET),
    ),
    _leak(
        "error_log_array",
        "main.cjs",
        "a list of errors with a limit that does not work",
        classes=("PaymentError",),
        anchors=("lastErrors",),
        kinds=(*_ARRAY, "*error*"),
    ),
    _leak(
        "page_counter_object",
        "main.cjs",
        "a plain object with URLs as keys",
        classes=("{agents}",),
        anchors=("visits",),
        kinds=_DICTIONARY,
    ),
    _leak(
        "global_metrics",
        "main.cjs",
        "an undeclared variable",
        classes=("Measurement",),
        anchors=("measurements",),
        kinds=("undeclared-global", "*global*"),
    ),
    _leak(
        "static_registry",
        "main.mjs",
        "a static Set with every instance",
        classes=("Chart",),
        anchors=("instances",),
        kinds=_SET,
    ),
    _leak(
        "symbol_registry",
        "main.cjs",
        "waiters under a symbol",
        classes=("{owner, resume}",),
        anchors=("kWaiters", "Symbol(kWaiters)"),
        kinds=(*_ARRAY, *_BACKLOG),
    ),
    _leak(
        "weakmap_value_grows",
        "main.mjs",
        "the value in a WeakMap grows under a key that lives for ever",
        classes=("Note",),
        anchors=("notes", "notesOf"),
        kinds=(*_ARRAY, "*weak*"),
    ),
    _leak(
        "shared_scope_esm",
        "main.mjs",
        "closures that share a scope",
        classes=("Shelf", "{shelf, take}", "Function"),
        anchors=("yesterday", "stock"),
        kinds=("shared-closure-context",),
    ),
    _leak(
        "stream_backlog",
        "main.cjs",
        "a stream that nobody reads",
        classes=("Buffer", "Uint8Array", "BufferList*", "{data, next}", "{chunk, *", "FastBuffer"),
        anchors=("buffer", "buffered", "*kBufferedValue*", "auditTrail", "*State*", "head"),
        kinds=(*_BACKLOG, *_LIST, *_ARRAY),
    ),
    _leak(
        "once_never_fires",
        "main.mjs",
        "awaiting an event that never comes",
        classes=("Function", "Object", "{number, rows, title}"),
        anchors=("drain", "error", "_events"),
        kinds=_LISTENERS,
    ),
    _leak(
        "process_signal_handlers",
        "main.cjs",
        "a signal handler for each worker",
        classes=("Function", "Worker"),
        anchors=("SIGTERM", "_events"),
        kinds=_LISTENERS,
    ),
    _leak(
        "message_channels",
        "main.mjs",
        "message ports that are not closed",
        classes=("MessagePort", "Question", "Function"),
        anchors=("*MessagePort*",),
        kinds=("*native*", "*handle*", "*port*", *_LISTENERS),
    ),
    _leak(
        "connection_table",
        "main.cjs",
        "sockets in a table that nobody strikes out",
        classes=("Socket",),
        anchors=("connections",),
        kinds=_DICTIONARY,
    ),
    _leak(
        "signal_graph_effects",
        "main.mjs",
        "effects that stay subscribed",
        classes=("Effect",),
        anchors=("#subscribers",),
        kinds=(*_SET, *_LISTENERS, "*subscri*"),
    ),
    _leak(
        "suspended_consumers",
        "main.mjs",
        "async generators that wait for the next message",
        classes=(
            "AsyncGenerator",
            "Generator",
            "Promise",
            "Function",
            "Viewer",
        ),
        anchors=("waiting",),
        kinds=(*_ARRAY, *_PENDING, *_BACKLOG),
    ),
    _leak(
        "oversized_arrays",
        "main.cjs",
        "room for 2000 for the sake of a few",
        classes=("History",),
        anchors=("histories",),
        kinds=(*_MAP, "*over*", "*capacity*"),
    ),
    _leak(
        "growing_text_log",
        "main.mjs",
        "a text that gets longer",
        classes=("(concatenated string)", "(string)"),
        anchors=("text", "protocol"),
        kinds=_STRINGS,
    ),
    _leak(
        "esm_reload",
        "main.mjs",
        "a module imported again under another URL",
        classes=(
            "ModuleJob",
            "ModuleWrap",
            "SourceTextModule",
            "Module",
            "Rule",
        ),
        anchors=("loadCache",),
        kinds=("module-reload",),
    ),
    _leak(
        "generated_functions",
        "main.cjs",
        "functions made of text, kept by their text",
        classes=("Function",),
        anchors=("compiled",),
        kinds=(*_DICTIONARY, "*compiled*", "*template*"),
    ),
    _leak(
        "dead_weakrefs",
        "main.mjs",
        "empty WeakRefs stay in a Map",
        classes=("WeakRef",),
        anchors=("references",),
        kinds=(*_MAP, "*weak*"),
    ),
    _leak(
        "debounce_timers",
        "main.cjs",
        "a time-out in an hour for each change",
        classes=("Timeout", "Draft"),
        anchors=(
            "timerListMap",
            "TimersList",
            "timerListQueue",
            "_idleNext",
            "_idlePrev",
            "_onTimeout",
        ),
        kinds=_TIMERS,
    ),
    _leak(
        "scope_tree_children",
        "main.js",
        "scopes that stay children of the root; TypeScript",
        classes=("Container",),
        anchors=("children",),
        kinds=_ARRAY,
    ),
    _leak(
        "ts_private_weakmap",
        "main.js",
        "private fields in WeakMaps; TypeScript",
        classes=("Notification",),
        anchors=("_Notifier_outbox", "notifier", "*outbox*"),
        kinds=(*_ARRAY, "*weak*", *_BACKLOG),
    ),
    _leak(
        "nested_tenant_maps",
        "main.mjs",
        "few Maps in a Map, each of which grows",
        classes=("Receipt",),
        anchors=("receiptsByTenant",),
        kinds=_MAP,
    ),
    _leak(
        "diagnostics_subscribers",
        "main.cjs",
        "subscribers of a diagnostics channel",
        classes=("Function", "Trace"),
        anchors=("_subscribers",),
        kinds=(*_LISTENERS, *_ARRAY, "*subscri*", "*channel*"),
    ),
    _leak(
        "performance_marks",
        "main.mjs",
        "marks that are never cleared",
        classes=("PerformanceMark",),
        anchors=("markEntryBuffer", "mark*"),
        kinds=(*_ARRAY, "*performance*"),
    ),
    _leak(
        "async_hooks_contexts",
        "main.cjs",
        "contexts by async id without `destroy`",
        classes=("RequestContext",),
        anchors=("contexts",),
        kinds=(*_MAP, "*async*"),
    ),
    _leak(
        "two_leaks",
        "main.mjs",
        "a large leak and a small one",
        classes=("RenderedDocument",),
        anchors=("archive",),
        kinds=_ARRAY,
    ),
    _leak(
        "error_cause_chain",
        "main.cjs",
        "each error has the one before for its cause",
        classes=("SyncError",),
        anchors=("cause", "lastError"),
        kinds=(*_LIST, "*error*"),
    ),
    _leak(
        "numbered_cache_object",
        "main.cjs",
        "a plain object with numbers as keys",
        classes=("Profile",),
        anchors=("profiles",),
        kinds=_DICTIONARY,
    ),
    _leak(
        "fs_watchers",
        "main.mjs",
        "watchers of files that are not closed",
        classes=("FSWatcher", "FSEvent", "Settings"),
        anchors=("*FSEvent*",),
        kinds=("*native*", "*handle*"),
    ),
    _leak(
        "readline_on_shared_stream",
        "main.mjs",
        "an interface for each command on one stream",
        classes=("Interface", "Function"),
        anchors=("data", "end", "error", "_events", "keypress", "readable"),
        kinds=_LISTENERS,
    ),
    _leak(
        "keep_alive_socket_listeners",
        "main.cjs",
        "an error listener for each request on a socket that is used again",
        classes=("Function", "Attempt"),
        anchors=("error", "_events"),
        kinds=(*_LISTENERS, "*keep-alive*", "*agent*", "*socket*"),
    ),
    _leak(
        "console_wrapped_again",
        "main.cjs",
        "a function wrapped again and again",
        classes=("Function", "report"),
        anchors=("original", "report"),
        kinds=("*wrap*", *_LIST, "shared-closure-context"),
    ),
    _leak(
        "async_loop_returns_itself",
        "main.mjs",
        "an async function that awaits itself",
        classes=(
            "Batch",
            "Generator",
            "Promise",
            "Function",
        ),
        anchors=(
            "wake",
            "poll",
        ),
        kinds=(*_PENDING, *_LIST, "*async*"),
    ),
    _leak(
        "static_private_cache",
        "main.mjs",
        "a static private dictionary",
        classes=("Expression",),
        anchors=("#parsed",),
        kinds=_DICTIONARY,
    ),
    _leak(
        "arrays_by_type",
        "main.cjs",
        "four lists in a dictionary, each of which grows",
        classes=("StoredEvent",),
        anchors=("byType", "created", "paid", "packed", "shipped"),
        kinds=(*_ARRAY, *_DICTIONARY),
    ),
    _leak(
        "events_on_unread",
        "main.mjs",
        "an iterator over events that is not read",
        classes=("Array", "Reading"),
        anchors=(
            "unconsumedEvents",
            "readings",
            "list",
        ),
        kinds=(*_BACKLOG, *_ARRAY, *_LIST),
    ),
    _leak(
        "web_stream_backlog",
        "main.mjs",
        "a web stream that nobody reads",
        classes=("Update", "{value}", "{value, size}"),
        anchors=("queue", "controller", "updates"),
        kinds=(*_BACKLOG, *_ARRAY),
    ),
    _leak(
        "typed_array_frames",
        "main.cjs",
        "typed arrays that wait for an acknowledgement",
        classes=("Float64Array", "ArrayBuffer"),
        anchors=("unacknowledged",),
        kinds=(*_SET, *_BUFFERS),
    ),
    _leak(
        "regexp_cache",
        "main.mjs",
        "regular expressions by what users type",
        classes=("RegExp", "(regexp)"),
        anchors=("patterns",),
        kinds=(*_MAP, "*compiled*"),
    ),
    replace(
        _leak(
            "vm_contexts",
            "main.cjs",
            "contexts of scripts that are kept",
            classes=("{scriptId, *", "Object", "{*scriptId*}", "global"),
            anchors=("sandboxes",),
            kinds=(*_MAP, "*context*"),
        ),
        warm_up=3,
        units=5,
    ),
    replace(
        _leak(
            "few_but_large",
            "main.mjs",
            "few objects, each a quarter of a megabyte",
            classes=("YearReport",),
            anchors=("reportsByYear",),
            kinds=_DICTIONARY,
        ),
        warm_up=2,
        units=3,
    ),
    _leak(
        "leak_in_noise",
        "main.cjs",
        "one small object for each unit beside a large healthy cache",
        classes=("Ticket",),
        anchors=("openTickets",),
        kinds=_ARRAY,
    ),
    _leak(
        "leak_behind_warm_up",
        "main.mjs",
        "a small leak behind a large cache that fills up",
        classes=("{at, who}", "{at}", "{tile, at, who}"),
        anchors=("auditLog",),
        kinds=_ARRAY,
    ),
    _leak(
        "one_in_ten",
        "main.mjs",
        "one of ten stays",
        classes=("FailedImport",),
        anchors=("failed",),
        kinds=_ARRAY,
    ),
    _leak(
        "classes_made_at_run_time",
        "main.cjs",
        "a class for each form",
        classes=("Function", "class", "model"),
        anchors=("models",),
        kinds=(*_DICTIONARY, "*compiled*", "*class*"),
    ),
    _leak(
        "identity_map",
        "main.js",
        "an identity map for the whole process; TypeScript for old engines",
        classes=("Customer",),
        anchors=("identityMap",),
        kinds=_MAP,
    ),
    _leak(
        "intl_formatters",
        "main.cjs",
        "formatters by user",
        classes=("NumberFormat", "Intl.NumberFormat"),
        anchors=("formatters",),
        kinds=_MAP,
    ),
    _leak(
        "finished_listeners",
        "main.mjs",
        "`finished` on a stream that lives for ever",
        classes=("Function",),
        anchors=("close", "error", "finish", "end", "complete", "abort", "request", "_events"),
        kinds=_LISTENERS,
    ),
    _leak(
        "immutable_array",
        "main.cjs",
        "a list that is copied and made longer each time",
        classes=("Breadcrumb",),
        anchors=("#crumbs",),
        kinds=_ARRAY,
    ),
    _leak(
        "growing_buffer",
        "main.cjs",
        "a Buffer that is copied and made longer each time",
        classes=("Buffer", "Uint8Array", "FastBuffer", "ArrayBuffer", "*JSArrayBufferData*"),
        anchors=("received", "buffer", "backing_store"),
        kinds=(*_BUFFERS, "accumulation", *_BACKLOG),
    ),
    _leak(
        "numbers_in_array",
        "main.mjs",
        "numbers in an array",
        classes=("Array", "(number)", "(array)"),
        anchors=("latencies",),
        kinds=_ARRAY,
    ),
    _leak(
        "prototype_list",
        "main.cjs",
        "a list on a prototype",
        classes=("Line",),
        anchors=("lines",),
        kinds=_ARRAY,
    ),
    _leak(
        "exports_property",
        "main.cjs",
        "a dictionary among the exports of a module",
        classes=("Search",),
        anchors=("recent",),
        kinds=_DICTIONARY,
    ),
    _leak(
        "arguments_kept",
        "main.cjs",
        "the arguments of every call",
        classes=(
            "Arguments",
            "Object",
        ),
        anchors=("calls",),
        kinds=_ARRAY,
    ),
    _leak(
        "deep_path",
        "main.mjs",
        "a list at the end of a long way",
        classes=("AuditEntry",),
        anchors=("entries",),
        kinds=_ARRAY,
    ),
    _leak(
        "callbacks_bound",
        "main.mjs",
        "bound functions for the end of the process",
        classes=("Function", "native_bind", "TemporaryTable"),
        anchors=("atExit",),
        kinds=(*_ARRAY, "*callback*"),
    ),
    replace(
        _leak(
            "bundled_private_queue",
            "main.mjs",
            "a queue that is never emptied; bundled and minified",
            classes=("QueuedMail", "?", "??"),
            anchors=("unsentMails",),
            kinds=(*_ARRAY, *_BACKLOG),
        ),
        is_bundled=True,
    ),
)
"""Programs that leak without any package."""

HEALTHY: Final = (
    _healthy("healthy_lru_full", "main.mjs", "an LRU cache that is full", "lru-cache"),
    _healthy("healthy_ttl_cache", "main.cjs", "a cache whose entries expire"),
    _healthy("healthy_pool_warm_up", "main.cjs", "a pool that fills up", "generic-pool"),
    _healthy(
        "healthy_lazy_modules",
        "main.cjs",
        "modules loaded when first needed",
        *("ejs", "handlebars", "lodash", "ajv", "generic-pool", "koa", "mobx", "redux"),
    ),
    _healthy("healthy_jit_warm_up", "main.mjs", "code that is compiled and optimised"),
    _healthy("healthy_ring_buffer", "main.mjs", "a ring of the last requests"),
    _healthy("healthy_batch_peak", "main.cjs", "a batch that is nearly full, then written"),
    _healthy("healthy_template_cache", "main.cjs", "thirty compiled templates", "handlebars"),
    _healthy("healthy_cyclic_garbage", "main.mjs", "much garbage in cycles"),
    _healthy("healthy_listeners_removed", "main.mjs", "listeners that are removed"),
    _healthy("healthy_express_metrics", "main.cjs", "a web service without a leak", "express"),
    _healthy("healthy_slowing_intern_table", "main.mjs", "a table that fills more and more slowly"),
    _healthy("healthy_rxjs_unsubscribed", "main.mjs", "subscriptions that end", "rxjs"),
    _healthy("healthy_rising_load", "main.mjs", "more and more work that all gets done"),
    _healthy("healthy_weakmap_cache", "main.cjs", "a WeakMap and a FinalizationRegistry"),
    _healthy("healthy_keep_alive_agent", "main.mjs", "sockets that are kept for reuse"),
    _healthy(
        "healthy_lru_filling", "main.mjs", "a bounded cache that is full at last", "lru-cache"
    ),
    _healthy("healthy_config_replaced", "main.cjs", "a configuration that is replaced"),
    _healthy("healthy_minute_counters", "main.mjs", "counters for the last minutes"),
    _healthy("healthy_sessions_expire", "main.cjs", "more and more sessions, all of which end"),
    _healthy("healthy_flyweight_glyphs", "main.mjs", "shared objects, of which there are 200"),
    _healthy("healthy_promises_settle", "main.mjs", "promises and timers that all end"),
    _healthy("healthy_websocket_clients", "main.mjs", "clients that come and go", "ws"),
    _healthy("healthy_string_building", "main.cjs", "texts that are put together and flushed"),
    _healthy(
        "healthy_late_modules",
        "main.cjs",
        "modules loaded late",
        *("ejs", "mobx", "generic-pool", "handlebars", "koa", "redux"),
    ),
    _healthy(
        "healthy_pool_fills_slowly",
        "main.cjs",
        "a pool whose last places fill late",
        "generic-pool",
    ),
    _healthy("healthy_noisy_population", "main.mjs", "about as many visitors as before"),
    _healthy("healthy_weakref_cache", "main.mjs", "a cache of WeakRefs that is kept clean"),
    _healthy("healthy_http_cleanup", "main.cjs", "a server that releases everything"),
    replace(
        _healthy("healthy_bounded_queue", "main.cjs", "a queue, now longer, now shorter"),
        # Caught in bursts, each time a little later in one.
        warm_up=42,
        units=101,
    ),
)
"""Programs that grow, level off, or churn, and lose nothing."""

_QUICK: Final = (
    "express_route_stack",
    "rxjs_subscriptions",
    "private_map_sessions",
    "abort_signal_listeners",
    "undo_history_list",
    "healthy_ring_buffer",
    "healthy_lru_filling",
)

CASES: Final = tuple(
    replace(case, is_quick=case.name in _QUICK) for case in (*ON_PACKAGES, *ON_NODE_ALONE, *HEALTHY)
)
"""All of them."""


def choose(patterns: str) -> list[Case]:
    """Return the cases whose names match one of some patterns.

    Parameters
    ----------
    patterns : str
        With commas between them.

    Returns
    -------
    list of Case
    """
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    chosen = [case for case in CASES if any(fnmatchcase(case.name, one) for one in wanted)]
    if not chosen:
        raise click.BadParameter(f"no case is called {patterns}")
    return chosen
