"""A watch in the terminal: numbers, sparklines and alarms, redrawn in place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from heapnb.live.watch_text import (
    gc_text,
    limit_text,
    rows_of,
    sparkline,
    stats_text,
    title_of,
)

if TYPE_CHECKING:
    from heapnb.live.watch_subjects import Isolate, Watched

_WIDE: Final = 120
"""From this many columns on, heap spaces have a table of their own beside the numbers."""

_SPACES_WIDTH: Final = 44
_FIXED_WIDTH: Final = 44
_LONGEST_SPARKLINE: Final = 80
_MOST_NEWS: Final = 6
_COLOURS: Final = {"watching": "green", "busy": "yellow", "lost": "red", "ended": "red"}


@contextmanager
def live_view(watch: Watched) -> Iterator[Callable[[], None]]:
    """Show a watch until the block ends.

    Parameters
    ----------
    watch : Watched
        What to show.

    Yields
    ------
    callable
        Redraws.
    """
    console = Console()
    with Live(
        view(watch, console.width), console=console, auto_refresh=False, transient=True
    ) as live:
        yield lambda: live.update(view(watch, console.width), refresh=True)


def view(watch: Watched, width: int) -> RenderableType:
    """Lay a watch out for a terminal.

    Parameters
    ----------
    watch : Watched
        What to show.
    width : int
        Columns.

    Returns
    -------
    RenderableType
    """
    parts: list[RenderableType] = [_head(watch, width)]
    isolates = tuple(watch.isolates)
    if isolates:
        main = isolates[0]
        is_wide = width >= _WIDE
        numbers = _numbers(main, width - (_SPACES_WIDTH + 4 if is_wide else 0))
        if is_wide:
            beside = Table.grid(padding=(0, 4))
            beside.add_row(numbers, _spaces(main))
            parts.append(beside)
        else:
            parts.append(numbers)
        parts.append(_facts(main, isolates[1:]))
    parts += [
        Text(news, style="bold red" if "Alarm:" in news else "")
        for news in watch.news[-_MOST_NEWS:]
    ]
    return Group(*parts)


def _head(watch: Watched, width: int) -> RenderableType:
    passed = time.strftime("%H:%M:%S", time.gmtime(time.time() - watch.started))
    state = f" {watch.state} {passed} · Ctrl-C ends "
    title = Text(title_of(watch), style="bold", no_wrap=True, overflow="ellipsis")
    title.truncate(max(width - len(state), 10), overflow="ellipsis")
    head = Table.grid(expand=True)
    head.add_column()
    head.add_column(justify="right", no_wrap=True)
    head.add_row(title, Text(state, style=_COLOURS.get(watch.state, "")))
    return head


def _numbers(one: Isolate, width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("Now", justify="right", no_wrap=True)
    table.add_column("Change", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    n_blocks = max(8, min(width - _FIXED_WIDTH, _LONGEST_SPARKLINE))
    for row in rows_of(one):
        line = Text(sparkline(row.history, n_blocks), style="cyan")
        table.add_row(row.title, row.now, row.change, line)
    return table


def _spaces(one: Isolate) -> Table:
    from heapnb.views.fmt import clean, format_bytes

    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("Heap space", no_wrap=True)
    table.add_column("Used", justify="right", no_wrap=True)
    table.add_column("Size", justify="right", no_wrap=True)
    latest = one.latest
    spaces = [] if latest is None else latest.spaces
    for space in sorted(spaces, key=lambda space: -int(space["used"])):
        if space["size"]:
            name = clean(str(space["name"]).removesuffix("_space").replace("_", " "), limit=24)
            table.add_row(name, format_bytes(int(space["used"])), format_bytes(int(space["size"])))
    return table


def _facts(main: Isolate, workers: tuple[Isolate, ...]) -> Table:
    from heapnb.views.fmt import format_bytes

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for title, text in (
        ("GC", gc_text(main)),
        ("After full GC", stats_text(main)),
        ("Heap limit", limit_text(main)),
    ):
        if text:
            table.add_row(title, Text(text))
    for one in workers:
        used = None if one.latest is None else one.latest.memory.get("heap_used")
        state = "ended" if not one.is_alive else f"heap used {format_bytes(used)}"
        table.add_row(f"Worker {one.target.thread_id}", Text(state))
    return table
