"""What leaves heapnb, as texts: each outlet returns everything that a reader could read in it."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph
from heapnb.redaction import Mode
from heapnb.reports import markdown_report, report_data
from heapnb.views.masking import Masking
from heapnb.widgets.opening import workbench_of
from heapnb.workbench.source import Source

_MOST_ROWS: Final = 200
_DEPTH: Final = 4
_BROWSE: Final = re.compile(r"<script[^>]*application/json[^>]*>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Program:
    """Snapshots of a program in which texts are planted.

    Parameters
    ----------
    folder : Path
        The folder of ``s1.heapsnapshot`` to ``s3.heapsnapshot``.
    on : bool
        Whether secrets are masked.
    personal : bool
        Whether personal data are masked too.
    """

    folder: Path
    on: bool = True
    personal: bool = False

    @property
    def files(self) -> list[Path]:
        """The snapshots."""
        return [self.folder / f"s{number}.heapsnapshot" for number in (1, 2, 3)]

    @property
    def options(self) -> dict[str, Any]:
        """The options of functions that write documents."""
        return {"redact": self.on} | ({"personal": True} if self.personal else {})


def redacted(program: Program, mode: Mode) -> str:
    """Return all texts of a redacted snapshot, with its ropes and arrays of characters joined."""
    target = program.folder / f"{mode}.heapsnapshot"
    if program.on:
        options: dict[str, Any] = {"personal": True} if program.personal else {}
        hn.redact(program.files[-1], target, mode=mode, force=True, **options)
    graph = HeapGraph(read_snapshot(target if program.on else program.files[-1]))
    ropes = np.flatnonzero(graph.node_type == graph.node_type_index("concatenated string"))
    texts = [graph.display_name(node) for node in ropes.tolist()]
    return "\n".join([*graph.strings.to_pylist(), *texts, *_joined_characters(graph)])


def _joined_characters(graph: HeapGraph) -> Iterator[str]:
    element = graph.edge_type_index("element")
    for node in np.flatnonzero(graph.node_type == graph.node_type_index("object")).tolist():
        edges = range(*graph.edges_of(node))
        parts = [
            graph.display_name(int(graph.edge_to[edge]))
            for edge in edges
            if graph.edge_type[edge] == element
        ]
        if len(parts) > 3 and all(len(part) == 1 for part in parts):
            yield "".join(parts)


def report(program: Program) -> str:
    """Return the page of a report without the embedded heap."""
    return _BROWSE.sub("", _page(program))


def browse(program: Program) -> str:
    """Return the embedded heap of a report."""
    return "\n".join(_BROWSE.findall(_page(program)))


def _page(program: Program) -> str:
    target = program.folder / "report.html"
    return hn.report(program.files, target, **program.options).read_text("utf-8")


def notebook(program: Program) -> str:
    """Return the cells and outputs of an executed notebook."""
    target = program.folder / "case.ipynb"
    written = hn.notebook(program.files, target, force=True, **program.options)
    return json.dumps(json.loads(written.read_text("utf-8")), ensure_ascii=False)


def markdown(program: Program) -> str:
    """Return a report in Markdown."""
    return markdown_report(cast("list[Any]", program.files), **program.options)


def as_json(program: Program) -> str:
    """Return a report as JSON."""
    data = report_data(cast("list[Any]", program.files), **program.options)
    return json.dumps(data, ensure_ascii=False, default=str)


def widget(program: Program) -> str:
    """Return the rows and details that a browser shows of all that is planted."""
    snapshot = hn.load(program.files[-1])
    diagnosis = hn.diagnose(hn.load_series(program.files))
    source = Source(_masked_workbench(workbench_of(diagnosis), program))
    shown: list[Any] = [source.description]
    for view in source.description["views"]:
        try:
            shown.append(source.answer("rows", {"view": view["key"], "limit": _MOST_ROWS}))
        except HeapnbError:
            continue
    for node in _planted(snapshot.graph):
        node_id = int(snapshot.graph.node_id[node])
        shown.append(source.answer("details", {"node_id": node_id}))
        member = f"c{snapshot.graph.class_key[node]}/n{node}"
        params = {"view": "constructors", "parent": member, "limit": _MOST_ROWS}
        shown.append(source.answer("rows", params))
        if snapshot.graph.node_type_names[snapshot.graph.node_type[node]].endswith("string"):
            shown.append(source.answer("text", {"node_id": node_id}))
    return json.dumps(shown, ensure_ascii=False, default=str)


def _masked_workbench(workbench: Any, program: Program) -> Any:
    policy = Masking.when(program.on, personal=program.personal).of(workbench.heap)
    return replace(workbench, masking=policy)


def terminal(program: Program) -> str:
    """Return what results print at a prompt after ``hn.mask_output()``."""
    snapshot = hn.load(program.files[-1])
    if program.on:
        hn.mask_output(True, of=snapshot, personal=program.personal)
    try:
        diagnosis = hn.diagnose(hn.load_series(program.files))
        shown = [repr(diagnosis), repr(snapshot.summary())]
        shown += [repr(hn.table(getattr(snapshot, name)())) for name in _TABLES]
        for node in _planted(snapshot.graph):
            one = snapshot.node(int(snapshot.graph.node_id[node]))
            shown += [repr(one), _previewed(one), repr(one.retaining_path())]
        return "\n".join(shown)
    finally:
        hn.mask_output(False)


_TABLES: Final = ("constructors", "closures", "duplicate_strings", "collections", "modules")


def _previewed(node: Any) -> str:
    return hn.printable(node.preview())


def _planted(graph: HeapGraph) -> list[int]:
    """List the holders of what is planted, and what they hold, some levels deep."""
    is_holder = np.flatnonzero(
        (graph.node_type == graph.node_type_index("object"))
        & np.isin(
            graph.node_name,
            [i for i, text in enumerate(graph.strings.to_pylist()) if text == "Holder"],
        )
    )
    seen = dict.fromkeys(is_holder.tolist())
    level = list(seen)
    kept = [graph.edge_type_index(one) for one in ("property", "element", "internal", "context")]
    for _ in range(_DEPTH):
        below: list[int] = []
        for node in level:
            for edge in range(*graph.edges_of(node)):
                if int(graph.edge_type[edge]) in kept and graph.edge_label(edge) in _SKIPPED:
                    continue
                if int(graph.edge_type[edge]) in kept:
                    below.append(int(graph.edge_to[edge]))
        level = [node for node in dict.fromkeys(below[:20_000]) if node not in seen]
        seen |= dict.fromkeys(level)
    return list(seen)[:6_000]


_SKIPPED: Final = frozenset(
    ("__proto__", "map", "constructor", "prototype", "context", "shared", "feedback_cell", "code")
)


def file_names(program: Program, secrets: list[str]) -> str:
    """Return reports in Markdown on files whose names have secrets."""
    shown = []
    for secret in secrets:
        if "/" in secret or "\n" in secret or len(secret) > 200:
            continue
        folder = program.folder / "named"
        folder.mkdir(exist_ok=True)
        file = folder / f"{secret}.heapsnapshot"
        shutil.copyfile(program.files[0], file)
        shown.append(markdown_report(file, **program.options))
        file.unlink()
    return "\n".join(shown)


def readable(text: str) -> str:
    """Undo what an outlet does to texts: HTML, JSON, escapes of invisible characters."""
    plain = html.unescape(re.sub(r"<wbr>|&#8203;|\u200b", "", text))
    for _ in range(4):
        plain = plain.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return plain


OUTLETS: Final[dict[str, Callable[[Program], str]]] = {
    "redact secrets": lambda program: redacted(program, "secrets"),
    "redact strings": lambda program: redacted(program, "strings"),
    "redact shape": lambda program: redacted(program, "shape"),
    "report": report,
    "Browse section": browse,
    "notebook": notebook,
    "Markdown": markdown,
    "JSON": as_json,
    "widget rows": widget,
    "terminal": terminal,
}
