"""The drawing that a user gets: DOT that shows itself as SVG."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Final

import graphviz

from heapnb.drawing.layout import inline_svg, run_engine
from heapnb.errors import HeapnbError
from heapnb.views import fmt

_STYLE_FILE: Final = Path(__file__).parent / "static" / "graph.css"

CSS_CLASS: Final = "heapnb-graph"
"""Of the `<svg>` that every drawing is."""

_PNG_DPI: Final = 144

WEB_FONT: Final = "Verdana"
"""What boxes are measured for in a page. An engine without fonts knows its widths, and so does
DejaVu Sans, which stands in for it; the fonts that stand in for others are wider than those."""


class RetainerGraph(graphviz.Digraph):  # type: ignore[misc]  # the package has no types
    """A drawing of what retains something: a ``graphviz.Digraph`` that notebooks show.

    `retainer_graph` makes it. Add to it as to any ``Digraph``. It is drawn by the machine's
    ``dot`` where there is one, else by graphviz-pure.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._titles: dict[str, str] = {}
        self._node_ids: dict[str, int] = {}

    def to_dot(self) -> str:
        """Return the source.

        Returns
        -------
        str
            DOT.
        """
        return str(self.source)

    def to_svg(self, *, with_style: bool = True, expandable: Collection[int] | None = None) -> str:
        """Draw for the web.

        Parameters
        ----------
        with_style : bool, default True
            Bring the style sheet along; a page with many drawings needs it only once.
        expandable : collection of int, optional
            For drawings that are worked with. Where it is given, the group of each box has the
            node's id as ``data-node-id``, and those of these ids ``data-expandable`` too.

        Returns
        -------
        str
            One ``<svg>`` element that can be put into a page as it is: without scripts, links or
            ids. It takes its colours from the text around it; alone, from the reader's settings.

        Raises
        ------
        HeapnbError
            If there is no Graphviz.
        """
        return inline_svg(
            run_engine(self._with_font(WEB_FONT), "svg"),
            style=drawing_style() if with_style else None,
            css_class=CSS_CLASS,
            titles=self._titles,
            data=self._data(expandable) if expandable is not None else {},
        )

    def _with_font(self, font: str) -> str:
        """Return the source with another font in the boxes."""
        copy = self.copy()
        copy.node_attr["fontname"] = font
        return str(copy.source)

    def _data(self, expandable: Collection[int]) -> dict[str, dict[str, int]]:
        """Return the attributes of each box by which a page knows its node."""
        data = {name: {"node-id": node_id} for name, node_id in self._node_ids.items()}
        for attributes in data.values():
            if attributes["node-id"] in expandable:
                attributes["expandable"] = 1
        return data

    def to_png(self, *, dpi: int = _PNG_DPI) -> bytes:
        """Draw as a picture, on white.

        Parameters
        ----------
        dpi : int, default 144
            Dots per inch: how large it gets.

        Returns
        -------
        bytes
            PNG.

        Raises
        ------
        HeapnbError
            If there is no Graphviz.
        """
        return run_engine(self.to_dot(), "png", f"-Gdpi={dpi}", "-Gbgcolor=white")

    def save(
        self,
        filename: str | PathLike[str] | None = None,
        directory: str | PathLike[str] | None = None,
        **options: Any,
    ) -> str:
        """Write to a file.

        Parameters
        ----------
        filename : str or PathLike, optional
            ``.svg`` and ``.png`` get the picture, all else the source.
        directory : str or PathLike, optional
            Where.
        **options
            As for ``graphviz.Digraph.save``, which writes the source.

        Returns
        -------
        str
            The path.
        """
        suffix = Path(filename).suffix.lower() if filename is not None else ""
        if filename is None or suffix not in {".svg", ".png"}:
            return str(super().save(filename, directory=directory, **options))
        path = Path(directory or "") / filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.to_svg().encode() if suffix == ".svg" else self.to_png())
        return str(path)

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        **_: Any,
    ) -> dict[str, str]:
        """Show the drawing; without Graphviz, say so and show the source."""
        try:
            svg = self.to_svg()
        except HeapnbError as error:
            bundle = {"text/plain": f"{error}\n{error.hint}\n\n{self.to_dot()}"}
        else:
            # Inline, it takes part in the notebook's theme, which an image does not.
            bundle = {
                "text/html": f'<div style="overflow-x: auto">{svg}</div>',
                "image/svg+xml": svg,
                "text/plain": repr(self),
            }
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: content for kind, content in bundle.items() if kind in wanted}

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def __repr__(self) -> str:
        n_nodes = sum(1 for title in self._titles if "->" not in title)
        return f"RetainerGraph({fmt.plural(n_nodes, 'node')})"


@cache
def drawing_style() -> str:
    """Return the style sheet that drawings without one of their own need in a page."""
    return _STYLE_FILE.read_text("utf-8")
