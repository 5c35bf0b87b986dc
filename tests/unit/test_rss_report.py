"""The section on the process's memory in reports, post-mortems and on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner

import heapnb as hn
from heapnb.cli.app import application
from heapnb.notebooks.cells import Case, build
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

SMAPS = ROOT / "tests" / "data" / "smaps"
HOSTILE = "<script>alert(1)</script>"


def write_series(folder: Path) -> list[Path]:
    """Write two snapshots, the second with a large Buffer, and a copy of smaps beside each."""
    with (SMAPS / "node-20.smaps.zst").open("rb") as stream:
        smaps = zstandard.ZstdDecompressor().stream_reader(stream).read().decode()
    # The allocator maps large blocks near the libraries.
    library = min(int(one[1], 16) for one in re.finditer(r"^(7f\w+)-.*\.so", smaps, re.MULTILINE))
    block = f"{library - 0x20000000:x}-{library - 0x1A000000:x} rw-p 00000000 00:00 0"
    more = f"\n{block}\nRss:   90000 kB\n"
    paths = []
    for number, size in ((1, 1_000_000), (2, 80_000_000)):
        builder = SnapshotBuilder.from_edges("root>g g.x>m m/x>b b/buffer>a a/backing_store>d")
        builder.node("m", name=HOSTILE).node("b", name="Buffer", size=96)
        builder.node("a", name="ArrayBuffer", size=96)
        builder.node("d", type="native", name="system / JSArrayBufferData", size=size)
        path = folder / f"s{number}.heapsnapshot"
        path.write_bytes(builder.to_bytes())
        path.with_suffix(".smaps").write_text(smaps + (more if number > 1 else ""))
        paths.append(path)
    return paths


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_series(tmp_path_factory.mktemp("series"))


def test_reports_have_a_section(files: list[Path], tmp_path: Path) -> None:
    page = hn.report(files, tmp_path / "report.html").read_text()
    assert 'id="memory"' in page
    assert '<a href="#memory">' in page
    assert "Resident memory (RSS) by part" in page
    assert "Buffers outside the heap: +79.0 MB" in page
    assert HOSTILE not in page


def test_reports_without_numbers_have_none(files: list[Path], tmp_path: Path) -> None:
    bare = [tmp_path / one.name for one in files]
    for one, target in zip(files, bare, strict=True):
        target.write_bytes(one.read_bytes())
    assert 'id="memory"' not in hn.report(bare, tmp_path / "report.html").read_text()


def test_markdown_and_json(files: list[Path]) -> None:
    runner = CliRunner()
    names = [str(one) for one in files]
    text = runner.invoke(application, ["report", *names, "--markdown"]).stdout
    assert "### Resident memory (RSS)" in text
    assert "| RSS |" in text.replace("`", "")
    data = json.loads(runner.invoke(application, ["report", *names, "--json"]).stdout)
    assert data["rss"]["verdict"] == "growing"
    assert data["rss"]["findings"][0]["kind"] == "buffers"


def test_a_copy_that_is_damaged_costs_only_the_section(files: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "s1.heapsnapshot"
    target.write_bytes(files[0].read_bytes())
    target.with_suffix(".smaps").write_text("not smaps")
    assert 'id="memory"' not in hn.report(target, tmp_path / "report.html").read_text()
    with pytest.raises(hn.HeapnbError, match="no line is a mapping"):
        hn.rss(target)


def test_post_mortems_show_it() -> None:
    assert any("hn.rss(series)" in cell.source for cell in build(Case(("a", "b"))).cells)


def test_the_command(files: list[Path]) -> None:
    names = [str(one) for one in files]
    shown = CliRunner().invoke(application, ["rss", *names])
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Resident memory (RSS): growing\n")
    data = json.loads(CliRunner().invoke(application, ["rss", *names, "--json"]).stdout)
    assert [one["rss"] for one in data["moments"]][1] > 150_000_000
    assert data["moments"][0]["workers"] == 3


def test_the_command_on_a_process_of_its_own() -> None:
    import os

    data = json.loads(
        CliRunner().invoke(application, ["rss", "--pid", str(os.getpid()), "--json"]).stdout
    )
    assert data["moments"][0]["rss"] > 10_000_000
    assert data["verdict"] == "one moment"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "heapnb rss needs files or --pid."),
        (["missing.heapsnapshot"], "Cannot read missing.heapsnapshot"),
        (["--pid", "999999999"], "There is no process 999999999."),
    ],
)
def test_wrong_use(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    from heapnb.cli.app import main

    assert main(["rss", *arguments]) == 2
    assert message in capsys.readouterr().err
