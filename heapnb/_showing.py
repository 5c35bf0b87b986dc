"""How results show themselves: as text at a prompt, as HTML in a notebook."""

from __future__ import annotations


class Shown:
    """A result that `heapnb.views` shows; its facts and tables are found by their names."""

    __slots__ = ()

    def __repr__(self) -> str:
        from heapnb.views.text import result_text

        return result_text(self)

    def _repr_html_(self) -> str:
        from heapnb.views.html import result_html

        return result_html(self)
