"""Flame graphs as inline SVG: call stacks as frames, callers above callees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from markupsafe import Markup

from heapnb._typing import AnyArray, BoolArray, IntArray, NodeArray, SizeArray
from heapnb.kernels.stacks import add_by_group, merge_stacks
from heapnb.kernels.trees import add_up_tree
from heapnb.views import fmt
from heapnb.views.masking import Masking
from heapnb.views.svg_parts import CHARACTER_WIDTH, FONT_SIZE, colour, svg_number

OWN: Final = "own"
PACKAGE: Final = "npm"
RUNTIME: Final = "runtime"
"""Categories of frames, as `heapnb.analysis.packages.Package.kind` names them."""

MOST_FRAMES: Final = 700
"""The widest frames are drawn; an SVG of so many stays below 300 kB."""

MOST_LEVELS: Final = 60
_LEAST_SHARE: Final = 1 / 1_000
"""A frame below this share of the whole is narrower than a pixel."""

_LEVEL_HEIGHT: Final = 18
_LEGEND_HEIGHT: Final = 24
_HEAD_HEIGHT: Final = 42
"""What the script adds above."""

_MOST_FOCUSABLE: Final = 60
_LEAST_ROOM: Final = 3
"""Characters that a frame must have room for, in a drawing of `_TYPICAL_WIDTH`, to get a text."""
_TYPICAL_WIDTH: Final = 760
_LARGEST_WIDTH: Final = 1_600
"""Longer texts than fit a drawing of this width are cut; the tooltip has the whole one."""
_MOST_LABEL: Final = 100

_CATEGORIES: Final = {
    OWN: ("Own code", colour(1)),
    PACKAGE: ("Packages", colour(0)),
    RUNTIME: ("Runtime", colour(5)),
}
_OTHER: Final = ("Other", colour(5))
_EMPTY: Final = 0xFFFF_FFFF
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Frame:
    """What is written on a frame.

    Parameters
    ----------
    label : str
        Such as the name of a function. Untrusted text is welcome here and below.
    detail : str
        Where it is, such as ``src/search.js:12``; empty if unknown.
    category : str
        `OWN`, `PACKAGE` or `RUNTIME`; decides the colour.
    """

    label: str
    detail: str = ""
    category: str = OWN


def flame_graph(
    parent: AnyArray,
    frame: AnyArray,
    value: AnyArray,
    frame_of: Callable[[int], Frame],
    *,
    title: str,
    format_value: Callable[[int], str] = fmt.format_bytes,
    masking: Masking | None = None,
) -> Markup:
    r"""Draw call stacks as an icicle: the root on top, callees below their callers.

    Parameters
    ----------
    parent : integer[n]
        The caller of each node. Node 0 is the root and its own parent; every other node comes
        after its parent.
    frame : integer[n]
        What each node is a call of. Children of a node with the same frame are merged.
    value : integer[n]
        What each node has for itself, without its callees, such as bytes; not below 0.
    frame_of : callable
        Returns the `Frame` for a number in ``frame``. Called only for what is drawn.
    title : str
        What the whole is, for screen readers and on the root's frame.
    format_value : callable, optional
        Writes a value; sizes by default.
    masking : Masking, optional
        The policy for likely secrets; by default the one that `heapnb.mask_output` has set.

    Returns
    -------
    Markup
        An ``<svg>`` that takes the width it gets; its texts keep their size. Empty if all values
        are 0. Each frame has a tooltip. Frames narrower than a pixel are drawn together, without
        names; so are all but the `MOST_FRAMES` widest.

    Raises
    ------
    ValueError
        If the arrays differ in length, a value is negative, or a node comes before its parent.

    Notes
    -----
    Inside each frame is an ``<svg>`` of its own, in percent of the whole, which cuts its text off
    at the frame's edge. So the drawing needs no script to fit any width. Its style is that of
    `style`, and `script` zooms, where a page allows scripts.

    Examples
    --------
    >>> import numpy as np
    >>> names = ["(root)", "main", "parse"]
    >>> svg = flame_graph(
    ...     np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([0, 100, 300]),
    ...     lambda number: Frame(names[number]), title="Live bytes",
    ... )
    >>> "<title>parse\n300 B, 75.0% of all" in svg
    True
    """
    tree = _Tree.of(parent, frame, value)
    whole = tree.whole
    if whole == 0:
        return Markup("")
    drawn = _Drawing(tree, frame_of, title, format_value, masking)
    frames = Markup("").join(drawn.frames())
    height = drawn.n_levels * _LEVEL_HEIGHT
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="flame-graph" width="100%" height="{}" '
        'role="group" aria-label="{}" font-size="{}">{}{}</svg>'
    ).format(
        height + _LEGEND_HEIGHT,
        f"Flame graph. {fmt.visible(title)}: {format_value(whole)}",
        FONT_SIZE,
        frames,
        _legend(drawn.categories, height + 8),
    )


def standalone(svg: Markup, *, title: str) -> str:
    """Make a file of a flame graph: with colours for light and dark, and with its script.

    Parameters
    ----------
    svg : Markup
        What `flame_graph` returned.
    title : str
        What the whole is.

    Returns
    -------
    str
        An SVG document. It loads nothing. A click or Enter on a frame widens it; above the frames
        stand the name, numbers and place of the frame under the pointer or with the focus.
    """
    height = svg.split('height="', 1)[1].split('"', 1)[0]
    page = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{}" class="flame-page">'
        "<title>{}</title><style>{}{}</style>"
        '<rect width="100%" height="100%" class="flame-page-back"/>'
        '<text x="4" y="20" font-size="14" font-weight="600" fill="currentColor">{}</text>'
        '<svg y="32">{}</svg><script>{}</script></svg>\n'
    )
    head = fmt.visible(title)
    return str(
        page.format(
            int(height) + 40 + _HEAD_HEIGHT,
            head,
            _static("flame_page.css"),
            style(),
            head,
            svg,
            _as_cdata(),
        )
    )


@cache
def style() -> Markup:
    """Return the style sheet of flame graphs; it applies below ``.flame-graph`` only."""
    return _static("flame_graph.css")


@cache
def script() -> Markup:
    """Return the script that makes every flame graph of the page zoomable."""
    module = _static("flame_graph.js").replace("export function", "function")
    every = Markup('document.querySelectorAll(".flame-graph").forEach(zoomable);')
    return Markup('"use strict";\n(() => {{\n{}{}\n}})();\n').format(module, every)


def _static(name: str) -> Markup:
    text = (_HERE / "static" / name).read_text("utf-8").replace("\r\n", "\n")
    return Markup(text)  # noqa: S704  our own file


def _as_cdata() -> Markup:
    """Return the script as XML wants it."""
    return Markup("//<![CDATA[\n{}//]]>").format(script())


@dataclass(frozen=True)
class _Tree:
    """Merged stacks: node 0 is the root, and every node comes after its parent."""

    parent: NodeArray
    frame: NodeArray
    own: SizeArray
    total: SizeArray

    @classmethod
    def of(cls, parent: AnyArray, frame: AnyArray, value: AnyArray) -> _Tree:
        """Check the arrays, merge equal children, and add callees to callers."""
        n_nodes = len(parent)
        if not n_nodes == len(frame) == len(value):
            raise ValueError("parent, frame and value must have the same length")
        if n_nodes == 0:
            nothing = np.zeros(1, np.uint32)
            return cls(nothing, nothing, nothing.astype(np.uint64), nothing.astype(np.uint64))
        if parent[0] != 0 or (n_nodes > 1 and not _is_before(parent)):
            raise ValueError("node 0 must be its own parent, and every other node after its parent")
        if value.dtype.kind != "u" and int(value.min()) < 0:
            raise ValueError("values must not be negative")
        parents = np.ascontiguousarray(parent, np.uint32)
        frames = np.ascontiguousarray(frame, np.uint32)
        merged, above, called = (np.empty(n_nodes, np.uint32) for _ in range(3))
        slots = np.full(1 << (2 * n_nodes).bit_length(), _EMPTY, np.uint32)
        n_merged = merge_stacks(parents, frames, slots, merged, above, called)
        own = np.zeros(n_merged, np.uint64)
        add_by_group(merged, np.ascontiguousarray(value, np.uint64), own)
        total = own.copy()
        above, called = above[:n_merged].copy(), called[:n_merged].copy()
        add_up_tree(np.arange(n_merged, dtype=np.uint32), above, total)
        return cls(above, called, own, total)

    @property
    def whole(self) -> int:
        """The value of everything."""
        return int(self.total[0])

    def widest(self) -> IntArray:
        """Choose the nodes to draw: with a node, always its callers; the widest first."""
        least = max(1, int(self.whole * _LEAST_SHARE))
        wide = np.flatnonzero(self.total >= least)
        # Equal ones stay in order, so a caller precedes its only callee.
        order = np.argsort(-self.total[wide].astype(np.float64), kind="stable")
        chosen: IntArray = wide[order[:MOST_FRAMES]].astype(np.int64)
        return chosen


def _is_before(parent: AnyArray) -> bool:
    """Tell whether every node but the first comes after its parent."""
    after: BoolArray = parent[1:] < np.arange(1, len(parent))
    return bool(after.all()) and (parent.dtype.kind == "u" or int(parent.min()) >= 0)


class _Drawing:
    """Places frames from the root down."""

    def __init__(
        self,
        tree: _Tree,
        frame_of: Callable[[int], Frame],
        title: str,
        format_value: Callable[[int], str],
        masking: Masking | None,
    ) -> None:
        self._tree, self._frame_of, self._title = tree, frame_of, title
        self._format, self._masking = format_value, masking
        self.n_levels = 1
        self.categories: dict[str, None] = {}

    def frames(self) -> list[Markup]:
        """Draw the frames, callers first, those of one caller from the widest to the narrowest."""
        tree, whole = self._tree, self._tree.whole
        chosen = tree.widest().tolist()
        focusable = set(chosen[:_MOST_FOCUSABLE])
        below: dict[int, list[int]] = {}
        for node in chosen:
            if node:
                below.setdefault(int(tree.parent[node]), []).append(node)
        drawn = []
        waiting = [(0, 0, 0)]
        while waiting:
            node, start, level = waiting.pop()
            self.n_levels = max(self.n_levels, level + 1)
            children = below.get(node, []) if level + 1 < MOST_LEVELS else []
            total = int(tree.total[node])
            drawn.append(self._frame(node, start, level, is_focusable=node in focusable))
            placed = []
            for child in children:
                placed.append((child, start, level + 1))
                start += int(tree.total[child])
            # The last one in is the first one out: in the file, as for the eye, the widest.
            waiting += reversed(placed)
            rest = total - int(tree.own[node]) - sum(int(tree.total[one]) for one in children)
            if rest / whole >= _LEAST_SHARE:
                self.n_levels = max(self.n_levels, level + 2)
                drawn.append(self._folded(start, rest, level + 1))
        return drawn

    def _frame(self, node: int, start: int, level: int, *, is_focusable: bool) -> Markup:
        tree, whole = self._tree, self._tree.whole
        total, own = int(tree.total[node]), int(tree.own[node])
        if node == 0:
            frame = Frame(self._title, category=RUNTIME)
        else:
            frame = self._frame_of(int(tree.frame[node]))
            self.categories.setdefault(frame.category)
        label = fmt.clean(frame.label, _MOST_LABEL, self._masking)
        amount = f"{self._format(total)}, {fmt.format_percent(total / whole)}"
        lines = [
            label,
            *([fmt.clean_location(frame.detail, masking=self._masking)] if frame.detail else []),
            f"{amount} of all",
            *([f"{self._format(own)} without callees"] if 0 < own < total else []),
        ]
        _, fill = _CATEGORIES.get(frame.category, _OTHER)
        return self._box(
            (start, total, level),
            "\n".join(lines),
            fill,
            _text(label, amount, total / whole),
            is_focusable=is_focusable,
        )

    def _folded(self, start: int, size: int, level: int) -> Markup:
        share = fmt.format_percent(size / self._tree.whole)
        text = f"Further frames, too narrow or too deep to draw\n{self._format(size)}, {share}"
        return self._box((start, size, level), f"{text} of all", "none", Markup(""))

    def _box(
        self,
        place: tuple[int, int, int],
        tooltip: str,
        fill: str,
        text: Markup,
        *,
        is_focusable: bool = False,
    ) -> Markup:
        start, size, level = place
        whole = self._tree.whole
        return Markup(
            '<svg class="flame" x="{}%" y="{}" width="{}%" height="{}" role="img"{}><title>{}'
            '</title><rect width="100%" height="100%" fill="{}"/>{}</svg>'
        ).format(
            _percent(start / whole),
            level * _LEVEL_HEIGHT,
            _percent(size / whole),
            _LEVEL_HEIGHT - 1,
            Markup(' tabindex="0"') if is_focusable else "",
            tooltip,
            fill,
            text,
        )


def _text(label: str, amount: str, share: float) -> Markup:
    """Write a name, and behind it how much that is, if a typical drawing has room for any of it."""
    if share * _TYPICAL_WIDTH < _LEAST_ROOM * CHARACTER_WIDTH:
        return Markup("")
    # A cut name is still a name, but a cut number is wrong.
    has_room = len(label) + len(amount) + _LEAST_ROOM < share * _TYPICAL_WIDTH / CHARACTER_WIDTH
    behind = Markup('<tspan dx="8" fill-opacity="0.62">{}</tspan>').format(amount)
    return Markup('<text x="4" y="13" fill="currentColor">{}{}</text>').format(
        fmt.shorten(label, int(share * _LARGEST_WIDTH / CHARACTER_WIDTH)),
        behind if has_room else "",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3f}".rstrip("0").rstrip(".")


def _legend(categories: dict[str, None], y: int) -> Markup:
    """Name the colours, in their order."""
    drawn, x = [], 0.0
    for category, (name, fill) in _CATEGORIES.items():
        if category in categories:
            drawn.append(
                Markup(
                    '<rect class="flame-key" x="{}" y="{}" width="11" height="11" fill="{}"/>'
                    '<text x="{}" y="{}" fill="currentColor" fill-opacity="0.72">{}</text>'
                ).format(svg_number(x), y, fill, svg_number(x + 16), y + 10, name)
            )
            x += 16 + (len(name) + 2) * CHARACTER_WIDTH
    return Markup("").join(drawn)


__all__ = ["OWN", "PACKAGE", "RUNTIME", "Frame", "flame_graph", "script", "standalone", "style"]
