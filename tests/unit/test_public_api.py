"""The public names of the package: a change here is a change for users."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import heapnb


@pytest.mark.parametrize("name", heapnb.__all__)
def test_every_name_resolves_and_is_documented(name: str) -> None:
    value = getattr(heapnb, name)
    if name != "__version__":
        assert inspect.getdoc(value)


def test_other_names_do_not() -> None:
    with pytest.raises(AttributeError, match="has no `nonsense`"):
        getattr(heapnb, "nonsense")  # noqa: B009  type checkers know that it is not there


def test_the_stub_is_the_only_declaration() -> None:
    assert heapnb.__all__ == sorted(heapnb.__all__)
    assert dir(heapnb) == heapnb.__all__
    assert {"__version__", "load", "diagnose", "report"} <= set(heapnb.__all__)


def test_no_other_subpackage_has_the_name_of_a_public_function() -> None:
    folder = Path(heapnb.__file__).parent
    modules = {path.stem for path in folder.iterdir()}
    assert modules & set(heapnb.__all__) == {"capture", "timeline"}


@pytest.mark.parametrize(
    "imports",
    [
        "import heapnb",
        "import heapnb.capture.program, heapnb",
        "from heapnb.capture import program; import heapnb",
        "import heapnb; heapnb.capture; from heapnb.capture.plan import predict",
    ],
)
def test_the_function_keeps_the_name_that_it_shares_with_a_subpackage(imports: str) -> None:
    code = f"{imports}; print(type(heapnb.capture).__name__, heapnb.capture.__module__)"
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == "function heapnb.capture.capturing\n"
