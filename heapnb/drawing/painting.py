"""Paint a drawing: boxes and arrows in DOT, with their texts, colours and tooltips.

Strings of the snapshot reach DOT only through `_markup`, which escapes them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from heapnb import vocab
from heapnb.analysis.retention.retaining_path import ROOT_LABEL
from heapnb.decode.native_listeners import plain_name
from heapnb.drawing.folding import Drawing, DrawnNode, Gap, Link, PathEdges
from heapnb.drawing.retainer_graph import RetainerGraph
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_of
from heapnb.graph.references import attached, reference_of, spelled
from heapnb.graph.scopes import is_module_scope
from heapnb.views import fmt
from heapnb.views.masking import MASK, masking_of_results

Direction: TypeAlias = Literal["TB", "LR"]

_ROOT_ABOVE: Final = "(root)"

_CLASS_LENGTH: Final = 44

_NAME_LENGTH: Final = 36

_LOCATION_LENGTH: Final = 44

_EDGE_LENGTH: Final = 28

_TITLE_LENGTH: Final = 300

_TITLE_EDGES: Final = 4

_WIDEST_LINE: Final = 2.6


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
class Subject:
    """Paths, and what to say of their ends, by ordinal."""

    paths: PathEdges
    remarks: dict[int, str]

    @property
    def n_targets(self) -> int:
        """How many nodes the paths lead to."""
        return len(self.paths.targets)


def _common_holder(subject: Subject, drawing: Drawing) -> DrawnNode | None:
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


# -- how to draw it --------------------------------------------------------------------------


class Painter:
    """Writes the boxes and arrows of one drawing."""

    def __init__(
        self,
        subject: Subject,
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
        """Write all boxes and arrows."""
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
        if kind == "native":
            class_name, name = plain_name(class_name), plain_name(name)
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
        if len(shown) > 1:
            # Of a folded link, the names that the program wrote, else what it leads to.
            shown = [text for text in shown if not text.startswith("(")] or shown[-1:]
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
        if kind == "context" and is_module_scope(graph, int(graph.edge_from([edge])[0])):
            return f"module variable `{text}`"
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
