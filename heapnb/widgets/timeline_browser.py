"""A time line in a notebook: a click on the mark of a snapshot opens it below the chart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import ipywidgets
import traitlets

from heapnb.errors import HeapnbError
from heapnb.timeline.timeline import Timeline
from heapnb.views.html import result_html, style
from heapnb.views.text import result_text
from heapnb.views.timeline_charts import timeline_charts
from heapnb.widgets.browser import HeapBrowser

if TYPE_CHECKING:
    from heapnb.snapshot import Snapshot

_SCRIPT: Final = Path(__file__).with_name("static") / "timeline_chart.js"


class _Chart(anywidget.AnyWidget):
    """The chart, whose marks of snapshots are links."""

    _esm = _SCRIPT.read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)


class TimelineBrowser(ipywidgets.VBox):  # type: ignore[misc]  # a class without types
    """A time line whose snapshots open by a click on their marks; `Timeline.browse` makes it.

    Parameters
    ----------
    timeline : Timeline
        What to show.

    Attributes
    ----------
    snapshot : Snapshot or None
        The snapshot that is open.
    browser : HeapBrowser or None
        Its browser, below the chart.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self.snapshot: Snapshot | None = None
        self.browser: HeapBrowser | None = None
        charts = timeline_charts(timeline.table, link=lambda n, _: f"#heapnb-snapshot-{n}")
        self._chart = _Chart(html=f'<div class="heapnb"><style>{style()}</style>{charts}</div>')
        self._chart.on_msg(self._answer)
        self._status = ipywidgets.Label("Click the mark of a snapshot (#0, #1, …) to open it.")
        super().__init__(children=(self._chart, self._status))

    def show(self, number: int) -> Snapshot:
        """Open a snapshot below the chart, as a click on its mark does.

        Parameters
        ----------
        number : int
            Row of `Timeline.snapshots`, from 0.

        Returns
        -------
        Snapshot

        Raises
        ------
        HeapnbError
            If there is no such snapshot, or it cannot be read.
        """
        snapshot: Snapshot = self._timeline.open(number)
        if self.browser is not None:
            self.browser.close()
        self.snapshot, self.browser = snapshot, HeapBrowser(snapshot)
        self._status.value = f"#{number}: {snapshot.name}"
        self.children = (self._chart, self._status, self.browser)
        return snapshot

    def _answer(self, _chart: object, content: Any, _buffers: object) -> None:
        number = content.get("open") if isinstance(content, dict) else None
        if type(number) is not int:
            return
        self._status.value = f"Opening #{number} …"
        try:
            self.show(number)
        except (HeapnbError, OSError) as error:
            self._status.value = str(error)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget, with the chart for a notebook that is read without a kernel."""
        bundle = dict(super()._repr_mimebundle_(**options) or {})
        bundle["text/plain"] = result_text(self._timeline)
        bundle["text/html"] = result_html(self._timeline)
        return bundle

    def __repr__(self) -> str:
        return result_text(self._timeline)
