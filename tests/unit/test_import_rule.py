"""Modules import only from their own layer and from the layers below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import heapnb

PACKAGE = Path(heapnb.__file__).parent

LAYERS = (
    ("cli", "_ipython", "__main__"),
    ("reports", "notebooks", "widgets", "workbench", "drawing", "views"),
    ("analysis", "redaction"),
    ("decode",),
    ("capture",),
    ("snapshot", "node", "frames", "export"),
    ("graph",),
    ("format",),
    ("kernels",),
    ("vocab", "errors", "secrets", "sifting", "_typing", "_showing", "progress"),
)
"""From the top down; ARCHITECTURE.md says what each is for."""

ROW = {name: row for row, names in enumerate(LAYERS) for name in names}

# The facade hands on to what is above it, but only when a method is called.
FACADE = ("snapshot", "node", "_showing")
VIEW_METHODS = ("graph", "browse", "chart")
"""Methods through which results of analyses show themselves, beside those of `_showing`."""

FIRST_ROW_WITH = {
    "pandas": ROW["snapshot"],
    "duckdb": ROW["analysis"],
    "jinja2": ROW["views"],
    "graphviz": ROW["views"],
    "graphviz_pure": ROW["views"],
    "ipywidgets": ROW["views"],
    "anywidget": ROW["views"],
    "click": ROW["cli"],
    "IPython": ROW["views"],
}
"""Packages that only some layers know: the row that is nearest to the bottom."""


@dataclass(frozen=True)
class Import:
    """An import statement: who imports what, and where in the module it stands."""

    importer: str
    imported: str
    function: str | None
    for_types_only: bool
    line: int

    def __str__(self) -> str:
        return f"{self.importer} (line {self.line}) imports {self.imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports_of(path: Path) -> Iterator[Import]:
    importer = module_name(path)
    # Pairs of a syntax node and where it stands; nested functions count as the innermost.
    pending: list[tuple[ast.AST, str | None, bool]] = [(ast.parse(path.read_text()), None, False)]
    while pending:
        node, function, for_types_only = pending.pop()
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{importer}: relative import in line {node.lineno}"
            names = [node.module or ""]
            if node.module == "heapnb":
                names = [f"heapnb.{alias.name}" for alias in node.names]
        for name in names:
            line = getattr(node, "lineno", 0)
            yield Import(importer, name, function, for_types_only, line)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += [(child, function, True) for child in node.body]
            pending += [(child, function, for_types_only) for child in node.orelse]
        else:
            pending += [(child, function, for_types_only) for child in ast.iter_child_nodes(node)]


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def is_allowed(statement: Import) -> bool:
    importer = layer_of(statement.importer)
    package = statement.imported.split(".")[0]
    if package in FIRST_ROW_WITH:
        return ROW[importer] <= FIRST_ROW_WITH[package]
    if package != "heapnb":
        return True
    imported = layer_of(statement.imported)
    if imported not in ROW:
        # The package itself (for its version), but no helpers for tests.
        return imported in {"", "__version__"}
    if ROW[importer] <= ROW[imported]:
        return True
    is_late = statement.function is not None or statement.for_types_only
    if importer in FACADE:
        return is_late and imported != "cli"
    if importer == "analysis":
        return imported in {"views", "drawing", "widgets"} and (
            statement.for_types_only or statement.function in VIEW_METHODS
        )
    return False


MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    # The package resolves its public names lazily; helpers for tests may use all of it.
    if module_name(path) != "heapnb" and layer_of(module_name(path)) != "testing"
)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_down(path: Path) -> None:
    assert layer_of(module_name(path)) in ROW, "a module that no layer of LAYERS names"
    broken = [str(statement) for statement in imports_of(path) if not is_allowed(statement)]
    assert not broken


@pytest.mark.parametrize(
    ("importer", "imported", "function", "allowed"),
    [
        ("heapnb.graph", "heapnb.format.raw", None, True),
        ("heapnb.graph", "heapnb.snapshot", None, False),
        ("heapnb.graph", "heapnb.snapshot", "method", False),
        ("heapnb.graph", "pandas", "method", False),
        ("heapnb.frames", "pandas", None, True),
        ("heapnb.snapshot", "heapnb.drawing.dot", "graph", True),
        ("heapnb.snapshot", "heapnb.drawing.dot", None, False),
        ("heapnb._showing", "heapnb.views.html", "_repr_html_", True),
        ("heapnb._showing", "heapnb.views.html", None, False),
        ("heapnb.analysis.series.diff", "heapnb.widgets", "browse", True),
        ("heapnb.analysis.series.diff", "heapnb.views.html", "table", False),
        ("heapnb.kernels.csr", "heapnb.testing", None, False),
    ],
)
def test_the_rule_itself(
    importer: str, imported: str, function: str | None, *, allowed: bool
) -> None:
    assert is_allowed(Import(importer, imported, function, for_types_only=False, line=1)) is allowed
