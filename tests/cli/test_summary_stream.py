"""``heapnb summary --stream``: the totals of a file in bounded memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from heapnb.analysis.totals import LEFT_OUT
from heapnb.format import read_snapshot, write_snapshot
from heapnb.format.cache import ENVIRONMENT_VARIABLE
from tests.benchmarks.measure import run as run_program
from tests.benchmarks.multiply_snapshot import multiplied
from tests.cli.conftest import Run, Start
from tests.conftest import sample_series

MOST_MEMORY = 300_000_000
MOST_DATA = 400_000_000


@pytest.fixture
def sample() -> Path:
    return sample_series("listener_per_request")[-1]


def test_stream_answers_with_the_same_keys(run: Run, sample: Path) -> None:
    streamed = run("summary", sample, "--stream", "--json").json
    full = run("summary", sample, "--full", "--json").json
    assert set(streamed) - set(full) == {"string_bytes", "classes", "sections", "left_out"}
    assert set(full) <= set(streamed)
    assert streamed["left_out"] == list(LEFT_OUT)
    assert all(streamed[name] is None for name in LEFT_OUT)
    for name in set(full) - {"node_types", *LEFT_OUT}:
        assert streamed[name] == full[name], name
    counts = {row["node_type"]: row["count"] for row in full["node_types"]}
    assert {row["node_type"]: row["count"] for row in streamed["node_types"]} == counts
    assert sum(row["self_size"] for row in streamed["node_types"]) == full["total_shallow_size"]


def test_the_text_says_what_is_left_out(run: Run, sample: Path) -> None:
    answer = run("summary", sample, "--stream")
    assert answer.exit_code == 0
    assert "Largest classes" in answer.out
    assert "locations (" in answer.out
    assert "it needs the whole graph" in " ".join(answer.out.split())
    assert answer.err == ""


def test_a_large_file_is_streamed_unless_the_cache_has_it(
    run: Run, start: Start, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "large.heapsnapshot"
    write_snapshot(read_snapshot(sample), file)
    size = file.stat().st_size
    monkeypatch.setattr("heapnb.cli.summary.STREAM_FROM", size + 1)
    assert run("summary", file, "--no-cache", "--json").json["statistics"]
    monkeypatch.setattr("heapnb.cli.summary.STREAM_FROM", size)
    answer = run("summary", file, "--json")
    assert answer.json["statistics"] is None
    assert "--full computes the rest" in answer.err
    assert run("summary", file, "--salvage", "--json").json["statistics"]
    # A process writes the cache before it ends.
    assert json.loads(start("summary", file, "--full", "--json").stdout)["statistics"]
    assert run("summary", file, "--json").json["statistics"], "the cache has it now"
    assert run("summary", file, "--stream", "--json").json["statistics"] is None
    assert run("summary", file, "--no-cache", "--json").json["statistics"] is None


def test_a_large_packed_file_is_streamed(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heapnb.cli.summary.STREAM_PACKED_FROM", sample.stat().st_size)
    assert run("summary", sample, "--no-cache", "--json").json["statistics"] is None


def test_sections_in_another_order(
    run: Run, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plain.heapsnapshot"
    write_snapshot(read_snapshot(sample), file)
    document = json.loads(file.read_bytes())
    file.write_text(json.dumps({"strings": document.pop("strings"), **document}))
    assert "unusual order" in run("summary", file, "--stream").complaint
    monkeypatch.setattr("heapnb.cli.summary.STREAM_FROM", 1)
    assert run("summary", file, "--json").json["statistics"]


def test_what_stream_cannot_do(run: Run, sample: Path, tmp_path: Path) -> None:
    assert "--salvage" in run("summary", sample, "--stream", "--salvage").complaint
    cut = tmp_path / "cut.heapsnapshot"
    write_snapshot(read_snapshot(sample), cut)
    cut.write_bytes(cut.read_bytes()[:-100])
    streamed = run("summary", cut, "--stream").complaint
    assert streamed == run("summary", cut, "--full").complaint
    assert "ends too early" in streamed


def test_a_streamed_file_may_be_larger_than_the_memory(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heapnb.format.limits._memory", lambda: 1_000_000)
    assert "memory holds" in run("summary", sample, "--full", "--no-cache").complaint
    assert run("summary", sample, "--stream", "--json").json["node_count"]
    assert "allowed" in run("summary", sample, "--stream", "--max-size", "1MB").complaint


@pytest.mark.slow
def test_the_memory_of_a_process_does_not_depend_on_the_file(tmp_path: Path) -> None:
    raw = read_snapshot(sample_series("undeclared_global")[-1])
    peaks = []
    for times in (4, 36):
        file = tmp_path / f"{times}.heapsnapshot"
        write_snapshot(multiplied(raw, times), file)
        ended = run_program([sys.executable, "-m", "heapnb", "summary", file, "--stream"])
        assert ended.exit_code == 0, ended.stderr
        peaks.append(ended.peak_bytes)
        assert ended.peak_bytes <= MOST_MEMORY
        size = file.stat().st_size
        file.unlink()
    assert size > 200_000_000
    # Columns of the difference would take 120 MB.
    assert peaks[1] <= peaks[0] + 60_000_000


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is Linux's")
def test_a_cached_file_needs_less_memory_than_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "large.heapsnapshot"
    write_snapshot(multiplied(read_snapshot(sample_series("undeclared_global")[-1]), 36), file)
    command: list[str | Path] = [sys.executable, "-m", "heapnb", "constructors", file, "--json"]
    limited: list[str | Path] = [
        "/bin/sh",
        "-c",
        f'ulimit -d {MOST_DATA // 1000}; exec "$@"',
        "sh",
        *command,
    ]
    environment = {ENVIRONMENT_VARIABLE: str(tmp_path / "cache")}
    refused = run_program(limited, environment=environment)
    assert refused.exit_code == 2
    assert "Not enough memory" in refused.stderr
    full = run_program(command, environment=environment)
    assert full.exit_code == 0, full.stderr
    mapped = run_program(limited, environment=environment)
    assert mapped.exit_code == 0, mapped.stderr
    assert mapped.stdout == full.stdout
