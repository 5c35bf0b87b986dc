"""Graphviz: finding an engine, running it, and making its SVG safe to put into a page."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib import metadata
from typing import Final
from xml.etree import ElementTree as ET

from heapnb.errors import HeapnbError

PURE_ENGINE: Final = "graphviz-pure"
"""The name of the distribution, and of its program."""

_TIMEOUT_SECONDS: Final = 120
_STDERR_LENGTH: Final = 300
_SVG: Final = "http://www.w3.org/2000/svg"

# What engines write for boxes, lines and texts; anything else is dropped.
_ELEMENTS: Final = frozenset(
    {"svg", "g", "title", "path", "polygon", "polyline", "ellipse", "text", "tspan"}
)
_ATTRIBUTES: Final = frozenset(
    {
        "class",
        "cx",
        "cy",
        "d",
        "fill",
        "fill-opacity",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "points",
        "rx",
        "ry",
        "stroke",
        "stroke-dasharray",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
        "transform",
        "viewBox",
        "width",
        "x",
        "y",
        "{http://www.w3.org/XML/1998/namespace}space",
    }
)


TEXT_OF_SVG: Final = re.compile(r"(?<=>)[^<>]+(?=<)")
"""What is read in a drawing: what stands between its elements."""


class LayoutError(HeapnbError):
    """Graphviz is missing, or could not draw."""


def engines() -> list[str]:
    """Find the programs that can lay out a graph, the preferred one first.

    Returns
    -------
    list of str
        Paths: the machine's ``dot`` where it has one, then that of graphviz-pure.
    """
    found = [shutil.which("dot"), _installed_engine() or shutil.which(PURE_ENGINE)]
    return [path for path in found if path is not None]


def _installed_engine() -> str | None:
    """Find the program beside the packages: a notebook's PATH often lacks it."""
    try:
        files = metadata.files(PURE_ENGINE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.stem == PURE_ENGINE and file.suffix in {"", ".exe"}:
            return shutil.which(str(file.locate().resolve()))  # type: ignore[attr-defined]
    return None


def run_engine(source: str, output: str, *options: str) -> bytes:
    """Lay out and draw a graph.

    Parameters
    ----------
    source : str
        DOT.
    output : str
        ``"svg"`` or ``"png"``.
    *options : str
        Further arguments of the program.

    Returns
    -------
    bytes
        The picture.

    Raises
    ------
    LayoutError
        If there is no engine, or none that works.
    """
    failures = []
    for program in engines():
        command = [program, "-Kdot", f"-T{output}", *options]
        try:
            done = subprocess.run(  # noqa: S603  the programs found above, without a shell
                command,
                input=source.encode(),
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            failures.append(f"{program}: {error}")
            continue
        # Warnings, of missing fonts for one, go to stderr although all is well.
        if done.returncode == 0 and done.stdout:
            return done.stdout
        message = done.stderr.decode(errors="replace").strip()[:_STDERR_LENGTH]
        failures.append(f"{program}: {message or f'exit code {done.returncode}'}")
    if failures:
        raise LayoutError(
            f"Graphviz could not draw the graph. {' '.join(failures)}",
            hint="to_dot() gives its source.",
        )
    raise LayoutError(
        "There is no Graphviz to draw the graph with.",
        hint=f"pip install {PURE_ENGINE}, or install Graphviz; to_dot() gives the source.",
    )


def inline_svg(
    svg: bytes,
    *,
    style: str | None,
    css_class: str,
    titles: Mapping[str, str],
    data: Mapping[str, Mapping[str, int]] | None = None,
) -> str:
    """Make an engine's SVG fit to stand in a page.

    Only shapes and texts stay: no ids, links, scripts, background, declarations.

    Parameters
    ----------
    svg : bytes
        What an engine wrote.
    style : str or None
        A style sheet to put in.
    css_class : str
        For the outermost element.
    titles : mapping of str to str
        What to say of each element, by the title that the engine gave it; browsers show it when
        the pointer rests there.
    data : mapping of str to mapping of str to int, optional
        ``data-`` attributes for the group of each element, by the same title.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    # Written by an engine from our source, in which every string is escaped.
    root = ET.fromstring(svg)  # noqa: S314
    pending = [root]
    while pending:
        element = pending.pop()
        _strip(element)
        if element.tag == "title":
            element.text = titles.get(element.text or "")
        pending += _keep_children(element)
        _add_data(element, data or {})
    root.set("xmlns", _SVG)
    root.set("class", css_class)
    root.set("role", "img")
    if style is not None:
        sheet = ET.Element("style")
        sheet.text = style
        root.insert(0, sheet)
    return ET.tostring(root, encoding="unicode")


def _add_data(group: ET.Element, data: Mapping[str, Mapping[str, int]]) -> None:
    """Set the attributes of a group; its title still is the engine's. Nothing but integers."""
    title = next((child.text for child in group if _name_of(child) == "title"), None)
    for name, value in data.get(title or "", {}).items():
        group.set(f"data-{name}", str(int(value)))


def _name_of(element: ET.Element) -> str:
    return str(element.tag).removeprefix(f"{{{_SVG}}}")


def _strip(element: ET.Element) -> None:
    element.tag = _name_of(element)
    element.tail = None
    if element.tag not in {"text", "tspan", "title"}:
        element.text = None
    for name in list(element.attrib):
        if name not in _ATTRIBUTES:
            del element.attrib[name]


def _keep_children(element: ET.Element) -> list[ET.Element]:
    """Drop what is not for inlining; groups around links and tooltips are replaced by theirs."""
    kept: list[ET.Element] = []
    pending = list(element)[::-1]
    is_graph = element.get("class") == "graph"
    while pending:
        child = pending.pop()
        name = _name_of(child)
        if name == "a":
            pending += list(child)[::-1]
        elif name in _ELEMENTS and not (is_graph and name in {"polygon", "title"}):
            # A graph's own polygon is its background, its title a name that nobody chose.
            kept.append(child)
    element[:] = kept
    return kept
