"""Time what a reader does in each view of the workbench, by the requests of its front end.

``python -m tests.benchmarks.browsing FILE`` opens a snapshot with an empty cache, then starts two
processes for each view. Each opens the snapshot, asks for the view's first page, and then for all
that a reader can do there, twice. The first process has only what opening left in the cache, the
second finds in it what the first one added.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from heapnb.widgets.browser import HeapBrowser

FIRST_PAGE: Final = 0.5
"""Seconds that the first page of a view may take, once the snapshot is open."""

LATER: Final = 0.05
"""Seconds that every later action may take."""

OPENING: Final = "open the browser"
FIRST: Final = "first page"
_PAGE: Final = 100
_RETAINERS: Final = "retainers"
_SIZES: Final = ("retained_size", "shallow_size", "distance")
_CACHE: Final = "HEAPNB_CACHE_DIR"


@dataclass
class Action:
    """One request of a front end.

    Parameters
    ----------
    view, name : str
        What is done where.
    wall, cpu : list of float
        Seconds, for each time that it was done.
    """

    view: str
    name: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def limit(self) -> float:
        """Seconds that it may take."""
        return FIRST_PAGE if self.name in {FIRST, OPENING} else LATER


class Visit:
    """A reader in one view.

    Parameters
    ----------
    browser : HeapBrowser
        Answers.
    view : str
        The view's key.
    """

    def __init__(self, browser: HeapBrowser, view: str) -> None:
        self.browser = browser
        self.view = view
        self.actions: dict[str, Action] = {}

    def ask(self, action: str, method: str = "rows", **params: Any) -> dict[str, Any]:
        """Send one request and note what its answer took."""
        message = {"kind": "request", "id": "1", "method": method, "params": params}
        wall, cpu = time.perf_counter(), time.process_time()
        reply = self.browser._reply(message)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if reply["kind"] != "answer":
            raise RuntimeError(f"{self.view}, {action}: {reply['message']}")
        taken = self.actions.setdefault(action, Action(self.view, action))
        taken.wall.append(wall)
        taken.cpu.append(cpu)
        result: dict[str, Any] = reply["result"]
        return result

    def rows(self, action: str, parent: str | None = None, **params: Any) -> dict[str, Any]:
        """Ask for a page of rows of the view."""
        asked: dict[str, Any] = {"limit": _PAGE, "offset": 0, "filters": {}} | params
        return self.ask(action, view=self.view, parent=parent, **asked)

    def look_around(self) -> None:
        """Do everything once that a reader can do in the view."""
        described = self._description()
        top = self.rows(FIRST)
        self._pages("", None, top["total"])
        keys = ["label", *(column["key"] for column in described["columns"])]
        for key in keys:
            for descending in (True, False):
                order = "down" if descending else "up"
                name = f"sort by {key}, {order}"
                self.rows(name, sort=key, descending=descending)
        self._filter(described)
        if top["rows"]:
            self._expand(top["rows"], keys)
            self._nodes(top)

    def _description(self) -> dict[str, Any]:
        views = self.browser.description["views"]
        described: dict[str, Any] = next(one for one in views if one["key"] == self.view)
        return described

    def _pages(self, where: str, parent: str | None, total: int, **params: Any) -> None:
        """Page on, then to the middle and the end."""
        if total <= _PAGE:
            return
        for name, offset in (("next page", _PAGE), ("middle", total // 2), ("end", total - _PAGE)):
            self.rows(f"{where}{name}", parent, offset=max(offset, 0), **params)

    def _filter(self, described: dict[str, Any]) -> None:
        for one in described["filters"]:
            key = one["key"]
            if one["kind"] == "text":
                self.rows("search: e", filters={key: "e"})
                self.rows("search: cache", filters={key: "cache"})
                self.rows("search: ^[A-F].*e", filters={key: "^[A-F].*e", "regex": True})
            elif one["kind"] == "bytes":
                self.rows("at least 1,000 bytes", filters={key: 1_000})
                self.rows("at least 100,000 bytes", filters={key: 100_000})
            else:
                for option, _ in one["options"][1:8]:
                    self.rows(f"{key}: {option.partition(':')[0]}", filters={key: option})
        self.rows("without filters")

    def _expand(self, rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> None:
        """Expand the first row, the one with most below it, and rows within that."""
        expandable = [row for row in rows if row["expandable"]]
        if not expandable:
            return
        self.rows("expand the first row", expandable[0]["key"])
        counted = self.rows("sort for the largest", sort="count") if "count" in keys else None
        largest = next(
            (row for row in (counted or {"rows": expandable})["rows"] if row["expandable"]), None
        )
        if largest is None:
            return
        parent = largest["key"]
        page = self.rows("expand the largest", parent)
        for key in [key for key in ("label", *_SIZES) if key in keys]:
            for descending in (True, False):
                order = "down" if descending else "up"
                where = f"largest by {key} {order}: "
                params: dict[str, Any] = {"sort": key, "descending": descending}
                self.rows(f"{where}first", parent, **params)
                self._pages(where, parent, page["total"], **params)
        self.rows("largest: at least 1,000", parent, filters=self._size_filter(1_000))
        for level in range(1, 4):
            inner = next((row for row in page["rows"] if row["expandable"]), None)
            if inner is None:
                break
            page = self.rows(f"expand, level {level}", inner["key"])

    def _size_filter(self, least: int) -> dict[str, int]:
        keys = {one["key"] for one in self._description()["filters"]}
        return {"min_retained_size": least} if "min_retained_size" in keys else {}

    def _nodes(self, top: dict[str, Any]) -> None:
        """Select, go to, and draw nodes: the first row's, or some from all over the heap."""
        ids = [row["node_id"] for row in top["rows"] if row["node_id"] is not None][:1]
        heap = self.browser._source.workbench.heap
        ids += [int(heap.node_id[heap.n_nodes * part // 7]) for part in (1, 3, 6)]
        for number, node_id in enumerate(ids):
            self.ask(f"go to node {number}", "goto", view=self.view, node_id=node_id, settings={})
            self.ask(f"details of node {number}", "details", node_id=node_id)
            self.ask(f"draw node {number}", "graph", node_id=node_id)
        self.ask("Python", "python", view=self.view, key=top["rows"][0]["key"])


class RetainersVisit(Visit):
    """A reader who walks from nodes towards the roots, and ignores retainers."""

    def look_around(self) -> None:
        """Look at the retainers of some nodes, and at the most referred to."""
        import numpy as np

        heap = self.browser._source.workbench.heap
        rng = np.random.default_rng(1)
        count = np.diff(heap.first_retainer.astype(np.int64))
        most = np.argsort(count)[::-1][[0, 1, 10, 1000]]
        nodes = [*most.tolist(), *rng.integers(0, heap.n_nodes, 4).tolist()]
        for number, node in enumerate(nodes):
            self._look_at(number, int(heap.node_id[node]))

    def _look_at(self, number: int, node_id: int) -> None:
        at: dict[str, Any] = {"node_id": node_id, "ignored": []}
        name = FIRST if number == 0 else "retainers"
        first = self.rows(f"{name}, node {number}" if number else name, **at)
        self._pages(f"node {number}: ", None, first["total"], **at)
        for key in ("label", *_SIZES):
            for descending in (True, False):
                order = "down" if descending else "up"
                asked: dict[str, Any] = {"sort": key, "descending": descending, **at}
                self.rows(f"node {number} by {key}, {order}", **asked)
                if first["total"] > 10 * _PAGE:
                    middle = first["total"] // 2
                    self.rows(f"node {number} by {key}, {order}: middle", offset=middle, **asked)
        if first["rows"]:
            self._ignore(number, node_id, first["rows"])

    def _ignore(self, number: int, node_id: int, rows: Sequence[dict[str, Any]]) -> None:
        self.rows(f"node {number}: expand", rows[0]["key"], node_id=node_id, ignored=[])
        ignored: list[int] = []
        for times, row in enumerate(rows[:3], start=1):
            ignored = [*ignored, row["node_id"]]
            at: dict[str, Any] = {"node_id": node_id, "ignored": ignored}
            page = self.rows(f"node {number}: ignore {times}", **at)
            if page["rows"]:
                key = page["rows"][0]["key"]
                self.rows(f"node {number}: expand after {times}", key, **at)
        self.rows(f"node {number}: un-ignore", node_id=node_id, ignored=ignored[:1])
        self.rows(f"node {number}: ignore none", node_id=node_id, ignored=[])


def visit(file: Path, before: Path | None, view: str) -> dict[str, Any]:
    """Open a snapshot and look around in one view.

    Parameters
    ----------
    file : Path
        The snapshot.
    before : Path or None
        An earlier one, to compare it with.
    view : str
        The view; empty to only list the views.

    Returns
    -------
    dict
        ``views``, ``actions``, and bytes of memory that are not in files: ``bytes_before`` and
        ``bytes_after``, with ``n_nodes``.
    """
    import heapnb as hn
    from heapnb.secrets import compile_beside
    from heapnb.widgets.browser import HeapBrowser

    snap = hn.load(file, progress=False)
    heap = snap.graph
    for name in ("retained_size", "distance", "class_key", "retaining_edge", "dominated"):
        getattr(heap, name)
    what = snap if before is None else hn.diff(hn.load(before, progress=False), snap)
    wall, cpu = time.perf_counter(), time.process_time()
    browser = HeapBrowser(what)
    # A notebook shows this output where the widget does not run.
    browser._fallback()
    # Compiling patterns ends while a reader looks at the first view.
    compile_beside().join()
    opening = Action(view, OPENING, [time.perf_counter() - wall], [time.process_time() - cpu])
    views = [*browser.views, _RETAINERS]
    at_start = _own_bytes()
    seen = [opening]
    if view:
        reader = (RetainersVisit if view == _RETAINERS else Visit)(browser, view)
        for _ in range(2):
            reader.look_around()
        seen += reader.actions.values()
    return {
        "views": views,
        "actions": [asdict(action) for action in seen],
        "bytes_before": at_start,
        "bytes_after": _own_bytes(),
        "n_nodes": heap.n_nodes,
    }


def _own_bytes() -> int:
    """Return the memory of this process that no file backs; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    found = (line.split()[1] for line in lines if line.startswith("RssAnon:"))
    return 1024 * int(next(found, "0"))


def _run(arguments: Sequence[str], cache: str) -> dict[str, Any]:
    """Look around in a process of its own."""
    variables = {**os.environ, _CACHE: cache}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "tests.benchmarks.browsing", *arguments]
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _show(fresh: dict[str, Any], warm: dict[str, Any], *, everything: bool) -> int:
    """Print the actions of a view, those above their limit with a mark; return how many are."""
    n_above = 0
    for first, later in zip(fresh["actions"], warm["actions"], strict=True):
        ever, cold = Action(**first), Action(**later)
        again = cold.cpu[-1] if len(cold.cpu) > 1 else 0.0
        is_above = cold.cpu[0] > cold.limit
        n_above += is_above
        if everything or is_above or cold.name == FIRST:
            milliseconds = (ever.cpu[0], cold.cpu[0], cold.wall[0], again)
            shown = "".join(f"{1e3 * seconds:10.1f}" for seconds in milliseconds)
            mark = " above" if is_above else ""
            click.echo(f"  {cold.view:18} {cold.name:44}{shown}{mark}")
    worst = [
        max((Action(**one).cpu[0] for one in run["actions"] if one["name"] != FIRST), default=0.0)
        for run in (fresh, warm)
    ]
    added = (warm["bytes_after"] - warm["bytes_before"]) / max(warm["n_nodes"], 1)
    name = warm["actions"][0]["view"]
    click.echo(
        f"  {name:18} {len(warm['actions']) - 1} actions, the slowest later one"
        f" {1e3 * worst[1]:.1f} ms; {added:+.1f} bytes per node"
    )
    return n_above


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--before", type=Path, help="an earlier snapshot, for the comparison")
    parser.add_argument("--views", help="only these, with commas between them")
    parser.add_argument("--all", action="store_true", help="print every action")
    parser.add_argument("--cache", help="keep the cache in this directory")
    parser.add_argument("--visit", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.visit is not None:
        click.echo(json.dumps(visit(options.file, options.before, options.visit)))
        return
    arguments = [str(options.file)]
    if options.before is not None:
        arguments += ["--before", str(options.before)]
    n_above = 0
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or temporary
        views = _run([*arguments, "--visit", ""], cache)["views"]
        if options.views:
            views = options.views.split(",")
        columns = ("first ever", "cold", "(wall)", "again")
        click.echo(f"CPU time in ms{'':50}" + "".join(f"{name:>10}" for name in columns))
        for view in views:
            fresh, warm = (_run([*arguments, "--visit", view], cache) for _ in range(2))
            n_above += _show(fresh, warm, everything=options.all)
    click.echo(
        f"{n_above} actions above {1e3 * FIRST_PAGE:.0f} ms (first page) or {1e3 * LATER:.0f} ms"
    )


if __name__ == "__main__":
    main()
