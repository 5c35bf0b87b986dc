"""What a person calls the leak of each program: its subject, its number, and what grows with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROGRAMS: Final = Path(__file__).parent / "programs"
PER_SNAPSHOT: Final = (60, 120, 300)
"""Objects that a leaking program keeps, one a unit of work."""


@dataclass(frozen=True)
class Grows:
    """Something that grows with the subject: why, its class, and what its anchor contains."""

    relation: str
    class_name: str
    anchor: str


@dataclass(frozen=True)
class Case:
    """A program, and what a diagnosis has to say about it.

    Parameters
    ----------
    name : str
        Its folder in ``programs``.
    kind : str
        The cause.
    class_name, title : str
        What a person calls what accumulates; an empty title for what its class says.
    anchor : str
        What the anchor contains.
    counts : tuple of int
        How many there are in each snapshot.
    grows : tuple of Grows
        What grows with it, and so is no suspect.
    n_suspects : int
        How many leaks there are.
    said, unsaid : tuple of str
        What the explanation has to contain, and what the heap does not show.
    advised : str
        What the advice has to contain.
    """

    name: str
    kind: str
    class_name: str
    title: str
    anchor: str
    counts: tuple[int, ...] = PER_SNAPSHOT
    grows: tuple[Grows, ...] = ()
    n_suspects: int = 1
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    advised: str = ""

    def __str__(self) -> str:
        return self.name


WRAPPED: Final = (
    Case(
        "cached_receipts",
        "unbounded-dictionary",
        "UploadReceipt",
        "`UploadReceipt`, wrapped in `{v}`",
        "`data` of a TtlCache",
        advised="`data` is a property of `TtlCache` in the npm package",
    ),
    Case(
        "thumbnails_in_nodes",
        "linked-list",
        "Thumbnail",
        "`Thumbnail`, wrapped in `Node`",
        "`gallery.#rendered.head`",
    ),
    Case(
        "reports_with_expiry",
        "unbounded-map",
        "Report",
        "`Report`, wrapped in `{value}`",
        "`rendered`",
    ),
    Case(
        "readings_in_pairs",
        "unbounded-array",
        "Reading",
        "`Reading`, wrapped in `Array`",
        "`station.history`",
    ),
    Case(
        "downloads_on_signal",
        "event-listeners",
        "Function",
        "`cancel` closures, each retaining a Download, wrapped in `Listener`",
        "`abort` listeners of an AbortSignal",
    ),
    Case(
        "interceptors",
        "unbounded-array",
        "Function",
        "`addCaller` closures, each retaining a Caller, wrapped in "
        "`{fulfilled, rejected, synchronous, runWhen}`",
        "`client.interceptors.handlers`",
    ),
    Case(
        "routes",
        "middleware-stack",
        "Function",
        "`showTenant` closures, each retaining a Tenant, wrapped in `Layer`",
        "`router.stack`",
    ),
    Case("sessions_with_users", "unbounded-map", "Session", "", "`#open`"),
    Case(
        "orders_with_customers",
        "unbounded-array",
        "{id, status, customer}",
        "",
        "orders.placed",
    ),
)
"""Objects of libraries and of the language around one object each; and two that are no wrappers."""

BY_NAME: Final = (
    Case(
        "once_ready",
        "event-listeners",
        "Function",
        "`send` closures, each retaining a Query",
        "`free` listeners of a Pool",
        said=("`once` would remove them",),
    ),
    Case(
        "lookups_that_wait",
        "pending-promise",
        "Generator",
        "Suspended calls of `lookUp`, each retaining a Lookup",
        "`ready` of a Resolver",
    ),
    Case(
        "batches_then",
        "pending-promise",
        "Batch",
        "",
        "`connected`",
        said=("`write`",),
        unsaid=("suspended",),
    ),
)
"""Functions and suspended calls."""

SHARED: Final = (
    Case(
        "tickets_and_config",
        "unbounded-array",
        "Function",
        "`refresh` closures, each retaining a Ticket",
        "`refreshers`",
        unsaid=("Config",),
    ),
    Case(
        "jobs_with_logger",
        "unbounded-set",
        "{name, logger}",
        "",
        "`done`",
        unsaid=("`Logger`",),
    ),
)
"""What all members share is not the subject."""

SHAPES: Final = (
    Case(
        "results_with_errors",
        "unbounded-array",
        "{id, name}",
        "`{id, name, error?}`",
        "`results`",
    ),
    Case(
        "replies_change_shape",
        "unbounded-map",
        "{text, sender, detail}",
        "`{text, sender, detail?}`",
        "`replies`",
    ),
)
"""Records that differ by one optional property."""

ONE_LEAK: Final = (
    Case(
        "two_events",
        "event-listeners",
        "Function",
        "`receive` closures, each retaining a Session",
        "`message` and `close` listeners of an EventEmitter (`bus._events.message`)",
        grows=(Grows("same-objects", "Function", "`bus._events.close`"),),
        said=("`bus._events.close`", "remove them there, too"),
    ),
    Case(
        "two_emitters",
        "event-listeners",
        "Function",
        "Closures, each retaining a Transfer",
        "`source._events.data`",
        grows=(Grows("same-objects", "Function", "`target._events.drain`"),),
    ),
    Case("two_readers", "backlog", "Update", "", "the read buffer of a ReadableStream"),
    Case(
        "two_queues",
        "unbounded-array",
        "Message",
        "`Message`, wrapped in `{message, tries}`",
        "`billing.inbox`",
        grows=(Grows("same-objects", "Message", "`mailing.inbox`"),),
    ),
    Case(
        "mirror_index",
        "unbounded-map",
        "Account",
        "",
        "`byId` of a Directory",
        grows=(Grows("same-objects", "(concatenated string)", "`byAddress` of a Directory"),),
        said=("strings",),
    ),
    Case(
        "keys_in_order",
        "unbounded-map",
        "Page",
        "",
        "`pages`",
        grows=(Grows("same-objects", "(string)", "`order`"),),
    ),
    Case("rooms_by_name", "unbounded-array", "Member", "", "`hall.byRoom"),
    Case("links_from_both_ends", "linked-list", "Draft", "", "`history`"),
    Case("two_properties", "unbounded-array", "Job", "", "`scheduler.history`"),
    Case("two_leaks", "unbounded-set", "Visit", "", "a local variable", n_suspects=2),
)
"""One leak seen twice is one suspect; two leaks are two."""

WEAK: Final = (
    Case("state_held_directly", "unbounded-array", "State", "", "`recent.states`"),
    Case(
        "values_of_leaked_keys",
        "unbounded-set",
        "Connection",
        "",
        "`connections`",
        (20, 40, 100),
        grows=(Grows("weak-map-values", "Frame", "the WeakMap `framesOf`"),),
    ),
    Case(
        "tables_of_requests",
        "unbounded-map",
        "Request",
        "",
        "`open`",
        grows=(Grows("weak-map-values", "Plan", "`schema`"),),
    ),
    Case(
        "registered_handles",
        "unbounded-map",
        "Handle",
        "",
        "`live`",
        grows=(Grows("held-values", "{key, log}", "`registry`"),),
        unsaid=("never collected",),
    ),
    Case(
        "registered_callbacks",
        "unbounded-map",
        "Handle",
        "",
        "`live`",
        grows=(Grows("held-values", "Function", "`registry`"),),
        unsaid=("never collected",),
    ),
)
"""WeakMaps and registries."""

EVIDENCE: Final = (
    Case("orders_beside_hook", "unbounded-map", "Order", "", "`orders`"),
    Case(
        "store_subscribers",
        "event-listeners",
        "Function",
        "`update` closures, each retaining a Badge",
        "`interested`",
        unsaid=("by its name",),
    ),
    Case("plain_listeners", "unbounded-array", "Person", "", "`listeners`"),
    Case(
        "effects",
        "event-listeners",
        "Effect",
        "",
        "`theme.#readers`",
        said=("refers back to a Signal",),
    ),
    Case(
        "races_with_shutdown",
        "pending-promise",
        "Promise",
        "",
        "`shutdown`",
        (59, 119, 299),
        said=("is settled, and retains its result",),
        unsaid=("suspended",),
    ),
)
"""What a cause says of the members is checked in the heap; a variable's name decides nothing."""

CASES: Final = (*WRAPPED, *BY_NAME, *SHARED, *SHAPES, *ONE_LEAK, *WEAK, *EVIDENCE)
