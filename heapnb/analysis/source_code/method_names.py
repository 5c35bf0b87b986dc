"""What the names of methods, functions and options say about adding and removing."""

from __future__ import annotations

from typing import Final

ADDERS: Final = {
    "Map": {"set"},
    "WeakMap": {"set"},
    "Set": {"add"},
    "WeakSet": {"add"},
    "Array": {"push", "unshift", "splice", "fill"},
    "Promise": {"then", "catch", "finally"},
    "FinalizationRegistry": {"register"},
}
"""Methods of JavaScript's own classes that add."""

REMOVERS: Final = {
    "Map": {"delete", "clear"},
    "WeakMap": {"delete"},
    "Set": {"delete", "clear"},
    "WeakSet": {"delete"},
    "Array": {"pop", "shift", "splice"},
    "FinalizationRegistry": {"unregister"},
}
"""Methods of JavaScript's own classes that remove."""

LISTENING: Final = frozenset(
    {
        *("on", "once", "addListener", "prependListener", "prependOnceListener"),
        *("addEventListener", "attachEvent", "listen"),
    }
)
"""Methods that add listeners."""

LISTENER_TABLES: Final = frozenset({"_events", "kEvents", "_eventsCount", "listeners"})
"""Properties in which emitters and event targets keep listeners."""

ADDING_VERBS: Final = frozenset(
    {
        *LISTENING,
        *("set", "add", "push", "unshift", "append", "prepend", "insert", "put", "store", "save"),
        *("enqueue", "queue", "schedule", "scheduleJob", "subscribe", "observe", "watch", "effect"),
        *("register", "use", "mount", "attach", "track", "remember", "write"),
        *("registerPartial", "registerHelper", "compile", "addSchema", "intercept", "acquire"),
        *("createElement", "appendChild", "addHook", "hook", "plugin", "inc", "labels", "load"),
        *("setItem", "create", "createChild", "mark", "measure", "reaction", "autorun"),
        *("addInitScript", "addMiddleware", "setInterval", "setTimeout", "pipe", "enterWith"),
    }
)
"""Methods of other objects whose names say that they add."""

REMOVING_VERBS: Final = frozenset(
    {
        *("off", "removeListener", "removeAllListeners", "removeEventListener", "unsubscribe"),
        *("delete", "del", "clear", "remove", "removeItem", "reset", "destroy", "dispose", "close"),
        *("flush", "end", "unregister", "evict", "prune", "shift", "pop", "dequeue", "drain"),
        *("release", "cancel", "stop", "abort", "detach", "eject", "unwatch", "unobserve", "unref"),
        *("flushAll", "invalidate", "purge", "unregisterPartial", "resume", "read", "unpipe"),
        *("removeSchema", "clearMarks", "clearMeasures", "unuse", "take", "disconnect"),
        "removeChild",
    }
)
"""Methods of other objects whose names say that they remove."""

READERS: Final = frozenset(
    {
        *("get", "has", "keys", "values", "entries", "forEach", "map", "filter", "find", "some"),
        *("findIndex", "findLast", "indexOf", "includes", "slice", "concat", "join", "reduce"),
        *("every", "at", "toString", "toJSON", "size", "length", "peek", "listenerCount", "flat"),
        *("listeners", "setMaxListeners", "getMaxListeners", "address", "listen", "hasOwnProperty"),
        *("flatMap", "sort", "reverse", "toSorted", "subarray", "call", "apply", "bind", "log"),
        *("writeHead", "setHeader", "disable", "enable", "json", "send", "publish", "dispatch"),
        *("stringify", "resolve", "lastIndexOf", "toLocaleString", "getStore", "off"),
    }
)
"""Methods that neither add nor remove, by their names."""

KNOWN_FUNCTIONS: Final = frozenset(
    {
        *("console", "JSON", "Math", "Number", "String", "Boolean", "isNaN", "Float64Array"),
        *("structuredClone", "assert", "Intl", "v8", "performance", "util", "inspect"),
        *("setMaxListeners", "getEventListeners", "Array", "expect"),
    }
)
"""Functions that only look at what they are given."""

ADDING_ARGUMENTS: Final = frozenset(
    {"Object.assign", "Object.defineProperty", "Object.defineProperties", "Reflect.set"}
)
"""Functions that add to their first argument."""

RUNTIME_ADDERS: Final = frozenset(
    {"finished", "once", "on", "pipeline", "addAbortListener", "eos", "createInterface", "fetch"}
)
"""Functions of Node.js that add listeners to the object that they are given."""

BOUNDS: Final = frozenset(
    {
        *("max", "maxSize", "maxEntries", "maxKeys", "maxItems", "capacity", "limit", "ttl"),
        *("stdTTL", "maxAge", "ttlAutopurge", "expires", "expiration", "maxLength", "timeout"),
    }
)
"""Options by which a container removes by itself."""

__all__ = [
    "ADDERS",
    "ADDING_ARGUMENTS",
    "ADDING_VERBS",
    "BOUNDS",
    "KNOWN_FUNCTIONS",
    "LISTENER_TABLES",
    "LISTENING",
    "READERS",
    "REMOVERS",
    "REMOVING_VERBS",
    "RUNTIME_ADDERS",
]
