"""The one place that imports upwards, on first use.

It finds the public names of the package, which the stub ``__init__.pyi`` declares, and fills the
port of `heapnb._showing`. No other module imports from a layer above its own.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from heapnb._showing import Browser, Chart, Drawing

_STUB = Path(__file__).with_name("__init__.pyi")


@cache
def homes() -> dict[str, tuple[str, str]]:
    """Read from the stub which module defines each public name, and under which name there.

    ``lazy_loader.attach_stub`` does the same for relative imports, but it cannot rename.
    """
    return {
        alias.asname or alias.name: (statement.module or "", alias.name)
        for statement in ast.parse(_STUB.read_text(encoding="utf-8")).body
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("heapnb.")
        for alias in statement.names
    }


def public_name(name: str) -> object:
    """Import the object that a public name stands for; KeyError if there is no such name."""
    module, attribute = homes()[name]
    return getattr(import_module(module), attribute)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics ``%heap`` and ``%%heap_record``; ``%load_ext heapnb`` calls it.

    Parameters
    ----------
    shell : InteractiveShell
        The notebook's shell.
    """
    from heapnb._ipython import load_ipython_extension as load

    load(shell)


class Views:
    """Fills `heapnb._showing.Port`; each method imports the module that answers."""

    def text(self, result: object) -> str:
        from heapnb.views.text import result_text

        return result_text(result)

    def html(self, result: object) -> str:
        from heapnb.views.html import result_html

        return result_html(result)

    def chart(self, result: object) -> Chart:
        from heapnb.views.displays import result_chart

        return result_chart(result)

    def graph(self, result: object) -> Drawing:
        from heapnb.drawing.dot import retainer_graph

        drawing: Drawing = retainer_graph(result)
        return drawing

    def explanation(self, suspect: Any) -> str:
        from heapnb.views.wording import explanation_of

        return explanation_of(suspect)

    def fix(self, suspect: Any) -> str:
        from heapnb.views.wording import fix_of

        return fix_of(suspect)

    def reason(self, result: Any) -> str:
        from heapnb.views.wording.reasons import reason_of_result

        return reason_of_result(result)

    def masked(self, texts: Sequence[str], heap: Any, *, personal: bool) -> list[str]:
        import pyarrow as pa

        from heapnb.views.masking import Masking

        masking = Masking.when(on=True, personal=personal).of(heap)
        masked: list[str] = masking.texts(pa.array(texts, pa.large_string())).to_pylist()
        return masked

    def report(self, result: Any, target: Any, **options: Any) -> Path:
        from heapnb.reports.fleet import fleet_report

        return fleet_report(result, target, **options)

    def notebook(self, result: Any, target: Any, **options: Any) -> Path:
        from heapnb.notebooks.fleet_cells import fleet_notebook

        return fleet_notebook(result, target, **options)

    def heap_of(self, frame: Any) -> object:
        from heapnb.heap_accessor import HeapAccessor

        return HeapAccessor(frame)

    def snapshot(self, graph: Any) -> object:
        from heapnb.snapshot import Snapshot

        return Snapshot(graph)

    def browse(self, result: Any, view: str | None) -> Browser:
        from heapnb.widgets import HeapBrowser

        return HeapBrowser(result, view)

    def browse_timeline(self, result: Any) -> object:
        from heapnb.widgets.timeline_browser import TimelineBrowser

        return TimelineBrowser(result)

    def open(self, path: str) -> object:
        from heapnb.snapshot import load

        return load(path)
