"""What the documents say is so: links, examples, derived arrays, dependencies, commands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import heapnb
from heapnb._typing import AnyArray
from heapnb.analysis.constructors import constructors
from heapnb.analysis.members import members_of
from heapnb.cli.app import application
from heapnb.graph import HeapGraph
from heapnb.graph.native_contexts import native_context_of
from heapnb.testing import SnapshotBuilder
from heapnb.workbench.rows.sort_keys import string_ranks
from tests.conftest import ROOT, sample_cases
from tests.unit.test_import_rule import LAYERS, PACKAGE

DOCUMENTS = sorted(
    [
        path
        for folder in (".", "docs", "notebooks", "sample_snapshots")
        for path in (ROOT / folder).glob("*.md")
    ]
)
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]+)[^)]*\)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    missing = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not missing


def test_examples_of_the_readme_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert names["node"].class_name == "OrderDraft"


def test_the_readme_lists_the_commands() -> None:
    listed = set(re.findall(r"heapnb ([a-z-]+) ", (ROOT / "README.md").read_text()))
    assert set(application.commands) - {"version"} <= listed


def test_the_reference_lists_the_public_names() -> None:
    page = (ROOT / "docs" / "site" / "api.md").read_text()
    listed = set(re.findall(r"^\.\. auto\w+:: heapnb\.(\w+)(?:\(|$)", page, re.MULTILINE))
    # IPython calls the function by its name; nobody imports it.
    assert listed == {*heapnb.__all__, "load_ipython_extension"}


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_paths_in_backticks_exist(name: str) -> None:
    quoted = re.findall(
        r"`([\w.-]+/[\w./-]*|\w[\w.-]*\.(?:py|js|md|toml))`", (ROOT / name).read_text()
    )
    assert quoted
    made = {"build/docs", "build/fuzz"}  # by `make docs`, by tests.fuzz
    missing = [
        path
        for path in quoted
        if path not in made and not any((folder / path).exists() for folder in (ROOT, PACKAGE))
    ]
    assert not missing


def test_the_table_of_rooms_is_that_of_the_import_rule() -> None:
    section = (ROOT / "ARCHITECTURE.md").read_text().partition("## The rooms")[2]
    first_cells = re.findall(r"^\| (`[^|]+) \|", section.partition("\n## ")[0], re.MULTILINE)
    rooms = [
        tuple(name.removesuffix(".py").removesuffix("/") for name in re.findall(r"`([^`]+)`", cell))
        for cell in first_cells
    ]
    assert [sorted(row) for row in rooms] == [sorted(row) for row in LAYERS]


class _Recorder:
    """A store that only notes what it is given."""

    def __init__(self) -> None:
        self.saved: set[str] = set()

    def load(self, name: str) -> AnyArray | None:
        return None

    def save(self, name: str, array: AnyArray) -> None:
        assert isinstance(array, np.ndarray)
        self.saved.add(name)

    def check(self) -> None:
        pass


def test_the_table_of_derived_arrays() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = text.partition("## Derived arrays")[2].partition("\n## ")[0]
    recorder = _Recorder()
    graph = HeapGraph(SnapshotBuilder.from_edges("root>a a>b").raw(), recorder)
    described: dict[str, bool] = {}
    made_elsewhere: dict[str, Callable[[HeapGraph], object]] = {
        "class_members": lambda graph: members_of(graph, 0),
        "constructor_sums": constructors,
        "native_context_of": native_context_of,
        "string_rank": string_ranks,
    }
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 2 and cells[1].startswith("`") and not cells[1].endswith(".`"):
            for name in re.findall(r"`(\w+)`", cells[1]):
                described[name] = cells[5] == "yes"
                make = made_elsewhere.get(name, lambda graph, name=name: getattr(graph, name))
                make(graph)
    stored_as = {
        "class_name_offsets": "class_names",
        "class_name_text": "class_names",
        "node_state": "detachedness",
    }
    saved = {stored_as.get(name, name) for name in recorder.saved}
    assert {name for name, is_cached in described.items() if is_cached} == saved


def test_each_dependency_is_justified() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Dependencies")[2]
    justified = {
        name
        for row in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
        for name in row.split(", ")
        if name.strip("-") and name != "package"
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert justified == {re.split(r"[><=\[]", item)[0] for item in project["dependencies"]}


def cells_of(path: Path, cell_type: str) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == cell_type]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_links_of_notebooks_lead_somewhere(path: Path) -> None:
    text = "\n".join("".join(cell["source"]) for cell in cells_of(path, "markdown"))
    for target, section in re.findall(r"\]\(([^):#]+)#?([^)]*)\)", text):
        document = (path.parent / target).read_text()
        assert not section or re.search(rf"^#+ {section}$", document, re.MULTILINE)


def test_each_sample_has_a_notebook() -> None:
    code = "\n".join(
        "".join(cell["source"]) for path in NOTEBOOKS for cell in cells_of(path, "code")
    )
    shown = set(re.findall(r"sample_snapshots/(\w+)", code))
    assert shown >= set(sample_cases()) - {"healthy_levels_off"}
    listed = (ROOT / "notebooks" / "README.md").read_text()
    assert all(f"]({path.name})" in listed for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_stored_with_small_outputs(path: Path) -> None:
    content = path.read_text()
    assert len(content) < 500_000
    assert not re.search(r"/(home|root|tmp|Users)/(?!app)", content), "a path of somebody's machine"
    assert str(ROOT) not in content
    cells = cells_of(path, "code")
    assert all(cell["outputs"] for cell in cells)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
