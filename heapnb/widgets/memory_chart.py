"""A live chart of a program's memory in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

_STATIC: Final = Path(__file__).with_name("static")


class MemoryChart(anywidget.AnyWidget):
    """Memory over time, full garbage collections and alarms; `heapnb.Watch` shows it.

    Parameters
    ----------
    data : mapping
        What is drawn, as plain data: see ``static/memory_chart.js``.
    text : str
        The same as text, for front ends without widgets.

    Examples
    --------
    >>> chart = MemoryChart({"title": "app.js", "state": "watching", "lines": [], "alarms": []}, "")
    >>> chart.update({**chart.data, "state": "ended"}, "app.js: ended")
    >>> chart.data["state"]
    'ended'
    """

    _esm = (_STATIC / "memory_chart.js").read_text(encoding="utf-8")
    _css = (_STATIC / "memory_chart.css").read_text(encoding="utf-8")

    data = traitlets.Dict().tag(sync=True)

    def __init__(self, data: Mapping[str, Any], text: str) -> None:
        super().__init__(data=dict(data))
        self._text = text

    def update(self, data: Mapping[str, Any], text: str) -> None:
        """Draw other data, in all displays."""
        self._text = text
        self.data = dict(data)

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget, with the text for a notebook that is read without a kernel."""
        answer = super()._repr_mimebundle_(**options)
        bundle = answer[0] if isinstance(answer, tuple) else (answer or {})
        bundle |= {
            "text/plain": self._text,
            "text/html": f'<pre class="hn-memory-text">{escape(self._text)}</pre>',
        }
        return (bundle, *answer[1:]) if isinstance(answer, tuple) else bundle
