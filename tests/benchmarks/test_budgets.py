"""What heapnb may cost. Run by hand, on a quiet machine: ``make bench``."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.benchmarks import snapshots
from tests.benchmarks.compare import (
    CACHE_VARIABLE,
    format_bytes,
    heapnb_command,
    node_script,
    python_script,
)
from tests.benchmarks.measure import (
    Measurement,
    best_of,
    read_through,
    run,
    wait_until_quiet,
)

pytestmark = pytest.mark.benchmark

LARGEST = snapshots.SIZES[-1]

Show: TypeAlias = Callable[[str, str, str], None]

constructors = python_script("heapnb_constructors.py")
devtools = node_script("devtools.mjs")
nodes = python_script("heapnb_nodes.py")
sql = python_script("heapnb_sql.py")


@pytest.fixture(scope="module")
def files() -> dict[int, Path]:
    directory = snapshots.default_directory()
    made = {size: snapshots.snapshot(size, directory) for size in snapshots.SIZES}
    # Numba keeps what it compiles: only the test that asks for it may pay.
    checked(run(constructors(made[10])))
    return made


@pytest.fixture(scope="module")
def first_openings(files: dict[int, Path]) -> dict[int, Measurement]:
    """Measure every size as heapnb sees it for the first time."""
    return {size: measure(constructors(file), file) for size, file in files.items()}


@pytest.fixture(scope="module")
def cached(files: dict[int, Path]) -> Iterator[dict[str, str]]:
    """Give the environment of a process that finds the largest file in its cache."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {CACHE_VARIABLE: folder}
        checked(run(constructors(files[LARGEST]), environment=environment))
        yield environment


@pytest.fixture
def show(capfd: pytest.CaptureFixture[str]) -> Show:
    """Print a measurement beside its budget, whatever pytest captures."""

    def write(what: str, measured: str, budget: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n  {what}: {measured} (budget: {budget})")
            sys.stdout.flush()

    return write


def measure(
    command: list[str | Path],
    file: Path | None = None,
    environment: dict[str, str] | None = None,
    *,
    repeat: int = 3,
) -> Measurement:
    """Return the best run; each finds an empty cache unless the environment names one."""
    runs = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as folder:
            if file is not None:
                read_through(file)
            wait_until_quiet()
            variables = {CACHE_VARIABLE: folder} | (environment or {})
            runs.append(checked(run(command, environment=variables)))
    return best_of(runs)


def checked(measured: Measurement) -> Measurement:
    assert measured.exit_code == 0, measured.stderr
    return measured


def seconds_of(measured: Measurement) -> str:
    return f"{measured.seconds:.2f} s" + (" (noisy)" if measured.is_noisy else "")


def test_importing(show: Show) -> None:
    empty = measure([sys.executable, "-c", "pass"], repeat=5)
    full = measure([sys.executable, "-c", "import heapnb"], repeat=5)
    seconds = full.seconds - empty.seconds
    show("import heapnb", f"{seconds * 1000:.0f} ms", "250 ms")
    assert seconds <= 0.25


def test_opening_the_largest(
    files: dict[int, Path], first_openings: dict[int, Measurement], show: Show
) -> None:
    size = files[LARGEST].stat().st_size
    opening = first_openings[LARGEST]
    ratio = opening.peak_bytes / size
    show("opening 1.35 GB, whole process", seconds_of(opening), "8 s")
    show("its peak memory", f"{format_bytes(opening.peak_bytes)}, {ratio:.2f} × file", "1.5 × file")
    assert opening.seconds <= 8
    assert ratio <= 1.5


def test_reopening_the_largest(files: dict[int, Path], cached: dict[str, str], show: Show) -> None:
    reopening = measure(constructors(files[LARGEST]), environment=cached)
    seconds = json.loads(reopening.stdout)["seconds_when_loaded"]
    show("reopening 1.35 GB to constructors", f"{seconds:.2f} s", "0.5 s")
    show("the whole process, imports included", seconds_of(reopening), "none")
    assert seconds <= 0.5


@pytest.mark.parametrize(("small", "large"), [(10, 100), (100, LARGEST)])
def test_growth(
    small: int,
    large: int,
    files: dict[int, Path],
    first_openings: dict[int, Measurement],
    show: Show,
) -> None:
    factor = files[large].stat().st_size / files[small].stat().st_size
    time_factor = first_openings[large].seconds / first_openings[small].seconds
    memory_factor = first_openings[large].peak_bytes / first_openings[small].peak_bytes
    show(
        f"{factor:.1f} × the file ({small} → {large} MB)",
        f"{time_factor:.1f} × the time, {memory_factor:.1f} × the memory",
        f"{1.1 * factor:.1f} ×",
    )
    assert time_factor <= 1.1 * factor
    assert memory_factor <= 1.1 * factor


def test_compiling(
    files: dict[int, Path],
    first_openings: dict[int, Measurement],
    tmp_path: Path,
    show: Show,
) -> None:
    environment = {"NUMBA_CACHE_DIR": str(tmp_path)}
    compiling = measure(constructors(files[10]), files[10], environment, repeat=1)
    factor = compiling.seconds / first_openings[10].seconds
    show("first run after installation", f"{factor:.1f} × a later one", "1.5 ×")
    assert factor <= 1.5


def test_ten_megabytes_beside_devtools(files: dict[int, Path], show: Show) -> None:
    ours = measure(heapnb_command("constructors", "--json")(files[10]), files[10])
    theirs = measure(devtools(files[10]), files[10])
    factor = ours.seconds / theirs.seconds
    show("constructors of 10 MB", f"{factor:.2f} × the DevTools engine", "0.7 ×")
    assert factor <= 0.7


def test_summary_of_10_megabytes(files: dict[int, Path], show: Show) -> None:
    summary = measure(heapnb_command("summary")(files[10]), files[10])
    show("heapnb summary of 10 MB, whole process", seconds_of(summary), "0.5 s")
    assert summary.seconds <= 0.5


def test_a_missing_file(tmp_path: Path, show: Show) -> None:
    command = heapnb_command("diagnose")(tmp_path / "no.heapsnapshot")
    refusal = min((run(command) for _ in range(5)), key=lambda each: each.seconds)
    show("a missing file is refused", seconds_of(refusal), "0.3 s")
    assert refusal.exit_code != 0
    assert refusal.seconds <= 0.3


@pytest.mark.parametrize(("megabytes", "budget"), [(8, 3.0), (95, 5.0)])
def test_report_of_three(megabytes: int, budget: float, tmp_path: Path, show: Show) -> None:
    files = snapshots.series(megabytes, snapshots.default_directory())
    page = str(tmp_path / "report.html")
    command = [*heapnb_command("report", "--force", "-o", page)(files[0]), *files[1:]]
    environment = {CACHE_VARIABLE: str(tmp_path)}
    checked(run(command, environment=environment))
    report = measure(command, environment=environment)
    show(f"report of three files of {megabytes} MB, seen before", seconds_of(report), f"{budget} s")
    assert report.seconds <= budget


def test_table_of_nodes(files: dict[int, Path], cached: dict[str, str], show: Show) -> None:
    measured = measure(nodes(files[LARGEST]), environment=cached)
    answer = json.loads(measured.stdout)
    per_node = answer["bytes"] / answer["nodes"]
    show(f"snap.nodes of {answer['nodes']:,} nodes", f"{answer['seconds']:.2f} s", "1 s")
    show("its memory", f"{per_node:.0f} bytes a node", "120 bytes a node")
    assert answer["seconds"] <= 1
    assert per_node <= 120


def test_counting_classes_in_sql(
    files: dict[int, Path], cached: dict[str, str], show: Show
) -> None:
    measured = measure(sql(files[LARGEST]), environment=cached)
    answer = json.loads(measured.stdout)
    first, again = answer["seconds"]
    show(f"SQL: classes of {answer['nodes']:,} nodes", f"{first:.2f} s", "2 s")
    show("the same again", f"{again:.2f} s", "none")
    assert first <= 2
