"""From a pid, port or URL to targets: the isolates of a process, or the page of a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from heapnb.capture.endpoints import Address, Listing, address_of, product_at, targets_at
from heapnb.capture.inspector import DEFAULT_TIMEOUT, Event, Inspector
from heapnb.capture.locks import shared_use
from heapnb.capture.node_inspector import close_inspector, open_inspector
from heapnb.capture.processes import ProcessReader
from heapnb.errors import CaptureError, InspectorError, WorkerEndedError
from heapnb.literals import cut
from heapnb.progress import stage

TargetKind: TypeAlias = Literal["node", "worker", "page", "deno"]

_PID: Final = "globalThis.process?.pid ?? globalThis.Deno?.pid ?? null"
_THREAD: Final = "require('node:worker_threads').threadId"
_PAGES: Final = ("page", "webview", "background_page")
_MOST_NAMED: Final = 8
_LONGEST_TITLE: Final = 60
_ATTACH_SECONDS: Final = 0.3
_WORKERS: Final = ("worker", "shared_worker", "service_worker")


@dataclass(frozen=True)
class Target:
    """One isolate of V8 that answers to an inspector.

    Parameters
    ----------
    kind : {"node", "worker", "page", "deno"}
        What it is. Electron's main process is ``"node"``, its windows are ``"page"``.
    title, url : str
        What it calls itself, and its file or page: texts of the program.
    pid : int or None
        The process id that the program sees; None for pages.
    thread_id : int or None
        Node's number of the thread, 0 for the main one; None for pages.
    inspector : Inspector
        The connection.
    session : str or None
        The session on it; None for the main thread or page itself.
    product : str
        What the inspector names, such as ``"node.js/v20.20.2"``.
    local_pid : int or None
        The process id on this machine; None for pages, and for processes elsewhere.
    """

    kind: TargetKind
    title: str
    url: str
    pid: int | None
    thread_id: int | None
    inspector: Inspector
    session: str | None
    product: str
    local_pid: int | None = None

    @property
    def label(self) -> str:
        """What messages call it, such as ``process 288`` or ``worker 1 of process 288``."""
        if self.kind == "page":
            return f"page {cut(self.title or self.url, _LONGEST_TITLE)!r}"
        process = "the process" if self.pid is None else f"process {self.pid}"
        if self.kind == "worker":
            title = repr(cut(self.title, _LONGEST_TITLE))
            name = title if self.thread_id is None else self.thread_id
            return f"worker {name}" if self.pid is None else f"worker {name} of {process}"
        return process

    @property
    def has_ended(self) -> bool:
        """Whether it is a worker or frame that has ended while its process goes on."""
        return self.session is not None and self.inspector.has_ended(self.session)

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Send a command; see `Inspector.call`."""
        return self.inspector.call(method, params, session=self.session, timeout=timeout)

    def stream(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        events: tuple[str, ...],
        silence: float,
        is_working: Callable[[], bool] | None = None,
    ) -> Iterator[Event]:
        """Send a command and yield events until it is answered; see `Inspector.stream`."""
        return self.inspector.stream(
            method,
            params,
            events=events,
            session=self.session,
            silence=silence,
            is_working=is_working,
        )

    def evaluate(self, expression: str) -> Any:
        """Evaluate a constant of heapnb's own code; see `Inspector.evaluate`."""
        return self.inspector.evaluate(expression, session=self.session)


@contextmanager
def open_targets(
    *,
    pid: int | None = None,
    port: int | None = None,
    url: str | None = None,
    page: str | None = None,
    allow_remote: bool = False,
    timeout: float = DEFAULT_TIMEOUT,
    processes: ProcessReader | None = None,
) -> Iterator[list[Target]]:
    """Connect to the isolates of a process, or to a page and its workers.

    Exactly one of ``pid``, ``port`` and ``url`` names the process. An inspector that was closed
    is opened by SIGUSR1, and closed again in the end, by the last one who uses it.

    Parameters
    ----------
    pid : int, optional
        A Node process of this machine.
    port : int, optional
        A port of this machine at which an inspector listens.
    url : str, optional
        ``HOST:PORT``, the ``ws:`` URL of one target, or an ``http:`` URL of an inspector.
    page : str, optional
        The title or URL of a page, or a part of it. Needed if a browser shows several.
    allow_remote : bool, default False
        Accept other hosts than this machine.
    timeout : float, default 10
        Seconds to wait for the inspector.
    processes : ProcessReader, optional
        What reads ``/proc``.

    Yields
    ------
    list of Target
        The main thread or page first.

    Raises
    ------
    CaptureError
        If the process cannot be reached; `InspectorError` if its inspector does not answer.

    Examples
    --------
    >>> with open_targets(pid=4711) as targets:  # doctest: +SKIP
    ...     [(target.kind, target.thread_id) for target in targets]
    [('node', 0), ('worker', 1)]
    """
    if [pid, port, url].count(None) != 2:  # noqa: PLR2004  three, of which one is given
        raise CaptureError(
            "Name one process.", hint="pass either pid, port or url (--pid, --port, --url)."
        )
    reader = processes or ProcessReader()
    with ExitStack() as stack:
        if pid is None:
            address = address_of(port, url, allow_remote=allow_remote)
        else:
            address = stack.enter_context(_opened_by_pid(pid, reader, timeout))
        yield stack.enter_context(_connected(address, page, timeout, pid, reader))


@contextmanager
def _opened_by_pid(pid: int, processes: ProcessReader, timeout: float) -> Iterator[Address]:
    """Open the inspector of a process, and close it if nobody else uses it any more."""
    with shared_use(f"pid-{pid}") as use:
        opened = open_inspector(pid, processes, timeout=timeout)
        try:
            if opened.was_closed:
                use.mark()
            yield opened.address
        finally:
            if use.is_last_with_mark(mine=opened.was_closed):
                with stage("Closing the inspector, once the process answers"):
                    is_closed = close_inspector(pid, opened.address, processes)
                if not is_closed and processes.is_running(pid):
                    raise CaptureError(
                        f"Process {pid} has not closed its inspector at {opened.address}; it is"
                        " busy.",
                        hint="check later, or restart the program: the inspector lets any program"
                        " of this machine control it.",
                    )


@contextmanager
def _connected(
    address: Address,
    page: str | None,
    timeout: float,
    expected_pid: int | None,
    processes: ProcessReader,
) -> Iterator[list[Target]]:
    product = product_at(address, timeout=timeout)
    if address.path:
        listing = Listing("", "", "", "", address.path)
        listing = next(
            (one for one in targets_at(address, timeout=timeout) if one.path == address.path),
            listing,
        )
    else:
        listing = _chosen(targets_at(address, timeout=timeout), page, address)
    if listing.path is None:
        raise InspectorError(
            f"{address}: another client is attached to {listing.title!r}, and it shares with no"
            " one.",
            hint="close the other client, such as the window of DevTools.",
        )
    with Inspector.connect(address.socket_url(listing.path), timeout=timeout) as inspector:
        is_browser = listing.kind not in {"node", ""}
        pid = None if is_browser else inspector.evaluate(_PID)
        if expected_pid is not None and pid != processes.status(expected_pid).inner_pid:
            raise CaptureError(
                f"The inspector at {address} belongs to process {pid}, not to {expected_pid}.",
                hint="close the other inspector, or restart the program with --inspect-port=0.",
            )
        is_deno = product.startswith("Deno")
        main = Target(
            kind="page" if is_browser else "deno" if is_deno else "node",
            title=listing.title,
            url=listing.url,
            pid=pid if isinstance(pid, int) else None,
            local_pid=expected_pid or _local_pid(pid, address, processes),
            thread_id=None if is_browser else 0,
            inspector=inspector,
            session=None,
            product=product,
        )
        yield [main, *(_browser_workers(main) if is_browser else _node_workers(main))]


def _local_pid(pid: object, address: Address, processes: ProcessReader) -> int | None:
    """Return a process id if that process of this machine is what listens at the address.

    Behind a forwarded port, the id is one of another machine.
    """
    if not isinstance(pid, int):
        return None
    ports = {one.port for one in processes.listening(pid) or ()}
    return pid if address.port in ports else None


def _chosen(listings: list[Listing], page: str | None, address: Address) -> Listing:
    """Return the target that is meant, or say which ones there are."""
    programs = [one for one in listings if one.kind == "node"]
    pages = [one for one in listings if one.kind in _PAGES]
    if page is None:
        candidates = programs or pages
    else:
        exact = [one for one in listings if page in {one.title, one.url}]
        candidates = exact or [one for one in pages if page in one.title or page in one.url]
    if len(candidates) == 1:
        return candidates[0]
    shown = candidates or pages or listings
    names = ", ".join(
        f"{cut(one.title or one.url, _LONGEST_TITLE)!r} ({cut(one.url, _LONGEST_TITLE)})"
        for one in shown[:_MOST_NAMED]
    )
    more = f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    if page is not None and not candidates:
        raise CaptureError(
            f"{address} shows no page whose title or URL contains {page!r}.",
            hint=f"it shows {names or 'no page'}{more}.",
        )
    if not candidates:
        raise CaptureError(
            f"{address} lists no program and no page.", hint="open the page, then try again."
        )
    raise CaptureError(
        f"{address} has {len(candidates)} targets to choose from.",
        hint=f"name one by its title or URL with page=… (--page TEXT): {names}{more}.",
    )


def _node_workers(main: Target) -> list[Target]:
    """Attach to the worker threads of a Node process, in the order of their numbers."""
    workers = []
    for worker in main.inspector.worker_sessions():
        try:
            thread = main.inspector.evaluate(_THREAD, session=worker.session)
        except WorkerEndedError:
            continue
        workers.append(
            Target(
                kind="worker",
                title=worker.title,
                url=worker.url,
                pid=main.pid,
                local_pid=main.local_pid,
                thread_id=thread if isinstance(thread, int) else None,
                inspector=main.inspector,
                session=worker.session,
                product=main.product,
            )
        )
    return sorted(workers, key=lambda one: one.thread_id or 0)


def _browser_workers(main: Target) -> Iterator[Target]:
    """Attach to the workers of a page, and to its frames that run in processes of their own."""
    flags = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
    main.call("Target.setAutoAttach", flags)
    for event in main.inspector.events("Target.attachedToTarget", timeout=_ATTACH_SECONDS):
        info = event.params["targetInfo"]
        yield Target(
            kind="worker" if info["type"] in _WORKERS else "page",
            title=str(info["title"]),
            url=str(info["url"]),
            pid=None,
            thread_id=None,
            inspector=main.inspector,
            session=event.params["sessionId"],
            product=main.product,
        )
