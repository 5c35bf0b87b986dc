"""The pages of the bench, and what a diagnosis of each should say."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import click

from tests.leakbench.cases import Case

PAGES: Final = Path(__file__).parent / "pages"

WRITTEN: Final = "written"
"""The ES modules as they are."""

DEVELOPMENT: Final = "development"
"""One file with the development builds of the packages, and a source map."""

FORMS: Final = (WRITTEN, DEVELOPMENT, "minified", "minified-map")
"""What a browser loads. Only pages without packages run as they are written."""

WITH_SOURCES: Final = (WRITTEN, DEVELOPMENT, "minified-map")
"""Forms in which the text that the author wrote is in the heap, or in a source map."""

PLAIN: Final = "plain"

_HEALTHY: Final = ("no-leak", "undecided")
_USES: Final = (20, 40)
"""How often a page is used before the first snapshot, and between that and the second."""

_REMOVE_LISTENER: Final = ("removeEventListener",)
_DISCONNECT: Final = ("disconnect",)
_UNSUBSCRIBE: Final = ("unsubscribe", "subscribe", "off")
_DELETE: Final = (
    "delete",
    "remove",
    "clear",
    "splice",
    "shift",
    "pop",
    "WeakMap",
    "WeakSet",
    "LRU",
)
_ARRAY: Final = ("unbounded-array",)
_MAP: Final = ("unbounded-map", "unbounded-memoize", "unbounded-dictionary")
_SET: Final = ("unbounded-set",)
_DOM: Final = ("detached-dom",)
_LISTENERS: Final = ("event-listeners", "dom-listeners")
_SUBSCRIPTIONS: Final = ("event-listeners", "*subscri*", "*listener*")
_CLOSURES: Final = ("Function", "*closure*", "*function*")
_LISTENER_CLASSES: Final = (*_CLOSURES, "*listener*", "*Listener*")
_TIMERS: Final = (*_CLOSURES, "DOMTimer", "*timer*", "*interval*", "*Interval*")
_OBSERVERS: Final = ("MutationObserver*", "ResizeObserver*", "IntersectionObserver*", *_CLOSURES)
_OBSERVED: Final = ("*observer*", "*Observer*", "*<body*", "*<html*", "*observe(*")


@dataclass(frozen=True)
class Page:
    """A page, and what is true about it.

    Parameters
    ----------
    case : Case
        What is right for the class, for what holds it, and for the cause. What holds it is
        compared with the whole text, too.
    framework : str
        ``"plain"`` if there is none.
    calls : tuple of str
        The calls that are missing, each right alone: one is in the fix.
    place : tuple of (str, str)
        File and function that add to what leaks, each right alone.
    keeps_detached : bool
        Whether what leaks keeps DOM trees that were removed from the document.
    """

    case: Case
    framework: str
    calls: tuple[str, ...] = ()
    place: tuple[tuple[str, str], ...] = ()
    keeps_detached: bool = False

    def __str__(self) -> str:
        return self.case.name

    @property
    def name(self) -> str:
        """Its folder in ``pages``."""
        return self.case.name

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return PAGES / self.name

    @property
    def origin(self) -> str:
        """The address at which the browser sees it."""
        return f"http://{self.name.replace('_', '-')}.example"

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in which it runs."""
        has_packages = self.framework != PLAIN or bool(self.case.packages)
        return FORMS[1:] if has_packages else (WRITTEN, *FORMS[2:])


def _leak(
    name: str,
    what: str,
    framework: str = PLAIN,
    *,
    classes: tuple[str, ...],
    holders: tuple[str, ...],
    causes: tuple[str, ...],
    calls: tuple[str, ...],
    place: tuple[tuple[str, str], ...],
    detached: bool,
    packages: tuple[str, ...] = (),
    uses: tuple[int, int] = _USES,
) -> Page:
    case = Case(name, "", what, ("leak",), classes, holders, causes, packages, *uses)
    return Page(case, framework, calls, place, detached)


def _healthy(name: str, what: str, framework: str = PLAIN, packages: tuple[str, ...] = ()) -> Page:
    return Page(Case(name, "", what, _HEALTHY, (), (), (), packages, *_USES), framework)


PAGES_OF_THE_BENCH: Final = (
    _leak(
        "removed_cards",
        "cards that were removed from the page stay in a Map",
        classes=("Detached <li*", "HTMLLIElement"),
        holders=("cards", "*`cards`*"),
        causes=(*_DOM, *_MAP),
        calls=_DELETE,
        place=(("messageList.js", "show"),),
        detached=True,
    ),
    _leak(
        "undo_closures",
        "an undo history of closures over removed blocks has no limit",
        classes=(*_CLOSURES, "Detached <section*"),
        holders=("#undoSteps", "*undoSteps*"),
        causes=(*_ARRAY, *_DOM, "*closure*", "*callback*"),
        calls=_DELETE,
        place=(("history.js", "record"), ("editor.js", "removeBlock")),
        detached=True,
    ),
    _leak(
        "thumbnail_cache",
        "a cache on `window` keeps every thumbnail",
        classes=("Thumbnail",),
        holders=("thumbnailsByPath", "*thumbnailsByPath*"),
        # What it says of a global that is set on purpose is right, too.
        causes=(*_MAP, "undeclared-global"),
        calls=_DELETE,
        place=(("thumbnails.js", "thumbnailOf"),),
        detached=False,
    ),
    _leak(
        "sensor_widgets",
        "widgets whose interval is never cleared",
        classes=("SensorWidget", *_TIMERS),
        holders=("*interval*", "*Interval*", "*timer*"),
        causes=("timers",),
        calls=("clearInterval",),
        place=(("sensorWidget.js", "start"),),
        detached=True,
    ),
    _leak(
        "dialog_keys",
        "each dialog adds a `keydown` listener to the document and leaves it there",
        classes=("ContactDialog", *_LISTENER_CLASSES),
        holders=("*keydown*", "*document*", "*Document*"),
        causes=_LISTENERS,
        calls=_REMOVE_LISTENER,
        place=(("contactDialog.js", "open"),),
        detached=True,
    ),
    _leak(
        "theme_observers",
        "panes whose MutationObserver of the body is never disconnected",
        classes=("ReportPane", *_OBSERVERS, "Detached <section*"),
        holders=_OBSERVED,
        causes=("*observer*",),
        calls=_DISCONNECT,
        place=(("reportPane.js", "followTheme"),),
        detached=True,
    ),
    _leak(
        "gauge_observers",
        "a ResizeObserver of the document for each gauge, never disconnected",
        classes=(*_OBSERVERS, "Detached <*"),
        holders=_OBSERVED,
        causes=("*observer*",),
        calls=_DISCONNECT,
        place=(("fitting.js", "keepFitting"),),
        detached=True,
    ),
    _leak(
        "footer_observers",
        "an IntersectionObserver of the footer for each feed, never disconnected",
        classes=("Feed", *_OBSERVERS),
        holders=(*_OBSERVED, "*footer*"),
        causes=("*observer*",),
        calls=_DISCONNECT,
        place=(("feed.js", "start"),),
        detached=False,
    ),
    _leak(
        "export_workers",
        "a worker for each export, never terminated",
        classes=("Worker", "DedicatedWorker", "*worker*"),
        holders=("*worker*", "*Worker*"),
        causes=("*worker*",),
        calls=("terminate",),
        place=(("exporting.js", "exportRows"),),
        detached=False,
        uses=(4, 8),
    ),
    _leak(
        "tab_channels",
        "a BroadcastChannel for each tab, never closed",
        classes=("BroadcastChannel", "DocumentTab"),
        holders=("*channel*", "*Channel*"),
        causes=("*channel*",),
        calls=("close",),
        place=(("documentTab.js", "connect"),),
        detached=True,
    ),
    _leak(
        "chat_sockets",
        "a WebSocket for each room, never closed",
        classes=("WebSocket", "*WebSocket*", "Room"),
        holders=("*socket*", "*Socket*", "*connection*"),
        causes=("*socket*",),
        calls=("close",),
        place=(("connection.js", "connect"), ("room.js", "Room")),
        detached=True,
    ),
    _leak(
        "logged_orders",
        "orders that were logged while the DevTools are open",
        classes=("Order",),
        holders=("*console*", "*Console*"),
        causes=("*console*",),
        calls=("console",),
        place=(("submitting.js", "submit"),),
        detached=False,
    ),
    _leak(
        "chart_panels",
        "charts that are not destroyed when their canvas is removed",
        classes=("Chart",),
        holders=("instances", "*instances*"),
        causes=(*_MAP, *_DOM),
        calls=("destroy", *_DELETE),
        place=(("chartPanel.js", "showChart"),),
        detached=True,
        packages=("chart.js",),
    ),
    _leak(
        "map_popups",
        "new markers with popups at each refresh; the old ones stay on the map",
        classes=("NewClass", "*Marker*", "*Popup*"),
        holders=("_layers", "*_layers*", "*_targets*"),
        causes=_MAP,
        calls=("removeLayer", "clearLayers", *_DELETE),
        place=(("stationMap.js", "show"),),
        detached=False,
        packages=("leaflet",),
    ),
    _leak(
        "resize_listeners",
        "an effect adds a `resize` listener to the window and returns no clean-up",
        "React",
        classes=("fitColumns", *_LISTENER_CLASSES),
        holders=("*resize*", "*window*", "*Window*"),
        causes=_LISTENERS,
        calls=_REMOVE_LISTENER,
        place=(("salesPanel.jsx", "SalesPanel"),),
        detached=False,
    ),
    _leak(
        "scroll_spies",
        "`componentDidMount` adds a `scroll` listener; nothing removes it",
        "React",
        classes=("Chapter", *_LISTENER_CLASSES),
        holders=("*scroll*", "*document*", "*Document*"),
        causes=_LISTENERS,
        calls=_REMOVE_LISTENER,
        place=(("chapter.jsx", "componentDidMount"),),
        detached=False,
    ),
    _leak(
        "board_cards",
        "an array of visits keeps the elements of closed cards",
        "React",
        classes=("CardVisit",),
        holders=("visits", "*`visits`*"),
        causes=(*_ARRAY, *_DOM),
        calls=_DELETE,
        place=(("tracking.js", "trackCard"),),
        detached=True,
    ),
    _leak(
        "auction_clocks",
        "a hook that sets an interval and never clears it",
        "React",
        classes=("onTick", *_TIMERS),
        holders=("*interval*", "*Interval*", "*timer*"),
        causes=("timers",),
        calls=("clearInterval",),
        place=(("useTicks.js", "useTicks"),),
        detached=False,
    ),
    _leak(
        "profile_store",
        "an effect subscribes to a zustand store and returns no clean-up",
        "React",
        classes=_CLOSURES,
        holders=("listeners", "*listeners*"),
        causes=_SUBSCRIPTIONS,
        calls=_UNSUBSCRIBE,
        place=(("profile.jsx", "Profile"),),
        detached=False,
        packages=("zustand",),
    ),
    _leak(
        "search_queries",
        "a query client that never collects what nobody looks at any more",
        "React",
        classes=("Query", "Product"),
        holders=("#queries", "*queries*", "*QueryCache*"),
        causes=_MAP,
        calls=("gcTime", "removeQueries", *_DELETE),
        place=(("search.jsx", "Search"), ("client.js", "*")),
        detached=False,
        packages=("@tanstack/react-query",),
    ),
    _leak(
        "activity_history",
        "the state of a provider keeps every activity",
        "React",
        classes=("Activity",),
        holders=("history", "*`history`*"),
        causes=_ARRAY,
        calls=("slice", *_DELETE),
        place=(("activity.jsx", "reduce"), ("toolbar.jsx", "Toolbar")),
        detached=False,
    ),
    _leak(
        "vue_bus",
        "a component subscribes to an event bus in `onMounted` and never unsubscribes",
        "Vue",
        classes=_CLOSURES,
        holders=("all", "*`all`*", "*prices*"),
        causes=_SUBSCRIPTIONS,
        calls=("off", *_UNSUBSCRIBE),
        place=(("ProductPage.vue", "*"),),
        detached=False,
        packages=("mitt",),
    ),
    _leak(
        "vue_scroll",
        "a composable adds a `scroll` listener to the window and never removes it",
        "Vue",
        classes=("measure", *_LISTENER_CLASSES),
        holders=("*scroll*", "*window*", "*Window*"),
        causes=_LISTENERS,
        calls=_REMOVE_LISTENER,
        place=(("useReadingProgress.js", "useReadingProgress"),),
        detached=False,
    ),
    _leak(
        "vue_notices",
        "a pinia store keeps every notice",
        "Vue",
        classes=("{id*", "{*source*", "Object"),
        holders=("received", "*`received`*"),
        causes=_ARRAY,
        calls=_DELETE,
        place=(("notices.js", "receive"),),
        detached=False,
        packages=("pinia",),
    ),
    _leak(
        "vue_panels",
        "a Set keeps the root elements of unmounted panels",
        "Vue",
        classes=("Detached <section*", "HTMLElement"),
        holders=("panels", "*`panels`*"),
        causes=(*_DOM, *_SET),
        calls=_DELETE,
        place=(("focusOrder.js", "registerPanel"),),
        detached=True,
    ),
    _leak(
        "svelte_store",
        "a component subscribes to a store in `onMount` and never unsubscribes",
        "Svelte",
        classes=_CLOSURES,
        holders=("subscribers", "*subscribers*"),
        causes=(*_SUBSCRIPTIONS, *_SET),
        calls=_UNSUBSCRIBE,
        place=(("Ticket.svelte", "*"),),
        detached=True,
    ),
    _leak(
        "svelte_prices",
        "a component sets an interval in `onMount` and never clears it",
        "Svelte",
        classes=("refresh", *_TIMERS),
        holders=("*interval*", "*Interval*", "*timer*"),
        causes=("timers",),
        calls=("clearInterval",),
        place=(("Price.svelte", "*"),),
        detached=True,
    ),
    _leak(
        "svelte_shortcuts",
        "an action adds a `keyup` listener to the document and has no `destroy`",
        "Svelte",
        classes=(*_LISTENER_CLASSES, "Detached <button*"),
        holders=("*keyup*", "*document*", "*Document*"),
        causes=_LISTENERS,
        calls=_REMOVE_LISTENER,
        place=(("shortcut.js", "shortcut"),),
        detached=True,
    ),
    _leak(
        "preact_status",
        "an effect adds an `offline` listener to the window and returns no clean-up",
        "Preact",
        classes=_LISTENER_CLASSES,
        holders=("*offline*", "*window*", "*Window*"),
        causes=_LISTENERS,
        calls=_REMOVE_LISTENER,
        place=(("statusLine.jsx", "StatusLine"),),
        detached=False,
    ),
    _leak(
        "preact_tooltips",
        "a Map keeps where each tooltip was, with its element",
        "Preact",
        classes=("{element*", "{*top*", "Detached <aside*", "Object"),
        holders=("placed", "*`placed`*"),
        causes=(*_MAP, *_DOM),
        calls=_DELETE,
        place=(("placement.js", "place"),),
        detached=True,
    ),
    _healthy("healthy_virtual_list", "a list that reuses its rows"),
    _healthy("healthy_bounded_cache", "a bounded cache that fills"),
    _healthy("healthy_fixed_icons", "a cache over a fixed set that nearly fills"),
    _healthy("healthy_navigation", "views that come and go with the browser's history"),
    _healthy("healthy_polling", "requests of which the browser keeps up to 250 timings"),
    _healthy("healthy_effects", "effects that return their clean-up", "React"),
    _healthy("healthy_keep_alive", "views kept for reuse, eight at most", "Vue"),
    _healthy("healthy_queue", "a list, now longer, now shorter", "Svelte"),
    _healthy("healthy_toasts", "messages that go away by themselves", "Preact"),
)


def choose(patterns: str) -> list[Page]:
    """Return the pages whose names match one of some patterns.

    Parameters
    ----------
    patterns : str
        With commas between them.

    Returns
    -------
    list of Page

    Raises
    ------
    click.BadParameter
        If there is no such page.
    """
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    chosen = [
        page for page in PAGES_OF_THE_BENCH if any(fnmatchcase(page.name, one) for one in wanted)
    ]
    if not chosen:
        raise click.BadParameter(f"no page is called {patterns}")
    return chosen
