"""Imports point down, files form no circles, and one loader imports upwards.

All imports count: those inside functions and those for type checkers, too.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import heapnb

PACKAGE = Path(heapnb.__file__).parent

LAYERS = (
    ("cli", "mcp", "_ipython", "__main__"),
    ("live",),
    ("reports", "notebooks"),
    ("snapshot", "widgets", "node", "heap_accessor", "plugins"),
    ("workbench",),
    ("drawing",),
    ("views",),
    ("fleet",),
    ("analysis",),
    ("redaction",),
    ("decode",),
    ("capture", "timeline"),
    ("frames", "export", "table_origin"),
    ("graph",),
    ("format",),
    ("kernels",),
    (
        *("vocab", "errors", "literals", "schema", "secrets"),
        *("_plugins", "sifting", "_typing", "_deprecation", "_showing", "_version", "progress"),
    ),
)
"""From the top down; ARCHITECTURE.md says what each is for."""

ROW = {name: row for row, names in enumerate(LAYERS) for name in names}

BUILD = "heapnb.kernels._build"
"""Compiles kernels, which a list names."""

LOADER = "_lazy"
"""The only module that imports upwards: it finds public names and fills the port of `_showing`."""

FIRST_ROW_WITH = {
    "pandas": ROW["frames"],
    "dask": ROW["fleet"],
    "distributed": ROW["fleet"],
    "duckdb": ROW["analysis"],
    "tree_sitter": ROW["analysis"],
    "tree_sitter_javascript": ROW["analysis"],
    "tree_sitter_typescript": ROW["analysis"],
    "jinja2": ROW["views"],
    "graphviz": ROW["drawing"],
    "graphviz_pure": ROW["drawing"],
    "ipywidgets": ROW["widgets"],
    "anywidget": ROW["widgets"],
    "click": ROW["cli"],
    "IPython": ROW["widgets"],
    "websockets": ROW["capture"],
    "playwright": ROW["live"],
    "mcp": ROW["mcp"],
    "mcp_types": ROW["mcp"],
    "anyio": ROW["mcp"],
    "starlette": ROW["mcp"],
    "uvicorn": ROW["mcp"],
    "jsonschema": ROW["mcp"],
}
"""Packages that only some layers know: the lowest row that may import each."""

TYPES_ONLY = {("_showing", "pandas")}
"""Protocols that name a type of a package, without importing it at run time."""


@dataclass(frozen=True)
class Import:
    """An import statement: which module imports which, and in which line."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer} (line {self.line}) imports {self.imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


MODULES = sorted(
    module
    for module in FILES
    # Helpers for tests may use the whole package; the package itself resolves public names.
    if module != "heapnb" and layer_of(module) not in {"testing", LOADER}
)


def imports_of(module: str) -> Iterator[Import]:
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import in line {node.lineno}"
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                imported = inside if inside in FILES else node.module or ""
                yield Import(module, imported, node.lineno)


def is_allowed(statement: Import) -> bool:
    importer, imported = layer_of(statement.importer), layer_of(statement.imported)
    package = statement.imported.split(".")[0]
    if package in FIRST_ROW_WITH:
        return ROW[importer] <= FIRST_ROW_WITH[package] or (importer, package) in TYPES_ONLY
    if package != "heapnb":
        return True
    return imported in ROW and ROW[importer] <= ROW[imported]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    assert layer_of(module) in ROW, "a module that no layer of LAYERS names"
    broken = [str(statement) for statement in imports_of(module) if not is_allowed(statement)]
    assert not broken


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("heapnb.graph", "heapnb.format.raw", True),
        ("heapnb.graph", "heapnb.snapshot", False),
        ("heapnb.graph", "pandas", False),
        ("heapnb.frames", "pandas", True),
        ("heapnb.snapshot", "heapnb.drawing.dot", True),
        ("heapnb.drawing.dot", "heapnb.node", False),
        ("heapnb.views.html", "heapnb.drawing.dot", False),
        ("heapnb._showing", "heapnb.views.html", False),
        ("heapnb.analysis.series.diff", "heapnb.widgets", False),
        ("heapnb.kernels.csr", "heapnb.testing", False),
        ("heapnb.kernels.csr", "heapnb._lazy", False),
        ("heapnb.cli.version", "heapnb", False),
    ],
)
def test_the_rule_itself(importer: str, imported: str, *, allowed: bool) -> None:
    assert is_allowed(Import(importer, imported, line=1)) is allowed


def test_imports_inside_functions_and_for_types_count() -> None:
    assert "heapnb.frames" in {one.imported for one in imports_of("heapnb.snapshot")}
    assert "pandas" in {one.imported for one in imports_of("heapnb._showing")}


def test_only_the_loader_imports_by_name() -> None:
    by_name = {
        module
        for module, path in FILES.items()
        if "import_module(" in path.read_text() or "__import__(" in path.read_text()
    }
    # `secrets` imports plugins of another package, the registry its neighbours in `decode`.
    assert by_name == {"heapnb._lazy", "heapnb.analysis.tables", BUILD}


def test_files_import_each_other_in_no_circle() -> None:
    graph = {
        module: {one.imported for one in imports_of(module)} & set(FILES) - {module}
        for module in FILES
    }
    circles = [sorted(circle) for circle in strong_components(graph) if len(circle) > 1]
    assert not circles


def strong_components(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the strongly connected components: modules that reach each other."""
    order: list[str] = []
    seen: set[str] = set()
    for module in graph:
        _visit(graph, module, seen, order)
    reverse: dict[str, set[str]] = defaultdict(set)
    for importer, targets in graph.items():
        for target in targets:
            reverse[target].add(importer)
    seen = set()
    components = []
    for module in reversed(order):
        if module not in seen:
            component: list[str] = []
            _visit(reverse, module, seen, component)
            components.append(set(component))
    return components


def _visit(graph: dict[str, set[str]], module: str, seen: set[str], order: list[str]) -> None:
    """Append the modules that can be reached and were not seen, the last reached first."""
    if module in seen:
        return
    seen.add(module)
    for target in sorted(graph.get(module, ())):
        _visit(graph, target, seen, order)
    order.append(module)


def test_components_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set[str]()}
    assert {frozenset(one) for one in strong_components(graph)} == {
        frozenset("abc"),
        frozenset("d"),
    }


@pytest.mark.parametrize("row", range(len(LAYERS)))
def test_no_two_modules_of_a_layer_share_a_stem(row: int) -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for module, path in FILES.items():
        if ROW.get(layer_of(module)) == row and path.stem not in {"__init__", "__main__"}:
            modules[path.stem].append(module)
    assert not [same for same in modules.values() if len(same) > 1]
