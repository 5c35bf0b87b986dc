"""The stored outputs of a notebook: no secrets, no paths of the machine, limited in size."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

from heapnb.drawing.retainer_graph import CSS_CLASS
from heapnb.progress import NOTEBOOK_MARK
from heapnb.views import fmt
from heapnb.views.masking import SECRETS, Masking, printable

if TYPE_CHECKING:
    from nbformat import NotebookNode

LARGEST_NOTEBOOK: Final = 5_000_000
"""Bytes."""

_DRAWING: Final = "image/svg+xml"
_PAGE: Final = "text/html"
_TEXT: Final = "text/plain"
# Their content is not for people.
_GRAPH: Final = re.compile(rf'<svg\b[^>]*class="{CSS_CLASS}".*?</svg>', re.DOTALL)
_RAW_ELEMENTS: Final = ("style", "script")


def tidy(notebook: NotebookNode, masking: Masking) -> None:
    """Make an executed notebook fit to be passed on.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place: progress bars go; secrets are masked; drawings become outputs of their
        own; the largest outputs are replaced by their text until the whole fits.
    masking : Masking
        The policy for likely secrets.
    """
    # The version of Python that ran it does not belong to the case.
    notebook.metadata.pop("language_info", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        outputs = [
            output
            for output in cell.outputs
            if output.get("name") != "stderr" and NOTEBOOK_MARK not in output.get("metadata", {})
        ]
        for output in outputs:
            _tidy_output(output, masking)
        cell.outputs = [part for output in outputs for part in _with_drawings_apart(output)]
    _shrink(notebook)


def _tidy_output(output: Any, masking: Masking) -> None:
    if output.output_type == "stream":
        output.text = printable(output.text, masking)
        return
    data = output.get("data", {})
    if _PAGE in data:
        # The page has the drawing in it.
        data.pop(_DRAWING, None)
    if not masking.is_on:
        return
    for kind, content in data.items():
        if kind in {_PAGE, _DRAWING}:
            data[kind] = mask_markup(content, masking)
        elif isinstance(content, str):
            data[kind] = masking.text(content)


def _with_drawings_apart(output: Any) -> list[Any]:
    """Make the drawings within a page outputs of their own: GitHub shows no others."""
    from nbformat.v4 import new_output

    data = output.get("data", {})
    drawings = _GRAPH.findall(data.get(_PAGE, ""))
    if not drawings:
        return [output]
    data[_PAGE] = _GRAPH.sub("", data[_PAGE])
    # Its lines are dark.
    metadata = {_DRAWING: {"needs_background": "light"}}
    return [
        output,
        *(
            new_output("display_data", {_DRAWING: svg, _TEXT: "(a drawing)"}, metadata=metadata)
            for svg in drawings
        ),
    ]


def mask_markup(markup: str, masking: Masking = SECRETS) -> str:
    """Mask what looks like a secret in the texts and attributes of HTML or SVG.

    Parameters
    ----------
    markup : str
        A fragment.
    masking : Masking
        The policy for likely secrets.

    Returns
    -------
    str
        The same elements.

    Examples
    --------
    >>> mask_markup('<b title="password=hunter2">token=abc&amp;x</b>')
    '<b title="password=•••">token=•••&amp;x</b>'
    """
    masker = _Masker(masking)
    masker.feed(markup)
    masker.close()
    return "".join(masker.pieces)


class _Masker(HTMLParser):
    """Writes what it reads, with masked texts."""

    def __init__(self, masking: Masking) -> None:
        super().__init__(convert_charrefs=True)
        self.masking = masking
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag as it was, unless an attribute holds a secret."""
        del tag
        written = self.get_starttag_text() or ""
        for _, value in attrs:
            masked = self.masking.text(value) if value else value
            if value and masked and masked != value:
                written = written.replace(html.escape(value), html.escape(masked))
                written = written.replace(value, html.escape(masked))
        self.pieces.append(written)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        """Write the end of an element."""
        self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Mask a text."""
        if self.cdata_elem in _RAW_ELEMENTS:
            self.pieces.append(data)
            return
        self.pieces.append(html.escape(self.masking.text(data), quote=False))

    def handle_comment(self, data: str) -> None:
        """Leave comments out."""


def _shrink(notebook: NotebookNode) -> None:
    """Replace outputs by their text, the largest first, until the notebook fits."""
    size = _size(notebook)
    bundles = [
        output["data"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if _TEXT in output.get("data", {})
    ]
    for data in sorted(bundles, key=_size, reverse=True):
        if size <= LARGEST_NOTEBOOK:
            return
        before = _size(data)
        for kind in list(data):
            if kind != _TEXT:
                del data[kind]
        left_out = "(The picture is left out: the notebook would be too large.)"
        data[_TEXT] = f"{fmt.shorten(data[_TEXT], LARGEST_NOTEBOOK // 50)}\n{left_out}"
        size += _size(data) - before


def _size(value: Any) -> int:
    return len(json.dumps(value))


__all__ = ["LARGEST_NOTEBOOK", "mask_markup", "tidy"]
