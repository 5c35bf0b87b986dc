"""Every number that decides a verdict has a name, a reason, and a measure of what depends on it."""

from __future__ import annotations

import ast
import itertools
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.leakbench.sensitivity import MODULES, Constant, constants

SMALL: frozenset[float] = frozenset({-1, 0, 1, 2})
"""Numbers that need no name: the first, the last, an index, a pair."""

FORMATS: frozenset[float] = frozenset({100})
"""Percent."""


def described(module: str) -> dict[str, str]:
    """Return the texts below the assignments of a module, by name."""
    body = ast.parse(Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8")).body
    return {
        ast.unparse(before.target): ast.literal_eval(after.value)
        for before, after in itertools.pairwise(body)
        if isinstance(before, ast.AnnAssign)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }


@pytest.mark.parametrize("constant", constants(), ids=lambda one: one.name)
def test_a_number_says_what_depends_on_it(constant: Constant) -> None:
    assert "Bench:" in described(constant.module)[constant.name]


def test_names_are_distinct() -> None:
    names = [constant.name for constant in constants()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_number_is_anonymous(module: ModuleType) -> None:
    assert module.__file__ is not None
    path = Path(module.__file__)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        id(inner)
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        for inner in ast.walk(node)
    }
    anonymous = [
        f"line {node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and type(node.value) in {int, float}
        and id(node) not in named
        and node.value not in SMALL | FORMATS
    ]
    assert anonymous == []
