"""The port through which results show themselves.

A result knows neither HTML nor widgets: it asks the port, which `heapnb._lazy` fills from
`heapnb.views`, `heapnb.drawing` and `heapnb.widgets` on first use. This module imports nothing of
ours, so every layer may use it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


class Chart(Protocol):
    """A chart: notebooks show it as SVG, prompts as text. See `heapnb.views.displays.Display`."""

    @property
    def table(self) -> pd.DataFrame | None:
        """The numbers that are drawn."""

    def _repr_html_(self) -> str: ...


class Drawing(Protocol):
    """A drawing of retainers: a ``graphviz.Digraph``. See `heapnb.RetainerGraph`."""

    def to_dot(self) -> str:
        """Return the source in DOT."""

    def to_svg(self, *, with_style: bool = True, expandable: Collection[int] | None = None) -> str:
        """Return one ``<svg>`` element."""

    def to_png(self, *, dpi: int = 144) -> bytes:
        """Return a PNG image."""


class Browser(Protocol):
    """A browser in a notebook. See `heapnb.HeapBrowser`."""

    view: str
    """The view that is shown; assign to it to show another."""

    @property
    def views(self) -> list[str]:
        """The views to choose from."""

    @property
    def selection(self) -> Any:
        """The selected `heapnb.Node`, or None."""

    @property
    def selected_nodes(self) -> pd.DataFrame:
        """The nodes of the selected rows; columns as in `Snapshot.nodes`."""

    def goto(self, node_id: int) -> None:
        """Select a node and show its row."""

    def close(self) -> None:
        """Remove all displays and release the snapshot."""


class Port(Protocol):
    """Everything that a result can ask to be shown as."""

    def text(self, result: object) -> str:
        """Write a result as plain text."""

    def html(self, result: object) -> str:
        """Write a result as an HTML fragment."""

    def chart(self, result: object) -> Chart:
        """Draw the numbers of a result."""

    def graph(self, result: object) -> Drawing:
        """Draw what retains the objects of a result."""

    def explanation(self, suspect: object) -> str:
        """Say what happens to a suspect's objects."""

    def fix(self, suspect: object) -> str:
        """Say what to change about a suspect."""

    def reason(self, result: object) -> str:
        """Say why a result has its verdict."""

    def masked(self, texts: Sequence[str], heap: object, *, personal: bool) -> list[str]:
        """Replace what is secret in texts of a heap."""

    def report(self, result: object, target: object, **options: Any) -> Path:
        """Write a report on a result."""

    def notebook(self, result: object, target: object, **options: Any) -> Path:
        """Write a notebook on a result."""

    def heap_of(self, frame: object) -> object:
        """Return what ``DataFrame.heap`` is for a table."""

    def snapshot(self, graph: object) -> object:
        """Return a heap as a `heapnb.Snapshot`."""

    def browse(self, result: object, view: str | None) -> Browser:
        """Open a browser on a result."""

    def browse_timeline(self, result: object) -> object:
        """Show a time line whose snapshots open by a click."""

    def open(self, path: str) -> object:
        """Open the snapshot that a result names."""


_filled: list[Port] = []


def fill(port: Port) -> None:
    """Say who shows results from now on."""
    _filled[:] = [port]


def port() -> Port:
    """Return the object that shows results."""
    return _filled[-1]


class Shown:
    """A result that shows itself as text at a prompt and as HTML in a notebook."""

    __slots__ = ()

    if not TYPE_CHECKING:
        # Type checkers would take every name for an attribute.
        def __getattr__(self, name: str) -> Any:
            """Suggest the name that was probably meant."""
            if name.startswith("_") or hasattr(type(self), name):
                # Private, or a property that raised AttributeError itself: raise that again.
                return object.__getattribute__(self, name)
            from heapnb.errors import UnknownNameError

            known = (one for one in dir(self) if not one.startswith("_"))
            raise UnknownNameError(type(self).__name__, name, known)

    def __repr__(self) -> str:
        return port().text(self)

    def _repr_html_(self) -> str:
        return port().html(self)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """Return the text and the HTML, as far as a front end wants them."""
        writers = {"text/plain": self.__repr__, "text/html": self._repr_html_}
        wanted = set(writers if include is None else include) - set(exclude or ())
        return {kind: write() for kind, write in writers.items() if kind in wanted}


class Charted(Shown):
    """A result that draws its numbers."""

    __slots__ = ()

    def chart(self) -> Chart:
        """Draw how the numbers of the result change from snapshot to snapshot.

        Returns
        -------
        Chart
            Notebooks show it; ``.table`` has the numbers.
        """
        return port().chart(self)


class Drawn(Shown):
    """A result that draws what retains its objects."""

    __slots__ = ()

    def graph(self) -> Drawing:
        """Draw what retains the objects, from the GC roots.

        Returns
        -------
        Drawing
            A `heapnb.RetainerGraph`; `heapnb.retainer_graph` has options.
        """
        return port().graph(self)


class Browsed(Shown):
    """A result that opens in a browser."""

    __slots__ = ()
    _first_view: ClassVar[str | None] = None

    def browse(self, view: str | None = None) -> Browser:
        """Browse the result in a notebook.

        Parameters
        ----------
        view : str, optional
            The view to open, such as ``"dominators"``; see `heapnb.HeapBrowser`.

        Returns
        -------
        Browser
            A `heapnb.HeapBrowser`.
        """
        return port().browse(self, self._first_view if view is None else view)


__all__ = [
    "Browsed",
    "Browser",
    "Chart",
    "Charted",
    "Drawing",
    "Drawn",
    "Port",
    "Shown",
    "fill",
    "port",
]
