"""Variables of blocks: their names stand beside their contexts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.decode.closures import variables_of_contexts
from heapnb.graph import HeapGraph
from heapnb.graph.block_scopes import block_variables, variable_or_edge
from heapnb.graph.scopes import function_of_scope, is_block
from heapnb.testing import SnapshotBuilder
from tests.conftest import SERIES_NAMES
from tests.node_versions import runtime

PROGRAM = """
const v8 = require("v8");
{
  {
    let count = 0;
    const records = [];
    class Receipt { constructor(number) { this.number = number; } }
    globalThis.add = () => { records.push(new Receipt(++count)); };
  }
}
process.argv.slice(2).forEach((file, place) => {
  for (let i = 0; i < 100 << place; i++) add();
  v8.writeHeapSnapshot(file);
});
"""


def block(names: str, values: str, functions: str = "") -> HeapGraph:
    """Build a block: names of variables, values as ``slot:key``, and values that are functions."""
    builder = SnapshotBuilder.from_edges(
        "root>f f/context>block block/scope_info>info block/previous>outer outer:own>x"
    )
    builder.node("f", type="closure").node("outer", name="system / Context")
    builder.node("block", name="system / Context").node("info", type="code")
    for place, name in enumerate(names.split()):
        builder.node(f"name-{name}", type="string", name=name)
        builder.edge("info", f"name-{name}", place, type="hidden")
    builder.node("around", name="system / ScopeInfo", type="code")
    builder.edge("info", "around", len(names.split()), type="hidden")
    for value in values.split():
        slot, key = value.split(":")
        builder.node(key, type="closure" if key in functions.split() else "object")
        builder.edge("block", key, int(slot), type="hidden")
    graph = builder.graph()
    assert is_block(graph, builder.ordinal("block"))
    return graph


def named(graph: HeapGraph) -> dict[str, str]:
    found = block_variables(graph)
    return {graph.name(int(graph.edge_to[edge])): found.name_of(edge) for edge in found.edge}


@pytest.mark.parametrize(
    ("names", "values", "functions", "expected"),
    [
        ("a b c", "0:x0 1:x1 2:x2", "", {"x0": "a", "x1": "b", "x2": "c"}),
        # The value in between is undefined or the like: V8 counts it and writes no edge.
        ("a b c", "0:x0 2:x2", "", {"x0": "a", "x2": "c"}),
        # One variable is a small integer, which V8 does not count: which one is not known.
        ("a b c", "0:x0 1:x1", "", {"x0": "a or b", "x1": "b or c"}),
        # A function of the same name tells: what is left out is before it, or after it.
        ("a b c", "0:b 1:x1", "b", {"b": "b", "x1": "c"}),
        ("a b c d", "0:x0 1:b 2:x2", "b", {"x0": "a", "b": "b", "x2": "c or d"}),
        # Four choices are no help.
        ("a b c d e", "0:x0 1:e", "e", {"e": "e"}),
        # More values than names.
        ("a", "0:x0 1:x1", "", {}),
    ],
)
def test_names_of_values(names: str, values: str, functions: str, expected: dict[str, str]) -> None:
    assert named(block(names, values, functions)) == expected


def test_what_is_no_variable_of_a_block_stays_as_it_is() -> None:
    graph = block("a", "0:x0")
    shown = [variable_or_edge(graph, edge) for edge in range(graph.n_edges)]
    assert ("context", "a") in shown
    assert ("hidden", "1") in shown
    assert ("internal", "scope_info") in shown


def test_tables_have_the_variables_of_blocks() -> None:
    graph = block("a b", "0:x0 1:x1")
    contexts = np.array([2, 4])
    assert [graph.name(node) for node in contexts] == ["system / Context"] * 2
    assert variables_of_contexts(graph, contexts).to_pylist() == [["a", "b"], ["own"]]


def test_a_block_belongs_to_the_function_around_it() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>f f/context>block block/previous>loop loop/previous>call call:rows>rows "
        "block/scope_info>i0 loop/scope_info>i1 call/scope_info>i2 f/name_or_scope_info>i2"
    )
    for key in ("block", "loop", "call"):
        builder.node(key, name="system / Context")
    for key, names in (("i0", ["item"]), ("i1", ["index"]), ("i2", ["rows", "render"])):
        for place, name in enumerate(names):
            builder.node(f"{key}-{name}", type="string", name=name)
            builder.edge(key, f"{key}-{name}", place, type="hidden")
    builder.node("item").edge("block", "item", 0, type="hidden")
    graph = builder.graph()
    # The variable of the loop is a small integer, so that nothing leads from its context.
    assert function_of_scope(graph, builder.ordinal("block")) == "render"


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("version", ["20", "22", "24"])
def test_a_leak_in_a_block(tmp_path: Path, version: str) -> None:
    program = tmp_path / "main.cjs"
    program.write_text(PROGRAM, encoding="utf-8")
    files = [tmp_path / f"{name}.heapsnapshot" for name in SERIES_NAMES]
    subprocess.run([runtime(version), program, *files], check=True, timeout=120)
    suspect = diagnose(files, source_root=tmp_path).suspects[0]
    assert suspect.class_name == "Receipt"
    # The counter is a small integer, of which the file has no edge: it leaves the choice.
    assert suspect.anchor.startswith("the variable `(count or records)` of a block in ")
    assert [place.call for place in suspect.added_at] == ["new Receipt(…)"]
    assert "Receipt" in hn.load(files[-1]).contexts().variables.explode().dropna().to_list()
