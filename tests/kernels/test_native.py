"""Kernels that were compiled when the package was built."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from heapnb.format import read_snapshot, write_snapshot
from heapnb.kernels import _jit, _native
from heapnb.kernels.csr import count_targets
from heapnb.kernels.ordering import smallest
from heapnb.kernels.parse import parse_integers
from tests.conftest import ROOT, sample_series

pytestmark = pytest.mark.native


def test_signatures_tell_types_apart() -> None:
    numbers = np.zeros((2, 3), np.uint32)
    assert _native.signature_of((numbers, 7, True, np.uint8(1))) == "u4[2] i8 b1 u1"
    assert _native.signature_of(((numbers, 2.5),)) == "(u4[2] f8)"


@pytest.mark.parametrize(
    "value",
    [np.zeros(6, np.uint32)[::2], np.array(["a"]), np.zeros(2, ">u4"), 1 << 70, None, "text"],
    ids=["strided", "text array", "other byte order", "large", "none", "text"],
)
def test_other_values_have_no_signature(value: object) -> None:
    assert _native.signature_of((7, value)) == ""


def test_every_entry_is_found_and_none_is_missing() -> None:
    listed = json.loads((_native.FOLDER / "_signatures.json").read_text())
    for module, name, arguments in listed:
        assert isinstance(getattr(importlib.import_module(module), name), _jit.Kernel)
        assert arguments in _native.functions_of(module, name), f"{name}({arguments})"


def test_results_are_those_of_plain_python() -> None:
    data = np.frombuffer(b"12,-7,4907]" + bytes(8), np.uint8).copy()
    found, expected = np.zeros(4, np.int64), np.zeros(4, np.int64)
    with np.errstate(over="ignore"):
        plain = parse_integers.py_func(data, 0, 10, expected)  # type: ignore[attr-defined]
    assert parse_integers(data, 0, 10, found) == tuple(map(int, plain))
    assert found.tolist() == expected.tolist() == [12, -7, 4907, 0]


def test_read_only_arrays_are_fine() -> None:
    targets = np.array([0, 2, 2], np.uint32)
    targets.flags.writeable = False
    counts = np.zeros(3, np.uint32)
    count_targets(targets, counts)
    assert counts.tolist() == [1, 0, 2]


def test_types_without_precompiled_code_are_compiled_by_numba() -> None:
    values = np.array([5.5, 1.5, 3.5])
    rows = np.arange(3, dtype=np.uint32)
    keys, places = np.zeros(2, np.int64), np.zeros(2, np.int64)
    arguments = (values.astype(np.int8), rows, 1, keys, places)
    assert _native.signature_of(arguments) not in _native.functions_of(
        smallest.__module__, "smallest"
    )
    assert smallest(*arguments) == 2


COMMANDS = ("constructors", "summary", "summary --stream", "texts", "redact", "diagnose", "report")
_OF_A_SERIES = ("diagnose", "report")
_WITH_A_TARGET = {"redact": [], "report": ["-o"]}


@pytest.fixture(scope="module")
def large_series(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return snapshots with a buffer of 5 GB, whose sizes need 64 bits."""
    folder = tmp_path_factory.mktemp("large")
    files = []
    for path in sample_series("listener_per_request"):
        raw = read_snapshot(path)
        sizes = raw.self_size.astype(np.uint64)
        sizes[len(sizes) // 2] = 5_000_000_000
        files.append(folder / path.name.partition(".zst")[0])
        write_snapshot(dataclasses.replace(raw, self_size=sizes), files[-1])
    return files


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("name", COMMANDS)
def test_commands_run_without_numba(
    name: str, is_large: bool, large_series: list[Path], tmp_path: Path
) -> None:
    series = large_series if is_large else sample_series("listener_per_request")
    files = [str(path) for path in (series if name in _OF_A_SERIES else series[-1:])]
    command = name.split()
    if name in _WITH_A_TARGET:
        files += [*_WITH_A_TARGET[name], str(tmp_path / "result")]
    program = (
        "import sys\n"
        "from heapnb.cli import main\n"
        f"code = main({[*command, *files]!r})\n"
        "sys.exit(code or ('numba' in sys.modules and 'numba was imported'))\n"
    )
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
