"""What keeps nodes alive, drawn with Graphviz.

A box is a node, an arrow an edge that retains; roots come first, the node in question last and
in orange. Strings of the snapshot reach DOT only through `_markup`, which escapes them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import graphviz
import numpy as np

from heapnb import vocab
from heapnb.analysis.retention.paths import (
    ROOT_LABEL,
    PathGraph,
    RetainingPath,
    merged_paths,
    path_graph_of,
)
from heapnb.drawing.folding import Drawing, DrawnNode, Gap, Link, PathEdges, fold_paths
from heapnb.drawing.layout import inline_svg, run_engine
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_of
from heapnb.graph.references import attached, reference_of, spelled
from heapnb.graph.sources import HeapNode
from heapnb.views import fmt
from heapnb.views.masking import MASK, masking_of_results

Direction: TypeAlias = Literal["TB", "LR"]

MAX_NODES: Final = 60
MAX_CHILDREN: Final = 8

_STYLE_FILE: Final = Path(__file__).parent / "static" / "graph.css"
_ROOT_ABOVE: Final = "(root)"
CSS_CLASS: Final = "heapnb-graph"
"""Of the `<svg>` that every drawing is."""

_CLASS_LENGTH: Final = 44
_NAME_LENGTH: Final = 36
_LOCATION_LENGTH: Final = 44
_EDGE_LENGTH: Final = 28
_TITLE_LENGTH: Final = 300
_MANY_ENDS: Final = 6
_TITLE_EDGES: Final = 4
_WIDEST_LINE: Final = 2.6
_PNG_DPI: Final = 144

# Colours for light paper, where no style sheet applies: line and fill of each role. The style
# sheet of the SVG goes by the roles.
_COLOURS: Final = {
    "root": ("#8b93a1", "#eceef1"),
    "target": ("#d9480f", "#fff1e8"),
    "object": ("#8fabd6", "#eef4fc"),
    "function": ("#b39ddb", "#f4effc"),
    "text": ("#8fbf9f", "#eef7f0"),
    "native": ("#d3b064", "#fbf5e6"),
    "engine": ("#b8bdc6", "#f5f6f8"),
    "gap": ("#b8bdc6", "#ffffff"),
}
_SOFT: Final = "#6b7280"
_LINE: Final = "#7d8694"
_EDGE_TEXT: Final = "#3f4856"
_HOT: Final = "#c2410c"

_ROLE_OF_TYPE: Final = {
    "closure": "function",
    **dict.fromkeys((*vocab.STRING_TYPES, "symbol", "regexp"), "text"),
    "native": "native",
    "synthetic": "root",
    **dict.fromkeys(vocab.ENGINE_TYPES, "engine"),
}


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
            run_engine(self.to_dot(), "svg"),
            style=drawing_style() if with_style else None,
            css_class=CSS_CLASS,
            titles=self._titles,
            data=self._data(expandable) if expandable is not None else {},
        )

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


def retainer_graph(
    what: object,
    *,
    fold: bool = True,
    direction: Direction | None = None,
    max_nodes: int = MAX_NODES,
    max_children: int = MAX_CHILDREN,
) -> RetainerGraph:
    """Draw what keeps nodes alive, back to the GC roots.

    Parameters
    ----------
    what : Node, RetainingPath, PathGraph, Suspect, Diagnosis, or a sequence of nodes or paths
        Of nodes, the shortest paths are drawn, those of several nodes over each other.
    fold : bool, default True
        Draw the engine's own nodes between two others (a Map's table, an object's properties)
        as one dotted arrow, and of what repeats (a linked list) the first and last round only.
    direction : {"TB", "LR"}, optional
        Roots at the top, or at the left; by default, at the left where many branches are.
    max_nodes : int, default 60
        About how many boxes to draw; a box says how many more there are.
    max_children : int, default 8
        How many branches of one node to draw.

    Returns
    -------
    RetainerGraph
        A ``graphviz.Digraph``; notebooks show it as SVG.

    Raises
    ------
    TypeError
        If nothing of that kind can be drawn.
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>entry").snapshot()
    >>> retainer_graph(snap.node(5))
    RetainerGraph(3 nodes)
    """
    subject = _subject(what)
    drawing = fold_paths(subject.paths, fold=fold, max_nodes=max_nodes, max_children=max_children)
    return _Painter(subject, drawing, direction or _direction_of(drawing)).paint()


def draw_drawing(
    paths: PathEdges,
    drawing: Drawing,
    texts: Texts,
    *,
    remarks: Mapping[int, str],
    direction: Direction | None = None,
) -> RetainerGraph:
    """Draw what was chosen by the caller.

    Parameters
    ----------
    paths : PathEdges
        Where the drawing comes from.
    drawing : Drawing
        What appears.
    texts : Texts
        How texts of the snapshot are shown.
    remarks : mapping of int to str
        What to say of nodes, by ordinal.
    direction : {"TB", "LR"}, optional
        As for `retainer_graph`.

    Returns
    -------
    RetainerGraph
    """
    subject = _Subject(paths, dict(remarks))
    return _Painter(subject, drawing, direction or _direction_of(drawing), texts).paint()


# -- what to draw ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Texts:
    """How texts of a snapshot are shown.

    Parameters
    ----------
    mask : callable
        Takes a text and returns it without what is not to be seen.
    hidden : frozenset of int
        Ordinals of nodes whose own text is not shown at all.
    """

    mask: Callable[[str], str] = str
    hidden: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Subject:
    """Paths, and what to say of their ends, by ordinal."""

    paths: PathEdges
    remarks: dict[int, str]

    @property
    def n_targets(self) -> int:
        return len(self.paths.targets)


def _subject(what: Any) -> _Subject:
    if isinstance(what, HeapNode):
        return _subject_of_nodes([what])
    if isinstance(what, RetainingPath):
        return _subject_of_paths([what])
    if isinstance(what, PathGraph):
        return _Subject(_path_edges(what), {})
    if hasattr(what, "suspects"):
        return _subject_of_suspects(what.suspects)
    if hasattr(what, "path") and hasattr(what, "nodes"):
        return _subject_of_suspects([what])
    if isinstance(what, Iterable):
        several = list(what)
        if not several:
            raise ValueError("There is nothing to draw.")
        if all(isinstance(item, HeapNode) for item in several):
            return _subject_of_nodes(several)
        if all(isinstance(item, RetainingPath) for item in several):
            return _subject_of_paths(several)
    raise TypeError(
        f"Cannot draw {type(what).__name__}: give a Node, RetainingPath, PathGraph, Suspect or "
        "Diagnosis, or a list of nodes or paths."
    )


def _subject_of_nodes(nodes: Sequence[HeapNode]) -> _Subject:
    heap = nodes[0].heap
    if any(node.heap is not heap for node in nodes):
        raise ValueError("The nodes are of different snapshots.")
    ordinals = np.unique([node.ordinal for node in nodes])
    paths = merged_paths(heap, ordinals)
    if len(paths.targets):
        return _Subject(_path_edges(paths), {})
    remarks = dict.fromkeys(ordinals.tolist(), "nothing retains it")
    return _Subject(PathEdges(heap, np.empty(0, np.int64), ordinals), remarks)


def _subject_of_paths(paths: Sequence[RetainingPath]) -> _Subject:
    return _Subject(_path_edges(path_graph_of(paths)), {})


def _subject_of_suspects(suspects: Sequence[Any]) -> _Subject:
    known = [suspect for suspect in suspects if suspect.path is not None]
    if not known:
        raise ValueError("There is nothing to draw: no suspect has a path.")
    subject = _subject_of_paths([suspect.path for suspect in known])
    remarks = {
        suspect.path.target: f"one of {fmt.plural(len(suspect.nodes), 'object')} that stay"
        for suspect in known
        if len(suspect.nodes) > 1
    }
    # Paths of suspects are examples: their number says nothing.
    paths = PathEdges(subject.paths.graph, subject.paths.edges, subject.paths.targets)
    return _Subject(paths, remarks)


def _path_edges(paths: PathGraph) -> PathEdges:
    targets = paths.targets.astype(np.int64)
    if len(targets) == 1:
        # That every node of the path leads to it need not be said.
        return PathEdges(paths.heap, paths.edges, targets)
    return PathEdges(paths.heap, paths.edges, targets, paths.count, paths.nodes.astype(np.int64))


def _common_holder(subject: _Subject, drawing: Drawing) -> DrawnNode | None:
    """Find the last node through which all targets are held: the one to look at."""
    if subject.n_targets <= 1:
        return None
    holders = [
        place
        for place, item in enumerate(drawing.items)
        if isinstance(item, DrawnNode) and item.count == subject.n_targets
    ]
    onward = {link.source for link in drawing.links if link.target in holders}
    last = [drawing.items[place] for place in holders if place not in onward]
    return last[0] if len(last) == 1 and isinstance(last[0], DrawnNode) else None


def _direction_of(drawing: Drawing) -> Direction:
    """Choose the direction in which the drawing is less wide."""
    depth = {0: 0}
    for link in drawing.links:
        depth.setdefault(link.target, depth.get(link.source, 0) + 1)
    n_ends = len(drawing.items) - len({link.source for link in drawing.links})
    return "LR" if n_ends > _MANY_ENDS and n_ends > max(depth.values()) + 1 else "TB"


# -- how to draw it --------------------------------------------------------------------------


class _Painter:
    """Writes the boxes and arrows of one drawing."""

    def __init__(
        self,
        subject: _Subject,
        drawing: Drawing,
        direction: Direction,
        texts: Texts | None = None,
    ) -> None:
        self.subject = subject
        self.texts = texts or Texts()
        self.graph: HeapGraph = subject.paths.graph
        self.drawing = drawing
        self.holder = _common_holder(subject, drawing)
        # The engine's own roots are a node of that name below the root.
        self.shows_gc_roots = any(
            isinstance(item, DrawnNode)
            and item.ordinal != self.graph.root
            and self.graph.name(item.ordinal) == ROOT_LABEL
            for item in drawing.items
        )
        # Along a path only what changes is worth saying.
        self.count_above = [subject.n_targets] * len(drawing.items)
        for link in drawing.links:
            source = drawing.items[link.source]
            if isinstance(source, DrawnNode) and source.count is not None:
                self.count_above[link.target] = source.count
        self.result = RetainerGraph(
            "retainers",
            graph_attr={
                "rankdir": direction,
                "bgcolor": "transparent",
                "pad": "0.08",
                "nodesep": "0.16" if direction == "LR" else "0.28",
                "ranksep": "0.5" if direction == "LR" else "0.32",
                "fontname": "Helvetica",
            },
            node_attr={
                "shape": "box",
                "style": "rounded,filled",
                "fontname": "Helvetica",
                "fontsize": "10",
                "margin": "0.11,0.05",
                "height": "0.28",
                "penwidth": "1",
            },
            edge_attr={
                "fontname": "Courier",
                "fontsize": "9",
                "fontcolor": _EDGE_TEXT,
                "color": _LINE,
                "arrowsize": "0.6",
                "penwidth": "1",
            },
        )

    def paint(self) -> RetainerGraph:
        for place, item in enumerate(self.drawing.items):
            if isinstance(item, Gap):
                self._paint_gap(place, item)
            else:
                self._paint_node(place, item)
        for link in self.drawing.links:
            self._paint_link(link)
        return self.result

    def _paint_node(self, place: int, item: DrawnNode) -> None:
        node = item.ordinal
        kind = self.graph.node_type_names[self.graph.node_type[node]]
        role = "target" if item.is_target else _ROLE_OF_TYPE.get(kind, "object")
        label = self._root_label(node)
        if label is not None:
            role = "target" if item.is_target else "root"
            lines = [_bold(label)]
            title = label
        else:
            lines = self._node_lines(place, item, kind)
            title = self._node_title(node)
        self._box(place, role, lines, title, penwidth="2" if item.is_target else "1")
        self.result._node_ids[f"n{place}"] = int(self.graph.node_id[node])  # noqa: SLF001  ours

    def _paint_gap(self, place: int, gap: Gap) -> None:
        if gap.n_rounds and gap.n_rounds < gap.n:
            text = f"… {fmt.format_count(gap.n_rounds)} more rounds"
            lines = [_soft(text), _soft(f"of {gap.n // gap.n_rounds} nodes each")]
        else:
            lines = [_soft(f"… {fmt.format_count(gap.n)} more")]
        if gap.count is not None and gap.count not in {gap.n, self.count_above[place]}:
            lines.append(_hot(self._share(gap.count)))
        title = "further nodes that are held here" if gap.is_end else "nodes in between"
        if gap.is_start:
            title = "further retainers"
        self._box(place, "gap", lines, title, style="rounded,filled,dashed")

    def _box(self, place: int, role: str, lines: Sequence[str], title: str, **options: str) -> None:
        line, fill = _COLOURS[role]
        name = f"n{place}"
        self.result.node(
            name,
            label=_rows(lines),
            color=line,
            fillcolor=fill,
            **{"class": f"hn-{role}"},
            **options,
        )
        self.result._titles[name] = title  # noqa: SLF001  ours

    def _root_label(self, node: int) -> str | None:
        if node == self.graph.root:
            return _ROOT_ABOVE if self.shows_gc_roots else ROOT_LABEL
        kind = self.graph.node_type[node]
        if kind == self.graph.node_type_index("synthetic"):
            return fmt.clean(self.graph.name(node), _CLASS_LENGTH) or _ROOT_ABOVE
        return None

    def _class_name(self, node: int) -> str:
        return self.texts.mask(self.graph.class_name(node))

    def _display_name(self, node: int) -> str:
        if node in self.texts.hidden:
            return MASK
        return self.texts.mask(self.graph.display_name(node))

    def _node_lines(self, place: int, item: DrawnNode, kind: str) -> list[str]:
        graph, node = self.graph, item.ordinal
        class_name, name = self._class_name(node), self._display_name(node)
        head = _bold(fmt.clean(class_name, _CLASS_LENGTH))
        if kind == "closure" and name:
            head = f"{_bold(fmt.clean(name, _NAME_LENGTH) + '()')} {_plain(vocab.CLASS_FUNCTION)}"
        elif kind in vocab.STRING_TYPES:
            head = f"{_bold(class_name)} {_plain(_quoted(name))}"
        elif name not in {class_name, ""}:
            head += f" {_plain(fmt.clean(name, _NAME_LENGTH))}"
        lines = [f"{head} {_soft(f'@{graph.node_id[node]}')}", _soft(self._sizes(node))]
        location = location_of(graph, node)
        if location is not None:
            lines.append(_soft(fmt.clean_location(location, _LOCATION_LENGTH)))
        remark = self.subject.remarks.get(node)
        if remark is not None:
            lines.append(_hot(remark))
        elif item is self.holder:
            lines.append(_hot(f"holds all {fmt.format_count(self.subject.n_targets)}"))
        elif item.count is not None and item.count > 1 and item.count != self.count_above[place]:
            lines.append(_hot(self._share(item.count)))
        return lines

    def _share(self, count: int) -> str:
        total = fmt.format_count(self.subject.n_targets)
        return f"holds {fmt.format_count(count)} of {total}"

    def _sizes(self, node: int) -> str:
        shallow, retained = int(self.graph.shallow_size[node]), int(self.graph.retained_size[node])
        if retained == shallow:
            return fmt.format_bytes(shallow)
        return f"{fmt.format_bytes(shallow)} · retains {fmt.format_bytes(retained)}"

    def _node_title(self, node: int) -> str:
        graph = self.graph
        return (
            f"{fmt.clean(self._class_name(node), _TITLE_LENGTH)} @{graph.node_id[node]}\n"
            f"{fmt.clean(self._display_name(node), _TITLE_LENGTH)}\n"
            f"shallow size {fmt.format_count(int(graph.shallow_size[node]))} bytes, "
            f"retained size {fmt.format_count(int(graph.retained_size[node]))} bytes"
        )

    def _paint_link(self, link: Link) -> None:
        source, target = f"n{link.source}", f"n{link.target}"
        if not link.edges:
            self.result.edge(source, target, style="dotted", **{"class": "hn-fold"})
            return
        kinds = [self.graph.edge_type_names[self.graph.edge_type[edge]] for edge in link.edges]
        options = {"penwidth": f"{self._line_width(link.target):.1f}"}
        if "weak" in kinds:
            options |= {"style": "dashed", "class": "hn-weak"}
        elif len(link.edges) > 1:
            options |= {"style": "dotted", "penwidth": "1.6", "class": "hn-fold"}
        elif kinds[0] in {"internal", "hidden"}:
            options |= {"fontcolor": _SOFT, "class": "hn-engine"}
        label = self._link_label(link)
        # Blanks keep the text off the line.
        options["label"] = f"<{_markup(f' {label} ')}>" if label else ""
        self.result.edge(source, target, **options)
        self.result._titles[f"{source}->{target}"] = self._link_title(link)  # noqa: SLF001  ours

    def _line_width(self, place: int) -> float:
        """Draw thicker where more targets lie."""
        item = self.drawing.items[place]
        if isinstance(item, Gap) or not item.count or self.subject.n_targets < 1:
            return 1.0
        return 1 + (_WIDEST_LINE - 1) * min(item.count / self.subject.n_targets, 1)

    def _link_label(self, link: Link) -> str:
        shown = [self._edge_text(edge) for edge in link.edges]
        if len(shown) > 2:  # noqa: PLR2004  the first and the last
            shown = [shown[0], "…", shown[-1]]
        return " › ".join(text for text in shown if text)

    def _link_title(self, link: Link) -> str:
        graph = self.graph
        parts = []
        for edge in link.edges[:_TITLE_EDGES]:
            kind = graph.edge_type_names[graph.edge_type[edge]]
            end = fmt.clean(self._class_name(int(graph.edge_to[edge])))
            parts.append(f"{kind} {self._reference(edge, spelled, _TITLE_LENGTH)} → {end}")
        return "\n".join(parts)

    def _edge_text(self, edge: int) -> str:
        """Write an edge behind its owner; numbers of the engine's lists say nothing."""
        graph = self.graph
        kind = graph.edge_type_names[graph.edge_type[edge]]
        source_type = graph.node_type[int(graph.edge_from([edge])[0])]
        is_of_list = source_type == graph.node_type_index("synthetic")
        if (is_of_list or kind == "shortcut") and graph.edge_label(edge).isdigit():
            return ""
        written = spelled if kind == "context" else attached
        text = self._reference(edge, written, _EDGE_LENGTH)
        return "" if kind == "hidden" and text == f"({graph.edge_label(edge)})" else text

    def _reference(self, edge: int, written: Callable[[str, str, int], str], limit: int) -> str:
        kind, name = reference_of(self.graph, edge)
        return written(kind, masking_of_results().start(self.texts.mask(name), limit), limit)


# -- texts in Graphviz's labels --------------------------------------------------------------


def _markup(text: str) -> str:
    r"""Escape a text for an HTML-like label.

    Neither tags nor Graphviz's own escapes (``\N`` would become the name of the node) survive.
    """
    visible = fmt.visible(text)
    return html.escape(visible).replace("\\", "&#92;&#92;")


def _quoted(text: str) -> str:
    return f'"{fmt.clean(text, _NAME_LENGTH)}"'


def _bold(text: str) -> str:
    return f"<b>{_markup(text)}</b>" if text else ""


def _plain(text: str) -> str:
    return _markup(text)


def _soft(text: str) -> str:
    return f'<font color="{_SOFT}" point-size="9">{_markup(text)}</font>'


def _hot(text: str) -> str:
    return f'<font color="{_HOT}" point-size="9">{_markup(text)}</font>'


def _rows(lines: Sequence[str]) -> str:
    rows = "".join(f'<tr><td align="left">{line}</td></tr>' for line in lines)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>>'


@cache
def drawing_style() -> str:
    """Return the style sheet that drawings without one of their own need in a page."""
    return _STYLE_FILE.read_text("utf-8")


__all__ = ["RetainerGraph", "Texts", "draw_drawing", "drawing_style", "retainer_graph"]
